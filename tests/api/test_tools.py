#!/usr/bin/env python3
"""A model that calls tools, in each wire format, over real sockets: what it is told, what leaves, what it costs,
and what becomes of calls that are wrong, too many, endless, refused, cut or under way when the process dies. What a
model says stands in the document that is sent: its turns, then its answer."""
import json, os, re, socket, subprocess, sys, threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import variants
from harness import *
from mocks import Mock
from wires import COUNTS, WIRES, tokens

PROVIDERS = {"chat": "openai.chat", "responses": "openai.responses", "messages": "anthropic.messages"}
WAYS = {"": "", "_tool": "structured tool"}
MODELS = {name + way: (provider, clause) for name, provider in PROVIDERS.items() for way, clause in WAYS.items()}
TIMEOUT = int(3000 * max(SLOW, 1))

HEAD = """api shop version "1.0.0" { auth none }

schema Question { text: string(1..4000) }
schema Answer   { text: string(1..2000) }
schema OrderId  { id: string(r"[A-Z]{2}[0-9]{4}") }
schema Note     { order: string(r"[A-Z]{2}[0-9]{4}")  text: string(1..200) }
open schema Order { id: string(1..20)  status: enum("open", "sent", "lost") }
open schema Filed { id: string(1..40) }

error refused is refusal    "The model refused."          status 422
error down    is overloaded "Nothing could answer."       status 503
error used_up is limit_reached "It could not decide."     status 503
error unclear is uncertain  "A refund may have happened." status 500

service orders {
  url env ORDERS_URL
  idempotency key "Idempotency-Key"

  /// Finds an order by its id.
  operation find_order takes OrderId {
    get "/orders/${input.id}" as Order
    timeout %(timeout)dms
    retry 1 on transient backoff 10ms..20ms
  }
  /// Files a note with an order.
  operation add_note takes Note {
    post "/orders/${input.order}/notes" as Filed body { text: input.text }
    timeout %(timeout)dms
  }
}
service money {
  url env MONEY_URL
  operation refund takes OrderId {
    post "/refunds" body { order: input.id }
    timeout %(timeout)dms
  }
}
""" % {"timeout": TIMEOUT}
MODEL = """model %s {
  provider %s %s
  url env MODEL_URL  auth bearer env MODEL_KEY
  name "%s"
  max input 20_000 tokens, output 500 tokens
  price input $1.00, cached $0.10, output $10.00 per million tokens
}
"""
WORKFLOW = """workflow by_%s version 1 {
  route POST "/by/%s"
  input Question
  output Answer
  latency background 10m
  cost at most $2.00

  stage answer {
    ask %s prompt "answer.md" as Answer
      tools [orders.find_order, orders.add_note, money.refund] at most 3 turns
    timeout %dms
    retry 1 on transient backoff 10ms..20ms
    on ok            -> done full
    on limit_reached -> fail used_up
    on rejected      -> fail refused
    on uncertain     -> fail unclear
    on error         -> fail down
  }
}
"""


def built():
    text = HEAD
    for name, (provider, clause) in MODELS.items():
        text += MODEL % (name, provider, clause, name + "-1") + WORKFLOW % (name, name, name, TIMEOUT)
    place = os.path.join(folder, "shop.flow")
    for path, content in ((place, text), (os.path.join(folder, "answer.md"), "Answer: ${input.text}\n")):
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
    return variants.build(place)


PLACE = os.path.join(folder, "shop.flow")


# ---- a model that says what the document has it say, and the services it calls -----------------------

class World:
    """One listener for all. `asked` is what each model's request said, `called` each service's."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.asked, self.called, self.lock = [], [], threading.Lock()
        self.held, self.release, self.holds = threading.Event(), threading.Event(), set()
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
        self.release.set()
        self.listener.close()

    def hold(self, what):
        """The next request that matches stays without an answer until `let_go`."""
        self.held.clear()
        self.release.clear()
        self.holds = {what}

    def let_go(self):
        self.holds = set()
        self.release.set()

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
        length = int((re.search(rb"content-length: (\d+)", head, re.I) or [0, 0])[1])
        while len(body) < length:
            body += connection.recv(65536)
        return head.decode(), body.decode()

    def wait(self, what):
        if what in self.holds:
            self.held.set()
            self.release.wait(60)

    def answer(self, connection, head, body):
        method, path = head.split(" ", 2)[:2]
        wire = next((wire for wire in WIRES.values() if wire.path == path), None)
        status, kind, text = self.say(wire, body) if wire else self.serve(method, path, head, body)
        connection.sendall((f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(text.encode())}\r\n"
                            "Connection: close\r\n\r\n" + text).encode())

    def serve(self, method, path, head, body):
        key = re.search(r"idempotency-key: (\S+)", head, re.I)
        with self.lock:
            self.called.append({"method": method, "path": path, "key": key and key[1],
                                "body": json.loads(body) if body else None})
        self.wait(f"{method} {path}")
        order = re.search(r"[A-Z]{2}\d{4}", path + body)[0]
        if order.startswith("NO"):
            return 404, "application/json", '{"error":"there is none"}'
        if order.startswith("BD"):
            return 503, "application/json", '{"error":"down"}'
        if order.startswith("GW"):
            return 504, "application/json", "{}"
        if method == "POST" and path == "/refunds":
            return 202, "application/json", "{}"
        if method == "POST":
            return 201, "application/json", '{"id":"note-1","at":"now"}'
        return 200, "application/json", json.dumps({"id": order, "status": "sent", "owner": "not asked for"})

    def say(self, wire, body):
        request = json.loads(body)
        turns, results = wire.conversation(request)
        said = next(one["content"] for one in request.get("messages", request.get("input")) if one["role"] == "user")
        script = json.loads(said.partition("Answer: ")[2])
        step = len(turns)
        with self.lock:
            self.asked.append({"name": script["name"], "turns": turns, "results": results, "request": request,
                               "tools": wire.tools(request), "choice": wire.choice(request), "wire": wire})
            again = sum(one["name"] == script["name"] and len(one["turns"]) == step for one in self.asked) > 1
        self.wait(f"turn {step} of {script['name']}")
        if script.get("stumbles") == step and not again:
            return 503, "application/json", json.dumps(wire.error("overloaded"))
        said = script["turns"][min(step, len(script["turns"]) - 1)] if script.get("endless") else \
            script["turns"][step] if step < len(script["turns"]) else None
        by_tool = "Answer" in wire.tools(request)
        text = wire.head()
        if said:
            text += "".join(wire.call(at, name, arguments) for at, (name, arguments) in enumerate(said * script.get("times", 1)))
        elif by_tool:
            text += wire.call(0, "Answer", json.dumps({"text": script["answer"]}))
        else:
            text += "".join(wire.token(part) for part in tokens(json.dumps({"text": script["answer"]})))
        return 200, "text/event-stream", text + wire.end("calls" if said or by_tool else "stop")

    def of(self, name):
        with self.lock:
            return [one for one in self.asked if one["name"] == name]

    def to(self, order):
        with self.lock:
            return [one for one in self.called if order in one["path"] or order in json.dumps(one["body"])]


binary = None


def serve(world, **more):
    Server.binary = binary
    return Server(environment={"MODEL_URL": world.url + "/v1", "MODEL_KEY": "secret-key", "ORDERS_URL": world.url,
                               "MONEY_URL": world.url}, **more)


def start(server, model, name, turns, answer="It is on its way.", **more):
    script = json.dumps({"name": name, "turns": turns, "answer": answer, **more})
    reply = server.request("POST", f"/by/{model}", json.dumps({"text": script}), key=None)
    return reply.json["job_id"]


def end(server, job):
    return until(lambda: (lambda reply: reply.json if reply.json["status"] in (
        "completed", "degraded", "failed", "cancelled") else None)(server.request("GET", f"/jobs/{job}?wait=2", key=None)), 30)


def events(server, job):
    return server.request("GET", f"/jobs/{job}/events", headers={"Accept": "application/json"}, key=None).json["events"]


def find(order):
    return ["find_order", json.dumps({"id": order})]


def note(order, text="Late."):
    return ["add_note", json.dumps({"order": order, "text": text})]


def refund(order):
    return ["refund", json.dumps({"id": order})]


# ---- how it goes --------------------------------------------------------------------------------------

def check_talk(world, model, a, b, state):
    asked = world.of(model)
    same((state["status"], state["output"]), ("completed", {"text": "It is on its way."}), f"{model}: it answers")
    same(len(asked), 3, f"{model}: it is asked once more than it has called")
    own = ["Answer"] if model.endswith("_tool") else []
    same(asked[0]["tools"], ["find_order", "add_note", "refund"] + own, f"{model}: it is told of the tools")
    same(asked[0]["choice"], "required" if own else "auto", f"{model}: it may call what it likes")
    same(asked[2]["turns"], [[("find_order", {"id": a})], [("add_note", {"order": a, "text": "Late."}),
                                                             ("find_order", {"id": b})]], f"{model}: it reads what it called")
    same([json.loads(one) for one in asked[2]["results"]],
         [{"id": a, "status": "sent"}, {"id": "note-1"}, {"id": b, "status": "sent"}],
         f"{model}: and what came of it, by its schema")
    calls = world.to(a) + world.to(b)
    same(sorted((one["method"], one["path"]) for one in calls),
         sorted([("GET", f"/orders/{a}"), ("POST", f"/orders/{a}/notes"), ("GET", f"/orders/{b}")]),
         f"{model}: each call leaves once")
    ok(all(bool(one["key"]) == (one["method"] == "POST") for one in calls), f"{model}: what is kept has its key")
    same((state["usage"]["input_tokens"], state["usage"]["output_tokens"], state["usage"]["attempts"]),
         (3 * COUNTS[0], 3 * COUNTS[2], 3), f"{model}: all of it is counted")
    same(list(state["versions"]["tools"]), ["orders"], f"{model}: the services that were called have their versions")


def test_formats():
    world = World()
    server = serve(world)
    orders = {model: (f"AA{at:04}", f"AB{at:04}") for at, model in enumerate(MODELS)}
    jobs = {model: start(server, model, model, [[find(a)], [note(a), find(b)]]) for model, (a, b) in orders.items()}
    for model, job in jobs.items():
        check_talk(world, model, *orders[model], end(server, job))


def test_told():
    """What is wrong with a call is told to the model, and nothing of it leaves."""
    world = World()
    server = serve(world)
    for at, model in enumerate(PROVIDERS):
        order, none = f"BA{at:04}", f"NO{at:04}"
        wrong = [["find_it", "{}"], ["find_order", "{\"id\": "], ["find_order", json.dumps({"id": "x/../y"})],
                 ["find_order", json.dumps({"id": order, "more": 1})], find(none), find(order)]
        state = end(server, start(server, model, model, [wrong]))
        results = world.of(model)[1]["results"]
        same(state["status"], "completed", f"{model}: it goes on after calls that were wrong")
        ok("no tool of this name" in results[0] and "find_order, add_note, refund" in results[0],
           f"{model}: a name that is none, with those there are", results)
        ok("arguments" in results[1], f"{model}: arguments that are no JSON", results[1])
        ok("/id" in results[2] and "x/.." not in results[2], f"{model}: arguments that do not fit, by their place", results[2])
        ok("/more" in results[3], f"{model}: arguments that its schema does not know", results[3])
        ok("not_found" in results[4], f"{model}: what the service has refused", results[4])
        same(json.loads(results[5])["id"], order, f"{model}: and what went well beside them")
        same(len(world.to(order)) + len(world.to(none)), 2, f"{model}: nothing else leaves")
        same(world.of(model)[1]["turns"][0][1], ("find_order", {}), f"{model}: what was no JSON is not said again")
    job = start(server, "chat", "long", [[["find_" + "x" * 1000, "{}"], ["refund\u0000\n", "[" * 1000]]])
    same(end(server, job)["status"], "completed", "a name of 1,000 letters and arguments of 1,000 brackets are told as well")


def test_bounds():
    world = World()
    server = serve(world)
    for at, model in enumerate(PROVIDERS):
        order = f"CA{at:04}"
        state = end(server, start(server, model, "many" + model, [[find(order)]], times=1000))
        same((state["status"], len(world.to(order))), ("completed", 8), f"{model}: of 1,000 calls in an answer eight are made")
        order = f"CB{at:04}"
        state = end(server, start(server, model, "ends" + model, [[find(order)]], endless=True))
        asked = world.of("ends" + model)
        same((state["status"], state["error_code"]), ("failed", "used_up"), f"{model}: a model that only calls has not answered")
        same((len(asked), len(world.to(order))), (4, 3), f"{model}: three turns, and the answer that was none")
        same([one["choice"] for one in asked], ["auto"] * 3 + ["none"], f"{model}: it is told when it must answer")


def test_failures():
    world = World()
    server = serve(world)
    state = end(server, start(server, "chat", "down", [[find("BD0001"), find("DA0001")]]))
    same((state["status"], state["error_code"]), ("failed", "down"), "a tool that is down ends the stage with its class")
    same((len(world.to("BD0001")), len(world.of("down"))), (2, 1), "after its own retries, and the model is not asked again")
    state = end(server, start(server, "messages", "doubt", [[refund("GW0001"), find("DA0002")]]))
    same((state["error_code"], len(world.to("GW0001"))), ("unclear", 1), "an effect that may have happened is uncertain, and sent once")
    state = end(server, start(server, "responses", "stumbles", [[note("DA0003")], [find("DA0003")]], stumbles=1))
    same((state["status"], len(world.to("DA0003")), len(world.of("stumbles"))), ("completed", 2, 4),
         "a model that fails between turns is asked again, and what it has called is not called again")


def test_mock():
    """`wright mock` calls what only reads, one in a turn, then it answers."""
    mock = Mock(spec=PLACE)
    Server.binary = binary
    server = Server(environment={name: value for name, value in mock.env.items() if name != "WRIGHT_MOCK_KEY"})
    for at, model in enumerate(MODELS):
        job = server.request("POST", f"/by/{model}", json.dumps({"text": f"Where is my order number {at}?"}), key=None)
        state = end(server, job.json["job_id"])
        same((state["status"], mock.calls(model), mock.calls("orders"), mock.calls("money")),
             ("completed", 2, at + 1, 0), f"{model}: the simulated model finds an order before it answers")


def proved(name):
    run = subprocess.run([os.path.join(BUILD, "wright"), "prove", PLACE, "--format", "json"], capture_output=True, text=True,
                         timeout=60 * SLOW)
    return json.loads(run.stdout)["workflows"]["by_" + name]


def test_simulated():
    """Models that call tools by chance, right and wrong, through crashes; and one that calls as dear, or as late, as it may."""
    def simulate(*flags):
        return subprocess.run([binary, "simulate", "--seed", "7", *flags], capture_output=True, text=True, timeout=300 * SLOW)

    run = simulate("--jobs", "4000", "--crash")
    ok("no invariant was broken" in run.stdout, "4,000 jobs with tools through crashes: no invariant is broken", run.stdout[-800:])
    ok(int(re.search(r"upstream +(\d+) calls", run.stdout)[1]) > 6000, "and their models call tools", run.stdout[-800:])
    run = simulate("--jobs", "600", "--adversary", "cost")
    worst = {name: float(usd) for name, usd in re.findall(r"by_(\w+): .*\$([\d.]+) \(seed", run.stdout)}
    most = {name: float(proved(name)["cost"]["most_usd"]) for name in MODELS}
    ok(worst and all(0.5 * most[name] < usd <= most[name] for name, usd in worst.items()),
       "the dearest job that an adversary finds is below what is proved, and not far", (worst, most))


# ---- in the middle of it --------------------------------------------------------------------------------

def test_restart():
    world = World()
    for model in PROVIDERS:
        server = serve(world)
        order = f"E{model[0].upper()}0001"
        world.hold(f"turn 1 of kill{model}")
        job = start(server, model, "kill" + model, [[find(order), note(order), refund(order)], [find(order)]])
        ok(world.held.wait(20 * SLOW), f"{model}: the second answer is under way")
        until(lambda: sum(one["kind"] == "ended" and one.get("path", "").startswith("answer/") for one in events(server, job)) == 3)
        server.kill()
        world.let_go()
        server.start()
        state = end(server, job)
        same(state["status"], "completed", f"{model}: a killed process goes on between turns")
        same(sorted((one["method"], one["path"]) for one in world.to(order)),
             sorted([("GET", f"/orders/{order}"), ("POST", f"/orders/{order}/notes"), ("POST", "/refunds"),
                     ("GET", f"/orders/{order}")]), f"{model}: what was called before is not called again")
        same(world.of("kill" + model)[-1]["results"][:2],
             [json.dumps({"id": order, "status": "sent"}, separators=(",", ":")), '{"id":"note-1"}'],
             f"{model}: and its results are those of before")
        server.kill()


def test_restart_in_a_call():
    world = World()
    server = serve(world)
    world.hold("POST /orders/FA0001/notes")
    job = start(server, "chat", "keyed", [[note("FA0001")]])
    ok(world.held.wait(20 * SLOW), "a keyed call is under way")
    server.kill()
    world.let_go()
    server.start()
    same(end(server, job)["status"], "completed", "a killed process makes it again")
    calls = world.to("FA0001")
    same((len(calls), len({one["key"] for one in calls}), len(world.of("keyed"))), (2, 1, 2),
         "under its one key, and does not ask the model again")
    world.hold("POST /refunds")
    job = start(server, "chat", "once", [[refund("FA0002")]])
    ok(world.held.wait(20 * SLOW), "a once call is under way")
    server.kill()
    world.let_go()
    server.start()
    same((end(server, job)["error_code"], len(world.to("FA0002"))), ("unclear", 1), "it is uncertain, and not sent again")


def test_cancel():
    world = World()
    server = serve(world)
    world.hold("GET /orders/GA0001")
    job = start(server, "messages", "cancel", [[find("GA0001"), note("GA0001")]])
    ok(world.held.wait(20 * SLOW), "a tool is being called")
    reply = server.request("POST", f"/jobs/{job}/cancel", "", key=None)
    same((reply.json["status"], end(server, job)["status"]), ("cancelled", "cancelled"), "a job is cancelled among its calls")
    world.let_go()
    same(len(world.of("cancel")), 1, "and the model is not asked again")
    kinds = [one for one in events(server, job) if one.get("path", "").startswith("answer/")]
    ok(kinds, "each call has its own place in the journal", events(server, job))


if __name__ == "__main__":
    binary = built()
    main(test_formats, test_told, test_bounds, test_failures, test_mock, test_simulated, test_restart, test_restart_in_a_call, test_cancel)
