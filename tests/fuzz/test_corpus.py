#!/usr/bin/env python3
"""Each fuzzer runs through its corpus: what a search once found stays found."""
import glob, os, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("WRIGHT_BUILD", "build")
names = sorted(os.path.basename(path)[5:-2] for path in glob.glob(os.path.join(HERE, "fuzz_*.c")))
for name in names:
    files = sorted(glob.glob(os.path.join(HERE, "corpus", name, "*")))
    run = subprocess.run([os.path.join(BUILD, "tests", f"fuzz_{name}"), *files], capture_output=True, text=True)
    ok(files and run.returncode == 0 and run.stdout.endswith(f"{len(files)} files\n"), f"{name}: {len(files)} inputs",
       "\n".join((run.stdout + run.stderr).splitlines()[-40:]))
done()
