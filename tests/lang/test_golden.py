#!/usr/bin/env python3
"""Every specification of ok/ compiles without an error; every one of err/ gives the text beside it, exit
code 1. `test_golden.py --bless` writes the texts anew: read them before you commit them."""
import difflib, json, os, re, sys
import lang

BLESS = "--bless" in sys.argv[1:]


def names(folder):
    return sorted(n[:-5] for n in os.listdir(os.path.join(lang.HERE, folder)) if n.endswith(".flow"))


def golden(folder, name, want_code):
    code, text = lang.check(name + ".flow", folder=os.path.join(lang.HERE, folder))
    path = os.path.join(lang.HERE, folder, name + ".txt")
    if BLESS and text:
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
    want = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
    diff = "\n".join(difflib.unified_diff(want.splitlines(), text.splitlines(), "golden", "now", lineterm=""))
    lang.ok(code == want_code and text == want, f"{folder}/{name}", f"exit code {code}\n{diff}")
    return text


def codes():
    """Every code of codes.def is shown by a golden text, but three limits: test_hostile.py has them."""
    rows = re.findall(r"^CODE\((\w+),", open(os.path.join(lang.ROOT, "compiler/diag/codes.def")).read(), re.M)
    shown = set()
    for folder in ("ok", "err"):
        for name in os.listdir(os.path.join(lang.HERE, folder)):
            if name.endswith(".txt"):
                shown |= set(re.findall(r"\[([EW]\d{4})\]", open(os.path.join(lang.HERE, folder, name)).read()))
    missing = [row for row in rows if row not in shown and row not in ("E0107", "E0208", "E0414")]
    lang.ok(not missing, "every code has a golden text", " ".join(missing))


def as_json():
    code, text = lang.check("three_errors.flow", "--format", "json", folder=os.path.join(lang.HERE, "err"))
    found = json.loads(text)
    places = [(d["file"], d["start"]["line"], d["start"]["column"]) for d in found]
    lang.ok(code == 1 and len(found) == 3, "three errors at once, as JSON", text)
    lang.ok(places == sorted(places), "sorted by place", places)


def exit_codes():
    code, text = lang.check("no/such/file.flow")
    lang.ok(code == 2 and "no/such/file.flow" in text, "a missing file exits 2 and is named", text)
    code, text = lang.check(lang.HERE)
    lang.ok(code == 2, "a folder exits 2", text)
    code, text = lang.check("x.flow", "--fromat", "json")
    lang.ok(code == 2 and "--format" in text, "a bad flag exits 2 and the near one is named", text)
    code, text = lang.check("x.flow", "--format", "yaml")
    lang.ok(code == 2 and "json" in text, "a bad format exits 2", text)
    code, text = lang.check(os.path.join(lang.ROOT, "spec", "briefs.flow"))
    lang.ok(code == 0 and text == "", "the flagship has no error and no warning", text)


for one in names("ok"):
    golden("ok", one, 0)
for one in names("err"):
    golden("err", one, 1)
codes()
as_json()
exit_codes()
lang.done()
