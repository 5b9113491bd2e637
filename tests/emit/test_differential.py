#!/usr/bin/env python3
"""The generated decoder takes exactly what the JSON Schema beside it says: documents by chance, most of them
valid or nearly so, held against reference.py. WRIGHT_SEED chooses others, WRIGHT_DOCUMENTS how many."""
import json, os, random, subprocess, sys, tempfile
import reference

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok

BUILD = os.path.abspath(os.environ.get("WRIGHT_BUILD", "build"))
SEED = int(os.environ.get("WRIGHT_SEED", "1"))
COUNT = int(os.environ.get("WRIGHT_DOCUMENTS", "8000"))
FLAGS = "-std=c11 -D_GNU_SOURCE -O1 -I. -Iruntime/include".split()
LETTERS = "abxyz09 é€😀\"\\/\u0000\n"
TEXTS = {"uuid": ["0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10", "0193A1F0-6c2e-7b44-9d0e-5f2a8c1b7e1g"],
         "date": ["2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "0000-01-01", "2026-1-01", "2026-12-31"],
         "date-time": ["2026-08-07T12:00:00Z", "2026-08-07t23:59:60.5+02:00", "2026-08-07T24:00:00Z",
                       "2026-08-07T12:00:00", "2026-08-07T12:00:00.123456789+23:59", "2026-08-07 12:00:00Z",
                       "2026-08-07T12:00:00.1234567890+23:59"],
         "uri": ["https://a.b/c?d=%20#e", "a:", "x:%2", "/a", "x:a#b#c", "urn:é", "https://" + "a" * 23,
                 "https://" + "a" * 22],
         "email": ["a@b", "a.b+c@d.org", "a..b@c", ".a@b", "a@-b", "a@b-", "@b", "a@b.", "aaaaaaaaaaaaaaaaaaa@b"]}

class Maker:
    """Documents of a schema: with `slips` of a chance that each part is something else."""

    def __init__(self, chance, definitions, prefix):
        self.chance, self.definitions, self.prefix = chance, definitions, prefix
        self.slips = 0.0

    def junk(self, depth=0):
        pick = self.chance.randrange(12)
        if pick < 3 and depth < 3:
            return [self.junk(depth + 1) for _ in range(self.chance.randrange(3))]
        if pick < 5 and depth < 3:
            return {self.text(0, 4): self.junk(depth + 1) for _ in range(self.chance.randrange(3))}
        return self.chance.choice([None, True, False, 0, 1, -5, 5.0, 2.5, 1e300, 2 ** 63, -2 ** 63, 2 ** 63 - 1,
                                   2 ** 64, "", "circle", "x", "abc", self.text(0, 6)])

    def text(self, least, most):
        return "".join(self.chance.choice(LETTERS) for _ in range(self.chance.randint(least, most)))

    def number(self, schema):
        low, high = schema.get("minimum", -9), schema.get("maximum", 9)
        ends = [low, high, low - 1, high + 1, (low + high) // 2]
        if self.chance.random() < self.slips:
            return self.chance.choice(ends)
        if schema["type"] == "number":
            return self.chance.choice([low, high, self.chance.uniform(low, high)])
        value = self.chance.randint(low, high)
        return float(value) if abs(value) < 2 ** 50 and self.chance.random() < 0.1 else value

    def string(self, schema):
        if "enum" in schema:
            return self.chance.choice(schema["enum"])
        if "format" in schema:
            texts = TEXTS[schema["format"]]
            return self.chance.choice(texts) if self.chance.random() < 3 * self.slips else texts[0]
        if "pattern" in schema:
            return "".join(self.chance.choice("abz" if self.chance.random() > self.slips else LETTERS)
                           for _ in range(self.chance.randint(1, 3)))
        slack = self.chance.random() < self.slips
        return self.text(max(0, schema.get("minLength", 0) - slack), schema.get("maxLength", 9) + slack)

    def object(self, schema, depth):
        made = {}
        for name, inner in schema.get("properties", {}).items():
            needed = name in schema.get("required", [])
            if self.chance.random() > (self.slips if needed else 0.4 + 0.1 * depth):
                made[name] = self.make(inner, depth + 1)
        others = schema.get("additionalProperties", {})
        if "propertyNames" in schema:
            for _ in range(self.chance.randint(schema.get("minProperties", 0), schema["maxProperties"] +
                                               (self.chance.random() < self.slips))):
                made[self.string(schema["propertyNames"])] = self.make(others, depth + 1)
        elif self.chance.random() < (0.3 if others is not False else self.slips):
            made[self.text(1, 4)] = self.junk()
        names = list(made)
        if self.chance.random() < 0.3:
            self.chance.shuffle(names)
        return {name: made[name] for name in names}

    def make(self, schema, depth=0):
        if self.chance.random() < self.slips:
            return self.junk()
        if "$ref" in schema:
            return self.make(self.definitions[schema["$ref"].removeprefix(self.prefix)], depth)
        for key in ("oneOf", "anyOf"):
            if key in schema:
                choices = schema[key]
                return self.make(choices[-1] if depth > 7 else self.chance.choice(choices), depth)
        kind = schema.get("type")
        if kind is None:
            return self.junk()
        if kind == "object":
            return self.object(schema, depth)
        if kind == "array":
            most = schema["maxItems"] + (self.chance.random() < self.slips)
            least = schema.get("minItems", 0)
            return [self.make(schema["items"], depth + 1) for _ in range(self.chance.choice((least, max(most, least))))
                    ] if depth < 5 else []
        if kind == "string":
            return self.string(schema)
        return {"null": lambda: None, "boolean": lambda: self.chance.random() < 0.5}.get(
            kind, lambda: self.number(schema))()


def build(folder):
    compiled = subprocess.run([f"{BUILD}/wright", "compile", "tests/emit/differential.flow", "-o", folder],
                              capture_output=True, text=True)
    ok(compiled.returncode == 0, "differential.flow compiles", compiled.stderr)
    program = f"{folder}/main"
    linked = subprocess.run(["gcc", *FLAGS, f"-I{folder}", "-o", program, "tests/emit/differential_main.c",
                             f"{folder}/schemas.c", *SANITIZE, f"{BUILD}/libwright.a", "-lm"],
                            capture_output=True, text=True)
    ok(linked.returncode == 0, "its decoder links", linked.stderr)
    with open(f"{folder}/openapi.json") as file:
        return program, json.load(file)["components"]["schemas"]


SANITIZE = ["-fsanitize=address,undefined"] if "sanitized" in BUILD else []


def dump(chance, document, escaped):
    space = chance.choice([(",", ":"), (", ", ": "), (" ,\t", " : ")])
    return json.dumps(document, ensure_ascii=escaped, separators=space)


def damage(chance, line):
    """A few bytes of it are others, gone or twice: seldom JSON, and never a line break or the end of a text."""
    data = bytearray(line.encode("utf-8", "surrogatepass"))
    for _ in range(chance.randint(1, 2)):
        at, pick = chance.randrange(len(data)), chance.randrange(4)
        part = data[at:at + chance.randint(1, 20)]
        if pick == 0:
            data[at] = chance.choice(b'{}[]",:\\ntf0e-. \xc3\xff' + bytes(range(1, 10)))
        elif pick == 1 and len(data) > 30:
            del data[at:at + len(part)]
        elif pick == 2:
            data[at:at] = part
        else:
            data[at:at] = chance.choice([b"null", b'"kind"', b'"kind":"circle",', b"{", b"1e999", b'\\u0000'])
    return bytes(data).replace(b"\n", b" ").replace(b"\0", b" ")


def damaged(chance, program, lines):
    """Whatever comes is taken or refused; what is taken is written, and taken again."""
    data = b"\n".join(damage(chance, line) for line in lines) + b"\n"
    said = subprocess.run([program], input=data, capture_output=True)
    got = said.stdout.split(b"\n")[:-1]
    ok(said.returncode == 0 and len(got) == len(lines), "damaged documents are taken or refused",
       f"exit code {said.returncode}, {len(got)} answers\n{said.stderr.decode(errors='replace')}")
    taken = [text for text in got if not text.startswith(b"no ")]
    again = subprocess.run([program], input=b"\n".join(taken), capture_output=True).stdout.split(b"\n")[:-1]
    ok(taken and again == taken, f"{len(taken)} of {len(got)} are taken, and written the same again")


def verdict(validator, document, escaped):
    validator.escaped = escaped
    return validator.named("All", document)


def main():
    chance, prefix = random.Random(SEED), "#/components/schemas/"
    with tempfile.TemporaryDirectory(prefix="wright-differential-") as folder:
        program, definitions = build(folder)
        maker, validator = Maker(chance, definitions, prefix), reference.Validator(definitions, prefix)
        documents = []
        for i in range(COUNT):
            maker.slips = (0, 0, 0.004, 0.02)[i % 4]
            documents.append(maker.make(definitions["All"]))
        escaped = [chance.random() < 0.5 for _ in documents]
        lines = [dump(chance, *each) for each in zip(documents, escaped)]
        said = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True)
        got = said.stdout.split("\n")[:-1]
        ok(said.returncode == 0 and len(got) == COUNT, f"{COUNT} documents are read",
           f"exit code {said.returncode}, {len(got)} answers\n{said.stderr}")
        want = [verdict(validator, *each) for each in zip(documents, escaped)]
        wrong = [f"{'schema: yes' if w else 'schema: no'}, decoder: {g[:80]}\n{line}"
                 for w, g, line in zip(want, got, lines) if w == g.startswith("no ")]
        ok(not wrong, f"taken and refused as the schema says, seed {SEED}", "\n".join(wrong))
        ok(COUNT / 5 < sum(want) < COUNT * 4 / 5, f"{sum(want)} are valid, {COUNT - sum(want)} are not")
        texts = [g for w, g in zip(want, got) if w and not g.startswith("no ")]
        again = subprocess.run([program], input="\n".join(texts), capture_output=True, text=True).stdout.split("\n")[:-1]
        ok(again == texts, "what is written is read, and written the same")
        bad = [text for text in texts if not verdict(validator, json.loads(text), False)]
        ok(not bad, "what is written is valid", "\n".join(bad))
        damaged(chance, program, [line for w, line in zip(want, lines) if w])
    done()


main()
