#!/usr/bin/env python3
"""What the checks let through becomes C that compiles without a warning: every specification of ok/."""
import glob, os, shutil, subprocess, tempfile
import lang

WARN = "-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror".split()
folder = tempfile.mkdtemp(prefix="wright-compiles-")
for path in sorted(glob.glob(os.path.join(lang.HERE, "ok", "*.flow"))):
    name = os.path.basename(path)[:-5]
    out = os.path.join(folder, name)
    run = subprocess.run([lang.WRIGHT, "compile", path, "-o", out], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, timeout=60)
    sources = sorted(glob.glob(os.path.join(out, "*.c")))
    if not lang.ok(run.returncode == 0 and sources, f"ok/{name} becomes C", run.stdout.decode()):
        continue
    cc = [os.environ.get("CC", "cc"), "-std=c11", "-fsyntax-only", *WARN, "-I" + lang.ROOT,
          "-I" + os.path.join(lang.ROOT, "runtime", "include"), "-I" + out, *sources]
    run = subprocess.run(cc, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    lang.ok(run.returncode == 0, f"the C of ok/{name} compiles without a warning", run.stdout.decode())
shutil.rmtree(folder)
lang.done()
