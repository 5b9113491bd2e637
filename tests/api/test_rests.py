#!/usr/bin/env python3
"""Jobs that are parked leave memory and come back: two thousand of them, small; told, cancelled, watched,
listed, repeated; through kill -9, with all of them due at once; none is lost and none ends twice."""
import json, os, re, socket, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from later import built

ASKS, NAPS = (200, 80) if INSTRUMENTED else (1500, 500)
NAP_S = round(3 * SLOW)
ASYNC = {"Prefer": "respond-async"}
MANY = 4


def source():
    """tests/bench/parked.flow, with keys and a shorter sleep."""
    with open("tests/bench/parked.flow", encoding="utf-8") as file:
        text = file.read()
    path = os.path.join(folder, "parked.flow")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("auth none", "auth bearer keys env BRIEFS_KEYS").replace("sleep 20s", f"sleep {NAP_S}s"))
    return path


class Parked(Server):
    def __init__(self, **more):
        self.binary = built.build(source())
        super().__init__(flags=["--loops", "2", "--max-jobs", "20000"], **more)

    def send(self, route, text="a case", headers=None):
        return self.request("POST", route, json.dumps({"text": text}), {**ASYNC, **(headers or {})})

    def job(self, job, wait=0):
        return self.request("GET", f"/jobs/{job}" + (f"?wait={wait}" if wait else ""), timeout=60).json

    def each(self, items, work):
        """`work(connection, item)` of all, some at a time; what each gave, in order."""
        results = [None] * len(items)

        def some(first):
            connection = self.connection(60)
            for i in range(first, len(items), MANY):
                results[i] = work(connection, items[i])
            connection.close()
        for error in together([lambda n=n: some(n) for n in range(MANY)]):
            if error:
                raise error
        return results

    def send_all(self, route, count):
        def one(connection, i):
            body = json.dumps({"text": f"number {i} " + "and more of it " * 60})
            return ask(connection, "POST", route, body, self.headers(ASYNC, "", body)).json["job_id"]
        return self.each(range(count), one)

    def metric(self, name):
        return float(re.search(rf"^{name} (\S+)$", self.get("/metrics").raw.decode(), re.M)[1])

    def resting(self, count):
        return until(lambda: self.metric("wright_jobs_resting") == count, 20)

    def resident_kb(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as lines:
            return int(re.search(r"VmRSS:\s+(\d+)", lines.read())[1])


def test_many():
    server = Parked()
    first = server.send_all("/ask", 100)
    ok(server.resting(100), "jobs that wait for a person leave memory")
    before = server.resident_kb()
    asks = first + server.send_all("/ask", ASKS - 100)
    began = time.monotonic()
    naps = server.send_all("/nap", NAPS)
    ok(server.resting(ASKS + NAPS), "so do those that sleep")
    each_kb = (server.resident_kb() - before) / (ASKS + NAPS - 100)
    if not INSTRUMENTED:
        ok(each_kb < 2, f"each of {ASKS + NAPS} takes {each_kb:.2f} KB, less than 2")
    same(server.metric("wright_jobs_live"), ASKS + NAPS, "and all are counted as under way")
    server.kill()
    time.sleep(max(0, began + NAP_S - time.monotonic()))  # until all are due: time is what this is about
    server.start()
    ok(server.metric("wright_jobs_resting") >= ASKS, "a restart leaves those that wait where they are")
    for i, (decision, text) in enumerate((("approve", "number 0"), ("edit", "edited"), ("reject", "number 2"))):
        body = {"decision": decision, **({"output": {"text": "edited"}} if decision == "edit" else {})}
        reply = server.request("POST", f"/jobs/{asks[i]}/review", json.dumps(body))
        same(reply.status, 200, f"one is told to {decision} at once, beside hundreds that wake")
        end = server.job(asks[i], 20)
        ok(end["output"]["text"].startswith(text), "and ends as it was told", end)

    def approve(connection, job):
        body = json.dumps({"decision": "approve"})
        return ask(connection, "POST", f"/jobs/{job}/review", body, server.headers(None, "", body)).status
    same(set(server.each(asks[3:], approve)), {200}, "all are told")
    ok(until(lambda: server.metric("wright_jobs_live") == 0, 60), "every job ends, those that overslept too")

    def ends(connection, job):
        body = ask(connection, "GET", f"/jobs/{job}", None, server.headers()).json
        return body["status"], body["final"]
    same(set(server.each([job for i, job in enumerate(asks) if i != 2] + naps, ends)), {("completed", True)},
         "in their declared states")
    kinds = [event["kind"] for event in server.get(f"/jobs/{naps[0]}/events").json["events"]]
    same((kinds.count("parked"), kinds.count("finished")), (1, 1), "parked once, ended once")
    same(server.terminate(), 0, "and the process ends well")


def rows(server, query):
    return [(row["job_id"], row["status"]) for row in server.get("/jobs?" + query).json["jobs"]]


def test_seen():
    server = Parked()
    reply = server.send("/ask", "kept", {"Idempotency-Key": "one"})
    job, nap = reply.json["job_id"], server.send("/nap").json["job_id"]
    ok(server.resting(2), "both rest")
    body = server.job(job)
    same((body["status"], body["waiting_for"]), ("queued", "review"), "one that rests is seen as it is")
    same(rows(server, "status=queued"), [(job, "queued")], "the filter agrees")
    same(rows(server, "status=processing"), [(nap, "processing")], "one that sleeps goes on by itself")
    same(rows(server, "waiting_for=review"), [(job, "queued")], "it is found by what it waits for")
    again = server.send("/ask", "kept", {"Idempotency-Key": "one"})
    same((again.status, again.json["job_id"]), (202, job), "its Idempotency-Key is its own still")
    same(server.send("/ask", "other", {"Idempotency-Key": "one"}).status, 422, "and no other body's")
    same(server.metric("wright_jobs_resting"), 2.0, "none of that brings it back")
    began = time.monotonic()
    body = server.job(nap, wait=30)
    same((body["status"], body["final"]), ("completed", True), "who waits for one that rests hears its end")
    ok(time.monotonic() - began > NAP_S / 4, "when it has slept")
    stream = socket.create_connection(("127.0.0.1", server.port), timeout=20 * SLOW)
    stream.sendall(f"GET /jobs/{job}/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
                   f"Authorization: Bearer {server.key}\r\n\r\n".encode())
    seen = b""
    while b'"parked"' not in seen:
        seen += stream.recv(65536)
    ok(server.resting(1), "it rests while somebody follows it")
    same(server.request("POST", f"/jobs/{job}/review", json.dumps({"decision": "approve"})).status, 200, "it is told")
    while b'"finished"' not in seen and (more := stream.recv(65536)):
        seen += more
    stream.close()
    ok(b'"reviewed"' in seen and b'"finished"' in seen, "and who follows it sees the rest", seen)
    same(rows(server, "status=queued"), [], "it is not queued any more")


def test_cancelled():
    server = Parked()
    jobs = server.send_all("/ask", 3)
    ok(server.resting(3), "three rest")
    body = server.request("POST", f"/jobs/{jobs[0]}/cancel").json
    same((body["status"], body["final"]), ("cancelled", True), "one that rests is cancelled")
    run = subprocess.run([server.binary, "jobs", "cancel", jobs[1], "--store", "sqlite:" + server.store],
                         capture_output=True, text=True, timeout=30 * SLOW)
    same(run.returncode, 0, "also from the terminal")
    run = subprocess.run([server.binary, "jobs", "list", "--store", "sqlite:" + server.store],
                         capture_output=True, text=True, timeout=30 * SLOW)
    ok(all(job in run.stdout for job in jobs) and run.stdout.count("cancelled") == 2 and "queued" in run.stdout,
       "which lists what became of them", run.stdout)
    same(server.request("POST", f"/jobs/{jobs[0]}/cancel").json["status"], "cancelled", "twice is as once")
    same(server.request("POST", f"/jobs/{jobs[2]}/cancel", key=server.other_key).status, 404, "not by another caller")
    ok(server.resting(1), "whose asking leaves it at rest")
    same(server.terminate(), 0, "nobody who ends waits for those that rest")
    server.start()
    same(server.metric("wright_jobs_resting"), 1.0, "it is there at the next start")


main(test_many, test_seen, test_cancelled)
