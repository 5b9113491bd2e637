#!/usr/bin/env python3
"""Support and videos, as they are shipped, under kill -9 at every failpoint: a decision that was acknowledged is not
lost and not taken twice, a job that was told of ends whole. Only where failpoints are compiled in."""
import os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from four import *

JOBS = 4
COMMON = ["store.append.0", "store.append.1", "store.append.3", "store.append.4", "store.append.5", "store.append.6",
          "store.append.7", "store.commit.before", "store.commit.after", "store.answer.before", "http.reply.before",
          "http.reply.after"]
PARKED, REVIEWED = "store.append.8", "store.append.10"
POINTS = {"support": [*COMMON, PARKED, REVIEWED, "engine.effect.before.2", "engine.effect.after.2"],
          "videos": [*COMMON, "engine.effect.before.2", "engine.effect.after.2"]}


def quietly(work):
    """What it gives, or None where the process died meanwhile."""
    try:
        return work()
    except Exception:
        return None


class Decided:
    """Tickets that a person decides: what was told of each, by number."""
    name = "support"

    def __init__(self, up):
        up.ways[SMALL] = Way(body={"text": "Perhaps.", "confidence": 0.4})
        self.jobs, self.said = {}, {}

    def work(self, server, i):
        if i not in self.jobs:
            reply = quietly(lambda: server.send({"subject": f"Number {i}", "body": "?", "product": "reports"}))
            if reply is None or reply.status != 202:
                return
            self.jobs[i] = reply.json["job_id"]
        self.decide(server, i)

    def decide(self, server, i):
        """Waits until the job can be decided; what an acknowledged decision was stands in `said`."""
        until(lambda: (body := quietly(lambda: server.job(self.jobs[i]))) is None or
              body["waiting_for"] == "review" or body["final"], 10)
        output = {"text": f"By hand {i}.", "by": "person", "confidence": 1}
        reply = quietly(lambda: server.request("POST", f"/jobs/{self.jobs[i]}/review",
                                               json.dumps({"decision": "edit", "output": output})))
        if reply is not None and reply.status == 200:
            self.said[i] = output

    def wrong(self, server, i):
        body = server.ended(self.jobs[i]) if i in self.said else server.job(self.jobs[i])
        if i not in self.said:
            return f"ticket {i} was never decided: {body}"
        whole = (body["status"], body["result_type"], body["output"]) == ("completed", "full", self.said[i])
        events = server.get(f"/jobs/{self.jobs[i]}/events").json["events"]
        once = [event["kind"] for event in events].count("reviewed") == 1
        return None if whole and once else f"ticket {i}: {body} {events}"


class Filmed:
    name = "videos"

    def __init__(self, up):
        up.ways[SMALL] = Way(body={"beats": [{"heading": f"Scene {k}", "action": "a"} for k in range(3)]})
        self.jobs = {}

    def work(self, server, i):
        reply = quietly(lambda: server.send({"title": f"Number {i}", "text": "A ferry."}, {"Idempotency-Key": f"k{i}"}))
        if reply is not None and reply.status in (200, 202):
            self.jobs[i] = reply.json["job_id"]
            quietly(lambda: server.job(self.jobs[i], wait=10))

    def wrong(self, server, i):
        body = server.ended(self.jobs[i])
        good = (body["status"], body["output"] and body["output"]["unrefined"]) == ("completed", 0)
        again = server.send({"title": f"Number {i}", "text": "A ferry."}, {"Idempotency-Key": f"k{i}"})
        return None if good and again.json["job_id"] == self.jobs[i] else f"film {i}: {body} {again}"


def at(kind, point, count):
    up = World()
    load = kind(up)
    server = Api(load.name, up, {"WRIGHT_FAILPOINT": f"{point}:{count}"})
    together([lambda i=i: load.work(server, i) for i in range(JOBS)])
    died = until(lambda: server.process.poll() is not None, 0.3) and server.process.poll() == -9
    server.close()
    server.environment.pop("WRIGHT_FAILPOINT")
    before = dict(load.jobs)
    server.start()
    together([lambda i=i: load.work(server, i) for i in range(JOBS)])
    wrong = [f"job {i} became another" for i, job in before.items() if load.jobs.get(i) != job]
    wrong += [found for i in range(JOBS) if (found := load.wrong(server, i) if i in load.jobs else f"no job {i}")]
    close_all()
    return died, wrong


def test_points():
    if not INSTRUMENTED:
        died, wrong = at(Decided, REVIEWED, 1)
        ok(not died and not wrong, "what is shipped has no failpoints", wrong)
        return
    for kind in (Decided, Filmed):
        for point in POINTS[kind.name]:
            rounds = [at(kind, point, count) for count in (1, JOBS)]
            wrong = [text for _, found in rounds for text in found]
            ok(not wrong, f"{kind.name}, {point}: nothing is lost, nothing is done twice", "\n".join(wrong[:4]))
            ok(any(died for died, _ in rounds), f"{kind.name}, {point}: it was reached")


if __name__ == "__main__":
    main(test_points)
