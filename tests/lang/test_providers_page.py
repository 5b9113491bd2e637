#!/usr/bin/env python3
"""docs/providers.md prints the tables that errors and ends of answers are judged by: this writes them from
faults.def, stops.def and profiles.def, and knows each provider of providers.def. `--write` puts them into the page."""
import os, re, sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "docs", "providers.md")
WHO = {"ANY": "", "OPENAI": "OpenAI", "ANTHROPIC": "Anthropic"}
STATUS = {"0": "in a stream", "ANY_STATUS": "any", "STATUS_4XX": "other 3xx, 4xx", "STATUS_5XX": "other 5xx"}


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def faults():
    rows = re.findall(r'^FAULT\((\w+), (\w+), "(.*?)", "(.*?)", (\w+)\)', read("runtime", "model", "faults.def"), re.M)
    lines = ["| of | HTTP status | word | phrase | class |", "| --- | --- | --- | --- | --- |"]
    for who, status, word, phrase, name in rows:
        cells = [WHO[who], STATUS.get(status, status), word and f"`{word}`", phrase and f"“{phrase}”", f"`{name}`"]
        lines.append("| " + " | ".join(cells) + " |")
    return rows, "\n".join(lines)


def stops():
    rows = re.findall(r'^STOP\((\w+), "(\w+)", (\w+)\)', read("runtime", "model", "stops.def"), re.M)
    lines = ["| format | word | class |", "| --- | --- | --- |"]
    lines += [f"| {form} | `{word}` | {'whole' if name == 'ok' else f'`{name}`'} |" for form, word, name in rows]
    return rows, "\n".join(lines)


def profiles():
    text = re.sub(r",\n\s+", ", ", read("runtime", "include", "wright", "profiles.def"))
    rows = [re.split(r", ", row) for row in re.findall(r"^PROFILE\((.*)\)$", text, re.M)]
    word = {"true": "yes", "false": "no", "0": ""}
    lines = ["| profile | version | optional field | object | map | value without a type | holds itself | enforces besides | "
             "levels | fields | enumerated | letters |", "| " + "--- | " * 12]
    for name, version, nulls, closes, maps, kind, circles, rules, *most in rows:
        cells = [f"`{name}`", version.strip('"'), "or null" if nulls == "true" else "may be left out",
                 "closed" if closes == "true" else "as declared", "as it is" if maps == "true" else "list of {key, value}",
                 "as it is" if kind == "true" else "JSON within a string", word[circles],
                 rules.replace("WR_RULE_", "").replace(" |", ",").lower() if rules != "0" else "", *(word.get(n, n) for n in most)]
        lines.append("| " + " | ".join(cells) + " |")
    return rows, "\n".join(line.rstrip() for line in lines)


def put(page, mark, table):
    begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    at, to = page.index(begin) + len(begin), page.index(end)
    return page[:at] + table + "\n" + page[to:]


def main():
    page = read("docs", "providers.md")
    fault_rows, fault_table = faults()
    stop_rows, stop_table = stops()
    profile_rows, profile_table = profiles()
    wanted = put(put(put(page, "faults", fault_table), "stops", stop_table), "profiles", profile_table)
    if "--write" in sys.argv:
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(wanted)
        return
    names = re.findall(r'^PROVIDER\("([\w.]+)"', read("runtime", "include", "wright", "providers.def"), re.M)
    count = lambda name, text: len(re.findall(rf"^{name}\(", text, re.M))
    ok(wanted == page, "the page prints the tables")
    ok(len(fault_rows) == count("FAULT", read("runtime", "model", "faults.def")) > 40
       and len(stop_rows) == count("STOP", read("runtime", "model", "stops.def")) > 20, "each row was understood")
    ok(len(profile_rows) == 4 and all(len(row) == 12 for row in profile_rows), "each profile was understood")
    ok(len(names) > 5 and all(f"| `{name}` |" in page for name in names), "each provider has its row")
    done()


main()
