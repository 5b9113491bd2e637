"""`wright mock` as the tests start it: the process, its environment, its control endpoint."""
import http.client, json, os, re, select, subprocess, tempfile, time

import harness
from harness import SLOW

WRIGHT = os.path.join(os.path.abspath(harness.BUILD), "wright")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SPEC = os.path.join(ROOT, "spec", "briefs.flow")


def run(*args, seconds=20):
    return subprocess.run([WRIGHT, *args], capture_output=True, text=True, timeout=seconds * SLOW)


class Mock:
    """Serves `spec`; `env` is what it printed for a shell, `port` where it listens."""

    def __init__(self, *flags, spec=SPEC):
        self.file = os.path.join(tempfile.mkdtemp(dir=harness.folder), "env.sh")
        self.process = subprocess.Popen(
            [WRIGHT, "mock", spec, "--print-env-file", self.file, *flags], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        harness.open_things.append(self)
        if not harness.until(lambda: os.path.exists(self.file) or self.process.poll() is not None, 10):
            raise RuntimeError("wright mock does not start")
        if self.process.poll() is not None:
            raise RuntimeError("wright mock ended: " + self.process.stdout.read())
        with open(self.file, encoding="utf-8") as file:
            self.env = dict(re.findall(r"^export (\w+)='(.*)'$", file.read(), re.M))
        self.port = int(re.search(r":(\d+)/v1$", self.env["MODEL_URL"]).group(1))

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, method, path, body=None, headers=None, timeout=10):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout * SLOW)
        try:
            text = json.dumps(body) if isinstance(body, (dict, list)) else body
            return harness.ask(connection, method, path, text, headers)
        finally:
            connection.close()

    def set(self, **ways):
        return self.ask("POST", "/_mock", ways)

    def calls(self, name):
        return self.ask("GET", "/_mock").json[name]["calls"]


def environment(mock):
    """What a binary needs to call the mock; its keys stay the harness's own."""
    return {name: mock.env[name] for name in ("GLOSSARY_URL", "MODEL_URL", "MODEL_KEY")}
