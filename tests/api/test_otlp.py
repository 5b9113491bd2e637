#!/usr/bin/env python3
"""Traces by OTLP over HTTP in JSON: a collector that checks every span's shape gets them all, in one tree with the
client's trace; nothing of what was asked or answered is in them; a collector that fails, hangs or is not there
costs the jobs nothing, and what it did not take is counted."""
import json, os, re, sys, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from collector import Collector
from harness import *

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CANARY = "canary-4711-in-the-document"


# ---- shape: opentelemetry-proto, trace.proto, as JSON ----------------------------------------------

SPAN = {"traceId", "spanId", "parentSpanId", "traceState", "name", "kind", "startTimeUnixNano", "endTimeUnixNano",
        "attributes", "status"}
VALUES = {"stringValue": lambda v: isinstance(v, str) and v, "intValue": lambda v: re.fullmatch(r"-?\d+", v),
          "doubleValue": lambda v: isinstance(v, (int, float)), "boolValue": lambda v: v is True}


def faults_of_attributes(rows, where):
    names = [row.get("key") for row in rows]
    found = [f"{where}: {row}" for row in rows if set(row) != {"key", "value"} or len(row["value"]) != 1
             or not all(VALUES[kind](value) for kind, value in row["value"].items())]
    return found + ([f"{where}: a name twice"] if len(set(names)) != len(names) else [])


def faults_of_span(span):
    found = [f"unknown field {name}" for name in set(span) - SPAN]
    found += [name for name, shape in (("traceId", "[0-9a-f]{32}"), ("spanId", "[0-9a-f]{16}"))
              if not re.fullmatch(shape, span.get(name, "")) or set(span[name]) == {"0"}]
    if not re.fullmatch("[0-9a-f]{16}", span.get("parentSpanId", "0" * 16)):
        found.append("parentSpanId")
    start, end = span.get("startTimeUnixNano"), span.get("endTimeUnixNano")
    if not (isinstance(start, str) and isinstance(end, str) and 0 < int(start) <= int(end)
            and abs(int(end) / 1e9 - time.time()) < 600):
        found.append(f"times {start} {end}")
    if span.get("kind") not in (1, 2, 3) or not span.get("name"):
        found.append("kind or name")
    if span.get("status", {"code": 2}) != {"code": 2}:
        found.append("status")
    return found + faults_of_attributes(span.get("attributes", []), span.get("name"))


def faults_of(body):
    found = [] if set(body) == {"resourceSpans"} else ["top"]
    for resource in body["resourceSpans"]:
        if set(resource) != {"resource", "scopeSpans"}:
            found.append("resource")
        found += faults_of_attributes(resource["resource"]["attributes"], "resource")
        for scope in resource["scopeSpans"]:
            if scope["scope"].get("name") != "wright" or not scope["spans"]:
                found.append("scope")
            for span in scope["spans"]:
                found += faults_of_span(span)
    return found


def attributes(span):
    return {row["key"]: next(iter(row["value"].values())) for row in span["attributes"]}


def metric(server, row):
    text = server.request("GET", "/metrics", key=None).raw.decode()
    found = re.search("^" + re.escape(row) + r" (\d+)$", text, re.M)
    return int(found[1]) if found else None


# ---- what arrives ----------------------------------------------------------------------------------

def jobs_in(spans):
    return [span for span in spans if span["kind"] == 2]


def test_tree():
    up, collector = Upstream(), Collector()
    up.ways["large-2026-08-07"] = [Way(status=500), Way(body=POINTS)]
    server = Server(up, flags=("--otlp", collector.url + "/"),
                    environment={"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20collector-key, x-team = red"})
    reply = server.post(DOCUMENT + CANARY, {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=a1,o=b"})
    same((reply.status, reply.json["result_type"]), (200, "full"), "a job with a retry")
    ok(until(lambda: len(jobs_in(collector.spans())) == 1, 15 * SLOW), "its spans arrive")
    path, headers, body = collector.requests[0]
    same(path, "/v1/traces", "at the path of traces")
    same((headers.get("Content-Type"), headers.get("authorization"), headers.get("x-team")),
         ("application/json", "Bearer collector-key", "red"), "as JSON, with the headers of the environment")
    same([fault for _, _, one in collector.requests for fault in faults_of(json.loads(one))], [],
         "every span has the shape that OTLP wants")
    spans = collector.spans()
    same({span["traceId"] for span in spans}, {TRACE}, "all are of the client's trace")
    same({span.get("traceState") for span in spans}, {"vendor=a1,o=b"}, "with its state")
    by_id = {span["spanId"]: span for span in spans}
    same(len(by_id), len(spans), "each has an id of its own")
    job = jobs_in(spans)[0]
    same((job["parentSpanId"], attributes(job)["wright.job.id"]), (PARENT, reply.json["job_id"]),
         "the job is below the client's span")
    stages = [span for span in spans if span["kind"] == 1]
    same([attributes(span)["wright.stage"] for span in stages], ["terms", "draft"], "one span a stage")
    ok(all(span["parentSpanId"] == job["spanId"] for span in stages), "below the job")
    calls = [span for span in spans if span["kind"] == 3]
    same([span["name"] for span in calls], ["GET glossary", "chat large-2026-08-07", "chat large-2026-08-07"],
         "one span a call")
    same([attributes(by_id[span["parentSpanId"]])["wright.stage"] for span in calls], ["terms", "draft", "draft"],
         "below its stage")
    ok(all(int(by_id[span["parentSpanId"]]["startTimeUnixNano"]) - 2e6 <= int(span["startTimeUnixNano"])
           for span in calls + stages), "none begins before what it is part of (job times are in ms)")
    failed, good = (attributes(span) for span in calls[1:])
    same((failed["error.type"], failed["http.response.status_code"], calls[1].get("status")),
         ("server_error", "500", {"code": 2}), "the failed attempt says how it failed")
    wanted = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.output.type": "json",
              "gen_ai.request.model": "large-2026-08-07", "gen_ai.response.model": "large-2026-08-07-as-served",
              "gen_ai.usage.input_tokens": "100", "gen_ai.usage.output_tokens": "20", "wright.attempt": "2",
              "gen_ai.request.max_tokens": "1200", "http.request.resend_count": "1"}
    same({name: good.get(name) for name in wanted}, wanted, "the good one has the names of GenAI")
    ok("error.type" not in good and "status" not in calls[2], "and no error")
    sent = [call["headers"] for call in up.calls]
    same([head.get("traceparent") for head in sent], [f"00-{TRACE}-{span['spanId']}-01" for span in calls],
         "each call passes its own span on")
    same({head.get("tracestate") for head in sent}, {"vendor=a1,o=b"}, "and the state")
    everything = b"".join(body for _, _, body in collector.requests)
    for secret in (CANARY, "secret-key", "collector-key", server.key, "Sales", "ann"):
        ok(secret.encode() not in everything, f"nothing of {secret[:12]}… is in it")
    return up, collector, server


def test_flags(up, collector, server):
    before = len(collector.spans())
    same(server.post(DOCUMENT + "quiet", {"traceparent": f"00-{TRACE}-{PARENT}-00"}).status, 200, "not sampled")
    up.calls.clear()
    reply = server.post(DOCUMENT + "own", {"tracestate": "lost=1"})
    same(reply.status, 200, "without a trace")
    ok(until(lambda: len(jobs_in(collector.spans())) == 2, 15 * SLOW), "the second is told of")
    new = collector.spans()[before:]
    own = reply.json["job_id"].replace("-", "")
    same({span["traceId"] for span in new}, {own}, "its trace is its id, and the first is not told of")
    ok("parentSpanId" not in jobs_in(new)[0], "nothing is above it")
    same({call["headers"].get("tracestate") for call in up.calls}, {None}, "a state without a trace goes nowhere")
    ok(all(call["headers"]["traceparent"].startswith(f"00-{own}-") for call in up.calls), "it is passed on")
    ok(until(lambda: metric(server, "wright_otlp_exported_total") == len(collector.spans()), 5 * SLOW),
       "what was taken is counted")


def test_stop(up, collector, server):
    before = len(jobs_in(collector.spans()))
    same(server.post(DOCUMENT + "last").status, 200, "a last job")
    same(server.terminate(), 0, "a stop")
    same(len(jobs_in(collector.spans())), before + 1, "what waited was sent before the end")


# ---- collectors that do not do their work -----------------------------------------------------------

def test_refusing():
    up, collector = Upstream(), Collector()
    collector.answers = [503, 429]
    server = Server(up, environment={"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": collector.url + "/own/path?a=b",
                                     "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
                                     "OTEL_SERVICE_NAME": "minutes"})
    server.post()
    ok(until(lambda: len(collector.requests) == 3, 20 * SLOW), "what it could not take is sent again")
    same(len({body for _, _, body in collector.requests}), 1, "the same batch")
    same({path for path, _, _ in collector.requests}, {"/own/path?a=b"}, "the endpoint of traces is taken as it is")
    same(attributes(json.loads(collector.requests[0][2])["resourceSpans"][0]["resource"])["service.name"], "minutes",
         "OTEL_SERVICE_NAME")
    one = len(json.loads(collector.requests[0][2])["resourceSpans"][0]["scopeSpans"][0]["spans"])
    ok(until(lambda: metric(server, "wright_otlp_exported_total") == one, 5 * SLOW), "counted once")
    collector.answers = [400]
    server.post(DOCUMENT + "refused")
    ok(until(lambda: metric(server, 'wright_otlp_dropped_total{reason="refused"}'), 10 * SLOW), "a 400 is not sent again")
    same(len(collector.requests), 4, "indeed")
    collector.partial = {"partialSuccess": {"rejectedSpans": "2", "errorMessage": "no"}}
    before = metric(server, 'wright_otlp_dropped_total{reason="refused"}')
    server.post(DOCUMENT + "partly")
    ok(until(lambda: metric(server, 'wright_otlp_dropped_total{reason="refused"}') == before + 2, 10 * SLOW),
       "what it rejected of a batch is counted")


def test_nobody():
    """No collector is there: jobs as ever, an end in time, and the log says what was lost."""
    up = Upstream()
    server = Server(up, environment={"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"})
    replies = [server.post(DOCUMENT + str(i)).status for i in range(5)]
    same(replies, [200] * 5, "jobs without a collector")
    ok(until(lambda: server.events("otlp_down"), 10 * SLOW), "the log says that it is not there")
    begun = time.monotonic()
    same((server.terminate(), time.monotonic() - begun < 8 * SLOW), (0, True), "a stop in time")
    lost = server.events("otlp_dropped", 1)
    ok(lost and lost[0]["unreachable"] == 5 * 5, "what was lost is told", lost)


def test_hanging():
    """It takes connections and says nothing: the queue fills, what has no room is dropped, nobody waits."""
    up, collector = Upstream(), Collector()
    collector.hangs = True
    server = Server(up, flags=("--otlp", collector.url, "--log", "warn", "--max-connections", "64"))

    def many():
        connection = server.connection()
        for i in range(400):
            body = json.dumps({"document": f"{DOCUMENT} {threading.get_ident()} {i}"})
            reply = ask(connection, "POST", ROUTE, body, server.headers({"Prefer": "respond-async"}, "", body))
            if reply.status not in (200, 202):
                raise RuntimeError(reply)
        connection.close()

    together([many] * 4)
    ok(until(lambda: (metric(server, 'wright_otlp_dropped_total{reason="full"}') or 0) > 0, 60 * SLOW),
       "what has no room is dropped")
    ok(metric(server, "wright_otlp_queue") <= 8192, "the queue has its bound")
    ok(server.post(DOCUMENT + "after").status == 200, "and a job is answered as ever")
    begun = time.monotonic()
    same((server.terminate(40), time.monotonic() - begun < 30 * SLOW), (0, True), "a stop does not wait for it")


def test_wrong():
    for name, value, part in (("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://127.0.0.1", "not an http or https URL"),
                              ("OTEL_EXPORTER_OTLP_HEADERS", "hush-hush", "name=value"),
                              ("OTEL_EXPORTER_OTLP_HEADERS", "x=hush%0d%0ay: z", "name=value")):
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", name: value}
        server = Server(environment=more, start=False)
        server.start(wait=False)
        same(server.wait(), 78, f"{name} {value[:9]}: refused at the start")
        ok(name in server.log() and part in server.log() and "hush" not in server.log(), "by its name", server.log())
    server = Server(environment={"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"})
    same(metric(server, "wright_otlp_queue"), None, "OTEL_SDK_DISABLED: nobody is told")


def all_of_one():
    things = test_tree()
    test_flags(*things)
    test_stop(*things)


if __name__ == "__main__":
    main(all_of_one, test_refusing, test_nobody, test_hanging, test_wrong)
