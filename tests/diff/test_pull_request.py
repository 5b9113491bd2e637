#!/usr/bin/env python3
"""A pull request in a repository with the four specifications: each is changed on a branch, and compared with where the
branch left main, as a step in CI does. Text, Markdown and GitHub's commands say the same, exits are right, what could not
be compared fails; and `git diff` shows contracts with `wright textconv` as its driver."""
import json, os, re, shutil, subprocess, tempfile
import diffing
from diffing import ROOT, ok

folder = tempfile.mkdtemp(prefix="wright-pull-")
# What the branch does to each; the levels and rules that must be told of it, the version's own aside.
CHANGES = {
    "briefs": [('audience?:  enum("executive", "engineer", "customer")', 'audience?:  enum("executive", "engineer")'),
               ("timeout 2s\n", "timeout 1500ms\n")],
    "sales": [("cost    at most $0.05", "cost    at most $0.08")],
    "support": [("wait for review of draft within 2d", "wait for review of draft within 1d")],
    "videos": [("timeout 25s", "timeout 20s")],
}
TOLD = {"briefs": {"request.value_removed", "latency.timeouts", "latency.floors", "flight.unsafe"},
        "sales": {"cost.ceiling_raised"},
        "support": {"stage.window_cut", "latency.floors", "flight.migrates"},
        "videos": {"latency.timeouts", "latency.floors", "flight.migrates"}}
VERSION = {"briefs": "2.0.0", "sales": "1.1.0", "support": "1.1.0", "videos": "1.0.1"}
GRAVEST = {"briefs": "breaking", "sales": "review", "support": "review", "videos": "behaviour"}


def git(*words, check=True):
    return subprocess.run(["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *words], cwd=folder, check=check,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def change(name, *pairs):
    path = os.path.join(folder, "spec", name + ".flow")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for was, becomes in pairs:
        assert was in text, (name, was)
        text = text.replace(was, becomes, 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def compare(name, *words):
    return diffing.run(*words, "--today", "2026-11-23", "--against", "main", f"spec/{name}.flow", folder=folder)


def formats(name):
    """The three formats of one comparison, held against its JSON."""
    found = json.loads(compare(name, "--format", "json")[1])["findings"]
    rules = {row["rule"] for row in found} - {"life.version_not_raised"}
    ok(rules == TOLD[name], f"{name}: what has changed is told", rules ^ TOLD[name])
    code, text, error = compare(name)
    paths = [row["path"] for row in found]
    ok(code == 0 and all(f"[{row['rule']}] {row['path']}\n" in text for row in found) and
       re.search(rf"^{GRAVEST[name]}\[", text, re.M) and text.index(paths[0]) <= text.index(paths[-1]) and
       f"spec/{name}.flow:" in text and text.endswith(" rules run\n"), f"{name}: as text, the gravest first", text + error)
    code, text, error = compare(name, "--format", "markdown")
    ok(code == 0 and text.startswith("## Contract: ") and all(path in text for path in paths) and
       text.count("<details>") == text.count("</details>") and len(text) < 20000 and
       f"at least **{VERSION[name]}**" in text, f"{name}: as Markdown, folded", text + error)
    code, text, error = compare(name, "--format", "github")
    lines = text.splitlines()
    ok(code == 0 and len(lines) == len(found) + 1 and all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
       and all(re.match(rf"::\w+ file=spec/{name}.flow,line=\d+,col=\d+,title=[\w.]+::", line) for line in lines[:-1]),
       f"{name}: as GitHub's commands, each at its line", text + error)


def exits():
    for name in CHANGES:
        code, _, error = compare(name)
        ok(code == 1, f"{name}: a version that was not raised fails", error)
        change(name, ('version "1.0.0"', f'version "{VERSION[name]}"'))
        code, text, _ = compare(name)
        want = 1 if GRAVEST[name] == "breaking" else 0
        ok(code == want, f"{name}: with its version raised the exit is {want}", text[:400])
        code, text, _ = compare(name, "--fail-on", GRAVEST[name])
        ok(code == 1, f"{name}: and 1 with --fail-on {GRAVEST[name]}", text[:400])
    document = json.loads(compare("briefs", "--format", "json")[1])["findings"]
    row = next(row for row in document if row["level"] == "breaking")
    with open(os.path.join(folder, "spec", "briefs.flow"), "a", encoding="utf-8") as file:
        file.write(f'\naccept {row["rule"]} "{row["path"]}#{row["fingerprint"]}" because "Nobody sent it." until "2027-06-30"\n')
    code, text, error = compare("briefs")
    ok(code == 0 and "accepted: Nobody sent it." in text, "accepted on purpose, the pull request passes", text[:600] + error)


def failures():
    """What could not be compared is never a pass."""
    for name, words in (("spec/none.flow", ("--against", "main")), ("spec/sales.flow", ("--against", "nowhere"))):
        code, text, error = diffing.run(*words, "--format", "github", name, folder=folder)
        ok(code == 2 and not text and "wright diff: " in error, f"{name} {words[1]}: exit 2, and why", text + error)
    change("sales", ("cost    at most", "cost    at lest"))
    for form in ("text", "markdown", "github"):
        code, text, error = compare("sales", "--format", form)
        ok(code == 2 and not text and "spec/sales.flow" in error, f"a specification with an error, as {form}: exit 2", text + error)
    change("sales", ("cost    at lest", "cost    at most"))
    os.rename(os.path.join(folder, "spec", "prompts"), os.path.join(folder, "spec", "gone"))
    code, text, error = compare("videos")
    ok(code == 2 and not text, "without its prompts: exit 2", text + error)
    os.rename(os.path.join(folder, "spec", "gone"), os.path.join(folder, "spec", "prompts"))


def driver():
    """git gives the driver one file at a time: blobs lie alone in folders of their own."""
    with open(os.path.join(folder, ".gitattributes"), "w", encoding="utf-8") as file:
        file.write("*.flow diff=wright\n")
    git("config", "diff.wright.textconv", f"'{diffing.WRIGHT}' textconv")
    shown = git("diff", "main", "--", "spec/sales.flow", check=False)
    ok(shown.returncode == 0 and '-        "ceiling_usd": "0.05",' in shown.stdout and '+        "ceiling_usd": "0.08",' in shown.stdout
       and len(shown.stdout) < 2000, "git diff shows the contract's lines that changed", shown.stdout + shown.stderr)
    shown = git("show", "--format=", "HEAD", "--", "spec/support.flow", check=False)
    ok(shown.returncode == 0 and '+            "within_ms": 86400000' in shown.stdout, "and so does git show, of two revisions",
       shown.stdout + shown.stderr)
    change("videos", ("keep jobs 14d", "keep jobs 13d"))
    git("add", "spec/videos.flow")
    shown = git("diff", "--cached", "--", "spec/videos.flow", check=False)
    ok(shown.returncode == 0 and '+      "keep_ms": 1123200000,' in shown.stdout, "and of what is only in the index",
       shown.stdout + shown.stderr)
    git("commit", "-qam", "three")
    with open(os.path.join(folder, "spec", "sales.flow"), "a", encoding="utf-8") as file:
        file.write("// a comment\n")
    git("commit", "-qam", "four")
    shown = git("diff", "HEAD~1", "--", "spec/sales.flow", check=False)
    ok(shown.returncode == 0 and "@@" not in shown.stdout, "a comment changes no contract", shown.stdout + shown.stderr)


shutil.copytree(os.path.join(ROOT, "spec"), os.path.join(folder, "spec"))
git("init", "-q")
git("checkout", "-qb", "main")
git("add", "-A")
git("commit", "-qm", "one")
git("checkout", "-qb", "work")
for flow, pairs in CHANGES.items():
    change(flow, *pairs)
git("commit", "-qam", "two")
git("checkout", "-q", "main")  # main goes on meanwhile: only what the branch did is told
change("briefs", ("latency waiting 8s", "latency waiting 9s"))
git("commit", "-qam", "another")
git("checkout", "-q", "work")
exits()
git("checkout", "-q", "--", "spec")
for flow in CHANGES:
    change(flow, ('version "1.0.0"', f'version "{VERSION[flow]}"'))
for flow in ("sales", "support", "videos"):
    formats(flow)
code, text, error = compare("briefs", "--format", "markdown")
ok(code == 1 and text.startswith("## Contract: breaking\n") and text.index("### Breaks clients") < text.index("### To review")
   and '"audience":"customer"' in text and "accept request.value_removed" in text and "| extract_key_points | draft | held |" in text,
   "briefs as Markdown: the verdict, what breaks and its witness, what becomes of jobs under way", text + error)
failures()
driver()
shutil.rmtree(folder)
diffing.done()
