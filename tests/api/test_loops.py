#!/usr/bin/env python3
"""Several event loops: what a client sees does not depend on how many there are, nor on which one its
connection is; limits, breakers and uniqueness are the process's."""
import os, re, shutil, sqlite3, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from later.built import build
from test_events import Stream

LARGE, SMALL = "large-2026-08-07", "small-2026-08-07"
ENDS = ("completed", "degraded", "failed", "cancelled")
LOOPS = 4
ASYNC = {"Prefer": "respond-async"}


def loop_of(job, loops=LOOPS):
    """The loop that a job belongs to: the last 16 bits of its id, modulo (docs/ARCHITECTURE.md)."""
    return int(job.replace("-", "")[-4:], 16) % loops


def several(upstream, *flags, loops=LOOPS, **more):
    return Server(upstream, flags=["--loops", str(loops), *flags], **more)


class OnEach:
    """A connection on each loop, and a job that was begun there."""

    def __init__(self, server, name, headers=ASYNC):
        self.server, self.connections, self.jobs = server, {}, {}
        self.all = [server.connection(60) for _ in range(LOOPS)]
        for i, connection in enumerate(self.all):
            body = json.dumps({"document": f"{DOCUMENT} {name} {i}"})
            reply = ask(connection, "POST", ROUTE, body, server.headers(headers, "", body))
            loop = loop_of(reply.json["job_id"])
            self.connections[loop] = connection
            self.jobs[loop] = reply.json["job_id"]

    def ask(self, loop, method, path, key=""):
        return ask(self.connections[loop], method, path, None, self.server.headers(None, key))

    def close(self):
        for connection in self.all:
            connection.close()


def metric(server, line):
    found = re.search("^" + re.escape(line) + r" (\S+)$", server.get("/metrics").raw.decode(), re.M)
    return float(found[1]) if found else None


# ---- how many ---------------------------------------------------------------------------------------

def test_flag():
    server = several(Upstream(), loops=3)
    same(metric(server, "wright_loops"), 3.0, "--loops says how many")
    server.close()
    server = Server(Upstream(), environment={"WRIGHT_LOOPS": "2"})
    same(metric(server, "wright_loops"), 2.0, "so does WRIGHT_LOOPS")
    server.close()
    server = Server(Upstream(), environment={"WRIGHT_LOOPS": None})
    same(metric(server, "wright_loops"), float(min(8, len(os.sched_getaffinity(0)))),
         "by default there is one a core, and no more than 8")
    server.close()
    run = subprocess.run([BINARY, "serve", "--loops", "65"], env=server.environment, capture_output=True,
                         text=True, timeout=10 * SLOW)
    ok(run.returncode == 64 and "--loops is 0 to 64" in run.stderr, "65 are too many", run)


# ---- who has what ------------------------------------------------------------------------------------

def test_elsewhere():
    """Every way to ask for a job, from every loop for every loop's."""
    up = Upstream()
    gate = threading.Event()
    up.ways[LARGE] = lambda body: gate.wait(60) and Way(body=POINTS)
    server = several(up)
    on = OnEach(server, "elsewhere")
    same(sorted(on.jobs), list(range(LOOPS)), "connections are spread over the loops; a job is its connection's loop's")
    # In this order new connections, too, are on loop `here`: each goes to the loop that has the fewest.
    pairs = [(here, (here + turn) % LOOPS) for turn in range(LOOPS) for here in range(LOOPS)]
    got = {pair: on.ask(pair[0], "GET", f"/jobs/{on.jobs[pair[1]]}") for pair in pairs}
    ok(all(reply.status == 200 and reply.json["status"] in ("queued", "processing") and
           reply.json["job_id"] == on.jobs[there] for (_, there), reply in got.items()),
       "a job under way is seen from every loop", got)
    got = [on.ask(here, "GET", f"/jobs/{on.jobs[there]}", server.other_key).status for here, there in pairs]
    same(set(got), {404}, "from none by another caller")
    got = [on.ask(here, "GET", f"/jobs/{on.jobs[there]}/events").json["final"] for here, there in pairs]
    same(set(got), {False}, "so are its events")
    streams = {pair: Stream(server, on.jobs[pair[1]]) for pair in pairs}
    began = all(stream.event()["kind"] == "accepted" for stream in streams.values())
    waits = {(here, there): lambda there=there: server.get(f"/jobs/{on.jobs[there]}?wait=50")
             for here, there in pairs}
    opener = threading.Timer(0.2, gate.set)
    opener.start()
    replies = together(list(waits.values()))
    same({(reply.status, reply.json["status"]) for reply in replies}, {(200, "completed")},
         "?wait=N waits for the end, on whatever loop")
    kinds = [[event["kind"] for event in stream.rest()] for stream in streams.values()]
    ok(began and all(kind[-1] == "finished" and kind == kinds[0] for kind in kinds),
       "a stream of events follows it to its end, on whatever loop", kinds)
    same(metric(server, 'wright_jobs_total{workflow="extract_key_points",status="completed",result_type="full",'
                        'error_code=""}'), float(LOOPS), "the metrics are the sum of the loops'")
    on.close()


def test_cancel():
    up = Upstream()
    up.ways[LARGE] = Way(silent=True)
    server = several(up)
    for turn in range(LOOPS):
        on = OnEach(server, f"cancel {turn}")
        waiting = [threading.Thread(target=server.get, args=(f"/jobs/{job}?wait=50",)) for job in on.jobs.values()]
        for thread in waiting:
            thread.start()
        got = [on.ask((there + turn) % LOOPS, "POST", f"/jobs/{on.jobs[there]}/cancel") for there in range(LOOPS)]
        same([(reply.status, reply.json["status"]) for reply in got], [(200, "cancelled")] * LOOPS,
             f"cancelled from {turn} loops further")
        for thread in waiting:
            thread.join(20 * SLOW)
        ok(not any(thread.is_alive() for thread in waiting), "who waits for one hears so")
        on.close()
    same(metric(server, "wright_jobs_live"), 0.0, "no job is left")


# ---- uniqueness ---------------------------------------------------------------------------------------

def twins(loops, what, headers):
    up = Upstream()
    up.ways[LARGE] = Way(body=POINTS, delay=0.4)
    server = several(up, loops=loops)
    replies = together([lambda: server.post(f"{DOCUMENT} {what}", headers, timeout=40)] * 100)
    wrong = [reply for reply in replies if not isinstance(reply, Reply) or reply.status not in (200, 202)]
    ok(not wrong, f"{loops} loops: 100 twins by {what} are all answered", wrong[:2])
    ids = {reply.json["job_id"] for reply in replies if reply not in wrong}
    same((len(ids), len(up.sent(LARGE))), (1, 1), "they are one job and one call")
    if not headers:
        same({reply.json["status"] for reply in replies if reply not in wrong}, {"completed"},
             "who joins it waits for its end")
    else:
        replayed = [reply for reply in replies if reply.headers.get("idempotency-replayed")]
        same(len(replayed), 99, "all but one are replays")
        again = server.post(f"{DOCUMENT} {what}", headers)
        same((again.status, again.json["status"]), (200, "completed"), "and later its reply is theirs")
    server.close()


def test_twins():
    for loops in (1, LOOPS):
        twins(loops, "dedupe", None)
        twins(loops, "Idempotency-Key", {"Idempotency-Key": "twin"})


# ---- what all loops share -----------------------------------------------------------------------------

def roomy():
    """The binary of spec/briefs.flow with time to wait in line and to retry, and nothing that one job does to
    another but a narrow limit."""
    copy = os.path.join(folder, "roomy-spec")
    path = os.path.join(copy, "roomy.flow")
    if not os.path.exists(copy):
        shutil.copytree("spec", copy)
        with open("spec/briefs.flow", encoding="utf-8") as file:
            text = re.sub(r"^ *breaker .*$", "", file.read(), flags=re.M)
        text = text.replace("limit 64 concurrent, 600 per 1m", "limit 3 concurrent")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("latency waiting 8s", "latency waiting 40s"))
    return build(path)


def test_limit():
    server = several(up := Upstream(), start=False)
    server.binary = roomy()
    up.ways[LARGE] = Way(body=POINTS, delay=0.2)
    server.start()
    replies = together([lambda i=i: server.post(f"{DOCUMENT} {i}", timeout=60) for i in range(40)])
    statuses = [reply.json["status"] if isinstance(reply, Reply) else reply for reply in replies]
    same(set(statuses), {"completed"}, "40 jobs on 4 loops, 3 calls at a time: all wait in line and are served")
    same({loop_of(reply.json["job_id"]) for reply in replies}, set(range(LOOPS)), "they are of all loops")
    at = sorted(call["at"] for call in up.sent(LARGE))
    most = max(sum(1 for other in at if t - 0.19 < other <= t) for t in at)
    ok(most <= 3, f"the limit holds over all loops: {most} at a time")
    took = at[-1] - at[0]
    ok(took >= 0.2 * (40 / 3 - 2), f"so they took {took:.1f} s")
    same((metric(server, 'wright_target_in_use{target="primary",kind="model"}'),
          metric(server, 'wright_target_queued{target="primary",kind="model"}')), (0.0, 0.0), "nothing is left over")


def test_breaker():
    """`breaker 5 failures in 30s`: counted over all loops, open for all."""
    up = Upstream()
    up.ways[LARGE] = Way(status=500)
    server = several(up)
    connections, used = [server.connection() for _ in range(LOOPS)], set()
    for i in range(4 * LOOPS):
        body = json.dumps({"document": f"{DOCUMENT} {i}"})
        reply = ask(connections[i % LOOPS], "POST", ROUTE, body, server.headers(None, "", body))
        used.add(loop_of(reply.json["job_id"]))
    same(used, set(range(LOOPS)), "jobs ran on every loop")
    same(len(up.sent(LARGE)), 5, "the model was called five times, then by none of them")
    for connection in connections:
        connection.close()


def test_admission():
    up = Upstream()
    up.ways[LARGE] = Way(silent=True)
    server = several(up, "--max-jobs", "3")
    replies = together([lambda i=i: server.post(f"{DOCUMENT} {i}", ASYNC) for i in range(20)])
    same(sorted(reply.status for reply in replies), [202] * 3 + [503] * 17,
         "--max-jobs is the process's: of 20 at once 3 are taken")
    ids = [reply.json["job_id"] for reply in replies if reply.status == 202]
    for job in ids:
        server.request("POST", f"/jobs/{job}/cancel")
    same(server.post(f"{DOCUMENT} later", ASYNC).status, 202, "once they have ended there is room again")


# ---- the end, and another beginning -------------------------------------------------------------------

def test_drain():
    up = Upstream()
    up.ways[LARGE] = Way(body=POINTS, delay=1)
    server = several(up)
    on, alone = OnEach(server, "drain"), OnEach(server, "nobody waits for these")
    asking = [lambda job=job: server.get(f"/jobs/{job}?wait=50") for job in on.jobs.values() for _ in range(3)]
    asking += [lambda job=job: Stream(server, job).rest() for job in on.jobs.values()]
    asking.append(lambda: until(lambda: metric(server, "wright_waiters") == 12, 20) and server.terminate())
    *replies, code = together(asking)
    same(code, 0, "SIGTERM ends it, once the jobs of all loops have ended")
    same({reply.json["status"] for reply in replies[:12]}, {"completed"},
         "who waits for one, on whatever loop, gets its result")
    same({events[-1]["kind"] for events in replies[12:]}, {"finished"}, "streams go to the job's end")
    on.close()
    alone.close()
    server.start()
    same([server.get(f"/jobs/{job}").json["status"] for job in alone.jobs.values()] + server.events("recovered"),
         ["completed"] * LOOPS, "and those that nobody waits for have ended, too")


def test_other_number():
    """kill -9, and again with another number of loops: every job has a new home, and ends."""
    up = Upstream()
    up.ways[LARGE] = Way(silent=True)
    server = several(up)
    jobs = [reply.json["job_id"] for reply in
            together([lambda i=i: server.post(f"{DOCUMENT} {i}", ASYNC) for i in range(24)])]
    for loops in (1, 3, 2):
        server.kill()
        if loops == 2:
            up.ways[LARGE] = Way(body=POINTS)
        server.flags = ["--loops", str(loops)]
        server.start()
        same(server.events("recovered", 1)[-1]["resumed"], len(jobs), f"with {loops} all jobs are taken up, once each")
    ends = [server.get(f"/jobs/{job}?wait=50").json["status"] for job in jobs]
    ok(set(ends) <= {"completed", "degraded"}, "and end", ends)
    same(metric(server, "wright_jobs_live"), 0.0, "none is left")


def test_operator():
    up = Upstream()
    up.ways[LARGE] = Way(silent=True)
    server = several(up)
    on = OnEach(server, "operator")

    def operator(*arguments):
        run = subprocess.run([BINARY, "jobs", *arguments, "--json", "--store", "sqlite:" + server.store],
                             capture_output=True, text=True, timeout=20 * SLOW)
        return json.loads(run.stdout) if run.returncode == 0 else run
    same([operator("show", job)["job_id"] for job in on.jobs.values()], list(on.jobs.values()),
         "`jobs show` sees the jobs of every loop")
    same([operator("cancel", job)["status"] for job in on.jobs.values()], ["cancelled"] * LOOPS,
         "`jobs cancel` reaches them")
    on.close()


# ---- the same journals --------------------------------------------------------------------------------

def scripted(body):
    """By the document: what the model does depends on nothing else."""
    text = body["messages"][-1]["content"]
    number = int(re.search(r"Number (\d+)\.", text)[1])
    return [Way(body=POINTS), Way(status=500), Way(body={"points": 3}), Way(body="x", refusal="No.", pieces=1),
            Way(body=POINTS, then="cut")][number % 5]


def journals(loops):
    """Every job's entries, by its document, times replaced; and the loops they ran on."""
    up = Upstream()
    up.ways[LARGE] = up.ways[SMALL] = scripted
    server = several(up, loops=loops, start=False)
    server.binary = roomy()
    server.start()
    ids = []
    for start in range(0, 40, 4):
        ids += together([lambda i=i: server.post(f"{DOCUMENT} Number {i}.", timeout=60) for i in range(start, start + 4)])
    server.terminate()
    found = {}
    with sqlite3.connect(server.store) as db:
        rows = db.execute("SELECT j.n, e.place & 1048575, e.kind, e.path, coalesce(e.body, b.data) FROM job j "
                          "JOIN entry e ON e.place >> 20 = j.n LEFT JOIN blob b ON b.hash = e.blob ORDER BY e.place")
        for job, seq, kind, path, body in rows:
            body = body if isinstance(body, bytes) else (body or "").encode()
            text = re.sub(rb'"(created_ms|deadline_ms|now_ms|elapsed_us|first_token_us|remembered_ms)":\d+',
                          rb'"\1":0', body)
            found.setdefault(job, []).append((seq, kind, path, text))
    db.close()
    used = {loop_of(reply.json["job_id"], loops) for reply in ids}
    return {re.search(rb"Number (\d+)\.", entries[0][3])[1]: entries for entries in found.values()}, used


def test_same_journals():
    (one, _), (four, used) = journals(1), journals(LOOPS)
    same((len(one), len(four), used), (40, 40, set(range(LOOPS))), "40 jobs through one loop, and through four")
    differ = [(number, one[number], four.get(number)) for number in one if one[number] != four.get(number)]
    ok(not differ, "the same requests give the same journals, ids and times apart", differ[:1])


if __name__ == "__main__":
    main(test_flag, test_elsewhere, test_cancel, test_twins, test_limit, test_breaker, test_admission, test_drain,
         test_other_number, test_operator, test_same_journals)
