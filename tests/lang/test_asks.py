#!/usr/bin/env python3
"""How models are asked, in virtual time: the tests in ok/asks.flow pass, and each would fail without what it is
about."""
import os, re, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lang import HERE, ROOT, WRIGHT, done, ok
from programs import ENVIRONMENT as environment

FILE = os.path.join(HERE, "ok", "asks.flow")
SOURCE = open(FILE, encoding="utf-8").read()
folder = tempfile.mkdtemp()
for name in ("prompts", "examples"):
    if os.path.exists(os.path.join(HERE, "ok", name)):
        os.symlink(os.path.join(HERE, "ok", name), os.path.join(folder, name))


def run(path):
    it = subprocess.run([WRIGHT, "test", path], capture_output=True, text=True, env=environment,
                        stdin=subprocess.DEVNULL, timeout=300)
    return it.returncode, it.stdout + it.stderr


def failing(text, name):
    """The titles of the tests that fail with this text."""
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    code, said = run(path)
    return code, re.findall(r"^  FAIL  (.*)$", said, re.M), said


code, said = run(FILE)
ok(code == 0 and " 0 failed" in said, "the tests of asks.flow pass", said)
WITHOUT = {
    "repair": ("    repair at most 2\n", "", {"what its schema refused is repaired", "and what a check refused, twice at most",
                                             "a repair is no retry", "each is paid for"}),
    "examples": (' examples "examples/tea.json"', "", {"examples are read, and paid for"}),
    "enforced": (" enforced\n", "\n", None),
    "a hedge": ("    hedge after 300ms with large\n", "", {"a slow model does not make anybody wait"}),
}
for name, (part, other, wanted) in WITHOUT.items():
    assert part in SOURCE, part
    code, titles, said = failing(SOURCE.replace(part, other), f"without_{re.sub(r'[^a-z]', '_', name)}.flow")
    if wanted is None:
        ok(code == 1 and "error[" in said, f"without {name} it does not compile", said)
        continue
    ok(code == 1 and wanted <= set(titles), f"without {name} they fail", (code, titles, said))
done()
