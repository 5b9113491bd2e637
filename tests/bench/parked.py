"""Ten thousand parked jobs: what each takes, how all of them wake at once, and a start with a hundred thousand of
them in the store. And a job of a thousand calls beside the same calls alone."""
import concurrent.futures, http.client, json, time

JOBS, MANY, ITEMS, AT_ONCE = 10000, 100000, 1000, 32
NAP_S = 20


def send(port, path, body, want=202):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for text in body:
        connection.request("POST", path, text, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        if reply.status != want:
            raise RuntimeError(f"{path} was answered with {reply.status}")
    connection.close()


def send_all(port, path, count):
    text = json.dumps({"text": "Why? " * 200})
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(send, port, path, [text] * (count // 8)) for _ in range(8)]:
            done.result()


def counted(port, name):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    connection.close()
    return next(float(line.split()[1]) for line in lines if line.startswith(name + " "))


def until(port, name, wanted, seconds=60):
    end = time.monotonic() + seconds
    while (now := counted(port, name)) != wanted:
        if time.monotonic() > end:
            raise RuntimeError(f"{name} is {now} and not {wanted}")
        time.sleep(0.02)


def serve(bench, store):
    binary, line, seconds = bench.start([f"{bench.folder}/parked", "serve", "--listen", "127.0.0.1:0", "--store",
                                         f"sqlite:{bench.folder}/{store}.db", "--log", "off"])
    return binary, int(line.rpartition(":")[2]), seconds


def measure_size(bench, path):
    """KB a job, and how long the last one had been parked by then."""
    binary, port, _ = serve(bench, "size" + path[1:])
    send_all(port, path, 400)
    until(port, "wright_jobs_resting", 400)
    before = bench.status(binary.pid, "VmRSS")
    send_all(port, path, JOBS)
    until(port, "wright_jobs_resting", JOBS + 400)
    each = (bench.status(binary.pid, "VmRSS") - before) / JOBS
    bench.stop_now(binary)
    return each


def measure_wake(bench):
    """All are due when it starts: how long until the last one has ended, and what a request takes meanwhile."""
    binary, port, _ = serve(bench, "nap")
    send_all(port, "/nap", JOBS)
    until(port, "wright_jobs_resting", JOBS)
    bench.stop_now(binary)
    time.sleep(NAP_S)
    binary, port, _ = serve(bench, "nap")
    began, used = time.perf_counter(), sum(sum(times[:2]) for times in bench.processor_seconds(binary.pid).values())
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        meanwhile = pool.submit(bench.delays, port, 1)
        until(port, "wright_jobs_live", 0)
        took = time.perf_counter() - began
        late = bench.p99(meanwhile.result())
    used = sum(sum(times[:2]) for times in bench.processor_seconds(binary.pid).values()) - used
    bench.stop(binary)
    return took, late, used / JOBS * 1e6


def measure_parked(bench):
    bench.say(f"{JOBS} parked jobs, by a person and asleep; all wake at once; a start with {MANY}")
    bench.build("tests/bench/parked.flow", f"{bench.folder}/parked")
    bench.limit(f"resident, each of {JOBS} jobs that wait for a person", "KB", [measure_size(bench, "/ask")], 2)
    bench.limit(f"resident, each of {JOBS} jobs that sleep", "KB", [measure_size(bench, "/nap")], 2)
    took, late, used = measure_wake(bench)
    bench.row(f"{JOBS} jobs wake at once, until the last has ended", "s", [took])
    bench.row("  processor time of the binary", "us/job", [used])
    bench.limit("  another request meanwhile, p99", "ms", [late], 20)
    binary, port, _ = serve(bench, "many")
    send_all(port, "/ask", MANY)
    until(port, "wright_jobs_resting", MANY)
    bench.stop(binary)
    ready = []
    for _ in range(3):
        binary, port, seconds = serve(bench, "many")
        ready.append(seconds * 1e3)
        until(port, "wright_jobs_resting", MANY)
        resident = bench.status(binary.pid, "VmRSS") / 1024
        bench.stop(binary)
    bench.row(f"ready after exec, {MANY} parked jobs in the store", "ms", ready)
    bench.row("  resident then", "MB", [resident])


def measure_each(bench):
    """The job and the bare calls in turns, each as fast as it goes: both are bound by the same processors."""
    bench.say(f"a job of {ITEMS} calls, {AT_ONCE} at a time, and the bare calls, 5 times each")
    bench.build("tests/bench/each.flow", f"{bench.folder}/each")
    upstream, line, _ = bench.start([f"{bench.BUILD}/bench/bench_upstream", "spec/fixtures/points.json", "64"])
    binary, at, _ = bench.start([f"{bench.folder}/each", "serve", "--listen", "127.0.0.1:0", "--store",
                                 f"sqlite:{bench.folder}/each.db", "--log", "off"],
                                {"GLOSSARY_URL": f"http://127.0.0.1:{line}"})
    port = int(at.rpartition(":")[2])
    with open(f"{bench.folder}/none", "wb"):
        pass
    body = json.dumps({"words": [f"word-{i}" for i in range(ITEMS)]})
    send(port, "/look", [body], 200)
    whole, bare = [], []
    for _ in range(5):
        began = time.perf_counter()
        send(port, "/look", [body], 200)
        whole.append((time.perf_counter() - began) / ITEMS * 1e6)
        run = json.loads(bench.tool(f"{bench.BUILD}/bench/bench_load", line, "/terms?word=################", "-",
                                    f"{bench.folder}/none", str(AT_ONCE), "0.5", "terms"))
        bare.append(1e6 / run["rate"])
    bench.row(f"`each` over {ITEMS} items, {AT_ONCE} at a time", "us/item", whole)
    bench.row("  the bare calls, as many at a time", "us/call", bare)
    bench.limit("  added an item", "us", [one - other for one, other in zip(whole, bare)], 100)
    bench.stop(binary)
    bench.stop(upstream)
