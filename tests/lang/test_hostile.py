#!/usr/bin/env python3
"""Specifications that nobody would write: limits are told, no analysis explodes, nothing crashes."""
import os, random, resource, shutil, tempfile
import lang

SLOW = float(os.environ.get("WRIGHT_SLOW", "1"))  # how much slower than usual a build may be
folder = tempfile.mkdtemp(prefix="wright-hostile-")
shutil.copytree(os.path.join(lang.ROOT, "spec", "prompts"), os.path.join(folder, "prompts"))
FLAGSHIP = open(os.path.join(lang.ROOT, "spec", "briefs.flow"), encoding="utf-8").read()
TOP = 'api a version "1.0.0" { auth none }\nschema Q { text: string(1..9) }\nerror down is overloaded "Down."\n'
FLOW = "workflow w version 1 {\n  route POST \"/w\"\n  input Q\n  output Q\n  latency waiting 1h\n"


def check(text, name="hostile.flow"):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as out:
        out.write(text)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code, said = lang.check(path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return code, said, (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000  # of a processor


def stages(count):
    """A long chain in which each stage may also skip one, reads an earlier value and asks over a network."""
    yield "service s { url env S_URL  limit 5 concurrent }\n" + FLOW
    for i in range(count):
        then = f"s{i + 1}" if i + 1 < count else None
        skip = f"s{i + 2}" if i + 2 < count else None
        read = f"${{s{i - 1}?.text ?? input.text}}" if i else "${input.text}"
        yield (f'  stage s{i} {{\n    get s "/p?q={read}" as Q\n    timeout 1s\n    retry 2 on transient\n'
               f'    on ok -> {then or "done full"}\n    on timeout -> {skip or "fail down"}\n'
               f'    on error -> {then or "fail down"}\n  }}\n')
    yield "}\n"


code, said, took = check(TOP + "".join(stages(500)))
lang.ok(code == 0, "500 stages are checked", said[:2000])
lang.ok(took < 150 * SLOW, f"500 stages take little of a processor ({took:.0f} ms)")
backwards = list(stages(500))
first = backwards[1]
code, said, took = check(TOP + backwards[0] + first + "".join(reversed(backwards[2:-1])) + "}\n")
lang.ok(code == 0 and took < 200 * SLOW, f"and written backwards ({took:.0f} ms)", said[:2000])
code, said, took = check(TOP + "".join(stages(1001)))
lang.ok(code == 1 and "[E0414]" in said, "1001 stages are too many", said[:2000])
code, said, took = check(TOP + "".join(f'error e{i} is missing "x"\n' for i in range(300)))
lang.ok(code == 1 and said.count("[E0414]") == 1, "300 errors are too many, said once", said[-2000:])
code, said, took = check(TOP + "schema Big {\n" + "".join(f"  field_{i}?: bool\n" for i in range(100000)) + "}\n")
lang.ok(code == 1 and said.count("[E0414]") == 1 and took < 1500 * SLOW,
        f"100,000 fields are too many, said once ({took:.0f} ms)", said[-2000:])
code, said, took = check(TOP + "schema Wide {\n" + "".join(f"  field_{i}?: bool\n" for i in range(1000)) + "}\n")
lang.ok(code == 0 and took < 500 * SLOW, f"1000 fields are not ({took:.0f} ms)", said[:2000])
doubling = "".join(f"schema D{i} {{ a: D{i + 1}  b: D{i + 1} }}\n" for i in range(60)) + "schema D60 { x: bool }\n"
code, said, took = check(TOP + doubling)
lang.ok(code == 1 and "[E0324]" in said and took < 500 * SLOW, f"60 schemas that double ({took:.0f} ms)", said[:2000])
code, said, took = check(TOP + "".join(f"schema A{i} = A{i + 1}\n" for i in range(4000)) + "schema A4000 = bool\n")
lang.ok(code == 0 and took < 2000 * SLOW, f"a chain of 4000 names ({took:.0f} ms)", said[:2000])
code, said, took = check(TOP + "".join(f"schema C{i} depth 2 {{ a?: C{i + 1} }}\n" for i in range(30)) +
                         "schema C30 { a?: C0 }\n")
lang.ok(code == 0 or "[E0324]" in said, f"a circle of 31 schemas ({took:.0f} ms)", said[:2000])
code, said, took = check(";\n" * 200)
lang.ok(code == 1 and "[E0208]" in said and said.count("[E0101]") <= 100, "after 100 errors it stops", said[-800:])
noise = bytes(range(256)) * 400
code, said, took = check(noise.decode("utf-8", "surrogateescape"))
lang.ok(code == 1 and "100 errors" in said.splitlines()[-1], "and a binary file has no more of them", said[-200:])
code, said, took = check(TOP + "\xe4".encode("latin-1").decode("utf-8", "surrogateescape") * 50)
lang.ok(said.count("[E0102]") == 1, "a run of bytes that are not UTF-8 is one error", said[-800:])

diamond = "".join(f"schema D{i} {{ a: D{i + 1}[..9]  b: D{i + 1} }}\n" for i in range(200)) + "schema D200 { x: bool }\n"
twin = diamond.replace("D", "E")
make = "  stage a {\n    make E0 { a: input.a, b: input.b }\n    on ok -> done full\n  }\n}\n"
flow = FLOW.replace("input Q", "input D0").replace("output Q", "output E0")
code, said, took = check(TOP + diamond + twin + flow + make)
lang.ok(code in (0, 1) and took < 2000 * SLOW, f"two families of schemas, each in each twice ({took:.0f} ms)", said[:2000])
chain = "".join(f"schema C{i} {{ a: C{i + 1} }}\n" for i in range(4000)) + "schema C4000 { x: bool }\n"
code, said, took = check(TOP + chain)
lang.ok(code in (0, 1) and took < 2000 * SLOW, f"4000 schemas in one another ({took:.0f} ms)", said[:2000])
labels = "  stage a {\n    recall by input\n" + "    on ok, missing -> done full\n" * 5000 + "  }\n}\n"
code, said, took = check(TOP + FLOW + labels)
lang.ok(code == 1 and took < 5000 * SLOW, f"10000 labels of one stage ({took:.0f} ms)", said[:800])
lines = "".join(f"  stage t{i} {{\n    recall by inputt within 1d\n    on ok, missing -> tt{i}x\n  }}\n" for i in range(900))
code, said, took = check(TOP + FLOW + lines + "}\n")
lang.ok(code == 1 and took < 3000 * SLOW, f"1800 unknown names ({took:.0f} ms)", said[:800])
circle = "".join(f"schema R{i} {{ a: R{(i + 1) % 500}[..2] }}\n" for i in range(500))
code, said, took = check(TOP + circle)
lang.ok(code == 1 and "[E0509]" in said, "500 schemas in a circle", said[:2000])

for name in os.listdir(os.path.join(lang.HERE, "ok", "prompts")):
    shutil.copy(os.path.join(lang.HERE, "ok", "prompts", name), os.path.join(folder, "prompts", name))
with open(os.path.join(lang.HERE, "ok", "everything.flow"), encoding="utf-8") as everything:
    TEXTS = [FLAGSHIP, everything.read()]
MARKS = ["", "", " ", "}", "{", "(", "]", "\n", "${", '"', "??", "->", "99999999999", "é", "\x00"]
random.seed(7)
bad, slowest = [], 0
for i in range(int(os.environ.get("WRIGHT_MUTATIONS", "200"))):
    text = TEXTS[i % 2]
    words = text.split()
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(text))
        until = min(len(text), at + random.choice((0, 1, 1, 5, 40, 400)))
        text = text[:at] + random.choice(MARKS + [random.choice(words)] * 8) + text[until:]
    code, said, took = check(text)
    slowest = max(slowest, took)
    if code not in (0, 1) or (code == 1 and "error" not in said):
        bad.append(f"exit code {code}\n{said[-1500:]}\n--- of\n{text}")
lang.ok(not bad, f"specifications with random edits are checked or refused (slowest {slowest:.0f} ms)", "\n".join(bad[:1]))
shutil.rmtree(folder)
lang.done()
