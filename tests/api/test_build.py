#!/usr/bin/env python3
"""`wright` in a build and in a shell, installed: the snippets of docs/build.md run as they stand there, depfiles name every
file that is read, and --help, manual pages, completions and what each command takes are one table."""
import os, pty, re, select, shutil, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import *

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PREFIX = os.path.join(harness.folder, "usr")
WRIGHT = os.path.join(PREFIX, "bin", "wright")
with open(os.path.join(ROOT, "docs", "build.md"), encoding="utf-8") as page:
    SNIPPETS = dict(re.findall(r"^## ([^\n]*)\n.*?^```\w+\n(.*?)^```", page.read(), re.M | re.S))
SPEC = """import "common/words.flow"
api briefs version "1.0.0" { auth none }
schema Brief { text: string(1..400) }
schema Answer { text: string(1..400) }
error down is overloaded "Nothing could answer."
error refused is refusal "It was refused."
function tidy(Brief) -> Answer read from "tidy.c"
model small {
  provider openai.chat   url env MODEL_URL
  name "small-2026-08-07"   max input 2000 tokens, output 300 tokens
  price input $0.05, output $0.40 per million tokens
}
workflow brief version 1 {
  route POST "/brief"   input Brief   output Answer   latency waiting 8s
  stage ask_it {
    ask small prompt "prompts/ask.md" examples "examples.jsonl" as Answer
    timeout 3s
    on ok -> done full
    on rejected -> fail refused
    on error -> tidied
  }
  stage tidied {
    call tidy with input
    timeout 2s
    on ok -> done fallback
    on error -> fail down
  }
}
test "an answer" {
  given ask_it returns file "fixtures/answer.json"
  send brief with { "text": "Long." }
  expect status completed
}
"""
FILES = {"briefs.flow": SPEC, "common/words.flow": "schema Word { word: string(1..20) }\n", "prompts/ask.md": "Shorten: ${input.text}\n",
         "examples.jsonl": '{"input": {"text": "Long."}, "output": {"text": "L."}}\n', "fixtures/answer.json": '{"text": "Short."}\n',
         "tidy.c": '#include "briefs_hooks.h"\n\nbool call_tidy(struct wright_call *call, const struct Brief *in, struct Answer *out)\n'
                   '{\n    (void)call;\n    out->text = in->text;\n    return true;\n}\n'}


def run(*args, at=None, env=None, text=None, seconds=300):
    done = subprocess.run(args, cwd=at, env=env or environment(), input=text, capture_output=True, text=True, timeout=seconds * SLOW)
    return done.returncode, done.stdout + done.stderr


def environment(**more):
    return {"PATH": f"{PREFIX}/bin:" + os.environ["PATH"], "HOME": harness.folder, "LC_ALL": "C.UTF-8", **more}


def project():
    place = tempfile.mkdtemp(dir=harness.folder)
    for name, text in FILES.items():
        path = os.path.join(place, "spec", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return place


def write(place, name, text):
    with open(os.path.join(place, name), "a", encoding="utf-8") as file:
        file.write(text)


def touch(place, name, seconds=5):
    path = os.path.join(place, name)
    later = time.time() + seconds
    os.utime(path, (later, later))


# ---- the table ----------------------------------------------------------------------------------------------

def commands():
    code, said = run(WRIGHT, "--help")
    return re.findall(r"^  (\w+) ", said, re.M)


def test_table():
    made = tempfile.mkdtemp(dir=harness.folder)
    names = commands()
    crashed, wrong = [], []
    for name in names:
        code, said = run(WRIGHT, name, "--no-such-flag")
        if code != 2 or "unknown flag --no-such-flag" not in said:
            crashed.append((name, code, said))
    ok(len(names) > 15 and not crashed, f"{len(names)} commands take the flags of the table, and no other", crashed)
    code, said = run(WRIGHT, "man", "-o", made)
    pages = sorted(os.listdir(made))
    same((code, pages), (0, sorted(["wright.1"] + [f"wright-{name}.1" for name in names])), "a manual page for each")
    for name in names:
        code, said = run(WRIGHT, name, "--help")
        flags = re.findall(r"^  (?:-\w, )?(--?[\w-]+)", said, re.M)
        with open(os.path.join(made, f"wright-{name}.1"), encoding="utf-8") as file:
            text = file.read().replace("\\-", "-")
        if code != 0 or not all(re.search(rf"^\.B .*{flag}\b", text, re.M) for flag in flags) or max(map(len, said.splitlines())) > 100:
            wrong.append((name, flags, said))
    ok(not wrong, "which names each flag that --help does", wrong)
    if not shutil.which("groff"):
        return skip("the pages are clean roff", "there is no groff")
    wrong = [(page, said) for page in pages
             for code, said in [run("groff", "-man", "-ww", "-Tutf8", "-z", os.path.join(made, page))] if code or said]
    ok(not wrong, "the pages are clean roff", wrong)
    code, said = run("groff", "-man", "-Tascii", "-P-c", os.path.join(made, "wright-build.1"))
    ok("wright-build - compile a specification" in said and "-o, --output BINARY" in re.sub(".\b", "", said), "and read well", said)


# ---- completions ----------------------------------------------------------------------------------------------

def typed(command, begin, keys, until_text, at):
    """What a terminal shows after the keys, once `until_text` is there."""
    child, master = pty.fork()
    if child == 0:
        os.chdir(at)
        os.execvpe(command[0], command, environment(TERM="dumb", PS1="$ "))
    shown, end = b"", time.monotonic() + 20 * SLOW
    try:
        for text in (begin, keys):
            os.write(master, text.encode())
            wanted = b"READY\r\n" if text is begin else until_text.encode()
            while wanted not in shown and time.monotonic() < end:
                if select.select([master], [], [], 0.1)[0]:
                    shown += os.read(master, 4096)
    except OSError:
        pass
    finally:
        os.close(master)
        os.kill(child, 9)
        os.waitpid(child, 0)
    return shown.decode(errors="replace")


def completed(words, at):
    """What the bash function offers for the last word."""
    script = ('eval "$(wright completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wright; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    return run("bash", "--norc", "-c", script, "bash", "wright", *words, at=at)[1].split()


def test_bash():
    place = project()
    names = commands()
    same(completed([""], place), names + ["--help", "--version"], "bash: commands")
    same(completed(["diff", "--fail-on", ""], place), ["breaking", "review", "behaviour", "compatible"], "bash: the values of a flag")
    same(completed(["build", "--"], place), ["--output", "--keep", "--with", "--dynamic", "--help"], "bash: flags")
    same(completed(["check", "spec/b"], place), ["spec/briefs.flow"], "bash: specifications")
    same(sorted(completed(["check", "spec/"], place)),
         sorted(["spec/briefs.flow", "spec/common", "spec/fixtures", "spec/prompts"]), "bash: and the folders that may have some")
    ok("E0301" in completed(["explain", "E03"], place), "bash: codes", completed(["explain", "E03"], place))
    shown = typed(["bash", "--norc", "--noprofile", "-i"], 'bind "set enable-bracketed-paste off"; eval "$(wright completion bash)"; echo READ"Y"\n',
                  "wright bui\tspec/bri\t", "spec/briefs.flow", place)
    ok("wright build spec/briefs.flow" in shown, "bash: as it is typed", shown)


def test_other_shells():
    place = project()
    if shutil.which("zsh"):
        begin = 'autoload -Uz compinit; compinit -u; eval "$(wright completion zsh)"; echo READ"Y"\n'
        shown = typed(["zsh", "-f", "-i"], begin, "wright bui\tspec/bri\t", "spec/briefs.flow", place)
        ok("build spec/briefs.flow" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r|.\x08", "", shown), "zsh: as it is typed", repr(shown))
    else:
        skip("zsh: as it is typed", "there is no zsh")
    if not shutil.which("fish"):
        return skip("fish: commands, flags, values and files", "there is no fish")
    asked = ["wright bui", "wright diff --fail-on b", "wright build -", "wright check spec/b"]
    script = "wright completion fish | source; " + "; ".join(f"complete -C '{one}'" for one in asked)
    code, said = run("fish", "--no-config", "-c", script, at=place)
    words = [line.split("\t")[0] for line in said.splitlines()]
    ok({"build", "breaking", "behaviour", "--output", "-MD", "spec/briefs.flow"} <= set(words),
       "fish: commands, flags, values and files", said)


# ---- builds -----------------------------------------------------------------------------------------------------

def test_make():
    place = project()
    write(place, "Makefile", SNIPPETS["make"])
    code, said = run("make", at=place)
    ok(code == 0 and os.path.exists(os.path.join(place, "briefs")), "make builds it", said)
    with open(os.path.join(place, "briefs.d"), encoding="utf-8") as file:
        rule = file.read()
    named = rule[:rule.index("\n\n")].replace("\\\n", " ").split()
    same((named[0], sorted(named[1:])), ("briefs:", sorted("spec/" + name for name in FILES)), "the depfile names all that was read")
    same(run("make", "-q", at=place)[0], 0, "and then there is nothing to do")
    for name in FILES:
        code = []
        touch(place, "spec/" + name)
        for target in ("briefs", "contract.stamp"):
            code.append(run("make", "-q", target, at=place)[0])
        touch(place, "spec/" + name, -60)
        same((code, run("make", "-q", at=place)[0]), ([1, 1], 0), f"an edit of {name} builds it again")
    before = os.stat(os.path.join(place, "contract", "contract.json")).st_mtime_ns
    write(place, "spec/common/words.flow", "// a comment\n")
    touch(place, "spec/common/words.flow")
    code, said = run("make", "contract.stamp", at=place)
    touch(place, "spec/common/words.flow", -60)
    same((code, os.stat(os.path.join(place, "contract", "contract.json")).st_mtime_ns, run("make", "-q", "contract.stamp", at=place)[0]),
         (0, before, 0), "what does not change keeps its time, and make comes to rest")
    os.rename(os.path.join(place, "spec/fixtures/answer.json"), os.path.join(place, "spec/fixtures/other.json"))
    code, said = run("make", "contract.stamp", at=place)
    ok(code == 2 and "fixtures/answer.json" in said and "No rule" not in said, "a file that is gone is told by wright, at its place", said)


def test_names():
    place = tempfile.mkdtemp(dir=harness.folder)
    inside = os.path.join(place, "my $pec #1")
    shutil.copytree(os.path.join(project(), "spec"), inside)
    code, said = run(WRIGHT, "compile", inside + "/briefs.flow", "-o", os.path.join(place, "out"), "-MF", os.path.join(place, "deps.d"),
                     "-MT", os.path.join(place, "stamp"))
    write(place, "Makefile", f"all: {place}/stamp\n-include deps.d\n%/stamp:\n\t@echo again\n")
    write(place, "stamp", "")
    touch(place, "stamp", 1)
    quiet, _ = run("make", "-q", at=place)
    touch(inside, "prompts/ask.md", 9)
    same((code, quiet, run("make", "-q", at=place)[0]), (0, 0, 1), "spaces, # and $ in names are read as they are")


def test_cmake():
    if not shutil.which("cmake"):
        return skip("cmake", "there is no cmake")
    for generator in ["Ninja" if shutil.which("ninja") else "Unix Makefiles"]:
        place = project()
        write(place, "CMakeLists.txt", SNIPPETS["CMake"])
        code, said = run("cmake", "-S", place, "-B", place + "/out", "-G", generator)
        built, more = run("cmake", "--build", place + "/out")
        binary = os.path.join(place, "out", "briefs")
        ok((code, built) == (0, 0) and os.path.exists(binary), f"{generator} of cmake builds it", said + more)
        made = os.stat(binary).st_mtime_ns
        run("cmake", "--build", place + "/out")
        same(os.stat(binary).st_mtime_ns, made, "once")
        touch(place, "spec/prompts/ask.md")
        _, said = run("cmake", "--build", place + "/out", "--", "-n")
        ok("build" in said and "briefs.flow" in said or "Generating briefs" in said, "and again after an edit of a prompt", said)


# ---- review -----------------------------------------------------------------------------------------------------

def git(place, *words):
    code, said = run("git", "-c", "user.name=A", "-c", "user.email=a@example.com", *words, at=place)
    if code != 0:
        raise RuntimeError(said)
    return said


def repository():
    """A branch that narrows the input, of a repository with an origin."""
    place = project()
    origin = tempfile.mkdtemp(dir=harness.folder)
    git(place, "init", "-q", "-b", "main")
    git(place, "add", "-A")
    git(place, "commit", "-qm", "one")
    git(origin, "init", "-q", "--bare")
    git(place, "remote", "add", "origin", origin)
    git(place, "push", "-q", "origin", "main")
    git(place, "checkout", "-qb", "narrower")
    path = os.path.join(place, "spec", "briefs.flow")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SPEC.replace("schema Brief { text: string(1..400) }", "schema Brief { text: string(1..300) }"))
    return place


def test_workflow():
    place = repository()
    git(place, "commit", "-qam", "two")
    os.symlink(ROOT, os.path.join(place, "wright"))
    steps = re.findall(r"^      - name: (.*)\n        run: (.*)$", SNIPPETS["GitHub Actions"], re.M)
    told = os.path.join(place, "summary")
    env = environment(GITHUB_BASE_REF="main", GITHUB_STEP_SUMMARY=told, MAKEFLAGS=f"B={BUILD} PREFIX={PREFIX}")
    got = {name: run("bash", "-e", "-c", line, at=place, env=env) for name, line in steps if name != "tools"}
    same({name: code for name, (code, _) in got.items()},
         {"install": 0, "check": 0, "test": 0, "what is new": 0, "what breaks": 1}, "the steps of the workflow") or print(got)
    with open(told, encoding="utf-8") as file:
        ok("300" in file.read(), "the summary says what is new")
    ok(re.search(r"^::error file=spec/briefs\.flow,line=3\b", got["what breaks"][1], re.M), "and the finding stands at its line", got["what breaks"])


def test_git():
    place = repository()
    code, said = run("sh", "-e", "-c", SNIPPETS["git"], at=place)
    said += git(place, "diff")
    ok(code == 0 and re.search(r'^-.*"maxLength": 400', said, re.M) and re.search(r'^\+.*"maxLength": 300', said, re.M),
       "git diff shows the contract", said)


def test_shell():
    eval_line, man_line = SNIPPETS["A shell"].splitlines()
    code, said = run("bash", "--norc", "-c", eval_line + "\ncomplete -p wright")
    ok(code == 0 and "_wright" in said, "the completion by hand", said)
    if not shutil.which("man"):
        return skip("the page by hand", "there is no man")
    code, said = run("bash", "--norc", "-c", man_line, env=environment(MANPAGER="cat", MANWIDTH="80", TERM="dumb"))
    ok(code == 0 and "wright-build" in said, "the page by hand", said)


if __name__ == "__main__":
    installed = subprocess.run(["make", "--no-print-directory", "B=" + BUILD, "PREFIX=" + PREFIX, "install"],
                               cwd=ROOT, capture_output=True, text=True)
    if installed.returncode != 0:
        ok(False, "make install", installed.stdout + installed.stderr)
        main()
    main(test_table, test_bash, test_other_shells, test_make, test_names, test_cmake, test_workflow, test_git, test_shell)
