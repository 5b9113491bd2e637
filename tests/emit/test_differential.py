#!/usr/bin/env python3
"""The generated decoder takes exactly what the JSON Schema beside it says: documents by chance, most of them
valid or nearly so, held against reference.py. WRIGHT_SEED chooses others, WRIGHT_DOCUMENTS how many."""
import json, os, random, subprocess, sys, tempfile
import reference
from documents import Maker

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok

BUILD = os.path.abspath(os.environ.get("WRIGHT_BUILD", "build"))
SEED = int(os.environ.get("WRIGHT_SEED", "1"))
COUNT = int(os.environ.get("WRIGHT_DOCUMENTS", "8000"))
FLAGS = "-std=c11 -D_GNU_SOURCE -O1 -I. -Iruntime/include".split()


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


if __name__ == "__main__":
    main()
