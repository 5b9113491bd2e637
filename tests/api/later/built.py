"""Another specification than spec/briefs.flow, built once for a test program, and its binary serving."""
import json, os, sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import harness, programs

HERE = os.path.dirname(os.path.abspath(__file__))


def build(path):
    """The binary of this specification; a build that fails ends the program."""
    try:
        return programs.build(path, os.path.join(harness.folder, os.path.basename(path)[:-5]), dynamic=True)
    except RuntimeError as why:
        print("Bail out! " + path + "\n# " + str(why).replace("\n", "\n# "))
        sys.exit(1)


class Later(harness.Server):
    """The binary of later.flow."""

    def __init__(self, *args, **more):
        self.binary = build(os.path.join(HERE, "later.flow"))
        super().__init__(*args, **more)

    def send(self, route, text="hello", headers=None, timeout=30, key="", **more):
        body = json.dumps({"text": text, **more})
        return self.request("POST", route, body, headers, key, timeout)

    def job(self, job, wait=0):
        path = f"/jobs/{job}" + (f"?wait={wait}" if wait else "")
        return self.request("GET", path, None, None, "", 60).json
