#!/usr/bin/env python3
"""Each fuzzer runs through its corpus: what a search once found stays found."""
import glob, os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("WRIGHT_BUILD", "build")
failed = 0
names = sorted(os.path.basename(path)[5:-2] for path in glob.glob(os.path.join(HERE, "fuzz_*.c")))
for number, name in enumerate(names, 1):
    files = sorted(glob.glob(os.path.join(HERE, "corpus", name, "*")))
    done = subprocess.run([os.path.join(BUILD, "tests", f"fuzz_{name}"), *files], capture_output=True, text=True)
    good = bool(files) and done.returncode == 0 and done.stdout.endswith(f"{len(files)} files\n")
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {name}: {len(files)} inputs")
    if not good:
        print("".join(f"#   {line}\n" for line in (done.stdout + done.stderr).splitlines()[-40:]), end="")
print(f"1..{len(names)}")
sys.exit(1 if failed else 0)
