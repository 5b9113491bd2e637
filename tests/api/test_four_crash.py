#!/usr/bin/env python3
"""Sales and videos, as they are shipped, under kill -9 at every failpoint: every job that was told of ends, the CRM
sees one key a note, however often it is sent, and a storyboard's scenes that were refined are not asked for again."""
import os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from four import *

JOBS = 6
# Kinds of entries and effects as the runtime numbers them; where one is not passed in these two, nothing dies there.
POINTS = [*(f"store.append.{kind}" for kind in range(9)), "store.commit.before", "store.commit.after",
          "store.answer.before", *(f"engine.effect.{when}.{kind}" for kind in (1, 2, 3) for when in ("before", "after")),
          "http.reply.before", "http.reply.after"]
NEVER = {"store.append.8"}  # nothing sleeps while the CRM is up


class Note:
    """A CRM that fails the first note of every third account, too few to trip its breaker."""

    def __init__(self):
        self.failed, self.lock = set(), threading.Lock()

    def __call__(self, path):
        with self.lock:
            first = int(path.split("/")[2][4:]) % 3 == 0 and path not in self.failed
            self.failed.add(path)
        return Way(503) if first else Way(201, {"id": "n_1"})


def world():
    made = World()
    made.ways.update({LARGE: Way(body=fixture("sales-narrative")), NOTE: Note()})
    return made


def work(server, told, i):
    headers = {"Idempotency-Key": f"k{i}", **({"Prefer": "respond-async"} if i % 2 else {})}
    try:
        reply = server.send({"account_id": f"ACME{i:05}", "domain": f"d{i}.example"}, headers)
    except Exception:
        return  # it died before it answered: this client was told nothing
    if reply.json and "job_id" in reply.json:
        told[i] = reply.json


def die(server):
    """Works it until it dies at its failpoint, or has no more to do; then starts it again without."""
    told = {}
    together([lambda i=i: work(server, told, i) for i in range(JOBS)])
    dead = until(lambda: server.process.poll() is not None or unfinished(server) == [], 20)
    if not dead:
        raise RuntimeError("it neither dies nor ends its work: " + server.log())
    died = server.process.poll() == -9
    server.close()
    server.environment.pop("WRIGHT_FAILPOINT", None)
    server.start()
    return told, died


def unfinished(server):
    """Jobs that have not ended; None where it cannot say any more."""
    try:
        return [row for row in server.get("/jobs?limit=50").json["jobs"] if not row["finished_at"]]
    except Exception:
        return None


def sales_at(point, count, environment=None):
    up = world()
    server = Api("sales", up, {"WRIGHT_FAILPOINT": f"{point}:{count}", **(environment or {})})
    told, died = die(server)
    wrong = []
    until(lambda: unfinished(server) == [], 30)
    for i, before in told.items():
        body = server.ended(before["job_id"])
        if not body["final"] or (body["status"], body["output"] and body["output"].get("note_id")) != ("completed", "n_1"):
            wrong.append(f"job {i}: {body}")
    keys_of = {}
    for call in up.sent(NOTE):
        keys_of.setdefault(call["path"], set()).add(call["headers"].get("idempotency-key"))
    wrong += [f"{path} was sent under {found}" for path, found in keys_of.items() if len(found) != 1 or None in found]
    if len({key for found in keys_of.values() for key in found}) != sum(map(len, keys_of.values())):
        wrong.append("two notes have one key")
    sent = len(up.sent(NOTE))
    close_all()
    return died, wrong, (len(told), sent, len(keys_of))


def test_sales():
    if not INSTRUMENTED:
        died, wrong, _ = sales_at("engine.effect.after.3", 1)
        ok(not died and not wrong, "what is shipped has no failpoints", wrong)
        return
    for point in POINTS:
        deaths, wrong, counts = 0, [], (0, 0, 0)
        for count in (1, JOBS - 1):
            died, bad, seen = sales_at(point, count)
            deaths, wrong, counts = deaths + died, wrong + bad, [a + b for a, b in zip(counts, seen)]
        ok(not wrong, f"sales, {point}: each note under one key, every job ends", "\n".join(wrong[:6]))
        ok(deaths or point in NEVER, f"sales, {point}: it was reached")
        print(f"# {point}: {deaths} deaths, {counts[0]} told, {counts[1]} sends of {counts[2]} notes")
    _, wrong, _ = sales_at("engine.effect.after.3", 99, {"WRIGHT_BREAK": "key"})
    ok(wrong, "a key that is not derived would be noticed")


def test_in_flight():
    """Killed while the CRM holds the note: it has arrived, and no answer ever does."""
    up = world()
    up.ways[NOTE] = Hang()
    server = Api("sales", up)
    job = server.send({"account_id": "ACME00042", "domain": "acme.example"}, {"Prefer": "respond-async"}).json["job_id"]
    ok(until(lambda: up.sent(NOTE)), "sales: the note has arrived")
    first = server.job(job)
    same((first["result_type"], first["final"]), ("draft", False), "its draft is there")
    server.kill()
    seen = []
    up.ways[NOTE] = lambda text: seen.append(text) or Way(201, {"id": "n_1"})
    server.start()
    body = server.ended(job)
    same((body["status"], body["output"]["note_id"], len(seen)), ("completed", "n_1", 1), "it is filed after kill -9")
    same(len(up.sent(LARGE)), 1, "and nothing is written again")


def test_videos():
    up = World()
    gate = threading.Event()
    late = threading.Semaphore(3)  # three scenes are refined, then the rest hold
    up.ways[SMALL] = Way(body={"beats": [{"heading": f"Scene {i}", "action": "a"} for i in range(6)]})
    up.ways[HEAVY] = lambda _: (late.acquire(blocking=False) or gate.wait(30 * SLOW)) and Way(body=fixture("videos-detail"))
    server = Api("videos", up)
    job = server.send({"title": "T", "text": "A ferry."}, {"Idempotency-Key": "a"}).json["job_id"]
    ok(until(lambda: (server.job(job)["stage"] or {}).get("progress") == {"done": 3, "total": 6}, 20),
       "videos: three of six scenes are refined")
    ok(until(lambda: len([event for event in server.get(f"/jobs/{job}/events").json["events"]
                          if event["kind"] == "transition" and "done" in event]) == 3), "and on disk")
    before = len(up.sent(HEAVY))
    server.kill()
    gate.set()
    server.start()
    body = server.ended(job)
    same((body["status"], body["result_type"], body["output"]["unrefined"]), ("completed", "full", 0),
         "killed in between, it is whole in the end")
    same((before, len(up.sent(HEAVY)), len(up.sent(SMALL))), (6, 9, 1), "only the three that were cut are asked again")


if __name__ == "__main__":
    main(test_sales, test_in_flight, test_videos)
