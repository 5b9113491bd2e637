#!/usr/bin/env python3
"""The certificate's bounds in bytes against what a real binary journals of the largest documents that its schemas take,
with every failure on the way: nothing is larger than proved, and the values come up to it."""
import os, sqlite3, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
import mocks

LARGE, SMALL, WIDE = "large-2026-08-07", "small-2026-08-07", "\x01"  # one byte, and six of JSON


def bounds():
    run = mocks.run("prove", os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                                          "spec", "briefs.flow"), "--format", "json")
    return json.loads(run.stdout)["workflows"]["extract_key_points"]["bounds"]


def journal_of(server):
    """Bytes of all entries of the store's one job, values included; those of the largest without its value; how many."""
    with sqlite3.connect(f"file:{server.store}?mode=ro", uri=True) as db:
        rows = db.execute("SELECT e.kind, length(CAST(e.path AS BLOB)), e.body, b.data "
                          "FROM entry e LEFT JOIN blob b ON b.hash = e.blob").fetchall()
        jobs, = db.execute("SELECT count(*) FROM job").fetchone()
    assert jobs == 1, jobs
    sizes = [path + len(body or b"") + len(data or b"") for _, path, body, data in rows]
    bare = []
    for _, path, body, data in rows:
        said = json.loads(body or data)
        value = said.pop("value", None)
        bare.append(path + len(json.dumps(said)))
    return sum(sizes), max(bare), len(rows)


def canonical(document):
    return len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def test_bounds():
    proved = bounds()
    point = {"text": WIDE * 400, "quote": WIDE * 400, "confidence": 0.12345678901234567}
    points = {"points": [point] * 20, "summary": WIDE * 2000}
    terms = {"terms": {f"{i:03}" + WIDE * 57: WIDE * 200 for i in range(200)}}
    up = Upstream()
    up.ways["glossary"] = [Way(500, terms), Way(body=terms)]
    up.ways[LARGE] = [Way(body={"points": [{"text": 7}] * 90, WIDE * 300: 1}),
                      Way(body={**points, "points": [{**point, "quote": "nobody said so"}] * 20})]
    up.ways[SMALL] = Way(body=points)
    server = Server(up, flags=("--max-body", "4M"))
    reply = server.post(WIDE * 60000, audience="executive", language="de", max_points=20)
    ok(reply.status == 200 and reply.json["versions"]["fallback_path"][-1] == "brief: ok", "every failure, then the largest answer",
       reply.raw[:600])
    output = canonical(reply.json["output"])
    asked = canonical({"document": WIDE * 60000, "language": "de", "audience": "executive", "max_points": 20})
    server.terminate()
    total, largest, count = journal_of(server)
    for name, real, most in (("the request", asked, proved["request_bytes"]), ("the result", output, proved["output_bytes"]),
                             ("the glossary", canonical(terms), proved["stage_value_bytes"]["terms"])):
        ok(0.9 * most < real <= most, f"{name}: {real} of {most} bytes", (real, most))
    ok(total <= proved["journal_bytes"], f"the journal: {total} of {proved['journal_bytes']} bytes, {count} entries", largest)
    values = asked + canonical(terms) + output
    ok(values < total, "with its values in it", (values, total))
    ok(largest <= proved["journal_entry_bytes"], f"an entry beside its value: {largest} of {proved['journal_entry_bytes']} bytes")


main(test_bounds)
