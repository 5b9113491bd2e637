#!/usr/bin/env python3
"""`make bench`: speed and size of what Wright makes, each beside its limit or a peer in the same run.

Prints a table and always exits 0 where it could measure: a limit that is missed is said, and is no failed
test. Everything is on loopback and in one folder under the build; nothing is left running."""
import atexit, concurrent.futures, datetime, http.client, json, os, platform, re, select, shutil, signal, statistics, subprocess, sys, tempfile, time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import paced, parked

BUILD = os.path.abspath(os.environ.get("WRIGHT_BUILD", "build"))
CC = os.environ.get("CC", "gcc")
SPEC = "spec/briefs.flow"
ROUTE = "/briefs/extract-key-points"
CORES = sorted(os.sched_getaffinity(0))
TICK = os.sysconf("SC_CLK_TCK")
folder, children, rows, notes = None, [], [], []


# ---- the table --------------------------------------------------------------------------------------

def spread(values):
    return min(values), statistics.median(values), max(values)


def number(value):
    if value >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def row(name, unit, values, against=None, ratio=None, good=None):
    """`ratio` is how many times better than the limit or the peer; over 1 is better."""
    low, middle, high = spread(values)
    rows.append((name, unit, number(low), number(middle), number(high), against or "-",
                 f"{ratio:.2f}" if ratio is not None else "-",
                 "-" if good is None else "ok" if good else "OVER"))


def limit(name, unit, values, most):
    middle = statistics.median(values)
    row(name, unit, values, f"< {number(most)}", most / middle if middle else None, middle < most)


def print_table():
    head = ("measure", "unit", "min", "median", "max", "limit or peer", "ratio", "")
    widths = [max(len(line[i]) for line in [head] + rows) for i in range(len(head))]
    for line in [head] + rows:
        cells = [cell.rjust(width) if 2 <= i <= 4 or i == 6 else cell.ljust(width)
                 for i, (cell, width) in enumerate(zip(line, widths))]
        print("  ".join(cells).rstrip())
    over = [line[0] for line in rows if line[-1] == "OVER"]
    print()
    for note in notes:
        print(note)
    print("Ratio: times better than the limit or the peer, by the medians; over 1 is better. Beside fdatasync: how many "
          "jobs were made durable in the time of one.")
    print(f"MISSED: {'; '.join(over)}" if over else "Every limit that was measured is kept.")


def say(what):
    print(f"# {what}", file=sys.stderr, flush=True)


# ---- processes --------------------------------------------------------------------------------------

def clean():
    for child in reversed(children):
        stop(child)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


def stop(child):
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child in children:
        children.remove(child)


def stop_now(child):
    """One whose jobs would not end within the drain."""
    child.kill()
    stop(child)


def start(command, env=None, err=subprocess.DEVNULL):
    """The process, the first line it prints, and the seconds until then."""
    began = time.perf_counter()
    child = subprocess.Popen(command, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, stderr=err)
    children.append(child)
    ready, _, _ = select.select([child.stdout], [], [], 20)
    line = child.stdout.readline().decode() if ready else ""
    if not line:
        raise RuntimeError(f"{command[0]} printed nothing")
    return child, line.strip(), time.perf_counter() - began


def tool(*command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True,
                          timeout=60, **options).stdout


def timed(command, env=None):
    began = time.perf_counter()
    tool(*command, env={**os.environ, **(env or {})}, preexec_fn=two_cores if len(CORES) > 2 else None)
    return time.perf_counter() - began


def two_cores():
    os.sched_setaffinity(0, CORES[:2])


def status(pid, field):
    with open(f"/proc/{pid}/status", encoding="utf-8") as lines:
        return int(re.search(rf"^{field}:\s+(\d+)", lines.read(), re.M)[1])


def processor_seconds(pid):
    """Of each thread: user and system, and whether it is an event loop."""
    threads = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/stat", encoding="utf-8") as stat:
            name, _, rest = stat.read().rpartition(")")
        fields = rest.split()
        is_loop = int(thread) == pid or "(loop-" in name
        threads[int(thread)] = (int(fields[11]) / TICK, int(fields[12]) / TICK, is_loop)
    return threads


def written(pid):
    with open(f"/proc/{pid}/io", encoding="utf-8") as lines:
        return int(re.search(r"^write_bytes: (\d+)", lines.read(), re.M)[1])


# ---- building ---------------------------------------------------------------------------------------

def measure_compile():
    say("wright compile, 30 times")
    command = [f"{BUILD}/wright", "compile", SPEC, "-o", f"{folder}/generated"]
    timed(command)
    limit("wright compile spec/briefs.flow", "ms", [timed(command) * 1e3 for _ in range(30)], 10)


def contract_of(schemas, bound):
    """A contract of so many schemas, each with five fields, in workflows of 50 each."""
    made, flows = {}, {}
    for number in range(schemas):
        fields = {"text": {"type": "string", "minLength": 1, "maxLength": bound},
                  "code": {"type": "string", "pattern": f"^[a-z]{{2,{3 + number % 5}}}$"},
                  "count": {"type": "integer", "minimum": 0, "maximum": bound},
                  "kind": {"type": "string", "enum": ["a", "b", "c"]},
                  "list": {"type": "array", "maxItems": 5, "items": {"type": "number", "minimum": 0, "maximum": 1}}}
        if number % 50:
            fields["next"] = {"$ref": f"#/schemas/S{number - 1}"}
        made[f"S{number}"] = {"type": "object", "properties": fields, "required": ["code", "text"],
                              "additionalProperties": False}
        if number % 50 == 49:
            flows[f"w{number}"] = {"version": 1, "route": {"method": "POST", "path": f"/{number}"}, "input": f"S{number}",
                                   "output": f"S{number}", "latency": {"model": "waiting", "budget_ms": 1000},
                                   "cost": {}, "retry_safety": {}, "stages": {}, "ends": {}, "lifecycle": {}}
    return {"contract": 1, "api": {"name": "many", "version": "1.0.0"}, "auth": {"kind": "none"}, "errors": {},
            "models": {}, "services": {}, "schemas": made, "workflows": flows}


def long_flow(stages):
    """A specification of so many stages: each calls, goes on where it went well, and skips the next where it did not."""
    text = ('api long version "1.0.0" { auth none }\nschema In { x: int(0..9)  note?: string(..40) }\n'
            'error down is overloaded "x"\nservice s { url "http://127.0.0.1:9"  idempotency key "Idempotency-Key" }\n'
            'workflow w version 1 {\n  route POST "/w" input In output In latency background 2h\n')
    for i in range(stages):
        after = [f"s{k}" if k < stages else "last" for k in (i + 1, i + 2)]
        value = f"s{i - 1}?.x ?? input.x" if i else "input.x"
        text += (f'  stage s{i} {{ post s "/x/${{{value}}}" as In body {{ x: {value} }} timeout 1s '
                 f"retry 1 on transient backoff 1ms..2ms on ok -> {after[0]} on error -> {after[1]} }}\n")
    return text + "  stage last { make input on ok -> done full }\n}\n"


def measure_check():
    say("wright check of 500 stages, 20 times")
    with open(f"{folder}/long.flow", "w", encoding="utf-8") as file:
        file.write(long_flow(499))
    took = []
    for _ in range(20):
        began = time.perf_counter()
        ran = subprocess.run([f"{BUILD}/wright", "check", f"{folder}/long.flow"], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, check=False)
        took.append((time.perf_counter() - began) * 1e3)
        if ran.returncode:
            raise RuntimeError(f"wright check: exit {ran.returncode}\n{ran.stdout.decode()[:2000]}")
    limit("wright check of 500 stages", "ms", took, 100)


def measure_diff():
    say("wright diff of two contracts of 500 schemas, 10 times")
    for name, bound in (("old", 100), ("new", 90)):
        with open(f"{folder}/{name}.json", "w", encoding="utf-8") as file:
            json.dump(contract_of(500, bound), file)
    command = [f"{BUILD}/wright", "diff", "--today", "2026-01-01", f"{folder}/old.json", f"{folder}/new.json"]
    took, found = [], 0
    for _ in range(10):
        began = time.perf_counter()
        ran = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        took.append((time.perf_counter() - began) * 1e3)
        found = ran.stdout.count(b"[request.bound_tightened]")
        if ran.returncode != 1 or found != 1000:
            raise RuntimeError(f"wright diff: exit {ran.returncode}, {found} findings")
    limit("wright diff of 500 schemas", "ms", took, 100)


def build(spec, binary):
    return timed([f"{BUILD}/wright", "build", spec, "-o", binary], {"WRIGHT_INCLUDE": "runtime/include", "CC": CC})


def measure_build():
    say("wright build, 3 times")
    binary = f"{folder}/briefs"
    limit("wright build, to a finished binary, 2 cores", "s", [build(SPEC, binary) for _ in range(3)], 5)
    tool("strip", "-o", f"{binary}.stripped", binary)
    limit("the binary, stripped", "MB", [os.path.getsize(f"{binary}.stripped") / 1e6], 12)


# ---- starting ---------------------------------------------------------------------------------------

def serve(binary, env, store, log="off"):
    return start([binary, "serve", "--listen", "127.0.0.1:0", "--store", f"sqlite:{store}", "--log", log], env)


def keys(binary):
    made = tool(binary, "keys", "new", "bench").split()
    return made[0], {"BRIEFS_KEYS": made[1], "MODEL_KEY": "none", "GLOSSARY_URL": "http://127.0.0.1:9",
                     "MODEL_URL": "http://127.0.0.1:9/v1"}


def answers_ready(line):
    with urllib.request.urlopen(f"http://127.0.0.1:{line.rpartition(':')[2]}/readyz", timeout=5) as reply:
        return reply.status == 200


def measure_start():
    say("starts, 12 with a new store and 12 with one that is there")
    binary, times, resident = f"{folder}/briefs", {"new": [], "old": []}, []
    _, env = keys(binary)
    for turn in range(12):
        for kind in ("new", "old"):
            child, line, seconds = serve(binary, env, f"{folder}/start-{turn}.db")
            times[kind].append(seconds * 1e3)
            if not answers_ready(line):
                raise RuntimeError("it listens and is not ready")
            if kind == "old" and turn < 3:
                time.sleep(0.5)
                resident.append(status(child.pid, "VmRSS") / 1024)
            stop(child)
    limit("ready after exec, a store that is there", "ms", times["old"], 30)
    limit("ready after exec, making a new store", "ms", times["new"], 30)
    limit("resident, idle", "MB", resident, 20)


# ---- parts ------------------------------------------------------------------------------------------

def measure_decode():
    say("decoding beside jansson, 5 times")
    command = [f"{BUILD}/bench/bench_decode"]  # exits 1 where it is the slower: that is for the table to say
    runs = [json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout) for _ in range(5)]
    ours, peer = ([run[name] for run in runs] for name in ("decode_ns", "jansson_ns"))
    ratio = statistics.median(run["ratio"] for run in runs)
    row(f"decode and validate a Brief of {runs[0]['bytes']} bytes", "ns", ours,
        f"jansson parses: {number(statistics.median(peer))}", ratio, ratio > 1)


def measure_echo():
    if not shutil.which("wrk"):
        notes.append("The HTTP echo was not measured: wrk is missing (apt-get install wrk, or .ci/setup bench).")
        return
    say("HTTP echo beside evhttp, 4 times 2 s each")
    form = re.compile(r"ours (\d+)/s, evhttp (\d+)/s.*time (\d+)/s a core, evhttp (\d+)/s")
    runs = [[int(x) for x in form.search(tool(f"{BUILD}/bench/bench_http", "2")).groups()] for _ in range(4)]
    ours, peer, ours_core, peer_core = (list(column) for column in zip(*runs))
    middle = statistics.median
    for name, mine, other in (("HTTP echo of 1 KB, 64 connections, wrk beside it", ours, peer),
                              ("HTTP echo, by a core's time in the server", ours_core, peer_core)):
        row(name, "req/s", mine, f"evhttp {number(middle(other))}", middle(mine) / middle(other),
            middle(mine) > middle(other))
    row("  beside the figure of runtime.md, by a core's time", "req/s", ours_core, "> 80 000",
        middle(ours_core) / 80000, middle(ours_core) > 80000)


# ---- the whole request ------------------------------------------------------------------------------

def fdatasync_rate(seconds):
    """Of 4 KB written in place, one after the other, in the folder that the store is in."""
    page, pages, count = os.urandom(4096), 1024, 0
    fd = os.open(f"{folder}/sync", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.write(fd, page * pages)
        os.fsync(fd)
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            os.pwrite(fd, page, count % pages * 4096)
            os.fdatasync(fd)
            count += 1
        return count / (time.perf_counter() - began)
    finally:
        os.close(fd)
        os.unlink(f"{folder}/sync")


def unlimited():
    """spec/briefs.flow without the model's rate of 600 a minute, which a few seconds would use up."""
    shutil.copytree("spec", f"{folder}/spec")
    with open(SPEC, encoding="utf-8") as file:
        text = file.read()
    free = re.sub(r", \d+ per \d+[smh]$", "", text, flags=re.M)
    if free == text:
        raise RuntimeError(f"{SPEC} has no rate of a model to take out")
    with open(f"{folder}/spec/briefs.flow", "w", encoding="utf-8") as file:
        file.write(free)
    build(f"{folder}/spec/briefs.flow", f"{folder}/unlimited")
    with open("spec/fixtures/brief.json", encoding="utf-8") as file:
        brief = json.load(file)
    brief["document"] = "#" * 16 + " " + brief["document"]
    with open(f"{folder}/body.json", "w", encoding="utf-8") as file:
        json.dump(brief, file)
    return os.path.getsize(f"{folder}/body.json")


seeds = iter(range(1, 1000))


def load(port, key, connections, seconds, path=ROUTE, word='"status":"completed"'):
    run = json.loads(tool(f"{BUILD}/bench/bench_load", str(port), path, key, f"{folder}/body.json",
                          str(connections), str(seconds), word, str(next(seeds))))
    if run["other"] or run["broken"] or not run["good"]:
        raise RuntimeError(f"not every reply is as it should be: {run}")
    return run


class System:
    """The binary on a new store, and its upstreams, whose model sends `piece` bytes an event."""

    def __init__(self, piece, *flags):
        self.upstream, line, _ = start([f"{BUILD}/bench/bench_upstream", "spec/fixtures/points.json", str(piece)])
        self.upstream_port = int(line)
        self.key, env = keys(f"{folder}/unlimited")
        env["GLOSSARY_URL"] = f"http://127.0.0.1:{line}/glossary"
        env["MODEL_URL"] = f"http://127.0.0.1:{line}/v1"
        name = "-".join([str(piece), *flags])
        with open(f"{folder}/log-{name}", "wb") as log:
            self.binary, line, _ = start([f"{folder}/unlimited", "serve", "--listen", "127.0.0.1:0", "--store",
                                          f"sqlite:{folder}/whole-{name}.db", *flags], env, log)
        self.port = int(line.rpartition(":")[2])

    def run(self, connections, seconds):
        """One run, with what it took: processor time of each process, bytes to the disk."""
        pids = {"binary": self.binary.pid, "upstream": self.upstream.pid}
        before = {name: processor_seconds(pid) for name, pid in pids.items()}
        bytes_before = written(self.binary.pid)
        count_before = counted(self.port)
        run = load(self.port, self.key, connections, seconds)
        for name, pid in pids.items():
            used = {thread: ([b - a for a, b in zip(before[name].get(thread, (0, 0)), times[:2])], times[2])
                    for thread, times in processor_seconds(pid).items()}
            run[name] = sum(sum(times) for times, _ in used.values())
            if name == "binary":
                run["loop"] = sum(sum(times) for times, is_loop in used.values() if is_loop)
                run["system"] = sum(times[1] for times, _ in used.values())
        run["written"] = written(self.binary.pid) - bytes_before
        run["count"] = {name: value - count_before[name] for name, value in counted(self.port).items()}
        return run

    def stop(self):
        stop(self.binary)
        stop(self.upstream)


def counted(port):
    """What the binary says of its store, and of its own part in its jobs: all but what they waited for."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as reply:
        text = reply.read().decode()
    values = {name: float(re.search(rf"^wright_store_{name}_total (\S+)$", text, re.M)[1])
              for name in ("commits", "writes", "checkpoints")}
    for name in ("sum", "count"):
        found = re.findall(rf"^wright_overhead_seconds_{name}\{{.*\}} (\S+)$", text, re.M)
        values[f"own_{name}"] = sum(map(float, found))
    return values


def split(runs):
    """Where the processor's time of a job goes, over all runs."""
    jobs = sum(run["good"] for run in runs)
    each = {name: sum(run[name] for run in runs) / jobs * 1e6
            for name in ("binary", "loop", "system", "upstream", "cpu_s")}
    return (f"{each['binary']:.0f} us in the binary ({each['loop']:.0f} on its loops, "
            f"{each['binary'] - each['loop']:.0f} on the journal's and other threads; {each['system']:.0f} of it in the "
            f"kernel), {each['upstream']:.0f} us in the upstream, {each['cpu_s']:.0f} us in the load generator; "
            f"{sum(run['written'] for run in runs) / jobs / 1024:.0f} KB written to the disk")


def sqlite_rate(group, seconds):
    """Rows of 2 KB, about what one write of the journal holds, so many in a transaction."""
    run = json.loads(tool(f"{BUILD}/bench/bench_sqlite", f"{folder}/sqlite.db", "2048", str(group), str(seconds)))
    for name in ("sqlite.db", "sqlite.db-wal", "sqlite.db-shm"):
        if os.path.exists(f"{folder}/{name}"):
            os.unlink(f"{folder}/{name}")
    return run["rows"]


def whole_rows(name, runs, syncs, goal=None):
    """`goal` is (jobs a second, or None; ms over one fdatasync for the median, or None)."""
    middle, rates = statistics.median, [run["rate"] for run in runs]
    jobs_goal, over_goal = goal or (None, None)
    row(f"whole request, {name}", "jobs/s", rates, f"> {number(jobs_goal)}" if jobs_goal else None,
        middle(rates) / jobs_goal if jobs_goal else None, middle(rates) > jobs_goal if jobs_goal else None)
    row("  p50", "ms", [run["p50_ms"] for run in runs])
    if over_goal:
        over = [run["p50_ms"] - 1e3 / sync for run, sync in zip(runs, syncs)]
        if min(over) > 0:
            limit("  p50, less one fdatasync of 4 KB", "ms", over, over_goal)
        else:
            notes.append("The disk's own time changed between the runs: p50 less one fdatasync says nothing.")
    row("  p99", "ms", [run["p99_ms"] for run in runs])
    own = [run["count"]["own_sum"] / run["count"]["own_count"] * 1e3 for run in runs]
    row("  the program's own part of a job: all but its calls", "ms", own, "one fdatasync",
        middle(1e3 / sync / mine for mine, sync in zip(own, syncs)))
    row("  fdatasync of 4 KB in the same folder", "sync/s", syncs, "jobs for a sync",
        middle(run["rate"] / sync for run, sync in zip(runs, syncs)))
    group = max(1, round(middle(run["count"]["writes"] / max(1, run["count"]["commits"]) for run in runs)))
    row(f"  SQLite alone, {group} rows of 2 KB a transaction", "rows/s", [sqlite_rate(group, 1) for _ in range(2)])
    row("  fsyncs a job", "", [(run["count"]["commits"] + 2 * run["count"]["checkpoints"]) / run["good"] for run in runs])
    notes.append(f"Processor time a job, {name}: {split(runs)}.")


def measure_whole():
    say("the whole request: building it without the model's rate limit")
    size = unlimited()
    system = System(48)
    capacity = load(system.upstream_port, system.key, 64, 1.5, "/v1/chat/completions", "[DONE]")["rate"]
    for connections in (1, 64, 256):
        say(f"the whole request, {connections} at a time, 3 times 4 s")
        load(system.port, system.key, connections, 1)
        runs, syncs = [], []
        for _ in range(3):
            syncs.append(fdatasync_rate(1))
            runs.append(system.run(connections, 4))
        whole_rows(f"{connections} at a time", runs, syncs, {1: (None, 0.4), 64: (5000, None)}.get(connections))
    row("the upstream alone, by the same load generator", "req/s", [capacity], f"jobs/s {number(runs[-1]['rate'])}",
        capacity / runs[-1]["rate"])
    row("resident, after these jobs", "MB", [status(system.binary.pid, "VmRSS") / 1024])
    system.stop()
    say("the whole request, an event a token, 64 at a time, 2 times 4 s")
    system = System(4)
    load(system.port, system.key, 64, 1)
    whole_rows("64 at a time, 4 bytes an event", [system.run(64, 4) for _ in range(2)],
               [fdatasync_rate(1) for _ in range(2)])
    system.stop()
    notes.append(f"A whole request: a body of {size} bytes, no two alike; one GET, one streamed model call (48 bytes an "
                 "event), checks, the journal durable, the reply. Every reply was checked to be `completed`.")


# ---- ten thousand jobs on a slow model ----------------------------------------------------------------

WAITING = 10000


def ask_many(port, count):
    """So many background jobs, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"text": "Why? " * 200})
    for _ in range(count):
        connection.request("POST", "/wait", body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        if reply.status != 202:
            raise RuntimeError(f"a job was not taken: {reply.status}")
    connection.close()


def delays(port, seconds):
    """How long a request that does nothing takes, one every 5 ms: what the loop does meanwhile delays it."""
    connection, took = http.client.HTTPConnection("127.0.0.1", port, timeout=60), []
    until = time.perf_counter() + seconds
    while (began := time.perf_counter()) < until:
        connection.request("GET", "/livez")
        connection.getresponse().read()
        took.append((time.perf_counter() - began) * 1e3)
        time.sleep(0.005)
    connection.close()
    return sorted(took)


def p99(took):
    return took[int(len(took) * 0.99)]


def measure_waiting():
    say(f"{WAITING} jobs that wait on a slow model")
    build("tests/bench/slow.flow", f"{folder}/slow")
    upstream, line, _ = start([f"{BUILD}/bench/bench_upstream", "spec/fixtures/points.json", "0"])
    env = {"MODEL_URL": f"http://127.0.0.1:{line}/v1", "MODEL_KEY": "none"}
    binary, line, _ = start([f"{folder}/slow", "serve", "--listen", "127.0.0.1:0", "--store", f"sqlite:{folder}/slow.db",
                             "--max-jobs", str(2 * WAITING), "--log", "off"], env)
    port = int(line.rpartition(":")[2])
    with concurrent.futures.ThreadPoolExecutor(9) as pool:
        meanwhile = pool.submit(delays, port, 3)
        for done in [pool.submit(ask_many, port, WAITING // 8) for _ in range(8)]:
            done.result()
        row("delay of the loop while they are taken, p99", "ms", [p99(meanwhile.result())])
    deadline = time.monotonic() + 60
    while (open_sockets := len(os.listdir(f"/proc/{binary.pid}/fd"))) < WAITING and time.monotonic() < deadline:
        time.sleep(0.2)
    if open_sockets < WAITING:
        raise RuntimeError(f"only {open_sockets} descriptors are open: not every job waits on the model")
    limit(f"resident, {WAITING} jobs waiting on a slow model", "MB", [status(binary.pid, "VmRSS") / 1024], 400)
    limit("  delay of the loop, p99", "ms", [p99(delays(port, 2)) for _ in range(3)], 20)
    stop_now(binary)
    stop(upstream)


def measure_loops():
    """The same binary with one event loop and with two, in turns."""
    say("one event loop and two, at 1 and 64 at a time, in turns, 4 times 3 s each")
    systems = {loops: System(48, "--loops", str(loops)) for loops in (1, 2)}
    for connections in (1, 64):
        runs = {loops: [] for loops in systems}
        for system in systems.values():
            load(system.port, system.key, connections, 1)
        for turn in range(4):
            for loops in (1, 2) if turn % 2 else (2, 1):
                runs[loops].append(systems[loops].run(connections, 3))
        one = [run["rate"] for run in runs[1]]
        for loops, done in runs.items():
            rates = [run["rate"] for run in done]
            row(f"whole request, {connections} at a time, --loops {loops}", "jobs/s", rates, "one loop",
                statistics.median(rates) / statistics.median(one))
            row("  p99", "ms", [run["p99_ms"] for run in done])
            row("  processor time of the binary", "us/job", [run["binary"] / run["good"] * 1e6 for run in done])
            notes.append(f"Processor time a job, {connections} at a time, --loops {loops}: {split(done)}.")
    for system in systems.values():
        system.stop()


def measure_overhead():
    paced.measure_overhead(sys.modules[__name__])


def measure_parked():
    parked.measure_parked(sys.modules[__name__])


def measure_each():
    parked.measure_each(sys.modules[__name__])


# ---- the run ----------------------------------------------------------------------------------------

def packages():
    names = ["libevent-dev", "libcurl4-openssl-dev", "libsqlite3-dev", "libssl-dev", "libjansson-dev", "wrk"]
    try:
        found = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}, ", *names], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True, check=False).stdout
    except OSError:  # not Debian
        return ""
    return found.rstrip(", ").replace("-dev", "")


def versions():
    model = "?"
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        found = re.search(r"^model name\s*: (.*)$", lines.read(), re.M)
        model = found[1] if found else model
    when = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    print(f"{tool(f'{BUILD}/wright', '--version').splitlines()[0]}; {tool(CC, '--version').splitlines()[0]}; "
          f"Linux {platform.release()}; {model}, {len(CORES)} cores; load {os.getloadavg()[0]:.1f}; {when}")
    print(packages(), flush=True)
    if os.getloadavg()[0] > 0.5 * len(CORES):
        notes.append(f"The machine was busy with other work when this began (load {os.getloadavg()[0]:.1f} on "
                     f"{len(CORES)} cores): read the ratios within a run, not the rates.")


def main():
    global folder
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    atexit.register(clean)
    for which in (signal.SIGTERM, signal.SIGINT):
        signal.signal(which, lambda *_: sys.exit(130))
    folder = tempfile.mkdtemp(prefix="bench-", dir=BUILD)
    began = time.monotonic()
    versions()
    failed = []
    only = os.environ.get("BENCH_ONLY", "")
    for measure in filter(lambda measure: only in measure.__name__, (measure_compile, measure_check, measure_diff, measure_build, measure_start, measure_decode, measure_echo, measure_whole,
                    measure_loops, measure_overhead, measure_each, measure_waiting, measure_parked)):
        try:
            measure()
        except (RuntimeError, OSError, ValueError, AttributeError, subprocess.SubprocessError) as error:
            failed.append(f"{measure.__name__}: {error} {(getattr(error, 'stderr', '') or '').strip()}")
    print()
    print_table()
    print(f"Took {time.monotonic() - began:.0f} s.")
    for line in failed:
        print(f"COULD NOT MEASURE {line}")
    sys.exit(1 if failed else 0)


main()
