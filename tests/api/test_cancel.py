#!/usr/bin/env python3
"""POST /jobs/{id}/cancel: what is under way stops at once, the job ends as cancelled, and stays so."""
import os, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

LARGE = "large-2026-08-07"


def begin(server, document=DOCUMENT, headers=None):
    """A job under way whose model is silent."""
    sent = len(server.upstream.sent(LARGE))
    reply = server.post(document, {"Prefer": "respond-async", **(headers or {})})
    assert reply.status == 202, reply
    until(lambda: len(server.upstream.sent(LARGE)) > sent)
    return reply.json["job_id"]


def cancel(server, job, key=""):
    return server.request("POST", f"/jobs/{job}/cancel", None, None, key)


def test_cancel():
    up = Upstream()
    up.ways[LARGE] = Way(silent=True)
    server = Server(up)
    waiting = []
    thread = threading.Thread(target=lambda: waiting.append(server.post()))
    thread.start()
    until(lambda: len(up.sent(LARGE)) == 1)
    job = server.get("/jobs").json["jobs"][0]["job_id"]
    same(cancel(server, job, server.other_key).status, 404, "another caller cannot cancel it")
    same(server.get(f"/jobs/{job}").json["status"], "processing", "and it goes on")
    began = time.monotonic()
    reply = cancel(server, job)
    took = time.monotonic() - began
    ok(reply.status == 200 and reply.json["status"] == "cancelled" and reply.json["final"] and
       reply.json["result_type"] is None and reply.json["output"] is None, "it is cancelled", reply)
    ok(took < 1.0 * SLOW, f"at once ({took:.3f} s)")
    thread.join()
    ok(waiting[0].status == 409 and waiting[0].json["status"] == "cancelled",
       "who waited for it hears so, 409", waiting)
    again = cancel(server, job)
    same((again.status, again.json), (200, reply.json), "cancelling again changes nothing")
    same(server.get(f"/jobs/{job}").json, reply.json, "GET shows the same")
    time.sleep(0.3)
    same(len(up.sent(LARGE)), 1, "nothing more is sent")
    metrics = server.get("/metrics", key=None).raw.decode()
    ok('wright_target_in_use{target="primary",kind="model"} 0' in metrics, "and its call is let go",
       metrics)
    for job, status in (("17", 404), ("0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10", 404)):
        same(cancel(server, job).status, status, f"an unknown job is {status}")
    same(server.get(f"/jobs/{job}/cancel").status, 405, "GET is 405")
    same(cancel(server, job, None).status, 401, "without a key it is 401")


def test_ended():
    up = Upstream()
    server = Server(up)
    done = server.post().json
    reply = cancel(server, done["job_id"])
    same((reply.status, reply.json), (200, done), "a job that has ended is answered as it stands")


def test_keys():
    up = Upstream()
    up.ways[LARGE] = Way(silent=True)
    server = Server(up)
    key = {"Idempotency-Key": "one"}
    job = begin(server, headers=key)
    cancel(server, job)
    up.reset()
    reply = server.post(headers=key)
    ok(reply.status == 409 and reply.json["job_id"] == job and
       reply.headers.get("idempotency-replayed") == "true",
       "a repeated request gets the job that was cancelled", reply)
    reply = server.post()
    ok(reply.status == 200 and reply.json["job_id"] != job,
       "the same request without that key does not join it", reply)


def test_restart():
    up = Upstream()
    up.ways[LARGE] = Way(silent=True)
    server = Server(up)
    job = begin(server)
    cancelled = cancel(server, job).json
    server.kill()
    server.start()
    same(server.get(f"/jobs/{job}").json, cancelled, "after kill -9 it is still cancelled")
    time.sleep(0.3)
    same(len(up.sent(LARGE)), 1, "and nothing is sent for it")
    other = begin(server, "Another document.")
    server.kill()
    server.start()
    until(lambda: len(up.sent(LARGE)) == 3)
    reply = cancel(server, other)
    same(reply.json["status"], "cancelled", "a job taken up after a restart can be cancelled")
    same(server.terminate(), 0, "and nothing is left to drain")


def test_race():
    """Cancels that meet a job's end: whatever wins, everybody is told the same."""
    up = Upstream()
    up.ways[LARGE] = Way(body=POINTS, delay=0.05)
    server = Server(up)
    for i in range(20):
        reply = server.post(f"Sales rose by four per cent. {i}", {"Prefer": "respond-async"})
        job = reply.json["job_id"]
        time.sleep(0.004 * i)
        replies = together([lambda: cancel(server, job) for _ in range(4)])
        found = {(reply.status, json.dumps(reply.json)) for reply in replies}
        final = server.get(f"/jobs/{job}").json
        if len(found) != 1 or not final["final"] or (200, json.dumps(final)) not in found:
            ok(False, f"one answer for all, round {i}", f"{found} {final}")
            return
    ok(True, "one answer for all who cancel at once")


main(test_cancel, test_ended, test_keys, test_restart, test_race)
