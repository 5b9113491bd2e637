#!/usr/bin/env python3
"""Members of `all`, items of `each` and the child of `run`, over real sockets: at once and bounded, one
transition of what they come to, cut as soon as they are of no use, and never asked again after a crash."""
import os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from trees import *


def path_of(reply):
    return reply.json["versions"]["fallback_path"]


def test_all():
    up = Sources()
    server = Tree(up)
    reply = server.research()
    same((reply.status, reply.json["output"]), (200, {"text": "Ink: They make ink.", "news": True}),
         "every member's value is read")
    same((path_of(reply), reply.json["missing"]), (["gather: ok", "brief: ok"], []), "one step of the path")
    barrier = threading.Barrier(3)

    def together_(body):
        def way(_):
            barrier.wait(10)
            return Way(body=body)
        return way
    for name, body in ((ACCOUNT, {"name": "A"}), (COMPANY, {"about": "B"}), (NEWS, {"headline": "C"})):
        up.ways[name] = together_(body)
    reply = server.research()
    same(reply.json["status"], "completed", "the three are asked at the same time")
    journal = server.get(f"/jobs/{reply.json['job_id']}/events").json
    rows = journal if isinstance(journal, list) else journal["events"]
    ended = sorted(row["path"] for row in rows if row["kind"] == "ended" and row.get("path"))
    same(ended, ["gather/account", "gather/company", "gather/news"], "the journal names each by its path")
    done = [(row["done"], row["total"]) for row in rows if row["kind"] == "transition" and row.get("path")]
    same(done, [(1, 3), (2, 3), (3, 3)], "and counts them")


def test_one_down():
    up = Sources()
    server = Tree(up)
    up.ways[NEWS] = Way(503)
    reply = server.research()
    same((reply.json["status"], reply.json["output"]["news"]), ("completed", False), "an optional member is down")
    same(reply.json["missing"], [{"stage": "gather/news", "class": "overloaded"}], "it is missing")
    up.reset()
    up.ways[COMPANY] = Way(404)
    reply = server.research()
    same((reply.json["result_type"], reply.json["output"]), ("fallback", {"text": "Ink", "news": True}),
         "a required one: its own transition, and the others are waited for where they are read")
    same((path_of(reply)[0], reply.json["missing"]),
         ("gather: company.not_found", [{"stage": "gather/company", "class": "not_found"}]), "it is said")
    up.reset()
    up.ways[COMPANY] = Way(500)
    up.ways[ACCOUNT] = Way(404, delay=0.2)
    reply = server.research()
    same((reply.status, reply.json["error_code"], path_of(reply)),
         (404, "unknown_account", ["gather: account.not_found"]), "several failed: the first written decides")
    up.reset()
    up.ways[ACCOUNT] = [Way(503), Way(body={"name": "Ink"})]
    reply = server.research()
    same((reply.json["status"], len(up.sent(ACCOUNT))), ("completed", 2), "a member has its own retries")
    up.reset()
    up.ways[NEWS] = Way(body={"headline": "Ink"})
    same(server.research().json["error_code"], "plain", "a check of all sees every member")


def test_cut():
    up = Sources()
    server = Tree(up)
    up.ways.update({ACCOUNT: Way(404, delay=0.1), COMPANY: Hang(), NEWS: Hang()})
    reply = server.research()
    same(reply.json["error_code"], "unknown_account", "a failure that decides does not wait for the others")
    ok(until(lambda: sorted(up.left) == [COMPANY, NEWS]), "and they are left at once", up.left)
    same(reply.json["missing"], [{"stage": "gather/account", "class": "not_found"}], "which is no failure of theirs")
    up.reset()
    up.ways.update({ACCOUNT: Hang(), COMPANY: Hang(), NEWS: Hang()})
    reply = server.research(headers={"Prefer": "respond-async"})
    same(reply.status, 202, "three hang")
    ok(until(lambda: len(up.calls) == 3), "three are asked")
    job = server.get(f"/jobs/{reply.json['job_id']}").json
    same(job["stage"], {"name": "gather", "progress": {"done": 0, "total": 3}}, "progress in the envelope")
    cancelled = server.request("POST", f"/jobs/{reply.json['job_id']}/cancel")
    same(cancelled.json["status"], "cancelled", "cancelled")
    ok(until(lambda: len(up.left) == 3, 3), "all three are left at once", up.left)
    up.reset()
    up.ways.update({PAID: Hang(), NOTE: Way(400, delay=0.1)})
    reply = server.call("/files", {"account": "a", "domain": "d"})
    same(reply.json["error_code"], "crm_down", "note failed while the payment was under way")
    rows = [row for row in reply.json["missing"]]
    ok({"stage": "send/paid", "class": "uncertain"} in rows, "which is uncertain then, not cancelled", rows)


def test_each():
    up = Sources()
    server = Tree(up)
    reply = server.board(["one", "two", "three", "four", "five"])
    same(reply.json["output"], {"count": 5, "failed": 0, "whole": True}, "every item, in its order")
    ok("/draw/one?seconds=5&of=t" in [call["path"] for call in up.sent(DRAW)], "item and input in one path")
    three = threading.Barrier(3)
    most, now, lock = [0], [0], threading.Lock()

    def counted(path):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        if path.split("/")[2].startswith("first"):
            three.wait(10)
        time.sleep(0.02)
        with lock:
            now[0] -= 1
        return Way(body={"url": path})
    up.ways[DRAW] = counted
    reply = server.board(["first1", "first2", "first3", "d", "e", "f", "g"])
    same((reply.json["status"], most[0]), ("completed", 3), "three at a time, and never more")
    up.ways[DRAW] = lambda path: Way(500) if "bad" in path else Way(body={"url": path})
    reply = server.board(["a", "bad", "c"])
    same((reply.json["status"], reply.json["output"]), ("completed", {"count": 2, "failed": 1, "whole": True}),
         "one may fail")
    same(reply.json["missing"], [{"stage": "draw/1", "class": "server_error"}], "and is named by its number")
    same(len([call for call in up.sent(DRAW) if "bad" in call["path"]]), 2, "after its retry")
    reply = server.board(["bad1", "bad2", "c"])
    same((reply.status, reply.json["error_code"], path_of(reply)), (502, "too_few", ["draw: items_failed"]),
         "two may not")
    up.ways[DRAW] = lambda path: Way(body={"url": "elsewhere"})
    same(server.board(["x", "y"]).json["error_code"], "too_few", "an item's check counts as its failure")
    same(server.board([]).json["output"], {"count": 0, "failed": 0, "whole": True}, "no items are fine")
    reply = server.call("/captions", {"title": "T", "scenes": [{"name": "sea"}, {"name": "sky", "seconds": 9}]})
    same(reply.json["output"], {"count": 2, "failed": 0, "whole": True}, "a model is asked for each")
    prompts = sorted(call["body"]["messages"][-1]["content"] for call in up.sent("small"))
    ok("Scene: sea, 5 seconds" in prompts[0] and "Scene: sky, 9 seconds" in prompts[1],
       "the prompt reads the item", prompts)


def test_run():
    up = Sources()
    server = Tree(up)
    reply = server.call("/plans", {"account": "a", "domain": "d.example"})
    same((reply.json["status"], reply.json["output"]),
         ("completed", {"text": "d.example: Ink: They make ink.", "lost": False}), "a child's result is the stage's")
    same(path_of(reply), ["look: ok", "whole: ok"], "the path is the parent's")
    up.ways[ACCOUNT] = Way(404)
    reply = server.call("/plans", {"account": "a", "domain": "d"})
    same((reply.status, reply.json["error_code"], path_of(reply)), (404, "unknown_account",
         ["look: unknown_account"]), "a child's declared error is a label")
    up.ways[ACCOUNT] = Way(500)
    reply = server.call("/plans", {"account": "a", "domain": "d"})
    same((reply.json["output"], path_of(reply)), ({"text": "nothing", "lost": True},
         ["look: crm_down", "none: ok"]), "or falls under `error`")
    up.reset()
    reply = server.call("/files", {"account": "a", "domain": "d"})
    same((reply.json["status"], reply.json["output"]), ("completed", {"id": "n-1", "paid": True}),
         "a child as a member, beside a keyed and a once effect")


def test_crash():
    up = Sources()
    server = Tree(up)
    up.ways.update({NEWS: Hang()})
    reply = server.research(headers={"Prefer": "respond-async"})
    view = f"/jobs/{reply.json['job_id']}"
    ok(until(lambda: up.sent(NEWS)), "the third is under way")
    ok(until(lambda: (server.get(view).json["stage"] or {}).get("progress") == {"done": 2, "total": 3}),
       "two of three members have ended")
    ok(until(lambda: len([row for row in stored(server, reply.json["job_id"])
                          if row["kind"] == "transition"]) == 2), "and the journal has them on disk")
    server.kill()
    up.ways[NEWS] = Way(body={"headline": "C"})
    server.start()
    done = server.get(view + "?wait=10").json
    same((done["status"], done["output"]), ("completed", {"text": "Ink: They make ink.", "news": True}),
         "killed in the middle: it goes on")
    same((len(up.sent(ACCOUNT)), len(up.sent(COMPANY)), len(up.sent(NEWS))), (1, 1, 2),
         "members that had ended are not asked again")
    up.reset()
    gate = threading.Event()
    draw = up.ways[DRAW]
    up.ways[DRAW] = lambda path: draw(path) if not path.split("/")[2].startswith("late") or gate.wait(30) else None
    reply = server.board(["a", "b", "late1", "late2", "late3", "z"], headers={"Prefer": "respond-async"})
    view = f"/jobs/{reply.json['job_id']}"
    ok(until(lambda: len([row for row in stored(server, reply.json["job_id"])
                          if row["kind"] == "transition"]) == 2), "two of six items are over")
    server.kill()
    gate.set()
    server.start()
    done = server.get(view + "?wait=10").json
    same((done["status"], done["output"]), ("completed", {"count": 6, "failed": 0, "whole": True}),
         "all six are there after a crash")
    counts = [len([call for call in up.sent(DRAW) if f"/{name}?" in call["path"]]) for name in "ab"]
    same(counts, [1, 1], "the first two were drawn once")
    up.reset()
    up.ways.update({NEWS: Hang()})
    reply = server.call("/plans", {"account": "a", "domain": "d"}, headers={"Prefer": "respond-async"})
    view = f"/jobs/{reply.json['job_id']}"
    ok(until(lambda: len([row for row in stored(server, reply.json["job_id"])
                          if row["kind"] == "transition"]) == 2), "a child is half done")
    server.kill()
    up.ways[NEWS] = Way(body={"headline": "C"})
    server.start()
    done = server.get(view + "?wait=10").json
    same((done["status"], done["output"]["lost"]), ("completed", False), "and goes on after a crash, too")
    same((len(up.sent(ACCOUNT)), len(up.sent(COMPANY))), (1, 1), "what it had is not asked for again")


def stored(server, job):
    """The journal as the store has it."""
    reply = server.get(f"/jobs/{job}/events")
    return reply.json if isinstance(reply.json, list) else (reply.json or {}).get("events", [])


main(test_all, test_one_down, test_cut, test_each, test_run, test_crash)
