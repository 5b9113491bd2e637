#!/usr/bin/env python3
"""The four APIs as they are shipped, over real sockets: each by its latency model, degraded when what it calls is
down, decided by people, cancelled at once, and looked into afterwards."""
import itertools, os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from four import *
from mocks import Mock
from test_events import Stream

numbers = itertools.count(1)


def ticket(subject=None, **more):
    return {"subject": subject or f"When do reports run? {next(numbers)}", "body": "Since when?", "product": "reports",
            **more}


def review(server, job, key="", **body):
    return server.request("POST", f"/jobs/{job}/review", json.dumps(body), None, key)


def parked(server, **more):
    """A ticket whose draft waits for a person."""
    job = server.send(ticket(**more)).json["job_id"]
    until(lambda: server.job(job)["waiting_for"] == "review", 20)
    return job


# ---- support: instant, then in the background ----------------------------------------------------------

def test_instant():
    world = World()
    world.ways[SMALL] = Way(body={"text": "At night.", "confidence": 0.95})
    server = Api("support", world)

    def rule():
        return server.send(ticket(f"Forgot my password {next(numbers)}", product="login"))

    reply = rule()
    same((reply.status, reply.json["status"], reply.json["result_type"], reply.json["output"]["by"]),
         (200, "completed", "full", "rule"), "support: a rule answers")
    same((len(world.calls), reply.json["usage"]["cost_usd"]), (0, "0.000000"), "without a model, for nothing")
    reply = server.send(ticket())
    same((reply.status, reply.json["status"], reply.json["result_type"], reply.json["output"]["text"]),
         (200, "degraded", "draft", "At night."), "a model that is sure answers, as a draft")
    world.ways[SMALL] = Way(silent=True)
    reply, took, allowed = within(0.7, lambda: server.send(ticket()), rule)
    body = reply.json
    same((reply.status, body["result_type"], body["final"], body["output"]["by"]), (202, "draft", False, "nobody_yet"),
         "a silent model: the draft all the same")
    ok(0.4 < took <= allowed, f"within 700 ms: {took:.3f} s, where {allowed:.3f} s are allowed")
    body = until(lambda: (now := server.job(body["job_id"]))["waiting_for"] and now)
    same((body["status"], body["waiting_for"], body["versions"]["fallback_path"][:2]),
         ("queued", "review", ["triage: ok", "suggest: timeout_total"]), "which waits for a person")
    world.ways[SMALL] = Way(status=503)
    reply = server.send(ticket())
    same((reply.status, reply.json["output"]["by"]), (202, "nobody_yet"), "the same where it is down")
    body = until(lambda: (now := server.job(reply.json["job_id"]))["waiting_for"] and now)
    same((body["versions"]["fallback_path"][1], body["missing"]),
         ("suggest: overloaded", [{"stage": "suggest", "class": "overloaded"}]),
         "the path says so, and it is missing: the way goes where its success would have gone, too")


def test_review():
    world = World()
    world.ways[SMALL] = Way(body={"text": "Perhaps at night.", "confidence": 0.4})
    (eve, eve_line), (dan, dan_line) = new_key("eve", "review"), new_key("dan", "draft_response")
    server = Api("support", world, keys_more=[eve_line, dan_line])
    job = parked(server)
    seen = server.get(f"/jobs/{job}/review", key=eve).json
    same(seen["value"], {"text": "Perhaps at night.", "by": "model", "confidence": 0.4},
         "support: what is under review is shown to a key with the scope")
    ok(problem(review(server, job, dan, decision="approve"), 403, "scope_missing"), "a key without it gets 403")
    ok(problem(review(server, job, server.other_key, decision="approve"), 404, "job_not_found"),
       "another caller's gets 404")
    reply = review(server, job, eve, decision="edit", output={"text": "", "by": "me", "confidence": 2, "more": 1})
    ok(problem(reply, 422, "invalid_body") and sorted(error["pointer"] for error in reply.json["errors"]) ==
       ["/output/by", "/output/confidence", "/output/more", "/output/text"],
       "a wrong edit: every error by its pointer", reply)
    same(server.job(job)["waiting_for"], "review", "and the job waits on")
    for _ in range(2):
        same(review(server, job, eve, decision="approve").status, 200, "approve, and approve again")
    body = server.ended(job)
    same((body["status"], body["result_type"], body["output"]["text"]), ("completed", "full", "Perhaps at night."),
         "the draft has become the result")
    ok(problem(review(server, job, eve, decision="reject"), 409, "not_waiting"), "deciding otherwise is too late")
    job = parked(server)
    edit = {"decision": "edit", "output": {"text": "At two.", "by": "person", "confidence": 1}, "reason": "sure"}
    for _ in range(2):
        same(review(server, job, eve, **edit).status, 200, "edit, and the same again")
    same(server.ended(job)["output"], edit["output"], "the edit is what is served")
    job = parked(server)
    review(server, job, eve, decision="reject", reason="rude")
    body = server.ended(job)
    same((body["status"], body["error_code"], server.get(f"/jobs/{job}").status), ("failed", "turned_down", 200),
         "rejected, it fails as declared")
    reply = server.send(ticket("Kept", locale="de"))
    again = server.send(ticket("Kept", locale="de"))
    same(again.json["job_id"], reply.json["job_id"], "the same ticket joins the job that waits")


def test_terminal():
    world = World()
    world.ways[SMALL] = Way(body={"text": "Perhaps at night.", "confidence": 0.4})
    server = Api("support", world)
    jobs = [parked(server) for _ in range(3)]
    told = server.command("review", "list")
    ok(told.returncode == 0 and all(job in told.stdout for job in jobs) and '"confidence":0.4}' in told.stdout,
       "support: `review list` shows what waits", told)
    told = server.command("review", "list", "--json")
    ok('"confidence": 0.4\n' in told.stdout and [row["value"]["text"] for row in json.loads(told.stdout)["reviews"]] ==
       ["Perhaps at night."] * 3, "also as JSON, numbers as they were", told)
    same(server.command("review", "approve", jobs[0], "--reason", "good").returncode, 0, "`review approve`")
    place = os.path.join(folder, "edit.json")
    for text, code in (('{"text": 5}', 69), ('{"text": "By hand.", "by": "person", "confidence": 1}', 0)):
        with open(place, "w", encoding="utf-8") as file:
            file.write(text)
        told = server.command("review", "edit", jobs[1], place)
        ok(told.returncode == code and (code == 0 or "/text" in told.stderr), f"`review edit` with {text}", told)
    same(server.command("review", "reject", jobs[2]).returncode, 0, "`review reject`")
    same([(body["status"], body["error_code"], body["output"] and body["output"]["text"])
          for body in map(server.ended, jobs)],
         [("completed", None, "Perhaps at night."), ("completed", None, "By hand."), ("failed", "turned_down", None)],
         "and each job goes its way")
    server = Api("support", world, change=[("within 2d", "within 1s"), ("within 49h", "within 49s")])
    body = server.ended(server.send(ticket()).json["job_id"])
    same((body["status"], body["result_type"], body["versions"]["fallback_path"][-1]),
         ("degraded", "draft", "review: expired"), "nobody decides: the draft stands")


# ---- briefs: waiting ------------------------------------------------------------------------------------

def test_waiting():
    mock = Mock()
    server = Api("briefs", None, {name: mock.env[name] for name in ("GLOSSARY_URL", "MODEL_URL", "MODEL_KEY")})
    brief = fixture("brief")

    def send(**more):
        return server.send({**brief, "document": f"{brief['document']} Number {next(numbers)}.", **more})

    body = send().json
    same((body["status"], body["result_type"]), ("completed", "full"), "briefs: a result in full")
    served = server.send(brief)
    mock.set(primary="silent")
    reply, took, allowed = within(8, send, lambda: server.get("/livez"))
    same((reply.status, reply.json["status"], reply.json["result_type"], reply.json["versions"]["fallback_path"]),
         (200, "degraded", "fallback", ["draft: timeout_ttft", "brief: ok"]),
         "the primary silent: the small model's")
    ok(took <= allowed, f"within 8 s: {took:.3f} s")
    mock.set(primary="silent", small="silent", glossary="silent")
    reply, took, allowed = within(8, send, lambda: server.get("/livez"), 2)
    same((reply.status, reply.json["error_code"], reply.headers.get("retry-after")), (503, "unavailable", "30"),
         "everything silent: the declared error")
    ok(took <= allowed, f"within 8 s, too: {took:.3f} s")
    same((reply.json["missing"], reply.json["versions"]["fallback_path"]),
         ([{"stage": "terms", "class": "timeout_total"}],
          ["draft: timeout_ttft", "brief: timeout_total", "last_good: missing"]), "and says what was silent")
    same(server.send(brief).json["job_id"], served.json["job_id"], "a twin joins the result that is there")


# ---- sales: waiting, then in the background ---------------------------------------------------------------

def account(**more):
    return {"account_id": f"ACME{next(numbers):05}", "domain": "acme.example", **more}


def test_tools():
    world = World()
    world.ways[LARGE] = Way(body=fixture("sales-narrative"))
    server = Api("sales", world)
    body = server.send(account()).json
    same((body["status"], body["output"]["note_id"], body["output"]["sources"]),
         ("completed", "n_1", {"company": True, "news": True}), "sales: researched and filed")
    world.ways[COMPANY] = Way(503)
    body = server.send(account()).json
    same((body["status"], body["result_type"], body["output"]["sources"]),
         ("degraded", "fallback", {"company": False, "news": True}), "a tool down: degraded")
    same(body["missing"], [{"stage": "gather/company", "class": "overloaded"}], "`missing` says what")
    world.ways.update({COMPANY: Way(body=fixture("sales-gathered")["company"]), NEWS: Way(silent=True)})
    world.ways[LARGE] = Way(body={**fixture("sales-narrative"), "signals": []})
    body = server.send(account()).json
    same((body["status"], body["output"]["sources"]["news"], body["missing"]),
         ("completed", False, [{"stage": "gather/news", "class": "timeout_total"}]), "an optional one silent")
    world.ways[ACCOUNT] = Way(404)
    reply = server.send(account())
    same((reply.status, reply.json["error_code"]), (404, "unknown_account"), "an account that is none")
    world.ways[ACCOUNT] = Way(503)
    reply = server.send(account())
    same((reply.status, reply.json["error_code"], reply.headers.get("retry-after")), (503, "crm_down", "60"),
         "the CRM down")
    keys_seen = [call["headers"].get("idempotency-key") for call in world.sent(NOTE)]
    ok(len(keys_seen) == 3 == len(set(keys_seen)) and None not in keys_seen, "each note has its own key", keys_seen)


def test_line():
    """The line at 7 s in place of 12, sleeps of a second in place of a minute."""
    world = World()
    world.ways.update({LARGE: Way(status=500), SMALL: Way(body=fixture("sales-narrative")), NOTE: Way(silent=True)})
    server = Api("sales", world, change=[("waiting 12s", "waiting 7s"), ("sleep 60s", "sleep 1s"),
                                         ("timeout 5s   first token 2s   idle 1s", "timeout 2s")])
    asked = None

    def send():
        nonlocal asked
        asked = account()
        return server.send(asked)

    reply, took, allowed = within(7, send, lambda: server.get("/livez"), 2)
    body = reply.json
    same((reply.status, body["status"], body["result_type"], body["final"], body["output"]["headline"]),
         (202, "processing", "draft", False, fixture("sales-narrative")["headline"]),
         "sales: the CRM is silent: at its line 202, with the draft")
    ok(5.9 < took <= allowed, f"which is at 7 s, or before a sleep that ends later ({took:.2f} s)")
    same(reply.headers.get("location"), f"/jobs/{body['job_id']}", "and where to look")
    same(server.send(asked, {"Prefer": "respond-async"}).json["job_id"], body["job_id"], "a twin joins it")
    ok(server.job(body["job_id"])["waiting_for"] in ("retry", None), "it goes on by itself")
    world.ways[NOTE] = Way(201, {"id": "n_7"})
    body = server.ended(body["job_id"])
    same((body["final"], body["output"]["note_id"], body["result_type"]), (True, "n_7", "fallback"),
         "the result follows")
    mine = [call["headers"].get("idempotency-key") for call in world.sent(NOTE) if asked["account_id"] in call["path"]]
    ok(len(mine) > 3 and len(set(mine)) == 1 and None not in mine, "its note was sent often, under one key", mine)


# ---- videos: in the background ----------------------------------------------------------------------------

HERE = [("sign env WEBHOOK_SECRET }", "sign env WEBHOOK_SECRET  allow private }")]  # the client is on this machine


def outline(count):
    return {"beats": [{"heading": f"Scene {i}", "action": "It happens."} for i in range(count)]}


def shoot(server, key=None, **more):
    return server.send({"title": "The Bridge", "text": "A ferry crosses.", **more},
                       {"Idempotency-Key": key or f"k{next(numbers)}"})


def test_background():
    world = World()
    gate = threading.Event()
    world.ways[SMALL] = Way(body=outline(9))
    world.ways[HEAVY] = lambda _: Way(body=fixture("videos-detail")) if gate.wait(30 * SLOW) else None
    server = Api("videos", world, change=HERE)
    ok(problem(server.send({"title": "x", "text": "y"}), 400, "idempotency_key_required"), "videos: a key is required",
       server.send({"title": "x", "text": "y"}))
    reply = shoot(server, "one")
    same((reply.status, reply.json["final"], reply.json["output"]), (202, False, None), "202 at once")
    job = reply.json["job_id"]
    same(shoot(server, "one").json["job_id"], job, "the same key, the same job")
    stream = Stream(server, job)
    ok(until(lambda: len(world.sent(HEAVY)) == 4), "four scenes are refined at once")
    body = server.job(job)
    same((body["status"], body["result_type"], body["output"]["unrefined"], body["stage"]),
         ("processing", "draft", 9, {"name": "refine", "progress": {"done": 0, "total": 9}}),
         "the draft, and how far it is")
    gate.set()
    body = server.ended(job)
    same((body["status"], body["result_type"], body["output"]["unrefined"], len(body["output"]["scenes"])),
         ("completed", "full", 0, 9), "then the whole")
    same(world.most, 4, "never more than four at a time")
    events = stream.rest()
    kinds = [event["kind"] for event in events]
    done = [(event["done"], event["total"]) for event in events if event["kind"] == "transition" and "done" in event]
    same(done, [(i + 1, 9) for i in range(9)], "the stream counts the scenes")
    last = max(i for i, event in enumerate(events) if "done" in event)
    ok(kinds.index("published") < kinds.index("transition", kinds.index("published")) < last < kinds.index("finished"),
       "after the draft, before the end", kinds)
    same(len(world.sent(HEAVY)), 9, "each is asked for once")
    told = world.told(2)
    same(sorted(kind for kind, _ in told), ["done", "draft"], "the client is told of the draft and of the end")
    ok(all(is_signed(call) for _, call in told), "each signed with its secret", told)
    whole = [json.loads(call["text"])["data"] for kind, call in told if kind == "done"]
    ok(whole and whole[0]["job_id"] == job and whole[0]["output"] == body["output"], "the end with its whole output")
    world.ways[HEAVY] = [Way(status=400), Way(body=fixture("videos-detail"))]
    body = server.ended(shoot(server).json["job_id"])
    same((body["status"], body["result_type"], body["output"]["unrefined"], len(body["missing"])),
         ("degraded", "fallback", 1, 1), "a scene that fails stays as the outline has it, and is said to be missing")


def test_cancel():
    world = World()
    world.ways.update({SMALL: Way(body=outline(9)), HEAVY: Hang()})
    server = Api("videos", world, change=HERE)
    job = shoot(server).json["job_id"]
    ok(until(lambda: len(world.sent(HEAVY)) == 4), "videos: four scenes hang")
    reply, took = timed(lambda: server.request("POST", f"/jobs/{job}/cancel"))
    at = time.monotonic()
    same((reply.json["status"], reply.json["output"]), ("cancelled", None), "cancelled, the draft is withdrawn")
    ok(until(lambda: len(world.left) == 4), "all four are cut", world.left)
    ok(world.left and max(when for _, when in world.left) - at < 5 * SLOW, "at once, not when they time out")
    same(len(world.sent(HEAVY)), 4, "and no fifth is begun")
    same(server.request("POST", f"/jobs/{job}/cancel").json["status"], "cancelled", "twice is once")
    body = server.job(job)
    ok(body["final"] and body["stage"] is None, "it is over", body)
    same([kind for kind, _ in world.told(2)], ["draft", "fail"], "and the client is told so")


# ---- looking into each ------------------------------------------------------------------------------------

def test_inspect():
    world = World()
    world.ways.update({SMALL: Way(body={"text": "At night.", "confidence": 0.95}), LARGE: Way(status=503)})
    for name, body in (("support", ticket()), ("briefs", fixture("brief")), ("sales", account()),
                       ("videos", {"title": "T", "text": "A ferry."})):
        server = Api(name, world)
        reply = server.send(body, {"Idempotency-Key": "a"})
        job = reply.json["job_id"]
        server.ended(job)
        same([row["job_id"] for row in server.get("/jobs").json["jobs"]], [job], f"{name}: GET /jobs lists it")
        same(server.get("/jobs", key=server.other_key).json["jobs"], [], "to its caller only")
        same(server.get("/openapi.json").status, 200, "the contract is served")
        for words, says in ((("list",), job), (("show", job), server.job(job)["status"]), (("events", job), "accepted"),
                            (("why", job), "")):
            told = server.command("jobs", *words)
            ok(told.returncode == 0 and says in told.stdout and told.stdout, f"{name} jobs {words[0]}", told)
        same(server.terminate(), 0, f"{name} ends when told to")


if __name__ == "__main__":
    main(test_instant, test_review, test_terminal, test_waiting, test_tools, test_line, test_background, test_cancel,
         test_inspect)
