#!/usr/bin/env python3
"""`wright test`: what passes, what fails and how that is told; every specification in spec/ takes every
transition. The runs are in virtual time, on the engine and the generated C of the binary."""
import glob, os, re, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lang import ROOT, WRIGHT, done, ok
from programs import ENVIRONMENT as environment

BRIEFS = os.path.join(ROOT, "spec", "briefs.flow")
folder = tempfile.mkdtemp()


def wright_test(*args):
    run = subprocess.run([WRIGHT, "test", *args], capture_output=True, text=True, env=environment,
                         stdin=subprocess.DEVNULL, timeout=300)
    return run.returncode, run.stdout, run.stderr


def with_tests(text):
    """The flagship with these tests in place of its own."""
    path = os.path.join(folder, "briefs.flow")
    with open(BRIEFS, encoding="utf-8") as file:
        source = file.read()
    for name in ("prompts", "fixtures"):
        if not os.path.exists(os.path.join(folder, name)):
            os.symlink(os.path.join(ROOT, "spec", name), os.path.join(folder, name))
    with open(path, "w", encoding="utf-8") as file:
        file.write(source[:source.index('test "')] + text)
    return path


GIVEN = """  given terms returns { "terms": {} }
  given draft %s
  given brief %s
  send extract_key_points file "fixtures/brief.json"
"""
FILE = 'returns file "fixtures/points.json"'


def one(lines, draft=FILE, brief=FILE):
    return with_tests('test "it" {\n' + GIVEN % (draft, brief) + lines + "}\n")


def fails(name, path, *words):
    code, out, err = wright_test(path)
    ok(code == 1 and "FAIL  it" in out and "0 passed, 1 failed" in out and
       all(re.search(word, out) for word in words), name, (code, out, err))


code, out, err = wright_test(os.path.join(ROOT, "tests", "lang", "ok", "defaults.flow"))
ok(code == 0 and "4 passed, 0 failed; 0.7 s of virtual time" in out,
   "a list that is left out is empty, and a service's timeout is that of its calls", out + err)
code, out, err = wright_test(os.path.join(ROOT, "tests", "lang", "ok", "tags.flow"))
ok(code == 0 and "2 passed" in out, "a variant that its tag shows is read as it is", out + err)
code, out, err = wright_test(os.path.join(ROOT, "tests", "lang", "ok", "nonzero.flow"))
ok(code == 0 and "2 passed" in out, "what a condition shows not to be zero divides; behind a dot every word is a field", out + err)
code, out, err = wright_test(os.path.join(ROOT, "tests", "lang", "ok", "silent.flow"))
ok(code == 0 and "5 passed, 0 failed" in out, "who is silent is not asked again where something above would answer instead", out + err)
specs = sorted(glob.glob(os.path.join(ROOT, "spec", "*.flow")))
code, out, err = wright_test("--coverage", *specs)
ok(code == 0 and out.count(" 0 failed; ") == len(specs), "the specifications of this repository pass", out + err)
taken = re.findall(r"^coverage: (\d+) of (\d+)", out, re.M)
ok(len(taken) == len(specs) and all(a == b and int(a) for a, b in taken), "and take every transition", out)
again = wright_test("--coverage", *specs)
ok(again == (code, out, err), "twice the same, to the byte", again)

fails("another status", one("  expect status failed\n"), r"expected status failed, and it is completed",
      r"2 ms  draft finished completed full")
fails("another result", one("  expect result fallback\n"), "expected result fallback, and it is full")
fails("another error", one("  expect error refused\n", "fails connect_failed", "fails overloaded"),
      "expected error refused, and it is unavailable")
fails("another path", one("  expect path terms: ok, brief: ok\n"),
      "expected the path terms: ok, brief: ok, and it is terms: ok, draft: ok")
fails("later than that", one("  expect status completed within 3s\n", "takes 4s " + FILE),
      "expected it within 3000 ms, and it took 40")
fails("a stage without a given, by its name",
      with_tests('test "it" {\n  send extract_key_points file "fixtures/brief.json"\n'
                 "  expect status completed\n}\n"), "stage terms calls out, and no `given`")
code, out, err = wright_test(with_tests('test "it" {\n  send extract_key_points with { document: "" }\n'
                                        "  expect status completed\n}\n"))
ok(code == 1 and "[E0326]" in err and "at /document: it has 0 bytes" in err, "an input that would be refused, by its pointer",
   (code, out, err))
fails("an expectation before anything was sent", with_tests('test "it" {\n  expect status completed\n}\n'),
      "nothing was sent before this")

fails("a condition that does not hold", one("  expect len(output.points) == 3\n"),
      r"expected len\(output.points\) == 3, and it does not hold", r"draft.sends == 1", r"output: .*1966", r"cost: \$0\.")
fails("a field that is unset equals nothing",
      one('  expect output.summary == "x"\n', 'returns { points: [] }'), "output.summary")
fails("an output that is not there", one("  expect len(output.points) == 4\n", "fails refusal"), "there is no output")
fails("how often it was sent", one("  expect draft.sends == 1 and draft.keys == 0\n", "fails overloaded, then " + FILE),
      r"draft.sends == 2, .keys == 0")
code, out, err = wright_test(one("  expect output.summary is absent or len(output.points) > 9\n"
                                 "  expect brief.sends == 0 and cost < $0.01\n", "returns { points: [] }"))
ok(code == 0, "conditions that hold", out + err)
for text, word in (("input.document == 1", "input"), ("draft == 1", "draft"), ("output.nothing == 1", "nothing"),
                   ("len(output.points)", "true or false")):
    code, out, err = wright_test(one(f"  expect {text}\n"))
    ok(code == 1 and "error[E" in err and word in err, f"`expect {text}` is refused", err)

code, out, err = wright_test(one("  at 1s expect status processing, result none\n  expect status completed\n",
                                 "takes 2s " + FILE))
ok(code == 0, "what is true on the way", out + err)
code, out, err = wright_test(one("  expect status completed\n", "fails overloaded for 1m, then " + FILE))
ok(code == 1 and "it is degraded" in out, "a fault that lasts", out + err)
two = one("  expect status failed\n") and with_tests(
    'test "good" {\n' + GIVEN % (FILE, FILE) + '  expect status completed\n}\ntest "bad" {\n'
    + GIVEN % (FILE, FILE) + "  expect status failed\n}\n")
code, out, err = wright_test(two)
ok(code == 1 and "ok    good" in out and "FAIL  bad" in out and "1 passed, 1 failed" in out, "one of two", out)
code, out, err = wright_test(two, "--only", "goo")
ok(code == 0 and "bad" not in out, "only those with such a title", out)
code, out, err = wright_test(two, "--only", "godd")
ok(code == 64 and 'no test of ' in err and 'the nearest is "good"' not in err and "passed" not in out,
   "a title that none has is no pass", (code, out, err))
code, out, err = wright_test(two, "--only", "goods")
ok(code == 64 and 'the nearest is "good"' in err, "and the nearest title is named", (code, out, err))
code, out, err = wright_test("--coverage", two)
ok("coverage: 2 of 10" in out and re.search(r"not taken: .*briefs.flow:\d+: draft: on error -> brief", out),
   "transitions that no test takes", out)

code, out, err = wright_test(one('  expect status failed, output.points[0].text == "x"\n  expect result draft\n'))
ok(code == 1 and "expected status failed" in out and "expected output.points[0].text" in out and
   "expected result draft" in out and out.count("what the job did") == 1, "all that fails of a test is shown", out)
code, out, err = wright_test(with_tests('test "it" {\n  given terms returns { "terms": {} }\n'
                                        '  send extract_key_points file "fixtures/brief.json"\n  expect status failed\n}\n'))
ok(code == 1 and "stage draft calls out, and no `given`" in out and "brief entered" in out,
   "what the job did without a `given` is shown to its end", out)
for lines, word in (("  given draft fails conflict, then fails content_filter\n  given draft silent\n", "given twice"),
                    ("  given terms fails refusal\n", "`terms` never fails with `refusal`"),
                    ("  given terms.x silent\n", "`terms` has no member `x`")):
    code, out, err = wright_test(with_tests('test "it" {\n' + lines + '  send extract_key_points file '
                                            '"fixtures/brief.json"\n  expect terms.y.sends == 0\n}\n'))
    ok(code == 1 and word in err and "`terms` has no member `y`" in err, "refused: " + word, err)
code, out, err = wright_test(with_tests('test "it" {\n' + GIVEN % (FILE, FILE) + "}\n"))
ok(code == 1 and "E0518" in err and "expects nothing" in err, "a test that expects nothing", err)
code, out, err = wright_test(with_tests('test "it" {\n' + GIVEN % (FILE, FILE) + "  given draft silent\n"
                                        "  expect status degraded\n}\n"))
ok(code == 0, "what is given after a request is a change", out + err)
VIDEOS = os.path.join(ROOT, "spec", "videos.flow")
with open(VIDEOS, encoding="utf-8") as file:
    videos = file.read()
first = videos.index('test "')
told = [line for line in re.findall(r'test ".*?\n}\n', videos[first:], re.S) if "expect status completed" in line][0]
service = re.search(r"notify on .* to (\w+)", videos)[1]
for many, code_wanted in ((re.search(r"notify on (.*) to", videos)[1].count("draft") + 1, 0), (7, 1)):
    with open(os.path.join(folder, "videos.flow"), "w", encoding="utf-8") as file:
        file.write(videos[:first] + told.rstrip()[:-1] + f"  expect {service}.sends == {many}\n}}\n")
    code, out, err = wright_test(os.path.join(folder, "videos.flow"))
    ok(code == code_wanted, f"notifications are counted: {many}", out + err)

SUPPORT = open(os.path.join(ROOT, "spec", "support.flow"), encoding="utf-8").read()


def reviewed(step):
    path = os.path.join(folder, "support.flow")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SUPPORT[:SUPPORT.index('test "')] + """test "it" {
  given suggest returns { text: "Perhaps.", confidence: 0.1 }
  send draft_response with { subject: "When?", body: "Since when?", product: "reports" }
""" + step + "\n  expect cost < $1\n}\n")
    return path


fails("a review that does not fit is refused by its pointers",
      reviewed('  review edit with { text: "", by: "model", confidence: 2 }'),
      r"refused with 422: .*/output/text.*/output/confidence")
fails("a review of a job that has ended", reviewed("  review approve\n  review reject"), "refused with 409")
code, out, err = wright_test(reviewed("  review aprove"))
ok(code == 1 and "did you mean `approve`" in err, "an unknown decision", err)
code, out, err = wright_test(reviewed("  signal stop with {}"))
ok(code == 1 and "stop" in err, "a signal that nothing waits for", err)

code, out, err = wright_test(os.path.join(folder, "nowhere.flow"))
ok(code == 2 and "nowhere.flow" in err, "a file that is not there", (code, err))
code, out, err = wright_test(one("  expect status compleeted\n"))
ok(code == 1 and "completed" in err, "an error of the specification is told as always", (code, err))
code, out, err = wright_test()
ok(code == 2 and "give one" in err, "without a file", (code, err))
done()
