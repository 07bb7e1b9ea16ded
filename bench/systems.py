"""Parts of bench/compare: the systems that run, the machine they run on, and what is told of them."""
import importlib.metadata
import json
import os
import pathlib
import platform
import re
import subprocess
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


class Peer:
    """A system in a process of its own, that waits while others work."""

    def __init__(self, name, model, files, settings, log):
        command = [sys.executable, HERE / "peer", name, model, pathlib.Path(settings.cache) / model.name,
                   str(settings.threads), str(settings.max_length), *map(str, files)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        stderr=open(log, "w"))
        self.name, self.log = name, log

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            log = self.log.read_text().strip().split("\n")
            raise RuntimeError(f"{self.name} failed: {log[-1]}")
        return json.loads(line)

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        return self.answer()["seconds"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Best:
    """The best of what was measured, by what and by whom."""

    def __init__(self):
        self.values = {}

    def low(self, what, who, value):
        key = (what, who)
        self.values[key] = min(self.values.get(key, value), value)

    def high(self, what, who, value):
        key = (what, who)
        self.values[key] = max(self.values.get(key, value), value)

    def get(self, what, who):
        return self.values.get((what, who))


def read_lines(file):
    return pathlib.Path(file).read_text(encoding="utf-8").split("\n")[:-1]


def least_and_mean(vectors, exact):
    norms = np.linalg.norm(vectors, axis=1) * np.linalg.norm(exact, axis=1)
    cosines = (vectors * exact).sum(1) / norms
    return cosines.min(), cosines.mean()


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows if row]) + "\n"


def number(value, form=",.0f"):
    return "-" if value is None else format(value, form)


def speed_tables(best, peers, texts, count, dtypes, sections):
    """What each system reached; then ours over the best peer of the type."""
    rates = Best()
    for what in texts:
        for dtype in dtypes:
            seconds = best.get(what + " long", dtype) - best.get(what + " short", dtype)
            rates.values[what, f"nlp-{dtype}"] = 2 * count[what] / max(seconds, 1e-9)
        for peer in peers:
            rates.values[what, peer] = count[what] / best.get(what + " seconds", peer)
    measures = [(what, f"{what}, texts/s", True) for what in texts]
    if "uniform" in sections:
        measures.append(("uniform", "32 x 128, tokens/s", True))
    if "latency" in sections:
        measures.append(("latency", "1 x 16, ms", False))
    value = lambda what, who: rates.get(what, who) if what in texts else best.get(what, who)  # noqa: E731
    rows, ratios = [], []
    for dtype in dtypes:
        mine, others = f"nlp-{dtype}", [peer for peer in peers if peer.endswith("-" + dtype)]
        for who in [mine, *others]:
            cosine = best.get("cosine", who)
            rows.append([f"**{who}**" if who == mine else who]
                        + [number(value(what, who), ",.0f" if high else ".2f") for what, _, high in measures]
                        + (["-" if cosine is None else "{:.5f} / {:.5f}".format(*cosine)] if "accuracy" in sections else []))
        row = [dtype]
        for what, _, high in measures:
            if not others:
                row.append("-")
                continue
            peer = (max if high else min)(others, key=lambda who: value(what, who))
            ratio = value(what, mine) / value(what, peer)
            row.append(f"{ratio if high else 1 / ratio:.2f} x {peer.rpartition('-')[0]}")
        if "uniform" in sections:
            row.append(f"{100 * best.get('uniform', mine) / best.get('limit', dtype):.0f} % of {best.get('limit', dtype):,.0f}")
        ratios.append(row)
    names = [label for _, label, _ in measures]
    text = table(["", *names, *(["cosine, least / mean"] if "accuracy" in sections else [])], rows)
    text += "\nnlp over the best of the others:\n\n"
    return text + table(["", *names, *(["of the matmul limit, tokens/s"] if "uniform" in sections else [])], ratios)


def fills_masks(model):
    heads = json.loads((model / "config.json").read_text()).get("architectures") or [""]
    return heads[0].endswith("ForMaskedLM")


def weight_bytes(model):
    return sum(file.stat().st_size for file in model.glob("*.safetensors")) or (model / "pytorch_model.bin").stat().st_size


def resident(process):
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", text)[1]) / 1024


def machine(threads):
    text = pathlib.Path("/proc/cpuinfo").read_text()
    found = set((re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.M) or [0, ""])[1].split())
    names = [("avx2", "AVX2"), ("avx_vnni", "AVX-VNNI"), ("avx512f", "AVX-512"), ("avx512_vnni", "VNNI"), ("avx512_bf16", "bf16"),
             ("avx512_fp16", "fp16"), ("amx_tile", "AMX"), ("amx_bf16", "AMX-bf16"), ("amx_int8", "AMX-int8"), ("asimd", "ASIMD")]
    has = [label for flag, label in names if flag in found]
    lacks = [] if "amx_tile" in found or platform.machine() != "x86_64" else ["no AMX"]
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{platform.machine()} with {', '.join(has + lacks)}; {cores} cores, {memory:.0f} GiB; {threads} threads"


def version(package):
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{package}: absent"
