#!/usr/bin/env python3
"""`wright fmt` over every specification of the repository: what is laid out stays so, no comment is lost or moved past
another, the contract that is compiled from it stays the same. spec/ is laid out."""
import glob, os, random, re, shutil, subprocess, tempfile
import lang

SEED = int(os.environ.get("FMT_SEED", "1"))
MADE = ("contract.json", "openapi.json", "schemas.c")
FOUND = sorted(os.path.relpath(path, lang.ROOT) for path in
               glob.glob(os.path.join(lang.ROOT, "spec/*.flow")) +
               glob.glob(os.path.join(lang.ROOT, "tests/**/*.flow"), recursive=True))
FOUND = [path for path in FOUND if "/err/" not in path]


def wright(*words):
    done = subprocess.run([lang.WRIGHT, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def shaken(text, chance):
    """The text with other spaces and further comments, in places where they mean nothing."""
    lines = []
    for number, line in enumerate(text.splitlines()):
        bare = line.strip()
        if bare and not re.search(r'"|//|=>', bare):
            bare = re.sub(r" ", lambda _: " " * chance.choice((1, 1, 2, 5)), bare)
            if chance.random() < 0.3:
                bare += " " * chance.randrange(3) + f"// said on line {number}"
            elif chance.random() < 0.2:
                bare += "\n" * chance.randrange(1, 4)
        lines.append(" " * chance.randrange(9) + bare + chance.choice(("", "", "  ", "\t")))
    return "\n".join(lines) + "\n"


def comments(text):
    """Every comment, in order; what stands in a string is none, for a string has no comment behind it on its line here."""
    return [found.strip() for found in re.findall(r'^(?:[^"\n]|"(?:\\.|[^"\\\n])*")*?(//[^\n]*)', text, re.M)]


def compiled(path):
    """What is made of it, without the lines where things stand; or what the compiler said instead."""
    out = tempfile.mkdtemp()
    code, said = wright("compile", path, "-o", out)
    made = said
    if code == 0:
        made = {name: re.sub(r"\.flow:\d+\) -*", ".flow) ", read(os.path.join(out, name))) for name in MADE}
    shutil.rmtree(out)
    return made


def try_one(path, chance, inside):
    """What is wrong with one specification, shaken and laid out again, or None; and whether it compiles."""
    place = os.path.join(inside, path)
    text = read(place)
    before, loose = compiled(place), shaken(text, chance)
    with open(place, "w", encoding="utf-8") as file:
        file.write(loose)
    code, said = wright("fmt", place)
    if code:
        return f"fmt exits {code}: {said}", False
    once = read(place)
    if wright("fmt", "--check", place) != (0, ""):
        return "laid out once, it is not laid out", False
    if comments(once) != comments(loose):
        return "its comments are others", False
    after = compiled(place)
    if isinstance(before, str) != isinstance(after, str):
        return f"it compiled before or after, and not both: {after}", False
    if not isinstance(before, str) and before != after:
        return "it compiles to something else: " + " ".join(name for name in MADE if before[name] != after[name]), False
    with open(place, "w", encoding="utf-8") as file:
        file.write(text)
    return None, not isinstance(before, str)


def every_file():
    inside = tempfile.mkdtemp()
    for name in ("spec", "tests"):
        shutil.copytree(os.path.join(lang.ROOT, name), os.path.join(inside, name),
                        ignore=shutil.ignore_patterns("node_modules", "__pycache__", "err", "unit", "bench/*.c"))
    chance = random.Random(SEED)
    lang.ok(len(FOUND) > 25, "there are specifications", FOUND)
    compiling = 0
    for path in FOUND:
        wrong, compiles = try_one(path, chance, inside)
        compiling += compiles
        lang.ok(wrong is None, f"{path}: laid out again, it says the same", f"{wrong} (FMT_SEED={SEED})")
    lang.ok(compiling > 20, "most of them compile", compiling)
    shutil.rmtree(inside)


def specs():
    code, said = wright("fmt", "--check", *(os.path.join(lang.ROOT, path) for path in FOUND if path.startswith("spec/")))
    lang.ok(code == 0 and said == "", "spec/ is laid out: `wright fmt --check`", said)


specs()
every_file()
lang.done()
