#!/usr/bin/env python3
"""`match`, `let` and expressions on a real binary: each arm is taken where its condition holds, what they make is
right, the job's own facts are its facts, and a restart decides as before."""
import os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from later.built import HERE, build

LINES = [{"item": "nut", "count": 3, "cents": 20}, {"item": "saw", "count": 1, "cents": 900},
         {"item": "peg", "count": 10, "cents": 20}]


class Triage(Server):
    def __init__(self, upstream, **more):
        self.binary = build(os.path.join(HERE, "triage.flow"))
        super().__init__(upstream, environment={"CRM_URL": upstream.url}, start=False, **more)
        self.environment["TRIAGE_KEYS"] = self.environment["BRIEFS_KEYS"]
        self.start()

    def send(self, id, text="It broke.", lines=LINES, key="", **more):
        body = json.dumps({"id": id, "text": text, "lines": lines, **more})
        return self.request("POST", "/triage", body, None, key)


def upstream():
    up = Upstream()
    up.ways["glossary"] = Way(body={"name": "Ann", "points": 7})
    return up


def path(reply):
    return [step.split(":")[0] for step in reply.json["versions"]["fallback_path"]]


def test_arms():
    up = upstream()
    server = Triage(up)
    reply = server.send("ab-12", "  Größe: 10% off?  ", level="high")
    same((reply.status, reply.json["status"], reply.json["result_type"]), (200, "completed", "full"), "the last arm")
    same(path(reply), ["sift", "customer", "end"], "leads to the customer")
    output = reply.json["output"]
    same({k: output[k] for k in list(output)[:7]},
         {"title": "AB-12 Ann: Größe: 10% off?", "lines": ["1 x saw", "3 x nut", "10 x peg"], "total_cents": 1160,
          "dearest": "saw", "customer_known": True, "mean_cents": 386, "level": "high"}, "what the `let` makes")
    same((output["job"], output["asked_by"]), (reply.json["job_id"], "ann"), "job.id and caller")
    ok(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", output["asked_at"]) and
       reply.json["timing"]["created_at"] <= output["asked_at"] <= reply.json["timing"]["finished_at"],
       "now is when the stage was entered", output)
    same(up.sent("glossary")[0]["path"], "/customers/12?q=%20%20Gr%C3%B6%C3%9Fe%3A", "expressions in a path")
    reply = server.send("ab-13", "closed.. !")
    same((reply.status, reply.json["error_code"], path(reply)), (409, "closed", ["sift"]), "an arm that fails")
    reply = server.send("ab-14", lines=[])
    same((path(reply), reply.json["output"]["title"], reply.json["output"]["mean_cents"]),
         (["sift", "stranger", "end"], "?", 0), "an arm on what is absent; what cannot be divided has its stand-in")
    ok("dearest" not in reply.json["output"], "an optional field of nothing stays unset", reply.json["output"])
    reply = server.send("ab-15", "An INTERNAL thing", level="high", lines=[{"item": "x", "count": 99, "cents": 1_000_000}])
    same((reply.json["status"], reply.json["output"]["level"], reply.json["output"]["customer_known"]),
         ("degraded", "vip", False), "an arm by a loop, and a value by the arms of another")
    same(len(up.sent("glossary")), 1, "nobody else was asked for")


def test_let_over_paths():
    up = upstream()
    server = Triage(up)
    up.ways["glossary"] = Way(status=500)
    reply = server.send("cd-1", level="low")
    same((path(reply), reply.json["result_type"], reply.json["output"]["level"]),
         (["sift", "customer", "stranger", "end"], "fallback", "low"), "one operand of `??` is set on every path")
    again = server.send("CD-1".lower(), level="low")
    same(again.json["job_id"], reply.json["job_id"], "a key made of several parts joins")
    other = server.send("cd-1", level="low", key=server.other_key)
    ok(other.json["job_id"] != reply.json["job_id"] and other.json["output"]["asked_by"] == "bob",
       "and another caller's is another", other)


def test_restart():
    """The journal is ahead of the reply: a job that is taken up again takes the same arm and says the same time."""
    up = upstream()
    server = Triage(up)
    up.ways["glossary"] = Way(silent=True)
    body = json.dumps({"id": "ef-1", "text": "x", "lines": LINES})
    job = server.request("POST", "/triage", body, {"Prefer": "respond-async"}).json["job_id"]
    ok(until(lambda: up.sent("glossary")), "the customer is asked for")
    server.kill()
    up.ways["glossary"] = Way(body={"name": "Ann", "points": 5000})
    server.start()
    ended = until(lambda: server.get(f"/jobs/{job}").json["final"] and server.get(f"/jobs/{job}").json, 15)
    same(ended and (ended["status"], ended["output"]["level"], ended["output"]["job"], ended["output"]["asked_by"]),
         ("completed", "vip", job, "ann"), "after a kill -9 it goes on where it was")


main(test_arms, test_let_over_paths, test_restart)
