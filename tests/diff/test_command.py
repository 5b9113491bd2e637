#!/usr/bin/env python3
"""`wright diff` as a command: what it compares, exit codes, places, and that it fails when it cannot compare."""
import json, os, shutil, subprocess, tempfile
import diffing
from diffing import HERE, ROOT, ok, run

folder = os.path.realpath(tempfile.mkdtemp(prefix="wright-diff-"))
shutil.copytree(os.path.join(HERE, "prompts"), os.path.join(folder, "prompts"))
BASE = open(os.path.join(HERE, "base.flow")).read()


def write(name, text):
    with open(os.path.join(folder, name), "wb" if isinstance(text, bytes) else "w") as file:
        file.write(text)


def git(*words):
    subprocess.run(["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *words], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


write("a.flow", BASE)
write("b.flow", BASE.replace("text: string(1..100)", "text: string(1..90)").replace('"1.0.0"', '"2.0.0"'))
write("c.flow", BASE.replace("timeout 4s", "timeout 3s").replace('"1.0.0"', '"1.0.1"'))
LINE = BASE[:BASE.index("text: string(1..100)")].count("\n") + 1
code, text, _ = run("a.flow", "b.flow", folder=folder)
ok(code == 1 and text.startswith("breaking: 1 breaking change") and f"a.flow:{LINE}:3" in text and f"b.flow:{LINE}:3" in text and
   "witness: old takes this" in text and "rules run" in text, "a breaking change: exit 1, both places, a witness", text)
for level, want in (("breaking", 0), ("review", 0), ("behaviour", 1), ("compatible", 1)):
    code, text, _ = run("--fail-on", level, "a.flow", "c.flow", folder=folder)
    ok(code == want, f"a change of behaviour with --fail-on {level}: exit {want}", text)
code, text, _ = run("b.flow", "a.flow", folder=folder)
ok(code == 1 and "life.version_lowered" in text, "a version that goes down is breaking", text)

# ---- what can be compared: a contract, a binary, a revision
subprocess.run([diffing.WRIGHT, "compile", "a.flow", "-o", "out"], cwd=folder, check=True, stderr=subprocess.DEVNULL)
code, text, _ = run("out/contract.json", "a.flow", folder=folder)
ok(code == 0 and "no change" in text, "a specification and its contract.json are the same", text)
code, text, _ = run("out/contract.json", "b.flow", folder=folder)
ok(code == 1 and "out/contract.json#/schemas/Question/properties/text" in text, "a contract's place is a pointer", text)
briefs = os.path.join(os.path.dirname(diffing.WRIGHT), "briefs")
code, text, error = run(briefs, os.path.join(ROOT, "spec", "briefs.flow"))
ok(code == 0 and "no change" in text, "a binary is read, and is its specification", text + error)
git("init", "-q")
git("add", "a.flow", "prompts")
git("commit", "-qm", "one")
git("tag", "first")
write("a.flow", BASE.replace("text: string(1..100)", "text: string(1..90)"))
write("prompts/ask.md", "Other: ${input.text}")
code, text, error = run("git:first:a.flow", "a.flow", folder=folder)
ok(code == 1 and f"git:first:a.flow:{LINE}:3" in text and "version.prompt" in text,
   "a revision is compiled with the prompts of its own", text + error)
git("checkout", "-qb", "side")
git("commit", "-qam", "two")
code, text, error = run("--against", "first", "a.flow", folder=folder)
ok(code == 1 and "request.bound_tightened" in text, "--against takes the merge base", text + error)
before = subprocess.run(["git", "status", "--porcelain"], cwd=folder, stdout=subprocess.PIPE).stdout
run("git:first:a.flow", "a.flow", folder=folder)
after = subprocess.run(["git", "status", "--porcelain"], cwd=folder, stdout=subprocess.PIPE).stdout
ok(before == after, "the repository is as it was")

# ---- tests are no part of a contract: those that are stale keep nobody from comparing
write("stale.flow", BASE.replace("text: string(1..100)", "text: string(1..90)").replace('"1.0.0"', '"2.0.0"') +
      '\ntest "old" {\n  given gone silent\n  send nobody with { a: 1 }\n  expect status failed\n}\n')
write("a.flow", BASE)
write("prompts/ask.md", open(os.path.join(HERE, "prompts", "ask.md")).read())
code, text, error = run("a.flow", "stale.flow", folder=folder)
ok(code == 1 and text.startswith("breaking: 1 breaking change") and "the tests of stale.flow have errors" in error,
   "a specification whose tests are stale is compared without them", text + error)
write("stale.flow", BASE.replace("text: string(1..100)", "text: string(1..)"))
code, text, error = run("a.flow", "stale.flow", folder=folder)
ok(code == 2 and "nothing to compare" in error and not text, "one that is wrong itself is not", text + error)

# ---- what cannot
write("broken.flow", "api x")
write("empty.json", "{}")
write("list.json", "[]")
write("none.json", json.dumps(diffing.contract({}, {})))
write("half.json", '{"contract": 1')
write("deep.json", "[" * 100000)
write("other.json", json.dumps({**diffing.contract({}, {}), "contract": 9}))
write("elf", b"\x7fELF" + b"\xff" * 200)
os.makedirs(os.path.join(folder, "dir"), exist_ok=True)
for name in ("missing.flow", "broken.flow", "empty.json", "list.json", "none.json", "half.json", "deep.json",
             "other.json", "elf", "dir", "git:first:no.flow", "git:nowhere:a.flow", "git:first", "git::a.flow",
             "git:--help:a.flow"):
    code, text, error = run(name, "none.json" if name == "none.json" else "b.flow", folder=folder)
    ok(code == 2 and not text and error.count("wright diff: ") >= 1, f"{name}: it says why, and exit is 2", text + error)
for words in ((), ("a.flow",), ("--format", "yaml", "a.flow", "b.flow"), ("--fail-on", "all", "a.flow", "b.flow"),
              ("--against", "first")):
    code, text, error = run(*words, folder=folder)
    ok(code == 2 and not text and error, f"{' '.join(words)!r} is wrong usage: exit 2", text + error)

# ---- hostile contracts: no crash, and never "compatible" for what is not understood
loop = diffing.contract({"A": {"type": "object", "properties": {"a": {"$ref": "#/schemas/A"}}, "required": ["a"]},
                         "B": {"$ref": "#/schemas/B"}, "C": 7}, {"w": ("A", "B"), "v": ("C", "Z")})
write("loop.json", json.dumps(loop))
loop["schemas"]["A"]["properties"]["a"] = {"type": ["string", 5], "minLength": "x"}
loop["schemas"]["B"] = {"oneOf": 3, "discriminator": {"mapping": {"x": 1}, "propertyName": "k"}}
loop["workflows"]["w"]["stages"] = {"s": 5, "t": {"transitions": [1, {"on": "x"}], "action": []}}
write("odd.json", json.dumps(loop))
for old, new in (("loop.json", "odd.json"), ("odd.json", "loop.json"), ("loop.json", "loop.json")):
    code, text, error = run(old, new, folder=folder)
    ok(code in (0, 1) and "runtime error" not in error and "Sanitizer" not in error, f"{old}, {new}: no crash", error)
shutil.rmtree(folder)
diffing.done()
