#!/usr/bin/env python3
"""Mutation of the compiler: each fault of list.txt is put into a copy of the tree, which is built; one of the tests that it
names has to fail, and is named with what failed in it. `run.py [PATTERN]` runs those whose name has it, MUTANTS_PART=2/3 every third of them from the second. Prints TAP."""
import os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OPT = ["OPT=-O0 -g", "WARN=-w"]  # what is broken may leave something unused


def faults():
    with open(os.path.join(HERE, "list.txt"), encoding="utf-8") as file:
        blocks = re.split(r"\n\n+", re.sub(r"^#.*\n", "", file.read(), flags=re.M).strip())
    for block in blocks:
        name, *rows = block.split("\n")
        fault = {"name": name, "file": None, "kill": None, "old": [], "new": []}
        for row in rows:
            if row[0] in "-+":
                fault["old" if row[0] == "-" else "new"].append(row[1:])
            else:
                key, value = row.split(" ", 1)
                fault[key] = value
        yield fault


def run(command, folder, seconds=900):
    try:
        return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=seconds,
                              env={**os.environ, "WRIGHT_BUILD": "build"})
    except subprocess.TimeoutExpired as late:
        return subprocess.CompletedProcess(command, 1, str(late), "")


def tests_of(fault):
    """One command with its arguments, or several tests, of which one has to fail."""
    words = fault["kill"].split()
    if words[0].endswith(".sh"):
        return [words]
    return [[sys.executable, word] if word.endswith(".py") else [word] for word in words]


def targets_of(fault):
    words = fault["kill"].split()
    more = [word for word in words if word.startswith("build/")] + ["build/briefs"] * any("tests/api/" in w for w in words)
    return ["build/wright", "build/libwright.a", *more, *(["build/" + words[1]] if words[0].endswith("time.sh") else [])]


def build(faults_of, folder):
    targets = sorted({target for fault in faults_of for target in targets_of(fault)})
    return run(["make", "-s", "-j2", *OPT, *targets], folder)


def killer(fault, folder):
    """The test that sees it, and what it says; None: nobody sees it."""
    for test in tests_of(fault):
        done = run(test, folder)
        if done.returncode:
            said = [line for line in done.stdout.splitlines() if line.startswith("not ok") or "BROKEN" in line]
            said += done.stdout.splitlines()[-1:]
            return f"{test[-1] if len(test) < 3 else test[0]}: {said[0][:120] if said else 'it fails'}"
    return None


def try_one(fault, folder):
    """Who killed it, and why it lives."""
    place = os.path.join(folder, fault["file"])
    with open(place, encoding="utf-8") as file:
        text = file.read()
    old, new = "\n".join(fault["old"]) + "\n", "\n".join(fault["new"]) + "\n"
    if text.count(old) != 1:
        return None, f"its line is {text.count(old)} times in {fault['file']}"
    try:
        with open(place, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
        made = build([fault], folder)
        if made.returncode:
            return None, "it does not build: " + made.stdout[-800:]
        by = killer(fault, folder)
        return by, None if by else f"{fault['kill']} does not see it"
    finally:
        with open(place, "w", encoding="utf-8") as file:
            file.write(text)


def main(wanted):
    survived = 0
    part, parts = map(int, os.environ.get("MUTANTS_PART", "1/1").split("/"))
    chosen = [fault for fault in faults() if re.search(wanted, fault["name"])][part - 1::parts]
    with tempfile.TemporaryDirectory(prefix="wright-mutants-") as folder:
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                                capture_output=True, text=True, check=True)
        for path in filter(None, listed.stdout.split("\0")):
            if os.path.exists(os.path.join(ROOT, path)):
                os.makedirs(os.path.join(folder, os.path.dirname(path)), exist_ok=True)
                shutil.copy2(os.path.join(ROOT, path), os.path.join(folder, path))
        made = build(chosen, folder)
        if made.returncode:
            print("Bail out! the tree itself does not build\n" + made.stdout[-3000:])
            return 2
        healthy = sorted({tuple(test) for fault in chosen for test in tests_of(fault)})
        sick = [" ".join(test) for test in healthy if run(list(test), folder).returncode]
        if sick:
            print("Bail out! without any fault these fail already: " + ", ".join(sick))
            return 2
        for number, fault in enumerate(chosen, 1):
            by, why = try_one(fault, folder)
            survived += by is None
            print(f"{'ok' if by else 'not ok'} {number} - {fault['name']}\n#   {by or why}", flush=True)
    print(f"1..{len(chosen)}")
    return 1 if survived else 0


sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
