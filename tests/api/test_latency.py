#!/usr/bin/env python3
"""The latency models on real sockets: the result by D, or 202 by D and the job later, or 202 at once."""
import json, os, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from later.built import Later

SAID = {"text": "as asked"}


def timed(work):
    began = time.monotonic()
    reply = work()
    return reply, time.monotonic() - began


def is_accepted(reply, name):
    body = reply.json or {}
    job = body.get("job_id")
    ok(reply.status == 202 and body.get("status") in ("queued", "processing") and body["final"] is False,
       f"{name}: 202, not final", reply)
    same(reply.headers.get("location"), f"/jobs/{job}", f"{name}: Location names the job")
    ok(1 <= int(reply.headers.get("retry-after", 0)) <= 30 and
       body["retry_after"] == int(reply.headers["retry-after"]), f"{name}: Retry-After, the same in the body",
       reply)
    return job


def test_then_background():
    up = Upstream()
    up.ways["glossary"] = Way(body=SAID, delay=2.5)
    server = Later(up)
    reply, took = timed(lambda: server.send("/hurry"))
    job = is_accepted(reply, "a job that outlives its reply")
    ok(0.9 <= took < 1.0 + 1.0 * SLOW, f"at the budget, not before ({took:.3f} s)")
    body = server.job(job, wait=20)
    same((body["status"], body["result_type"], body["output"]), ("completed", "full", SAID), "and the job goes on")
    ok(body["timing"]["elapsed_ms"] > 2000 and body["timing"]["budget_ms"] == 1000,
       "past the budget of the reply, which is told", body["timing"])
    up.ways["glossary"] = Way(body=SAID)
    reply, took = timed(lambda: server.send("/hurry", "quick"))
    ok(reply.status == 200 and reply.json["status"] == "completed", "one that is quick is answered whole", reply)
    ok("retry-after" not in reply.headers and took < 1.0 * SLOW, "at once")
    up.ways["glossary"] = Way(status=404)
    reply = server.send("/hurry", "down")
    same((reply.status, reply.json["error_code"], reply.headers.get("retry-after")), (503, "down", "7"),
         "a failure within the budget is told as it is")


def test_background():
    up = Upstream()
    up.ways["glossary"] = Way(body=SAID, delay=2)
    server = Later(up)
    for headers, name in ((None, "background"), ({"Prefer": "wait=5"}, "background with wait=5")):
        reply, took = timed(lambda: server.send("/later", name, headers))
        job = is_accepted(reply, name)
        ok(took < 1.5 * SLOW, f"{name}: at once ({took:.3f} s)")
        body = server.job(job, wait=20)
        same((body["status"], body["output"]), ("completed", SAID), f"{name}: ?wait=N has the end")
    again = server.request("GET", f"/jobs/{job}?wait=3600", None, None)
    same(again.status, 200, "an ended job is not waited for")


def test_prefer():
    up = Upstream()
    up.ways["glossary"] = Way(body=SAID, delay=0.7)
    server = Later(up)
    reply, took = timed(lambda: server.send("/hurry", "a", {"Prefer": "respond-async"}))
    job = is_accepted(reply, "respond-async")
    ok(not reply.json["output"], "respond-async is not waited for", reply)
    same(reply.headers.get("preference-applied"), "respond-async", "and is said to be applied")
    same(server.job(job, wait=20)["status"], "completed", "and the job ends all the same")
    reply = server.send("/hurry", "b", {"Prefer": "handling=lenient, wait=100"})
    same((reply.status, reply.headers.get("preference-applied")), (200, None),
         "a wait beyond the budget changes nothing")
    up.ways["glossary"] = Way(body=SAID, delay=3)
    reply, took = timed(lambda: server.send("/hurry", "c", {"Prefer": "wait=0"}))
    is_accepted(reply, "wait=0")
    began = time.monotonic()
    body = server.job(reply.json["job_id"], wait=1)
    ok(body["final"] is False and time.monotonic() - began >= 0.9, "?wait=1 gives up after a second", body)


def test_instant():
    up = Upstream()
    up.ways["glossary"] = Way(body=SAID)
    server = Later(up)
    same(server.send("/now").json["result_type"], "full", "what is quick is served whole")
    up.ways["glossary"] = Way(silent=True)
    reply, took = timed(lambda: server.send("/now", "silent"))
    same((reply.status, reply.json["result_type"]), (200, "fallback"), "what is silent is cut, and the fallback served")
    ok(took < 3 * SLOW, f"and not waited for ({took:.3f} s)")


def test_restart():
    up = Upstream()
    up.ways["glossary"] = Way(body=SAID, delay=3)
    server = Later(up)
    job = server.send("/later", "outlives").json["job_id"]
    until(lambda: up.sent("glossary"))
    server.kill()
    up.ways["glossary"] = Way(body=SAID)
    server.start()
    body = server.job(job, wait=20)
    same((body["status"], body["output"]), ("completed", SAID), "a job in the background ends after kill -9")


def test_long():
    up = Upstream()
    server = Later(up)
    body = json.dumps({"pages": ["x" * 200_000] * 8})
    reply = server.request("POST", "/long", body)
    same((reply.status, reply.json.get("output")), (200, {"text": "8 pages"}), "what the contract allows is taken")
    server.close()
    short = Later(up, flags=["--max-body", "1M"])
    reply = short.request("POST", "/long", body)
    ok(reply.status == 413 and "1048576 bytes" in reply.json["detail"], "--max-body may say less, and 413 says how much",
       reply)
    ok([row for row in short.events("max_body_below_contract", 1) if row["contract_bytes"] > 12 * 200_000],
       "which the log warns of", short.log()[:1000])


main(test_long, test_then_background, test_background, test_prefer, test_instant, test_restart)
