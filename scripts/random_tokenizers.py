"""Random tokenizers of all parts, and random nasty texts, for compare-tokenizers."""
import random
import unicodedata

# What may be set from outside.
LONGEST_VOCABULARY = 1 << 20
CHARSMAPS = []  # "Precompiled:" and base64

# ---- texts

PIECES = [
    "the", "The", "THE", "don't", "It's", "we're", "I'll", "'s", "n't", "hello", "word", "ing", "un",
    "able", "a", "b", "x", "I", "0", "1", "42", "3.14", "1,000", "²", "½", "Ⅷ", "٣", "१२", " ", " ", " ",
    "  ", "   ", "\t", "\n", "\r\n", "\n\n", "\u00a0", "\u2003", "\u3000", "\u2028", "\u200b", "\u200d", "\ufeff",
    "\u0085", "\x0b", "\x00", "\x01", "\x1f", "\x7f", "\x9f", "\ufffd", "\u00ad", "\u2581", "\u0120", "_", "-", ".",
    ",", "!", "?", "'", '"', "``", "''", "$", "^", "`", "|", "~", "<", ">", "#", "##", "##ing", "[", "]", "[UNK]",
    "[MASK]", "<mask>", "<s>", "</s>", "<0x41>", "[CLS]x", "x[SEP]", "café", "cafe\u0301", "e\u0301\u0301", "\u0301",
    "n\u0303", "å", "Å", "ﬁ", "ß", "ẞ", "İ", "ı", "Σ", "ΌΣΟΣ", "ǆ", "straße", "naïve", "日本語", "你好", "に", "カ", "ー",
    "한국어", "\u1112\u1161\u11ab", "\u1112\u1161", "가", "ไทย", "हिन्दी", "العربية", "שלום", "Ελλάδα", "Привет", "🙂", "👩‍🔬", "👍🏽",
    "🇩🇪", "𝔘", "𐐀", "Ｆｕｌｌ", "ﾊﾟ", "①", "㎏", "ㇰ", "\u0344", "\u0f71\u0f72", "\u0315\u0300\u05ae", "\u1e9b\u0323", "\u2126", "\uf900",
    "\U0002f800", "\u0958", "\U0001d15e", "\u00b5", "…", "–", "—", "«", "»", "“", "”", "·", "\u055a", "。", "，", "！",
]


def text_of(rng):
    kind = rng.random()
    if kind < 0.06:
        return ""
    if kind < 0.8:
        return "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 16)))
    if kind < 0.9:
        words = [rng.choice(PIECES[:24]) for _ in range(rng.randint(1, 12))]
        return " ".join(words) + rng.choice([".", "!", "", " "])
    points = []
    while len(points) < rng.randint(1, 20):
        limit = rng.choice([0x80, 0x250, 0x3000, 0x10000, 0x1F700, 0x30000])
        point = rng.randrange(limit)
        if unicodedata.category(chr(point)) not in ("Cn", "Cs"):  # what is newer than either library
            points.append(chr(point))
    return "".join(points)


# ---- parts

SPLITS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
REGEXES = [
    r"\s+", r" {2,}", r"[\n\r\t]", r"\s{2,}|[\n\r\t]", r"\d", r"\p{L}+", r"\p{N}{1,3}", r"\w+|[^\w\s]+", r"[aeiou]", r"(?i:the)",
    r"\p{Han}", r"a|b|", r"x*", r"(?=a)", r"^.", r".$", r"\b", r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
]


def flag(rng, chance=0.5):
    return rng.random() < chance


def pattern(rng):
    if flag(rng):
        return {"Regex": rng.choice(REGEXES)}
    return {"String": rng.choice([" ", "  ", "a", "the", "``", "''", "é", ".", "\u2581", "日", "\n", "ing", "e\u0301"])}


def normalizer(rng, deep=True):
    kinds = ["BertNormalizer", "Strip", "StripAccents", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Nmt", "Replace", "Prepend",
             "ByteLevel"] + CHARSMAPS
    kind = rng.choice(kinds + (["Sequence"] * 6 if deep else []))
    if kind == "BertNormalizer":
        return dict(type=kind, clean_text=flag(rng), handle_chinese_chars=flag(rng), strip_accents=rng.choice([None, True, False]),
                    lowercase=flag(rng))
    if kind == "Strip":
        return dict(type=kind, strip_left=flag(rng), strip_right=flag(rng))
    if kind == "Replace":
        return dict(type=kind, pattern=pattern(rng), content=rng.choice(["", " ", "\u2581", "x", "é", "日本", '"']))
    if kind == "Prepend":
        return dict(type=kind, prepend=rng.choice(["\u2581", " ", "ab", "é"]))
    if kind == "Sequence":
        return dict(type=kind, normalizers=[normalizer(rng, False) for _ in range(rng.randint(0, 4))])
    if kind.startswith("Precompiled:"):
        return dict(type="Precompiled", precompiled_charsmap=kind[len("Precompiled:"):])
    return dict(type=kind)


def pre_tokenizer(rng, deep=True):
    kinds = ["BertPreTokenizer", "ByteLevel", "ByteLevel", "CharDelimiterSplit", "Metaspace", "Metaspace", "Whitespace", "WhitespaceSplit",
             "Split", "Split", "Split", "Punctuation", "Digits", "UnicodeScripts", "FixedLength"]
    kind = rng.choice(kinds + (["Sequence"] * 8 if deep else []))
    if kind == "ByteLevel":
        return dict(type=kind, add_prefix_space=flag(rng), trim_offsets=flag(rng), use_regex=flag(rng, 0.7))
    if kind == "CharDelimiterSplit":
        return dict(type=kind, delimiter=rng.choice([" ", "a", "日", ".", "\n"]))
    if kind == "Metaspace":
        return metaspace(rng)
    if kind == "Split":
        return dict(type=kind, pattern=pattern(rng), behavior=rng.choice(SPLITS), invert=flag(rng, 0.3))
    if kind == "Punctuation":
        return dict(type=kind, behavior=rng.choice(SPLITS))
    if kind == "Digits":
        return dict(type=kind, individual_digits=flag(rng))
    if kind == "FixedLength":
        return dict(type=kind, length=rng.randint(1, 6))
    if kind == "Sequence":
        return dict(type=kind, pretokenizers=[pre_tokenizer(rng, False) for _ in range(rng.randint(0, 3))])
    return dict(type=kind)


def metaspace(rng):
    part = dict(type="Metaspace", replacement=rng.choice(["\u2581", "\u2581", "_", "é"]))
    if flag(rng, 0.8):
        part.update(prepend_scheme=rng.choice(["always", "first", "never"]), split=flag(rng, 0.7))
    return part


def decoder(rng, deep=True):
    kind = rng.choice(["WordPiece", "ByteLevel", "Metaspace", "BPEDecoder", "ByteFallback", "Fuse", "Strip", "Replace", "CTC"]
                      + (["Sequence"] * 4 if deep else []))
    if kind == "WordPiece":
        return dict(type=kind, prefix=rng.choice(["##", "##", "", "a"]), cleanup=flag(rng))
    if kind == "ByteLevel":
        return dict(type=kind, add_prefix_space=flag(rng), trim_offsets=flag(rng), use_regex=flag(rng))
    if kind == "Metaspace":
        return metaspace(rng)
    if kind == "BPEDecoder":
        return dict(type=kind, suffix=rng.choice(["</w>", "e", "g"]))
    if kind == "Strip":
        return dict(type=kind, content=rng.choice([" ", "a", "\u2581"]), start=rng.randint(0, 1), stop=rng.randint(0, 1))
    if kind == "Replace":
        return dict(type=kind, pattern=pattern(rng), content=rng.choice(["", " ", "x"]))
    if kind == "CTC":
        return dict(type=kind, pad_token=rng.choice(["[UNK]", "a"]), word_delimiter_token="|", cleanup=flag(rng))
    if kind == "Sequence":
        return dict(type=kind, decoders=[decoder(rng, False) for _ in range(rng.randint(0, 3))])
    return dict(type=kind)


def template(rng):
    def items(pair):
        row = [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": rng.randint(0, 1)}}]
        if flag(rng):
            row.append({"SpecialToken": {"id": "[SEP]", "type_id": rng.randint(0, 2)}})
        if pair:
            row.append({"Sequence": {"id": "B", "type_id": rng.randint(0, 2)}})
            row.append({"SpecialToken": {"id": "[SEP]", "type_id": 1}})
        return row
    special = {t: {"id": t, "ids": [k + 1] * (2 if flag(rng, 0.1) else 1), "tokens": [t]} for k, t in enumerate(["[CLS]", "[SEP]"])}
    for token in special.values():
        token["tokens"] = token["tokens"] * len(token["ids"])
    return dict(type="TemplateProcessing", single=items(False), pair=items(True), special_tokens=special)


def post_processor(rng, deep=True):
    kind = rng.choice(["none", "Template", "Template", "Bert", "Roberta", "Roberta", "ByteLevel"] + (["Sequence"] * 2 if deep else []))
    if kind == "none":
        return None
    if kind == "Template":
        return template(rng)
    if kind == "Bert":
        return dict(type="BertProcessing", sep=["[SEP]", 2], cls=["[CLS]", 1])
    if kind == "Roberta":
        return dict(type="RobertaProcessing", sep=["[SEP]", 2], cls=["[CLS]", 1], trim_offsets=flag(rng, 0.8), add_prefix_space=flag(rng))
    if kind == "ByteLevel":
        return dict(type="ByteLevel", add_prefix_space=flag(rng), trim_offsets=flag(rng, 0.8), use_regex=True)
    parts = [dict(type="ByteLevel", add_prefix_space=flag(rng), trim_offsets=True, use_regex=True)]
    if flag(rng):
        parts.append(template(rng))
    return dict(type="Sequence", processors=parts)


def added_tokens(rng):
    tokens = []
    for k, content in enumerate(["[UNK]", "[CLS]", "[SEP]", "[MASK]"]):
        tokens.append(dict(id=k, content=content, single_word=False, lstrip=content == "[MASK]" and flag(rng), rstrip=False,
                           normalized=flag(rng, 0.15), special=True))
    used = set()
    for _ in range(rng.randint(0, 3)):
        content = rng.choice(["the", "a", "  ", "<mask>", "THE", "é", "日本", " x", "\n", "ing", "##ing", "\u2581the", "e\u0301", "."])
        if content not in used:
            used.add(content)
            tokens.append(dict(content=content, single_word=flag(rng, 0.3), lstrip=flag(rng, 0.3), rstrip=flag(rng, 0.3),
                               normalized=flag(rng), special=flag(rng, 0.3)))
    return tokens


# ---- models

BYTES = [chr(b) for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
BYTES += [chr(256 + k) for k in range(256 - len(BYTES))]


def strings(rng):
    """What a vocabulary may hold: characters and pieces of the texts, some of them byte-level."""
    pool = sorted({c for p in PIECES for c in p} | set(PIECES) | {p[k:] for p in PIECES for k in range(len(p))})
    pool = [s for s in pool if s and flag(rng, 0.8)]
    if flag(rng, 0.4):
        pool += BYTES
    if flag(rng, 0.4):
        pool += ["\u2581" + s for s in pool if flag(rng, 0.3)]
    rng.shuffle(pool)
    return list(dict.fromkeys(pool))[:LONGEST_VOCABULARY]


FIRST = ["[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def ids(tokens):
    return {t: k for k, t in enumerate(dict.fromkeys(FIRST + tokens))}


def fallback(rng):
    return [f"<0x{b:02X}>" for b in range(256)] if flag(rng, 0.4) else []


def wordpiece(rng):
    pool = strings(rng)
    prefix = rng.choice(["##", "##", "@"])
    tokens = pool + [prefix + s for s in pool if flag(rng, 0.9)]
    return dict(type="WordPiece", unk_token="[UNK]", continuing_subword_prefix=prefix, max_input_chars_per_word=rng.choice([100, 100, 8]),
                vocab=ids(tokens))


def wordlevel(rng):
    return dict(type="WordLevel", unk_token="[UNK]", vocab=ids(strings(rng)))


def bpe(rng):
    pool = strings(rng)
    suffix = rng.choice([None, None, None, "</w>"])
    prefix = rng.choice([None, None, None, "##"])
    characters = [s for s in pool if len(s) == 1]
    merges, tokens = [], list(characters)
    if prefix:
        tokens += [prefix + c for c in characters]
    if suffix:
        tokens += [t + suffix for t in list(tokens)]
    known = dict.fromkeys(tokens)
    for _ in range(rng.randint(0, 400)):
        left, right = rng.choice(tokens), rng.choice(tokens)
        if (suffix and left.endswith(suffix)) or (prefix and not right.startswith(prefix)):
            continue
        whole = left + (right[len(prefix):] if prefix else right)
        if [left, right] in merges or len(whole) > 12:
            continue
        merges.append([left, right])
        if whole not in known:
            known[whole] = None
            tokens.append(whole)
    if not suffix and not prefix:  # words of the texts, so that merges happen
        for word in rng.sample(pool, min(len(pool), 60)):
            left = word[0]
            for right in word[1:]:
                if left in known and right in known and [left, right] not in merges:
                    merges.append([left, right])
                    if left + right not in known:
                        known[left + right] = None
                        tokens.append(left + right)
                left += right
    rng.shuffle(merges)
    # With a prefix or suffix the reference counts its bytes as bytes of the text, when it falls back.
    byte_fallback = flag(rng, 0.4) and not prefix and not suffix
    if flag(rng, 0.2):
        merges = [" ".join(m) for m in merges if not any(" " in part for part in m)]
    return dict(type="BPE", dropout=None, unk_token=rng.choice(["[UNK]", "[UNK]", None]), continuing_subword_prefix=prefix, end_of_word_suffix=suffix,
                fuse_unk=flag(rng), byte_fallback=byte_fallback, ignore_merges=flag(rng, 0.2), vocab=ids(tokens + fallback(rng)), merges=merges)


def unigram(rng):
    tokens = list(ids(strings(rng) + fallback(rng)))
    return dict(type="Unigram", unk_id=0, byte_fallback=flag(rng, 0.4), vocab=[[t, rng.choice([-1.0, -2.5, -3.25, -rng.random() * 12])] for t in tokens])


MODELS = dict(WordPiece=wordpiece, WordLevel=wordlevel, BPE=bpe, Unigram=unigram)


def tokenizer(rng, models):
    model = MODELS[rng.choice(models)](rng)
    vocab = model["vocab"]
    known = {t: k for k, (t, _) in enumerate(vocab)} if isinstance(vocab, list) else vocab
    added = added_tokens(rng)
    for token in added:
        if "id" not in token:
            token["id"] = known.get(token["content"], len(known) + sum("id" in t and t["id"] >= len(known) for t in added))
    return dict(version="1.0", truncation=None, padding=None, added_tokens=sorted(added, key=lambda t: t["id"]),
                normalizer=normalizer(rng) if flag(rng, 0.7) else None, pre_tokenizer=pre_tokenizer(rng) if flag(rng, 0.85) else None,
                post_processor=post_processor(rng), decoder=decoder(rng) if flag(rng, 0.8) else None, model=model)
