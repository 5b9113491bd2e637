"""The four APIs of spec/ as they are shipped, and what stands behind them: models of two wire formats, the CRM and
the other tools, which answer as they are told and see when they are left. Only the standard library."""
import base64, hashlib, hmac, os, select, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
import orders, variants
from trees import Hang
from wires import WIRES

ROOT = orders.ROOT
SMALL, LARGE, HEAVY = "small-2026-08-07", "large-2026-08-07", "heavy-2026-09"
WEBHOOK, SECRET = "post /hooks", base64.b64encode(bytes(range(32))).decode()
ACCOUNT, COMPANY, NEWS, NOTE = "get /accounts", "get /by-domain", "get /search", "post /accounts"
ROUTES = {"briefs": ROUTE, "sales": "/sales/research-account", "support": "/support/draft-response",
          "videos": "/videos/create-storyboard"}
KEYS = {"sales": "SALES_KEYS", "support": "SUPPORT_KEYS", "videos": "VIDEOS_KEYS"}
URLS = ("CRM_URL", "COMPANY_URL", "NEWS_URL", "STATUS_URL")
SECRETS = ("CRM_TOKEN", "COMPANY_TOKEN", "NEWS_TOKEN", "STATUS_TOKEN", "ANTHROPIC_KEY")


def fixture(name):
    with open(os.path.join(ROOT, "spec", "fixtures", name + ".json"), encoding="utf-8") as file:
        return json.load(file)


class World(orders.Services):
    """Everything that the four call. A way that is a Hang is never answered, and says in `left` when it is cut."""

    def reset(self):
        gathered = fixture("sales-gathered")
        with self.lock:
            self.calls.clear()
            self.left, self.now, self.most = [], 0, 0
            self.ways = {"*": Way(body=POINTS), "get /terms": Way(body={"terms": {}}), LARGE: Way(body=POINTS),
                         ACCOUNT: Way(body=gathered["account"]), COMPANY: Way(body=gathered["company"]),
                         NEWS: Way(body=gathered["news"]), NOTE: lambda text: Way(201, {"id": "n_1"}),
                         WEBHOOK: Way(204), HEAVY: Way(body=fixture("videos-detail"))}

    def serve(self, request, text):
        name = request.command.lower() + " /" + request.path.split("/")[1].split("?")[0]
        if isinstance(self.ways.get(name), Hang):
            return self.hang(request, name)
        super().serve(request, request.path if name == NOTE else text)  # a note is told apart by its account

    def answer(self, request, name, body):
        """A model's call; how many are under way at once is counted."""
        with self.lock:
            way = self.ways.get(name, self.ways["*"])
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            if isinstance(way, Hang):
                self.hang(request, name)
            else:
                super().answer(request, name, body)
        finally:
            with self.lock:
                self.now -= 1

    def told(self, count):
        """What a client was notified of: each webhook's type and headers, once there are so many."""
        until(lambda: len(self.sent(WEBHOOK)) >= count, 20)
        return [(json.loads(call["text"])["type"].split(".")[-1], call) for call in self.sent(WEBHOOK)]

    def hang(self, request, name):
        with self.lock:
            self.calls.append({"name": name, "path": request.path, "at": time.monotonic()})
        request.close_connection = True
        while not self.stopping.is_set():
            if select.select([request.connection], [], [], 0.05)[0]:
                with self.lock:
                    self.left.append((name, time.monotonic()))
                return

    def stream(self, request, way, body):
        if not request.path.endswith("/messages"):
            return super().stream(request, way, body)
        wire, text = WIRES["messages"], json.dumps(way.body)
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Connection", "close")
        request.end_headers()
        request.close_connection = True
        request.wfile.write((wire.head() + wire.token(text) + wire.end()).encode())


class Api(Server):
    """One of the four, as the build made it; or `text`, a variant of its specification, built here."""

    def __init__(self, name, world, environment=None, change=None, keys_more=(), **more):
        self.name = name
        self.binary = os.path.join(os.path.abspath(BUILD), name) if not change else variant(name, change)
        callers = ",".join([line for _, line in keys()] + list(keys_more))
        url = world.url if world else "http://127.0.0.1:9"
        named = {KEYS[name]: callers} if name in KEYS else {}
        super().__init__(world, environment={
            **{one: url for one in URLS}, **{one: "secret" for one in SECRETS}, "ANTHROPIC_URL": url + "/v1",
            "WEBHOOK_URL": url + "/hooks", "WEBHOOK_SECRET": "whsec_" + SECRET, **named, **(environment or {})}, **more)

    def send(self, body, headers=None, key="", timeout=40):
        return self.request("POST", ROUTES[self.name], json.dumps(body), headers, key, timeout)

    def job(self, job, wait=0):
        return self.request("GET", f"/jobs/{job}" + (f"?wait={wait}" if wait else ""), None, None, "", 60).json

    def ended(self, job):
        return until(lambda: (body := self.job(job, wait=5))["final"] and body, 60) or self.job(job)

    def command(self, *words):
        return subprocess.run([self.binary, *words, "--store", "sqlite:" + self.store], capture_output=True,
                              text=True, env={}, timeout=30 * SLOW)


def variant(name, change):
    """The specification with some of its texts replaced, built; each must be there."""
    inside = os.path.join(folder, f"{name}-{abs(hash(str(change)))}")
    if not os.path.exists(inside):
        subprocess.run(["cp", "-r", os.path.join(ROOT, "spec"), inside], check=True)
        place = os.path.join(inside, name + ".flow")
        with open(place, encoding="utf-8") as file:
            text = file.read()
        for old, new in change:
            if old not in text:
                raise RuntimeError(f"{name}.flow does not say {old!r}")
            text = text.replace(old, new)
        with open(place, "w", encoding="utf-8") as file:
            file.write(text)
        variants.build(place)
    return os.path.join(inside, name)


def timed(work):
    began = time.monotonic()
    reply = work()
    return reply, time.monotonic() - began


def within(budget, send, control, tries=5):
    """Sends until a reply comes within the budget and what this machine, busy as it is, takes for `control`, which
    waits for nothing. Gives that reply, or the last; how long it took; and what it was allowed."""
    for _ in range(tries):
        _, before = timed(control)
        reply, took = timed(send)
        _, after = timed(control)
        allowed = budget + 0.05 + max(before, after)
        if took <= allowed:
            break
    return reply, took, allowed


def is_signed(call):
    """As Standard Webhooks words it."""
    head = call["headers"]
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.{call['text']}".encode()
    want = base64.b64encode(hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()).decode()
    return head["webhook-signature"] == "v1," + want


def problem(reply, status, code):
    return reply.status == status and (reply.json or {}).get("type", "").endswith(":" + code)
