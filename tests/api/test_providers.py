#!/usr/bin/env python3
"""Every fault of a provider, in each wire format, over real sockets: rescued where a rescue exists, within its
budget, under its class, in as many attempts as it may take, and nothing truncated served. A fault is named in the
document that is sent, and the provider reads it there; all run at once."""
import json, os, re, socket, sys, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import variants
from harness import *
from mocks import Mock
from wires import COUNTS, VERSION, WIRES, tokens

WAYS = {"strict": "", "tool": "structured tool", "json": "structured json", "prompt": "structured prompt"}
PROVIDERS = {"chat": "openai.chat", "responses": "openai.responses", "messages": "anthropic.messages"}
ALIKE = {"llamacpp": "llamacpp.chat", "vllm": "vllm.chat", "ollama": "ollama.chat"}

HEAD = """api faults version "1.0.0" { auth none }
schema Question { document: string(1..2000) }
schema Answer { text: string(1..2000)  quote: string(1..200) }
error refused is refusal "The provider refused." status 422
error down is overloaded "Nothing could answer." status 503
error invented is check_failed "A quote does not occur in the document."
"""
MODEL = """model %s {
  provider %s %s
  url env %s  auth bearer env MODEL_KEY
  name "%s"
  max input 4000 tokens, output 500 tokens
  price input $1.00, cached $0.10, output $10.00 per million tokens
}
"""
WORKFLOW = """workflow by_%s version 1 {
  route POST "/by/%s"
  input Question
  output Answer
  latency waiting %ds
  cost at most $1.00
  stage draft {
    ask %s prompt "answer.md" as Answer
    check input.document contains it.quote else invented
    timeout %dms  first token %dms  idle %dms
    %s
    on ok -> done full
    on rejected -> fail refused
    on error -> brief
  }
  stage brief {
    ask small prompt "answer.md" as Answer
    timeout %dms
    on ok -> done fallback
    on rejected -> fail refused
    on error -> fail down
  }
}
"""
RETRY = "retry 1 on transient, invalid_output backoff 20ms..60ms"
SLOWER = max(SLOW, 1)
DOWN = float(os.environ.get("FAULTS_DOWN", 0))  # seconds of an outage; `make faults` takes 60
WINDOW = 0.8 * SLOWER  # of the breaker: how long a provider that is down is left alone
TIMEOUT, FIRST, IDLE = (int(ms * SLOWER) for ms in (3000, 900, 600))


def specification():
    models = {name + ("_" + way if way != "strict" else ""): (provider, clause)
              for name, provider in PROVIDERS.items() for way, clause in WAYS.items()}
    models.update({name: (provider, "") for name, provider in ALIKE.items()})
    models.update({f"mended_{name}": (provider, "") for name, provider in PROVIDERS.items()})
    models.update({f"down_{name}": (provider, f"breaker 3 failures in 10s, open {WINDOW * 1000:.0f}ms")
                   for name, provider in PROVIDERS.items()})
    text = HEAD + MODEL % ("small", "openai.chat", "", "SMALL_URL", "small-1")
    for name, (provider, clause) in models.items():
        limit = clause if clause.startswith("breaker") else ""
        text += MODEL % (name, provider, "" if limit else clause, "MODEL_URL", name + "-1")
        if limit:
            text = text[:-2] + f"  {limit}\n}}\n"
        again = "repair at most 1" if name.startswith("mended") else RETRY
        text += WORKFLOW % (name, name, 9 * SLOWER, name, TIMEOUT, FIRST, IDLE, again, TIMEOUT)
    return list(models), text


def built():
    names, text = specification()
    place = os.path.join(folder, "faults.flow")
    for path, content in ((place, text), (os.path.join(folder, "answer.md"), "Quote from it.\n\n${input.document}\n")):
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
    return names, variants.build(place), place


def serve(binary, model_url, small_url, flags=()):
    Server.binary = binary
    return Server(flags=flags, environment={"MODEL_URL": model_url, "SMALL_URL": small_url, "MODEL_KEY": "secret-key"})


# ---- a provider that does what the document says --------------------------------------------------

class Provider:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = "http://127.0.0.1:%d/v1" % self.listener.getsockname()[1]
        self.attempts, self.sent, self.lock = {}, {}, threading.Lock()
        self.well, self.newest_refusal = threading.Event(), 0.0
        self.closed = threading.Event()
        open_things.append(self)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.handle, args=(connection,), daemon=True).start()

    def close(self):
        self.closed.set()
        self.listener.close()

    def handle(self, connection):
        with connection:
            try:
                head, body = self.read(connection)
                if head:
                    self.answer(connection, head, body)
            except OSError:
                pass  # it has left, as it may

    @staticmethod
    def read(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None, None
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"content-length: (\d+)", head, re.I)[1])
        while len(body) < length:
            body += connection.recv(65536)
        return head.decode(), body.decode()

    def answer(self, connection, head, body):
        wire = next(wire for wire in WIRES.values() if head.split(" ", 2)[1] == wire.path)
        fault = re.search(r"fault=(\w+)", body)
        name = fault[1] if fault else "none"
        with self.lock:
            key = (wire.name, name)
            self.attempts[key] = number = self.attempts.get(key, 0) + 1
        out = Connection(connection, self, key, json.loads(body))
        (self.outage if name == "outage" else FAULTS[name].play)(out, wire, number)

    def outage(self, out, wire, number):
        if self.well.is_set():
            good(out, wire)
        else:
            out.refuse(503, wire.error("overloaded"))
            self.newest_refusal = time.monotonic()


class Connection:
    def __init__(self, connection, provider, key, asked):
        self.socket, self.provider, self.key, self.asked = connection, provider, key, asked

    def send(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        self.socket.sendall(data)
        with self.provider.lock:
            self.provider.sent[self.key] = self.provider.sent.get(self.key, 0) + len(data)

    def head(self, status=200, kind="text/event-stream", headers=(), length=None):
        lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", "Connection: close", *headers]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        self.send("\r\n".join(lines) + "\r\n\r\n")

    def refuse(self, status, body, *headers):
        text = json.dumps(body)
        self.head(status, "application/json", headers, len(text))
        self.send(text)

    def silence(self):
        """Until the other side leaves, or the test ends."""
        self.socket.settimeout(0.2)
        while not self.provider.closed.is_set():
            try:
                if not self.socket.recv(4096):
                    return
            except socket.timeout:
                pass

    def wait(self, seconds):
        self.provider.closed.wait(seconds * SLOWER)


QUOTE = "Sales rose by four per cent"
ANSWER = json.dumps({"text": ("Sales grew in the third quarter, and the plan goes on as it was meant to. " * 3)[:188],
                     "quote": QUOTE})  # 60 tokens
WRONG = json.dumps({"text": "x", "quote": 7})
INVENTED = json.dumps({"text": "x", "quote": "Nobody said so"})


def good(out, wire, content=ANSWER, **end):
    out.head()
    out.send(wire.head() + "".join(wire.token(text) for text in tokens(content)) + wire.end(**end))


def part(out, wire, many):
    out.head()
    out.send(wire.head() + "".join(wire.token(text) for text in tokens(ANSWER)[:many]))


# ---- the faults -----------------------------------------------------------------------------------

FULL, FALLBACK, REFUSED = "full", "fallback", "refused"
FAULTS = {}


class Fault:
    """`play(out, wire, number)` is attempt `number`. What must come of it: the result, the class of the stage's
    end, how many attempts; where formats differ, `but` says how. `least`: seconds that it may not be faster than."""

    def __init__(self, play, result, label="ok", attempts=1, but=None, route="%s", least=0):
        self.play, self.wanted, self.but = play, (result, label, attempts), but or {}
        self.route, self.least = route, least
        FAULTS[play.__name__] = self

    def expected(self, wire):
        return self.but.get(wire, self.wanted)


def once(fail):
    """Fails the first time only."""
    def play(out, wire, number):
        if number == 1:
            fail(out, wire)
        else:
            good(out, wire)
    return play


def add(name, play, *args, **more):
    play.__name__ = name
    Fault(play, *args, **more)


def refusing(status, kind, *headers):
    return lambda out, wire, number=0: out.refuse(status, wire.error(kind), *headers)


def steadily(do):
    return lambda out, wire, number: do(out, wire)


def hang_up(out, wire):
    out.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def late_first_token(out, wire):
    out.head()
    out.send(wire.head())
    while not out.provider.closed.is_set():  # pings are no tokens
        out.send(wire.ping())
        out.wait(0.05)


def too_late(out, wire):
    """Whole and good, but the first token comes after 20 s."""
    out.head()
    out.provider.closed.wait(20)
    good(out, wire)


def stall(out, wire):
    part(out, wire, 20)
    out.silence()


def stall_with_pings(out, wire):
    part(out, wire, 20)
    while not out.provider.closed.is_set():
        out.send(wire.ping())
        out.wait(0.05)


def drip(out, wire):
    out.head()
    for byte in (wire.head() + wire.token("{")).encode():
        out.send(bytes([byte]))
        out.wait(0.1)


def broken_event(out, wire):
    part(out, wire, 5)
    out.send(wire.broken())


def endless_body(out, wire):
    out.head(kind="application/json")
    for _ in range(1 << 14):  # a gigabyte
        out.send(b" " * 65536)


def endless_stream(out, wire):
    part(out, wire, 3)
    pings = (wire.ping() + wire.token("")).encode() * 1000
    for _ in range(1 << 14):
        out.send(pings)


def huge_headers(out, wire):
    out.head(headers=["X-Much: " + "x" * 8000] * 128)
    out.silence()


def wrong_type(out, wire):
    out.head(kind="text/html")
    out.send("<h1>Welcome</h1>")


def refusal(out, wire):
    out.head()
    out.send(wire.head() + wire.refusal() + wire.end("refusal"))


def late_error(out, wire):
    part(out, wire, 5)
    out.send(wire.late_error("overloaded"))


def ends_with(why):
    def play(out, wire, number=0):
        part(out, wire, 5)
        out.send(wire.end(why))
    return play


def mending(second):
    """The first answer breaks its schema. The second comes only to who tells what the first was, and what is wrong."""
    def play(out, wire, number):
        turns = out.asked.get("messages") or out.asked["input"]
        words = [turn["content"] if isinstance(turn["content"], str) else turn["content"][0]["text"] for turn in turns]
        if number == 1:
            good(out, wire, WRONG)
        elif [turn["role"] for turn in turns] == ["user", "assistant", "user"] and words[1] == WRONG and "/quote" in words[2]:
            good(out, wire, second)
        else:
            out.refuse(404, wire.error("server"))
    return play


TRUNCATED = (FALLBACK, "stream_truncated", 2)
add("none", steadily(good), FULL)
add("rate_once", once(refusing(429, "rate", "Retry-After: 2")), FULL, "ok", 2, least=2)
add("rate_once_ms", once(refusing(429, "rate", "retry-after-ms: 150", "Retry-After: 60")), FULL, "ok", 2)
add("rate_too_long", refusing(429, "rate", "Retry-After: 60"), FALLBACK, "rate_limited", 1)
add("rate_for_ever", refusing(429, "rate"), FALLBACK, "rate_limited", 2)
add("error_once", once(refusing(500, "server")), FULL, "ok", 2)
add("error_final", refusing(500, "server", "x-should-retry: false"), FALLBACK, "server_error", 1)
add("busy_for_ever", refusing(503, "overloaded"), FALLBACK, "overloaded", 2)
add("overloaded_529", refusing(529, "overloaded"), FALLBACK, "overloaded", 2)
add("locked_409", refusing(409, "server"), FALLBACK, "server_error", 2)
add("reset_at_once", steadily(hang_up), *TRUNCATED)
add("silence", lambda out, wire, number: out.silence(), FALLBACK, "timeout_ttft", 1)
add("late_first_token", steadily(late_first_token), FALLBACK, "timeout_ttft", 1)
add("too_late", steadily(too_late), FALLBACK, "timeout_ttft", 1)
add("cut", lambda out, wire, number: part(out, wire, 40), *TRUNCATED)
add("stall", steadily(stall), FALLBACK, "timeout_idle", 1)
add("stall_with_pings", steadily(stall_with_pings), FALLBACK, "timeout_idle", 1)
add("malformed_once", once(broken_event), FULL, "ok", 2)
add("malformed", steadily(broken_event), FALLBACK, "stream_malformed", 2)
add("no_marker", lambda out, wire, number: good(out, wire, marker=False), FULL, but={"responses": TRUNCATED})
add("context", refusing(400, "context"), FALLBACK, "context_length", 1)
add("filter", refusing(400, "filter"), REFUSED, "content_filter", 1)
add("filter_at_the_end", ends_with("filter"), REFUSED, "content_filter", 1,
    but={"messages": (REFUSED, "refusal", 1)})
add("refusal", steadily(refusal), REFUSED, "refusal", 1)
add("wrong_key", refusing(401, "key"), FALLBACK, "auth", 1)
add("spend_limit", refusing(429, "spend"), FALLBACK, "quota_exhausted", 1)
add("spend_limit_400", refusing(400, "spend"), FALLBACK, "quota_exhausted", 1)
add("unpaid", refusing(402, "spend"), FALLBACK, "quota_exhausted", 1)
add("drip", steadily(drip), FALLBACK, "timeout_ttft", 1)
add("endless_body", steadily(endless_body), FALLBACK, "schema_invalid", 2)
add("endless_stream", steadily(endless_stream), FALLBACK, ("stream_malformed", "timeout_idle", "timeout_total"), None)
add("huge_headers", steadily(huge_headers), FALLBACK, "server_error", 2)
add("wrong_type", steadily(wrong_type), FALLBACK, "stream_malformed", 2)
add("wrong_once", once(lambda out, wire: good(out, wire, WRONG)), FULL, "ok", 2)
add("wrong", lambda out, wire, number: good(out, wire, WRONG), FALLBACK, "schema_invalid", 2)
add("invented", lambda out, wire, number: good(out, wire, INVENTED), FALLBACK, "invented", 2)
add("no_usage", lambda out, wire, number: good(out, wire, usage=False), FULL)
add("in_a_fence", lambda out, wire, number: good(out, wire, "Here:\n```json\n" + ANSWER + "\n```\n"), FULL)
add("in_prose", lambda out, wire, number: good(out, wire, "It is " + ANSWER[:-1] + ",} I hope."), FULL)
add("half", lambda out, wire, number: good(out, wire, ANSWER[:60]), FALLBACK, "schema_invalid", 2)
add("late_error", steadily(late_error), FALLBACK, "overloaded", 2)
add("length", ends_with("length"), FALLBACK, "output_truncated", 2)
add("mended", mending(ANSWER), FULL, "ok", 2, route="mended_%s")
add("wrong_again", mending(WRONG), FALLBACK, "schema_invalid", 2, route="mended_%s")
REPAIRED = {"in_a_fence": "taken from a fence", "in_prose": "taken from among words and mended"}


# ---- the tests ------------------------------------------------------------------------------------

def ask_by(server, name, document, timeout=30):
    return server.request("POST", f"/by/{name}", json.dumps({"document": document}), key=None,
                          timeout=timeout * SLOWER)


def result_of(reply):
    body = reply.json or {}
    if reply.status == 422 and body.get("error_code") == "refused":
        return REFUSED
    return body.get("result_type") if reply.status == 200 else f"{reply.status} {body.get('error_code')}"


def attempt_events(server, reply):
    events = server.get(f"/jobs/{reply.json['job_id']}/events").json["events"]
    return [event for event in events if event["kind"] == "ended" and event.get("stage") == "draft"]


def judge(server, provider, wire, name, reply, took):
    """What is wrong, or ""; and the row of the table."""
    result, label, attempts = FAULTS[name].expected(wire)
    body, got = reply.json or {}, result_of(reply)
    path = ((body.get("versions") or {}).get("fallback_path")) or []
    ended = attempt_events(server, reply)
    last = (ended[-1].get("error") or ended[-1].get("class") or "ok") if ended else "?"
    sent = provider.attempts.get((wire, name), 0)
    labels = label if isinstance(label, tuple) else (label,)
    row = f"{wire:9} {name:18} {got:9} {last:17} {sent} attempts {took * 1000:6.0f} ms {path}"
    wrong = [text for bad, text in (
        (got != result, f"the result is {got}, not {result}"),
        (last not in labels, f"the class is {last}, not {label}"),
        (attempts is not None and sent != attempts, f"{sent} attempts, not {attempts}"),
        (sent > 2, f"{sent} attempts"),
        (took > 9 * SLOWER, "the budget is over"),
        (took < FAULTS[name].least, "it did not wait as it was told"),
        (got == FULL and body["output"]["text"] != json.loads(ANSWER)["text"], "not the whole answer"),
        (got == FULL and body["model_version"] != VERSION, "not the provider's model"),
        (got == FALLBACK and body["model_version"] != "small-1", "not the fallback's model"),
        (got == FALLBACK and not body["usage"]["output_tokens"] > 0, "not the fallback's usage"),
        (got == FULL and name == "none" and (body["usage"]["input_tokens"], body["usage"]["output_tokens"])
         != (COUNTS[0], COUNTS[2]), f"usage {body.get('usage')}"),
        (got == FULL and name == "none" and body["usage"]["cost_usd"] != "0.004120",
         f"cost {(body.get('usage') or {}).get('cost_usd')}"),
        (ended and ended[-1].get("repaired") != REPAIRED.get(name), f"repaired: {ended and ended[-1].get('repaired')}"),
        (provider.sent.get((wire, name), 0) > 400 << 20, "more was read than a bound allows"),
    ) if bad]
    return "; ".join(wrong), row


def faults(binary, place):
    provider, mock = Provider(), Mock(spec=place)
    server = serve(binary, provider.url, f"http://127.0.0.1:{mock.port}/v1")
    results, gate = {}, threading.Semaphore(6)

    def run(wire, name):
        with gate:
            start = time.monotonic()
            reply = ask_by(server, FAULTS[name].route % wire, f"{QUOTE}. fault={name}")
            results[wire, name] = (reply, time.monotonic() - start)

    threads = [threading.Thread(target=run, args=(wire, name)) for name in FAULTS for wire in WIRES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in FAULTS:
        for wire in WIRES:
            if not ok((wire, name) in results, f"{wire} {name}: there is a reply"):
                continue
            wrong, row = judge(server, provider, wire, name, *results[wire, name])
            ok(not wrong, row, wrong)
    metrics = server.request("GET", "/metrics", key=None).raw.decode()
    stage = 'workflow="by_chat",stage="draft",target="chat"'
    for row in ('wright_retries_total{%s,class="stream_truncated"}' % stage,
                'wright_invalid_output_total{%s,rule="type"}' % stage,
                'wright_invalid_output_total{%s,rule="check"}' % stage,
                'wright_repaired_total{target="chat",how="taken from a fence"}',
                'wright_attempt_duration_seconds_count{%s}' % stage):
        found = re.search("^" + re.escape(row) + r" (\d+)$", metrics, re.M)
        ok(found and int(found[1]) > 0, f"counted: {row}",
           "\n".join(re.findall(r"^wright_(?:inv|ret|rep).*", metrics, re.M)))
    after = ask_by(server, "chat", f"{QUOTE}. And now it is well. fault=none")
    same((result_of(after), server.request("GET", "/livez", key=None).status), (FULL, 200), "healthy after all that")
    held = lambda: [row for row in server.request("GET", "/metrics", key=None).raw.decode().splitlines()
                    if re.match(r"wright_target_(in_use|queued|breaker)\{.* [^0]", row)]
    ok(until(lambda: not held()), "no place is held, no breaker open", held())
    most = memory(server.process.pid)
    ok("sanitized" in BUILD or most < 200, f"a gigabyte came by, {most} MB is the most it ever held")


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1]) >> 10


def breaker_of(server, name):
    metrics = server.request("GET", "/metrics", key=None).raw.decode()
    return int(re.search(r'^wright_target_breaker{target="%s",kind="model"} (\d)$' % name, metrics, re.M)[1])


def down_for(server, provider, wire, seconds, seen):
    def client():
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            seen.append(result_of(ask_by(server, f"down_{wire}", f"{QUOTE}. fault=outage")))
            provider.closed.wait(0.05 * SLOWER)
    threads = [threading.Thread(target=client) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def outage(binary, place):
    """Down for a while, then healthy: three clients go on asking, over two loops."""
    provider, mock = Provider(), Mock(spec=place)
    server = serve(binary, provider.url, f"http://127.0.0.1:{mock.port}/v1", ("--loops", "2"))
    for wire in WIRES:
        provider.well.clear()
        seen, begun = [], time.monotonic()
        down_for(server, provider, wire, DOWN or 4 * WINDOW, seen)
        took, sent = time.monotonic() - begun, provider.attempts.get((wire, "outage"), 0)
        ok(len(seen) > 10 and set(seen) == {FALLBACK}, f"{wire}: while it is down, all {len(seen)} are answered", seen)
        most = 3 + 3 + took / WINDOW + 1  # to open it; under way by then; one probe a window
        ok(4 <= sent <= most, f"{wire}: it was asked {sent} times in {took:.1f} s", most)
        ok(breaker_of(server, f"down_{wire}") in (1, 2), f"{wire}: the breaker is seen to be open")
        provider.well.set()
        results, due = [], provider.newest_refusal + WINDOW + 0.4 * SLOWER
        while not results or (results[-1][1] == FALLBACK and len(results) < 500):
            start = time.monotonic()
            results.append((start, result_of(ask_by(server, f"down_{wire}", f"{QUOTE}. fault=outage"))))
            provider.closed.wait(0.02)
        ok(results[-1][1] == FULL and all(start < due for start, result in results if result != FULL),
           f"{wire}: back on it within one window", results[-3:])
        same(breaker_of(server, f"down_{wire}"), 0, f"{wire}: the breaker is closed")


def simulated(names, binary, place):
    """`wright mock` in each format, and each way to hold a model to its schema."""
    mock = Mock(spec=place)
    url = f"http://127.0.0.1:{mock.port}/v1"
    server = serve(binary, url, url)
    for name in names:
        reply = ask_by(server, name, f"The {name} model was asked. It said what it had to say, and went home.")
        good_one = result_of(reply) == FULL and reply.json["model_version"] == name + "-1"
        ok(good_one and reply.json["usage"]["output_tokens"] > 0, f"{name}: full", reply)
    for wire in WIRES:
        for way, label in (("cut", "stream_truncated"), ("malformed", "stream_malformed"),
                           ("length", "output_truncated"), ("wrong", "schema_invalid"), ("429", "rate_limited"),
                           ("401", "auth"), ("402", "billing"), ("404", "not_found"), ("500", "server_error"),
                           ("529", "overloaded")):
            mock.set(**{wire: way})
            reply = ask_by(server, wire, f"The {wire} model is {way}. It is so, and that is that.")
            path = ((reply.json or {}).get("versions") or {}).get("fallback_path") or []
            ok(result_of(reply) == FALLBACK and f"draft: {label}" in path, f"{wire} {way}: {label}", reply)
        for way in ("refuse", "filter"):
            mock.set(**{wire: way})
            same(result_of(ask_by(server, wire, f"The {wire} model will {way}. It does.")), REFUSED, f"{wire} {way}")


if __name__ == "__main__":
    try:
        NAMES, MADE, SPEC = built()
    except RuntimeError as error:
        sys.exit(str(error))
    main(lambda: simulated(NAMES, MADE, SPEC), lambda: faults(MADE, SPEC),
         lambda: outage(MADE, SPEC))
