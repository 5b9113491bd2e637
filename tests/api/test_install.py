#!/usr/bin/env python3
"""`make install PREFIX=…`: what it puts where, and that `wright build` works from there, away from the source."""
import os, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import *

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WANTED = ["bin/wright", "include/wright/generated.h", "include/wright/classes.def", "lib/pkgconfig/wright.pc",
          "lib/wright/libwright.a", "share/man/man1/wright.1", "share/man/man1/wright-build.1",
          "share/bash-completion/completions/wright", "share/zsh/site-functions/_wright",
          "share/fish/vendor_completions.d/wright.fish"]


def run(*args, folder=ROOT, environment=None):
    done = subprocess.run(args, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def files(folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)


def test_install():
    prefix = os.path.join(tempfile.mkdtemp(dir=harness.folder), "usr")
    make = ["make", "--no-print-directory", "B=" + BUILD, "PREFIX=" + prefix]
    code, said = run(*make, "install")
    ok(code == 0 and not set(WANTED) - set(files(prefix)), "make install", said + "\n".join(files(prefix)))
    elsewhere = os.path.join(harness.folder, "elsewhere")
    shutil.copytree(os.path.join(ROOT, "spec"), elsewhere)
    clean = {"PATH": os.environ["PATH"], "HOME": harness.folder}
    wright = os.path.join(prefix, "bin", "wright")
    code, said = run(wright, "build", "briefs.flow", "-o", "briefs", folder=elsewhere, environment=clean)
    ok(code == 0, "wright build, installed, away from the source", said)
    code, said = run("./briefs", "version", folder=elsewhere, environment=clean)
    ok(code == 0 and "briefs 1.0.0" in said, "makes a binary that runs", said)
    code, said = run(wright, "test", "briefs.flow", folder=elsewhere, environment=clean)
    ok(code == 0 and " 0 failed" in said, "and wright test runs", said)
    if shutil.which("pkg-config"):
        clean["PKG_CONFIG_PATH"] = os.path.join(prefix, "lib", "pkgconfig")
        code, said = run("pkg-config", "--cflags", "--libs", "wright", environment=clean)
        ok(code == 0 and f"-I{prefix}/include" in said and f"-L{prefix}/lib/wright -lwright" in said,
           "pkg-config finds it", said)
    else:
        skip("pkg-config finds it", "there is no pkg-config")
    code, said = run(*make, "uninstall")
    ok(code == 0 and files(prefix) == [], "make uninstall takes it all away", files(prefix))
    staged = tempfile.mkdtemp(dir=harness.folder)
    code, said = run("make", "--no-print-directory", "B=" + BUILD, "PREFIX=/usr", "DESTDIR=" + staged, "install")
    with open(os.path.join(staged, "usr/lib/pkgconfig/wright.pc"), encoding="utf-8") as file:
        text = file.read()
    ok(code == 0 and "prefix=/usr\n" in text and staged not in text and "Version: " in text and "@" not in text,
       "DESTDIR is where a package is made, and in no file", text)


if __name__ == "__main__":
    main(test_install)
