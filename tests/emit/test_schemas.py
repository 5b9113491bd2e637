#!/usr/bin/env python3
"""Schemas of every built type: the C is clean under gcc and clang and in the house's layout, and what
it decodes, refuses and encodes is what the specification says."""
import glob, json, os, shutil, subprocess, sys, tempfile

BUILD = os.path.abspath(os.environ.get("WRIGHT_BUILD", "build"))
FLAGS = ("-std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes "
         "-Wmissing-prototypes -Werror -I. -Iruntime/include").split()
LEAF = {"a": True, "i": 1, "big": -9223372036854775807}
# Defaults filled in, the schema's order, shortest numbers: the text that decoding and encoding keep.
GOOD = {"leaf": {"a": True, "b": False, "n": 2.5, "i": -5, "big": 9223372036854775807},
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
       ({"escaped": "me@ho st.org"}, ["/escaped pattern"])]
count = failed = 0


def ok(good, name, detail=""):
    global count, failed
    count += 1
    failed += not good
    print(("ok" if good else "not ok") + f" {count} - {name}")
    if not good:
        print("".join(f"#   {line}\n" for line in str(detail).splitlines()[:30]), end="")


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
    least = {k: GOOD[k] for k in ("leaf", "leaves", "words", "grid", "names", "unicode", "escaped",
                                  "another_very_long_field_name_that_goes_on_and_on_until_the_line_"
                                  "is_full", "a_third_long_field_name_of_items")}
    got = json.loads(decode(program, least)[0])
    ok(got["default"] == "a" and got["ratio"] == 0.5 and "maybe" not in got and "double" not in got,
       "defaults come in, optional fields stay out", got)
    ok(decode(program, dict(GOOD, more=[1, {}])) == [text], "an open schema passes over the rest")
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
                       "runtime/base/text.c", "runtime/base/quote.c"]
            built = run(compiler, *FLAGS, "-I", folder, "-o", program, *sources, "-lm")
            ok(built.returncode == 0, f"{compiler} takes the C without a warning", built.stderr)
            values(program)
    finally:
        shutil.rmtree(folder)
    print(f"1..{count}")
    sys.exit(1 if failed else 0)


main()
