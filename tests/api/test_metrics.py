#!/usr/bin/env python3
"""The page of metrics is what Prometheus' format and its linter want (promtool too, where it is installed); and it
says what an operator asks: latencies, overhead, retries, faults by rule, fallbacks, cost, breakers, queues."""
import os, re, shutil, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import prometheus
from harness import *

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROMTOOL = shutil.which("promtool") or shutil.which(os.path.join(ROOT, "build", "tools", "promtool"))
LARGE = "large-2026-08-07"
GOOD = "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"1\"} 2\na_total{x=\"2\"} 2\n"
HISTOGRAM = ("# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n")


def page(server):
    return server.request("GET", "/metrics", key=None).raw.decode()


def value(families, name, **labels):
    family = next(family for base, family in families.items() if name == base or name.removesuffix("_count") == base)
    return sum(number for sample, has, number in family["samples"]
               if sample == name and all(has.get(key) == want for key, want in labels.items()))


def test_checker():
    """The checker finds what it is there to find."""
    same((prometheus.lint(GOOD), prometheus.lint(HISTOGRAM)), ([], []), "a good page")
    for name, text in (("a sample before its TYPE", GOOD.replace("# TYPE a_total counter\n", "") + "# TYPE a_total counter\n"),
                       ("no help", GOOD.replace("# HELP a_total A.\n", "")),
                       ("a series twice", GOOD.replace('x="2"', 'x="1"')),
                       ("a counter without _total", GOOD.replace("a_total", "a")),
                       ("a gauge with it", GOOD.replace("counter", "gauge")),
                       ("a family in two parts", GOOD + HISTOGRAM + 'a_total{x="3"} 2\n'),
                       ("other labels", GOOD.replace('x="2"', 'y="2"')), ("milliseconds", GOOD.replace("a_", "a_ms_")),
                       ("no number", GOOD.replace(" 2\n", " two\n")), ("a quote", GOOD.replace('"2"', '"2"2"')),
                       ("no end", GOOD[:-1]), ("buckets that fall", HISTOGRAM.replace('"1"} 1', '"1"} 3')),
                       ("no +Inf", HISTOGRAM.replace('h_bucket{le="+Inf"} 2\n', "")),
                       ("another count", HISTOGRAM.replace("count 2", "count 3")),
                       ("no sum", HISTOGRAM.replace("h_sum 3\n", ""))):
        ok(prometheus.lint(text), f"is found: {name}")


def promtool(text):
    run = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def judged_by_promtool(text):
    if not PROMTOOL:
        return skip("and promtool says so", "there is no promtool here: .ci/setup test brings it")
    same(promtool(text), (0, ""), "and promtool says so, without a word")
    code, words = promtool(text + "# HELP wrong Without its ending.\n# TYPE wrong counter\nwrong 1\n")
    ok(code != 0 and "wrong" in words, "as it would not of another", words)


def test_page():
    up = Upstream()
    server = Server(up)
    empty = page(server)
    same(prometheus.lint(empty), [], "the page of a binary that has done nothing")
    up.ways["glossary"] = [Way(status=503), Way(body={"terms": {}})]
    up.ways[LARGE] = [Way(body={"points": 7}), Way(body=POINTS, delay=0.3), Way(status=400), Way(body=POINTS)]
    statuses = [server.post(DOCUMENT + str(i)).status for i in range(3)]
    same(statuses, [200] * 3, "three jobs, with retries and a fallback")
    text = page(server)
    same(prometheus.lint(text), [], "the page is what Prometheus wants")
    judged_by_promtool(text)
    families, _ = prometheus.read(text)
    workflow = {"workflow": "extract_key_points"}
    same([value(families, name, **labels) for name, labels in (
        ("wright_jobs_total", {"result_type": "full"}), ("wright_jobs_total", {"result_type": "fallback"}),
        ("wright_retries_total", {"stage": "draft", "class": "schema_invalid"}),
        ("wright_retries_total", {"stage": "terms", "class": "overloaded"}),
        ("wright_invalid_output_total", {"rule": "type"}),
        ("wright_attempt_duration_seconds_count", {"target": "primary"}),
        ("wright_stage_duration_seconds_count", {"stage": "draft"}),
        ("wright_first_token_seconds_count", {"target": "small"}),
        ("wright_overhead_seconds_count", workflow))], [2, 1, 1, 1, 1, 4, 3, 1, 3],
         "jobs, fallbacks, retries by class, faults by rule, latencies by stage and model, first tokens, overhead")
    ok(value(families, "wright_cost_dollars_total", **workflow) > 0, "cost")
    same([value(families, name, target="primary") for name in
          ("wright_target_breaker", "wright_target_queued", "wright_target_in_use")], [0, 0, 0], "breakers, queues")
    whole = families["wright_job_duration_seconds"]["samples"]
    spent = next(number for name, _, number in whole if name.endswith("_sum"))
    own = next(number for name, _, number in families["wright_overhead_seconds"]["samples"] if name.endswith("_sum"))
    ok(0 < own < spent - 0.3, f"overhead is without what was waited for: {own:.4f} s of {spent:.3f} s", (own, spent))


def test_labels():
    """What a peer sends as its version can break no line."""
    up = Upstream()
    server = Server(up)
    nasty = 'v"1\\\n2 é'
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": nasty,
             "choices": [{"index": 0, "delta": {"content": json.dumps(POINTS)}, "finish_reason": "stop"}]}
    body = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()
    up.ways[LARGE] = Way(raw=b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + body)
    same(server.post().json["model_version"], nasty, "a version with a quote, a backslash, a line feed")
    text = page(server)
    same(prometheus.lint(text), [], "the page holds")
    ok('version="v\\"1\\\\\\n2 é"' in text, "escaped", re.findall("wright_drift_answers.*", text))


if __name__ == "__main__":
    main(test_checker, test_page, test_labels)
