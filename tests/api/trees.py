"""tests/lang/ok/tree.flow, built and served beside services that can wait for each other and see when they
are left: what the tests of members, items and children share. Only the standard library."""
import select

from harness import *
import orders

ACCOUNT, COMPANY, NEWS = "get /accounts", "get /by-domain", "get /search"
NOTE, PAID, DRAW = "post /accounts", "post /payments", "get /draw"


class Hang:
    """A way that never answers, and notes when the other side has gone."""


class Sources(orders.Services):
    def reset(self):
        with self.lock:
            self.calls.clear()
            self.left = []
            self.ways = {"*": Way(body={"text": "A caption."}), ACCOUNT: Way(body={"name": "Ink"}),
                         COMPANY: Way(body={"about": "They make ink."}), NEWS: Way(body={"headline": "Ink!"}),
                         NOTE: Way(201, {"id": "n-1"}), PAID: Way(201, {}),
                         DRAW: lambda path: Way(body={"url": "https://x/" + path.split("/")[2].split("?")[0]})}

    def serve(self, request, text):
        name = request.command.lower() + " /" + request.path.split("/")[1].split("?")[0]
        with self.lock:
            way = self.ways.get(name)
        if not isinstance(way, Hang):
            return super().serve(request, text if request.command == "POST" else request.path)
        with self.lock:
            self.calls.append({"name": name, "path": request.path, "text": text})
        request.close_connection = True
        while not self.stopping.is_set():
            if select.select([request.connection], [], [], 0.05)[0]:
                with self.lock:
                    self.left.append(name)
                return


class Tree(Server):
    def __init__(self, sources, environment=None, **more):
        self.binary = orders.built("tree")
        urls = {name: sources.url for name in ("CRM_URL", "COMPANY_URL", "NEWS_URL", "PAINTER_URL", "BANK_URL")}
        super().__init__(sources, environment={**urls, **(environment or {})}, **more)

    def call(self, route, body, headers=None, timeout=20):
        return self.request("POST", route, json.dumps(body), headers, "", timeout)

    def research(self, **more):
        return self.call("/research", {"account": "a-1", "domain": "ink.example"}, **more)

    def board(self, names, **more):
        return self.call("/boards", {"title": "t", "scenes": [{"name": name} for name in names]}, **more)
