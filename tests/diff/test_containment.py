#!/usr/bin/env python3
"""Containment of schemas is sound: of pairs by chance no "compatible" is refuted by documents by chance, and each
witness is taken by one side and refused by the other, as tests/emit/reference.py has it, which knows nothing of
the compiler. WRIGHT_DIFF_PAIRS and WRIGHT_DIFF_DOCUMENTS for more. And many more pairs, each with 1000 documents, by
build/tests/test_containment: WRIGHT_DIFF_VOLUME of them (`make containment`: 100,000)."""
import copy, json, os, random, re, subprocess, sys, tempfile
import diffing
from diffing import ok, view
from reference import Validator

PAIRS = int(os.environ.get("WRIGHT_DIFF_PAIRS", "600"))
DOCUMENTS = int(os.environ.get("WRIGHT_DIFF_DOCUMENTS", "30"))
SEED = int(os.environ.get("WRIGHT_DIFF_SEED", "7"))
BATCH = 250
VOLUME = int(os.environ.get("WRIGHT_DIFF_VOLUME", "400"))
CHECKER = os.path.join(os.path.dirname(diffing.WRIGHT), "tests", "test_containment")
PATTERNS = {"[a-z]{1,3}": ["a", "zz", "abc"], "[a-z]{2}": ["ab", "zz"], "[a-f]+": ["a", "ff", "abcdef"],
            "\\d{3}": ["012", "999"], "a|bb": ["a", "bb"], "[A-Za-z0-9]{1,8}": ["A", "b9", "12345678"],
            "x[^y]?": ["x", "xx", "xé"]}
FORMATS = {"uuid": ["00000000-0000-4000-8000-00000000000a"], "date": ["2024-02-29", "1999-12-31"],
           "date-time": ["2024-02-29T23:59:60Z", "2020-01-01T00:00:00.5+01:00"],
           "uri": ["a:b", "https://x.y/z?q#f"], "email": ["a@b", "who.ever@example.org"]}
TEXTS = ["", "a", "b", "ab", "é", "🙂", "aaaa", "x y", "\n", "A1", "zzzzzz"]


class Maker:
    """Schemas in the dialect of contract.json, by chance; and others that differ a little."""

    def __init__(self, rng, prefix):
        self.rng, self.prefix, self.schemas = rng, prefix, {}

    def span(self, low, high):
        a, b = self.rng.randint(low, high), self.rng.randint(low, high)
        return min(a, b), max(a, b)

    def sized(self, made, least, most, high=4):
        a, b = self.span(0, high)
        if a:
            made[least] = a
        made[most] = b
        return made

    def leaf(self):
        rng = self.rng
        kind = rng.randrange(11)
        if kind == 0:
            return self.sized({"type": "string"}, "minLength", "maxLength", 6)
        if kind == 1:
            a, b = self.span(0, 9)
            made = {"type": "string", "maxLength": b, "x-maxBytes": b}
            if a:
                made.update({"minLength": (a + 3) // 4, "x-minBytes": a})
            return made
        if kind == 2:
            pattern = rng.choice(sorted(PATTERNS))
            return {"type": "string", "pattern": f"^(?:{pattern})$" if "|" in pattern else f"^{pattern}$"}
        if kind == 3:
            form = rng.choice(sorted(FORMATS))
            return {"type": "string", "format": form, **({"maxLength": rng.choice([20, 30])} if form in ("uri", "email") else {})}
        if kind == 4:
            a, b = self.span(-5, 9)
            return {"type": "integer", "minimum": a, "maximum": b}
        if kind == 5:
            a, b = self.span(-3, 5)
            return {"type": "number", "minimum": a, "maximum": b}
        if kind == 6:
            return {"type": "boolean"}
        if kind in (7, 8):
            values = rng.sample(["a", "b", "ab", "", "x y"], rng.randint(1, 3))
            return {"type": "string", "enum": values}
        if kind == 9:
            return {"x-maxBytes": rng.randint(4, 20), "x-maxDepth": 32}
        return {"type": "integer", "minimum": -2 ** 62, "maximum": 2 ** 62}

    def type(self, depth):
        rng = self.rng
        kind = rng.randrange(10)
        if depth <= 0 or kind < 5:
            made = self.leaf()
        elif kind == 5:
            made = self.sized({"type": "array", "items": self.type(depth - 1)}, "minItems", "maxItems", 3)
        elif kind == 6:
            keys = rng.choice([{"type": "string", "maxLength": 3, "minLength": 1},
                               {"type": "string", "pattern": "^[a-z]{1,3}$"}])
            made = self.sized({"type": "object", "additionalProperties": self.type(depth - 1), "propertyNames": keys},
                              "minProperties", "maxProperties", 2)
        elif kind == 7:
            return self.union(depth - 1)
        else:
            made = {"$ref": "#/schemas/" + self.object(depth - 1)}
        return {"anyOf": [made, {"type": "null"}]} if rng.random() < 0.15 else made

    def object(self, depth, tag=None):
        rng = self.rng
        name = f"{self.prefix}S{len(self.schemas)}" + (f".kind.{tag}" if tag else "")
        self.schemas[name] = made = {"type": "object", "properties": {}}
        if tag:
            made["properties"]["kind"] = {"type": "string", "enum": [tag]}
        for field in rng.sample(["p", "q", "r", "s"], rng.randint(0 if tag else 1, 3)):
            made["properties"][field] = self.type(depth)
        if not tag and rng.random() < 0.15:  # it holds itself
            made["x-depth"] = rng.randint(2, 4)  # 1 would let nothing be in it
            made["properties"]["self"] = rng.choice([
                {"$ref": "#/schemas/" + name},
                {"type": "array", "items": {"$ref": "#/schemas/" + name}, "maxItems": 2}])
        made["required"] = sorted(f for f in made["properties"] if f == "kind" or (f != "self" and rng.random() < 0.5))
        for field, inner in made["properties"].items():
            if field not in made["required"] and inner.get("type") == "boolean" and rng.random() < 0.5:
                inner["default"] = True
        if rng.random() < 0.75:
            made["additionalProperties"] = False
        return name

    def union(self, depth):
        tags = self.rng.sample(["u", "v", "w"], self.rng.randint(1, 3))
        mapping = {tag: "#/schemas/" + self.object(depth, tag) for tag in tags}
        return {"oneOf": [{"$ref": ref} for ref in mapping.values()],
                "discriminator": {"propertyName": "kind", "mapping": mapping}}

    def nodes(self, made):
        yield made
        for inner in made.get("properties", {}).values():
            yield from self.nodes(inner)
        for key in ("items", "additionalProperties"):
            if isinstance(made.get(key), dict):
                yield from self.nodes(made[key])
        if "anyOf" in made:
            yield from self.nodes(made["anyOf"][0])

    def change(self):
        """Edits some schemas in place: a few bounds, fields, types."""
        rng = self.rng
        for name in sorted(self.schemas):
            made = self.schemas[name]
            if rng.random() < 0.3:
                continue
            if rng.random() < 0.2:
                made["properties"][rng.choice(["p", "q", "t"])] = self.leaf()
            if rng.random() < 0.15 and len(made["properties"]) > 1:
                gone = rng.choice(sorted(set(made["properties"]) - {"kind"}) or ["kind"])
                if gone != "kind":
                    made["properties"].pop(gone)
            made["required"] = sorted(f for f in made["properties"] if f == "kind" or (
                f != "self" and (f in made.get("required", [])) != (rng.random() < 0.1)))
            if rng.random() < 0.1:
                made["additionalProperties"] = False
            elif rng.random() < 0.1:
                made.pop("additionalProperties", None)
            if "x-depth" in made and rng.random() < 0.5:
                made["x-depth"] = rng.randint(2, 4)  # 1 would let nothing be in it
            for inner in made["properties"].values():
                for node in self.nodes(inner):
                    self.nudge(node)

    def nudge(self, node):
        rng = self.rng
        pairs = [("minLength", "maxLength"), ("x-minBytes", "x-maxBytes"), ("minItems", "maxItems"),
                 ("minProperties", "maxProperties"), ("minimum", "maximum")]
        for least, most in pairs[1:] if "x-maxBytes" in node else pairs:
            if most in node and rng.random() < 0.3:
                node[most] += rng.choice([-1, 1, 2])
                node[most] = max(node[most], node.get(least, 0 if most != "maximum" else node[most]), 4 if most == "x-maxBytes" else -99)
            if least in node and rng.random() < 0.15:
                node[least] = min(node[least] + rng.choice([-1, 1]), node[most])
                if most != "maximum":
                    node[least] = max(node[least], 1)
        if "x-maxBytes" in node and "maxLength" in node:
            node["maxLength"] = node["x-maxBytes"]
            node["minLength"] = (node.get("x-minBytes", 0) + 3) // 4
        if "enum" in node and len(node["enum"]) < 3 and node["enum"][0] not in "uvw" and rng.random() < 0.2:
            node["enum"].append("new")
        if "pattern" in node and rng.random() < 0.3:
            pattern = rng.choice(sorted(PATTERNS))
            node["pattern"] = f"^(?:{pattern})$" if "|" in pattern else f"^{pattern}$"


class Documents:
    """Documents of a schema by chance; None where none was found."""

    def __init__(self, rng, schemas, reply):
        self.rng, self.schemas, self.reply = rng, schemas, reply

    def text(self, schema):
        rng = self.rng
        if "enum" in schema:
            return rng.choice(schema["enum"])
        if "pattern" in schema:
            return rng.choice(PATTERNS[schema["pattern"].removeprefix("^").removesuffix("$").removeprefix("(?:").removesuffix(")")]
                              if schema["pattern"].startswith("^(?:a|bb") else
                              PATTERNS[schema["pattern"][1:-1]])
        if "format" in schema:
            return rng.choice(FORMATS[schema["format"]])
        length = rng.randint(schema.get("minLength", 0), schema["maxLength"])
        return "".join(rng.choice("aé🙂 Zb") for _ in range(length))

    def of(self, schema, depth=0):
        rng = self.rng
        if "$ref" in schema:
            return self.of(self.schemas[schema["$ref"].removeprefix("#/schemas/")], depth + 1)
        if "anyOf" in schema:
            return None if rng.random() < 0.3 else self.of(schema["anyOf"][0], depth)
        if "oneOf" in schema:
            return self.of(rng.choice(schema["oneOf"]), depth)
        kind = schema.get("type")
        if kind == "string":
            return self.text(schema)
        if kind == "integer":
            return rng.choice([schema["minimum"], schema["maximum"], rng.randint(schema["minimum"], schema["maximum"])])
        if kind == "number":
            return rng.choice([schema["minimum"], schema["maximum"], rng.uniform(schema["minimum"], schema["maximum"])])
        if kind == "boolean":
            return rng.random() < 0.5
        if kind == "array":
            return [self.of(schema["items"], depth) for _ in range(rng.randint(schema.get("minItems", 0), schema["maxItems"]))]
        if kind == "object" and "properties" not in schema:
            keys = rng.sample(["a", "b", "ab", "xyz"], min(4, rng.randint(schema.get("minProperties", 0), schema["maxProperties"])))
            return {key: self.of(schema["additionalProperties"], depth) for key in keys}
        if kind == "object":
            return self.fields(schema, depth)
        return rng.choice([None, True, 0, "ab", [], {}, [1], {"a": 1}, 12.5])

    def fields(self, schema, depth):
        made = {}
        for name, inner in schema["properties"].items():
            needed = name in schema.get("required", []) or (self.reply and "default" in inner)
            if needed or (depth < 6 and self.rng.random() < 0.5):
                made[name] = self.of(inner, depth)
        if schema.get("additionalProperties") is not False and self.rng.random() < 0.3:
            made[self.rng.choice(["p", "q", "t", "zz"])] = self.rng.choice([None, 1, "a", {}])
        return made


def batch(rng, size):
    """Two contracts of `size` workflows, and what stands in them."""
    sides = ({}, {})
    flows = ({}, {})
    for number in range(size):
        maker = Maker(rng, f"N{number}x")
        takes, gives = maker.object(2), maker.object(2)
        other, roots = copy.deepcopy(maker), (takes, gives)
        if rng.random() < 0.2:  # nothing to do with each other
            other = Maker(rng, f"N{number}x")
            roots = other.object(2), other.object(2)
        other.rng = rng
        other.change()
        sides[0].update(maker.schemas)
        sides[1].update(other.schemas)
        flows[0][f"w{number}"] = (takes, gives)
        flows[1][f"w{number}"] = roots
    return sides, flows


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
