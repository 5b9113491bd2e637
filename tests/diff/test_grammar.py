#!/usr/bin/env python3
"""Edits enumerated from the grammar: each of its productions is touched by an edit of edits.py, which test_rules.py finds
by a rule. What an edit touches is seen by the parser itself (build/tests/test_grammar_use --trace): the productions
whose number or whose own tokens differ. A production that is added without an edit, or without a reason, is a gap."""
import collections, os, re, shutil, subprocess, tempfile
import diffing, edits
from diffing import HERE, ok

TRACER = os.path.join(os.path.dirname(diffing.WRIGHT), "tests", "test_grammar_use")
NEAR = 40  # an edit shows a production only if it touches no more than so many


def trace(folder, names):
    """{file: productions with their own tokens}, and all productions."""
    ran = subprocess.run([TRACER, "--trace", *names], cwd=folder, stdout=subprocess.PIPE, check=True, timeout=300)
    rules, files, here = [], {}, None
    for line in ran.stdout.decode("utf-8", "replace").split("\n"):
        kind, _, rest = line.partition("\t")
        if kind == "RULE":
            rules.append(rest.rstrip())
        elif kind == "FILE":
            here = files[rest] = collections.Counter()
        elif "::=" in kind:
            here[kind.rstrip(), rest] += 1
    return rules, files


def touched(old, new):
    """The productions in which the two files differ."""
    return {rule for rule, _ in (old - new) + (new - old)}


def not_accepted():
    """What the compiler refuses by name, or cannot be said: test_grammar_use.c lists and tests it."""
    text = open(os.path.join(diffing.ROOT, "tests/unit/test_grammar_use.c")).read()
    lists = re.findall(r"static const char \*const (?:waiting|refused)\[\] = \{(.*?)\n\};", text, re.S)
    for pattern in re.findall(r'"([^"]*)"', "".join(lists)):
        yield re.escape(pattern) + (".*" if pattern.endswith(" ") else ""), "no specification that compiles has it"


def main():
    folder = tempfile.mkdtemp(prefix="wright-grammar-")
    rows, names = [], set()
    for index, (was, becomes, there, back) in enumerate(edits.SCHEMAS + edits.OTHERS + edits.RICH):
        base, text = edits.base_of(was)
        rows.append((f"{was.strip()[:60]!r} -> {becomes.strip()[:60]!r}", base, f"{index}.flow", f"{there} {back}".split()))
        for name, content in ((base, text), (f"{index}.flow", text.replace(was, becomes, 1))):
            with open(os.path.join(folder, name), "w") as file:
                file.write(content)
            names.add(name)
    rules, files = trace(folder, sorted(names))
    ok(len(rules) > 300 and all(files[name] for name in names), f"{len(names)} files are parsed", [name for name in sorted(names) if not files[name]])
    shown = {}
    for edit, base, other, found in rows:
        parts = touched(files[base], files[other])
        for rule in parts if found and len(parts) <= NEAR else ():
            if rule not in shown or len(parts) < shown[rule][0]:
                shown[rule] = len(parts), edit, found
    reasons = edits.NO_EDIT + list(not_accepted())
    excused = {rule: why for rule in rules for pattern, why in reasons if re.fullmatch(pattern, rule)}
    for rule in rules:
        if rule in shown:
            print(f"# {rule}\n#     {shown[rule][1]}: {', '.join(sorted(set(shown[rule][2])))}")
    gaps = [rule for rule in rules if rule not in shown and rule not in excused]
    ok(not gaps, f"{len(rules)} productions: {len(shown)} shown by {2 * len(rows)} edits, found by "
       f"{len({rule for row in rows for rule in row[3]})} rules; {len(set(excused) - set(shown))} with a reason; {len(gaps)} gaps",
       "\n".join(gaps))
    spare = [pattern for pattern, _ in edits.NO_EDIT
             if not any(re.fullmatch(pattern, rule) and rule not in shown for rule in rules)]
    ok(not spare, "each reason is still needed", spare)
    shutil.rmtree(folder)


main()
diffing.done()
