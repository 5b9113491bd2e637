#!/usr/bin/env python3
"""The official clients of OpenAI and Anthropic (npm: openai, @anthropic-ai/sdk) beside our own: asked for the same,
they send the same paths, bodies and keys; and they understand what `wright mock` answers, errors too."""
import http.client, json, os, shutil, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness, npm, variants
from harness import *
from mocks import Mock, environment

PROVIDERS = {"chat": "openai.chat", "responses": "openai.responses", "messages": "anthropic.messages"}
KEYS = ("authorization", "x-api-key", "anthropic-version", "content-type")


class Recorder:
    """Passes requests on to the mock and keeps those to models."""

    def __init__(self, port):
        recorder, self.seen = self, []

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                recorder.seen.append((self.path.split("?")[0], json.loads(body),
                                      {name: self.headers[name] for name in KEYS if self.headers[name]}))
                inner = http.client.HTTPConnection("127.0.0.1", port, timeout=20 * SLOW)
                inner.request("POST", self.path, body, dict(self.headers))
                reply = inner.getresponse()
                try:
                    data = reply.read()
                except http.client.IncompleteRead as cut:  # what came, and then the end of the connection
                    data = cut.partial
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.getheader("Content-Type"))
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        harness.open_things.append(self)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def clients(node, script, **asked):
    run = subprocess.run([node, script, json.dumps(asked)], capture_output=True, text=True, timeout=60 * SLOW)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return {said["name"]: said for said in map(json.loads, run.stdout.splitlines())}


def schema_of(body):
    return (body.get("response_format", {}).get("json_schema", {}).get("schema") or
            body.get("text", {}).get("format", {}).get("schema") or
            body.get("output_config", {}).get("format", {}).get("schema"))


def beside():
    node, modules = npm.install("sdks", (20, 0))
    if not node:
        return skip("the official clients", modules)
    script = os.path.join(os.path.dirname(modules), "clients.mjs")
    shutil.copy(os.path.join(npm.HERE, "sdks", "clients.mjs"), script)
    mock = Mock()
    recorder = Recorder(mock.port)
    ours = {}
    for name, provider in PROVIDERS.items():
        Server.binary = variants.briefs_by(provider)
        server = Server(environment={**environment(mock), "MODEL_URL": recorder.url + "/v1", "MODEL_KEY": "secret-key"})
        reply = server.post("Two clients, one question. Both are asked the same thing.")
        ok(reply.status == 200 and reply.json["result_type"] == "full", f"{name}: our own is answered", reply)
        ours[name] = recorder.seen[-1]
        server.close()
    body = ours["chat"][1]
    schemas = {name: schema_of(sent[1]) for name, sent in ours.items()}
    ok(schemas["chat"] == schemas["responses"] and schemas["messages"] and all(
        set(schema["properties"]) == {"points", "summary"} for schema in schemas.values()),
       "one schema, as each provider's profile takes it", schemas)
    asked = {"url": recorder.url, "model": body["model"], "text": body["messages"][0]["content"],
             "schemas": schemas, "limit": body["max_tokens"]}
    recorder.seen.clear()
    said = clients(node, script, **asked)
    for (name, (path, sent, headers)), (their_path, theirs, their_headers) in zip(ours.items(), recorder.seen):
        same((their_path, theirs, their_headers), (path, sent, headers), f"{name}: the same path, body and key")
        answer = said[name]
        points = json.loads(answer.get("text") or "{}").get("points")
        ok(points and answer["output"] > 0 and answer["model"] == body["model"] and
           answer["stop"] in ("stop", "completed", "end_turn"), f"{name}: they understand the mock's stream", answer)
    for way, status in (("429", 429), ("500", 500), ("401", 401), ("529", 529)):
        mock.set(primary=way)
        said = clients(node, script, **asked, fault=way)
        same({name: answer.get("status") for name, answer in said.items()}, dict.fromkeys(PROVIDERS, status),
             f"{way}: they see the status of the mock's error")
    mock.set(primary="cut")
    said = clients(node, script, **asked, fault="cut")
    ok(all("error" in answer for answer in said.values()), "cut: an error to them, too", said)


if __name__ == "__main__":
    main(beside)
