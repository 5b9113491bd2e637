#!/usr/bin/env python3
"""Schemas of every built type: the C is clean under gcc and clang and in the house's layout, and what
it decodes, refuses and encodes is what the specification says."""
import glob, json, os, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok

BUILD = os.path.abspath(os.environ.get("WRIGHT_BUILD", "build"))
FLAGS = ("-std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes "
         "-Wmissing-prototypes -Werror -I. -Iruntime/include").split()
LEAF = {"a": True, "i": 1, "big": -9223372036854775807}
FORMS = {"id": "0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10", "day": "2026-08-07",
         "at": "2026-08-07T12:00:00.123456789+02:00", "where": "https://example.org/",
         "who": ["a@b.c"], "cost": -5, "total": 9007199254740991,
         "raw": {"a": [1, None, "x y"]}, "raws": {"k": [], "l": "\\ \""}}


GAPS = {"i": 1, "s": "", "n": None, "leaf": LEAF, "deep": None, "list": [True], "items": [1, None],
        "leaves": [LEAF, None], "rows": [None, ["a"]], "table": {"k": None, "l": LEAF},
        "words": {"k": None, "l": "a"}}
NONE = {"i": None, "s": None, "n": 3, "leaf": None, "list": None, "items": [], "leaves": [],
        "rows": [], "table": {}, "words": None}


def deep(levels, **more):
    """Deep in itself so many times."""
    inner = {"left": deep(levels - 1)} if levels > 1 else {}
    return {"label": "x", "labels": [], "kids": [], **inner, "by": {}, **more}


# Defaults filled in, the schema's order, shortest numbers: the text that decoding and encoding keep.
GOOD = {"forms": FORMS, "shape": {"kind": "circle", "r": 1},
        "shapes": {"k": {"tag": "a", "r": 2}, "l": {"tag": "b", "r": 3}}, "deep": deep(3), "leaf": {"a": True, "b": False, "n": 2.5, "i": -5, "big": 9223372036854775807},
        "maybe": LEAF, "leaves": [LEAF, LEAF], "maybe_leaves": [], "words": ["é😀", "b\n\"\\"],
        "grid": [[1, 2], [], [9]], "names": {"ab12": LEAF, "x/*y": LEAF},
        "maybe_names": {"k": ["", "v"]}, "default": "b\"?", "double": "a",
        "a_very_long_field_name_that_goes_on_and_on_until_the_line_is_full_of_letters_and_more": 7,
        "another_very_long_field_name_that_goes_on_and_on_until_the_line_is_full": {},
        "a_third_long_field_name_of_items": [], "ratio": 0.25, "unicode": "é€😀",
        "escaped": "me@host.org"}
# (fields that are changed, the faults that follow)
BAD = [({"leaves": []}, ["/leaves minItems"]),
       ({"leaves": [LEAF] * 4}, ["/leaves maxItems"]),
       ({"leaf": {"a": 1, "i": 6, "big": 1, "x": 0}},
        ["/leaf/a type", "/leaf/i maximum", "/leaf/x additionalProperties"]),
       ({"maybe": {}}, ["/maybe/a required", "/maybe/i required", "/maybe/big required"]),
       ({"words": ["", "ok", "12345678901"]}, ["/words/0 minLength", "/words/2 maxLength"]),
       ({"grid": [[1], [2, 10], [1, 2, 3, 4]]}, ["/grid/1/1 maximum", "/grid/2 maxItems"]),
       ({"names": {"AB": LEAF}}, ["/names/AB pattern"]),
       ({"maybe_names": {"é€é": ["123456"]}},
        ["/maybe_names/é€é maxBytes", "/maybe_names/é€é/0 maxLength"]),
       ({"default": "c", "double": None}, ["/default enum", "/double type"]),
       ({"ratio": 0.05}, ["/ratio minimum"]),
       ({"unicode": "e"}, ["/unicode pattern"]),
       ({"escaped": "me@ho st.org"}, ["/escaped pattern"]),
       ({"forms": dict(FORMS, id="x", day="2026-02-30", at="2026-08-07", where="a b", who=["@"])},
        [f"/forms/{f} format" for f in ("id", "day", "at", "where", "who/0")]),
       ({"forms": dict(FORMS, where="https://" + "a" * 53, cost=501, total=2 ** 53)},
        ["/forms/where maxLength", "/forms/cost maximum", "/forms/total maximum"]),
       ({"forms": dict(FORMS, cost=1.5, raw="x" * 19, raws={"a": 1})},
        ["/forms/cost type", "/forms/raw maxBytes", "/forms/raws/a minBytes"]),
       ({"deep": deep(4)}, ["/deep/left/left/left maxDepth"]),
       ({"deep": dict(deep(1), kids=[deep(2), deep(3)])}, ["/deep/kids/1/left/left maxDepth"]),
       ({"deep": dict(deep(1), by={"k": dict(deep(2), by={"l": deep(2)})})},
        ["/deep/by/k/by/l/left maxDepth"]),
       ({"deep": dict(deep(1), other={"deep": deep(3)})}, ["/deep/other/deep/left/left maxDepth"]),
       ({"deep": dict(deep(1), label="")}, ["/deep/label minLength"]),
       ({"gaps": dict(NONE, rows=[[], [], []], i=10, leaf={}, items=["x"], words={"k": "c"})},
        ["/gaps/i maximum", "/gaps/leaf/a required", "/gaps/leaf/i required",
         "/gaps/leaf/big required", "/gaps/items/0 type", "/gaps/rows maxItems",
         "/gaps/words/k enum"]),
       ({"shape": {"r": 1}}, ["/shape/kind required"]),
       ({"shape": {"kind": "dot", "r": 1}}, ["/shape/kind enum"]),
       ({"shape": {"r": 1, "kind": 5}}, ["/shape/kind type"]),
       ({"shape": {"r": 10, "x": 1, "kind": "circle"}},
        ["/shape/r maximum", "/shape/x additionalProperties"]),
       ({"shape": {"side": 10, "kind": "square", "mark": None}},
        ["/shape/side maximum", "/shape/mark type"]),
       ({"shape": []}, ["/shape type"]),
       ({"shape": {"kind": "group", "best": {"kind": "group", "parts": [], "best": {
           "kind": "group", "parts": [{"kind": "group", "parts": [], "best": None}], "best": None}},
           "parts": []}}, ["/shape/best/best/parts/0 maxDepth"]),
       ({"gaps": {}}, [f"/gaps/{f} required" for f in NONE if f not in ("s", "n")])]

def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def decode(program, document):
    return run(program, input=json.dumps(document, ensure_ascii=False)).stdout.splitlines()


def layout(folder):
    shutil.copy(".clang-format", folder)
    for path in sorted(glob.glob(f"{folder}/*.[ch]")):
        with open(path) as file:
            text = file.read()
        if os.path.basename(path) in ("schemas.c", "everything.h"):
            formatted = run("clang-format", "--style=file", path).stdout
            ok(formatted == text, f"clang-format leaves {os.path.basename(path)} as it is")


def values(program):
    text = json.dumps(GOOD, ensure_ascii=False, separators=(",", ":"))
    got = decode(program, GOOD)
    ok(got == [text], "every type there and back", f"got:  {got}\nwant: {text}")
    least = {k: GOOD[k] for k in ("forms", "shapes", "leaf", "leaves", "words", "grid", "names", "unicode", "escaped",
                                  "another_very_long_field_name_that_goes_on_and_on_until_the_line_"
                                  "is_full", "a_third_long_field_name_of_items")}
    got = json.loads(decode(program, least)[0])
    ok(got["default"] == "a" and got["ratio"] == 0.5 and "maybe" not in got and "double" not in got,
       "defaults come in, optional fields stay out", got)
    ok(decode(program, dict(GOOD, more=[1, {}])) == [text], "an open schema passes over the rest")
    for given, want in ((dict(GAPS, rows=[None, ["a"]]), dict(GAPS, rows=[None, ["a"]])), (NONE, NONE)):
        want = {k: v for k, v in want.items() if k != "deep"}
        got = json.loads(decode(program, dict(GOOD, gaps=given))[0])
        ok(list(got["gaps"].items()) == list(want.items()), "null there and back", got["gaps"])
    rest = {k: v for k, v in NONE.items() if k not in ("s", "n")}
    got = json.loads(decode(program, dict(GOOD, gaps=dict(rest, o=None, lost=None)))[0])["gaps"]
    ok(got == NONE, "a default of what may be null, and null for what may be left out", got)
    group = {"kind": "group", "parts": [{"kind": "square", "side": 1}], "best": None}
    for given, want in (({"r": 1, "kind": "circle"}, {"kind": "circle", "r": 1}),
                        ({"side": 1, "x": [{"kind": 1}], "kind": "square", "y": 2},
                         {"kind": "square", "side": 1}),
                        ({"parts": [{"side": 1, "kind": "square"}], "best": None, "kind": "group"},
                         group),
                        (dict(group, best=dict(group, best=group)),) * 2):
        got = json.loads(decode(program, dict(GOOD, shape=given))[0])
        ok(list(got["shape"].items()) == list(want.items()), f"{given}: the tag may stand anywhere", got)
    raw = json.dumps(dict(GOOD, shape="RAW")).replace('"RAW"', '{"r": 1, "k\\u0069nd": "c\\u0069rcle"}')
    ok('"shape":{"kind":"circle","r":1}' in run(program, input=raw).stdout, "the tag is written with escapes")
    for bad, want in (('{"kind": "circle", "r": 1, "kind": "circle"}', "/shape/kind duplicate\n"),
                      ('{"r": 1, "kind": "circle", "r": 2}', "/shape/r duplicate\n"),
                      ('{"r": 1, "kind": "circle"', None), ('{"r": 1, "kind": }', None),
                      ('{"r": 1 "kind": "circle"}', None), ('{"r": nul, "kind": "circle"}', None)):
        raw = json.dumps(dict(GOOD, shape="RAW")).replace('"RAW"', bad)
        got = run(program, input=raw).stdout
        ok(got == want if want else got.endswith(" json\n"), f"{bad}: refused", got)
    spaced = '{"a" : [\n1, "\\\\ \\" x"] }'
    tight = json.dumps(json.loads(spaced), separators=(",", ":"))
    raw = json.dumps(dict(GOOD, forms=dict(FORMS, raw="RAW"))).replace('"RAW"', spaced)
    got = run(program, input=raw).stdout
    ok(f'"raw":{tight},' in got, "any JSON is kept, without the space between its parts", got)
    twice = json.dumps(dict(GOOD, forms=dict(FORMS, raw="RAW"))).replace('"RAW"', '{"a":1,"a":2}')
    ok(run(program, input=twice).stdout.split() == ["/forms/raw/a", "duplicate"],
       "a name may not come twice in it")
    for change, want in BAD:
        got = decode(program, dict(GOOD, **change))
        ok(got == want, f"refused: {', '.join(want)}", f"got: {got}")


def main():
    folder = tempfile.mkdtemp(prefix="wright-emit-")
    try:
        made = run(f"{BUILD}/wright", "compile", "tests/emit/types.flow", "-o", folder)
        ok(made.returncode == 0, "wright compile takes every type", made.stderr)
        layout(folder)
        program = f"{folder}/program"
        for compiler in ("gcc", "clang"):
            if compiler == "clang" and not shutil.which("clang"):
                continue
            sources = [f"{folder}/schemas.c", "tests/emit/types_main.c",
                       *sorted(glob.glob("runtime/json/*.c")), "runtime/base/arena.c",
                       "runtime/base/text.c", "runtime/base/quote.c", "runtime/base/near.c"]
            built = run(compiler, *FLAGS, "-I", folder, "-o", program, *sources, "-lm")
            ok(built.returncode == 0, f"{compiler} takes the C without a warning", built.stderr)
            values(program)
    finally:
        shutil.rmtree(folder)
    done()


main()
