#!/usr/bin/env python3
"""The grammar that docs/language.md prints is the one that the compiler is built from: this writes it
from grammar.y and tokens.def. `test_grammar_doc.py --write` puts it into the page."""
import os, re, sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "docs", "language.md")
BEGIN, END = "<!-- grammar -->\n```ebnf\n", "```\n<!-- /grammar -->"
HIDDEN = {"start", "lb"}
KINDS = {"IDENT": "NAME", "UPPER": "CAPITAL", "TEXT_HEAD": '"text${', "TEXT_MID": "}text${", "TEXT_TAIL": '}text"'}


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as text:
        return text.read()


def spellings():
    rows = re.findall(r'^(KEYWORD|RESERVED|PUNCT|KIND)\((\w+), "(.*)"\)', read("compiler", "syntax", "tokens.def"), re.M)
    return {name: KINDS.get(name, name) if kind == "KIND" else "'%s'" % text for kind, name, text in rows}


def productions():
    """[(left, [symbols])] in the order of the file."""
    text = re.sub(r"/\*.*?\*/", "", read("compiler", "syntax", "grammar.y"), flags=re.S)
    text = text[:text.index("%code")]
    found = []
    for left, right in re.findall(r"^(\w+)(?:\(\w\))? ::=(.*?)\.(?=\s*(?:\[|\{|$))", text, re.M | re.S):
        found.append((left, re.findall(r"[A-Za-z_]+", re.sub(r"\(\w\)", "", right))))
    return found


def ebnf():
    names, rules = spellings(), {}
    for left, right in productions():
        if left not in HIDDEN:
            rules.setdefault(left, []).append(right)

    def show(symbols):
        return " ".join("'{'" if s == "lb" else names.get(s, s) for s in symbols)

    lines = ["file = decls ;"]
    for left, rights in rules.items():
        first = [r for r in rights if r and r[0] != left]
        more = [r[1:] for r in rights if r and r[0] == left]
        parts = [show(r) for r in first]
        if [] in rights and first:
            body = ["[ " + p + " ]" if len(parts) == 1 else p for p in parts]
            if len(parts) > 1:
                body = ["[ " + body[0]] + body[1:-1] + [body[-1] + " ]"]
        else:
            body = parts
        pad = " " * len(left)
        out = ("\n%s | " % pad).join(body)
        if more and len(body) > 1:
            out = "( " + out + " )"
        if more:
            again = ("\n%s   | " % pad).join(show(r) for r in more)
            out += ("\n%s   " % pad if out else "") + "{ " + again + " }"
        lines.append("%s = %s ;" % (left, out))
    return "\n".join(lines) + "\n"


def main():
    text = read("docs", "language.md") if os.path.exists(PAGE) else BEGIN + END + "\n"
    before, rest = text.split(BEGIN, 1)
    printed, after = rest.split(END, 1)
    if sys.argv[1:] == ["--write"]:
        with open(PAGE, "w", encoding="utf-8") as page:
            page.write(before + BEGIN + ebnf() + END + after)
        return
    ok(printed == ebnf(), "docs/language.md prints the grammar that is built")
    words = set(re.findall(r"^KEYWORD\((?:\w+), \"(\w+)\"", read("compiler", "syntax", "tokens.def"), re.M))
    missing = sorted(w for w in words if "'%s'" % w not in printed)
    ok(not missing, "every keyword is in it", " ".join(missing))
    done()


main()
