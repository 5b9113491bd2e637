#!/usr/bin/env python3
"""Jobs under way meet a newer binary: at every state in which a job of the four rests it is stopped by kill -9 under the
specification as it is, and taken up under an edited one. It goes on, is restarted, held or failed as `wright diff` said.
WRIGHT_FLIGHT_EDITS edits of each specification (`make inflight`); by default one each of two of them."""
import os, re, shutil, sqlite3, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import edited
from four import *

EDITS = int(os.environ.get("WRIGHT_FLIGHT_EDITS", "0"))
SEED = int(os.environ.get("WRIGHT_FLIGHT_SEED", "7"))
NAMES = ("briefs", "sales", "support", "videos") if EDITS else ("sales", "videos")
TICKET = {"subject": "Export", "body": "How do I export a report?", "product": "reports"}
UNSURE = Way(body={"text": "Perhaps.", "confidence": 0.2})


def requests():
    return {"briefs": fixture("brief"), "sales": fixture("sales-request"), "support": TICKET,
            "videos": fixture("videos-request")}


def states():
    """How a job comes to rest in each state: what stands behind it then does."""
    narrative, outline = Way(body=fixture("sales-narrative")), Way(body=fixture("videos-outline"))
    return {"briefs": {"terms": {"get /terms": Hang()}, "draft": {LARGE: Hang()},
                       "brief": {LARGE: Way(400), SMALL: Hang()}},
            "sales": {"gather": {ACCOUNT: Hang()}, "write": {LARGE: Hang()}, "outline": {LARGE: Way(400), SMALL: Hang()},
                      "save": {LARGE: narrative, NOTE: Hang()}, "later": {LARGE: narrative, NOTE: Way(503)}},
            "support": {"suggest": {SMALL: Hang()}, "review": {SMALL: UNSURE}},
            "videos": {"outline": {SMALL: Hang()}, "refine": {SMALL: outline, HEAVY: Hang()}}}


def events(server, job):
    return server.get(f"/jobs/{job}/events", key="").json["events"]


def rests_in(rows):
    """The state that a restart finds: what the journal says of the root, and nothing that was not durable."""
    found = None
    for event in rows:
        if event["kind"] in ("entered", "transition") and not event.get("path"):
            found = event.get("target") or event["stage"]
    return found


def stop_at(name, state, ways, world):
    """A job that rests in the state, and its store; the binary was killed while it did, and nobody else was left."""
    for _ in range(8):
        world.reset()
        world.ways.update(ways)
        server = Api(name, world)
        sent = server.send(requests()[name], {"Idempotency-Key": "k1", "Prefer": "respond-async"})
        if "job_id" not in sent.json:
            raise RuntimeError(f"{name}: {sent.status} {sent.json}")
        job = sent.json["job_id"]
        hung = [call for call, way in ways.items() if isinstance(way, Hang)]
        until(lambda: rests_in(events(server, job)) == state, 10)
        until(lambda: not hung or any(call["name"] == hung[0] for call in world.calls), 10)
        left = bool(world.left)
        server.kill()
        again = copied(server, world, server.binary)  # what is durable, as the binary itself reads it
        durable = events(again, job)[:again.entries]
        again.kill()
        if not left and rests_in(durable) == state:
            given = (row.get("path", row["stage"]) for row in durable if row["kind"] == "value")
            done = {re.sub(r"/\d+$", "", path).replace("/", ".") for path in given}
            return server, job, done
    raise RuntimeError(f"{name} did not come to rest in {state}: {server.log()[-600:]}")


def copied(server, world, binary):
    """The binary on a copy of the store of one that is dead."""
    store = os.path.join(tempfile.mkdtemp(dir=folder), "copy.db")
    for end in ("", "-wal"):
        if os.path.exists(server.store + end):
            shutil.copy(server.store + end, store + end)
    with sqlite3.connect(store) as db:
        entries = db.execute("select count(*) from entry").fetchone()[0]
    db.close()
    newer = Api(server.name, world, store=store, start=False)
    newer.environment, newer.binary, newer.entries = server.environment, binary, entries
    newer.start()
    newer.events("recovered", 1)
    return newer


def becomes(server, job):
    """What a newer binary made of it; a cancel makes durable what only rode along."""
    now = server.job(job)
    if now["waiting_for"] == "upgrade":
        return "held"
    server.request("POST", f"/jobs/{job}/cancel", None, None, "")
    now = until(lambda: (row := server.job(job))["final"] and row, 20)
    if now["error_code"] == "upgraded":
        return "failed"
    return "restarted" if any(event["kind"] == "restarted" for event in events(server, job)) else "goes on"


def said(verdicts, state, done):
    row = next(row for row in verdicts if row["stage"] == state)
    if row["verdict"] != "unsafe" or "becomes" not in row:
        return "goes on"  # the inputs of this test fit what they are edited to
    if "having_done" in row and not set(row["having_done"]) & done:
        return "goes on"
    return row["becomes"]


def build(name, number, text):
    """The edited specification as a binary, and what diff says of it; None where it does not compile."""
    inside = os.path.join(folder, f"flight-{name}-{number}")
    shutil.copytree(os.path.join(ROOT, "spec"), inside, dirs_exist_ok=True)
    path = os.path.join(inside, name + ".flow")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    wright = os.path.join(os.path.abspath(BUILD), "wright")
    diff = subprocess.run([wright, "diff", "--format", "json", os.path.join(ROOT, "spec", name + ".flow"), path],
                          capture_output=True, text=True)
    if diff.returncode not in (0, 1):
        return None
    flags = "-fsanitize=address,undefined" if orders.INSTRUMENTED else ""
    run = subprocess.run([wright, "build", path, "-o", os.path.join(inside, name), "--dynamic"], cwd=ROOT,
                         env={**os.environ, "WRIGHT_INCLUDE": "runtime/include", "CFLAGS": flags}, capture_output=True,
                         text=True)
    if run.returncode:
        raise RuntimeError(run.stdout + run.stderr)
    return os.path.join(inside, name), json.loads(diff.stdout)["in_flight"]


def take_up(binary, stopped, world):
    """The stopped jobs under the newer binary, each in a copy of its store."""
    found = {}
    for state, (server, job, _, ways) in stopped.items():
        world.reset()
        world.ways.update(ways)
        newer = copied(server, world, binary)
        found[state] = becomes(newer, job)
        newer.kill()
        shutil.rmtree(os.path.dirname(newer.store))
    return found


def one_specification(name):
    with open(os.path.join(ROOT, "spec", name + ".flow"), encoding="utf-8") as file:
        text = file.read()
    world = World()
    stopped = {state: (*stop_at(name, state, ways, world), ways) for state, ways in states()[name].items()}
    tally, wrong, number = {}, [], 0
    for what, after in edited.edits(text, SEED):
        made = build(name, number, after)
        if not made:
            continue
        binary, verdicts = made
        for state, is_now in take_up(binary, stopped, world).items():
            says = said(verdicts, state, stopped[state][2])
            tally[is_now] = tally.get(is_now, 0) + 1
            if says != is_now:
                done = sorted(stopped[state][2])
                wrong.append(f"{what}: in {state}, having done {done}, it {is_now}, and was to be {says}")
        shutil.rmtree(os.path.dirname(binary))
        number += 1
        if number == (EDITS or 1):
            break
    ok(not wrong and number == (EDITS or 1), f"{name}: {number} edits, jobs in {', '.join(stopped)}: "
       f"{', '.join(f'{count} {kind}' for kind, count in sorted(tally.items()))}, each as was said", "\n".join(wrong[:12]))


def every_specification():
    for name in NAMES:
        one_specification(name)
        close_all()


main(every_specification)
