#!/usr/bin/env python3
"""Total error handling: delete any one transition of the flagship and it is refused, naming the stage and
the class that is left open."""
import json, os, re, shutil, tempfile
import lang

spec = os.path.join(lang.ROOT, "spec")
folder = tempfile.mkdtemp(prefix="wright-lines-")
shutil.copytree(os.path.join(spec, "prompts"), os.path.join(folder, "prompts"))
lines = open(os.path.join(spec, "briefs.flow"), encoding="utf-8").read().splitlines(True)
path = os.path.join(folder, "briefs.flow")
stage, tried = None, 0
for number, line in enumerate(lines):
    stage = (re.match(r"  stage (\w+)", line) or [None, stage])[1]
    labels = re.match(r"\s+on (.*?)\s*->", line)
    if not labels:
        continue
    tried += 1
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(lines[:number] + lines[number + 1:])
    code, text = lang.check(path, "--format", "json")
    found = json.loads(text) if code in (0, 1) else []
    left = [d for d in found if d["code"] in ("E0301", "E0305") and f"`{stage}`" in d["message"]]
    label = labels[1].split(",")[0].strip()
    named = {"ok": "`ok`", "rejected": "`rejected`", "missing": "`missing`", "error": "`transient`"}[label]
    lang.ok(code == 1 and left and any(named in d["message"] for d in left),
            f"line {number + 1}, stage {stage}: without `{line.strip()}` {named} is left open", text)
lang.ok(tried >= 9, "every transition was tried", tried)
shutil.rmtree(folder)
lang.done()
