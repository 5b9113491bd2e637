#!/usr/bin/env python3
"""Every type through a real binary: tests/lang/ok/unions.flow reads them from a request, puts them into a path, a body,
a text, a key and a result, and takes a result out of its store again."""
import os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from orders import *

ID = "0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10"
INPUT = {"shape": {"radius": 3, "kind": "circle"}, "name": None, "count": 4, "items": [1, None],
         "rows": [None, {"size": 2, "text": None}], "sizes": [5], "table": {"a": 6}, "day": "2026-08-07",
         "at": "2026-08-07T12:00:00Z", "id": ID, "cost": 7, "extra": {"x": [1, "two words"]}}
CIRCLE = {"kind": "circle", "radius": 3}
ROWS = [None, {"text": None, "size": 2}]


class Shapes(Services):
    def reset(self):
        super().reset()
        self.ways["post /shapes"] = lambda text: Way(201, {"ok": True})


class Drawing(Server):
    def __init__(self, upstream):
        self.binary = built("unions")
        super().__init__(upstream, environment={"STORE_URL": upstream.url})

    def draw(self, **changes):
        body = json.dumps({**INPUT, **changes})
        return self.request("POST", "/draw", body, {"Content-Type": "application/json"}, key=None)


def test_there_and_back():
    up = Shapes()
    server = Drawing(up)
    reply = server.draw()
    ok(reply.status == 200 and reply.json["status"] == "completed", "a job with every type", reply)
    call, = up.sent("post /shapes")
    same(call["path"], "/shapes/circle/2026-08-07", "a tag and a date in a path")
    same(json.loads(call["text"]),
         {"shape": CIRCLE, "items": [1, None], "rows": ROWS, "extra": {"x": [1, "two words"]}, "cost": 7,
          "kind": "circle", "table": {"a": 6}}, "all of them in a body; what is null or unset is left out")
    text = ('{"kind":"circle","radius":3} [1,null] [null,{"text":null,"size":2}] {"x":[1,"two words"]} 7 {"a":6}')
    same(reply.json["output"],
         {"shape": CIRCLE, "made": {"kind": "square", "side": 4, "mark": "m"},
          "shapes": [CIRCLE, None, {"kind": "group", "parts": [], "best": None}], "name": "none ",
          "or_null": None, "none": None, "one": 4, "items": [1, None], "rows": ROWS, "wide": [5],
          "table": {"a": 6}, "maybe_table": {"a": 6}, "is_circle": True, "radius": 3, "day": "2026-08-07",
          "same_day": True, "cost": 7, "extra": {"x": [1, "two words"]}, "more": None, "text": text},
         "and in the result")
    again = server.request("GET", "/jobs/" + reply.json["job_id"], key=None)
    same(again.json["output"], reply.json["output"], "the store keeps it as it was")
    server.kill()
    server.start()
    again = server.request("GET", "/jobs/" + reply.json["job_id"], key=None)
    same(again.json["output"], reply.json["output"], "also through a restart")


def test_others():
    server = Drawing(Shapes())
    group = {"parts": [{"kind": "square", "side": 1, "x": 2}], "kind": "group", "best": None}
    reply = server.draw(shape=group)
    same([(e["pointer"], e["rule"]) for e in reply.json["errors"]], [("/shape/parts/0/x", "additionalProperties")],
         "a fault in a union has its pointer")
    del group["parts"][0]["x"]
    reply = server.draw(shape=group, other=CIRCLE, name="Ann", nick=None, more={"text": "a", "size": 1})
    output = reply.json["output"]
    same((output["shape"], output["is_circle"], output["radius"], output["name"], output["or_null"], output["more"]),
         ({"kind": "group", "parts": [{"kind": "square", "side": 1}], "best": None}, False, 3, "Ann ", "Ann",
          {"text": "a", "size": 1}), "another variant")
    deep = {"kind": "group", "parts": [], "best": None}
    for _ in range(3):
        deep = {"kind": "group", "parts": [deep], "best": None}
    reply = server.draw(shape=deep)
    same((reply.status, reply.json["errors"][0]["pointer"], reply.json["errors"][0]["rule"]),
         (422, "/shape/parts/0/parts/0/parts/0", "maxDepth"), "deeper than its depth is refused")
    faults = {"shape": {"kind": "oval"}, "day": "2026-02-30", "at": "noon", "id": "x", "cost": 501, "name": 1,
              "extra": "x" * 99, "items": [10], "rows": [{}], "more": 5}
    reply = server.draw(**faults)
    same([e["pointer"] for e in reply.json["errors"]],
         ["/shape/kind", "/name", "/items/0", "/rows/0/text", "/rows/0/size", "/day", "/at", "/id", "/cost",
          "/extra", "/more"], "every fault at once, each with its pointer")


def test_dedupe():
    up = Shapes()
    server = Drawing(up)
    first = server.draw()
    other = server.draw(shape={"kind": "circle", "radius": 3}, count=5)
    same(other.json["job_id"], first.json["job_id"], "where the tag stands does not count in a key")
    third = server.draw(shape={"kind": "square", "side": 3})
    ok(third.json["job_id"] != first.json["job_id"], "what it says does")


main(test_there_and_back, test_others, test_dedupe)
