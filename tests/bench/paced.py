"""What the binary adds to the bare call of a model, at a fixed rate of requests that waits for nobody (an open loop). It
is handed bench.py's helpers and knows no others."""
import json, statistics

RATE, SECONDS, TURNS, CONNECTIONS = 1000, 4, 3, 256
GOAL_P50, GOAL_P99 = 0.5, 2.0


def paced(bench, port, path, word):
    run = json.loads(bench.tool(f"{bench.BUILD}/bench/bench_load", str(port), path, "none", f"{bench.folder}/paced.json",
                                str(CONNECTIONS), str(SECONDS), word, str(next(bench.seeds)), str(RATE)))
    if run["other"] or run["broken"] or abs(run["good"] - RATE * SECONDS) > 2:
        raise RuntimeError(f"not every request that was due is answered as it should be: {run}")
    return run


def body(bench):
    with open("spec/fixtures/brief.json", encoding="utf-8") as file:
        brief = json.load(file)
    brief["document"] = "#" * 16 + " " + brief["document"]
    with open(f"{bench.folder}/paced.json", "w", encoding="utf-8") as file:
        json.dump(brief, file)


def against(bench, delay):
    """The bare call and the call through the binary, in turns."""
    upstream, line, _ = bench.start([f"{bench.BUILD}/bench/bench_upstream", "spec/fixtures/points.json", "48", str(delay)])
    env = {"MODEL_URL": f"http://127.0.0.1:{line}/v1", "MODEL_KEY": "none"}
    with open(f"{bench.folder}/log-overhead-{delay}", "wb") as log:
        binary, ready, _ = bench.start([f"{bench.folder}/overhead", "serve", "--listen", "127.0.0.1:0", "--store",
                                        f"sqlite:{bench.folder}/overhead-{delay}.db"], env, log)
    port = int(ready.rpartition(":")[2])
    paced(bench, port, "/extract", '"status":"completed"')  # once, to warm up
    bare, through, syncs = [], [], []
    for _ in range(TURNS):
        bare.append(paced(bench, int(line), "/v1/chat/completions", "[DONE]"))
        through.append(paced(bench, port, "/extract", '"status":"completed"'))
        syncs.append(bench.fdatasync_rate(0.5))
    own = bench.counted(port)
    bench.stop(binary)
    bench.stop(upstream)
    return bare, through, syncs, own["own_sum"] / own["own_count"] * 1e3


def measure_overhead(bench):
    bench.say(f"what the binary adds to a call of a model, {RATE} requests a second, in turns with the bare call")
    bench.build("tests/bench/overhead.flow", f"{bench.folder}/overhead")
    body(bench)
    for delay in (20, 0):
        bare, through, syncs, own = against(bench, delay)
        name = f"{RATE}/s, open loop, the model answers " + (f"after {delay} ms" if delay else "at once")
        for part, goal in (("p50", GOAL_P50), ("p99", GOAL_P99)):
            bench.limit(f"{name}: {part} over the bare call", "ms",
                        [more[part + "_ms"] - less[part + "_ms"] for less, more in zip(bare, through)], goal)
        for part in ("p50", "p99"):
            bench.row(f"  {part} of the bare call", "ms", [run[part + "_ms"] for run in bare])
        bench.row("  fdatasync of 4 KB in the same folder", "ms", [1e3 / sync for sync in syncs])
        bench.row("  the program's own part of a job, by its own count", "ms", [own])
        bench.row("  requests sent more than 1 ms after they were due", "%",
                  [run["late"] / run["good"] * 100 for run in through])
    bench.notes.append("Over the bare call: times from when a request was due, durable store on, load generator and model on the "
                       f"same cores. {statistics.median([run['good'] for run in through]):.0f} requests a run.")
