#!/usr/bin/env python3
"""The formats of `wright diff`, accepted changes, the version that a change requires, changelog, textconv, and a page for
each rule."""
import json, os, re, shutil, subprocess, tempfile
import xml.etree.ElementTree as xml
import diffing
from diffing import HERE, ROOT, WRIGHT, ok, run

folder = os.path.realpath(tempfile.mkdtemp(prefix="wright-diff-"))
shutil.copytree(os.path.join(HERE, "prompts"), os.path.join(folder, "prompts"))
BASE = open(os.path.join(HERE, "base.flow")).read()
TIGHT = BASE.replace("text: string(1..100)", "text: string(1..90)")


def write(name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


def found(*words):
    return diffing.findings(*words, folder=folder)


def wright(*words):
    one = subprocess.run([WRIGHT, *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    return one.returncode, one.stdout, one.stderr


write("a.flow", BASE)
write("b.flow", TIGHT.replace("timeout 4s", "timeout 3s").replace('"poor"', '"poor", "fair"'))
document = found("a.flow", "b.flow")
rules = {finding["rule"] for finding in document["findings"]}

code, text, _ = run("--format", "markdown", "a.flow", "b.flow", folder=folder)
ok(code == 1 and text.startswith("## Contract: breaking\n\n2 breaking changes") and text.index("Breaks clients") <
   text.index("To review") < text.index("<details><summary>Behaves otherwise") and
   text.count("<details>") == text.count("</details>"), "markdown: the verdict first, then what matters", text)
code, text, _ = run("--format", "markdown", "a.flow", "a.flow", folder=folder)
ok(code == 0 and text.startswith("## Contract: fine"), "markdown of nothing", text)
code, text, _ = run("--format", "github", "a.flow", "b.flow", folder=folder)
lines = text.splitlines()
line = BASE[:BASE.index("text: string(1..100)")].count("\n") + 1
ok(code == 1 and len(lines) == len(document["findings"]) + 1 and
   all(re.match(r"::(error|warning|notice) (file=\S+,line=\d+,col=\d+,)?title=[^:]+::.", one) for one in lines) and
   any(f"::error file=b.flow,line={line},col=3,title=request.bound_tightened::" in one for one in lines),
   "github: a command each finding, at its line", text)
code, text, _ = run("--format", "sarif", "a.flow", "b.flow", folder=folder)
sarif = json.loads(text)["runs"][0]
ok(code == 1 and {result["ruleId"] for result in sarif["results"]} == rules and
   len(sarif["tool"]["driver"]["rules"]) == document["rules_run"] and
   rules <= {rule["id"] for rule in sarif["tool"]["driver"]["rules"]}, "sarif: each finding, each rule that ran", text)
code, text, _ = run("--format", "junit", "a.flow", "b.flow", folder=folder)
suite = xml.fromstring(text)
failed = {case.get("name") for case in suite if case.find("failure") is not None}
ok(code == 1 and int(suite.get("tests")) == len(suite) == document["rules_run"] and
   failed == {finding["rule"] for finding in document["findings"] if finding["level"] == "breaking"} and
   int(suite.get("failures")) == len(failed), "junit: a case each rule, a failure each that counts", text)

# ---- the version
for name, text, old, want, good in (
        ("breaking", TIGHT, "1.0.0", "2.0.0", ["2.0.0", "2.0.1", "3.0.0"]),
        ("to review", BASE.replace('"poor"', '"poor", "fair"'), "1.2.3", "1.3.0", ["1.3.0", "2.0.0"]),
        ("compatible", BASE.replace("1..100", "1..110"), "1.0.0", "1.1.0", ["1.1.0"]),
        ("behaviour", BASE.replace("timeout 4s", "timeout 3s"), "1.0.9", "1.0.10", ["1.0.10", "1.1.0"]),
        ("breaking before 1.0", TIGHT, "0.3.5", "0.4.0", ["0.4.0", "1.0.0"]),
        ("compatible before 1.0", BASE.replace("1..100", "1..110"), "0.3.5", "0.3.6", ["0.3.6"])):
    write("old.flow", BASE.replace('"1.0.0"', f'"{old}"'))
    write("new.flow", text.replace('"1.0.0"', f'"{old}"'))
    one = found("old.flow", "new.flow")
    ok(one["least_version"] == want and "life.version_not_raised" in {f["rule"] for f in one["findings"]},
       f"{name}: {old} must become {want}", one["least_version"])
    for version in good:
        write("new.flow", text.replace('"1.0.0"', f'"{version}"'))
        ok("life.version_not_raised" not in {f["rule"] for f in found("old.flow", "new.flow")["findings"]},
           f"{name}: {version} is enough")

# ---- accepted on purpose
write("b.flow", TIGHT)
one = next(f for f in found("a.flow", "b.flow")["findings"] if f["rule"] == "request.bound_tightened")
accept = f'\naccept request.bound_tightened "{one["path"]}#{one["fingerprint"]}" because "Long ones failed." until "2027-01-31"\n'
flight = next(f for f in found("a.flow", "b.flow")["findings"] if f["rule"] == "flight.unsafe")
write("b.flow", TIGHT.replace('"1.0.0"', '"1.1.0"') + accept)
code, text, _ = run("--today", "2027-01-31", "a.flow", "b.flow", folder=folder)
ok(code == 0 and "1 accepted" in text and "Long ones failed." in text, "an accepted change does not fail", text)
code, text, _ = run("--today", "2027-02-01", "a.flow", "b.flow", folder=folder)
ok(code == 1 and "note: accept" in text and "until 2027-01-31" in text, "after its day it does", text)
write("b.flow", TIGHT.replace('"1.0.0"', '"1.1.0"').replace("  text: string(1..90)", "\n\n  text:   string( 1..90 ) // said") + accept)
code, text, _ = run("--today", "2027-01-31", "a.flow", "b.flow", folder=folder)
ok(code == 0, "laying it out anew does not lose it", text)
write("b.flow", TIGHT.replace('"1.0.0"', '"1.1.0"').replace("1..90", "1..80") + accept)
code, text, _ = run("--today", "2027-01-31", "a.flow", "b.flow", folder=folder)
ok(code == 1 and "another change by now" in text, "a larger change is another one", text)
write("b.flow", BASE + accept.replace("bound_tightened", "bound_tight"))
code, text, _ = run("a.flow", "b.flow", folder=folder)
ok(code == 0 and "there is no such rule" in text, "a rule that is none is told", text)

# ---- changelog and textconv
write("b.flow", TIGHT.replace("timeout 4s", "timeout 3s").replace('"1.0.0"', '"2.0.0"'))
code, text, error = wright("changelog", "a.flow", "b.flow")
ok(code == 0 and text.startswith("## 2.0.0\n") and "### Breaking: clients must change" in text and
   "### Who compares results" in text and "ask_it.input.text" in text, "a changelog, grouped by who notices", text + error)
code, text, error = wright("textconv", "a.flow")
subprocess.run([WRIGHT, "compile", "a.flow", "-o", "out"], cwd=folder, check=True, stderr=subprocess.DEVNULL)
ok(code == 0 and json.loads(text) == json.load(open(os.path.join(folder, "out", "contract.json"))),
   "textconv prints the contract", error)
code, text, error = wright("textconv", "missing.flow")
ok(code == 2 and not text and error, "textconv says what it cannot read", error)
git = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", "-c", f"diff.wright.textconv={WRIGHT} textconv"]
for words in (["init", "-q"], ["add", "a.flow", "prompts"], ["commit", "-qm", "one"]):
    subprocess.run(git + words, cwd=folder, check=True)
write(".gitattributes", "*.flow diff=wright\n")
os.makedirs(os.path.join(folder, "x"), exist_ok=True)
code, text, error = wright("explain")
every = re.findall(r"^RULE\((\w+), (\w+), (\w+), \"(\w+)\", \"(.*)\"\)", open(os.path.join(ROOT, "compiler/diff/rules.def")).read(), re.M)
ok(all(f"{group}.{name} " in text for group, name, *_ in every), "wright explain lists each rule", text)
pages = {name[:-3] for name in os.listdir(os.path.join(ROOT, "docs", "rules"))}
ok(pages == {f"{group}.{name}" for group, name, *_ in every}, "each rule has a page, and each page a rule",
   pages ^ {f"{group}.{name}" for group, name, *_ in every})
wrong = []
for group, name, level, seen, title in every:
    page = open(os.path.join(ROOT, "docs", "rules", f"{group}.{name}.md")).read()
    code, text, error = wright("explain", f"{group}.{name}")
    mirror = re.search(r"mirror is `([\w.]+)`", page)
    if code != 0 or text != page or not page.startswith(f"# {group}.{name}: {title}\n") or \
            ("mirror" not in page) or (mirror and mirror[1] not in pages):
        wrong.append(f"{group}.{name}")
ok(not wrong, "wright explain prints each page: its title, and its mirror or why there is none", wrong)
shutil.rmtree(folder)
diffing.done()
