#!/usr/bin/env python3
"""GET /jobs/{id}/events: the journal as JSON and as server-sent events, resumed, also after a crash."""
import os, socket, sqlite3, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

LARGE = "large-2026-08-07"
KINDS = ["accepted", "entered", "ended", "value", "transition", "entered", "ended", "value",
         "transition", "finished"]


class Stream:
    """A client of one stream: events as they come, comments counted."""

    def __init__(self, server, job, last=None, key="", receive=None):
        self.socket = socket.socket()
        if receive:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.socket.settimeout(10 * SLOW)
        self.socket.connect(("127.0.0.1", server.port))
        more = f"Last-Event-ID: {last}\r\n" if last is not None else ""
        self.socket.sendall(f"GET /jobs/{job}/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
                            f"Authorization: Bearer {key or server.key}\r\n{more}\r\n".encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers, self.comments, self.buffer, self.over = {}, 0, b"", False
        while (line := self.file.readline().strip()):
            name, value = line.decode().split(":", 1)
            self.headers[name.lower()] = value.strip()

    def block(self):
        """The next event's fields, or None at the end."""
        while b"\n\n" not in self.buffer:
            try:
                size = int(self.file.readline() or b"0", 16)
            except OSError:
                size = 0
            if size == 0:
                self.over = True
                return None
            self.buffer += self.file.read(size + 2)[:size]
        block, self.buffer = self.buffer.split(b"\n\n", 1)
        return block.decode()

    def event(self):
        while (block := self.block()) is not None:
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            self.comments += block.startswith(":")
            if "data" in fields:
                event = json.loads(fields["data"])
                assert fields["id"] == str(event["seq"]), block
                return event
        return None

    def rest(self):
        events = []
        while (event := self.event()):
            events.append(event)
        return events

    def close(self):
        self.file.close()
        self.socket.close()


def test_json():
    up = Upstream()
    server = Server(up)
    job = server.post().json["job_id"]
    reply = server.get(f"/jobs/{job}/events")
    events = reply.json["events"]
    same([event["kind"] for event in events], KINDS, "the journal, in order")
    same([event["seq"] for event in events], list(range(1, 11)), "one sequence")
    ok(reply.json["final"] is True and reply.json["job_id"] == job, "of this job, which has ended", reply)
    ended = events[6]
    ok(ended["stage"] == "draft" and ended["class"] == "ok" and ended["model"] == LARGE and
       ended["input_tokens"] == 100 and ended["attempt"] == 1 and "elapsed_ms" in ended and
       float(ended["cost_usd"]) > 0, "an attempt says how it went", ended)
    same({key: events[9].get(key) for key in ("status", "result_type", "stage")},
         {"status": "completed", "result_type": "full", "stage": "draft"}, "the end says what came of it")
    for secret in ("committee", "Sales", server.key, "secret-key", "ann", up.url, "http"):
        ok(secret not in reply.raw.decode(), f"no value, no key, no address: {secret[:9]}", reply)
    tag = {"If-None-Match": reply.headers["etag"]}
    same(server.get(f"/jobs/{job}/events", tag).status, 304, "it has an entity tag")
    same(server.get(f"/jobs/{job}/events", key=server.other_key).status, 404, "another caller's is 404")
    same(server.get("/jobs/17/events").status, 404, "an id that is none is 404")
    same(server.get(f"/jobs/{job}/events", key=None).status, 401, "without a key it is 401")


def test_stream():
    up = Upstream()
    up.ways[LARGE] = Way(body=POINTS, delay=0.5)
    server = Server(up, flags=["--heartbeat", "50ms"])
    job = server.post(headers={"Prefer": "respond-async"}).json["job_id"]
    stream = Stream(server, job)
    ok(stream.status == 200 and stream.headers["content-type"] == "text/event-stream" and
       stream.headers["cache-control"] == "no-store", "a stream begins", stream.headers)
    began, first = time.monotonic(), [stream.event() for _ in range(6)]
    ok(time.monotonic() - began < 0.4 * SLOW, "what has happened comes at once")
    rest = stream.rest()
    same([event["kind"] for event in first + rest], KINDS, "then the rest, as it happens")
    ok(stream.over and stream.comments >= 2, f"with signs of life between ({stream.comments})")
    same(first + rest, server.get(f"/jobs/{job}/events").json["events"], "the same as the JSON")
    for last in (0, 1, 5, 9):
        stream = Stream(server, job, last)
        same([event["seq"] for event in stream.rest()], list(range(last + 1, 11)),
             f"after Last-Event-ID {last} nothing is missed or repeated")
    same(Stream(server, job, 10).status, 204, "after the last one it is 204: do not come back")
    for last in ("x", "-1", "1 2", "99999999999"):
        same(Stream(server, job, last).status, 400, f"Last-Event-ID {last} is 400")
    same(Stream(server, job, key=server.other_key).status, 404, "another caller's is 404")
    reply = server.request("GET", f"/jobs/{job}/events", None, {"Accept": "application/json"})
    same(reply.type, "application/json", "Accept decides")
    job = server.post("Another.", {"Prefer": "respond-async"}).json["job_id"]
    stream = Stream(server, job)
    stream.event()
    server.request("POST", f"/jobs/{job}/cancel")
    last = stream.rest()[-1]
    same((last["kind"], last["status"]), ("finished", "cancelled"), "a cancelled job's stream ends")


def test_crash():
    """A client that comes back after kill -9 misses nothing and is told nothing twice."""
    up = Upstream()
    up.ways[LARGE] = [Way(silent=True), Way(body=POINTS, delay=0.2)]
    server = Server(up)
    job = server.post(headers={"Prefer": "respond-async"}).json["job_id"]
    stream = Stream(server, job)
    seen = [stream.event() for _ in range(6)]
    server.kill()
    seen += stream.rest()
    server.start()
    stream = Stream(server, job, seen[-1]["seq"])
    seen += stream.rest()
    same([event["seq"] for event in seen], list(range(1, len(seen) + 1)), "one sequence over the crash")
    same(seen, server.get(f"/jobs/{job}/events").json["events"], "and what was told is the journal")
    same(seen[-1]["kind"], "finished", "to its end")


def test_crashes():
    """The same, killed again and again at any moment."""
    up = Upstream()
    up.ways[LARGE] = Way(body=POINTS, delay=0.12)
    server = Server(up)
    for number in range(3):
        job = server.post(f"Sales rose by four per cent. {number}", {"Prefer": "respond-async"}).json["job_id"]
        seen, kills = [], 0
        while not seen or seen[-1]["kind"] != "finished":
            stream = Stream(server, job, seen[-1]["seq"] if seen else None)
            timer = threading.Timer(0.02 + 0.03 * ((kills * 7 + number * 3) % 5), server.kill)
            if kills < 5:
                timer.start()
            seen += stream.rest()
            timer.cancel()
            if timer.ident:
                timer.join()
            stream.close()
            if server.process.returncode is not None:
                kills += 1
                server.start()
        want = server.get(f"/jobs/{job}/events").json["events"]
        ok(seen == want and [event["seq"] for event in seen] == list(range(1, len(seen) + 1)),
           f"nothing missed, nothing twice over {kills} kills ({len(seen)} events)", f"{seen}\n{want}")


def test_leaving():
    up = Upstream()
    up.ways[LARGE] = Way(silent=True)
    server = Server(up, flags=["--heartbeat", "20ms", "--drain", "500ms"])
    job = server.post(headers={"Prefer": "respond-async"}).json["job_id"]
    streams = [Stream(server, job) for _ in range(50)]
    for stream in streams:
        stream.event()

    def connections():
        text = server.get("/metrics", key=None).raw.decode()
        return int(re.search(r"^wright_http_connections (\d+)", text, re.M)[1])

    ok(connections() >= 50, "50 clients are there")
    for stream in streams:
        stream.close()
    ok(until(lambda: connections() < 5), "clients that leave are let go", connections())
    stream = Stream(server, job)
    stream.event()
    began = time.monotonic()
    same(server.terminate(), 0, "a stop does not wait for a stream longer than for its job")
    ok(time.monotonic() - began < 3 * SLOW, "but for --drain")
    stream.rest()
    ok(stream.over, "the stream ends")


def test_drain():
    up = Upstream()
    up.ways[LARGE] = Way(body=POINTS, delay=0.5)
    server = Server(up)
    job = server.post(headers={"Prefer": "respond-async"}).json["job_id"]
    stream = Stream(server, job)
    stream.event()
    server.process.send_signal(signal.SIGTERM)
    same(stream.rest()[-1]["kind"], "finished", "while stopping, a stream is served to its job's end")
    same(server.wait(), 0, "and then it exits 0")


# ---- a long journal -------------------------------------------------------------------------------

LONG = 40000
KEPT = (512 if INSTRUMENTED else 16) << 20  # what is freed stays there under the sanitizer


def resident(server):
    with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def long_journal(flags=()):
    """A real job whose journal is then made long: one of its entries many times before its end."""
    server = Server(Upstream(), flags=flags)
    job = server.post().json["job_id"]
    server.terminate()
    db = sqlite3.connect(server.store)
    first, last = db.execute("SELECT min(place), max(place) FROM entry").fetchone()
    model = db.execute("SELECT kind, at_ms, path, body FROM entry WHERE place = ?", (last - 3,)).fetchone()
    db.execute("UPDATE entry SET place = ? WHERE place = ?", (first + LONG - 1, last))
    db.executemany("INSERT INTO entry(place, kind, at_ms, path, body) VALUES(?, ?, ?, ?, ?)",
                   ((place, *model) for place in range(last, first + LONG - 1)))
    db.commit()
    db.close()
    server.start()
    return server, job


def whole_of_it():
    server, job = long_journal()
    before = resident(server)
    ids = [event["seq"] for event in Stream(server, job).rest()]
    same((len(ids), ids == list(range(1, LONG + 1))), (LONG, True), "a client that reads gets all of a long journal")
    ok(resident(server) - before < KEPT, "of which little is in memory at a time", resident(server) - before)
    got = [event["seq"] for event in Stream(server, job, last=LONG - 2).rest()]
    same(got, [LONG - 1, LONG], "and its end only, where that is asked for")
    same(Stream(server, job, last=LONG).status, 204, "there is nothing after it")


def who_reads_nothing():
    server, job = long_journal(["--heartbeat", "200ms"])
    before = resident(server)
    streams = [Stream(server, job, receive=4096) for _ in range(8)]
    cut = until(lambda: [row for row in server.events("refused") if row["code"] == "stream_too_slow"][7:], 20)
    ok(cut, "clients that read nothing are cut off", server.log()[-800:])
    ok(resident(server) - before < KEPT, "what they did not read was not kept for them", resident(server) - before)
    same(server.get(f"/jobs/{job}/events", {"Accept": "text/event-stream", "Last-Event-ID": str(LONG)}).status, 204,
         "others are served")
    for stream in streams:
        stream.socket.close()


if __name__ == "__main__":
    main(test_json, test_stream, test_crash, test_crashes, test_leaving, test_drain, whole_of_it, who_reads_nothing)
