"""A collector of traces by OTLP over HTTP in JSON. Only the standard library."""
import json, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import open_things


class Collector:
    """Keeps what it is sent. `answers`: the statuses of the next requests, 200 after them; `hangs`: says nothing."""

    def __init__(self):
        self.requests, self.answers, self.lock = [], [], threading.Lock()
        self.partial, self.hangs, self.stopping = None, False, threading.Event()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with collector.lock:
                    collector.requests.append((self.path, dict(self.headers), body))
                    status = collector.answers.pop(0) if collector.answers else 200
                if collector.hangs:
                    collector.stopping.wait(60)
                    self.close_connection = True
                    return
                text = json.dumps(collector.partial or {}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        open_things.append(self)

    def close(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()

    def spans(self):
        with self.lock:
            bodies = [json.loads(body) for _, _, body in self.requests]
        return [span for body in bodies for resource in body["resourceSpans"]
                for scope in resource["scopeSpans"] for span in scope["spans"]]
