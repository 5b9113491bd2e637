#!/usr/bin/env python3
"""Random well-typed expressions, compiled to C and run, give what a reference evaluator gives (meaning.py).
EXPRESSIONS_SEED and EXPRESSIONS_ROUNDS ask for others, or for more."""
import glob, json, os, random, re, subprocess, sys, tempfile
import meaning

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.abspath(os.environ.get("WRIGHT_BUILD", os.path.join(ROOT, "build")))
SEED = int(os.environ.get("EXPRESSIONS_SEED", "1"))
ROUNDS = int(os.environ.get("EXPRESSIONS_ROUNDS", "4"))
FIELDS, INPUTS = 40, 60
CFLAGS = ["-std=c11", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"]
if "sanitized" in BUILD:
    CFLAGS += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

def run(*command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, **more)


def specification(fields):
    declared = "\n".join(f"  f{i}: {kind}" for i, (kind, _, _) in enumerate(fields))
    made = ",\n".join(f"      f{i}: {text}" for i, (_, text, _) in enumerate(fields))
    return f"""api expressions version "1.0.0" {{ auth none }}
{meaning.SCHEMAS}
schema Out {{
{declared}
}}
workflow all version 1 {{
  route POST "/all"
  input In
  output Out
  latency waiting 1s
  stage made {{
    make Out {{
{made}
    }}
    on ok -> done full
  }}
}}
"""


def program(folder, fields, name):
    """The stage of these fields as a program, or None."""
    spec, out = os.path.join(folder, "all.flow"), os.path.join(folder, "out")
    open(spec, "w", encoding="utf-8").write(specification(fields))
    made = run(os.path.join(BUILD, "wright"), "compile", spec, "-o", out)
    if not ok(made.returncode == 0, f"{name}: well-typed expressions compile", made.stdout):
        return None
    binary = os.path.join(folder, "all")
    linked = run("gcc", *CFLAGS, "-I" + ROOT, "-I" + os.path.join(ROOT, "runtime", "include"), "-I" + out, "-o", binary,
                 os.path.join(HERE, "expressions_main.c"), *glob.glob(out + "/machine.c"), out + "/schemas.c",
                 os.path.join(BUILD, "libwright.a"), "-lm")
    return binary if ok(linked.returncode == 0, f"{name}: their C compiles without a warning", linked.stdout) else None


def same(got, want):
    if isinstance(want, float) or isinstance(got, float):
        return float(got) == float(want)
    return got == want and type(got) is type(want)


def compare(binary, fields, seed, name):
    rand = random.Random(seed)
    inputs = [meaning.value(rand) for _ in range(INPUTS)]
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in inputs)
    ended = run(binary, input=lines)
    answers = ended.stdout.split("\n")[:-1]
    if not ok(ended.returncode == 0 and len(answers) == INPUTS, f"{name}: they run", ended.stdout[-2000:]):
        return
    wrong = []
    for given, answer in zip(inputs, answers):
        got = json.loads(answer) if answer.startswith("{") else {}
        for i, (_, text, of) in enumerate(fields):
            want = of({"input": given})
            if not same(got.get(f"f{i}"), want):
                wrong.append(f"{text}\n  of {json.dumps(given, ensure_ascii=False)}\n  gave {got.get(f'f{i}')!r}, not {want!r}")
    ok(not wrong, f"{name}: {INPUTS * FIELDS} results are the reference's", f"{len(wrong)} are not\n" + "\n".join(sorted(wrong, key=len)[:3]))


def whole_unicode(folder):
    """Case and White_Space of every code point, where this Python knows the same Unicode."""
    import unicodedata
    if not unicodedata.unidata_version.startswith("14."):
        ok(True, f"case of every code point # SKIP this Python knows Unicode {unicodedata.unidata_version}")
        return
    points = [chr(c) for c in range(1, 0x110000) if not 0xD800 <= c < 0xE000]
    fields = [("string(..12)", "upper(input.s)", None), ("string(..12)", "lower(input.s)", None),
              ("string(..12)", "trim(input.s)", None), ("int(0..12)", "len(input.s)", None)]
    binary = program(folder, fields, "Unicode")
    if not binary:
        return
    base = meaning.value(random.Random(0))
    texts = ["".join(points[i:i + 12]) for i in range(0, len(points), 12)] + [c + "x" + c for c in meaning.SPACES]
    ended = run(binary, input="".join(json.dumps({**base, "s": text}) + "\n" for text in texts))
    answers = [json.loads(line) for line in ended.stdout.split("\n")[:-1]]
    wrong = [text for text, got in zip(texts, answers)
             if (got["f0"], got["f1"], got["f2"], got["f3"]) != (meaning.upper(text), meaning.lower(text),
                                                                text.strip(meaning.SPACES), len(text))]
    ok(len(answers) == len(texts) and not wrong, "case, White_Space and length of every code point",
       [[hex(ord(c)) for c in text] for text in wrong[:3]])


with tempfile.TemporaryDirectory(prefix="wright-expressions-") as folder:
    for number in range(SEED, SEED + ROUNDS):
        maker = meaning.Maker(number)
        fields = [maker.result(maker.random.randint(1, 4)) for _ in range(FIELDS)]
        binary = program(folder, fields, f"seed {number}")
        if binary:
            compare(binary, fields, number, f"seed {number}")
    whole_unicode(folder)
done()
