#!/usr/bin/env python3
"""Every rule of `wright diff`: edits of base.flow are found by the rules that they should be, and by no other, in both
directions; names and order that are nobody's business are not found; witnesses hold; the same gives the same."""
import concurrent.futures, json, os, re, shutil, subprocess, tempfile
import diffing, edits
from diffing import HERE, ROOT, ok, view
from reference import Validator

BASE = open(os.path.join(HERE, "base.flow")).read()
RULES = re.findall(r"^RULE\((\w+), (\w+), (\w+),", open(os.path.join(ROOT, "compiler/diff/rules.def")).read(), re.M)
folder = tempfile.mkdtemp(prefix="wright-diff-")
shutil.copytree(os.path.join(HERE, "prompts"), os.path.join(folder, "prompts"))
seen = set()
STEP = 4 if "WRIGHT_SLOW" in os.environ else 1  # under sanitizers a part of the edits will do


def write(name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


def contract_of(name):
    made = subprocess.run([diffing.WRIGHT, "textconv", os.path.join(folder, name)], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    return json.loads(made.stdout)


def shown(old, new):
    return diffing.findings(os.path.join(folder, old), os.path.join(folder, new))


def root_of(flow, part, path):
    """The schema of what a finding's path is in: a request, a reply, a signal."""
    if part.startswith(("input", "output")):
        return flow["output" if part.startswith("output") else "input"]
    name = path.split(".")[2]
    for key, stage in flow["stages"].items():
        if name == (stage["action"].get("wait_for_signal") if part == "signals" else key):
            return stage["action"]["as"]


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
            root = root_of(contracts[side]["workflows"][flow], part[0], finding["path"])
            takes = Validator(view(schemas, reply), "#/schemas/").named(root, finding["witness"])
            if takes != (finding["taken_by"] == side):
                yield f"{finding['rule']} {finding['path']}: {side} {'takes' if takes else 'refuses'} {finding['witness']}"


def edit(index, was, becomes, there, back):
    """An edit and the edit taken back, as arguments of ok()."""
    name = f"{was.strip()[:50]!r} -> {becomes.strip()[:50]!r}"
    made = []
    try:
        base, text = edits.base_of(was)
        write(f"{index}.flow", text.replace(was, becomes, 1))
        contracts = {base: bases[base], str(index): contract_of(f"{index}.flow")}
        write(f"{index}.json", json.dumps(contracts[str(index)]))
        for old, new, wanted in ((base, str(index), there), (str(index), base, back)):
            document = shown(old + ".json", new + ".json")
            found = {finding["rule"] for finding in document["findings"]}
            seen.update(found)
            wrong = list(wrong_witnesses(document, {"old": contracts[old], "new": contracts[new]}))
            missing, more = set(wanted.split()) - found, found - set(wanted.split()) - edits.ALONG
            made.append((not missing and not more and not wrong, name if old == base else name + ", taken back",
                         f"missing {sorted(missing)}, more {sorted(more)}, wrong {wrong}"))
    except (RuntimeError, ValueError, subprocess.CalledProcessError) as error:
        made.append((False, name, error))
    return made


def all_edits():
    rows = [(index, *row) for index, row in enumerate(edits.SCHEMAS + edits.OTHERS + edits.RICH)][::STEP]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for made in pool.map(lambda row: edit(*row), rows):
            for result in made:
                ok(*result)


def is_same(old, new, name):
    """Neither way is anything found."""
    write("a.flow", old)
    write("b.flow", new)
    found = [finding for pair in (("a.flow", "b.flow"), ("b.flow", "a.flow")) for finding in shown(*pair)["findings"]]
    ok(old != new and not found, f"nobody's business: {name}", found[:2])


def reversed_parts(text, start, end):
    """The parts that begin with `start`, the other way round."""
    parts = re.split(f"(?m)^(?={start})", text)
    last, _, rest = parts[-1].partition(end)
    return parts[0] + "".join(reversed(parts[1:-1] + [last + end])) + rest


def inner():
    for was, becomes in edits.INNER:
        for text in edits.BASES.values():
            if re.search(was, text):
                is_same(text, re.sub(was, becomes, text), f"{was!r} -> {becomes!r}")
                break
        else:
            ok(False, f"no specification has {was!r}")
    for name, text in edits.BASES.items():
        declaration = r"(?:open )?(?:schema|error|service|model|function|workflow) "
        is_same(text, reversed_parts(text, declaration, "\n}\n"), f"the order of what {name} declares")
        is_same(text, re.sub(r"(?m)^ +|  +", "   ", text), f"how {name} is laid out")
        is_same(text, re.sub(r"(?m)((?:^    on .*\n)+)", lambda rows: "".join(reversed(rows[1].splitlines(True))), text),
                f"the order of the transitions of {name}")
        flows = re.split(r"(?m)^(?=workflow )", text)
        is_same(text, "".join(re.sub(r"(?s)(  stage .*?\n  }\n)(  stage .*\n  }\n)", later_stages, flow) for flow in flows),
                f"the order of the stages of {name}, but the first")


def later_stages(match):
    return match[1] + "".join(reversed(re.split(r"(?m)^(?=  stage )", match[2])[1:]))


def same():
    for name in edits.BASES:
        code, one, _ = diffing.run(name, name, folder=folder)
        ok(code == 0 and "no change" in one, f"nothing is found between {name} and itself", one)
    write("a.flow", BASE)
    write("b.flow", BASE.replace("1..100", "1..90").replace('"poor"', '"fair"').replace("waiting 10s", "waiting 11s"))
    outputs = {diffing.run("--format", form, "a.flow", "b.flow", folder=folder)[1]
               for form in ("text", "json", "markdown", "github", "sarif", "junit") for _ in range(2)}
    ok(len(outputs) == 6, "the same comparison is the same, byte for byte")


def polarity():
    """One schema that is request and reply: what narrows one narrows the other, and the levels swap."""
    write("a.flow", BASE)
    write("b.flow", BASE.replace("x: int(0..9)", "x: int(0..8)"))
    found = {(f["rule"], f["path"]) for f in shown("a.flow", "b.flow")["findings"]}
    ok({("request.bound_tightened", "later.input.x"), ("reply.bound_tightened", "later.output.x")} <= found,
       "a bound of a request and of a reply: breaking in one, compatible in the other", found)


for base, text in edits.BASES.items():
    write(base, text)
bases = {base: contract_of(base) for base in edits.BASES}
for base, contract in bases.items():
    write(base + ".json", json.dumps(contract))
all_edits()
inner()
same()
polarity()
for was, becomes, rules in edits.JSON:
    one = json.loads(json.dumps(bases["base.flow"]))
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
ok(STEP > 1 or not gaps, f"{len(every)} rules: {len(seen)} shown by {2 * len(edits.SCHEMAS + edits.OTHERS + edits.RICH)} edits, "
   f"{len(edits.UNSHOWN)} with a reason why not", sorted(gaps))
ok(not set(edits.UNSHOWN) & seen, "what is said to have no edit has none", sorted(set(edits.UNSHOWN) & seen))
shutil.rmtree(folder)
diffing.done()
