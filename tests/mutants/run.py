#!/usr/bin/env python3
"""Mutation of the compiler: each fault of list.txt is put into a copy of the tree, which is built; the test that it names
has to fail. `run.py [TEXT]` runs those whose name has TEXT in it. Prints TAP."""
import os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OPT = "OPT=-O0 -g"


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
    return [words] if words[0].endswith(".sh") else [[sys.executable, word] for word in words]


def build(fault, folder):
    targets = ["build/wright"]
    words = fault["kill"].split()
    if words[0].endswith("time.sh"):
        targets.append("build/" + words[1])
    return run(["make", "-s", "-j2", OPT, *targets], folder)


def try_one(fault, folder):
    """None where it is killed, else why not."""
    place = os.path.join(folder, fault["file"])
    with open(place, encoding="utf-8") as file:
        text = file.read()
    old, new = "\n".join(fault["old"]) + "\n", "\n".join(fault["new"]) + "\n"
    if text.count(old) != 1:
        return f"its line is {text.count(old)} times in {fault['file']}"
    try:
        with open(place, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
        made = build(fault, folder)
        if made.returncode:
            return "it does not build: " + made.stdout[-800:]
        if all(run(test, folder).returncode == 0 for test in tests_of(fault)):
            return f"{fault['kill']} does not see it"
        return None
    finally:
        with open(place, "w", encoding="utf-8") as file:
            file.write(text)


def main(wanted):
    survived = 0
    chosen = [fault for fault in faults() if wanted in fault["name"]]
    with tempfile.TemporaryDirectory(prefix="wright-mutants-") as folder:
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                                capture_output=True, text=True, check=True)
        for path in filter(None, listed.stdout.split("\0")):
            if os.path.exists(os.path.join(ROOT, path)):
                os.makedirs(os.path.join(folder, os.path.dirname(path)), exist_ok=True)
                shutil.copy2(os.path.join(ROOT, path), os.path.join(folder, path))
        made = run(["make", "-s", "-j2", OPT, "all"], folder)
        if made.returncode:
            print(made.stdout)
            return 2
        for number, fault in enumerate(chosen, 1):
            why = try_one(fault, folder)
            survived += why is not None
            print(f"{'not ok' if why else 'ok'} {number} - {fault['name']}" + (f"\n#   {why}" if why else ""), flush=True)
    print(f"1..{len(chosen)}")
    return 1 if survived else 0


sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
