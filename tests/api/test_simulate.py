#!/usr/bin/env python3
"""`simulate` in a binary: nothing breaks, one seed is one run, a broken rule is found and replayed, and
what is wrong on its command line is said."""
import os, re, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness, programs
from harness import BINARY, INSTRUMENTED, folder, main, ok, same

JOBS = 1000 if INSTRUMENTED else 20000


def simulate(*flags, binary=BINARY, **environment):
    return subprocess.run([binary, "simulate", *map(str, flags)], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, env={**os.environ, **environment}, timeout=300)


def numbers(text):
    return {line.split()[0]: [int(n) for n in re.findall(r"\b\d+\b", line)] for line in text.splitlines()
            if line}


def nothing_breaks():
    run = simulate("--jobs", JOBS, "--crash")
    same(run.returncode, 0, f"{JOBS} jobs with crashes: nothing is broken")
    ok("no invariant was broken" in run.stdout, "and that is said", run.stdout)
    told = numbers(run.stdout)
    ok(sum(told["ended"]) >= JOBS and all(told["ended"][:3]), "every job ended, in every way", run.stdout)
    ok(told["crashes"][0] > 0 and told["crashes"][1] > 0, "processes died and took jobs up again", run.stdout)
    ok(told["store"][1] > 0, "commits failed", run.stdout)
    calm = simulate("--jobs", 300)
    same(numbers(calm.stdout)["crashes"][0], 0, "without --crash none dies")


def one_seed_is_one_run():
    files = [os.path.join(folder, name) for name in ("one", "two", "other")]
    seeds = (5, 5, 6)
    runs = [simulate("--seed", seed, "--jobs", 300, "--crash", "--journal", file)
            for seed, file in zip(seeds, files)]
    one, two, other = (open(file, "rb").read() for file in files)
    ok(len(one) > 100000 and one == two, "the same journals, byte for byte")
    ok(one != other, "another seed, other journals")
    same(re.sub(r"[\d.]+ s$", "", runs[0].stdout, flags=re.M), re.sub(r"[\d.]+ s$", "", runs[1].stdout, flags=re.M),
         "and the same words")


def what_is_broken_is_found():
    run = simulate("--jobs", 10000, "--crash", WRIGHT_BREAK="floor")
    if not INSTRUMENTED:
        return same(run.returncode, 0, "a shipped binary cannot be broken on purpose")
    same(run.returncode, 1, "a broken rule: exit 1")
    ok(re.search(r"^BROKEN +floor: ", run.stdout, re.M), "named", run.stdout)
    command = re.search(r"^replay +briefs simulate (.*)$", run.stdout, re.M)
    again = simulate(*command[1].split(), WRIGHT_BREAK="floor")
    why = re.search(r"^BROKEN.*$", run.stdout, re.M)[0]
    ok(why in again.stdout, "the command that is told shows it again", again.stdout)
    whole = simulate(*command[1].split())
    same(whole.returncode, 0, "and nothing else breaks there")


def build(name, spec=None):
    binary = programs.build(spec or f"tests/lang/ok/{name}.flow", os.path.join(folder, name), dynamic=True)
    return ok(True, f"{name}.flow is built") and binary


def other_programs():
    for name, why in (("everything", "patterns, maps, lists, optional schemas: its values are made"),
                      ("writes", "every way to write"), ("rounds", "effects in circles"),
                      ("long", "a circle of many rounds"),
                      ("tree", "members, items and children"),
                      ("rests", "jobs that leave memory while they are parked, and their parents"),
                      ("effects", "a once effect after a keyed one")):
        binary = build(name)
        run = simulate("--jobs", JOBS // 4, "--crash", binary=binary)
        same(run.returncode, 0, f"{why}, and nothing breaks")
        if run.returncode:
            print("# " + run.stdout.replace("\n", "\n# "))
    if not INSTRUMENTED:
        return
    for broken, rule, what in (("lot", "end", "one that rests and cannot be read is let be"),
                               ("row", "park", "what came for one that rests is not in its row")):
        run = simulate("--jobs", 10000, "--crash", binary=os.path.join(folder, "rests"), WRIGHT_BREAK=broken)
        ok(run.returncode == 1 and re.search(rf"^BROKEN +{rule}: ", run.stdout, re.M), f"it is noticed: {what}",
           run.stdout)
    run = simulate("--jobs", 10000, "--crash", binary=os.path.join(folder, "tree"), WRIGHT_BREAK="late",
                   ASAN_OPTIONS="detect_leaks=0")
    ok(run.returncode == 1 and re.search(r"^BROKEN +late: ", run.stdout, re.M),
       "a commit that comes late for a member that was cut, and is heard, is noticed", run.stdout)
    for broken, rule in (("once", "once"), ("before", "once"), ("uncertain", "once"), ("key", "keyed")):
        run = simulate("--jobs", 10000, "--crash", binary=binary, WRIGHT_BREAK=broken)
        ok(run.returncode == 1 and re.search(rf"^BROKEN +{rule}: ", run.stdout, re.M),
           f"its rule '{broken}' broken on purpose is noticed", run.stdout)


def what_was_simulated():
    """What was never entered is said; what the tests answer leads behind checks that nothing invented passes."""
    run = simulate("--jobs", 2000)
    ok("entered    4 of 4 stages" in run.stdout and "taken      10 of 10 transitions" in run.stdout and
       "never" not in run.stdout, "all of the briefs' machine was there", run.stdout)
    run = simulate("--jobs", 1000, binary=build("ledger"))
    ok("entered    2 of 2 stages" in run.stdout and "taken      5 of 5 transitions" in run.stdout,
       "lines that add up, as the tests have them", run.stdout)
    with open("tests/lang/ok/ledger.flow", encoding="utf-8") as file:
        text = file.read()
    os.mkdir(os.path.join(folder, "prompts"))
    for name, content in (("untested.flow", text[:text.index('test "')] +
                           "workflow other version 1 {\n  route POST \"/o\" input Bill output Shop latency waiting 3s\n"
                           "  stage pick { match { when input.total > 5 and input.text == \"xyz\" -> rare else -> usual } }\n"
                           "  stage rare { make Shop { name: \"a\" } on ok -> done full }\n"
                           "  stage usual { make Shop { name: \"b\" } on ok -> done full }\n}\n"),
                          ("prompts/bill.md", open("tests/lang/ok/prompts/bill.md", encoding="utf-8").read())):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(content)
    run = simulate("--jobs", 1000, binary=build("untested", os.path.join(folder, "untested.flow")))
    same(run.returncode, 0, "without tests nothing is broken, but not all was simulated")
    for line in ("entered    4 of 5 stages", "never    other: stage rare",
                 "never    bill: read: on ok -> done full (line", "never    other: pick: on ok -> rare (line",
                 "what was never entered was not simulated"):
        ok(line in run.stdout, "it says: " + line, run.stdout)


def wrong_usage():
    for flags in (["--jobs", "many"], ["--seed"], ["x"], ["--crashes"]):
        run = simulate(*flags)
        same(run.returncode, 64, f"simulate {' '.join(flags)}: wrong usage")
    run = simulate("--jobs", 1, "--journal", "/nonexistent/file")
    same(run.returncode, 74, "a journal that cannot be written")


main(nothing_breaks, one_seed_is_one_run, what_is_broken_is_found, other_programs, what_was_simulated, wrong_usage)
