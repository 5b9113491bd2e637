#!/usr/bin/env python3
"""Provider fit: for schemas by chance, what the profile of a provider takes and the residue that the certificate lists
accept together exactly what the schema accepts, and the generated decoder maps back what was rewritten. The two sides
are written here from the certificate and the wire's JSON Schema alone. FIT_SCHEMAS and FIT_DOCUMENTS say how many
(`make fit`: 1,000 and 1,000), WRIGHT_SEED which."""
import json, os, random, re, subprocess, sys, tempfile
import documents, reference

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok

BUILD = os.path.abspath(os.environ.get("WRIGHT_BUILD", "build"))
SEED = int(os.environ.get("WRIGHT_SEED", "1"))
SCHEMAS = int(os.environ.get("FIT_SCHEMAS", "50"))
DOCUMENTS = int(os.environ.get("FIT_DOCUMENTS", "80"))
BATCH = 25
FLAGS = "-std=c11 -D_GNU_SOURCE -O0 -I. -Iruntime/include".split()
SANITIZE = ["-fsanitize=address,undefined"] if "sanitized" in BUILD else []
PREFIX = "#/components/schemas/"
# provider, profile, then what the profile rewrites: optional fields, maps, values without a type
PROVIDERS = [("openai.chat", "openai", True, True, True), ("anthropic.messages", "anthropic", False, True, True),
             ("vllm.chat", "grammar", True, False, True)]


# ---- specifications ------------------------------------------------------------------------------------------------

class Writer:
    """Schemas of a specification; each root has its own below it."""

    def __init__(self, chance):
        self.chance, self.lines, self.next = chance, [], 0

    def range(self, low, high):
        a, b = sorted(self.chance.randint(low, high) for _ in range(2))
        return f"{a}..{b}"

    def scalar(self):
        pick = self.chance.randrange(14)
        if pick < 3:
            return f"string({self.range(0, 6)})"
        if pick == 3:
            return f"string({self.range(1, 9)} bytes)"
        if pick == 4:
            return self.chance.choice(['string(r"[a-z]{1,3}")', 'string(r"a|b|zz")', 'string(r"[ab]z?[a-z]*")[..9]'][:2])
        if pick == 5:
            return 'enum("a", "b", "abc")' if self.chance.random() < 0.5 else 'enum("x")'
        if pick < 8:
            return f"int({self.range(-9, 9)})"
        if pick == 8:
            return f"number({self.range(-5, 5)})"
        if pick == 9:
            return "bool"
        if pick == 10:
            return "any(..60 bytes)"
        return self.chance.choice(["uuid", "date", "datetime", "uri(..30)", "email(..20)"])

    def type(self, depth):
        pick = self.chance.randrange(12)
        if pick == 0 and depth < 3:
            return f"{self.type(depth + 1)}[{self.range(0, 3)}]"
        if pick == 1 and depth < 3:
            return f"map(string({self.range(1, 3)}), {self.type(depth + 1)})[{self.range(0, 3)}]"
        if pick == 2 and depth < 3:
            return self.schema(depth + 1)
        if pick == 3 and depth < 2:
            return f"union on kind {{ a: {self.schema(depth + 1)} b: {self.schema(depth + 1)} }}"
        if pick == 4 and depth < 3:
            return f"{self.scalar()} | null"
        return self.scalar()

    def schema(self, depth=0):
        name, fields = f"S{self.next}x", []
        self.next += 1
        for i in range(self.chance.randint(1, 4)):
            optional = self.chance.random() < 0.35
            kind, default = self.type(depth), ""
            if not optional and self.chance.random() < 0.2:
                kind, default = self.chance.choice([('enum("a", "b")', ' = "a"'), ("int(0..5)", " = 3"), ("bool", " = true")])
            fields.append(f"f{i}{'?' if optional else ''}: {kind}{default}")
        nested = ""
        if self.chance.random() < 0.1:
            nested = f" depth {self.chance.randint(1, 3)}"
            fields.append(self.chance.choice([f"me?: {name}", f"us: {name}[..2]"]))
        opened = "open " if self.chance.random() < 0.2 else ""
        self.lines.append(f"{opened}schema {name}{nested} {{\n  " + "\n  ".join(fields) + "\n}")
        return name


def specification(chance, roots):
    writer = Writer(chance)
    names = [writer.schema() for _ in range(roots)]
    models = "\n".join(f'model m{i} {{ provider {provider} url "http://127.0.0.1:9" auth none name "x" '
                       "max input 1000 tokens, output 100 tokens }" for i, (provider, *_) in enumerate(PROVIDERS))
    flows = []
    for i, name in enumerate(names):
        stages = "\n".join(f"  stage s{k} {{ ask m{k} prompt \"p.md\" as {name} timeout 1s on ok -> done full "
                           f"on rejected -> fail down on error -> {'s%d' % (k + 1) if k < 2 else 'fail down'} }}"
                           for k in range(len(PROVIDERS)))
        flows.append(f'workflow w{i} version 1 {{\n  route POST "/w{i}" input In output {name} latency background 1h\n'
                     f"{stages}\n}}")
    head = 'api fit version "1.0.0" { auth none }\nschema In { text: string(1..40) }\nerror down is overloaded "No."\n'
    return names, head + models + "\n" + "\n".join(writer.lines) + "\n" + "\n".join(flows) + "\n"


MAIN = r"""
#include "fit.h"
#include "runtime/json/reader.h"
#include "runtime/json/writer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static const struct wr_schema *const all[] = {%s};
static char line[1 << 20];
int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && argv[1] && i < sizeof all / sizeof *all; i++)
        for (size_t k = 0; k < WR_PROFILE_COUNT; k++)
            printf("%%s\n", all[i]->wires[k] ? all[i]->wires[k] : "-");
    while (argc == 1 && fgets(line, sizeof line, stdin)) {
        struct wr_arena arena = {0};
        struct wr_reader in;
        char *mode, *text;
        const struct wr_schema *schema = all[strtoul(line, &mode, 10)];
        text = mode + 3;
        wr_reader_init(&in, &arena, (struct wr_str){text, strcspn(text, "\n")});
        in.null_is_absent = mode[1] != '-';
        in.map_is_pairs = mode[1] == 'p';
        in.any_is_text = mode[2] == 't';
        const void *value = wr_decode(&in, schema);
        struct wr_str json = value ? wr_encode(&arena, schema, value) : (struct wr_str){0};
        if (value)
            printf("%%.*s\n", (int)json.len, json.ptr);
        else
            printf("no %%s\n", in.fault_count ? in.faults[0].rule : "?");
        wr_arena_free(&arena);
    }
    return 0;
}
"""


# ---- the form of the wire, and the residue ---------------------------------------------------------------------------

class NoForm(Exception):
    """A document that is none of the schema's, for which the wire has no form of its own."""


class Side:
    """A root schema as one profile puts it."""

    def __init__(self, definitions, fit, wire, rewrites):
        self.all, self.residue = definitions, fit["residue"]
        self.nulls, self.maps, self.any = rewrites
        text = json.dumps(wire).replace('"$ref": "#"', '"$ref": "#/$defs/#"')
        wire = json.loads(text)
        self.wire = reference.Validator({"#": wire, **wire.get("$defs", {})}, "#/$defs/")

    def takes(self, document):
        return self.wire.named("#", document)

    def form(self, schema, value):
        """The value as a model writes it by the profile."""
        if "$ref" in schema:
            return self.form(self.all[schema["$ref"].removeprefix(PREFIX)], value)
        if "oneOf" in schema:
            name = value.get("kind") if isinstance(value, dict) else None
            ref = schema["discriminator"]["mapping"].get(name) if isinstance(name, str) else None
            return self.form({"$ref": ref}, value) if ref else value
        if "anyOf" in schema:
            return None if value is None else self.form(schema["anyOf"][0], value)
        if "type" not in schema:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if self.any else value
        if schema["type"] == "array" and isinstance(value, list):
            return [self.form(schema["items"], item) for item in value]
        if schema["type"] == "object" and "properties" in schema:
            return self.object(schema, value)
        if schema["type"] != "object" or not self.maps:
            return {key: self.form(schema["additionalProperties"], each) for key, each in value.items()} \
                if schema["type"] == "object" and isinstance(value, dict) else value
        if isinstance(value, list):
            raise NoForm
        return [{"key": key, "value": self.form(schema["additionalProperties"], each)} for key, each in value.items()] \
            if isinstance(value, dict) else value

    def object(self, schema, value):
        if not isinstance(value, dict):
            return value
        made, known, needed = {}, schema["properties"], schema.get("required", [])
        for name, each in value.items():
            if name in known:
                if each is None and name not in needed and "anyOf" not in known[name] and not self.any_at(known[name]):
                    raise NoForm
                made[name] = self.form(known[name], each)
            elif schema.get("additionalProperties") is False:
                made[name] = each
        for name, inner in known.items() if self.nulls else ():
            if name not in value and "default" in inner:
                made[name] = inner["default"]
            elif name not in value and name not in needed:
                made[name] = None
        return made

    def any_at(self, schema):
        return "type" not in schema and "$ref" not in schema and "oneOf" not in schema

    def named_residue(self, name, value, outer=()):
        schema, kind = self.all[name], name.split(".")[0]
        if "depth" in self.residue.get(name, ()) and isinstance(value, dict):
            if outer.count(kind) >= schema["x-depth"]:
                return False
        if not isinstance(value, dict):
            return True
        return all(self.left(inner, value[key], f"{name}.{key}", outer + (kind,))
                   for key, inner in schema.get("properties", {}).items() if key in value)

    def left(self, schema, value, place, outer):
        """What the certificate lists of this place, and nothing else."""
        rules = self.residue.get(place, ())
        if "$ref" in schema:
            return self.named_residue(schema["$ref"].removeprefix(PREFIX), value, outer)
        if "oneOf" in schema:
            name = value.get("kind") if isinstance(value, dict) else None
            ref = schema["discriminator"]["mapping"].get(name) if isinstance(name, str) else None
            return self.named_residue(ref.removeprefix(PREFIX), value, outer) if ref else True
        if "anyOf" in schema:
            return value is None or self.left(schema["anyOf"][0], value, place, outer)
        keep = {"length": ("minLength", "maxLength"), "bytes": ("x-minBytes", "x-maxBytes"), "pattern": ("pattern",),
                "format": ("format",), "range": ("minimum", "maximum"), "items": ("minItems", "maxItems"),
                "entries": ("minProperties", "maxProperties"), "depth": ("x-maxDepth",)}
        own = {key: schema[key] for rule in rules for key in keep.get(rule, ()) if key in schema}
        if "x-maxBytes" in own and schema.get("type") == "string":
            own["type"] = "string"
        if own.get("type") != "string" or isinstance(value, str):
            if not reference.Validator({}, "").fits(own, value):
                return False
        if isinstance(value, list) and "items" in schema:
            return all(self.left(schema["items"], item, place + "[]", outer) for item in value)
        if isinstance(value, dict) and "propertyNames" in schema:
            return all(self.left(schema["propertyNames"], key, place + "{key}", outer) and
                       self.left(schema["additionalProperties"], each, place + "{}", outer) for key, each in value.items())
        return True


# ---- one batch -------------------------------------------------------------------------------------------------------

def build(folder, chance, roots):
    names, text = specification(chance, roots)
    with open(f"{folder}/fit.flow", "w") as file:
        file.write(text)
    with open(f"{folder}/p.md", "w") as file:
        file.write("Say ${input.text}.")
    made = subprocess.run([f"{BUILD}/wright", "compile", f"{folder}/fit.flow", "-o", f"{folder}/c"],
                          capture_output=True, text=True)
    if made.returncode:
        raise SystemExit("Bail out! the specification does not compile\n" + made.stderr[:3000])
    with open(f"{folder}/main.c", "w") as file:
        file.write(MAIN % ", ".join(f"&schema_{name}" for name in names))
    linked = subprocess.run(["gcc", *FLAGS, f"-I{folder}/c", "-o", f"{folder}/main", f"{folder}/main.c",
                             f"{folder}/c/schemas.c", *SANITIZE, f"{BUILD}/libwright.a", "-lm"],
                            capture_output=True, text=True)
    if linked.returncode:
        raise SystemExit("Bail out! the decoders do not link\n" + linked.stderr[:3000])
    with open(f"{folder}/c/openapi.json") as file:
        definitions = json.load(file)["components"]["schemas"]
    with open(f"{folder}/c/certificate.json") as file:
        asked = {(row["schema"], row["profile"].split()[0]): row for row in json.load(file)["asked"]}
    wires = subprocess.run([f"{folder}/main", "wires"], capture_output=True, text=True, check=True).stdout.splitlines()
    return names, definitions, asked, {name: wires[4 * i:4 * i + 4] for i, name in enumerate(names)}


def ask(folder, questions):
    said = subprocess.run([f"{folder}/main"], input="".join(f"{i} {mode} {text}\n" for i, mode, text in questions),
                          capture_output=True, text=True)
    got = said.stdout.split("\n")[:-1]
    if said.returncode or len(got) != len(questions):
        raise SystemExit(f"Bail out! exit code {said.returncode}\n{said.stderr[:3000]}")
    return got


PLACES = {"told": 0, "openai": 1, "anthropic": 2, "grammar": 3}


def judge(folder, chance, index, name, built, tally, wrong):
    _, definitions, asked, wires = built
    maker = documents.Maker(chance, definitions, PREFIX)
    sides = {}
    for provider, profile, *rewrites in PROVIDERS:
        row = asked.get((name, profile))
        if row is None:
            tally["told"] += 1  # a circle, at a provider that takes none
            continue
        mode = ("p" if rewrites[1] else "n") + ("t" if rewrites[2] else "-")
        sides[profile] = (Side(definitions, row, json.loads(wires[name][PLACES[profile]]), rewrites), mode)
    whole = reference.Validator(definitions, PREFIX)
    made, questions = [], []
    for i in range(DOCUMENTS):
        maker.slips = (0, 0.02, 0.08)[i % 3]
        document = maker.make(definitions[name])
        profile = list(sides)[i % len(sides)]
        side, mode = sides[profile]
        valid = whole.named(name, document)
        try:
            form = side.form(definitions[name], document)
        except NoForm:
            tally["no form"] += 1
            if valid:
                wrong.append(f"valid, and the wire has no form for it: {name} {profile} {json.dumps(document)}")
            continue
        made.append((document, valid, profile, side, form))
        for how, value in (("--", document), (mode, form)):
            questions.append((index, how, json.dumps(value, ensure_ascii=False)))
    got = ask(folder, questions)
    for i, (document, valid, profile, side, form) in enumerate(made):
        plain, mapped = got[2 * i:2 * i + 2]
        split = side.takes(form) and side.named_residue(name, document)
        tally["valid" if valid else "invalid"] += 1
        tally["rewritten"] += form != document
        tally["residue"] += not valid and side.takes(form)
        if not (valid == split == (not mapped.startswith("no "))) or (valid and plain != mapped):
            wrong.append(f"{name} {profile}: schema {valid}, profile {side.takes(form)}, residue "
                         f"{side.named_residue(name, document)}, decoder {mapped[:120]}\n{json.dumps(document)}\n"
                         f"{json.dumps(form)}\n{wires[name][PLACES[profile]][:700]}\n{json.dumps(side.residue)}")


def main():
    chance = random.Random(SEED)
    tally, wrong, tried = dict.fromkeys(["valid", "invalid", "rewritten", "residue", "no form", "told"], 0), [], 0
    while tried < SCHEMAS:
        roots = min(BATCH, SCHEMAS - tried)
        with tempfile.TemporaryDirectory(prefix="wright-fit-") as folder:
            built = build(folder, chance, roots)
            for index, name in enumerate(built[0]):
                judge(folder, chance, index, name, built, tally, wrong)
        tried += roots
        if SCHEMAS > BATCH:
            print(f"# {tried} schemas, {len(wrong)} wrong, {tally}", flush=True)
    ok(not wrong, f"{SCHEMAS} schemas, {DOCUMENTS} documents each, seed {SEED}: profile and residue accept what the schema "
       "accepts, and the decoder maps it back", f"{len(wrong)} wrong\n" + "\n".join(wrong[:4]))
    total = tally["valid"] + tally["invalid"]
    ok(tally["valid"] > total / 5 and tally["invalid"] > total / 6, f"{tally['valid']} are valid, {tally['invalid']} not")
    ok(tally["rewritten"] > total / 10 and tally["residue"] > total / 50,
       f"{tally['rewritten']} were rewritten, {tally['residue']} refused by the residue alone")
    done()


main()
