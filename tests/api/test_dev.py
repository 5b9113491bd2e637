#!/usr/bin/env python3
"""`wright init` and `wright dev`, as somebody uses them on the first day: a new specification is served with
simulated models, edited, broken, mended; what was good goes on serving."""
import os, re, signal, subprocess, sys, tempfile, threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness, programs
from harness import *
from programs import WRIGHT

environment = dict(programs.ENVIRONMENT, WRIGHT_LOG="off")


def wright(*args, folder):
    run = subprocess.run([WRIGHT, *args], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    return run.returncode, run.stdout + run.stderr


def test_init():
    folder = tempfile.mkdtemp(dir=harness.folder)
    code, said = wright("init", "first_try", folder=folder)
    ok(code == 0 and "wright test first_try.flow" in said, "wright init", said)
    inside = os.path.join(folder, "first_try")
    code, said = wright("test", "--coverage", "first_try.flow", folder=inside)
    ok(code == 0 and "5 passed, 0 failed" in said and "6 of 6 transitions" in said, "its tests pass", said)
    code, said = wright("fmt", "--check", "first_try.flow", folder=inside)
    ok(code == 0, "it is laid out as fmt has it", said)
    code, said = wright("build", "--dynamic", "first_try.flow", "-o", "first_try", folder=inside)
    ok(code == 0 and os.access(os.path.join(inside, "first_try"), os.X_OK), "it builds", said)
    before = open(os.path.join(inside, "first_try.flow"), encoding="utf-8").read()
    code, said = wright("init", "first_try", folder=folder)
    ok(code == 2 and "is there already" in said and
       open(os.path.join(inside, "first_try.flow"), encoding="utf-8").read() == before,
       "what is there is not touched", said)
    for name in ("First", "a-b", "", "../x", "not", "9"):
        code, said = wright("init", name, folder=folder)
        ok(code == 2 and "cannot be the name" in said and os.listdir(folder) == ["first_try"],
           f"{name!r} is no name for it", (code, said, os.listdir(folder)))


class Dev:
    def __init__(self, folder, file, *flags):
        self.said, self.errors = [], []
        self.process = subprocess.Popen([WRIGHT, "dev", file, *flags], cwd=folder, env=environment, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.reader = threading.Thread(target=lambda: self.said.extend(self.process.stdout))
        self.reader.start()
        harness.open_things.append(self)

    def text(self):
        return "".join(self.said)

    def hears(self, pattern, times=1):
        return until(lambda: len(re.findall(pattern, self.text())) >= times, 60)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()


def ask(port, key):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/answer", json.dumps({"text": "Sales rose.", "question": "How?"}),
                       {"Authorization": "Bearer " + key, "Content-Type": "application/json"})
    reply = connection.getresponse()
    return reply.status, json.loads(reply.read())


def edit(path, old, new):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert old in text
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))


def test_dev():
    folder = tempfile.mkdtemp(dir=harness.folder)
    wright("init", "watched", folder=folder)
    inside = os.path.join(folder, "watched")
    spec, prompt = os.path.join(inside, "watched.flow"), os.path.join(inside, "prompts", "answer.md")
    dev = Dev(inside, "watched.flow", "--listen", "127.0.0.1:0", "--seed", "3")
    ok(dev.hears(r"is served") and dev.hears(r"listening on http://127\.0\.0\.1:\d+"), "it is served", dev.text())
    key = re.search(r"Bearer (\S+)", dev.text())[1]

    def port():
        return int(re.findall(r"listening on http://127\.0\.0\.1:(\d+)", dev.text())[-1])

    status, body = ask(port(), key)
    first = body.get("versions", {}).get("prompt")
    ok(status in (200, 503) and first, "and answers, its models simulated", (status, body))
    tool = re.search(r"as long as it runs:  (\S+) jobs list --store (\S+)", dev.text())
    listed = subprocess.run([tool[1], "jobs", "list", "--store", tool[2]], capture_output=True, text=True, timeout=60)
    ok(listed.returncode == 0 and body["job_id"] in listed.stdout, "its jobs can be seen with what it prints",
       (listed.stdout, listed.stderr))
    edit(spec, "-> brief", "-> nowhere")
    ok(dev.hears(r"the last good build goes on serving") and dev.hears(r"E0401"), "an error is shown", dev.text())
    status, body = ask(port(), key)
    ok(status in (200, 503), "while the last good build serves", (status, body))
    edit(spec, "-> nowhere", "-> brief")
    ok(dev.hears(r"is served", 2) and dev.hears(r"listening", 2), "mended, it is served anew", dev.text())
    edit(prompt, "Answer the question", "Please answer the question")
    ok(dev.hears(r"is served", 3) and dev.hears(r"listening", 3), "a prompt that changes counts", dev.text())
    status, body = ask(port(), key)
    ok(status in (200, 503) and body["versions"]["prompt"] != first, "it is in the reply, and the key is the same",
       (status, body))
    ok(dev.stop() == 0, "SIGTERM ends it", dev.text())
    try:
        ask(port(), key)
        ok(False, "and the server with it")
    except OSError:
        ok(True, "and the server with it")


if __name__ == "__main__":
    main(test_init, test_dev)
