"""What the black-box tests share: a scripted upstream, the real binary, HTTP as a client sees it, TAP.

Only the standard library. Every child is killed and every folder removed when the test ends."""
import atexit, http.client, json, os, re, select, shutil, signal, socket, subprocess, sys, tempfile
import threading, time, traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from programs import BUILD, INSTRUMENTED, ROOT, SLOW
from tap import done, ok, same, skip

BINARY = os.path.join(BUILD, "briefs")
ROUTE = "/briefs/extract-key-points"
DOCUMENT = ("The committee met on Tuesday. Sales rose by four per cent in the third quarter. "
            "The new plant in Leeds opens in March. Nobody objected to the plan.")
POINTS = {"points": [{"text": "Sales grew.", "quote": "Sales rose by four per cent",
                      "confidence": 0.9}], "summary": "Sales grew."}
folder = tempfile.mkdtemp(prefix="wright-api-")
atexit.register(shutil.rmtree, folder, True)


def main(*tests):
    """Runs each test; what one of them raises is its failure and no other's."""
    if not os.path.exists(BINARY):
        print(f"Bail out! {BINARY} does not exist: make it first")
        sys.exit(1)
    for test in tests:
        try:
            test()
        except Exception:
            ok(False, f"{test.__name__} runs to its end", traceback.format_exc())
        finally:
            close_all()
    done()


open_things = []


def close_all():
    while open_things:
        open_things.pop().close()


atexit.register(close_all)


# ---- an upstream that does as it is told -----------------------------------------------------------

class Way:
    """How one call is answered. `delay` and `gap` in seconds; `events` of the model's stream to send
    before `then`: 'end', 'cut' the connection or go 'silent'."""

    def __init__(self, status=200, body=None, delay=0, gap=0, pieces=4, then="end", headers=(),
                 usage=True, finish="stop", refusal=None, silent=False, raw=None):
        self.__dict__.update(locals())


class Upstream:
    """One service and one model server. `ways` maps 'glossary', a model's name, or '*' to a Way, to a
    list of them (the last one stays), or to a function of the request's JSON that gives a Way."""

    def __init__(self):
        self.calls, self.ways, self.lock = [], {}, threading.Lock()
        self.reset()
        self.stopping = threading.Event()
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                upstream.answer(self, "glossary", None)

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length))
                upstream.answer(self, body.get("model", "?"), body)

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 1024

            def handle_error(self, request, address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        open_things.append(self)

    def reset(self):
        with self.lock:
            self.calls.clear()
            self.ways = {"glossary": Way(body={"terms": {}}), "*": Way(body=POINTS)}

    def close(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()

    def sent(self, name):
        with self.lock:
            return [call for call in self.calls if call["name"] == name]

    def way(self, name, body):
        with self.lock:
            way = self.ways.get(name, self.ways["*"])
            if isinstance(way, list):
                way = way.pop(0) if len(way) > 1 else way[0]
        return way(body) if callable(way) else way

    def answer(self, request, name, body):
        with self.lock:
            self.calls.append({"name": name, "path": request.path, "body": body,
                               "headers": dict(request.headers), "at": time.monotonic()})
        way = self.way(name, body)
        if way.silent or self.stopping.wait(way.delay):
            self.stopping.wait(60)
            request.close_connection = True
            return
        try:
            if way.raw is not None:
                request.wfile.write(way.raw)
                request.close_connection = True
            elif body is None or way.status != 200:
                self.whole(request, way)
            else:
                self.stream(request, way, body)
        except OSError:
            request.close_connection = True

    def whole(self, request, way):
        text = json.dumps(way.body if way.body is not None else {"error": {"message": "no"}}).encode()
        request.send_response(way.status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(text)))
        for key, value in way.headers:
            request.send_header(key, value)
        request.end_headers()
        request.wfile.write(text)

    def stream(self, request, way, body):
        """OpenAI's chat completions as server-sent events."""
        text = way.body if isinstance(way.body, str) else json.dumps(way.body)
        step = max(1, -(-len(text) // way.pieces))
        pieces = [text[i:i + step] for i in range(0, len(text), step)]
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Connection", "close")
        request.end_headers()
        request.close_connection = True

        def event(choices, **more):
            chunk = {"id": "chat-1", "object": "chat.completion.chunk", "created": 1,
                     "model": body["model"] + "-as-served", "choices": choices, **more}
            request.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            request.wfile.flush()

        def delta(content, finish=None):
            event([{"index": 0, "delta": content, "finish_reason": finish}])

        delta({"role": "assistant", "content": ""})
        for piece in pieces:
            self.stopping.wait(way.gap)
            delta({"refusal": way.refusal} if way.refusal else {"content": piece})
        if way.then == "silent":
            self.stopping.wait(60)
        if way.then != "end":
            request.connection.shutdown(socket.SHUT_RDWR)
            return
        delta({}, way.finish)
        if way.usage:
            event([], usage={"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120})
        request.wfile.write(b"data: [DONE]\n\n")


# ---- the binary ------------------------------------------------------------------------------------

made = None


def new_key(name="ann", scopes=""):
    """A key and its line for the list, as the binary makes them, with any scopes."""
    out = subprocess.run([BINARY, "keys", "new", name], stdout=subprocess.PIPE, text=True, timeout=10, check=True)
    key, line = out.stdout.split()
    return key, line + scopes


def keys():
    global made
    if not made:
        made = (new_key("ann"), new_key("bob"))
    return made


class Server:
    """The binary, serving. `environment` changes what it sees; None removes a variable."""
    binary = BINARY

    def __init__(self, upstream=None, store=None, flags=(), environment=None, start=True):
        self.upstream = upstream
        self.store = store or os.path.join(tempfile.mkdtemp(dir=folder), "briefs.db")
        (self.key, line), (self.other_key, other_line) = keys()
        url = upstream.url if upstream else "http://127.0.0.1:9"
        self.environment = {"PATH": os.environ.get("PATH", ""), "BRIEFS_KEYS": line + "," + other_line,
                            "GLOSSARY_URL": url, "MODEL_URL": url + "/v1", "MODEL_KEY": "secret-key"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "WRIGHT_FAILPOINT",
                     "WRIGHT_LOOPS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        for name, value in (environment or {}).items():
            self.environment.pop(name, None)
            if value is not None:
                self.environment[name] = value
        self.flags, self.process, self.port = list(flags), None, None
        self.listen = "127.0.0.1:0"
        self.log_path = self.store + ".log"
        open_things.append(self)
        if start:
            self.start()

    def start(self, wait=True):
        self.log_file = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--listen", self.listen, "--store", "sqlite:" + self.store, *self.flags],
            env=self.environment, stdout=subprocess.PIPE, stderr=self.log_file, cwd=folder)
        self.log_file.close()
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds=10):
        ready, _, _ = select.select([self.process.stdout], [], [], seconds * SLOW)
        self.line = self.process.stdout.readline().decode() if ready else ""
        found = re.search(r"listening on https?://.*:(\d+)$", self.line.strip())
        if not found:
            raise RuntimeError(f"not listening: {self.line!r}\n{self.log()}")
        self.port = int(found.group(1))

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def events(self, name=None, least=0):
        """The log's lines so far, waiting for so many: a loop writes the lines of a turn after its replies."""
        def rows():
            found = [json.loads(line) for line in self.log().splitlines() if line.startswith("{") and line.endswith("}")]
            return [row for row in found if not name or row["event"] == name]
        until(lambda: len(rows()) >= least)
        return rows()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def terminate(self, seconds=15):
        """SIGTERM; the exit code, or None where it does not end."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds=15):
        try:
            return self.process.wait(seconds * SLOW)
        except subprocess.TimeoutExpired:
            return None

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()

    # ---- requests

    def connection(self, timeout=20):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout * SLOW)

    def request(self, method, path, body=None, headers=None, key="", timeout=20):
        connection = self.connection(timeout)
        try:
            return ask(connection, method, path, body, self.headers(headers, key, body))
        finally:
            connection.close()

    def headers(self, headers=None, key="", body=None):
        sent = {}
        if key is not None:
            sent["Authorization"] = "Bearer " + (key or self.key)
        if body is not None:
            sent["Content-Type"] = "application/json"
        for name, value in (headers or {}).items():
            sent.pop(name, None)
            if value is not None:
                sent[name] = value
        return sent

    def post(self, document=DOCUMENT, headers=None, key="", timeout=20, **more):
        body = json.dumps({"document": document, **more})
        return self.request("POST", ROUTE, body, headers, key, timeout)

    def get(self, path, headers=None, key=""):
        return self.request("GET", path, None, headers, key)

    def raw(self, data, seconds=5, shut=False):
        """Bytes as they are; what came back until the connection closed or the time was over."""
        with socket.create_connection(("127.0.0.1", self.port), 5) as s:
            s.sendall(data)
            if shut:
                s.shutdown(socket.SHUT_WR)
            return read_all(s, seconds)


def read_all(s, seconds=5):
    got, until = b"", time.monotonic() + seconds * SLOW
    while (left := until - time.monotonic()) > 0:
        s.settimeout(left)
        try:
            piece = s.recv(65536)
        except (TimeoutError, socket.timeout):
            return got
        except ConnectionResetError:
            return got
        if not piece:
            return got
        got += piece
    return got


class Reply:
    def __init__(self, response):
        self.status, self.raw = response.status, response.read()
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.type = self.headers.get("content-type", "")
        self.json = None
        if "json" in self.type and self.raw:
            self.json = json.loads(self.raw)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.raw[:2000]!r}"


def ask(connection, method, path, body=None, headers=None):
    connection.request(method, path, body, headers or {})
    return Reply(connection.getresponse())


def together(works):
    """Runs all functions at once; their results, or what they raised, in order."""
    results = [None] * len(works)

    def run(i):
        try:
            results[i] = works[i]()
        except Exception as error:
            results[i] = error

    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60 * SLOW)
    return results


def until(condition, seconds=5):
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    return None
