#!/usr/bin/env python3
"""Labels on the real binary: a canary in every field that is @pii or @secret, in requests, answers of services and models,
signals, reviews and results, and none of them in anything that leaves: the log, events, notifications, prompts, requests,
metrics, traces, error replies, lists of jobs. What `reveal` lets out is seen to arrive, so that the sinks are looked into; and
each way out, without `reveal`, is refused by the compiler."""
import base64, json, os, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from collector import Collector
from orders import *

SPEC = os.path.join(ROOT, "tests", "lang", "ok", "canaries.flow")
count_of = {}


def canary(kind):
    """A text that is nowhere else; `kind` says where it was put."""
    count_of[kind] = count_of.get(kind, 0) + 1
    return f"canary-{kind}-{count_of[kind]}-zq"


class World(Services):
    """The CRM and the model, which answer with canaries; and the hook."""

    def serve(self, request, body):
        with self.lock:
            self.calls.append({"name": request.command.lower() + " " + request.path, "body": body, "path": request.path,
                               "headers": dict(request.headers), "at": time.monotonic()})
        way = self.way(request.command.lower() + " " + request.path, body)
        self.whole(request, way)

def account(**more):
    return Way(body={"id": "a1", "email": canary("email") + "@x.org", "key": canary("key"), **more})


def draft(**more):
    return Way(body={"text": "A plain text.", "phone": canary("phone"), "code": canary("code"), **more})


def sends(call):
    return json.dumps({key: str(call[key]) for key in ("path", "body", "headers")}, ensure_ascii=False)


def person(**more):
    return {"topic": "tea", "name": canary("name"), "token": canary("token"), **more}


class Canaries(Server):
    def __init__(self, up, collector):
        self.binary = built("canaries")
        super().__init__(up, flags=("--log", "debug", "--otlp", collector.url),
                         environment={"HOOK_URL": up.url + "/hook",
                                      "HOOK_SECRET": "whsec_" + base64.b64encode(b"k" * 32).decode()})

    def command(self, *args):
        run = subprocess.run([self.binary, *args, "--store", "sqlite:" + self.store], capture_output=True, text=True,
                             timeout=30 * SLOW)
        return run.stdout + run.stderr

    def send(self, route, body):
        return self.request("POST", route, body if isinstance(body, str) else json.dumps(body))


def events_of(server, job):
    stream = server.request("GET", f"/jobs/{job}/events", None, {"Accept": "text/event-stream"}).raw.decode()
    return stream + server.request("GET", f"/jobs/{job}/events", None, {"Accept": "application/json"}).raw.decode()


def good_ways(up):
    up.ways = {"small": lambda body: draft(), "*": lambda body: account()}


def every_workflow(up, server, errors):
    """Jobs that go well and jobs that fail in each way that has a value near it."""
    jobs = []

    def take(reply, want):
        ok(reply.status == want, f"{want}: {reply.json['status']}, {reply.json['error_code']}", reply)
        jobs.append(reply.json["job_id"])
        if want >= 400:
            errors.append(reply.raw.decode())
        return reply.json["job_id"]

    good_ways(up)
    take(server.send("/private", person()), 200)
    take(server.send("/each", {"topic": "tea", "people": [person(), person(topic="milk")]}), 200)
    up.ways["get /accounts/tea"] = lambda body: account(email=canary("email") + " is no address", key=canary("key") * 9)
    take(server.send("/private", person()), 503)
    up.ways["get /accounts/tea"] = lambda body: Way(500, {"error": canary("key"), "of": canary("email")})
    take(server.send("/private", person()), 503)
    good_ways(up)
    for broken in (draft(phone=7, code=canary("code") * 9), Way(body='{"text": "cut", "code": "' + canary("code")),
                   Way(400, {"error": {"message": canary("code"), "type": "x"}, "of": canary("phone")}), draft(code="none"),
                   Way(body=draft().body, refusal=canary("code")), Way(body=draft().body, then="cut")):
        up.ways["small"] = broken
        reply = server.send("/private", person())
        take(reply, reply.status if reply.status in (422, 500, 502, 503) else 502)
    return jobs


def waiting(up, server, errors):
    """A signal and a review with canaries, wrong ones first."""
    jobs = []
    for last in ("approve", "edit", "reject"):
        job = server.send("/waits", person()).json["job_id"]
        jobs.append(job)
        until(lambda: server.get(f"/jobs/{job}").json["waiting_for"] == "signal paid", 20)
        for bad in ({"amount": 0, "iban": canary("iban"), "pin": canary("pin") * 9}, {"iban": canary("iban")},
                    {"amount": 1, "iban": 7, "pin": [canary("pin")], "more": canary("pin")}):
            errors.append(server.send(f"/jobs/{job}/signals/paid", bad).raw.decode())
        reply = server.send(f"/jobs/{job}/signals/paid", {"amount": 1, "iban": canary("iban"), "pin": canary("pin")})
        ok(reply.status == 200, f"{last}: the signal is taken", reply)
        until(lambda: server.get(f"/jobs/{job}").json["waiting_for"] == "review", 20)
        errors.append(server.send(f"/jobs/{job}/review", {"decision": "edit", "output": {"text": 1, "by": canary("by") * 9}})
                      .raw.decode())
        decision = {"decision": last}
        if last == "edit":
            decision["output"] = {"text": "Edited.", "by": canary("by")}
        ok(server.send(f"/jobs/{job}/review", decision).status == 200, f"{last}: and the review")
        until(lambda: server.get(f"/jobs/{job}").json["final"], 20)
    return jobs


def bad_requests(server, errors):
    long = person(token=canary("token") * 9, name=canary("name") * 9)
    for body in (long, person(extra=canary("token")), {**person(), "token": [canary("token")]}, person(topic=""),
                 json.dumps(person()) + canary("token"), json.dumps(person())[:-9], {"topic": "x", "name": canary("name")}):
        reply = server.send("/private", body)
        ok(400 <= reply.status < 500, f"{reply.status} for a body that is wrong")
        errors.append(reply.raw.decode())


def found(text):
    return sorted({kind for kind in count_of if f"canary-{kind}-" in text})


def test_canaries():
    up, collector = World(), Collector()
    server = Canaries(up, collector)
    errors = []
    jobs = every_workflow(up, server, errors) + waiting(up, server, errors)
    bad_requests(server, errors)
    hooks = until(lambda: (lambda calls: calls if len(calls) >= 6 else None)(up.sent("post /hook")), 20)
    ok(hooks, "drafts and ends are told")
    shown = {kind: "\n".join(server.command("jobs", kind, job, *(["--json"] if i % 2 else [])) for i, job in enumerate(jobs))
             for kind in ("show", "events", "why")}
    shown["why"] += server.command("jobs", "why", jobs[0], jobs[2]) + server.command("jobs", "why", "--json", jobs[0], jobs[2])
    shown["show"] += server.command("jobs", "show", "--json", jobs[0])
    ok('"contact":"(@pii)"' in shown["show"].replace(" ", ""), "a labelled field of a result is marked", shown["show"][-900:])
    sinks = {"error replies": "\n".join(errors), "events": "\n".join(events_of(server, job) for job in jobs),
             "the list of jobs": server.get("/jobs?limit=100").raw.decode(), "metrics": server.get("/metrics").raw.decode(),
             "jobs list": server.command("jobs", "list") + server.command("jobs", "list", "--json"),
             "jobs show": shown["show"], "jobs events": shown["events"], "jobs why": shown["why"],
             "webhooks list": server.command("webhooks", "list", "--json"), "drift": server.command("drift", "--json")}
    server.terminate()
    sinks["traces"] = "\n".join(body.decode() for _, _, body in collector.requests)
    with open(server.log_path, encoding="utf-8") as file:
        sinks["the log"] = file.read()
    calls = list(up.calls)
    sinks["notifications"] = "\n".join(sends(call) for call in calls if call["path"].startswith("/hook"))
    sinks["prompts"] = "\n".join(sends(call) for call in calls if call["path"].startswith("/v1/"))
    sinks["requests"] = "\n".join(sends(call) for call in calls if not call["path"].startswith(("/v1/", "/hook")))
    kinds = {"name", "token", "email", "key", "phone", "code", "iban", "pin", "by"}
    same(set(count_of), kinds, "a canary in every labelled field")
    for name, text in sinks.items():
        ok(len(text) > 20, f"{name}: there is something to look into", text)
        same(found(text), [], f"{name}: no canary")
    ok(sinks["traces"].count("spanId") > 20 and "tea" in sinks["requests"], "spans and requests were made")


def test_revealed():
    """What the author lets out arrives, where the other test looks."""
    up, collector = World(), Collector()
    server = Canaries(up, collector)
    good_ways(up)
    same(server.send("/revealed", person()).status, 200, "revealed")
    until(lambda: up.sent("post /hook"), 20)
    calls = {name: "\n".join(sends(call) for call in up.calls if call["path"].startswith(name))
             for name in ("/accounts", "/v1/", "/notes", "/hook")}
    same([found(text) for text in calls.values()], [["name"], ["token"], ["code"], ["phone"]],
         "in the path, the prompt, the body, the notification, and no other there")


# Each is a line of the specification and what a way out would make of it.
WAYS_OUT = [
    ("a prompt", "prompts/topic.md", "${input.topic}", "${input.token}", "E0703"),
    ("a path", None, '"/accounts/${input.topic}"', '"/accounts/${input.name}"', "E0703"),
    ("a body", None, "body { text: draft.text }", "body { text: draft.phone }", "E0703"),
    ("a body, within another text", None, "body { text: draft.text }", 'body { text: upper("${draft.code}.") }', "E0703"),
    ("a field that is not labelled", None, "make Result { text: draft.text,", "make Result { text: input.token,", "E0703"),
    ("a field of another label", None, "contact: draft.phone, seal", "contact: draft.code, seal", "E0703"),
    ("a draft", None, 'reply draft with Told { text: "Of ${input.topic}." }', "reply draft with Told { text: input.name }", "E0703"),
    ("an item's value", None, "/accounts/${person.topic}", "/accounts/${person.token}", "E0703"),
    ("the key of dedupe", None, "dedupe  by input.name", "dedupe  by input.token", "E0703"),
    ("the key of remember", None, "remember by input.name", "remember by input.token", "E0703"),
    ("a notification", None, "schema Told { text: string(..200) }", "schema Told { text: string(..200) @pii }", "E0783"),
]


def test_ways_out():
    with tempfile.TemporaryDirectory() as place, open(SPEC, encoding="utf-8") as file:
        text = file.read()
        os.mkdir(f"{place}/prompts")
        for name, path, old, new, code in WAYS_OUT:
            changed = text
            for prompt in ("topic.md", "revealed.md"):
                with open(os.path.join(os.path.dirname(SPEC), "prompts", prompt), encoding="utf-8") as file:
                    asked = file.read()
                with open(f"{place}/prompts/{prompt}", "w", encoding="utf-8") as file:
                    file.write(asked.replace(old, new) if path else asked)
            if not path:
                changed = text.replace(old, new, 1)
            with open(f"{place}/x.flow", "w", encoding="utf-8") as file:
                file.write(changed)
            run = subprocess.run([os.path.join(BUILD, "wright"), "check", f"{place}/x.flow"], capture_output=True, text=True)
            ok((path or changed != text) and run.returncode == 1 and f"[{code}]" in run.stdout + run.stderr,
               f"{name} is refused", run.stdout + run.stderr)


main(test_canaries, test_revealed, test_ways_out)
