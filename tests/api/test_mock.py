#!/usr/bin/env python3
"""`wright mock`: documents of the specification's schemas, the same for the same request; faults by
flag, by header and while it runs; the environment it prints."""
import base64, http.client, json, os, re, signal, socket, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import ok, same, main, read_all, SLOW
from mocks import Mock, ROOT, SPEC, WRIGHT, run

BEARER = {"Authorization": "Bearer anything", "Content-Type": "application/json"}


def prompt(document):
    """The prompt as a binary renders it."""
    with open(os.path.join(ROOT, "spec", "prompts", "key-points.md"), encoding="utf-8") as file:
        text = file.read()
    values = iter(["5", "en", "not named", "none are known", document])
    return re.sub(r"\$\{[^}]*\}", lambda hole: next(values), text)


DOCUMENT = ("Äpfel are grown in Kent. The orchard has 400 trees, some of them old. \"Bramley\" is the "
            "best known kind.\n\nPicking begins in September. It ends when the frost comes.")


def chat(document=DOCUMENT, model="large-2026-08-07", schema="KeyPoints", stream=False):
    body = {"model": model, "messages": [{"role": "user", "content": prompt(document)}],
            "stream": stream}
    if stream:
        body["stream_options"] = {"include_usage": True}
    if schema:
        body["response_format"] = {"type": "json_schema", "json_schema":
                                   {"name": schema, "strict": True, "schema": {"type": "object"}}}
    return body


def completion(mock, headers=None, **more):
    return mock.ask("POST", "/v1/chat/completions", chat(**more), {**BEARER, **(headers or {})})


def points_of(reply):
    return json.loads(reply.json["choices"][0]["message"]["content"])


def is_key_points(value, document):
    return (set(value) <= {"points", "summary"} and 0 < len(value["points"]) <= 20 and
            all(set(p) == {"text", "quote", "confidence"} and 1 <= len(p["text"]) <= 400 and
                1 <= len(p["quote"]) <= 400 and p["quote"] in document and 0 <= p["confidence"] <= 1
                for p in value["points"]))


def events(raw):
    return [line[6:] for line in raw.decode().split("\n") if line.startswith("data: ")]


def documents():
    mock = Mock()
    reply = completion(mock)
    same(reply.status, 200, "a model answers")
    value = points_of(reply)
    ok(is_key_points(value, DOCUMENT), "of its schema, with quotes that occur in the document", value)
    same(reply.headers.get("x-wright-mock"), "simulated", "and says that it is simulated")
    same(points_of(completion(mock)), value, "the same request gets the same document")
    ok(points_of(completion(mock, document="Only one sentence stands here.")) != value,
       "another one gets another")
    for name, text in (("one letter", "x"), ("no full stop", "word " * 900), ("rules", "---\n---"),
                       ("white space", " \n\t "), ("one long word", "é" * 3000)):
        made = points_of(completion(mock, document=text))
        good = all(1 <= len(p["quote"]) <= 400 for p in made["points"])
        ok(good and (not text.strip() or all(p["quote"] in text for p in made["points"])),
           f"a document of {name}", made)
    same(completion(mock, schema=None).json["choices"][0]["message"]["content"],
         "This answer is simulated.", "no schema: plain words")
    terms = mock.ask("GET", "/services/glossary/terms?lang=en").json
    ok(set(terms) == {"terms"} and terms["terms"] and
       all(1 <= len(k) <= 60 and len(v) <= 200 for k, v in terms["terms"].items()),
       "a service answers with its schema", terms)
    same(mock.ask("GET", "/services/glossary/terms?lang=en").json, terms, "the same each time")
    same(mock.ask("GET", "/services/glossary/other").status, 404, "a path that no stage calls")
    same(mock.ask("GET", "/services/other/terms").status, 404, "a service that is not there")
    same(completion(mock, model="gpt").json["error"]["code"], "model_not_found", "an unknown model")
    same(mock.ask("POST", "/v1/chat/completions", chat(), {}).status, 401, "a model without a key")
    same(mock.ask("POST", "/v1/chat/completions", "{", BEARER).status, 400, "not JSON")


def writes():
    mock = Mock(spec=os.path.join(ROOT, "tests", "lang", "ok", "writes.flow"))
    note = ("POST", "/services/crm/notes", '{"title":"a"}')
    reply = mock.ask(*note, {"Idempotency-Key": "k1"})
    ok(reply.status == 201 and list(reply.json) == ["id"] and len(reply.json["id"]) <= 40,
       "a write that gives a value: 201, of its schema", reply)
    again = mock.ask(*note, {"Idempotency-Key": "k1"})
    same((again.status, again.json), (201, reply.json), "under the same key the same answer")
    same(mock.ask("POST", "/services/crm/notes", "{}", {"Idempotency-Key": "k1"}).status, 422,
         "with another body: 422")
    for i in range(200):
        mock.ask("POST", "/services/crm/notes", str(i), {"Idempotency-Key": f"n{i}"})
    same(mock.ask("GET", "/_mock").json["crm"], {"way": "ok", "calls": 203, "keys": 201}, "keys are counted")
    for method, path in (("PUT", "/stock/items/a/mark"), ("DELETE", "/stock/holds/a"), ("POST", "/bank/charges")):
        reply = mock.ask(method, "/services" + path, '{"sku":"a"}' if method != "DELETE" else None)
        same((reply.status, reply.raw, reply.type), (204, b"", ""), f"a {method} that gives nothing: 204")
    reply = mock.ask("HEAD", "/services/stock/items/a")
    same((reply.status, reply.raw), (200, b""), "a head")
    same(mock.ask("POST", "/services/crm/notes", "{}", {"X-Wright-Mock": "503"}).status, 503, "a write may fail, too")


def notifications():
    mock = Mock(spec=os.path.join(ROOT, "spec", "videos.flow"))
    secret = mock.env.get("WEBHOOK_SECRET", "")
    ok(secret.startswith("whsec_") and 24 <= len(base64.b64decode(secret[6:])) <= 64, "a secret to sign with", mock.env)
    same(mock.ask("POST", "/services/client", "{}").status, 204, "a notification is taken")
    same(mock.ask("GET", "/services/client").status, 404, "and nothing else is there")
    mock.set(client="503*1")
    same([mock.ask("POST", "/services/client", "{}").status for _ in range(2)], [503, 204], "it may fail, too")


def streams():
    mock = Mock()
    reply = mock.ask("POST", "/v1/chat/completions", chat(stream=True), BEARER)
    lines = events(reply.raw)
    chunks = [json.loads(line) for line in lines[:-1]]
    text = "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"])
    same(reply.type, "text/event-stream", "a stream has its type")
    same(lines[-1], "[DONE]", "and its end")
    ok(is_key_points(json.loads(text), DOCUMENT), "its pieces make a document", text)
    same(json.loads(text), points_of(completion(mock)), "the one that is not streamed")
    ok(chunks[-1]["usage"]["completion_tokens"] > 0 and not chunks[-1]["choices"], "usage comes last")
    same([c["choices"][0]["finish_reason"] for c in chunks if c["choices"]][-1], "stop", "it stops")


def seeds():
    first, second = Mock("--seed", "1"), Mock("--seed", "2")
    ok(points_of(completion(first)) != points_of(completion(second)), "another seed, another document")


def way(mock, text, stream=True):
    """The reply under a way chosen by header; None where none came within the time."""
    try:
        return mock.ask("POST", "/v1/chat/completions", chat(stream=stream),
                        {**BEARER, "X-Wright-Mock": text}, timeout=2)
    except (http.client.HTTPException, OSError) as error:
        return error


def faults():
    mock = Mock()
    for status, code in ((429, "rate_limit_exceeded"), (500, "server_error"),
                         (400, "invalid_request_error"), (401, "invalid_api_key")):
        reply = way(mock, str(status))
        ok(reply.status == status and reply.json["error"]["code"] == code, f"{status} by header", reply)
    same(way(mock, "fail=503").headers.get("retry-after"), "1", "503 says when to come again")
    ok(isinstance(way(mock, "silent"), TimeoutError), "silent")
    start = time.monotonic()
    same(way(mock, "slow=300").status, 200, "slow answers")
    ok(time.monotonic() - start >= 0.3, "and takes its time")
    ok(isinstance(way(mock, "cut"), http.client.IncompleteRead), "cut")
    ok(isinstance(way(mock, "cut", stream=False), http.client.IncompleteRead), "cut, not streamed")
    ok(isinstance(way(mock, "stall"), TimeoutError), "stall")
    broken = 0
    for line in events(way(mock, "malformed").raw)[:-1]:
        try:
            json.loads(line)
        except ValueError:
            broken += 1
    same(broken, 1, "malformed: one event is not JSON")
    chunks = [json.loads(line) for line in events(way(mock, "refuse").raw)[:-1]]
    ok(any(c["choices"] and c["choices"][0]["delta"].get("refusal") for c in chunks), "refuse")
    for word, finish in (("filter", "content_filter"), ("length", "length")):
        same(way(mock, word, stream=False).json["choices"][0]["finish_reason"], finish, word)
    ok(not is_key_points({"points": [], **points_of(way(mock, "wrong", stream=False))}, DOCUMENT), "wrong")
    reply = way(mock, "sulk")
    ok(reply.status == 400 and "silent" in reply.json["error"]["message"], "an unknown way is told", reply)
    service = {"X-Wright-Mock": "malformed"}
    try:
        text = mock.ask("GET", "/services/glossary/terms?lang=en", None, service)
        ok(False, "malformed service", text)
    except ValueError:
        ok(True, "malformed service")


def control():
    mock = Mock("--fail", "primary=500*1", "--slow", "glossary=1")
    same([completion(mock).status for _ in range(3)], [500, 200, 200], "a flag, for one request")
    same(mock.set(primary="429*2", small="silent").status, 200, "changed while it runs")
    same([completion(mock).status for _ in range(3)], [429, 429, 200], "for two requests")
    state = mock.ask("GET", "/_mock").json
    same(state["small"], {"way": "silent", "calls": 0}, "its state")
    same(state["primary"]["calls"], 6, "and counts")
    same(mock.set(small="ok", primry="silent").status, 422, "an unknown name is refused")
    same(mock.ask("GET", "/_mock").json["small"]["way"], "silent", "and nothing of it is done")
    same(mock.set(small=None).json["small"]["way"], "ok", "null is ok")
    same(mock.ask("POST", "/_mock", "[]").status, 400, "not an object")


def read_bill(mock, text, *more):
    messages = [{"role": "user", "content": "Read this bill of a shop.\n\n" + text + "\n"}, *more]
    reply = mock.ask("POST", "/v1/chat/completions", {"model": "m-1", "messages": messages, "response_format": {
        "type": "json_schema", "json_schema": {"name": "Lines", "strict": True, "schema": {"type": "object"}}}}, BEARER)
    return [line["amount"] for line in points_of(reply)["lines"]]


def known():
    """Answers that pass a check which no invention does: the tests' own, or a file's."""
    spec = os.path.join(ROOT, "tests", "lang", "ok", "ledger.flow")
    unsure, corner = (os.path.join(harness.folder, name) for name in ("unsure.json", "shop.json"))
    for path, text in ((unsure, '{"lines": [{"amount": 5, "quote": "x"}], "sure": 0.1}'), (corner, '{"name": "Corner"}')):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    mock = Mock(spec=spec)
    same(read_bill(mock, "Tea 3, milk 4."), [3, 4], "the answer of the test that sends the same, and ends well")
    same(read_bill(mock, "Bread 9."), [9], "another request, another test's answer")
    same(read_bill(mock, "Tea 3, milk 4.", {"role": "assistant", "content": "{}"},
                   {"role": "user", "content": "They do not add up."}), [3, 4], "a repair is the same stage's")
    shop = mock.ask("GET", "/services/shops/shops/1").json
    ok(shop["name"] != "A", "a stage that checks nothing is invented", shop)
    mock = Mock("--invent", spec=spec)
    ok(read_bill(mock, "Tea 3, milk 4.") != [3, 4], "--invent does not look at the tests")
    mock = Mock("--returns", f"read={unsure},shops={corner}", spec=spec)
    same(read_bill(mock, "Tea 3, milk 4."), [5], "--returns for a stage")
    same(mock.ask("GET", "/services/shops/shops/1").json, {"name": "Corner"}, "and for a service")
    for value, says in (("read", "NAME=FILE"), ("rad=" + unsure, 'no stage, service or model "rad"'),
                        ("read=no.json", "no.json")):
        done = run("mock", spec, "--returns", value)
        ok(done.returncode == 2 and says in done.stderr, "refused: --returns " + value, (done.returncode, done.stderr))


def commands():
    for args, says in ((["mock"], "give one specification"),
                       (["mock", SPEC, "--silent", "nobody"], 'no service or model "nobody"'),
                       (["mock", SPEC, "--fail", "primary=200"], "a way is one of"),
                       (["mock", SPEC, "--seed", "x"], "--seed takes a number"),
                       (["mock", SPEC, "--listen", "nowhere"], "nowhere"),
                       (["mock", "no-such.flow"], "cannot read no-such.flow")):
        done = run(*args)
        ok(done.returncode == 2 and says in done.stderr, "refused: " + " ".join(args[1:] or args),
           (done.returncode, done.stderr))
    done = subprocess.run(["timeout", "2", WRIGHT, "mock", os.path.join(ROOT, "spec", "videos.flow"), "--env"],
                          capture_output=True, text=True)
    ok(re.search(r"^# (\w+) is not notified here: .* `allow private` in service \1 lets it\.$", done.stdout, re.M),
       "who cannot be notified on this machine is named, with the way out", done.stdout)
    mock = Mock("--env")
    script = f". '{mock.file}'; echo \"$MODEL_URL $WRIGHT_MOCK_CONTROL\""
    shell = subprocess.run(["sh", "-c", script], capture_output=True, text=True)
    same(shell.stdout.split(), [mock.env["MODEL_URL"], mock.env["WRIGHT_MOCK_CONTROL"]],
         "a shell reads the file")
    mock.process.send_signal(signal.SIGTERM)
    same(mock.process.wait(10 * SLOW), 0, "SIGTERM ends it")
    printed = mock.process.stdout.read()
    ok(printed and all(line.startswith("export ") for line in printed.splitlines()),
       "--env prints nothing else", printed)


if __name__ == "__main__":
    main(documents, writes, notifications, streams, seeds, faults, control, known, commands)
