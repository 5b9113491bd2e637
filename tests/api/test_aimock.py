#!/usr/bin/env python3
"""The binary against a model server that nobody of this project wrote: @copilotkit/aimock, pinned in
tests/api/aimock. Its idea of OpenAI's and Anthropic's streams, not ours, must be understood, its chaos too."""
import json, os, re, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness, npm, variants
from harness import Server, Upstream, ok, same, main, skip, until, SLOW

LARGE, SMALL = "large-2026-08-07", "small-2026-08-07"
GOOD = json.dumps({"points": [{"text": "Sales grew.", "quote": "Sales rose", "confidence": 0.9}]})
OTHER = json.dumps({"points": [{"text": "It rose.", "quote": "rose", "confidence": 0.5}]})


def fixture(word, response, model=LARGE, **more):
    return {"match": {"userMessage": word, "model": model}, "response": response, **more}


FIXTURES = [
    fixture("HAPPY", {"content": GOOD, "usage": {"prompt_tokens": 321, "completion_tokens": 12,
                                                  "total_tokens": 333}}),
    fixture("PIECES", {"content": GOOD}, chunkSize=1),
    fixture("LIMITED", {"error": {"message": "slow down", "type": "rate_limit_error",
                                  "code": "rate_limit_exceeded"}, "status": 429}),
    fixture("BROKEN", {"error": {"message": "no", "type": "server_error"}, "status": 500}),
    fixture("LATE", {"content": GOOD}, streamingProfile={"ttft": 6000}),
    fixture("SHORTENED", {"content": GOOD[:20], "finishReason": "length"}),
    fixture("FILTERED", {"content": "", "finishReason": "content_filter"}),
    fixture("INVENTED", {"content": GOOD.replace("Sales rose", "Never said")}),
    fixture("CUT", {"content": GOOD}, chunkSize=4, truncateAfterChunks=3),
    fixture("DROPPED", {"content": GOOD}, chaos={"disconnectRate": 1}),
    fixture("GARBLED", {"content": GOOD}, chaos={"malformedRate": 1}),
    {"match": {"model": SMALL}, "response": {"content": OTHER}},
]


class Aimock:
    def __init__(self, node, script):
        folder = tempfile.mkdtemp(dir=harness.folder)
        self.log_path = os.path.join(folder, "log")
        fixtures = os.path.join(folder, "fixtures.json")
        with open(fixtures, "w", encoding="utf-8") as file:
            json.dump({"fixtures": FIXTURES}, file)
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([node, script, "-p", "0", "-f", fixtures, "--strict"],
                                            stdout=log, stderr=log)
        harness.open_things.append(self)
        found = until(lambda: re.search(r"http://127\.0\.0\.1:\d+", self.log()), 20)
        if not found:
            raise RuntimeError("aimock does not start: " + self.log())
        self.url = found[0] + "/v1"

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def close(self):
        self.process.kill()
        self.process.wait()


def against_aimock(provider):
    node, modules = npm.install("aimock", (20, 15))
    if not node:
        return skip("the binary against aimock: " + provider, modules)
    Server.binary = harness.BINARY if provider == "openai.chat" else variants.briefs_by(provider)
    script = os.path.join(modules, "@copilotkit", "aimock", "dist", "cli.js")
    aimock = Aimock(node, script)

    def post(word):
        up = Upstream()
        server = Server(up, environment={"MODEL_URL": aimock.url})
        reply = server.post(f"{word}. Sales rose by four per cent.")
        server.close()
        return reply

    reply = post("HAPPY")
    body = reply.json or {}
    ok((reply.status, body.get("status"), body.get("result_type")) == (200, "completed", "full"),
       f"{provider}: a stream of theirs is a full result", f"{reply}\n{aimock.log()}")
    same(body.get("output"), json.loads(GOOD), "with its document")
    same(body.get("model_version"), LARGE, "and its version")
    usage = body.get("usage") or {}
    same((usage.get("input_tokens"), usage.get("output_tokens")), (321, 12), "and its usage")
    same((post("PIECES").json or {}).get("output"), json.loads(GOOD), "one character an event")
    for word, label in (("LIMITED", "rate_limited"), ("BROKEN", "server_error"), ("LATE", "timeout_ttft"),
                        ("SHORTENED", "output_truncated"), ("INVENTED", "ungrounded"),
                        ("CUT", "stream_truncated"), ("DROPPED", "stream_truncated"),
                        ("GARBLED", "stream_malformed")):
        reply = post(word)
        body = reply.json or {}
        path = (body.get("versions") or {}).get("fallback_path") or []
        ok(reply.status == 200 and body.get("result_type") == "fallback" and
           f"draft: {label}" in path and body.get("output") == json.loads(OTHER),
           f"{word}: {label}, and the small model answers", reply)
    reply = post("FILTERED")
    if provider == "openai.chat":
        ok(reply.status == 422 and reply.json["error_code"] == "refused", "FILTERED: the declared error", reply)
    else:  # it has no words for it in the other formats: whatever comes, nothing empty is served as whole
        ok((reply.json or {}).get("result_type") != "full", "FILTERED: nothing is served as whole", reply)


if __name__ == "__main__":
    main(*[lambda provider=provider: against_aimock(provider)
           for provider in ("openai.chat", "openai.responses", "anthropic.messages")])
