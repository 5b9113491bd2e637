#!/usr/bin/env python3
"""Signals and reviews: checked by their schema, durable before they are answered, the same again changes
nothing, what comes early is kept, and a restart forgets none."""
import os, re, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from later.built import Later

GOOD = {"by": "ann", "amount": 7}


def begin(server, text="a case", wait="signal decided"):
    """A job that waits, or is on its way there."""
    reply = server.send("/settle", text, {"Prefer": "respond-async"})
    assert reply.status == 202, reply
    job = reply.json["job_id"]
    if wait:
        until(lambda: server.job(job)["waiting_for"] == wait, 20)
    return job


def signal(server, job, body=GOOD, name="decided"):
    return server.request("POST", f"/jobs/{job}/signals/{name}", body if isinstance(body, str) else json.dumps(body))


def review(server, job, **body):
    return server.request("POST", f"/jobs/{job}/review", json.dumps(body))


def command(server, *words):
    return subprocess.run([server.binary, *words, "--store", "sqlite:" + server.store], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=30).stdout


def problem(reply, status, code):
    return reply.status == status and (reply.json or {}).get("type", "").endswith(":" + code)


def under_review(server, text="a case"):
    job = begin(server, text)
    assert signal(server, job).status == 200
    until(lambda: server.job(job)["waiting_for"] == "review")
    return job


def test_signal():
    up = Upstream()
    server = Later(up)
    reply = server.send("/settle", "a case")
    body = reply.json
    same((reply.status, body["status"], body["waiting_for"], body["result_type"], body["output"]),
         (202, "queued", "signal decided", "draft", {"text": "unread a case"}),
         "a job that waits for a signal answers at once with its draft")
    job = body["job_id"]
    ok(1 <= body["retry_after"] <= 60, "and says when to look", body)
    reply = signal(server, job, {"amount": 0, "more": 1})
    ok(problem(reply, 422, "invalid_body") and
       [error["pointer"] for error in reply.json["errors"]] == ["/by", "/amount", "/more"] or
       sorted(error["pointer"] for error in reply.json["errors"]) == ["/amount", "/by", "/more"],
       "every fault of a signal is told by its pointer", reply)
    ok(problem(signal(server, job, "{"), 400, "malformed_json"), "what is not JSON is 400")
    ok(problem(signal(server, job, GOOD, "other"), 404, "unknown_signal"), "an unknown name is 404")
    ok(problem(signal(server, "0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10"), 404, "job_not_found"), "so is an unknown job")
    same(server.job(job)["waiting_for"], "signal decided", "and the job waits on")
    reply = signal(server, job)
    same((reply.status, reply.json["job_id"]), (200, job), "a good one is taken")
    until(lambda: server.job(job)["waiting_for"] == "review")
    same(signal(server, job).status, 200, "the same again changes nothing")
    ok(problem(signal(server, job, {"by": "bob", "amount": 8}), 409, "not_waiting"), "another one is too late")
    kinds = [event["kind"] for event in server.get(f"/jobs/{job}/events").json["events"]]
    same(kinds.count("signalled"), 1, "one signal is in the events")
    same(review(server, job, decision="approve").status, 200, "the review is answered")
    body = server.job(job, wait=20)
    same((body["status"], body["output"], body["versions"]["review"]), ("completed", {"text": "paid by ann"}, "approve"),
         "and the job ends with its value")
    same(signal(server, job).status, 200, "the same signal again is answered still")
    ok(problem(signal(server, job, {"by": "bob", "amount": 8}), 409, "not_waiting"), "another one is 409: it has ended")


def test_early():
    up = Upstream()
    up.ways["glossary"] = Way(body={"text": "x"}, delay=1.5)
    server = Later(up)
    job = begin(server, wait=None)
    until(lambda: up.sent("glossary"))
    reply = signal(server, job)
    same((reply.status, reply.json["status"]), (200, "processing"), "a signal that comes early is kept")
    same(signal(server, job).status, 200, "the same again, too")
    ok(problem(signal(server, job, {"by": "bob", "amount": 8}), 409, "already_sent"), "but one at a time")
    server.kill()
    server.start()
    ok(until(lambda: server.job(job)["waiting_for"] == "review", 20), "and is delivered, also after kill -9",
       server.job(job))


def test_review():
    server = Later(Upstream())
    job = under_review(server)
    seen = server.get(f"/jobs/{job}/review").json
    same((seen["stage"], seen["value"], seen["workflow"]), ("review", {"text": "paid by ann"}, "settle@1"),
         "what is under review is shown to whoever decides")
    for body, pointers in (({}, ["/decision"]), ({"decision": "maybe"}, ["/decision"]),
                           ({"decision": "edit"}, ["/output"]), ({"decision": "approve", "output": {"text": "x"}}, ["/output"]),
                           ({"decision": "edit", "output": {"text": 5, "y": 1}}, ["/output/text", "/output/y"]),
                           ({"decision": "reject", "why": "x"}, ["/why"])):
        reply = review(server, job, **body)
        ok(problem(reply, 422, "invalid_body") and
           sorted(error["pointer"] for error in reply.json["errors"]) == pointers, f"{body} is refused", reply)
    reply = review(server, job, decision="edit", output={"text": "corrected"}, reason="a typo")
    same(reply.status, 200, "an edit that fits is taken")
    body = server.job(job, wait=20)
    same((body["status"], body["output"], body["versions"]["review"]), ("completed", {"text": "corrected"}, "edit"),
         "and is what is served, marked as edited")
    told = command(server, "jobs", "events", job)
    ok("waits for review until 20" in told and re.search(r"reviewed +review +edit by \S+: a typo\n", told) and
       told.endswith(" finished    review            completed, full\n"), "the terminal says who decided what, and why", told)
    ok("edit by" in command(server, "jobs", "why", job) and "review     edit" in command(server, "jobs", "show", job),
       "so do why and show")
    same(review(server, job, decision="edit", output={"text": "corrected"}, reason="a typo").status, 200,
         "the same again changes nothing")
    ok(problem(review(server, job, decision="approve"), 409, "not_waiting"), "another decision is 409")
    ok(problem(server.get(f"/jobs/{job}/review"), 409, "not_waiting"), "and there is nothing to look at")
    job = under_review(server, "another")
    review(server, job, decision="reject", reason="not ours")
    body = server.job(job, wait=20)
    same((body["status"], body["result_type"], body["output"], body["versions"]["fallback_path"][-1],
          body["versions"]["review"]), ("degraded", "fallback", {"text": "unread another"}, "review: declined", "reject"),
         "a rejection takes its way")
    events = json.dumps(server.get(f"/jobs/{job}/events").json)
    ok("not ours" not in events and '"reviewed"' in events, "the reason is not in a client's events", events)
    job = server.send("/soon", "x").json["job_id"]
    same(server.job(job, wait=20)["error_code"], "down", "a signal that nobody sends expires")


def test_restart():
    server = Later(Upstream())
    job = begin(server)
    server.kill()
    server.start()
    same(server.job(job)["waiting_for"], "signal decided", "after kill -9 it waits still")
    for _ in range(2):
        same(signal(server, job).status, 200, "a signal is taken")
        server.kill()
        server.start()
    same(server.job(job)["waiting_for"], "review", "what was answered is not forgotten")
    review(server, job, decision="approve")
    server.kill()
    server.start()
    same(server.job(job, wait=20)["status"], "completed", "nor is a decision")


def test_keys():
    (eve, eve_line), (dan, dan_line) = new_key("eve", "review"), new_key("dan", "settle")
    mine = ",".join(line for _, line in keys())
    server = Later(Upstream(), environment={"BRIEFS_KEYS": f"{mine},{eve_line},{dan_line}"})
    job = under_review(server)

    def decide(key, decision="approve"):
        return server.request("POST", f"/jobs/{job}/review", json.dumps({"decision": decision}), None, key)

    ok(problem(decide(server.other_key), 404, "job_not_found"), "another caller's key does not review it")
    ok(problem(decide(dan), 403, "scope_missing"), "nor does one whose scopes name something else")
    reply = server.request("POST", f"/jobs/{job}/signals/decided", json.dumps(GOOD), None, eve)
    ok(problem(reply, 404, "job_not_found"), "a reviewer's key sends no signals to it")
    same(server.get(f"/jobs/{job}/review", key=eve).json["value"], {"text": "paid by ann"},
         "a key with the scope sees what is under review, whoever's it is")
    same(decide(eve).status, 200, "and decides")
    same(server.job(job, wait=20)["status"], "completed", "which counts")
    ok(problem(server.request("POST", f"/jobs/{job}/review", "{}", None, None), 401, "unauthorized")
       or decide(None).status == 401, "without a key it is 401")


def test_list():
    (eve, eve_line), (dan, dan_line) = new_key("eve", "review"), new_key("dan", "settle")
    mine = ",".join(line for _, line in keys())
    server = Later(Upstream(), environment={"BRIEFS_KEYS": f"{mine},{eve_line},{dan_line}"})
    jobs = [under_review(server, f"case {i}") for i in range(3)]
    waits = begin(server, "not yet")

    def listed(query, key=""):
        page = server.get("/jobs?" + query, key=key).json
        return [row["job_id"] for row in page["jobs"]], page["next"]

    until(lambda: len(listed("waiting_for=review")[0]) == 3 and listed("waiting_for=signal%20decided")[0])  # durable
    same(listed("waiting_for=review"), (jobs[::-1], None), "a caller's jobs that wait for a review, newest first")
    same(listed("waiting_for=review", server.other_key), ([], None), "another caller has none")
    page = server.get("/jobs?waiting_for=review&limit=2", key=eve).json
    same([(row["job_id"], row["caller"]) for row in page["jobs"]], [(jobs[2], "ann"), (jobs[1], "ann")],
         "a reviewer's key sees every caller's, and whose they are")
    same(listed("waiting_for=review&limit=2&before=" + page["next"], eve), ([jobs[0]], None), "in pages by key")
    ok(problem(server.get("/jobs?waiting_for=review", key=dan), 403, "scope_missing"), "a key for other things is 403")
    same(listed("waiting_for=signal%20decided"), ([waits], None), "who waits for a signal is found by its name")
    same(listed("waiting_for=signal%20decided", eve), ([], None), "by its caller")
    same(listed("waiting_for=review&workflow=other"), ([], None), "workflow= narrows it")
    server.kill()
    server.start()
    same(listed("waiting_for=review", eve), (jobs[::-1], None), "the same after kill -9")
    review(server, jobs[1], decision="approve")
    server.job(jobs[1], wait=20)
    same(listed("waiting_for=review", eve), ([jobs[2], jobs[0]], None), "what is decided is not there any more")


def run(server, *arguments):
    return subprocess.run([server.binary, "review", *arguments, "--store", "sqlite:" + server.store],
                          capture_output=True, text=True, env={}, timeout=30 * SLOW)


def test_operator():
    server = Later(Upstream())
    first, second = under_review(server, "one"), under_review(server, "two")
    begin(server, "three")
    told = run(server, "list")
    ok(told.returncode == 0 and first in told.stdout and second in told.stdout and
       told.stdout.count("paid by ann") == 2, "`review list` shows what waits for a person", told)
    same(len(json.loads(run(server, "list", "--json").stdout)["reviews"]), 2, "--json the same")
    same(run(server, "approve", first, "--reason", "good").returncode, 0, "`review approve` decides")
    same(server.job(first, wait=20)["status"], "completed", "and the job goes on")
    told = run(server, "approve", first)
    ok(told.returncode == 69 and "does not wait" in told.stderr, "deciding otherwise later is refused", told)
    path = os.path.join(folder, "edit.json")
    for text, code in (('{"text": 5}', 69), ('{"text": "by hand"}', 0)):
        with open(path, "w") as file:
            file.write(text)
        told = run(server, "edit", second, path)
        same(told.returncode, code, f"`review edit` with {text}")
        ok(code == 0 or "/text" in told.stderr, "names what does not fit", told.stderr)
    same(server.job(second, wait=20)["output"], {"text": "by hand"}, "and it is served")
    same(run(server, "perhaps").returncode, 64, "an unknown verb is a usage error")


main(test_keys, test_list, test_operator, test_signal, test_early, test_review, test_restart)
