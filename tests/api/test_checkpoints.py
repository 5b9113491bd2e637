#!/usr/bin/env python3
"""Long journals: read from their newest checkpoint by a restart and by a GET, and from their beginning, in pages,
by who asks for events."""
import json, os, sqlite3, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from orders import Orders, Services

ITEMS = 150
ROUNDS = 120


class Counts(Orders):
    def __init__(self, services):
        super().__init__(services, spec="long")

    def count(self):
        skus = [f"s-{number}" for number in range(ITEMS)]
        reply = self.request("POST", "/counts", json.dumps({"skus": skus}), {"Prefer": "respond-async"}, "", 20)
        return reply.json["job_id"]

    def job(self, job, wait=0):
        return self.request("GET", f"/jobs/{job}" + (f"?wait={wait}" if wait else ""), None, None, "", 60).json

    def page(self, job, query=""):
        return self.request("GET", f"/jobs/{job}/events{query}", None, None, "", 20)

    def pages(self, job, limit):
        events, after = [], 0
        while after is not None:
            page = self.page(job, f"?limit={limit}&after={after}").json
            if len(page["events"]) > limit:
                ok(False, "a page is no longer than asked for", len(page["events"]))
            events += page["events"]
            after = page["next"]
        return events, page["final"]


def looks(services):
    with services.lock:
        return [call["path"] for call in services.calls if call["name"] == "get /items"]


def damage(server, before):
    """What is before the newest checkpoint cannot be read any more."""
    db = sqlite3.connect(server.store)
    number, checkpoint = db.execute("SELECT n, checkpoint FROM job").fetchone()
    first = number << 20
    changed = db.execute("UPDATE entry SET body = 'x', blob = NULL WHERE place > ? AND place < ?",
                         (first, first + checkpoint)).rowcount if before else 0
    db.commit()
    db.close()
    return checkpoint, changed


def test_items():
    services = Services()
    services.ways.update({"get /items": Way(body={"name": "ink"}), "get /notes": Way(silent=True)})
    server = Counts(services)
    job = server.count()
    until(lambda: [call for call in services.calls if call["name"] == "get /notes"], 60)
    until(lambda: server.pages(job, 1000)[0][-1].get("stage") == "confirm", 60)  # all before it is on the disk
    same(sorted(looks(services)), sorted(f"/items/s-{n}" for n in range(ITEMS)), "each item is looked up once")
    server.kill()
    checkpoint, changed = damage(server, True)
    ok(checkpoint > 500, "its journal has a checkpoint", checkpoint)
    ok(changed == checkpoint - 1, "what is before it is made unreadable", changed)
    services.ways["get /notes"] = Way(body={"name": "noted"})
    server.start()
    body = server.job(job, wait=30)
    same((body["status"], body["output"]), ("completed", {"count": ITEMS, "last": "noted"}), "a restart goes on from it")
    same(len(looks(services)), ITEMS, "with the values of the items, which are not looked up again")
    server.terminate()
    server.start()
    same(server.job(job), body, "and a GET after the end reads from it, too")


def test_rounds():
    services = Services()
    down = [Way(status=500)] * ROUNDS
    services.ways.update({"get /items": Way(body={"name": "ink"}), "get /notes": down + [Way(body={"name": "up"})]})
    server = Counts(services)
    job = server.count()
    for kill in range(3):
        until(lambda: len([call for call in services.calls if call["name"] == "get /notes"]) > 30 * (kill + 1), 60)
        server.kill()
        server.start()
    body = server.job(job, wait=60)
    same((body["status"], body["output"]), ("completed", {"count": ITEMS, "last": "up"}), "a circle ends, killed thrice")
    events, final = server.pages(job, 300)
    same([event["seq"] for event in events], list(range(1, len(events) + 1)), "the pages of the events are the whole journal")
    ok(final and events[-1]["kind"] == "finished", "to its end")
    rounds = [event for event in events if event["kind"] == "transition" and event["stage"] == "confirm"]
    path = [one for one in body["versions"]["fallback_path"] if one.startswith("confirm")]
    want = [f"confirm: {event['label']}" for event in rounds]  # a long path is cut
    same((len(path) > 20, path), (True, want[-len(path):]), "the result tells of them as without checkpoints")
    ok(len(rounds) > ROUNDS - 3, "and they are many", len(rounds))
    points = [event for event in events if event["kind"] == "checkpoint"]
    ok(points, "in which checkpoints are events, too")
    ok(points and set(points[0]) == {"seq", "at", "kind"}, "which show nothing of what they hold", points[:1])
    first = server.page(job).json
    same((len(first["events"]), first["final"], first["next"]), (1000, False, 1000), "without a limit a page has 1000")
    last = server.page(job, f"?after={len(events)}").json
    same((last["events"], last["final"], last["next"]), ([], True, None), "after the last there is nothing")
    for query in ("?limit=0", "?limit=1001", "?limit=x", "?after=-1", "?after=", "?limit=1&limit=2", "?after=99999999999"):
        same(server.page(job, query).status, 400, f"{query} is 400")
    run = subprocess.run([server.binary, "jobs", "events", job, "--store", "sqlite:" + server.store],
                         capture_output=True, text=True, timeout=60)
    same(len(run.stdout.strip().splitlines()), len(events), "`jobs events` prints all of them")


main(test_items, test_rounds)
