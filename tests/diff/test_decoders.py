#!/usr/bin/env python3
"""Witnesses of `wright diff` on what really decides: pairs of schemas by chance are specifications, their decoders are
generated and compiled, hundreds of them into one program a side, and each witness is taken by one and refused by the
other. WRIGHT_DIFF_DECODERS pairs of specifications' schemas; `make containment` has many."""
import json, os, random, re, subprocess, tempfile
import diffing
from diffing import ROOT, ok
from makers import Documents, batch

PAIRS = int(os.environ.get("WRIGHT_DIFF_DECODERS", "40"))
SEED = int(os.environ.get("WRIGHT_DIFF_SEED", "11"))
BUILD = os.path.dirname(diffing.WRIGHT)
MAIN = r"""
#include "%(api)s.h"
#include "runtime/json/reader.h"
#include "runtime/json/writer.h"
#include <stdio.h>
#include <string.h>
static const struct { const char *name; const struct wr_schema *schema; } rows[] = {%(rows)s};
int main(void)
{
    static char line[1 << 20];
    while (fgets(line, sizeof line, stdin)) {
        struct wr_arena arena = {0};
        struct wr_reader in;
        char *tab = strchr(line, '\t');
        size_t i = 0;
        *tab = '\0';
        while (strcmp(rows[i].name, line) != 0)
            i++;
        wr_reader_init(&in, &arena, (struct wr_str){tab + 1, strcspn(tab + 1, "\n")});
        const void *value = wr_decode(&in, rows[i].schema);
        struct wr_str json = value ? wr_encode(&arena, rows[i].schema, value) : (struct wr_str){"no", 2};
        printf("%%.*s\n", (int)json.len, json.ptr);
        wr_arena_free(&arena);
    }
    return 0;
}
"""


def type_of(schema):
    if "$ref" in schema:
        return schema["$ref"].removeprefix("#/schemas/")
    if "anyOf" in schema:
        return type_of(schema["anyOf"][0]) + " | null"
    if "oneOf" in schema:
        rows = (f"{tag}: {ref.removeprefix('#/schemas/').split('.')[0]}"
                for tag, ref in schema["discriminator"]["mapping"].items())
        return "union on kind { " + "  ".join(rows) + " }"
    kind = schema.get("type")
    if kind is None:
        return f"any(..{schema['x-maxBytes']} bytes)"
    if "enum" in schema:
        return "enum(" + ", ".join(json.dumps(value) for value in schema["enum"]) + ")"
    if "pattern" in schema:
        return f'string(r"{schema["pattern"][1:-1]}")'
    if "format" in schema:
        return {"date-time": "datetime"}.get(schema["format"], schema["format"])
    if kind == "string" and "x-maxBytes" in schema:
        return f"string({schema.get('x-minBytes', 0)}..{schema['x-maxBytes']} bytes)"
    if kind == "string":
        return f"string({schema.get('minLength', 0)}..{schema['maxLength']})"
    if kind in ("integer", "number"):
        return f"{kind[:3] if kind == 'integer' else kind}({schema['minimum']}..{schema['maximum']})"
    if kind == "array":
        return f"{type_of(schema['items'])}[{schema.get('minItems', 0)}..{schema['maxItems']}]"
    if kind == "boolean":
        return "bool"
    keys, values = type_of(schema["propertyNames"]), type_of(schema["additionalProperties"])
    return f"map({keys}, {values})[{schema.get('minProperties', 0)}..{schema['maxProperties']}]"


def declaration(name, schema):
    fields = []
    for field, inner in schema["properties"].items():
        if field == "kind" and ".kind." in name:
            continue
        default = " = true" if "default" in inner else ""
        optional = "" if default or field in schema.get("required", []) else "?"
        fields.append(f"{field}{optional}: {type_of(inner)}{default}")
    head = ("" if schema.get("additionalProperties") is False else "open ") + "schema " + name.split(".")[0]
    return f"{head}{' depth %d' % schema['x-depth'] if 'x-depth' in schema else ''} {{ {'  '.join(fields)} }}"


def specification(schemas, flows, dropped):
    """As a text, and which pair each of its lines is of."""
    lines = ['api made version "1.0.0" { auth none }', 'error down is overloaded "It is down."', "service it { url env IT_URL }"]
    of = [None] * len(lines)
    for name, (takes, gives) in flows.items():
        if name in dropped:
            continue
        mine = [declaration(key, schema) for key, schema in schemas.items() if key.startswith(f"N{name[1:]}x")]
        mine.append(f'workflow {name} version 1 {{ route POST "/{name}" input {takes} output {gives} latency waiting 5s '
                    f'stage get_it {{ get it "/it" as {gives} timeout 1s on ok -> done full on error -> fail down }} }}')
        lines += mine
        of += [name] * len(mine)
    return "\n".join(lines) + "\n", of


def compiled(folder, sides, flows):
    """Both sides as files, without the pairs that the language refuses."""
    dropped, paths = set(), [os.path.join(folder, side + ".flow") for side in ("old", "new")]
    for _ in range(40):
        before = len(dropped)
        for path, schemas, rows in zip(paths, sides, flows):
            text, of = specification(schemas, rows, dropped)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            ran = subprocess.run([diffing.WRIGHT, "check", "--format", "json", path], capture_output=True, text=True)
            if ran.returncode:
                found = re.findall(r'"line": ?(\d+)', ran.stdout) or re.findall(r"flow:(\d+):\d+", ran.stdout + ran.stderr)
                dropped |= {of[int(line) - 1] for line in found} - {None}
        if len(dropped) == before:
            return paths, dropped
    raise RuntimeError("the language refuses these pairs: " + ran.stdout[-500:] + ran.stderr[-500:])


def decoder(path, schemas, flows, dropped):
    """The program of a side: every root's generated decoder."""
    out = path + ".out"
    subprocess.run([diffing.WRIGHT, "compile", path, "-o", out], check=True, capture_output=True)
    names = sorted({root for name, roots in flows.items() if name not in dropped for root in roots})
    api = next(file[:-2] for file in os.listdir(out) if file.endswith(".h") and "hooks" not in file)
    with open(os.path.join(out, "decoders.c"), "w", encoding="utf-8") as file:
        file.write(MAIN % {"api": api, "rows": ", ".join(f'{{"{name}", &schema_{name}}}' for name in names)})
    flags = ["-fsanitize=address,undefined"] if "sanitized" in BUILD else []
    ran = subprocess.run(["gcc", "-std=c11", "-D_GNU_SOURCE", "-O0", "-I.", "-Iruntime/include", "-I" + out, "-o", out + "/decoders",
                          out + "/decoders.c", out + "/schemas.c", *flags, BUILD + "/libwright.a", "-lm"], cwd=ROOT,
                         capture_output=True, text=True)
    if ran.returncode:
        raise RuntimeError(ran.stderr[-2000:])
    return out + "/decoders"


def bare(value):
    """Without nulls: where a value may be left out, both are the same in C."""
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in value.items() if inner is not None}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


def asked(program, rows):
    """For each (schema, document): what it is read as, or None."""
    lines = "".join(f"{name}\t{json.dumps(document)}\n" for name, document in rows)
    ran = subprocess.run([program], input=lines, capture_output=True, text=True)
    if ran.returncode or len(ran.stdout.splitlines()) != len(rows):
        raise RuntimeError(f"exit {ran.returncode} {ran.stderr[-1000:]}")
    return [None if line == "no" else json.loads(line) for line in ran.stdout.splitlines()]


def takes(read, document, reply):
    """A request is taken where it is read; a reply is one where the binary writes just that."""
    return read is not None and (not reply or bare(read) == bare(document))


def main():
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="wright-decoders-") as folder:
        sides, flows = batch(rng, PAIRS)
        paths, dropped = compiled(folder, sides, flows)
        programs = [decoder(path, schemas, rows, dropped) for path, schemas, rows in zip(paths, sides, flows)]
        rows = [row for row in diffing.findings(*paths)["findings"] if "witness" in row and
                row["rule"].startswith(("request.", "reply."))]
        questions = ([], [])
        for row in rows:
            flow, part = row["path"].split(".")[:2]
            for side in (0, 1):
                questions[side].append((flows[side][flow][part.startswith("output")], row["witness"]))
        answers = [asked(program, ask) for program, ask in zip(programs, questions)]
        wrong = []
        for row, old, new in zip(rows, *answers):
            reply = row["path"].split(".")[1].startswith("output")
            both = takes(old, row["witness"], reply), takes(new, row["witness"], reply)
            if both != (row["taken_by"] == "old", row["taken_by"] == "new"):
                wrong.append((row["rule"], row["path"], row["witness"], both, old, new))
        kept = len(flows[0]) - len(dropped)
        ok(not wrong and len(rows) > kept // 3, f"{2 * kept} pairs, {len(rows)} witnesses: each is taken by the decoder of one side "
           "and refused by the other's", "\n".join(map(str, wrong[:8])))
        ok(kept * 2 > len(flows[0]), f"{len(dropped)} of {len(flows[0])} are none of the language's", sorted(dropped)[:9])
        safe(sides, flows, dropped, paths, programs, rng)


def safe(sides, flows, dropped, paths, programs, rng):
    """Requests that nobody said were refused are taken."""
    grave = {(row["path"].split(".")[0]) for row in diffing.findings(*paths)["findings"]
             if row["rule"].startswith("request.") and row["level"] in ("breaking", "review")}
    made, ask = Documents(rng, sides[0], False), ([], [])
    for name in sorted(set(flows[0]) - dropped - grave):
        for _ in range(30):
            document = made.of(sides[0][flows[0][name][0]])
            for side in (0, 1):
                ask[side].append((flows[side][name][0], document))
    old, new = (asked(program, rows) for program, rows in zip(programs, ask))
    wrong = [row for row, was, now in zip(ask[0], old, new) if was is not None and now is None]
    ok(not wrong and old, f"{sum(was is not None for was in old)} requests of pairs called compatible: the new decoder takes what "
       "the old one took", wrong[:5])


main()
diffing.done()
