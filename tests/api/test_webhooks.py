#!/usr/bin/env python3
"""Notifications on the real binary: what is sent and when, that its signature verifies by another's reading of
Standard Webhooks, retries, deaths of both sides, what is refused, and what an operator can do about it."""
import base64, hashlib, hmac, os, shutil, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import npm
from orders import *

OLD, NEW = (base64.b64encode(bytes([i]) * 32).decode() for i in (1, 2))
DEAD_SOON = {"WRIGHT_WEBHOOK_SCHEDULE": "40ms,40ms"}
PATIENT = {"WRIGHT_WEBHOOK_SCHEDULE": "50ms,50ms,50ms,50ms,50ms,1h"}
HAS_FAILPOINTS = INSTRUMENTED


class Receiver(Upstream):
    """Three services: /facts, and two that are notified, /crm and /log. `ways` maps these to a Way, a list of
    them or a function of the body."""

    def __init__(self):
        self.on_crm = None
        super().__init__()
        self.server.RequestHandlerClass.do_POST = lambda request: self.take(request)
        self.server.RequestHandlerClass.do_GET = lambda request: self.take(request)

    def reset(self):
        with self.lock:
            self.calls.clear()
            self.ways = {"/facts": Way(body={"text": "fine"}), "*": Way(204)}

    def take(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        name = request.path
        with self.lock:
            self.calls.append({"name": name, "body": body, "method": request.command, "at": time.monotonic(),
                               "headers": {k.lower(): v for k, v in request.headers.items()}})
        way = self.way(name, body)
        if way.silent or way.delay and self.stopping.wait(way.delay):
            self.stopping.wait(60)
            request.close_connection = True
            return
        text = b"" if way.status == 204 else json.dumps(way.body or {}).encode()
        try:
            request.send_response(way.status)
            for key, value in way.headers:
                request.send_header(key, value)
            if way.status != 204:
                request.send_header("Content-Type", "application/json")
                request.send_header("Content-Length", str(len(text)))
            request.end_headers()
            request.wfile.write(text)
        except OSError:
            request.close_connection = True


class Notes(Server):
    def __init__(self, up, environment=None, **more):
        self.binary = built("notify")
        super().__init__(up, environment={
            "FACTS_URL": up.url, "CRM_URL": up.url + "/crm", "LOG_URL": up.url + "/log", "LOG_KEY": "k-1",
            "FAR_URL": up.url + "/far", "CRM_SECRET": "whsec_" + OLD, "FAR_SECRET": "whsec_" + NEW,
            **(environment or {})}, **more)

    def take(self, path="/take"):
        reply = self.request("POST", path, json.dumps({"text": "hello"}), key=None)
        return reply.json["job_id"]

    def command(self, *args):
        return subprocess.run([self.binary, *args, "--store", "sqlite:" + self.store], capture_output=True,
                              text=True, timeout=20 * SLOW)

    def listed(self, *flags):
        run = self.command("webhooks", "list", "--json", *flags)
        return json.loads(run.stdout)["webhooks"] if run.returncode == 0 else run

    def rows(self, state, count=1):
        return until(lambda: (lambda rows: rows if len(rows) >= count else None)(self.listed("--state", state)), 20)


def verifies(call, secret):
    """As the specification of Standard Webhooks words it, with nothing of ours."""
    h = call["headers"]
    signed = f"{h['webhook-id']}.{h['webhook-timestamp']}.".encode() + call["body"]
    want = base64.b64encode(hmac.new(base64.b64decode(secret), signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(part, "v1," + want) for part in h["webhook-signature"].split(" "))


def event(call):
    return json.loads(call["body"])["type"].split(".")[-1]


def told(up, count, name="/crm"):
    return until(lambda: up.sent(name) if len(up.sent(name)) >= count else None, 20)


def test_package():
    """What a receiver says who uses the package of the standard's own authors."""
    node, modules = npm.install("standardwebhooks", (18, 0))
    if not node:
        return skip("signatures by the package standardwebhooks", modules)
    script = os.path.join(os.path.dirname(modules), "verify.mjs")
    shutil.copy(os.path.join(npm.HERE, "standardwebhooks", "verify.mjs"), script)

    def verdict(call, secret, body=None):
        what = {"headers": call["headers"], "body": body or call["body"].decode()}
        run = subprocess.run([node, script, secret], input=json.dumps(what), capture_output=True, text=True, timeout=60)
        return json.loads(run.stdout or "{}") or run.stderr

    up = Receiver()
    server = Notes(up, {"CRM_SECRET": f"whsec_{OLD} whsec_{NEW}"})
    server.take()
    for call in told(up, 2):
        wanted = {"verified": json.loads(call["body"])["type"]}
        same([verdict(call, "whsec_" + OLD), verdict(call, "whsec_" + NEW)], [wanted, wanted],
             f"the package verifies {event(call)}, by the old secret and the new one")
    ok("refused" in verdict(call, "whsec_" + base64.b64encode(bytes(32)).decode()), "not by a third")
    ok("refused" in verdict(call, "whsec_" + OLD, call["body"].decode().replace("1.0", "1.1")), "nor another body")


def test_what_is_sent():
    up = Receiver()
    server = Notes(up)
    job = server.take()
    calls = told(up, 2)
    log, = told(up, 1, "/log")
    same(sorted(event(call) for call in calls), ["done", "draft"], "a draft and an end are told")
    ok(all(verifies(call, OLD) for call in calls + [log]), "each signature verifies")
    ok(not any(verifies(call, NEW) for call in calls), "and not with another secret")
    tampered = {**calls[0], "body": calls[0]["body"] + b" "}
    ok(not verifies(tampered, OLD), "nor of another body")
    done, draft = ([call for call in calls if event(call) == name][0] for name in ("done", "draft"))
    head, body = done["headers"], json.loads(done["body"])
    same(set(body), {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"},
         "a CloudEvent's attributes")
    same((body["specversion"], body["source"], body["type"], body["subject"], body["datacontenttype"]),
         ("1.0", "/notes", "take.done", job, "application/json"), "as CloudEvents 1.0 has them")
    same((head["content-type"], head["webhook-id"], done["method"]),
         ("application/cloudevents+json", body["id"], "POST"), "structured; the id is the event's")
    ok(abs(int(head["webhook-timestamp"]) - time.time()) < 60 * SLOW, "the time of sending")
    ok(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["time"]), "the time it happened", body["time"])
    same(body["data"], server.request("GET", f"/jobs/{job}", key=None).json, "the envelope as GET has it")
    early = json.loads(draft["body"])["data"]
    same((early["status"], early["result_type"], early["final"], early["output"]),
         ("processing", "draft", False, {"text": "soon"}), "the draft is told as it was then")
    same((log["headers"].get("x-log"), done["headers"].get("x-log")), ("k-1", None), "auth is the service's own")
    ok(len({call["headers"]["webhook-id"] for call in calls + [log]}) == 3, "each has its own id")
    rows = server.rows("delivered", 3)
    same({(row["job_id"], row["attempts"], row["status"]) for row in rows}, {(job, 1, 204)}, "and is listed")
    same(server.terminate(), 0, "it stops")


def test_after_it_is_durable():
    up = Receiver()
    seen = []

    def look(body):
        job = json.loads(body)["subject"]
        db = sqlite_status(server.store, job)
        seen.append((json.loads(body)["type"], db))
        return Way(204)

    up.ways["/crm"] = look
    server = Notes(up)
    server.take()
    ok(until(lambda: len(seen) == 2, 20), "both came")
    ok(("take.done", "completed") in seen, "an end is told when the store has it", seen)


def sqlite_status(store, job):
    import sqlite3, uuid
    db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        return db.execute("SELECT status FROM job WHERE id = ?", (uuid.UUID(job).bytes,)).fetchone()[0]
    finally:
        db.close()


def test_retries():
    up = Receiver()
    up.ways["/log"] = [Way(500), Way(302, headers=[("Location", "/elsewhere")]), Way(200)]
    server = Notes(up, environment=PATIENT)
    server.take()
    calls = told(up, 3, "/log")
    rows = until(lambda: [r for r in server.listed("--state", "delivered") if r["service"] == "log"], 20)
    same(rows[0]["attempts"], 3, "tried until it is taken")
    same(len({call["headers"]["webhook-id"] for call in calls}), 1, "under one id")
    same(len({call["body"] for call in calls}), 1, "with one body")
    ok(all(verifies(call, OLD) for call in calls), "signed each time")
    same(up.sent("/elsewhere"), [], "a redirect is not followed")
    time.sleep(0.3)
    same(len(up.sent("/log")), 3, "and not sent any more")
    same(server.request("GET", "/webhooks", key=None).status, 404, "callers see nothing of it")


def test_failed_jobs():
    up = Receiver()
    up.ways["/facts"] = Way(403)
    server = Notes(up)
    server.take()
    fail = until(lambda: [c for c in up.sent("/crm") if event(c) == "fail"], 20)[0]
    data = json.loads(fail["body"])["data"]
    same((data["status"], data["error_code"]), ("failed", "refused"), "a failure is told")
    up.ways["/facts"] = Way(silent=True)
    job = server.take()
    until(lambda: up.sent("/facts")[1:], 10)
    server.request("POST", f"/jobs/{job}/cancel", key=None)
    fails = until(lambda: [c for c in up.sent("/crm") if event(c) == "fail"][1:], 20)
    same(json.loads(fails[0]["body"])["data"]["status"], "cancelled", "and an end by a cancel")
    same(up.sent("/log"), [], "who asked for results only hears nothing")


def test_dead_and_resent():
    up = Receiver()
    up.ways["/log"] = Way(503)
    server = Notes(up, environment=DEAD_SOON)
    server.take()
    row, = server.rows("dead")
    same((row["attempts"], row["status"], row["service"], row["event"], row["next_at"]),
         (3, 503, "log", "done", None), "after the last attempt it is dead")
    ok("503" in row["reason"], "and says why", row)
    same(len(up.sent("/log")), 3, "as often as the schedule says")
    metrics = server.request("GET", "/metrics", key=None).raw.decode()
    ok('wright_notifications_total{service="log",event="done",outcome="dead"} 1' in metrics, "it is counted")
    ok([e for e in server.events("notification_dead", 1) if e["webhook_id"] == row["id"]], "and logged")
    shown = server.command("jobs", "show", row["job_id"]).stdout
    ok(re.search(rf"^not told +log done after 3 attempts, status 503: .*\n +webhooks resend {row['id']}$", shown, re.M),
       "its job shows whom nobody could tell, and what to do", shown)
    same([one["id"] for one in json.loads(server.command("jobs", "show", row["job_id"], "--json").stdout)
          ["dead_notifications"]], [row["id"]], "for scripts, too")
    up.ways["/log"] = Way(204)
    other = server.take()
    rows = until(lambda: (lambda all: all if len(all) == 6 else None)(server.listed()), 20)
    ids, before = [], []
    while not ids or before:
        run = server.command("webhooks", "list", "--json", "--limit", "2", *before)
        page = json.loads(run.stdout)
        ids += [one["id"] for one in page["webhooks"]]
        before = ["--before", page["next"]] if page["next"] else []
    same(ids, [one["id"] for one in rows], "the list comes in pages, without gap or double")
    ok("dead_notifications" not in server.command("jobs", "show", other, "--json").stdout, "another job has none")
    same(server.command("webhooks", "list", "--before", "x").returncode, 64, "a page after nothing")
    run = server.command("webhooks", "resend", row["id"])
    same((run.returncode, run.stdout), (0, row["id"] + " waiting\n"), "an operator sends it again")
    told(up, 4, "/log")
    rows = until(lambda: [r for r in server.listed("--state", "delivered") if r["id"] == row["id"]], 20)
    same(rows[0]["attempts"], 1, "and it is delivered")
    text = server.command("webhooks", "list").stdout
    ok(row["id"] in text and "delivered" in text, "for people, too", text)
    for bad in ("nonsense", "0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10-3-log", row["id"] + "x"):
        run = server.command("webhooks", "resend", bad)
        ok(run.returncode == 69 and "no such notification" in run.stderr, f"{bad[:9]}: there is none", run)
    ok(server.command("webhooks", "list", "--state", "odd").returncode == 64, "a state that is none")


def test_gone():
    up = Receiver()
    up.ways["/log"] = Way(410)
    server = Notes(up, environment=PATIENT)
    server.take()
    row, = server.rows("dead")
    same((row["attempts"], row["status"], len(up.sent("/log"))), (1, 410, 1), "410 ends it at once")
    ok(until(lambda: server.events("notifications_disabled"), 5), "and its service hears of nothing more: the log says so")
    up.ways["/log"] = Way(204)
    sent = len(up.sent("/log"))
    server.take()
    ok(until(lambda: server.rows("waiting"), 10), "what is for it waits in the store")
    metrics = server.request("GET", "/metrics", key=None).raw.decode()
    ok(re.search(r'^wright_notifications_disabled\{service="\w+"\} 1$', metrics, re.M), "and the metrics say so",
       re.findall("wright_notif.*", metrics))
    same(len(up.sent("/log")), sent, "nothing is sent")
    server.kill()
    server.start()
    ok(until(lambda: len(up.sent("/log")) > sent and not server.rows("waiting"), 10), "after a restart it is")
    metrics = server.request("GET", "/metrics", key=None).raw.decode()
    ok(not re.search(r"^wright_notifications_disabled\{.*\} 1$", metrics, re.M), "which is told, too")


def test_private_addresses():
    up = Receiver()
    port = up.server.server_address[1]
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "2130706433"):
        server = Notes(up, environment={**DEAD_SOON, "FAR_URL": f"http://{host}:{port}/far",
                                        "http_proxy": up.url})
        server.take("/far")
        row, = server.rows("dead")
        ok("not public" in row["reason"] and row["status"] == 0, f"{host} is refused", row)
        server.close()
    same(up.sent("/far"), [], "nothing arrived")


def test_rotation():
    up = Receiver()
    server = Notes(up, environment={"CRM_SECRET": f"whsec_{OLD} whsec_{NEW}"})
    server.take()
    calls = told(up, 2)
    ok(all(verifies(call, OLD) and verifies(call, NEW) for call in calls), "both secrets verify while they change")
    same({len(call["headers"]["webhook-signature"].split(" ")) for call in calls}, {2}, "two signatures")


def test_slow_receiver():
    up = Receiver()
    up.ways["/crm"] = Way(silent=True)
    server = Notes(up)
    jobs = [server.take() for _ in range(20)]
    ok(told(up, 20, "/log"), "another service hears of all jobs")
    states = [until(lambda: server.request("GET", f"/jobs/{job}", key=None).json["status"] == "completed", 10)
              for job in jobs]
    ok(all(states), "and all jobs end")
    same(len(up.sent("/crm")), 8, "a few at a time wait for the silent one")
    same(server.terminate(10), 0, "it does not keep the process from ending")


def test_killed():
    up = Receiver()
    up.ways["/crm"] = [Way(silent=True), Way(silent=True), Way(204)]
    server = Notes(up)
    job = server.take()
    before = told(up, 2)
    until(lambda: sqlite_status(server.store, job) == "completed", 10)
    server.kill()
    server.start()
    calls = told(up, 4)
    rows = until(lambda: (lambda r: r if len(r) == 3 else None)(server.listed("--state", "delivered")), 20)
    same({call["headers"]["webhook-id"] for call in calls[2:]},
         {call["headers"]["webhook-id"] for call in before}, "what was under way is sent again, under its id")
    same({call["body"] for call in calls[2:]}, {call["body"] for call in before}, "with the same body")
    ok(rows is not None, "and then it is over", server.listed())
    if not HAS_FAILPOINTS:
        return
    for point in ("webhook.send:1", "webhook.send:2", "webhook.note:1", "store.commit.after:3"):
        up.reset()
        server = Notes(up, environment={"WRIGHT_FAILPOINT": point})
        try:
            job = server.take()
        except OSError:
            job = None
        same(server.wait(), -9, f"it dies at {point}")
        del server.environment["WRIGHT_FAILPOINT"]
        server.start()
        ok(server.rows("delivered", 3), f"{point}: each is delivered in the end", server.listed())


def test_environment():
    up = Receiver()
    for value, says in ((None, "is not set"), ("abc", "must begin with whsec_"), ("whsec_AAAA", "24 to 64 bytes"),
                        ("whsec_" + OLD + " nonsense", "must begin with whsec_")):
        server = Notes(up, environment={"CRM_SECRET": value}, start=False)
        run = subprocess.run([server.binary, "check"], env=server.environment, capture_output=True, text=True,
                             timeout=20 * SLOW)
        ok(run.returncode == 78 and says in run.stderr and run.stderr.count("CRM_SECRET") == 1 and
           (value or "x") not in run.stderr.replace("whsec_ ", ""), f"a secret that is {value}: {says}", run.stderr)
    server = Notes(up, environment={"WRIGHT_WEBHOOK_SCHEDULE": "5s,soon"}, start=False)
    server.start(wait=False)
    same(server.wait(), 78, "a schedule that is none")
    ok("--webhook-schedule" in server.log(), "and says so")


main(test_what_is_sent, test_package, test_after_it_is_durable, test_retries, test_failed_jobs, test_dead_and_resent,
     test_gone, test_private_addresses, test_rotation, test_slow_receiver, test_killed, test_environment)
