#!/usr/bin/env python3
"""Traces in a receiver that nobody of this project wrote (npm: @elastic/mockotlpserver): it must understand each span
of a job with members, a retry and a fallback, and by OpenTelemetry's own definitions nothing may be lost of them."""
import json, os, shutil, subprocess, sys, threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import npm
from harness import *

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
LARGE, SMALL = "large-2026-08-07", "small-2026-08-07"


class Receiver:
    def __init__(self, node, modules):
        script = os.path.join(os.path.dirname(modules), "receive.mjs")
        shutil.copy(os.path.join(npm.HERE, "otlp", "receive.mjs"), script)
        self.process = subprocess.Popen([node, script], stdout=subprocess.PIPE, text=True)
        self.url, self.said = json.loads(self.process.stdout.readline())["url"].rstrip("/"), []
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        open_things.append(self)

    def read(self):
        for line in self.process.stdout:
            self.said.append(json.loads(line))

    def spans(self):
        return [span for said in list(self.said) for resource in said["understood"]["resourceSpans"]
                for scope in resource["scopeSpans"] for span in scope["spans"]]

    def close(self):
        self.process.kill()
        self.reader.join()


def test_received():
    node, modules = npm.install("otlp", (18, 19))
    if not node:
        return skip("traces in a receiver of others", modules)
    receiver, up = Receiver(node, modules), Upstream()
    up.ways[LARGE] = [Way(status=500), Way(body={"points": 7})]
    server = Server(up, flags=("--otlp", receiver.url))
    reply = server.post(headers={"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=a1"})
    same((reply.status, reply.json["result_type"]), (200, "fallback"), "a job with a retry and a fallback")
    same(server.terminate(), 0, "and an end, before which all is sent")
    until(lambda: any(span["kind"] == "SPAN_KIND_SERVER" for span in receiver.spans()), 15)
    for said in receiver.said:
        ok(said["whole"], "nothing of a request is lost in OpenTelemetry's own definitions",
           json.dumps(said["sent"]) + "\n" + json.dumps(said["back"]))
    spans = receiver.spans()
    by_id = {span["spanId"]: span for span in spans}
    same([(span["name"], span["kind"].removeprefix("SPAN_KIND_"), span.get("status", {}).get("code")) for span in
          sorted(spans, key=lambda span: (int(span["startTimeUnixNano"]), span["kind"] != "SPAN_KIND_SERVER"))
          if span["kind"] != "SPAN_KIND_INTERNAL"],
         [("extract_key_points", "SERVER", None), ("GET glossary", "CLIENT", None),
          (f"chat {LARGE}", "CLIENT", "STATUS_CODE_ERROR"), (f"chat {LARGE}", "CLIENT", "STATUS_CODE_ERROR"),
          (f"chat {SMALL}", "CLIENT", None)], "it understood the job and each call, those that failed as failed")
    same(sorted(span["attributes"]["wright.stage"] for span in spans if span["kind"] == "SPAN_KIND_INTERNAL"),
         ["brief", "draft", "terms"], "and each stage")
    top = [span for span in spans if span.get("parentSpanId") not in by_id]
    same([(span["traceId"], span["parentSpanId"], span["kind"]) for span in top], [(TRACE, PARENT, "SPAN_KIND_SERVER")],
         "in one tree, below the client's span")
    last = next(span["attributes"] for span in spans if span["name"] == f"chat {SMALL}")
    same({name: last.get(name) for name in ("gen_ai.provider.name", "gen_ai.usage.input_tokens",
                                            "gen_ai.usage.output_tokens", "gen_ai.response.model")},
         {"gen_ai.provider.name": "openai", "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20,
          "gen_ai.response.model": SMALL + "-as-served"}, "with what the model used")
    resource = receiver.said[0]["understood"]["resourceSpans"][0]["resource"]["attributes"]
    same(resource.get("service.name"), "briefs", "from a service by its name")


if __name__ == "__main__":
    main(test_received)
