#!/usr/bin/env python3
"""README.md and the pages for who runs a binary keep their word: README's specification compiles, deleting the line
it names is refused, commands run verbatim (```sh run CODE ends with that exit code), links lead somewhere, and the demonstration
ends well."""
import os, re, shutil, socket, subprocess, tempfile

import harness
from harness import BUILD, SLOW, main, ok, same, skip

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WRIGHT = os.path.abspath(os.path.join(BUILD, "wright"))
PAGES = {}
for name in ("README.md", "docs/operations.md", "docs/simulate.md"):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        PAGES[name] = file.read()


def fences(page, language):
    return re.findall(rf"^```{language} ?([^\n]*)\n(.*?)^```", PAGES[page], re.M | re.S)


def check(text):
    folder = tempfile.mkdtemp(dir=harness.folder)
    with open(os.path.join(folder, "summarise.md"), "w", encoding="utf-8") as prompt:
        prompt.write("Summarise:\n${input.document}\n")
    path = os.path.join(folder, "summarise.flow")
    with open(path, "w", encoding="utf-8") as spec:
        spec.write(text)
    return subprocess.run([WRIGHT, "check", path], capture_output=True, text=True)


def test_specification():
    (_, text), = fences("README.md", "flow ok")
    done = check(text)
    same(done.returncode, 0, "README's specification compiles") or print(done.stdout + done.stderr)
    line = "    on rejected -> fail refused\n"
    done = check(text.replace(line, ""))
    said = done.stdout + done.stderr
    ok(line in text and done.returncode == 1 and "`write`" in said and "refusal" in said,
       "without the line it names, the stage and what is left open are named", said)


def busy(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def tree():
    """A folder in which README's commands mean this build."""
    folder = tempfile.mkdtemp(dir=harness.folder)
    for name in os.listdir(ROOT):
        if name not in ("build", ".git"):
            os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
    os.mkdir(os.path.join(folder, "build"))
    for name in ("wright", "briefs", "libwright.a"):
        shutil.copy(os.path.join(BUILD, name), os.path.join(folder, "build", name))
    return folder


def run_block(page, folder, code, text):
    first = f"{page}: {text.splitlines()[0]}"
    if ":8080" in text and busy(8080):
        return skip(first, "port 8080 is taken on this machine")
    env = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_KEY", "_KEYS"))}
    done = subprocess.run(["bash", "-e", "-m", "-c", text], cwd=folder, capture_output=True, text=True, env=env,
                          timeout=60 * SLOW)
    same(done.returncode, int(code or 0), first) or print(done.stdout + done.stderr)
    if "curl" in text:
        ok('"status":"completed"' in done.stdout, f"{page}: the request is answered", done.stdout)


def test_commands():
    folder = tree()
    for page in PAGES:
        blocks = fences(page, "sh run")
        ok(blocks, f"{page} shows commands")
        for code, text in blocks:
            run_block(page, folder, code, text)


def test_links():
    for link in sorted(set(re.findall(r"\]\(([^)#]+)\)", PAGES["README.md"]))):
        ok(os.path.exists(os.path.join(ROOT, link)), f"README links to {link}, which is there")


def test_demo():
    env = {name: value for name, value in os.environ.items() if name not in ("MODEL_URL", "MODEL_KEY")}
    done = subprocess.run(["python3", os.path.join(ROOT, "tests", "demo.py")], capture_output=True, text=True,
                          timeout=120 * SLOW, env={**env, "WRIGHT_BUILD": os.path.abspath(BUILD)})
    ok(done.returncode == 0 and "nothing is left running" in done.stdout, "the demonstration ends well",
       done.stdout + done.stderr)


main(test_specification, test_commands, test_links, test_demo)
