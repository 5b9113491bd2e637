#!/usr/bin/env python3
"""The certificate's times and costs against an adversary in virtual time, who chooses every delay and fault within
what the proofs assume: nothing is later or dearer than proved, and what is proved is nearly reached.
ADVERSARY_JOBS sets how many jobs a specification gets (`make adversary`: 100,000), ADVERSARY_SEED the first seed.

What a breaker saves is not counted in a certificate, so that its tightness is tried on the specification without one."""
import glob, json, os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from programs import BUILD, INSTRUMENTED, ROOT, SLOW
from tap import done, ok

JOBS = int(os.environ.get("ADVERSARY_JOBS", "600" if INSTRUMENTED else "10000"))
SEED = os.environ.get("ADVERSARY_SEED", "1")
WORST = re.compile(r"^worst +(\w+): reply (\d+) us \(seed (\d+)\), end (\d+) us \(seed (\d+)\), "
                   r"\$([0-9.]+) \(seed (\d+)\)$", re.M)

def seek(binary, what, jobs, environment=None):
    run = subprocess.run([binary, "simulate", "--seed", SEED, "--jobs", str(jobs), "--adversary", what],
                         capture_output=True, text=True, timeout=3000 * SLOW,
                         env={**os.environ, **(environment or {})})
    return run.returncode, run.stdout + run.stderr, {found[1]: found for found in WORST.finditer(run.stdout)}


def without_breakers(spec, folder):
    """The specification without its breakers, as a binary; its certificate is the same but for their outcomes."""
    inside = os.path.join(folder, "spec")
    if not os.path.exists(inside):
        shutil.copytree(os.path.dirname(spec), inside)
    place = os.path.join(inside, os.path.basename(spec))
    with open(place, encoding="utf-8") as file:
        text = file.read().split('\ntest "')[0]
    with open(place, "w", encoding="utf-8") as file:
        file.write(re.sub(r"^  breaker .*\n", "", text, flags=re.M) + "\n")
    out = place[:-len(".flow")]
    run = subprocess.run([os.path.join(BUILD, "wright"), "build", place, "-o", out], capture_output=True, text=True,
                         timeout=300, env={**os.environ, "WRIGHT_INCLUDE": os.path.join(ROOT, "runtime", "include")})
    if run.returncode:
        raise RuntimeError(run.stdout + run.stderr)
    return out


def proofs(spec):
    run = subprocess.run([os.path.join(BUILD, "wright"), "prove", spec, "--format", "json"], capture_output=True,
                         text=True, timeout=60 * SLOW)
    return json.loads(run.stdout)["workflows"]


def dollars(found):
    return float(found[6])


def check_time(workflow, time, latest, dearest):
    waits = time["model"] != "background"  # else its reply is given at once, and the end is what takes time
    ms, seed = max((int(found[2 if waits else 4]) / 1000, found[3 if waits else 5]) for found in (latest, dearest))
    most = time["worst_reply_ms" if waits else "worst_ms"]
    ok(ms <= most, f"{workflow}: never later than {most} ms", f"{ms} ms, seed {seed}")
    if not INSTRUMENTED:
        ok(ms >= 0.95 * most, f"{workflow}: {ms:.0f} of {most} ms are reached, seed {seed}", f"{ms} of {most}")
    end = max(int(found[4]) / 1000 for found in (latest, dearest))
    ok(end <= time["worst_ms"], f"{workflow}: no job ends later than {time['worst_ms']} ms", f"{end} ms")


def check_all(spec, folder):
    name = os.path.basename(spec)[:-len(".flow")]
    code, text, latest = seek(os.path.join(BUILD, name), "time", JOBS)
    ok(code == 0, f"{name}: an adversary of time breaks no rule in {JOBS} jobs", text[-600:])
    code, text, dearest = seek(os.path.join(BUILD, name), "cost", JOBS // 50)
    ok(code == 0, f"{name}: nor does one of cost", text[-600:])
    tight = dearest if INSTRUMENTED else seek(without_breakers(spec, folder), "cost", JOBS // 50)[2]
    for workflow, proved in proofs(spec).items():
        check_time(workflow, proved["latency"], latest[workflow], dearest[workflow])
        most = float(proved["cost"]["most_usd"])
        usd, seed = max((dollars(found[workflow]), found[workflow][7]) for found in (latest, dearest, tight))
        ok(usd <= most, f"{workflow}: never dearer than ${most}", f"${usd}, seed {seed}")
        if not INSTRUMENTED:
            ok(usd >= 0.9 * most, f"{workflow}: ${usd} of ${most} is reached, seed {seed}", f"${usd} of ${most}")


with tempfile.TemporaryDirectory() as folder:
    for spec in sorted(glob.glob(os.path.join(ROOT, "spec", "*.flow"))):
        check_all(spec, folder)
briefs = os.path.join(BUILD, "briefs")
if INSTRUMENTED:
    code, text, _ = seek(briefs, "time", JOBS, {"WRIGHT_BREAK": "floor"})
    ok(code != 0 and "BROKEN" in text, "without floors, the adversary finds a reply without a result", text[-600:])
    ok("--adversary time" in text, "and says how to see it again", text[-600:])
code, text, _ = seek(briefs, "space", 1)
ok(code == 64, "there is no other adversary", f"{code} {text}")
done()
