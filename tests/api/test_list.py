#!/usr/bin/env python3
"""GET /jobs: the caller's jobs, newest first, in pages by key."""
import os, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

LARGE = "large-2026-08-07"


def ids(reply):
    return [job["job_id"] for job in reply.json["jobs"]]


def test_pages():
    up = Upstream()
    server = Server(up)
    same(server.get("/jobs").json, {"jobs": [], "next": None}, "no jobs: an empty page")
    made = [server.post(f"Sales rose by four per cent. {i}").json for i in range(7)]
    other = server.post(key=server.other_key).json["job_id"]
    newest = [job["job_id"] for job in reversed(made)]
    reply = server.get("/jobs")
    ok(reply.status == 200 and ids(reply) == newest and reply.json["next"] is None,
       "all of the caller's, newest first", reply)
    row, job = reply.json["jobs"][0], made[-1]
    same(row, {"job_id": job["job_id"], "status": "completed", "workflow": "extract_key_points",
               "result_type": "full", "error_code": None, "created_at": job["timing"]["created_at"],
               "finished_at": job["timing"]["finished_at"]}, "a row says what the job says")
    same(ids(server.get("/jobs", key=server.other_key)), [other], "another caller sees its own")
    seen, path = [], "/jobs?limit=3"
    while path:
        page = server.get(path)
        seen.append(ids(page))
        if len(seen) == 1:
            server.post("Sales rose by four per cent, meanwhile.")
        path = page.json["next"] and f"/jobs?limit=3&before={page.json['next']}"
    same(seen, [newest[:3], newest[3:6], newest[6:]], "pages miss and repeat nothing, jobs may come")
    same(ids(server.get(f"/jobs?before={made[2]['job_id']}")), newest[5:], "before is a job's id")
    later = "ffffffff-ffff-7fff-bfff-ffffffffffff"
    same(len(ids(server.get(f"/jobs?before={later}"))), 8, "or where one would be: after all")
    earlier = "00000000-0000-7000-8000-000000000000"
    same(ids(server.get(f"/jobs?before={earlier}")), [], "before all")
    server.kill()
    server.start()
    same(ids(server.get("/jobs"))[1:], newest, "it is the same after a restart")


def test_filters():
    up = Upstream()
    up.ways[LARGE] = Way(status=400)
    up.ways["*"] = Way(status=400)
    server = Server(up)
    failed = server.post("One.").json["job_id"]
    up.reset()
    done = server.post().json["job_id"]
    up.ways[LARGE] = Way(silent=True)
    live = server.post("Three.", {"Prefer": "respond-async"}).json["job_id"]
    for status, want in (("failed", [failed]), ("completed", [done]), ("processing", [live]),
                         ("cancelled", [])):
        same(ids(server.get("/jobs?status=" + status)), want, f"status={status}")
    same(server.get("/jobs?status=failed").json["jobs"][0]["error_code"], "unavailable",
         "a failed job says its error")
    same(ids(server.get("/jobs?workflow=extract_key_points&limit=1")), [live], "workflow and limit")
    same(ids(server.get("/jobs?workflow=other")), [], "another workflow has none")
    for query in ("status=done", "status=", "limit=0", "limit=101", "limit=x", "before=17", "limit=",
                  "limit=1&limit=2", "limit=99999999999", "workflow=", "waiting_for=", "waiting_for=love",
                  "waiting_for=signal%20"):
        reply = server.get("/jobs?" + query)
        ok(reply.status == 400 and reply.json["code"] == "bad_query", f"{query} is 400", reply)
    same(server.get("/jobs", key=None).status, 401, "without a key it is 401")
    reply = server.request("POST", "/jobs")
    same((reply.status, reply.headers.get("allow")), (405, "GET, HEAD"), "POST is 405")


def test_document():
    paths = Server(Upstream()).get("/openapi.json").json["paths"]
    got = {path: sorted(paths[path]) for path in paths if path.startswith("/jobs")}
    same(got, {"/jobs": ["get"], "/jobs/{id}": ["get"], "/jobs/{id}/cancel": ["post"],
               "/jobs/{id}/events": ["get"]}, "the OpenAPI document has these paths")
    same({row["name"] for row in paths["/jobs"]["get"]["parameters"]},
         {"status", "workflow", "waiting_for", "before", "limit"}, "and their parameters")


main(test_pages, test_filters, test_document)
