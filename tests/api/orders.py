"""tests/lang/ok/writes.flow and effects.flow, built and served beside services that remember what was done to
them: what the tests of writes and of crashes share. Only the standard library."""
import os

from harness import *
import programs

def built(name):
    """The specification as a binary of this build."""
    return programs.build(os.path.join(ROOT, "tests", "lang", "ok", name + ".flow"), os.path.join(folder, name))


class Services(Upstream):
    """The stock, the CRM, the bank and the model. `ways` maps "post /charges" and the like to a Way."""

    def __init__(self):
        super().__init__()
        handler = self.server.RequestHandlerClass
        asks = handler.do_POST

        def rest(request):
            if request.path.startswith("/v1/"):
                return asks(request)
            length = int(request.headers.get("Content-Length") or 0)
            self.serve(request, request.rfile.read(length).decode())

        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
            setattr(handler, "do_" + method, rest)

    def reset(self):
        with self.lock:
            self.calls.clear()
            self.ways = {"*": Way(body={"text": "fine"}), "get /items": Way(body={"name": "A \"thing\""}),
                         "put /items": Way(204), "head /items": Way(body={}), "delete /holds": Way(204),
                         "post /notes": lambda text: Way(201, {"id": "n-1"}),
                         "post /charges": Way(201, {"charged": True})}

    def serve(self, request, text):
        name = request.command.lower() + " /" + request.path.split("/")[1].split("?")[0]
        with self.lock:
            self.calls.append({"name": name, "path": request.path, "text": text,
                               "headers": {k.lower(): v for k, v in request.headers.items()}})
        way = self.way(name, text)
        if way.silent or way.delay and self.stopping.wait(way.delay):
            self.stopping.wait(60)
            request.close_connection = True
            return
        try:
            if way.raw is not None:
                request.wfile.write(way.raw)
                request.close_connection = True
                return
            body = b"" if way.status == 204 or way.body is None else json.dumps(way.body).encode()
            request.send_response(way.status)
            if way.status != 204:
                request.send_header("Content-Type", "application/json")
                request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            if request.command != "HEAD":
                request.wfile.write(body)
        except OSError:
            request.close_connection = True


class Orders(Server):
    def __init__(self, services, environment=None, spec="writes", **more):
        self.binary = built(spec)
        urls = {name: services.url for name in ("STOCK_URL", "CRM_URL", "BANK_URL")}
        super().__init__(services, environment={**urls, **(environment or {})}, **more)

    def order(self, sku="a-1", note="", headers=None, timeout=20, **more):
        body = json.dumps({"sku": sku, **({"note": note} if note is not None else {}), **more})
        return self.request("POST", "/orders", body, headers, "", timeout)
