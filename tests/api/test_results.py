#!/usr/bin/env python3
"""What a client gets: full results, fallbacks within the budget, declared failures; as the issue says."""
import os, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

ENVELOPE = ["job_id", "status", "result_type", "final", "output", "missing", "age", "waiting_for",
            "error_code", "error", "retry_after", "retry_safe", "stage", "model_version", "versions",
            "usage", "timing"]
DOWN = Way(status=500)


def test_full():
    up = Upstream()
    server = Server(up)
    reply = server.post()
    same(reply.status, 200, "a good request is answered 200")
    body = reply.json
    same(list(body), ENVELOPE, "with the whole envelope, in its order")
    same((body["status"], body["result_type"], body["final"]), ("completed", "full", True),
         "completed, full, final")
    same(body["output"], POINTS, "with the model's output")
    same(body["model_version"], "large-2026-08-07-as-served", "and the version that the provider reported")
    same(body["versions"]["fallback_path"], ["draft: ok"], "and the path")
    same((body["usage"]["input_tokens"], body["usage"]["output_tokens"]), (100, 20), "and the usage")
    same(body["usage"]["cost_usd"], "0.000065", "and the cost at the declared prices")
    same(reply.headers["location"], "/jobs/" + body["job_id"], "Location names the job")
    call = up.sent("large-2026-08-07")[0]
    same(call["headers"].get("Authorization"), "Bearer secret-key", "the model gets its key")
    ok(call["body"]["stream"] is True and call["body"]["response_format"]["type"] == "json_schema",
       "and is asked to stream structured output", call["body"])
    ok(DOCUMENT in json.dumps(call["body"]["messages"]), "and the document is in the prompt")
    same(up.sent("glossary")[0]["path"], "/terms?lang=en", "the service gets the default language")
    got = server.get("/jobs/" + body["job_id"])
    same(got.json, body, "GET of the job gives the same envelope")
    stages = [(row["stage"], row["outcome"]) for row in server.events("stage", 2)]
    same(stages, [("terms", "ok"), ("draft", "ok")], "and a line a stage")
    ok(len(server.events("attempt", 2)) == 2 and len(server.events("request", 2)) == 2,
       "and a line an attempt and a request", server.log())
    log = server.log()
    ok(DOCUMENT[:30] not in log and "secret-key" not in log and server.key not in log
       and "Sales grew" not in log, "the log has no bodies and no secrets")


def degraded(up, server, way, path, name, seconds=8):
    up.reset()
    up.ways["large-2026-08-07"] = way
    began = time.monotonic()
    reply = server.post(DOCUMENT + " " + name)
    took = time.monotonic() - began
    body = reply.json or {}
    good = (reply.status == 200 and body.get("status") == "degraded" and
            body.get("result_type") == "fallback" and body.get("output") == POINTS)
    ok(good, f"{name}: degraded, fallback", reply)
    same((body.get("versions") or {}).get("fallback_path"), path, f"{name}: the path is named")
    ok(took < seconds * SLOW, f"{name}: within {seconds} s", f"{took:.2f} s")


def test_fallbacks():
    up = Upstream()
    server = Server(up)
    ways = [
        ("a silent primary", Way(silent=True), "timeout_ttft", 8),
        ("a primary that stops within its stream", Way(body=POINTS, then="cut"), "stream_truncated", 8),
        ("a primary that goes idle", Way(body=POINTS, then="silent"), "timeout_idle", 8),
        ("a primary that answers 500", DOWN, "server_error", 8),
        ("a primary that answers 429", Way(status=429), "rate_limited", 8),
        ("a primary that knows no JSON", Way(body="Sorry, I cannot."), None, 8),
        ("a primary that breaks the schema", Way(body={"points": [{"text": "x"}]}), "schema_invalid", 8),
        ("a primary that invents quotes", Way(body={"points": [{"text": "x", "quote": "Never said.",
                                                                "confidence": 1}]}), "ungrounded", 8),
        ("a primary that does not know our key", Way(status=401), "auth", 8),
        ("a primary that is cut short", Way(body=POINTS, finish="length"), "output_truncated", 8),
    ]
    for name, way, label, seconds in ways:
        server.kill()
        server.start()  # a breaker that is open would decide for the next one
        label = label or "schema_invalid"
        degraded(up, server, way, [f"draft: {label}", "brief: ok"], name, seconds)


def test_optional_context():
    up = Upstream()
    up.ways["glossary"] = Way(silent=True)
    server = Server(up)
    body = server.post().json
    same((body["status"], body["result_type"]), ("completed", "full"),
         "without the optional service the result is full")
    same(body["missing"], [{"stage": "terms", "class": "timeout_total"}], "and says what is missing")


def test_refused():
    up = Upstream()
    up.ways["*"] = Way(body="", refusal="I will not.", pieces=1)
    up.ways["large-2026-08-07"] = Way(body="x", refusal="I will not.", pieces=1)
    server = Server(up)
    reply = server.post()
    same((reply.status, reply.json["status"], reply.json["error_code"]), (422, "failed", "refused"),
         "a refusal is the declared error with its status")
    same(len(up.sent("small-2026-08-07")), 0, "and no other model is asked")
    same(reply.json["error"]["retryable"], False, "it is not retryable")


def test_last_known_good():
    up = Upstream()
    server = Server(up, flags=["--log", "debug"])
    same(server.post().status, 200, "a first result is remembered")
    up.ways = {"*": DOWN, "glossary": DOWN}
    reply = server.post("Another document, never seen.")
    same((reply.status, reply.json["error_code"]), (503, "unavailable"),
         "all down and nothing remembered: the declared error and its status")
    same(reply.headers.get("retry-after"), "30", "and its Retry-After")
    same((reply.json["status"], reply.json["output"], reply.json["final"]), ("failed", None, True),
         "failed, without output")
    same(reply.json["versions"]["fallback_path"],
         ["draft: server_error", "brief: server_error", "last_good: missing"],
         "and the whole path")
    same((reply.json["error"]["retryable"], reply.json["retry_safe"]), (True, True),
         "it says that a retry is safe")


def test_remembered():
    up = Upstream()
    store = Server(up)
    same(store.post(headers={"Idempotency-Key": "a"}).json["status"], "completed", "a result")
    store.kill()
    import sqlite3
    with sqlite3.connect(store.store) as db:  # the ten minutes of dedupe are over
        db.execute("UPDATE dedupe SET until_ms = 0")
    store.start()
    up.ways = {"*": DOWN, "glossary": DOWN}
    body = store.post().json
    same((body["status"], body["result_type"]), ("degraded", "fallback"),
         "all down, but remembered: degraded, fallback")
    same(body["output"], POINTS, "with the output as it was")
    ok(isinstance(body["age"], int) and 0 <= body["age"] < 60, "and its age", body["age"])
    other = store.post(key=store.other_key)
    same(other.status, 503, "another caller's memory is not served")


if __name__ == "__main__":
    main(test_full, test_fallbacks, test_optional_context, test_refused, test_last_known_good,
         test_remembered)
