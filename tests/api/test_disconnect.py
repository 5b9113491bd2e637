#!/usr/bin/env python3
"""A client that leaves while it waits: its job goes on, or is cancelled where the workflow says so; and a
job that an operator runs again."""
import os, socket, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from later.built import Later

SAID = {"text": "as asked"}


def open_request(server, route, text, pipelined=b""):
    """A request on its own connection, sent whole; nothing of the reply is read."""
    body = json.dumps({"text": text}).encode()
    s = socket.create_connection(("127.0.0.1", server.port), 10 * SLOW)
    s.sendall(f"POST {route} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n"
              f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body + pipelined)
    return s


def job_of(server, count=1):
    """The newest job, once its call is under way."""
    until(lambda: len(server.upstream.sent("glossary")) >= count)
    return server.get("/jobs").json["jobs"][0]["job_id"]


def slow_server():
    up = Upstream()
    up.ways["glossary"] = Way(body=SAID, delay=3)
    return Later(up)


def test_cancel():
    server = slow_server()
    s = open_request(server, "/while", "closed")
    job = job_of(server)
    s.close()
    ok(until(lambda: server.job(job)["status"] == "cancelled", 2.5), "a client that closes cancels its job",
       server.job(job))
    s = open_request(server, "/while", "half")
    job = job_of(server, 2)
    s.shutdown(socket.SHUT_WR)
    got = read_all(s, 2.5)
    ok(got.startswith(b"HTTP/1.1 409") and b'"cancelled"' in got,
       "one that closes its sending side as well, and is told", got)
    s.close()
    follow = f"GET /jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n\r\n".encode()
    s = open_request(server, "/while", "pipelined", follow)
    job = job_of(server, 3)
    s.close()
    ok(until(lambda: server.job(job)["status"] == "cancelled", 2.5), "and one that has another request behind it",
       server.job(job))


def test_together():
    server = slow_server()
    first = open_request(server, "/while", "shared")
    job = job_of(server)
    second = open_request(server, "/while", "shared")
    until(lambda: "wright_http_connections 2" in server.get("/metrics", key=None).raw.decode(), 1)
    time.sleep(0.3)  # nothing tells that the second has joined
    first.close()
    got = read_all(second, 6)
    ok(got.startswith(b"HTTP/1.1 200") or b"as asked" in got, "a job that another client has joined goes on", got[:200])
    second.close()
    same(server.job(job)["status"], "completed", "to its end")


def test_continue():
    server = slow_server()
    s = open_request(server, "/hurry", "left")
    job = job_of(server)
    s.close()
    same(server.job(job, wait=20)["status"], "completed", "by default a job goes on when its client leaves")
    reply = server.send("/while", "respond-async", {"Prefer": "respond-async"})
    same(server.job(reply.json["job_id"], wait=20)["status"], "completed",
         "who has its 202 has left no job behind")


def retry(server, job, *flags):
    return subprocess.run([server.binary, "jobs", "retry", job, *flags, "--store", "sqlite:" + server.store],
                          capture_output=True, text=True, env={}, timeout=30 * SLOW)


def test_retry():
    up = Upstream()
    up.ways["glossary"] = Way(status=404)
    server = Later(up)
    failed = server.send("/while", "again").json["job_id"]
    up.ways["glossary"] = Way(body=SAID)
    told = retry(server, failed)
    ok(told.returncode == 0, "`jobs retry` runs a job that failed again", told)
    job = told.stdout.split()[0]
    body = server.job(job, wait=20)
    ok(job != failed and body["status"] == "completed" and body["output"] == SAID, "as a new job, its caller's", body)
    first = server.get(f"/jobs/{job}/events").json["events"][0]
    same(first.get("retried_of"), failed, "that names the old one")
    same(server.job(failed)["status"], "failed", "which stays as it was")
    told = retry(server, job)
    ok(told.returncode == 69 and "failed or was cancelled" in told.stderr, "one that completed is not run again", told)
    told = retry(server, "0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10")
    ok(told.returncode == 69 and "no such job" in told.stderr, "nor one that is not there", told)
    same(server.request("POST", f"/jobs/{failed}/retry").status, 404, "and a caller cannot")


def test_retry_once():
    up = Upstream()
    up.ways["*"] = Way(raw=b"HTTP/1.1 20")
    server = Later(up)
    job = server.send("/once", "charged").json["job_id"]
    told = retry(server, job)
    ok(told.returncode == 69 and "--force" in told.stderr, "a once effect that may have happened forbids it", told)
    same(retry(server, job, "--force").returncode, 0, "unless it is forced")


main(test_retry, test_retry_once, test_cancel, test_together, test_continue)
