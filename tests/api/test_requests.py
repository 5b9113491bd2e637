#!/usr/bin/env python3
"""What a client must not send, and what it is told: bodies, keys, sizes, methods, framing."""
import contextlib, os, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *


def problem(reply, status, code, name):
    body = reply.json or {}
    return ok(reply.status == status and reply.type == "application/problem+json" and
              body.get("type") == "urn:problem-type:wright:" + code and
              body.get("status") == status and body.get("title"), name, reply)


def pointers(reply):
    return [(error["pointer"], error["rule"]) for error in (reply.json or {}).get("errors", [])]


def test_bodies(server, up):
    reply = server.request("POST", ROUTE, json.dumps({"document": "", "language": "english",
                                                      "max_points": 21, "colour": "red"}))
    problem(reply, 422, "invalid_body", "a wrong body is 422")
    same(sorted(p for p, _ in pointers(reply)), ["/colour", "/document", "/language", "/max_points"],
         "with every mistake by its pointer")
    ok(all(error["message"].endswith(".") for error in reply.json["errors"]), "and a sentence each",
       reply)
    reply = server.request("POST", ROUTE, json.dumps({"dokument": "x"}))
    ok("/dokument is not a field here; did you mean \"document\"?" in
       [error["message"] for error in reply.json["errors"]], "a question ends with its mark", reply)
    reply = server.request("POST", ROUTE, "{}")
    same([p for p, _ in pointers(reply)], ["/document"], "what is missing is named where it belongs")
    cases = [
        ("a list", "[]", 422), ("a number", "1", 422), ("null", "null", 422),
        ("no JSON", "document: hello", 400), ("half of it", '{"document": "a', 400),
        ("nothing", "", 400), ("two of it", '{"document":"a"} {}', 400),
        ("bad UTF-8", b'{"document":"\xff"}', 400), ("a lone surrogate", '{"document":"\\ud800"}', 400),
        ("deep lists", "[" * 100000, None),
        ("a key twice", '{"document":"a","document":"b"}', None),
        ("a NUL", '{"document":"\0"}', 400),
    ]
    for name, text, status in cases:
        reply = server.request("POST", ROUTE, text)
        ok(reply.status in ((status,) if status else (400, 422)) and
           reply.type == "application/problem+json", f"{name} is refused ({reply.status})", reply)
    reply = server.request("POST", ROUTE, json.dumps({f"f{i}": i for i in range(500)}))
    ok(reply.status == 422 and len(reply.json["errors"]) <= 100, "many mistakes are bounded", reply)
    same(len(up.sent("large-2026-08-07")), 0, "nobody was asked for any of these")


def test_heads(server, up):
    body = json.dumps({"document": DOCUMENT})
    reply = server.request("POST", ROUTE, body, key=None)
    problem(reply, 401, "key_missing", "no key is 401")
    ok(reply.headers.get("www-authenticate", "").startswith("Bearer"), "with WWW-Authenticate", reply)
    same(server.request("POST", ROUTE, body, key="wrk_wrong").status, 401, "a wrong key is 401")
    same(server.get("/jobs/0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10", key="wrk_wrong").status, 401,
         "for a job, too")
    for name in ("text/plain", "application/jsonp", None):
        reply = server.request("POST", ROUTE, body, {"Content-Type": name})
        problem(reply, 415, "unsupported_media_type", f"Content-Type {name} is 415")
    reply = server.request("POST", ROUTE, body, {"Content-Type": "Application/JSON; charset=utf-8"})
    same(reply.status, 200, "a charset is taken")
    reply = server.request("POST", ROUTE, body, {"Content-Encoding": "gzip"})
    same(reply.status, 415, "a Content-Encoding is 415")
    problem(server.get("/nothing"), 404, "not_found", "another path is 404")
    problem(server.get(ROUTE + "/"), 404, "not_found", "a slash more is 404")
    reply = server.get(ROUTE)
    problem(reply, 405, "method_not_allowed", "GET of a workflow is 405")
    same(reply.headers.get("allow"), "POST", "with Allow")
    reply = server.request("DELETE", "/openapi.json")
    same((reply.status, reply.headers.get("allow")), (405, "GET, HEAD"), "DELETE of a page is 405")
    same(server.get("/jobs/17").status, 404, "an id that is none is 404")
    same(server.get("/jobs/0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10").status, 404, "an unknown job is 404")


def test_max_body(server, up):
    small = Server(up, flags=["--max-body", "2K"])
    same(small.post("a" * 1500 + DOCUMENT).status, 200, "--max-body 2K takes what is under it")
    same(small.post("a" * 2500 + DOCUMENT).status, 413, "and no more")


def test_sizes(server, up):
    body = json.dumps({"document": DOCUMENT + "a" * 59000})
    same(server.request("POST", ROUTE, body).status, 200, "a long document is taken")
    same(server.post("a" * 60001).status, 422, "one byte too many is 422")
    head = (f"POST {ROUTE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n"
            "Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n")
    got = server.raw(head.encode())
    ok(got.startswith(b"HTTP/1.1 413") and b"problem+json" in got,
       "a body that is too large is 413 without being read", got)
    chunked = (f"POST {ROUTE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n"
               "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n").encode()
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 5) as s:
        s.sendall(chunked)
        sent = 0
        try:
            while sent < 1600:  # 100 MiB: more than the server drops and the sockets' buffers hold
                s.sendall(piece)
                sent += 1
        except OSError:
            pass
        ok(sent < 1600, "nor in endless chunks", sent)
    got = server.raw(f"GET /livez HTTP/1.1\r\nHost: x\r\nX: {'a' * 20000}\r\n\r\n".encode())
    ok(got.startswith(b"HTTP/1.1 431"), "a head that is too large is 431", got)


def test_framing(server, up):
    for name, fields in [
        ("two Content-Lengths", "Content-Length: 2\r\nContent-Length: 2"),
        ("Content-Length and chunked", "Content-Length: 2\r\nTransfer-Encoding: chunked"),
        ("an unknown Transfer-Encoding", "Transfer-Encoding: gzip"),
        ("two Transfer-Encodings", "Transfer-Encoding: chunked, chunked"),
        ("a negative length", "Content-Length: -1"),
        ("a list of lengths", "Content-Length: 2, 2"),
        ("a space before the colon", "Content-Length : 2"),
    ]:
        text = (f"POST {ROUTE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n"
                f"Content-Type: application/json\r\n{fields}\r\n\r\n" + "{}" +
                "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        began = time.monotonic()
        got = server.raw(text.encode(), 3)
        ok(got.startswith(b"HTTP/1.1 400") and b"problem+json" in got and
           got.count(b"HTTP/1.1 ") == 1 and time.monotonic() - began < 2.5,
           f"{name}: 400 and the connection closed", got)
    got = server.raw(b"nonsense\r\n\r\n", 3)
    ok(got.startswith(b"HTTP/1.1 400"), "nonsense is 400", got)


def test_pages(server, up):
    for path in ("/openapi.json", "/contract.json", "/livez", "/readyz", "/metrics"):
        reply = server.get(path, key=None)
        same(reply.status, 200, f"GET {path} needs no key")
        head = server.request("HEAD", path, key=None)
        ok(head.status == 200 and head.raw == b"" and
           (path == "/metrics" or head.headers.get("content-length") == str(len(reply.raw))),
           f"HEAD {path} is GET without its body", head)
    contract = subprocess.run([BINARY, "contract"], capture_output=True, timeout=10).stdout
    same(server.get("/contract.json").raw, contract, "the contract is the one that the binary prints")
    tag = server.get("/contract.json").headers["etag"]
    same(server.get("/contract.json", {"If-None-Match": tag}).status, 304, "and has an entity tag")
    reply = server.get("/livez", {"X-Request-Id": "mine-17"})
    same(reply.headers.get("x-request-id"), "mine-17", "a request id comes back")
    ok(len(server.get("/livez").headers.get("x-request-id", "")) == 36, "or one is made")


def test_metrics(server, up):
    server.post("Something to count.")
    reply = server.get("/metrics")
    text = reply.raw.decode()
    same(reply.type, "text/plain; version=0.0.4; charset=utf-8", "metrics are Prometheus text")
    names, bad = set(), []
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            names.add(line.split()[2])
        elif not line.startswith("#") and not re.fullmatch(
                r'[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? [-+0-9.e]+', line):
            bad.append(line)
    same(bad, [], "every line is well formed")
    for wanted in ('wright_http_requests_total{route="/briefs/extract-key-points",method="POST",code="200"}',
                   'wright_jobs_total{workflow="extract_key_points",status="completed",result_type="full"',
                   'wright_stage_duration_seconds_count{workflow="extract_key_points",stage="draft",outcome="ok"}',
                   'wright_attempts_total{workflow="extract_key_points",stage="draft",target="primary",class="ok"}',
                   'wright_tokens_total{target="primary",kind="input"}', "wright_store_commits_total",
                   "wright_store_queue", 'wright_build_info{api="briefs",version="1.0.0"'):
        ok(wanted in text, f"counts {wanted[:60]}", text)


def test_slow_clients(server, up):
    with socket.create_connection(("127.0.0.1", server.port), 5) as s:
        body = json.dumps({"document": DOCUMENT + "slow"}).encode()
        head = (f"POST {ROUTE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                "Connection: close\r\n\r\n").encode()
        for byte in head + body:
            s.sendall(bytes([byte]))
        ok(read_all(s).startswith(b"HTTP/1.1 200"), "a request byte by byte is answered")
    body = json.dumps({"document": DOCUMENT + "half"}).encode()
    text = (f"POST {ROUTE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
    got = server.raw(text, 5, shut=True)
    ok(got.startswith(b"HTTP/1.1 200"), "a client that closes its sending side gets its reply", got)
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", server.port), 5) as s:
            s.sendall(text[:-5])
    with contextlib.closing(server.connection()) as c:
        first = ask(c, "GET", "/livez")
        second = ask(c, "GET", "/livez")
        same((first.status, second.status), (200, 200), "after clients that left: two on a connection")


def test_trace(server, up):
    up.calls.clear()
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    same(server.post(DOCUMENT + "trace", {"traceparent": trace}).status, 200, "a traced request")
    sent = up.sent("large-2026-08-07")[0]["headers"].get("traceparent", "")
    ok(sent.split("-")[1:2] == [trace.split("-")[1]], "its trace goes on to the model", sent)


def all_tests():
    up = Upstream()
    server = Server(up)
    for test in (test_bodies, test_heads, test_sizes, test_max_body, test_framing, test_pages, test_metrics,
                 test_slow_clients, test_trace):
        try:
            test(server, up)
        except Exception:
            ok(False, f"{test.__name__} runs to its end", traceback.format_exc())
    ok(server.process.poll() is None, "and the binary still serves")
    same(server.terminate(), 0, "until it is told to stop")


if __name__ == "__main__":
    main(all_tests)
