#!/usr/bin/env python3
"""Jobs that outlive their reply: drafts, sleeps that are counted, and what a restart makes of them."""
import os, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from later.built import Later

SAID = {"text": "as asked"}
DOWN = Way(status=500)


def kinds(server, job):
    events = server.get(f"/jobs/{job}/events").json["events"]
    return [event["kind"] for event in events], events


def test_draft():
    up = Upstream()
    up.ways["glossary"] = Way(body=SAID, delay=2.5)
    server = Later(up)
    reply = server.send("/write", "a plan")
    body = reply.json
    same((reply.status, body["status"], body["result_type"], body["final"], body["output"]),
         (202, "processing", "draft", False, {"text": "draft of a plan"}), "at the budget the newest draft is served")
    job = body["job_id"]
    body = server.job(job)
    same((body["result_type"], body["final"], body["output"]), ("draft", False, {"text": "draft of a plan"}),
         "and to whoever looks")
    body = server.job(job, wait=30)
    same((body["status"], body["result_type"], body["output"]), ("completed", "full", SAID),
         "until the result takes its place")
    what, events = kinds(server, job)
    same(what.count("published"), 1, "the events have the draft, once")
    draft = events[what.index("published")]
    same((draft["stage"], draft.get("result_type")), ("publish", "draft"), "as a draft, without its value")
    ok("plan" not in json.dumps(events), "no value is in the events", events)


def test_sleep():
    up = Upstream()
    up.ways["glossary"] = [DOWN, DOWN, Way(body=SAID)]
    server = Later(up)
    began = time.monotonic()
    job = server.send("/write", "twice down", {"Prefer": "respond-async"}).json["job_id"]
    parked = until(lambda: (body := server.job(job))["waiting_for"] and body)
    same((parked["status"], parked["waiting_for"], parked["final"], parked["result_type"]),
         ("processing", "retry", False, "draft"), "a job that sleeps goes on by itself, and says for what")
    ok(1 <= parked["retry_after"] <= 2, "and when to look again", parked)
    body = server.job(job, wait=30)
    same((body["status"], body["output"]), ("completed", SAID), "and is tried again until it works")
    ok(time.monotonic() - began >= 1.9, "after its sleeps")
    same(kinds(server, job)[0].count("parked"), 2, "each in its events")
    up.ways["glossary"] = DOWN
    reply = server.send("/write", "down for good")
    same((reply.status, reply.json["status"], reply.json["result_type"]), (202, "processing", "draft"),
         "while it sleeps past the budget its reply is given")
    body = server.job(reply.json["job_id"], wait=30)
    same((body["status"], body["result_type"]), ("degraded", "draft"), "past the count the sleep expires")
    path = body["versions"]["fallback_path"]
    same(path.count("later: ok"), 4, "after as many rounds as it may have")
    same(path[-1], "later: expired", "and says so")


def test_restart():
    up = Upstream()
    up.ways["glossary"] = DOWN
    server = Later(up)
    job = server.send("/write", "through a crash", {"Prefer": "respond-async"}).json["job_id"]
    for _ in range(3):
        until(lambda: server.job(job)["waiting_for"] == "retry")
        server.kill()
        server.start()
    ok(until(lambda: server.job(job)["final"], 20), "a job that sleeps outlives kill -9", server.job(job))
    body = server.job(job)
    same((body["status"], body["versions"]["fallback_path"].count("later: ok")), ("degraded", 4),
         "and its rounds are counted through it")
    what = kinds(server, job)[0]
    same((what.count("published"), what.count("parked")), (1, 4), "nothing is published or parked twice")


def test_end():
    up = Upstream()
    up.ways["glossary"] = DOWN
    server = Later(up)
    job = server.send("/write", "drained", {"Prefer": "respond-async"}).json["job_id"]
    cancelled = server.send("/write", "cancelled", {"Prefer": "respond-async"}).json["job_id"]
    until(lambda: server.job(cancelled)["waiting_for"] == "retry")
    body = server.request("POST", f"/jobs/{cancelled}/cancel").json
    same((body["status"], body["result_type"], body["waiting_for"]), ("cancelled", None, None),
         "a job that sleeps is cancelled at once, its draft is withdrawn")
    until(lambda: server.job(job)["waiting_for"] == "retry")
    same(server.terminate(), 0, "who drains does not wait for it")
    up.ways["glossary"] = Way(body=SAID)
    server.start()
    same(server.job(job, wait=20)["status"], "completed", "the next process goes on with it")


main(test_draft, test_sleep, test_restart, test_end)
