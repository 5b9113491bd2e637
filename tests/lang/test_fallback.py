#!/usr/bin/env python3
"""A keyword may be a name, and lemon takes it for one wherever the compressed table has no row of its
own for it. Where a state takes a name and a keyword would only reduce, the keyword would be lost: this
reads lemon's uncompressed table and finds such states."""
import os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok, skip

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GRAMMAR = os.path.join(ROOT, "compiler", "syntax", "grammar.y")


def table(grammar):
    """The report of `lemon -c`: {state: (items, {symbol: (action, what)})}."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "grammar.y")
        with open(path, "w") as out:
            out.write(grammar)
        run = subprocess.run(["lemon", "-c", "grammar.y"], cwd=folder, capture_output=True, text=True)
        with open(os.path.join(folder, "grammar.out")) as report:
            text = report.read()
    states = {}
    for part in re.finditer(r"^State (\d+):\n(.*?)(?=^State |^-----|\Z)", text, re.S | re.M):
        items, actions = [], {}
        for line in part.group(2).split("\n"):
            row = re.match(r"\s+(\S+) (shift-reduce|shift|reduce|accept)\s*(.*)", line)
            if row:
                actions[row.group(1)] = (row.group(2), row.group(3))
            elif "::=" in line:
                items.append(line.strip())
        states[int(part.group(1))] = (items, actions)
    return run.returncode, states


def lost(grammar):
    """Keywords that would be taken for names although the grammar wants them as keywords."""
    words = set(re.search(r"%fallback IDENT\n(.*?)\.\n", grammar, re.S).group(1).split())
    code, states = table(grammar)
    found = []
    for number, (items, actions) in states.items():
        if "IDENT" not in actions:
            continue
        for symbol, action in actions.items():
            if symbol in words and action[0] == "reduce" and action != actions["IDENT"]:
                found.append("state %d: %s in %s" % (number, symbol, items[0]))
    return code, len(states), found


def main():
    if not shutil.which("lemon"):
        skip("keywords that are names", "lemon is not installed")
        done()
    with open(GRAMMAR) as text:
        grammar = text.read()
    code, states, found = lost(grammar)
    ok(code == 0, "the grammar has no conflicts")
    ok(states > 100 and not found, "no keyword is lost to a name", "\n".join(found))
    # The check itself: an optional name before a keyword is what it must find.
    broken = grammar.replace("function_tail(F). {", "optional_name function_tail(F). {", 1)
    broken = broken.replace("%type function_tail", "optional_name ::= .\noptional_name ::= name.\n"
                            "%type function_tail", 1)
    broken = re.sub(r"function_tail\(A\) ::= name\(E\).*?\n}\n", "", broken, flags=re.S)
    ok(bool(lost(broken)[2]), "an optional name before a keyword is found")
    done()


main()
