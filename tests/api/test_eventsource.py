#!/usr/bin/env python3
"""Events as the npm package `eventsource` follows them: it knows nothing of Wright, and through kill -9 it
must miss nothing and be told nothing twice."""
import json, os, shutil, subprocess, sys, threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import npm
from harness import *

LARGE = "large-2026-08-07"


class Follower:
    """One client in a process of its own."""

    def __init__(self, node, modules, server, job):
        script = os.path.join(os.path.dirname(modules), "follow.mjs")
        shutil.copy(os.path.join(npm.HERE, "eventsource", "follow.mjs"), script)
        url = f"http://127.0.0.1:{server.port}/jobs/{job}/events"
        self.process = subprocess.Popen([node, script, url, server.key], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.opened, self.events = 0, []
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        open_things.append(self)

    def read(self):
        for line in self.process.stdout:
            said = json.loads(line)
            if "open" in said:
                self.opened += 1
            elif "data" in said:
                self.events.append(said)

    def close(self):
        self.process.kill()
        self.reader.join()


def test_resumed():
    node, modules = npm.install("eventsource", (18, 0))
    if not node:
        return skip("events through the package eventsource", modules)
    up = Upstream()
    up.ways[LARGE] = Way(body=POINTS, delay=1.7)  # longer than the client waits before it comes back
    server = Server(up)
    server.listen = f"127.0.0.1:{server.port}"
    job = server.post(headers={"Prefer": "respond-async"}).json["job_id"]
    client = Follower(node, modules, server, job)
    for kill in range(3):
        until(lambda: client.process.poll() is not None or client.opened > kill and client.events, 20)
        if client.process.poll() is not None:
            break  # a slow machine: the job has ended before
        server.kill()
        server.start()
    ok(until(lambda: client.process.poll() is not None, 60), "it hears of the end", client.events)
    client.reader.join()
    want = server.get(f"/jobs/{job}/events").json["events"]
    same([event["id"] for event in client.events], [str(event["seq"]) for event in want],
         f"through {client.opened - 1} kills nothing is missed and nothing told twice")
    same([event["data"] for event in client.events], want, "and all it was told is the journal")
    ok(client.opened >= 2, "it did reconnect", client.opened)


if __name__ == "__main__":
    main(test_resumed)
