#!/usr/bin/env python3
"""The same request again: Idempotency-Key, dedupe, waiting, polling, and who may see what."""
import os, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

LARGE = "large-2026-08-07"


def test_replay():
    up = Upstream()
    server = Server(up)
    first = server.post(headers={"Idempotency-Key": '"key-1"'})
    ok("idempotency-replayed" not in first.headers, "a first request is no replay", first)
    again = server.post(headers={"Idempotency-Key": "key-1"})
    same((again.status, again.json), (first.status, first.json),
         "the same key, bare or quoted, gives the same reply")
    same(again.headers.get("idempotency-replayed"), "true", "marked as replayed")
    same(len(up.sent(LARGE)), 1, "and nothing ran again")
    spaced = json.dumps({"max_points": 5, "document": DOCUMENT, "language": "en"}, indent=3)
    same(server.request("POST", ROUTE, spaced, {"Idempotency-Key": "key-1"}).json, first.json,
         "so does the same body in another spelling")
    misuse = server.post(DOCUMENT + "x", headers={"Idempotency-Key": "key-1"})
    ok(misuse.status == 422 and misuse.json["code"] == "idempotency_key_reused",
       "the same key with another body is 422", misuse)
    other = server.post(DOCUMENT + "x", headers={"Idempotency-Key": "key-1"}, key=server.other_key)
    same(other.status, 200, "another caller's key is another key")
    server.kill()
    server.start()
    again = server.post(headers={"Idempotency-Key": "key-1"})
    same((again.json, again.headers.get("idempotency-replayed")), (first.json, "true"),
         "after a crash, too")
    for key in ('"', '""', "a b", '"a" b', "k" * 256, "é".encode("latin-1")):
        same(server.post(headers={"Idempotency-Key": key}).status, 400, f"key {key[:6]!r} is refused")
    same(server.post(DOCUMENT + "y", headers={"Idempotency-Key": "k" * 255}).status, 200,
         "255 characters are taken")


def test_in_flight():
    up = Upstream()
    up.ways[LARGE] = Way(body=POINTS, delay=1)
    server = Server(up)
    headers = {"Idempotency-Key": "slow"}
    slow, quick = together([lambda: server.post(headers=headers),
                            lambda: time.sleep(0.4) or server.post(headers=headers)])
    same(slow.status, 200, "the first waits for its result")
    ok(quick.status in (200, 202) and quick.json["job_id"] == slow.json["job_id"],
       "the second, while it is in flight, gets the same job", quick)
    same(len(up.sent(LARGE)), 1, "which runs once")


def test_twins():
    up = Upstream()
    up.ways[LARGE] = Way(body=POINTS, delay=0.3)
    server = Server(up)
    replies = together([server.post for _ in range(20)])
    same({reply.json["job_id"] for reply in replies} and
         len({reply.json["job_id"] for reply in replies}), 1, "twenty twins are one job (dedupe)")
    same({reply.status for reply in replies}, {200}, "all get its result")
    same(len(up.sent(LARGE)), 1, "which ran once")
    same(server.post().json["job_id"], replies[0].json["job_id"], "a later twin joins, too")
    ok(server.post(key=server.other_key).json["job_id"] != replies[0].json["job_id"],
       "another caller's does not")
    ok(server.post(max_points=6).json["job_id"] != replies[0].json["job_id"],
       "nor another input")


def test_release():
    up = Upstream()
    up.ways["*"] = Way(status=500)
    server = Server(up)
    headers = {"Idempotency-Key": "again"}
    first = server.post(headers=headers)
    same(first.status, 503, "a failure that may be retried")
    up.reset()
    second = server.post(headers=headers)
    ok(second.status == 200 and second.json["job_id"] != first.json["job_id"] and
       "idempotency-replayed" not in second.headers, "frees its key and dedupe", second)
    up.ways["*"] = Way(body="x", refusal="No.", pieces=1)
    first = server.post(DOCUMENT + "z", headers={"Idempotency-Key": "no"})
    up.reset()
    second = server.post(DOCUMENT + "z", headers={"Idempotency-Key": "no"})
    same((first.status, second.status, second.headers.get("idempotency-replayed")),
         (422, 422, "true"), "a final failure keeps it")


def test_jobs():
    up = Upstream()
    up.ways[LARGE] = Way(body=POINTS, delay=1)
    server = Server(up)
    began = time.monotonic()
    reply = server.post(headers={"Prefer": "respond-async"})
    ok(reply.status == 202 and time.monotonic() - began < 0.9 * SLOW and
       reply.json["status"] in ("queued", "processing") and reply.json["final"] is False,
       "Prefer: respond-async gives 202 at once", reply)
    ok(int(reply.headers.get("retry-after", 0)) >= 1, "with Retry-After", reply)
    path = reply.headers["location"]
    running = server.get(path)
    same((running.status, running.json["output"]), (200, None), "the job can be looked at")
    ended = server.get(path + "?wait=5")
    same((ended.json["status"], ended.json["output"]), ("completed", POINTS),
         "GET with wait=N waits for its end")
    tag = ended.headers["etag"]
    again = server.get(path, {"If-None-Match": tag})
    same((again.status, again.raw), (304, b""), "an unchanged job is 304")
    same(server.get(path, {"If-None-Match": '"other", ' + tag}).status, 304, "in a list, too")
    same(server.get(path, {"If-None-Match": '"other"'}).status, 200, "another tag is 200")
    head = server.request("HEAD", path)
    same((head.status, head.raw, head.headers["etag"]), (200, b"", tag), "HEAD of a job")
    same(server.get(path, key=server.other_key).status, 404, "another caller's job is 404")
    same(server.get(path, key=None).status, 401, "nobody's is 401")
    same(server.get(path + "?wait=soon").status, 400, "a wait that is no number is 400")
    same(server.get("/jobs/" + path[6:].upper()).status, 200, "an id in upper case is the same")


def test_scopes():
    key, line = new_key("eve", "other_workflow")
    good, good_line = new_key("fay", "extract_key_points")
    up = Upstream()
    server = Server(up, environment={"BRIEFS_KEYS": line + "\n" + good_line})
    same(server.post(key=key).status, 403, "a key without the scope is 403")
    same(server.post(key=good).status, 200, "a key with it is taken")


if __name__ == "__main__":
    main(test_replay, test_in_flight, test_twins, test_release, test_jobs, test_scopes)
