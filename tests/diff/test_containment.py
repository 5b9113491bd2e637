#!/usr/bin/env python3
"""Containment of schemas is sound: of pairs by chance no "compatible" is refuted by documents by chance, and each
witness is taken by one side and refused by the other, as tests/emit/reference.py has it, which knows nothing of
the compiler. WRIGHT_DIFF_PAIRS and WRIGHT_DIFF_DOCUMENTS for more. And many more pairs, each with 1000 documents, by
build/tests/test_containment: WRIGHT_DIFF_VOLUME of them (`make containment`: 100,000)."""
import copy, json, os, random, re, subprocess, sys, tempfile
import diffing
from diffing import ok, view
from makers import Documents, Maker, batch
from reference import Validator

PAIRS = int(os.environ.get("WRIGHT_DIFF_PAIRS", "600"))
DOCUMENTS = int(os.environ.get("WRIGHT_DIFF_DOCUMENTS", "30"))
SEED = int(os.environ.get("WRIGHT_DIFF_SEED", "7"))
BATCH = 250
VOLUME = int(os.environ.get("WRIGHT_DIFF_VOLUME", "400"))
CHECKER = os.path.join(os.path.dirname(diffing.WRIGHT), "tests", "test_containment")


def check_batch(rng, size, folder, tally, wrong):
    (old, new), flows = batch(rng, size)
    paths = [os.path.join(folder, name) for name in ("old.json", "new.json")]
    for path, schemas, rows in zip(paths, (old, new), flows):
        with open(path, "w") as file:
            json.dump(diffing.contract(schemas, rows), file)
    found = diffing.findings(*paths)["findings"]
    views = {(reply, side): Validator(view(schemas, reply), "#/schemas/") for reply in (False, True)
             for side, schemas in (("old", old), ("new", new))}
    readers = Validator(view(old, True, tolerant=True), "#/schemas/")
    grave = set()
    for finding in found:
        if not finding["rule"].startswith(("request.", "reply.")):
            continue
        flow, part = finding["path"].split(".")[0], finding["path"].split(".")[1]
        reply = part.startswith("output")
        tally[finding["level"]] = tally.get(finding["level"], 0) + 1
        tally["unknown"] += finding["rule"].endswith(".unknown")
        if finding["level"] in ("breaking", "review"):
            grave.add((flow, reply))
        root = {"old": flows[0][flow][reply], "new": flows[1][flow][reply]}
        if "witness" in finding:
            tally["witnesses"] += 1
            takes = finding["taken_by"]
            other = "new" if takes == "old" else "old"
            if not views[reply, takes].named(root[takes], finding["witness"]) or \
                    views[reply, other].named(root[other], finding["witness"]):
                wrong.append(("witness", finding, old, new))
        elif finding["level"] == "breaking" and not finding["rule"].endswith(".currency"):
            tally["unwitnessed"].append(finding)
    for flow in flows[0]:
        for reply in (False, True):
            if (flow, reply) in grave:
                continue
            tally["compatible"] += 1
            source, target = (new, readers) if reply else (old, views[False, "new"])
            inner, outer = flows[reply][flow][reply], flows[not reply][flow][reply]
            made = Documents(rng, source, reply)
            for _ in range(DOCUMENTS):
                document = made.of(source[inner])
                if views[reply, "new" if reply else "old"].named(inner, document):
                    tally["documents"] += 1
                    if not target.named(outer, document):
                        wrong.append(("compatible", flow, reply, document, source[inner],
                                      (old if reply else new)[outer]))
                        break


def volume():
    """Pairs in large numbers; what is proved is tried with 1000 documents each."""
    rng, total, said = random.Random(SEED + 1), {}, []
    with tempfile.TemporaryDirectory(prefix="wright-contain-") as folder:
        paths = [os.path.join(folder, name) for name in ("old.json", "new.json")]
        for start in range(0, VOLUME, 2 * BATCH):
            sides, flows = batch(rng, min(BATCH, (VOLUME - start + 1) // 2))
            for path, schemas, rows in zip(paths, sides, flows):
                with open(path, "w") as file:
                    json.dump(diffing.contract(schemas, rows), file)
            ran = subprocess.run([CHECKER, *paths, "1000", str(SEED + start)], capture_output=True, text=True)
            lines = ran.stdout.splitlines()
            if ran.returncode or not lines or not lines[-1].startswith("pairs "):
                raise RuntimeError(f"exit {ran.returncode}: {ran.stdout[-400:]} {ran.stderr[-2000:]}")
            words = lines[-1].split()
            for name, count in zip(words[::2], words[1::2]):
                total[name] = total.get(name, 0) + int(count)
            said += [line for line in lines[:-1] if not line.startswith("# unknown")]
            if VOLUME > 10000 and start % 10000 == 0:
                print(f"# {total}", file=sys.stderr, flush=True)
    ok(total["wrong"] == 0, f"{total['pairs']} pairs: {total['proved']} proved, none refuted by {total['documents']} documents; "
       f"{total['refuted']} refuted, each by its witness", "\n".join(said[:6]))
    ok(total["laws"] == 0, f"each is in itself, and {total['chains']} chains hold", "\n".join(said[:6]))
    ok(total["unknown"] * 200 <= total["pairs"], f"{total['unknown']} are not decided")


def swapped():
    """What narrows a request widens a reply, the other way round: with the same fields it is as grave."""
    rng, wrong, seen = random.Random(SEED + 2), [], 0
    sides, flows = ({}, {}), ({}, {})
    for number in range(60):
        maker = Maker(rng, f"N{number}x")
        made = maker.object(1)
        for schema in maker.schemas.values():
            schema["additionalProperties"] = False
            for field in schema["properties"].values():
                field.pop("default", None)
        other = copy.deepcopy(maker)
        other.rng = rng
        for schema in other.schemas.values():
            for inner in schema["properties"].values():
                for node in other.nodes(inner):
                    other.nudge(node)
        sides[0].update({name + "A": renamed(schema, "A") for name, schema in maker.schemas.items()})
        sides[0].update({name + "B": renamed(schema, "B") for name, schema in other.schemas.items()})
        flows[0][f"w{number}"] = made + "A", made + "B"
        flows[1][f"w{number}"] = made + "B", made + "A"
    with tempfile.TemporaryDirectory(prefix="wright-swap-") as folder:
        paths = [os.path.join(folder, name) for name in ("old.json", "new.json")]
        for path, rows in zip(paths, flows):
            with open(path, "w") as file:
                json.dump(diffing.contract(sides[0], rows), file)
        grave = {}
        for finding in diffing.findings(*paths)["findings"]:
            flow, part = finding["path"].split(".")[:2]
            if finding["rule"].startswith(("request.", "reply.")):
                part = part[:5]
                grave[flow, part] = grave.get((flow, part), False) or finding["level"] in ("breaking", "review")
    for number in range(60):
        request, reply = (grave.get((f"w{number}", part)) for part in ("input", "outpu"))
        seen += bool(request)
        if bool(request) != bool(reply):
            wrong.append((number, request, reply))
    ok(not wrong and 10 < seen < 55, f"60 pairs as request and, the other way round, as reply: {seen} are grave in both", wrong)


def renamed(schema, mark):
    return json.loads(re.sub(r'(#/schemas/[\w.]+)"', rf'\g<1>{mark}"', json.dumps(schema)))


def main():
    rng = random.Random(SEED)
    tally, wrong = {"witnesses": 0, "unwitnessed": [], "compatible": 0, "documents": 0, "unknown": 0}, []
    with tempfile.TemporaryDirectory(prefix="wright-contain-") as folder:
        for start in range(0, PAIRS, BATCH):
            check_batch(rng, min(BATCH, PAIRS - start), folder, tally, wrong)
    bad = [one for one in wrong if one[0] == "compatible"]
    ok(not bad, f"{PAIRS * 2} pairs: none of {tally['compatible']} called compatible is refuted by one of "
       f"{tally['documents']} documents", "\n".join(map(str, bad[:3])))
    bad = [one[1] for one in wrong if one[0] == "witness"]
    ok(not bad, f"each of {tally['witnesses']} witnesses is taken by one side and refused by the other",
       "\n".join(map(str, bad[:4])))
    ok(not tally["unwitnessed"], f"each of {tally.get('breaking', 0)} breaking findings has a witness",
       "\n".join(map(str, tally["unwitnessed"][:6])))
    ok(tally["unknown"] <= tally.get("breaking", 0) // 20, f"{tally['unknown']} pairs are undecided")
    ok(min(tally["compatible"], tally["witnesses"], tally.get("breaking", 0)) > PAIRS // 20,
       "the pairs are of all kinds", tally)


main()
volume()
swapped()
diffing.done()
