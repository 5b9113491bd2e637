#!/usr/bin/env python3
"""Diagnostics for programs: SARIF and GitHub's commands say what the text says, and `wright fix` makes what a machine may
make: afterwards there are fewer errors, and a specification that had no others compiles."""
import json, os, re, shutil, subprocess, tempfile
import lang

ERR = os.path.join(lang.HERE, "err")


def fix(path, *flags):
    run = subprocess.run([lang.WRIGHT, "fix", path, *flags], capture_output=True, text=True, timeout=60)
    return run.returncode, run.stdout + run.stderr


def found(path):
    return json.loads(lang.check(path, "--format", "json")[1])


def offset(text, place):
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[:place[0] - 1]) + place[1] - 1


def copied(folder):
    inside = os.path.join(folder, "all")
    shutil.copytree(lang.HERE, inside)
    return inside


def every_one(inside):
    """Of every specification: what is applied is gone, nothing new has come."""
    tried, wrong = 0, []
    for kind in ("err", "ok"):
        for name in sorted(os.listdir(os.path.join(inside, kind))):
            path = os.path.join(inside, kind, name)
            if not name.endswith(".flow"):
                continue
            before = found(path)
            applicable = [d for d in before if d["suggestion"] and d["suggestion"]["applies"]]
            text = open(path, encoding="utf-8", errors="surrogateescape").read()
            code, said = fix(path)
            now = open(path, encoding="utf-8", errors="surrogateescape").read()
            after = found(path)
            if not applicable:
                if now != text or "0 edits" not in said:
                    wrong.append(f"{name}: changed without a suggestion")
                continue
            tried += 1
            errors = sum(d["severity"] == "error" for d in after)
            if len(after) >= len(before) or errors > sum(d["severity"] == "error" for d in before):
                wrong.append(f"{name}: {len(before)} before, {len(after)} after\n{said}")
            if code != (1 if errors else 0):
                wrong.append(f"{name}: exit code {code} with {errors} errors")
            if len(applicable) == len(before) and errors:
                wrong.append(f"{name}: does not compile after all was applied: {after[0]['message']}")
    lang.ok(tried >= 5 and not wrong, f"of {tried} specifications each has fewer errors when it is fixed", "\n".join(wrong))


GOOD = '''api x version "1.0.0" { auth none }
schema In { text: string(..100) }
schema Out { text: string(..100) }
error down is overloaded "Down."
service a { url env A_URL }
workflow w version 1 {
  route POST "/w"
  input In
  output Out
  latency waiting 8s
  stage s {
    get a "/x" as Out
    timeout 1s%s
    on ok -> done full%s
    on %serror -> fail down
  }
}
'''
WAYS = {
    "a label that cannot occur, on its own line": ("", "\n    on refusal -> fail down", ""),
    "one before another": ("", "", "refusal, "),
    "a class of its own": ("", "\n    on timeout_idle, breaker_open -> fail down", ""),
    "a retry of what cannot be": ("\n    retry 1 on rejected", "", ""),
    "a comment beside it": ("", "\n    on refusal -> fail down // never", ""),
}


def by_hand(folder):
    path = os.path.join(folder, "w.flow")
    for name, (retry, line, label) in WAYS.items():
        with open(path, "w") as file:
            file.write(GOOD % (retry, line, label))
        before = lang.check(path)[0]
        dry = fix(path, "--dry-run")
        unchanged = open(path).read() == GOOD % (retry, line, label)
        code, said = fix(path)
        text = re.sub(r"\n *// never(?=\n)", "", open(path).read())
        lang.ok((before, code, lang.check(path)[0]) == (1, 0, 0) and text == GOOD % ("", "", ""),
                f"{name}: what is left is the specification without it", said + text)
        lang.ok(dry[0] == 1 and unchanged and "would be made" in dry[1], f"{name}: --dry-run changes nothing", dry[1])
        lang.ok(os.listdir(folder) == ["w.flow"], f"{name}: and leaves nothing behind", os.listdir(folder))
    with open(path, "w") as file:
        file.write(GOOD % ("", "", ""))
    os.chmod(path, 0o640)
    lang.ok(fix(path)[0] == 0 and "0 edits made, 0 errors left" in fix(path)[1], "nothing to fix", fix(path)[1])
    with open(path, "w") as file:
        file.write(GOOD % ("", "\n    on refusal -> fail down", ""))
    fix(path)
    lang.ok(os.stat(path).st_mode & 0o777 == 0o640, "the file keeps its mode")
    lang.ok(fix(os.path.join(folder, "no.flow"))[0] == 2, "a file that is not there")


def sarif(folder):
    path = os.path.join(folder, "a b%,ü.flow")
    with open(path, "w") as file:
        file.write(GOOD % ("\n    retry 1 on rejected", "\n    /* ü */ on refusal -> fail nowhere".replace("/* ü */ ", ""), ""))
    code, text = lang.check(path, "--format", "sarif")
    document, plain = json.loads(text), found(path)
    run = document["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    results = run["results"]
    lang.ok(code == 1 and document["version"] == "2.1.0" and run["tool"]["driver"]["name"] == "wright", "SARIF 2.1.0", text)
    lang.ok([r["ruleId"] for r in results] == [d["code"] for d in plain] and set(rules) == {d["code"] for d in plain}
            and len(rules) == len(set(rules)), "a result for each diagnostic, a rule for each code", text)
    regions = [r["locations"][0]["physicalLocation"]["region"] for r in results]
    lang.ok([(r["startLine"], r["startColumn"], r["endLine"], r["endColumn"]) for r in regions] ==
            [(d["start"]["line"], d["start"]["column"], d["end"]["line"], d["end"]["column"]) for d in plain],
            "at the same places", regions)
    uri = results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    lang.ok(uri.endswith("/a%20b%25,%C3%BC.flow"), "a path is a URI", uri)
    source = open(path).read()
    edits = [r["fixes"][0]["artifactChanges"][0]["replacements"][0] for r in results if "fixes" in r]
    applies = [d["suggestion"] for d in plain if d["suggestion"] and d["suggestion"]["applies"]]
    lang.ok(len(edits) == len(applies) > 0, "and a fix where a machine may make one", edits)
    for edit in sorted(edits, key=lambda e: -e["deletedRegion"]["startLine"]):
        region = edit["deletedRegion"]
        from_ = offset(source, (region["startLine"], region["startColumn"]))
        to = offset(source, (region["endLine"], region["endColumn"]))
        source = source[:from_] + edit["insertedContent"]["text"] + source[to:]
    fix(path)
    lang.ok(open(path).read() == source, "which, made by hand, is what `wright fix` makes", source)
    code, text = lang.check(os.path.join(lang.ROOT, "spec", "briefs.flow"), "--format", "sarif")
    lang.ok(code == 0 and json.loads(text)["runs"][0]["results"] == [], "no results where nothing is wrong", text)


def github(folder):
    path = os.path.join(folder, "a%b,c:d.flow")
    with open(path, "w") as file:
        file.write(GOOD % ("", "\n    on refusal -> fail down", ""))
    code, text = lang.check(path, "--format", "github")
    want = f"::error file={folder}/a%25b%2Cc%3Ad.flow,line=15,endLine=15,col=8,endColumn=15,title=E0302 "
    lang.ok(code == 1 and text.startswith(want) and text.count("\n") == 1 and "%0Ahelp: delete the label" in text,
            "a workflow command a diagnostic, on one line", text)
    for name in sorted(os.listdir(ERR)):
        if name.endswith(".flow"):
            lines = lang.check(os.path.join(ERR, name), "--format", "github")[1].splitlines()
            if not all(re.match(r"::(error|warning) [^:]*::.", line) for line in lines) or \
                    len(lines) != len(found(os.path.join(ERR, name))):
                lang.ok(False, f"{name} as workflow commands", lines)
    lang.ok(True, "every golden specification as workflow commands")


with tempfile.TemporaryDirectory() as folder:
    every_one(copied(folder))
for test in (by_hand, sarif, github):
    with tempfile.TemporaryDirectory() as folder:
        test(folder)
lang.done()
