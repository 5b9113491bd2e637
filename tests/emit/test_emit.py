#!/usr/bin/env python3
"""What `wright compile` writes: the whole text of a few files (golden/), and what holds for all of them.
`tests/emit/test_emit.py --update` writes the golden files anew; read their diff before you commit it."""
import glob, hashlib, json, os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok, skip

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WRIGHT = os.path.abspath(os.path.join(os.environ.get("WRIGHT_BUILD", os.path.join(ROOT, "build")), "wright"))
BRIEFS = os.path.join(ROOT, "spec", "briefs.flow")
KITCHEN = os.path.join(HERE, "kitchen.flow")
GOLDEN = ["kitchen.h", "machine_one.c", "machine_two.c", "contract.json", "kitchen.mmd", "kitchen.dot"]
WARN = "-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror".split()
folder = tempfile.mkdtemp(prefix="wright-emit-")

def run(*command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, **more)


def files_in(place):
    return sorted(os.path.relpath(os.path.join(at, one), place) for at, _, ones in os.walk(place) for one in ones)


def compiled(spec, name, **more):
    """The files that a specification becomes, by name."""
    out = os.path.join(folder, name)
    ended = run(WRIGHT, "compile", spec, "-o", out, **more)
    if ended.returncode != 0:
        ok(False, f"{name} compiles", ended.stdout)
        return {}
    return {one: open(os.path.join(out, one), "rb").read() for one in files_in(out)}


def variant(name, change):
    """The flagship, changed, in a folder of its own; what it becomes."""
    there = os.path.join(folder, "spec-" + name)
    shutil.copytree(os.path.join(ROOT, "spec"), there)
    path = os.path.join(there, "briefs.flow")
    text = open(path).read()
    other = change(text)
    assert other != text, name
    open(path, "w").write(other)
    return compiled(path, name)


def golden(made):
    for name in GOLDEN:
        path = os.path.join(HERE, "golden", name)
        if "--update" in sys.argv:
            open(path, "wb").write(made.get(name, b""))
        want = open(path, "rb").read() if os.path.exists(path) else b""
        diff = run("diff", "-u", path, os.path.join(folder, "kitchen", name)).stdout
        ok(want == made.get(name), f"{name} is as it was", diff)


def reads_well(name):
    sources = sorted(glob.glob(os.path.join(folder, name, "*.[ch]")))
    for cc in ("gcc", "clang"):
        if not shutil.which(cc):
            skip(f"{name}: clean with {cc}", f"no {cc} here")
            continue
        objects = os.path.join(folder, f"objects-{name}-{cc}")
        os.makedirs(objects)
        ended = run(cc, "-std=c11", "-D_GNU_SOURCE", *WARN, "-I" + os.path.join(ROOT, "runtime", "include"), "-c",
                    *[one for one in sources if one.endswith(".c")], cwd=objects)
        ok(ended.returncode == 0, f"{name}: clean with {cc}", ended.stdout)
        names = set(re.findall(r" U (\S+)", run("sh", "-c", f"nm {objects}/*.o").stdout))
        own = r"wr_\w+|schema_\w+|workflow_\w+|embedded_\w+|mem\w+|str\w+|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail"
        strange = sorted(one for one in names if not re.fullmatch(own, one))
        ok(not strange, f"{name}: calls the runtime and string.h only ({cc})", strange)
    if not shutil.which("clang-format"):
        skip(f"{name}: laid out as clang-format would", "no clang-format here")
        return
    style = "file:" + os.path.join(ROOT, ".clang-format")
    for path in sources:
        text = run("clang-format", "--style=" + style, path).stdout
        ok(text == open(path).read(), f"{name}: {os.path.basename(path)} is laid out as clang-format would")
    ok(all(len(line) <= 100 for path in sources for line in open(path).read().splitlines()),
       f"{name}: no line is longer than 100 columns")


def same_everywhere(made):
    other = os.path.join(folder, "elsewhere", "deep")
    shutil.copytree(os.path.join(ROOT, "spec"), other)
    env = dict(os.environ, TZ="Pacific/Kiritimati", LC_ALL="de_DE.UTF-8", LANG="tr_TR.UTF-8")
    again = compiled("briefs.flow", "again", cwd=other, env=env)
    ok(again == made, "the same bytes from another folder, time zone and locale",
       [name for name in made if made[name] != again.get(name)])
    there = os.path.join(folder, "briefs")
    before = {one: os.stat(os.path.join(there, one)).st_mtime_ns for one in made}
    for one in made:
        os.utime(os.path.join(there, one), ns=(1, 1))
    compiled(BRIEFS, "briefs")
    ok(all(os.stat(os.path.join(there, one)).st_mtime_ns == 1 for one in before), "what would not change is not touched")
    ok(files_in(there) == sorted(made), "nothing is left beside the outputs")


def identity(made):
    want = made["contract.json"]
    text = json.loads(want)
    ok(json.dumps(text, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n" == want,
       "contract.json: sorted keys, one value a line")
    digest = "sha256:" + hashlib.sha256(want).hexdigest()
    ok(digest.encode() in made["program.c"], "the program carries the contract's hash")
    ok(json.loads(made["openapi.json"])["info"]["x-contract"] == digest, "openapi.json names the contract's hash")
    same = {
        "comments": lambda s: s.replace("schema Brief {", "// why\nschema Brief {  // here"),
        "doc comments": lambda s: s.replace("/// A document to read.", "/// Something to read."),
        "spaces": lambda s: s.replace("all(p in it.points: ", "all( p  in it.points:\n        "),
        "the order of fields": lambda s: s.replace("text: string(1..400)  quote: string(1..400)",
                                                   "quote: string(1..400)  text: string(1..400)"),
        "the order of transitions": lambda s: s.replace("    on ok      -> done fallback\n    on missing -> fail unavailable\n",
                                                        "    on missing -> fail unavailable\n    on ok      -> done fallback\n"),
    }
    for name, change in same.items():
        ok(variant("same " + name, change).get("contract.json") == want, f"the contract does not depend on {name}")
    other = {
        "a bound": lambda s: s.replace("text: string(1..400)", "text: string(1..300)"),
        "a timeout": lambda s: s.replace("timeout 2s\n", "timeout 1s\n"),
        "a message": lambda s: s.replace("refused this document.", "declined this document."),
        "a model": lambda s: s.replace("small-2026-08-07", "small-2026-09-01"),
        "a check": lambda s: s.replace("contains p.quote", "contains p.text"),
        "a key": lambda s: s.replace("recall by input", "recall by input.document").replace("remember by input", "remember by input.document"),
        "a price": lambda s: s.replace("output $0.40", "output $0.41"),
    }
    for name, change in other.items():
        made_other = variant("other " + name, change)
        ok(made_other.get("contract.json", want) != want, f"the contract shows {name}")


def prompts(made):
    there = os.path.join(folder, "spec-prompt")
    shutil.copytree(os.path.join(ROOT, "spec"), there)
    with open(os.path.join(there, "prompts", "key-points.md"), "a") as prompt:
        prompt.write("Be brief.\n")
    ok(compiled(os.path.join(there, "briefs.flow"), "prompt").get("contract.json") != made["contract.json"],
       "the contract shows a prompt's text")


def references(made, name):
    """Every $ref of the OpenAPI document leads somewhere, and operation ids are unique."""
    text = json.loads(made["openapi.json"])
    broken, ids = [], []

    def walk(part):
        if isinstance(part, dict):
            at = text
            for step in part.get("$ref", "#").split("/")[1:]:
                at = at.get(step.replace("~1", "/"), {}) if isinstance(at, dict) else {}
                if at == {}:
                    broken.append(part["$ref"])
            if "operationId" in part:
                ids.append(part["operationId"])
            list(map(walk, part.values()))
        elif isinstance(part, list):
            list(map(walk, part))
    walk(text)
    ok(text["openapi"] == "3.1.0" and not broken, f"{name}: every reference of openapi.json leads somewhere", broken)
    ok(len(ids) == len(set(ids)) and ids, f"{name}: operation ids are unique")


def told():
    """What a model is told of its answer's fields, where the name of a type does not say it."""
    spec, out = os.path.join(folder, "told.flow"), os.path.join(folder, "told")
    with open(os.path.join(folder, "told.md"), "w", encoding="utf-8") as file:
        file.write("Read ${input.text}.")
    with open(spec, "w", encoding="utf-8") as file:
        file.write('''api told version "1.0.0" { summary "s"  auth none }
schema In { text: string(..50) }
schema Bill {
  /// What is to be paid.
  total: money(EUR, 0..10_000_000)
  yen: money(JPY, 0..900)
  due: date
  at: datetime[..2]
  id: uuid
}
error down is overloaded "Down."
model m { provider openai.chat url env MODEL_URL name "m" max input 900 tokens, output 90 tokens
  price input $1, output $1 per million tokens }
workflow read version 1 {
  route POST "/read" input In output Bill latency waiting 3s
  stage look { ask m prompt "told.md" as Bill timeout 2s on ok -> done full on rejected, error -> fail down }
}
''')
    made = run(WRIGHT, "compile", spec, "-o", out)
    with open(os.path.join(out, "schemas.c"), encoding="utf-8") as file:
        text = re.sub(r'"\s*"', "", file.read())
    for sentence in ("What is to be paid. An integer in the smallest unit of EUR (cents), never a fraction: 1250 is EUR 12.50.", "An integer in the smallest unit of JPY, never a fraction: 1250 is JPY 1250.",
                     "Written YYYY-MM-DD.", "as RFC 3339 has it: 2026-08-07T12:00:00Z.", "Written as 0193a1f0-"):
        ok(made.returncode == 0 and sentence in text, "a model is told: " + sentence, made.stdout)


def main():
    told()
    briefs, kitchen = compiled(BRIEFS, "briefs"), compiled(KITCHEN, "kitchen")
    if briefs and kitchen:
        committed = os.path.join(ROOT, "generated", "briefs")
        ok(sorted(briefs) == files_in(committed) and
           all(open(os.path.join(committed, one), "rb").read() == briefs[one] for one in briefs),
           "generated/briefs is what the compiler makes")
        golden(kitchen)
        reads_well("briefs")
        reads_well("kitchen")
        same_everywhere(briefs)
        identity(briefs)
        prompts(briefs)
        references(briefs, "briefs")
        references(kitchen, "kitchen")
    shutil.rmtree(folder)
    done()


main()
