// A whole tokenizer: added tokens, normalizer, pre-tokenizer, model, template, decoder.
// Source: the tokenizer.json format of Hugging Face `tokenizers`; its results are matched exactly.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/encoding.hpp"

namespace nlp::tokenizer {

struct Parts;

class Tokenizer {
 public:
  // Reads `tokenizer.json`, else the vocabulary files of a checkpoint directory, with
  // `tokenizer_config.json` and `special_tokens_map.json` where they are.
  // Throws Error{model} naming the file and the part that is missing, broken or not supported.
  static Tokenizer open(const std::filesystem::path& directory);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // The tokens of `text` (valid UTF-8), without template.  Safe from several threads.
  Tokens tokenize(std::string_view text) const;

  // Memory to work in, made by workspace(): one for each thread, used for one text after another.
  class Workspace {
   public:
    Workspace(Workspace&&) noexcept;
    Workspace& operator=(Workspace&&) noexcept;
    ~Workspace();

   private:
    friend class Tokenizer;
    struct Memory;
    explicit Workspace(std::unique_ptr<Memory> memory);
    std::unique_ptr<Memory> memory_;
  };
  Workspace workspace() const;

  // Adds the ids of a text, or of a pair, to dst: those of encode(), with_special or without, but
  // several times as fast, for no offsets are worked out.  workspace: of this tokenizer; that of
  // another is Error{internal}.
  void encode_ids(std::string_view text, std::optional<std::string_view> pair, bool with_special,
                  Workspace& workspace, std::vector<std::int32_t>& dst) const;

  // For texts that are only to be learnt from: adds the ids of `text` to dst, without template, and
  // to starts [dst] 1 for each id that opens a word.  Special tokens written in the text are text
  // like any other (the reference's `split_special_tokens`); a model whose own vocabulary lists
  // them may still give their ids.
  void add_plain_ids(std::string_view text, Workspace& workspace, std::vector<std::int32_t>& dst,
                     std::vector<std::uint8_t>& starts) const;

  // Puts the template around one text, or around a pair.
  Encoding assemble(const Tokens& text, const Tokens* pair = nullptr) const;
  // Without the template's tokens: the texts alone, with the type ids that the template gives them.
  Encoding join(const Tokens& text, const Tokens* pair = nullptr) const;

  // tokenize() and assemble() in one.
  Encoding encode(std::string_view text) const;
  Encoding encode(std::string_view text, std::string_view pair) const;

  // The tokens as the reference prints them: `##ing`, `[UNK]`, ` <mask>`.
  std::vector<std::string> surfaces(const Encoding& encoding) const;

  // Text from ids, as the file's decoder makes it.  Ids outside the vocabulary are skipped.
  std::string decode(std::span<const std::int32_t> ids, bool skip_special = true) const;

  // How many tokens the template adds to a text, or to a pair.
  int template_size(bool pair) const;

  std::int32_t vocab_size() const;                                  // largest id + 1
  std::optional<std::int32_t> id_of(std::string_view token) const;  // vocabulary or added token
  std::string_view token_of(std::int32_t id) const;  // with no data where there is none
  bool is_special(std::int32_t id) const;            // an added token marked special

  // What marks a token that continues a word (`##`); empty where the model marks none.
  std::string_view continuing_prefix() const;

  // Ids by role, from tokenizer_config.json, special_tokens_map.json or the usual names.
  std::optional<std::int32_t> mask_id() const;
  std::optional<std::int32_t> pad_id() const;
  std::optional<std::int32_t> unknown_id() const;
  // Whether a config names the unknown token, or the tokenizer class implies it.  The reference's
  // pipelines take an unnamed one for a token like any other.
  bool unknown_is_named() const;
  std::string mask_token() const;  // `[MASK]`, `<mask>`; empty where there is none

  // `model_max_length` of tokenizer_config.json; absent where unset or absurdly large (1e30).
  std::optional<std::int64_t> max_length() const;

  // Which file was read and what other files changed in it, one line each, for -v.
  const std::vector<std::string>& provenance() const;

 private:
  explicit Tokenizer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace nlp::tokenizer
