#!/usr/bin/env python3
"""kill -9 with a hundred requests in flight: what a client was told about is there, and ends."""
import os, random, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

LARGE, SMALL = "large-2026-08-07", "small-2026-08-07"
ENDS = ("completed", "degraded", "failed", "cancelled")
CODES = ("refused", "unavailable", "ungrounded")
ROUNDS = int(os.environ.get("WRIGHT_CRASHES", "4"))


def mixed(seed):
    """A model that is quick, slow, wrong, cut or silent, by the document's number."""
    chance = random.Random(seed)
    ways = [Way(body=POINTS), Way(body=POINTS, delay=0.5), Way(body=POINTS, delay=1.2),
            Way(status=500), Way(body=POINTS, then="cut"), Way(body={"points": 3}),
            Way(body="x", refusal="No.", pieces=1)]
    return lambda body: chance.choice(ways)


def crash_round(seed):
    up = Upstream()
    up.ways[LARGE] = up.ways[SMALL] = mixed(seed)
    server = Server(up, flags=["--log", "info"])
    told, lock = [], threading.Lock()

    def work(i):
        headers = {"Idempotency-Key": f"k{i}"}
        if i % 3 == 0:
            headers["Prefer"] = "respond-async"
        reply = server.post(f"{DOCUMENT} Number {i}.", headers)
        if reply.json and "job_id" in reply.json:
            with lock:
                told.append((i, reply.json))

    threads = [threading.Thread(target=lambda i=i: swallow(work, i), daemon=True) for i in range(100)]
    for thread in threads:
        thread.start()
    time.sleep(random.Random(seed).uniform(0.15, 0.7))
    server.kill()
    for thread in threads:
        thread.join(30)
    up.ways[LARGE] = up.ways[SMALL] = Way(body=POINTS)
    server.start()
    resumed = sum(row["resumed"] for row in server.events("recovered", 1))
    ok(resumed >= 10, f"round {seed}: {resumed} jobs were under way and are taken up")
    lost, changed, bad = [], [], []
    for i, before in told:
        got = until(lambda: (r := server.get(f"/jobs/{before['job_id']}?wait=5")).status != 200 or
                    r.json["final"] and r, 20) and server.get(f"/jobs/{before['job_id']}")
        if not got or got.status != 200:
            lost.append((i, got))
        elif got.json["status"] not in ENDS or \
                (got.json["status"] == "failed" and got.json["error_code"] not in CODES):
            bad.append((i, got.json))
        elif before["final"] and got.json != before:
            changed.append((i, before, got.json))
    ok(told, f"round {seed}: clients were told about {len(told)} jobs")
    ok(not lost, f"round {seed}: every one of them is there", lost[:3])
    ok(not bad, f"round {seed}: and ends in a declared state", bad[:3])
    ok(not changed, f"round {seed}: and what was final has not changed", changed[:2])
    replays = together([lambda i=i: server.post(f"{DOCUMENT} Number {i}.", {"Idempotency-Key": f"k{i}"})
                        for i in range(100)])
    wrong = [reply for reply in replays if getattr(reply, "status", 0) not in (200, 202, 422, 503)]
    ok(not wrong, f"round {seed}: every client may send its request again", wrong[:3])
    same_job = [before for i, before in told if before["final"] and before["status"] == "completed" and
                replays[i].json["job_id"] != before["job_id"]]
    ok(not same_job, f"round {seed}: and gets the job it was told about", same_job[:3])
    same(server.terminate(20), 0, f"round {seed}: nothing keeps it from a clean end")
    import sqlite3
    with sqlite3.connect(server.store) as db:
        same(db.execute("PRAGMA integrity_check").fetchone()[0], "ok", f"round {seed}: the store is whole")
        open_jobs = db.execute("SELECT count(*) FROM job WHERE finished_ms = 0").fetchone()[0]
        gaps = db.execute("SELECT count(*) FROM (SELECT place >> 20 AS n, max(place & 1048575) AS last,"
                          " count(*) AS c FROM entry GROUP BY n) WHERE last != c").fetchone()[0]
    same((open_jobs, gaps), (0, 0), f"round {seed}: no job is left open, no journal has a gap")


def swallow(work, i):
    try:
        work(i)
    except Exception:
        pass  # the connection died with the process: this client was told nothing


def test_crashes():
    for seed in range(1, ROUNDS + 1):
        crash_round(seed)
        close_all()


def test_again_and_again():
    """Killed at every start: jobs under way still end once there is time."""
    up = Upstream()
    up.ways["*"] = Way(body=POINTS, delay=0.3)
    server = Server(up, flags=["--log", "warn"])
    replies = together([lambda i=i: server.post(f"{DOCUMENT} {i}", {"Prefer": "respond-async"})
                        for i in range(30)])
    ids = [reply.json["job_id"] for reply in replies]
    for _ in range(5):
        server.kill()
        server.start()
        time.sleep(0.1)
    ends = [server.get(f"/jobs/{id}?wait=10").json["status"] for id in ids]
    same(set(ends), {"completed"}, "thirty jobs survive five crashes and complete")


def has_failpoints():
    env = {"WRIGHT_FAILPOINT": "app.start:1"}
    return subprocess.run([BINARY, "serve"], env=env, capture_output=True, timeout=10).returncode == -9


KINDS = 8  # of journal entries
POINTS_OF_DEATH = [f"store.append.{kind}" for kind in range(KINDS)] + \
    ["store.commit.before", "store.commit.after", "store.answer.before"]


def die_at(name, count):
    """Serves until it dies at that place, then again: what was told holds, and no call is lost."""
    up = Upstream()
    up.ways[LARGE] = lambda body: Way(status=500) if "odd" in json.dumps(body) else Way(body=POINTS)
    server = Server(up, flags=["--log", "off"], environment={"WRIGHT_FAILPOINT": f"{name}:{count}"})
    told = []

    def work(i):
        headers = {"Idempotency-Key": f"k{i}", **({"Prefer": "respond-async"} if i % 2 else {})}
        reply = server.post(f"{DOCUMENT} {'odd' if i % 3 else ''} {i}.", headers)
        if reply.json and "job_id" in reply.json:
            told.append((i, reply.json))

    for i in range(12):
        swallow(work, i)
        if server.process.poll() is not None:
            break
    until(lambda: server.process.poll() is not None, 0.3)
    died = server.process.poll() == -9
    server.close()
    del server.environment["WRIGHT_FAILPOINT"]
    server.start()
    wrong = []
    for i, before in told:
        got = server.get(f"/jobs/{before['job_id']}?wait=10")
        if got.status != 200 or got.json["status"] not in ENDS or (before["final"] and got.json != before):
            wrong.append((before, got))
    again = [server.post(f"{DOCUMENT} {'odd' if i % 3 else ''} {i}.", {"Idempotency-Key": f"k{i}"})
             for i in range(12)]
    for i, before in told:
        if before["status"] == "completed" and again[i].json["job_id"] != before["job_id"]:
            wrong.append((before, again[i]))
    wrong += [reply for reply in again if reply.status not in (200, 202)]
    ok(not wrong, f"death at {name}:{count}{'' if died else ' (not reached)'}: nothing told is lost",
       wrong[:2])
    close_all()
    return died


def test_failpoints():
    if not same(has_failpoints(), INSTRUMENTED, "failpoints are in test builds and in no other") or not INSTRUMENTED:
        return
    reached = [(name, die_at(name, count)) for name in POINTS_OF_DEATH for count in (1, 2, 5)]
    names = {name for name, died in reached if died}
    ok(len(names) >= 9,  # a draft and an attempt told beforehand are not in this specification
        f"{len(names)} of {len(POINTS_OF_DEATH)} failpoints were reached", names)


if __name__ == "__main__":
    main(test_crashes, test_again_and_again, test_failpoints)
