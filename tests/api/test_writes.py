#!/usr/bin/env python3
"""Writes to services: what is sent, under which key, how often, and what a client hears where nobody knows
whether it happened."""
import os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from orders import *
from mocks import Mock

NOTE, CHARGE = "post /notes", "post /charges"
UUID8 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def keys_of(calls):
    return [call["headers"].get("idempotency-key") for call in calls]


def test_all_methods():
    up = Services()
    server = Orders(up)
    reply = server.order("a/b 1", 'He said "hi"\n\\ \u00e9 \U0001f600', count=3)
    ok(reply.status == 200 and reply.json["status"] == "completed" and
       reply.json["output"] == {"text": "fine", "id": "n-1"}, "every write went well", reply)
    rows = [(call["name"], call["path"]) for call in up.calls if "text" in call]
    same(rows, [("get /items", "/items/a%2Fb%201"), (NOTE, "/notes"), ("put /items", "/items/a%2Fb%201/mark"),
                ("head /items", "/items/a%2Fb%201"), (CHARGE, "/charges"), ("delete /holds", "/holds/a%2Fb%201")],
         "in order, with their methods and paths")
    note, = up.sent(NOTE)
    same(json.loads(note["text"]), {"title": 'A "thing"', "text": "fine", "count": 3,
                                    "more": {"at": 'He said "hi"\n\\ \u00e9 \U0001f600'}},
         "an object literal is JSON; what is unset is left out")
    same(note["headers"].get("content-type"), "application/json", "and says so")
    put, = up.sent("put /items")
    same(json.loads(put["text"])["note"], 'He said "hi"\n\\ \u00e9 \U0001f600', "a whole value is a body, too")
    head, = up.sent("head /items")
    delete, = up.sent("delete /holds")
    same((head["text"], delete["text"], head["headers"].get("content-type")), ("", "", None), "no body is none")
    ok(UUID8.fullmatch(keys_of([note])[0] or ""), "what takes a key has one", note["headers"])
    others = [call for call in up.calls if "text" in call and call is not note]
    same(set(keys_of(others)), {None}, "and nothing else has")
    ok(reply.json["job_id"][:8] not in keys_of([note])[0], "it does not show the job's id")
    ok(reply.json["retry_safe"] is False, "sent again, it would be another job with other effects")
    guarded = server.order("a-2", headers={"Idempotency-Key": "k"})
    ok(guarded.json["retry_safe"] is True, "unless a key guards it")
    again = server.order("a-2", headers={"Idempotency-Key": "k"})
    same((again.json["job_id"], len(up.sent(CHARGE))), (guarded.json["job_id"], 2), "as it does")
    same(len(set(keys_of(up.sent(NOTE)))), 2, "two jobs, two keys")


def test_keyed():
    up = Services()
    server = Orders(up)
    up.ways[NOTE] = [Way(500), Way(503), Way(201, {"id": "n-2"})]
    reply = server.order()
    same((reply.status, reply.json["output"]["id"]), (200, "n-2"), "a keyed write is tried again")
    same((len(up.sent(NOTE)), len(set(keys_of(up.sent(NOTE))))), (3, 1), "always under its one key")
    up.reset()
    up.ways[NOTE] = [Way(204)]
    reply = server.order()
    same((reply.json["status"], reply.json["versions"]["fallback_path"][-1]), ("failed", "save: schema_invalid"),
         "no content where a value is needed is schema_invalid")


# What the bank does, how the stage ends.
BEHAVIOURS = [
    ("201", Way(201, {}), "ok"), ("204", Way(204), "ok"), ("a page", Way(raw=b"HTTP/1.1 200 OK\r\n"
     b"Content-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>"), "ok"),
    ("400", Way(400), "bad_request"), ("401", Way(401), "auth"), ("404", Way(404), "not_found"),
    ("409", Way(409), "conflict"), ("429", Way(429), "rate_limited"), ("500", Way(500), "server_error"),
    ("503", Way(503), "overloaded"), ("502 of a gateway", Way(502), "uncertain"),
    ("504 of a gateway", Way(504), "uncertain"), ("silence", Way(silent=True), "uncertain"),
    ("a connection closed", Way(raw=b""), "uncertain"),
    ("half of a status line", Way(raw=b"HTTP/1.1 20"), "uncertain"),
    ("what is not HTTP", Way(raw=b"220 mail.example ready\r\n"), "uncertain"),
]


def test_once():
    up = Services()
    server = Orders(up)
    for name, way, want in BEHAVIOURS:
        up.reset()
        up.ways[CHARGE] = way
        reply = server.order()
        path = reply.json["versions"]["fallback_path"]
        got = next((step.split(": ")[1] for step in path if step.startswith("charge: ")), path)
        same((got, len(up.sent(CHARGE))), (want, 1), f"once, {name}: {want}, sent once")
        if want == "uncertain":
            error = reply.json["error"]
            same((reply.status, error["code"], error["class"], reply.json["retry_safe"], error["retryable"]),
                 (500, "uncertain_charge", "uncertain", False, False), "   and a client is told so")
    up.reset()
    for name, url in (("a closed port", "http://127.0.0.1:9"), ("no such host", "http://bank.invalid")):
        other = Orders(up, environment={"BANK_URL": url})
        reply = other.order()
        same(reply.json["versions"]["fallback_path"][-1], "charge: connect_failed",
             f"{name}: nothing was sent, and that is certain")
        other.close()


def begin(server, up, name, headers=None):
    """A job whose call is with the upstream, which is silent."""
    up.ways[name] = Way(silent=True)
    reply = server.order(headers={"Prefer": "respond-async", **(headers or {})})
    assert reply.status == 202, reply
    assert until(lambda: up.sent(name), 10), up.calls
    return reply.json["job_id"]


def test_cancel():
    up = Services()
    server = Orders(up)
    job = begin(server, up, CHARGE, {"Idempotency-Key": "c"})
    reply = server.request("POST", f"/jobs/{job}/cancel")
    same((reply.status, reply.json["status"], reply.json["retry_safe"]), (200, "cancelled", False),
         "cancelled with a once effect under way: cancelled, and not safe to repeat")
    same(reply.json["versions"]["fallback_path"][-1], "charge: uncertain", "and it says what is uncertain")
    server.kill()
    server.start()
    same(server.get(f"/jobs/{job}").json, reply.json, "as it does after a crash")
    up.ways[CHARGE] = Way(201, {})
    same(server.order("b").status, 200, "another job is served")
    same(len(up.sent(CHARGE)), 2, "and the first one's charge was sent once")
    up.reset()
    job = begin(server, up, "get /items")
    reply = server.request("POST", f"/jobs/{job}/cancel")
    ok(not any("uncertain" in step for step in reply.json["versions"]["fallback_path"]),
       "cancelled before any effect: nothing is uncertain", reply)


def test_kill():
    up = Services()
    server = Orders(up)
    job = begin(server, up, CHARGE)
    server.kill()
    up.ways[CHARGE] = Way(201, {})
    server.start()
    reply = server.get(f"/jobs/{job}?wait=10")
    same((reply.json["status"], reply.json["error_code"]), ("failed", "uncertain_charge"),
         "killed with a once effect under way: the way of uncertain")
    same(len(up.sent(CHARGE)), 1, "it is not sent again")
    up.reset()
    job = begin(server, up, NOTE)
    server.kill()
    up.ways[NOTE] = Way(201, {"id": "n-3"})
    server.start()
    reply = server.get(f"/jobs/{job}?wait=10")
    same((reply.json["status"], reply.json["output"]), ("completed", {"text": "fine", "id": "n-3"}),
         "killed with a keyed effect under way: it is sent again")
    same((len(up.sent(NOTE)), len(set(keys_of(up.sent(NOTE))))), (2, 1), "under the same key")
    same(len(up.sent(CHARGE)), 1, "and what follows happens once")


def test_rounds():
    """A stage that is entered again goes on with its effect until that went well; then it is another."""
    for kill in (False, True):
        up = Services()
        server = Orders(up, spec="rounds")
        up.ways[NOTE] = [Way(503), Way(raw=b""), Way(201, {"id": "n"}), Way(500), Way(201, {"id": "n"})]
        up.ways[CHARGE] = lambda text: Way(201, {}, delay=0.2)
        reply = server.order(note=None, headers={"Prefer": "respond-async"})
        if kill:
            until(lambda: len(up.sent(NOTE)) == 4, 10)
            server.kill()
            server.start()
        reply = server.get(f"/jobs/{reply.json['job_id']}?wait=20")
        same((reply.json["status"], reply.json["output"]), ("completed", {"id": "n"}),
             "rounds end well" + (", killed in between" if kill else ""))
        keys = keys_of(up.sent(NOTE))
        ok(len(set(keys)) == 3 and keys[0] == keys[1] == keys[2] != keys[3] == keys[4] and
           keys[-1] not in keys[:4], "one key until it went well, then another", keys)
        same(len(up.sent(CHARGE)), 3, "and a once effect is sent once a round")
        close_all()


def test_not_retryable():
    """An error that clients may retry, reached from `uncertain`: they may not."""
    up = Services()
    server = Orders(up, spec="rounds")
    up.ways[CHARGE] = Way(raw=b"")
    reply = server.order(note=None, headers={"Idempotency-Key": "u"})
    reply = server.get(f"/jobs/{reply.json['job_id']}?wait=10")
    error = reply.json["error"]
    same((error["code"], error["retryable"], reply.json["retry_after"]), ("down", False, None),
         "an uncertain end is not to be retried, whatever its error says")
    again = server.order(note=None, headers={"Idempotency-Key": "u"})
    same((again.json["job_id"], again.json["retry_safe"]), (reply.json["job_id"], True), "its key stays taken")
    same(len(up.sent(CHARGE)), 1, "and nothing is sent again")
    server.close()
    # The note is written and a stage after it fails; the note itself fails in each way: may the client try again?
    for name, ways, wanted in (
            ("the bank says no once the note is written", {CHARGE: Way(400)}, False),
            ("the note may have been written", {NOTE: Way(500)}, False),
            ("the note was refused", {NOTE: Way(503)}, True),
            ("a stage before it fails", {"get /items": Way(500)}, True)):
        up.reset()
        up.ways.update(ways)
        server = Orders(up)
        first = server.order(headers={"Idempotency-Key": "w"})
        got = first.json
        same((first.status, got["error_code"], got["error"]["retryable"], got["retry_safe"]), (503, "down", wanted, True),
             f"{name}: retryable {wanted}")
        up.reset()
        again = server.order(headers={"Idempotency-Key": "w"})
        same((again.json["job_id"] != got["job_id"], again.json["status"], len(up.sent(NOTE))),
             (wanted, "completed" if wanted else "failed", 1 if wanted else 0),
             "   so the same request is another job" if wanted else "   so the same request hears the same, and writes nothing")
        server.kill()
        server.start()
        same(server.get(f"/jobs/{got['job_id']}").json["error"]["retryable"], wanted, "   after a crash, too")
        server.close()


def test_killed_before_the_end():
    """A keyed effect was under way when the process was killed, and the job fails after that: nobody knows."""
    up = Services()
    server = Orders(up)
    job = begin(server, up, NOTE, {"Idempotency-Key": "k"})
    server.kill()
    up.ways[NOTE] = Way(503)
    server.start()
    reply = server.get(f"/jobs/{job}?wait=10")
    same((reply.json["error_code"], reply.json["error"]["retryable"], reply.json["retry_safe"]), ("down", False, True),
         "what may have been written before the crash is not to be tried again")


def test_mock():
    mock = Mock(spec=os.path.join(ROOT, "tests", "lang", "ok", "writes.flow"))
    urls = {name: mock.env[name] for name in ("STOCK_URL", "CRM_URL", "BANK_URL", "MODEL_URL")}
    server = Orders(Services(), environment=urls)
    mock.set(crm="503*1")
    reply = server.order()
    ok(reply.status == 200 and reply.json["status"] == "completed", "against `wright mock`, too", reply)
    crm = mock.ask("GET", "/_mock").json["crm"]
    same((crm["calls"], crm["keys"]), (2, 1), "which saw one key")


if __name__ == "__main__":
    main(test_all_methods, test_keyed, test_once, test_cancel, test_kill, test_rounds, test_not_retryable, test_killed_before_the_end,
         test_mock)
