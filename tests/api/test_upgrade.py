#!/usr/bin/env python3
"""A newer binary on the store of an older one: jobs whose place and values are as they were go on; the others are
held, restarted or failed as their workflow declares; and the older binary can come back for those that are held."""
import os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "later"))
from orders import *
from built import build

SPEC = """api upgrades version "%(version)s" { auth none }
schema Request { text: string(..100) }
schema Step    { text: string(..%(length)s) }
schema Kept    { text: string(..150) }
schema Go      { on: bool }
open schema Note { id: string(..20) }
schema Answer  { text: string(..300) }
error late is expired  "Nobody said go."
error down is overloaded "The CRM is down."  status 503
error lost is uncertain "It may have happened." status 500
service crm  { url env CRM_URL  idempotency key "Idempotency-Key" }
service bank { url env CRM_URL }
%(workflows)s"""

FLOW = """
workflow %(name)s version %(number)s {
  route   POST "/%(name)s"
  input   Request
  output  Answer
  latency background 1h
  %(policy)s

  stage first {
    make %(schema)s { text: "%(word)s ${input.text}" }
    on ok -> %(after)s
  }
%(effect)s
  stage pause {
    wait for signal go: Go within 30m
    on ok      -> last
    on expired -> fail late
  }

  stage last {
    make Answer { text: "${first.text}, done by %(word)s" }
    on ok -> done full
  }
}
"""
NOTE = """
  stage note {
    post crm "/notes" as Note body { text: input.text }
    timeout 2s
    on ok    -> pause
    on error -> fail down
  }
"""
CHARGE = NOTE.replace("note", "charge", 1).replace("post crm", "post bank").replace(
    "on error", "on uncertain -> fail lost\n    on error")


def spec(name, word, length, number=1, gone=()):
    rows = [("plain", "", "Step", "pause", ""), ("kept", "on upgrade fail", "Kept", "pause", ""),
            ("holds", "on upgrade hold", "Step", "pause", ""), ("fails", "on upgrade fail", "Step", "note", NOTE),
            ("restarts", "on upgrade restart", "Step", "note", NOTE), ("charges", "", "Step", "charge", CHARGE),
            ("gone", "", "Step", "pause", "")]
    flows = "".join(FLOW % {"name": row[0], "policy": row[1], "schema": row[2], "after": row[3], "effect": row[4],
                            "word": word, "number": number if row[0] == "holds" else 1}
                    for row in rows if row[0] not in gone)
    path = os.path.join(folder, name + ".flow")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SPEC % {"version": "1.0.0" if word == "old" else "2.0.0", "length": length, "workflows": flows})
    return build(path)


NAMES = ("plain", "kept", "holds", "fails", "restarts", "charges", "gone")


class Upgrades(Server):
    def __init__(self, services, binary, store=None):
        self.binary = binary
        super().__init__(services, store=store, environment={"CRM_URL": services.url})

    def begin(self, name, headers=None):
        return self.request("POST", "/" + name, json.dumps({"text": name}), headers, None)

    def job(self, job):
        return self.get("/jobs/" + job, key=None).json

    def go(self, job):
        return self.request("POST", f"/jobs/{job}/signals/go", '{"on": true}', None, None)

    def waits(self, job, what="signal go"):
        return until(lambda: self.job(job)["waiting_for"] == what, 10)

    def metric(self, name):
        text = self.get("/metrics", key=None).raw.decode()
        return float(re.search(rf"^{name} (\S+)$", text, re.M).group(1))


def begin_all(up, old):
    server = Upgrades(up, old)
    jobs = {}
    for name in NAMES:
        jobs[name] = server.begin(name, {"Idempotency-Key": "k-" + name}).json["job_id"]
        if not server.waits(jobs[name]):
            raise RuntimeError(f"{name} does not wait: {server.job(jobs[name])}")
    return server, jobs


def test_upgrade():
    up = Services()
    old, new = spec("old", "old", 150), spec("new", "new", 160, gone=("gone",))
    server, jobs = begin_all(up, old)
    keys = [call["headers"].get("idempotency-key") for call in up.sent("post /notes")]
    server.kill()
    newer = Upgrades(up, new, server.store)
    row, = newer.events("recovered", 1)
    same((row["resumed"], row["held"]), (4, 3), "the log says how many go on, and how many are held")

    ok(newer.waits(jobs["kept"]), "a job whose place and values are as they were waits on")
    same(newer.go(jobs["kept"]).status, 200, "and hears its signal")
    end = until(lambda: (lambda job: job if job["final"] else None)(newer.job(jobs["kept"])))
    same(end["output"], {"text": "old kept, done by new"}, "with the value of then and the program of now")

    ok(newer.waits(jobs["plain"]), "nothing declared, nothing that could happen twice: it is begun anew")
    newer.go(jobs["plain"])
    end = until(lambda: (lambda job: job if job["final"] else None)(newer.job(jobs["plain"])))
    same((end["output"], end["versions"]["api"], end["versions"]["fallback_path"][0]),
         ({"text": "new plain, done by new"}, "2.0.0", "first: ok"), "wholly under the new program")
    events = newer.get(f"/jobs/{jobs['plain']}/events", key=None).json["events"]
    ok("restarted" in [event["kind"] for event in events], "which its events say", events)

    ok(newer.waits(jobs["restarts"]), "`restart`: from the first stage")
    newer.go(jobs["restarts"])
    end = until(lambda: (lambda job: job if job["final"] else None)(newer.job(jobs["restarts"])))
    same(end["output"], {"text": "new restarts, done by new"}, "to its end")
    sent = [call["headers"].get("idempotency-key") for call in up.sent("post /notes") if "restarts" in call["text"]]
    ok(len(sent) == 2 and sent[0] == sent[1] and sent[0] in keys, "its keyed effect was sent again under its one key", sent)

    end = until(lambda: (lambda job: job if job["final"] else None)(newer.job(jobs["fails"])))
    same((end["status"], end["error_code"], end["error"]["class"], end["error"]["retryable"]),
         ("failed", "upgraded", "cancelled", False), "`fail`: ended, and not to be sent again as it had an effect")

    for name in ("holds", "charges", "gone"):
        job = newer.job(jobs[name])
        same((job["status"], job["waiting_for"], job["final"]), ("queued", "upgrade", False), f"{name} is held, and says so")
    same(newer.go(jobs["holds"]).status, 409, "a held job hears no signal")
    same(newer.metric("wright_jobs_held"), 3.0, "/metrics counts them")
    rows = newer.get("/jobs?limit=100", key=None).json["jobs"]
    same(sorted(row["job_id"] for row in rows if row.get("held")), sorted(jobs[n] for n in ("holds", "charges", "gone")),
         "the list marks them")
    table = subprocess.run([new, "jobs", "list", "--store", "sqlite:" + server.store], capture_output=True, text=True,
                           timeout=20 * SLOW, cwd=folder)
    same(len(re.findall(r"^\S{36}  held ", table.stdout, re.M)), 3, "and so does `jobs list`")
    replay = newer.begin("holds", {"Idempotency-Key": "k-holds"})
    same((replay.status, replay.json["waiting_for"], replay.json["job_id"]), (202, "upgrade", jobs["holds"]),
         "a repeated request finds its held job")
    cancelled = newer.request("POST", f"/jobs/{jobs['charges']}/cancel", None, None, None)
    same((cancelled.status, cancelled.json["status"]), (200, "cancelled"), "a held job can be cancelled")
    same(newer.metric("wright_jobs_held"), 2.0, "and is held no more")
    same(newer.terminate(), 0, "held jobs do not keep the binary from ending")

    older = Upgrades(up, old, server.store)
    ok(older.waits(jobs["holds"]) and older.waits(jobs["gone"]), "under the older binary what was held goes on")
    older.go(jobs["holds"])
    end = until(lambda: (lambda job: job if job["final"] else None)(older.job(jobs["holds"])))
    same(end["output"], {"text": "old holds, done by old"}, "as if nothing had been")


def test_versions():
    up = Services()
    server = Upgrades(up, spec("one", "old", 150))
    job = server.begin("holds").json["job_id"]
    server.waits(job)
    server.kill()
    newer = Upgrades(up, spec("two", "new", 150, number=2), server.store)
    same(newer.job(job)["waiting_for"], "upgrade", "another version of a workflow is another one: its policy is asked")
    newer.kill()
    newer.start()
    same(newer.job(job)["waiting_for"], "upgrade", "after kill -9 as well")


main(test_upgrade, test_versions)
