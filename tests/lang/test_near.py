#!/usr/bin/env python3
"""Specifications that nearly keep a rule, and that nearly break it: near/CODE.refused.flow and near/CODE.accepted.flow, each with
at least five cases, a comment `// 1: …` before each. In every case of the first the rule is broken, and no other one is; in the
second nothing is."""
import json, os, re, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lang import WRIGHT, done, ok

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "near")
CASES = 5


def found(path):
    """(code, line) of each error, and of each warning of the code that the file is named by."""
    run = subprocess.run([WRIGHT, "check", path, "--format", "json"], capture_output=True, text=True, timeout=60)
    return [(row["code"], row["start"]["line"]) for row in json.loads(run.stdout or "[]")
            if row["severity"] == "error" or row["code"] == os.path.basename(path)[:5]]


def cases(path):
    """The line of each case's comment, and the first line after them all."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    at = [number for number, line in enumerate(lines, 1) if re.match(r"\s*// \d+: ", line)]
    return at + [len(lines) + 1]


names = sorted(name for name in os.listdir(HERE) if name.endswith(".flow"))
for name in names:
    code, kind = name.split(".")[:2]
    path, at = os.path.join(HERE, name), cases(os.path.join(HERE, name))
    diagnostics = found(path)
    if kind == "accepted":
        ok(len(at) > CASES and not diagnostics, f"{code}: {len(at) - 1} cases that nearly break it are accepted", diagnostics)
        continue
    unseen = [first for first, after in zip(at, at[1:]) if not any(first <= line < after for _, line in diagnostics)]
    others = [row for row in diagnostics if row[0] != code]
    ok(len(at) > CASES and not unseen and not others, f"{code}: {len(at) - 1} cases that nearly keep it are refused",
       f"not refused: the cases of lines {unseen}; found besides: {others}")
alone = [name for name in names if name.replace("refused", "accepted") not in names or
         name.replace("accepted", "refused") not in names]
ok(names and not alone, "each rule has both", alone)
done()
