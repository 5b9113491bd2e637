#!/usr/bin/env python3
"""Every rule of `wright diff`: edits of base.flow are found by the rules that they should be, and by no other, in both
directions; names and order that are nobody's business are not found; witnesses hold; the same gives the same."""
import json, os, re, shutil, subprocess, tempfile
import diffing, edits
from diffing import HERE, ROOT, ok, view
from reference import Validator

BASE = open(os.path.join(HERE, "base.flow")).read()
RULES = re.findall(r"^RULE\((\w+), (\w+), (\w+),", open(os.path.join(ROOT, "compiler/diff/rules.def")).read(), re.M)
folder = tempfile.mkdtemp(prefix="wright-diff-")
shutil.copytree(os.path.join(HERE, "prompts"), os.path.join(folder, "prompts"))
seen = set()


def write(name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


def contract_of(name):
    out = os.path.join(folder, name + ".out")
    subprocess.run([diffing.WRIGHT, "compile", os.path.join(folder, name), "-o", out], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(os.path.join(out, "contract.json")) as file:
        return json.load(file)


def shown(old, new):
    return diffing.findings(os.path.join(folder, old), os.path.join(folder, new))


def wrong_witnesses(document, contracts):
    """Witnesses that the reference validator does not agree with, and breaking findings without one."""
    for finding in document["findings"]:
        part = finding["path"].split(".")[1:2]
        schema_rule = finding["rule"].startswith(("request.", "reply."))
        if schema_rule and finding["level"] == "breaking" and "witness" not in finding:
            if not finding["rule"].endswith(".currency"):
                yield f"{finding['rule']} {finding['path']}: no witness"
        if not schema_rule or "witness" not in finding:
            continue
        reply = part[0].startswith("output")
        flow = finding["path"].split(".")[0]
        for side in ("old", "new"):
            schemas = contracts[side]["schemas"]
            root = contracts[side]["workflows"][flow]["output" if reply else "input"]
            takes = Validator(view(schemas, reply), "#/schemas/").named(root, finding["witness"])
            if takes != (finding["taken_by"] == side):
                yield f"{finding['rule']} {finding['path']}: {side} {'takes' if takes else 'refuses'} {finding['witness']}"


def edit(was, becomes, there, back):
    name = f"{was.strip()[:50]!r} -> {becomes.strip()[:50]!r}"
    if was not in BASE:
        ok(False, name, "base.flow has no such text")
        return
    write("a.flow", BASE)
    write("b.flow", BASE.replace(was, becomes))
    try:
        contracts = {"a": contract_of("a.flow"), "b": contract_of("b.flow")}
        for old, new, wanted in (("a", "b", there), ("b", "a", back)):
            document = shown(old + ".flow", new + ".flow")
            found = {finding["rule"] for finding in document["findings"]}
            seen.update(found)
            wrong = list(wrong_witnesses(document, {"old": contracts[old], "new": contracts[new]}))
            missing, more = set(wanted.split()) - found, found - set(wanted.split()) - edits.ALONG
            ok(not missing and not more and not wrong, name if old == "a" else name + ", taken back",
               f"missing {sorted(missing)}, more {sorted(more)}, wrong {wrong}")
    except (RuntimeError, subprocess.CalledProcessError) as error:
        ok(False, name, error)


def inner(was, becomes):
    write("a.flow", BASE)
    write("b.flow", re.sub(was, becomes, BASE))
    for old, new in (("a", "b"), ("b", "a")):
        document = shown(old + ".flow", new + ".flow")
        ok(not document["findings"], f"nobody's business: {was!r} -> {becomes!r}", document["findings"][:2])


def same():
    write("a.flow", BASE)
    code, one, _ = diffing.run("a.flow", "a.flow", folder=folder)
    ok(code == 0 and "no change" in one, "nothing is found between a specification and itself", one)
    write("b.flow", BASE.replace("1..100", "1..90").replace('"poor"', '"fair"').replace("waiting 10s", "waiting 11s"))
    outputs = {diffing.run("--format", form, "a.flow", "b.flow", folder=folder)[1]
               for form in ("text", "json") for _ in range(3)}
    ok(len(outputs) == 2, "the same comparison is the same, byte for byte")


def polarity():
    """One schema that is request and reply: what narrows one narrows the other, and the levels swap."""
    write("a.flow", BASE)
    write("b.flow", BASE.replace("x: int(0..9)", "x: int(0..8)"))
    found = {(f["rule"], f["path"]) for f in shown("a.flow", "b.flow")["findings"]}
    ok({("request.bound_tightened", "later.input.x"), ("reply.bound_tightened", "later.output.x")} <= found,
       "a bound of a request and of a reply: breaking in one, compatible in the other", found)


for row in edits.SCHEMAS + edits.OTHERS:
    edit(*row)
for row in edits.INNER:
    inner(*row)
same()
polarity()
for was, becomes, rules in edits.JSON:
    one = contract_of("a.flow")
    other = json.loads(json.dumps(one))
    was(one)
    becomes(other)
    write("a.json", json.dumps(one))
    write("b.json", json.dumps(other))
    found = {f["rule"] for f in shown("a.json", "b.json")["findings"]}
    seen.update(found)
    ok(set(rules.split()) == found - edits.ALONG, f"contracts edited by hand: {rules}", found)
every = {f"{group}.{name}" for group, name, _ in RULES}
gaps = every - seen - set(edits.UNSHOWN)
ok(not gaps, f"{len(every)} rules: {len(seen)} shown by {2 * len(edits.SCHEMAS + edits.OTHERS)} edits, "
   f"{len(edits.UNSHOWN)} with a reason why not", sorted(gaps))
ok(not set(edits.UNSHOWN) & seen, "what is said to have no edit has none", sorted(set(edits.UNSHOWN) & seen))
shutil.rmtree(folder)
diffing.done()
