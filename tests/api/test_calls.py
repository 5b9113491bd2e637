#!/usr/bin/env python3
"""C functions of a specification on the real binary: what they give is checked, what they raise is taken, what
overruns is dropped, what crashes is recovered by the effect it declared, and none of it stops a loop."""
import os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from orders import *


class Desk(Server):
    def __init__(self, environment=None, **more):
        self.binary = built("calls")
        place = tempfile.mkdtemp(dir=folder)
        self.notes, self.dies = os.path.join(place, "notes"), os.path.join(place, "died")
        super().__init__(environment={"DESK_NOTES": self.notes, "DESK_DIES": self.dies, **(environment or {})},
                         **more)

    def send(self, path, way, text="hello", **more):
        return self.request("POST", path, json.dumps({"text": text, "way": way}), key=None, **more)

    def noted(self, what):
        if not os.path.exists(self.notes):
            return []
        with open(self.notes, encoding="utf-8", errors="replace") as file:
            rows = [line.rstrip("\n").split(" ", 1) for line in file]
        return [rest for name, rest in rows if name == what]

    def job(self, reply):
        return self.request("GET", "/jobs/" + reply.json["job_id"], key=None).json

    def attempts(self, reply):
        events = self.request("GET", f"/jobs/{reply.json['job_id']}/events", key=None).json["events"]
        return [event for event in events if "class" in event]


def test_good():
    desk = Desk()
    reply = desk.send("/judge", "good", "h\u00e9llo \U0001f600")
    same((reply.status, reply.json["status"], reply.json["output"]),
         (200, "completed", {"text": "h\u00e9llo \U0001f600", "score": 50, "tags": ["a", "b"]}), "what it gives is served")
    same(desk.send("/judge", "list").json["output"]["tags"], [], "an empty list")
    reply = desk.send("/judge", "busy_once")
    same((reply.json["status"], len(desk.noted("judge"))), ("completed", 4), "what it raises is retried")
    ok("busy" in str(desk.send("/judge", "busy").json["error_code"]), "and then taken")
    same(desk.terminate(), 0, "it stops")


def test_wrong():
    desk = Desk()
    for way, error in (("denied", "refused"), ("range", "wrong"), ("long", "wrong"), ("utf8", "wrong"),
                       ("undeclared", "wrong"), ("no_class", "wrong"), ("nothing", "wrong"),
                       ("raised_and_true", "refused")):
        reply = desk.send("/judge", way)
        same(reply.json["error_code"], error, f"{way}: {error}")
    events = json.dumps(desk.attempts(desk.send("/judge", "undeclared")))
    ok("does not declare" in events or "schema_invalid" in events, "and the journal says why", events)


def workers(desk):
    metrics = desk.request("GET", "/metrics", key=None).raw.decode()
    return {state: int(count) for state, count in re.findall(r'^wright_workers\{state="(\w+)"\} (\d+)$', metrics, re.M)}


def test_overrun():
    desk = Desk(environment={"WRIGHT_WORKERS": "1"})
    began = time.monotonic()
    reply = desk.send("/judge", "slow")
    same(reply.json["error_code"], "slow", "its stage goes on without it")
    ok(time.monotonic() - began < 1.9, "in the time that the stage has")
    reply = desk.send("/judge", "good")
    same(reply.json["status"], "completed", "its thread is lost, and another serves the next call")
    ok(until(lambda: workers(desk) == {"idle": 1, "busy": 0, "lost": 0}, 10), "once it has returned there is one as before")
    same(desk.noted("judge").count("slow"), 1, "it was called once")


def test_hanging():
    """Functions that never return: new threads up to a bound, and then a named end at once."""
    desk = Desk(environment={"WRIGHT_WORKERS": "1", "WRIGHT_DRAIN": "50ms", "DESK_SLEEPS": "600"})
    for number in range(4):
        same(desk.send("/judge", "sleeps").json["error_code"], "slow", f"call {number + 1} hangs, and its stage goes on")
        same(workers(desk)["lost"], number + 1, "   which is told")
    began = time.monotonic()
    reply = desk.send("/judge", "good")
    ended = [event for event in desk.attempts(reply) if event["kind"] == "ended"][-1]
    same((reply.json["error_code"], ended["class"]), ("busy", "limit_reached"), "the bound is reached: limit_reached")
    ok(time.monotonic() - began < 0.5 * SLOW, "at once", time.monotonic() - began)
    same(desk.request("GET", "/livez", key=None).status, 200, "it serves all else")
    same(desk.terminate(), 0, "and ends when it is told to")


def test_not_on_a_loop():
    desk = Desk(environment={"WRIGHT_LOOPS": "1"})
    waiting = threading.Thread(target=desk.send, args=("/judge", "slow"), daemon=True)
    waiting.start()
    until(lambda: desk.noted("judge"), 10)
    began = time.monotonic()
    for _ in range(20):
        desk.request("GET", "/livez", key=None)
    ok(time.monotonic() - began < 0.4 * SLOW, "the loop serves while a function sleeps")
    replies = together([lambda: desk.send("/judge", "wait") for _ in range(4)])
    ok(all(reply.json["status"] in ("completed", "failed") for reply in replies), "several at once", replies)
    desk.process.send_signal(signal.SIGTERM)
    same(desk.wait(), 0, "and it stops while one runs")


def test_drain():
    """Stopped while one function runs, one waits for its thread, and jobs wait for both."""
    for seconds in ("0.4", "1.5"):
        desk = Desk(environment={"WRIGHT_WORKERS": "1", "WRIGHT_DRAIN": "50ms", "DESK_SLEEPS": seconds})
        for _ in range(3):
            threading.Thread(target=lambda: together([lambda: desk.send("/judge", "sleeps")]), daemon=True).start()
        until(lambda: desk.noted("judge"), 10)
        same(desk.terminate(), 0, f"it stops while a function runs for {seconds} s")
        ok("Sanitizer" not in desk.log(), "and touches nothing that is gone", desk.log()[-2000:])


def test_effects():
    desk = Desk()
    same(desk.send("/pay", "stamp_once").json["status"], "completed", "a keyed one is retried")
    keys = desk.noted("stamp")
    ok(len(keys) == 2 and len(set(keys)) == 1 and len(keys[0]) == 36, "under its key", keys)
    same(desk.noted("pay"), [""], "a once one has none")
    for way, error in (("pay_slow", "unsure"), ("pay_idle", "unsure"), ("pay_fails", "busy")):
        reply = desk.send("/pay", way, timeout=30)
        same(reply.json["error_code"], error, f"{way}: {error}")
    same(desk.noted("pay"), [""] * 4, "each was called once")


def test_members():
    desk = Desk()
    asks = [{"text": f"n{i}", "way": "good"} for i in range(3)]
    reply = desk.request("POST", "/several", json.dumps({"asks": asks}), key=None)
    same((reply.json["status"], reply.json["output"]),
         ("completed", {"texts": ["n0", "n1", "n2"], "score": 50}), "members and items are calls, too")
    same(len(set(desk.noted("stamp"))), 3, "each item has its own key")


def died(way, path, what):
    desk = Desk()
    box = []

    def send():
        try:
            box.append(desk.send(path, way))
        except OSError:
            pass

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    ok(desk.wait() is not None, f"{way}: a crash of the function is the process's")
    desk.start()
    jobs = until(lambda: [job for job in desk.request("GET", "/jobs", key=None).json["jobs"] if job["finished_at"]], 15)
    return desk, jobs[0], desk.noted(what)


def test_crashes():
    desk, job, calls = died("dies", "/judge", "judge")
    same((job["status"], len(calls)), ("completed", 2), "one that may be repeated is, after the restart")
    desk, job, calls = died("stamp_dies", "/pay", "stamp")
    ok(job["status"] == "completed" and len(calls) == 2 and len(set(calls)) == 1, "a keyed one under its key", calls)
    desk, job, calls = died("pay_dies", "/pay", "pay")
    same((job["error_code"], len(calls)), ("unsure", 1), "one that may be called once is not called again")


def test_build():
    spec = os.path.join(ROOT, "tests", "lang", "ok", "calls.flow")
    run = subprocess.run([os.path.join(BUILD, "wright"), "test", spec], capture_output=True, text=True,
                         timeout=120 * SLOW, env=programs.ENVIRONMENT)
    ok(run.returncode == 0 and "6 passed, 0 failed" in run.stdout, "its own tests call the functions",
       run.stdout + run.stderr)
    place = tempfile.mkdtemp(dir=folder)
    alone = os.path.join(place, "alone.flow")
    with open(spec, encoding="utf-8") as file, open(alone, "w", encoding="utf-8") as out:
        out.write(file.read())
    run = subprocess.run([os.path.join(BUILD, "wright"), "build", alone, "-o", os.path.join(place, "x")],
                         capture_output=True, text=True, timeout=120 * SLOW)
    ok(run.returncode != 0 and "hooks/desk.c" in run.stderr and "E0409" in run.stderr,
       "a file that is not there is named", run.stderr)
    run = subprocess.run([built("calls"), "simulate", "--jobs", "300", "--crash"], capture_output=True, text=True,
                         timeout=120 * SLOW)
    same(run.returncode, 0, "and the simulator knows them")


main(test_good, test_wrong, test_overrun, test_hanging, test_not_on_a_loop, test_drain, test_effects, test_members, test_crashes, test_build)
