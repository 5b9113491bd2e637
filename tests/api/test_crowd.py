#!/usr/bin/env python3
"""Many streams of a slow model at once: none is cut by a timeout that it keeps, each that stalls is cut by its own, and
each takes little memory, which is printed. STREAMS=10000 (make streams) is the measure; by itself it is a slice."""
import asyncio, os, resource, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import variants
from harness import *

INSTRUMENTED = "sanitized" in BUILD
STREAMS = int(os.environ.get("STREAMS", 60 if INSTRUMENTED else 300))
MANY = STREAMS > 1000
STREAMS -= STREAMS % 6
ODD = 8  # of each kind that does not go on
ALL = STREAMS + 2 * ODD
TOKENS, GAP = (10, 1.0) if MANY else (6, 0.1)
FIRST, IDLE = [seconds * max(SLOW, 1) for seconds in ((20, 10) if MANY else (2.5, 1.5))]
SPEC = """api crowd version "1.0.0" { auth none }
schema Question { text: string(1..400) }
schema Answer { text: string(1..4000) }
error down is overloaded "The model does not answer." status 503
error refused is refusal "The model refused." status 422
error mute is timeout_ttft "It did not begin." status 503
error stalled is timeout_idle "It did not go on." status 503
model slow {
  provider openai.chat   url env MODEL_URL   auth bearer env MODEL_KEY
  name "slow-1"
  max input 4000 tokens, output 200 tokens
  price input $0.25, output $2.00 per million tokens
}
workflow wait version 1 {
  route POST "/wait"
  input Question
  output Answer
  latency background 10m
  cost at most $0.10
  stage ask {
    ask slow prompt "crowd.md" as Answer
    timeout 5m   first token %dms   idle %dms
    on ok -> done full
    on rejected -> fail refused
    on timeout_ttft -> fail mute
    on timeout_idle -> fail stalled
    on error -> fail down
  }
}
""" % (FIRST * 1000, IDLE * 1000)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def event(delta, finish=None, **more):
    chunk = {"id": "c", "object": "chat.completion.chunk", "model": "slow-1", **more,
             "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


FIRST_EVENTS, TOKEN = HEAD + event({"role": "assistant", "content": '{"text":"'}), event({"content": "s"})
LAST_EVENTS = event({"content": '"}'}) + event({}, "stop") + b"data: [DONE]\n\n"


class Slow:
    """A model that gives a token every GAP seconds, to as many as ask; on a thread of its own."""

    def __init__(self):
        self.open, self.most, self.asked, self.loop = 0, 0, 0, asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self.run, args=(started,), daemon=True).start()
        started.wait()
        open_things.append(self)

    def run(self, started):
        async def begin():
            self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=4096)
            self.url = "http://127.0.0.1:%d/v1" % self.server.sockets[0].getsockname()[1]
            started.set()
        self.loop.run_until_complete(begin())
        self.loop.run_forever()

    async def serve(self, reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(int(re.search(rb"content-length: (\d+)", head, re.I)[1]))
            self.open += 1
            self.asked += 1
            self.most = max(self.most, self.open)
            await self.answer(reader, writer, re.search(rb"kind=(\w+)", body)[1])
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def answer(self, reader, writer, kind):
        if kind == b"mute":
            return await reader.read()  # until we are left
        writer.write(FIRST_EVENTS)
        after = 0  # tokens, once all have asked
        while after < TOKENS:
            await asyncio.sleep(GAP)
            if kind == b"stall":
                return await reader.read()
            writer.write(TOKEN)
            after += self.asked >= ALL
        writer.write(LAST_EVENTS)
        await writer.drain()

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)


def built():
    for name, text in (("crowd.flow", SPEC), ("crowd.md", "Slowly: ${input.text}\n")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return variants.build(os.path.join(folder, "crowd.flow"))


def send(server, kinds):
    connection, jobs = server.connection(60), []
    for kind in kinds:
        body = json.dumps({"text": f"kind={kind}"})
        reply = ask(connection, "POST", "/wait", body, {"Content-Type": "application/json"})
        if reply.status != 202:
            raise RuntimeError(reply)
        jobs.append(reply.json["job_id"])
    connection.close()
    return jobs


def most_resident(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1])


def counted(server):
    text = server.request("GET", "/metrics", key=None).raw.decode()
    return {found[1] or found[2]: int(found[3]) for found in re.finditer(
        r'^wright_jobs_total\{.*(?:result_type="(full)"|error_code="(\w+)").*\} (\d+)$', text, re.M)}


def test_streams():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    model = Slow()
    Server.binary = built()
    server = Server(flags=("--max-jobs", str(2 * STREAMS), "--log", "off"),
                    environment={"MODEL_URL": model.url, "MODEL_KEY": "k"})
    before = most_resident(server)
    odd = send(server, ["stall", "mute"] * ODD)
    together([lambda: send(server, ["good"] * (STREAMS // 6)) for _ in range(6)])
    until(lambda: model.asked == ALL, 120)
    at_once, memory = model.most, most_resident(server) - before
    ok(at_once >= STREAMS, f"{at_once} streams are open at once")
    end = until(lambda: sum(counted(server).values()) == ALL and counted(server), TOKENS * GAP + FIRST + 60)
    same(end, {"full": STREAMS, "stalled": ODD, "mute": ODD},
         "each that went on is whole, each that did not is cut by its class")
    same(model.asked, ALL, "each was asked once")
    for job, limit, name in ((odd[0], IDLE, "stalled"), (odd[1], FIRST, "mute")):
        timing = server.get(f"/jobs/{job}", key=None).json["timing"]["elapsed_ms"] / 1000
        ok(limit * 0.95 <= timing <= limit + 5 * max(SLOW, 1), f"{name}: after {timing:.2f} s, its limit is {limit} s", timing)
    each = memory / at_once
    print(f"# {at_once} streams open at once: {each:.1f} KB of memory each", flush=True)
    ok(not MANY or each < 64, "a stream takes less than 64 KB", each)
    ok(until(lambda: model.open == 0, 10), "no connection is left open")


if __name__ == "__main__":
    main(test_streams)
