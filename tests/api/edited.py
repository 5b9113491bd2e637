"""Edits of a specification, made by what it says: each number, name and line that can be another is another once, each
workflow's version too; and again under each policy for upgrades. What jobs under way make of them is test_in_flight.py."""
import random, re

POLICIES = ("", "on upgrade hold", "on upgrade restart", "on upgrade fail")


def numbers(text):
    """Bounds of types, timeouts, retries: another number."""
    for match in re.finditer(r"(?<=\.\.)[\d_]+(?=[\])])", text):
        value = int(match[0].replace("_", ""))
        yield match.span(), str(value * 2), f"bound {match[0]} to {value * 2}"
        if value > 3:
            yield match.span(), str(value - 1), f"bound {match[0]} to {value - 1}"
    for match in re.finditer(r"(?<=timeout )(\d+)(?=m?s)", text):
        yield match.span(), str(int(match[0]) - 1 or 2), f"timeout {match[0]} to another"


def fields(text):
    for match in re.finditer(r"(?m)(?<=^  )(\w+)(\??)(?=: )", text):
        yield match.span(2), "" if match[2] else "?", f"{match[1]} {'is always there' if match[2] else 'may be left out'}"
    for match in re.finditer(r"(?m)^schema (\w+) +\{", text):
        yield (match.end(), match.end()), " added?: bool ", f"{match[1]} has another field"
        yield (match.end(), match.end()), " added: bool = true ", f"{match[1]} has a field with a default"
    for match in re.finditer(r"(?m)^  (\w+)\?: .*\n", text):
        yield match.span(), "", f"{match[1]} is gone"


def flow(text):
    """Stages under another name, new ones in between, lines that are gone."""
    for match in re.finditer(r"(?m)^  stage (\w+) \{", text):
        name = match[1]
        yield None, re.sub(rf"(?<![\w.]){name}(?=[ .?:)\n]|$)(?!:)", name + "_2", text), f"stage {name} is called otherwise"
        into = re.search(rf"-> {name}\b", text)
        if into:
            between = f"  stage between {{\n    sleep 1s\n    on ok -> {name}\n  }}\n\n"
            yield None, (text[:into.start()] + "-> between" + text[into.end():match.start()] + between +
                         text[match.start():]), f"a stage comes before {name}"
    for match in re.finditer(r"(?m)^    (check|retry|first token|idle|within)\b.*\n(?:      +.*\n)*", text):
        yield match.span(), "", f"`{match[0].strip()[:30]}` is gone"
    for match in re.finditer(r"(?m)^      optional (\w+) = .*\n", text):
        yield match.span(), "", f"member {match[1]} is gone"
    for match in re.finditer(r"(?<=version )1(?= \{)", text):
        yield match.span(), "2", "another version of the workflow"
    for match in re.finditer(r"(?<=\d, )(\d)(?= may fail)|(?<=, )(\d)(?= at a time)", text):
        yield match.span(), "3", "items otherwise"


def body(text):
    """The specification without its tests: they are of the old one."""
    return re.split(r"(?m)^test ", text)[0].replace('"1.0.0"', '"2.0.0"')


def edits(text, seed):
    """(what was done, the specification after it): as many as there are, by chance in their order; each with a policy."""
    rng, made = random.Random(seed), []
    plain = body(text)
    for source in (numbers, fields, flow):
        for span, new, what in source(plain):
            made.append((what, plain[:span[0]] + new + plain[span[1]:] if span else new))
    rng.shuffle(made)
    for turn in range(len(POLICIES)):
        for number, (what, text_after) in enumerate(made):
            policy = POLICIES[(number + turn) % len(POLICIES)]
            if policy:
                text_after = re.sub(r"(?m)^(  latency .*)$", rf"\1\n  {policy}", text_after, count=1)
            yield f"{what}{', ' + policy if policy else ''}", text_after
