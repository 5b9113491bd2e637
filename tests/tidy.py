#!/usr/bin/env python3
"""What the house asks of its files, as tests: layers, lengths, style, and codes with pages and tests."""
import glob, os, re, subprocess
from tap import done, ok

LAYERS = {
    "compiler": ["base", "diag", "syntax", "model", "check", "emit", "diff", "tool"],
    "runtime": ["include", "base", "json", "engine", "sim", "store", "http", "model", "observe", "app"],
}
# What the compiler may take of the runtime: the vocabulary of generated code everywhere, how near two words are,
# and for the simulated upstreams the runtime's own HTTP server.
SHARED = {"base": ["base"], "tool": ["base", "json", "http"]}
FUNCTION_LINES = 60
FILE_LINES = 600
TOP = {"Makefile", "compiler", "runtime", "spec", "generated", "tests", "docs", "README.md", "LICENSE",
       ".ci", ".clang-format", ".gitignore"}


def check(name, wrong):
    wrong = list(wrong)
    ok(not wrong, name, "\n".join(wrong))


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
                            stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
    return [path for path in listed if path and os.path.exists(path)]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def layer(path):
    parts = path.split("/")
    return (parts[0], parts[1]) if parts[0] in LAYERS and len(parts) > 2 else None


def crossing(path, included):
    """Why `path` may not include `included`, or None."""
    here = layer(path)
    included = re.sub(r"^gen/", "", included)
    there = ("runtime", "include") if included.startswith("wright/") else layer(included)
    if not here or not there:
        return None
    if here[0] == there[0]:
        order = LAYERS[here[0]]
        if there[1] not in order:
            return f"{there[1]} is no layer"
        return None if order.index(there[1]) <= order.index(here[1]) else f"{here[1]} stands below {there[1]}"
    if here[0] == "runtime":
        return "the runtime does not know the compiler"
    if there[1] == "include" or there[1] in SHARED.get(here[1], []):
        return None
    return f"compiler/{here[1]} may not look into runtime/{there[1]}"


def layers(sources):
    for path in sources:
        for number, line in enumerate(read(path).splitlines(), 1):
            found = re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)
            why = found and crossing(path, found[1])
            if why:
                yield f"{path}:{number}: includes {found[1]}: {why}"


def functions(sources):
    """Functions that need scrolling: from a line that starts a body in column 1 to its closing brace."""
    for path in sources:
        start = None
        for number, line in enumerate(read(path).splitlines(), 1):
            if line == "{":
                start = number
            elif line.startswith("}") and start:
                if number - start - 1 > FUNCTION_LINES:
                    yield f"{path}:{start}: a function of {number - start - 1} lines (at most {FUNCTION_LINES})"
                start = None


def openings(sources):
    return (f"{path}: says neither what it is for nor what it may know" for path in sources
            if not re.match(r"(#!.*\n)?\s*(/\*|//|#|\"\"\"|%include \{ */\*)", read(path)))


def said(*command):
    """What a command says of files, the first line of each place."""
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = [line for line in ended.stdout.splitlines() if re.search(r": (fatal )?error: ", line)]
    return lines or ([f"{command[0]} ended with {ended.returncode}: {ended.stdout[-400:]}"] if ended.returncode else [])


def formatted(sources):
    return said("clang-format", "--dry-run", "-Werror", *sources)


def clang(sources):
    """The house is built by gcc; clang's warnings are heard without a build."""
    flags = re.search(r"^WARN := (.*)$", read("Makefile"), re.M)[1].split()
    include = ["-I.", "-Iruntime/include", "-I" + os.environ.get("WRIGHT_BUILD", "build")]
    for start in range(0, len(sources), 40):
        yield from said("clang", "-fsyntax-only", "-std=c11", "-D_GNU_SOURCE", *include, *flags, *sources[start:start + 40])


def codes():
    return re.findall(r"^CODE\((E\d+),", read("compiler/diag/codes.def"), re.M)


def untested_codes():
    golden = "".join(read(path) for path in glob.glob("tests/lang/**/*.txt", recursive=True))
    golden += "".join(read(path) for path in glob.glob("tests/**/*.[cp]*", recursive=True) if os.path.isfile(path)
                      and path.endswith((".c", ".py")))
    return (f"{code}: no test shows it" for code in codes() if code not in golden)


def pages():
    for code in codes():
        path = f"docs/errors/{code}.md"
        if not os.path.exists(path):
            yield f"{path} is missing"
        elif "```flow err" not in read(path) and "no example" not in read(path).lower():
            yield f"{path}: shows no example that fails"
    known = set(codes())
    for path in glob.glob("docs/errors/E*.md"):
        if os.path.basename(path)[:-3] not in known:
            yield f"{path}: there is no such code"


def named():
    """What the pages on the house name is there: layers, files, functions."""
    house, said = read("docs/ARCHITECTURE.md"), read("docs/HACKING.md")
    for top, folders in LAYERS.items():
        for folder in folders:
            if f"| {top}/{folder}" not in house:
                yield f"docs/ARCHITECTURE.md has no row for {top}/{folder}"
    code = "".join(read(path) for path in tracked("compiler/*", "runtime/*", "tests/*.c", "tests/*.h"))
    for page, text in (("ARCHITECTURE", house), ("HACKING", said)):
        for path in set(re.findall(r"\b(?:compiler|runtime|tests|docs|spec)/[\w/.]*[\w]", text)):
            if not os.path.exists(path) and not glob.glob(path + "*"):
                yield f"docs/{page}.md names {path}, which is not there"
        for name in set(re.findall(r"`([a-z]+_[a-z_]+)`", text)):
            if not re.search(rf"\b{name}\b", code):
                yield f"docs/{page}.md names {name}, which is not there"


def mutants():
    """A fault of tests/mutants whose line is no longer there can be put nowhere."""
    for block in re.split(r"\n\n+", re.sub(r"^#.*\n", "", read("tests/mutants/list.txt"), flags=re.M).strip()):
        name, *rows = block.split("\n")
        path = next(row[5:] for row in rows if row.startswith("file "))
        if "\n".join(row[1:] for row in rows if row.startswith("-")) not in read(path):
            yield f"tests/mutants/list.txt: {name}: {path} has no such line"


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    house = tracked("compiler/*.c", "compiler/*.h", "runtime/*.c", "runtime/*.h")
    written = house + tracked("compiler/*.re", "compiler/*.y", "runtime/*.re")
    tests = tracked("tests/*.c", "tests/*.h")
    programs = tracked("tests/unit/test_*.c", "tests/fuzz/fuzz_*.c", "tests/bench/*.c")
    generated = tracked("generated/*.c", "generated/*.h")
    check("only the fixed names stand at the top",
          sorted({path.split("/")[0] for path in tracked()} - TOP))
    check("a file includes its own layer and those below it", layers(written))
    check(f"no function of the house is longer than {FUNCTION_LINES} lines", functions(house))
    check(f"no file is longer than {FILE_LINES} lines, tables and grammars aside",
          (f"{path}: {n} lines" for path in house if (n := read(path).count("\n")) > FILE_LINES))
    check("every file says what it is for", openings(written + tests + tracked("tests/*.py")))
    check("clang-format leaves the house as it is", formatted(house + tests))
    check("clang-format leaves generated C as it is", formatted(generated))
    check("clang has nothing to say either", clang([path for path in house if path.endswith(".c")] + programs))
    check("what the pages on the house name is there", named())
    check("every seeded fault has its place", mutants())
    check("every code has a page with an example that fails", pages())
    check("every code is shown by a test", untested_codes())
    done()


main()
