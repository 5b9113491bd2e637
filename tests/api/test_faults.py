#!/usr/bin/env python3
"""The binary against `wright mock`: each way of misbehaving becomes the class that the language names,
and the result that the specification declares."""
import os, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Server, ok, same, main, SLOW
from mocks import Mock, environment


def serve(mock):
    return Server(environment=environment(mock))


def path_of(reply):
    return ((reply.json or {}).get("versions") or {}).get("fallback_path")


def kind_of(reply):
    body = reply.json or {}
    return reply.status, body.get("status"), body.get("result_type")


FULL, FALLBACK = (200, "completed", "full"), (200, "degraded", "fallback")


def all_is_well():
    mock = Mock()
    server = serve(mock)
    for i in range(10):
        reply = server.post(f"Report {i}. It has three sentences. Each of them may be quoted.")
        if not same(kind_of(reply), FULL, f"document {i}: full, its quotes occur"):
            print("# " + repr(reply))
    body = reply.json
    same(body["model_version"], "large-2026-08-07", "the version is the model's")
    ok(body["usage"]["input_tokens"] > 0 and body["usage"]["output_tokens"] > 0, "usage is counted")
    same(mock.calls("small"), 0, "the small model was not asked")


WAYS = [("silent", "timeout_ttft"), ("slow=3000", "timeout_ttft"), ("stall", "timeout_idle"),
        ("cut", "stream_truncated"), ("malformed", "stream_malformed"), ("wrong", "schema_invalid"),
        ("length", "output_truncated"), ("429", "rate_limited"), ("500", "server_error"),
        ("502", "server_error"), ("503", "overloaded"), ("529", "overloaded"), ("400", "bad_request"),
        ("401", "auth"), ("402", "billing"), ("404", "not_found"), ("409", "server_error")]


def falls_back():
    mock = Mock()
    for way, label in WAYS:
        server = serve(mock)  # a new one: an open breaker would decide for the next
        mock.set(primary=way)
        start = time.monotonic()
        reply = server.post(f"The primary is {way}. The small model is not.")
        took = time.monotonic() - start
        good = kind_of(reply) == FALLBACK and f"draft: {label}" in (path_of(reply) or [])
        ok(good, f"primary {way}: {label}, and the small model answers", reply)
        ok(took < 8 * SLOW, f"primary {way}: within the budget", took)
        server.close()


def refused():
    mock = Mock()
    for way, label in (("refuse", "refusal"), ("filter", "content_filter")):
        server = serve(mock)
        mock.set(primary=way)
        reply = server.post(f"Not to be answered: {way}.")
        ok(reply.status == 422 and reply.json["error_code"] == "refused" and
           reply.json["error"]["class"] in (label, "refusal"),
           f"primary {way}: the declared error, no way round it", reply)
        same(mock.calls("small"), 0, f"primary {way}: the small model was not asked")


def retried():
    mock = Mock()
    for way in ("500*1", "cut*1", "wrong*1", "malformed*1"):
        server = serve(mock)
        mock.set(primary=way)
        before = mock.calls("primary")
        reply = server.post(f"Once {way}, then well.")
        same(kind_of(reply), FULL, f"primary {way}: a retry makes it full")
        same(mock.calls("primary") - before, 2, f"primary {way}: two attempts")
        server.close()
    mock.set(primary="503*1")
    same(kind_of(serve(mock).post("Busy for a second.")), FALLBACK,
         "primary 503 with Retry-After: 1 s is more than the slack holds")
    mock.set(primary="401*1")
    before = mock.calls("primary")
    same(kind_of(serve(mock).post("Denied once.")), FALLBACK, "primary 401: denied is not retried")
    same(mock.calls("primary") - before, 1, "primary 401: one attempt")


def context():
    mock = Mock()
    for way, label in (("silent", "timeout_total"), ("cut", "stream_truncated"), ("500", "server_error"),
                       ("wrong", "schema_invalid"), ("malformed", "schema_invalid")):
        server = serve(mock)
        mock.set(glossary=way)
        reply = server.post(f"The glossary is {way}.")
        same(kind_of(reply), FULL, f"glossary {way}: full without it")
        same((reply.json or {}).get("missing"), [{"stage": "terms", "class": label}],
             f"glossary {way}: {label} is named")
        server.close()


def all_down():
    mock = Mock("--fail", "primary=500,small=503", "--silent", "glossary")
    server = serve(mock)
    start = time.monotonic()
    reply = server.post("Nobody answers.")
    ok(reply.status == 503 and reply.json["error_code"] == "unavailable", "all down: the declared error",
       reply)
    same(reply.headers.get("retry-after"), "30", "with its Retry-After")
    ok(time.monotonic() - start < 8 * SLOW, "within the budget")
    mock.set(primary="ok", small="ok", glossary="ok")
    ok(kind_of(server.post("Nobody answers."))[0] == 200, "and it is released for the next request")


if __name__ == "__main__":
    main(all_is_well, falls_back, refused, retried, context, all_down)
