#!/usr/bin/env python3
"""kill -9 at every failpoint, under load: every job that was acknowledged ends in a declared state, a once
effect is sent at most once, a keyed one under one key. The table of what was seen is printed."""
import os, sqlite3, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from orders import *

ROUNDS = int(os.environ.get("WRIGHT_ROUNDS", "3"))
JOBS = 24
NOTE, CHARGE = "post /notes", "post /charges"
ENTRIES = ("accepted", "entered", "started", "ended", "value", "transition", "published", "finished",
           "parked")
EFFECTS = ("pure", "read", "repeatable", "keyed", "once")
# Where it dies, and at which pass in each round: early, in between, late.
POINTS = {
    **{f"store.append.{kind}": (1, 9, JOBS - 1) for kind in range(len(ENTRIES))},
    "store.commit.before": (1, 4, 9), "store.commit.after": (1, 4, 9), "store.answer.before": (1, 4, 9),
    **{f"engine.effect.{when}.{kind}": (1, 5, JOBS - 2) for kind in (1, 2, 3, 4) for when in ("before", "after")},
    "http.reply.before": (1, 6, JOBS - 1), "http.reply.after": (1, 6, JOBS - 1),
}
IN_FLIGHT = {"get /items": "read", "small": "repeatable", NOTE: "keyed", CHARGE: "once"}


def title(point):
    name, _, number = point.rpartition(".")
    if name == "store.append":
        return f"{name} ({ENTRIES[int(number)]})"
    return f"{name} ({EFFECTS[int(number)]})" if name.startswith("engine.effect") else point


class Round:
    """One process that dies under load, and the one that takes up what it left."""

    def __init__(self):
        self.up = Services()
        self.up.ways["small"] = Way(body={"text": "fine"}, pieces=1)
        self.up.ways[NOTE] = self.note
        self.failed_once = set()
        self.told, self.lock = {}, threading.Lock()

    def note(self, text):
        """The CRM fails once for every fourth order, then takes it."""
        sku = json.loads(text)["sku"]
        with self.lock:
            first = int(sku) % 4 == 0 and sku not in self.failed_once
            self.failed_once.add(sku)
        return Way(503) if first else Way(201, {"id": sku})

    def kill_at(self, name, count):
        """Dies while the upstream holds the request: it has arrived, and no answer ever does."""
        way, seen = self.up.ways[name], [0]

        def deadly(body):
            with self.lock:
                seen[0] += 1
                now = seen[0] == count
            if now:
                self.server.process.kill()
                return Way(silent=True)
            return way(body) if callable(way) else way
        self.up.ways[name] = deadly

    def work(self, i):
        headers = {"Idempotency-Key": f"k{i}", **({"Prefer": "respond-async"} if i % 2 else {})}
        try:
            reply = self.server.order(str(i), None, headers)
        except Exception:
            return  # the connection died with the process: this client was told nothing
        if reply.json and "job_id" in reply.json:
            with self.lock:
                self.told[i] = reply.json

    def run(self, environment=None, in_flight=None, then=None):
        self.server = Orders(self.up, environment, spec="effects", flags=["--log", "off"])
        if in_flight:
            self.kill_at(*in_flight)
        threads = [threading.Thread(target=self.work, args=(i,), daemon=True) for i in range(JOBS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(40 * SLOW)
        # Who asked for a 202 has it: what is to be done may still die.
        until(lambda: self.dead() or not self.open_jobs(), 20)
        self.died = bool(until(self.dead, 0.05))
        self.server.close()
        self.server.process.wait()
        self.server.environment.pop("WRIGHT_FAILPOINT", None)
        if then:
            self.server.environment.update(then)
            self.server.start(wait=False)
            self.died = self.died and self.server.wait(10) == -9
            self.server.process.stdout.close()
            for name in then:
                del self.server.environment[name]
        self.server.start()
        until(lambda: not self.open_jobs(), 20)

    def rows(self, query):
        try:
            with sqlite3.connect(self.server.store, timeout=10) as db:
                return db.execute(query).fetchall()
        except sqlite3.OperationalError:
            return [(0,)]

    def open_jobs(self):
        return self.rows("SELECT count(*) FROM job WHERE finished_ms = 0")[0][0]

    def dead(self):
        return self.server.process.poll() == -9

    def judge(self):
        """What is wrong, as text; and counts for the table."""
        wrong, ended, sends, keys, all_keys = [], 0, {}, {}, []
        for i, before in self.told.items():
            got = self.server.get(f"/jobs/{before['job_id']}")
            if got.status != 200 or not got.json["final"]:
                wrong.append(f"job {i} was told of and has no end: {got}")
                continue
            ended += 1
            state = (got.json["status"], got.json["error_code"])
            if state not in (("completed", None), ("failed", "charged"), ("failed", "down")):
                wrong.append(f"job {i} ended as {state}")
            if before["final"] and before != got.json:
                wrong.append(f"job {i} was final and is another: {before} {got.json}")
            charges = [call for call in self.up.sent(CHARGE) if json.loads(call["text"])["sku"] == str(i)]
            if state[0] == "completed" and len(charges) != 1:
                wrong.append(f"job {i} is completed and was charged {len(charges)} times")
        for call in self.up.sent(CHARGE):
            sku = json.loads(call["text"])["sku"]
            sends[sku] = sends.get(sku, 0) + 1
        for call in self.up.sent(NOTE):
            keys.setdefault(json.loads(call["text"])["sku"], set()).add(call["headers"].get("idempotency-key"))
        wrong += [f"order {sku} was charged {n} times" for sku, n in sends.items() if n > 1]
        wrong += [f"order {sku} has the keys {k}" for sku, k in keys.items() if len(k) != 1 or None in k]
        for one in keys.values():
            all_keys += one
        if len(set(all_keys)) != len(all_keys):
            wrong.append("two orders have one key")
        statuses = {row[0] for row in self.rows("SELECT status FROM job")}
        if self.open_jobs() or statuses - {"completed", "failed"}:
            wrong.append(f"{self.open_jobs()} jobs are open, statuses {statuses}")
        notes = len(self.up.sent(NOTE))
        return wrong, (len(self.told), ended, sum(sends.values()), max(sends.values(), default=0), notes,
                       len(all_keys))


table = []


def at(name, environments, in_flight=(None, None, None), then=None):
    totals, died, wrong = [0, 0, 0, 0, 0, 0], 0, []
    for i in range(ROUNDS):
        one = Round()
        one.run(environments[i % 3], in_flight[i % 3], then)
        died += one.died
        bad, counts = one.judge()
        wrong += bad
        totals = [max(a, b) if k == 3 else a + b for k, (a, b) in enumerate(zip(totals, counts))]
        close_all()
    table.append((name, died, *totals))
    ok(not wrong, f"{name}: {ROUNDS} rounds, all is as declared", "\n".join(wrong[:6]))
    ok(died, f"{name}: and it was reached", f"in {died} of {ROUNDS} rounds")


def has_failpoints():
    env = {"WRIGHT_FAILPOINT": "app.start:1"}
    return subprocess.run([built("effects"), "serve"], env=env, capture_output=True, timeout=20).returncode == -9


def test_failpoints():
    if not same(has_failpoints(), INSTRUMENTED, "failpoints are in test builds and in no other") or not INSTRUMENTED:
        return
    at("app.start", [None] * 3, [(CHARGE, count) for count in (1, 6, JOBS - 2)], {"WRIGHT_FAILPOINT": "app.start:1"})
    for point, counts in POINTS.items():
        at(title(point), [{"WRIGHT_FAILPOINT": f"{point}:{count}"} for count in counts])


def test_in_flight():
    for name, kind in IN_FLIGHT.items():
        at(f"in flight ({kind})", [None] * 3, [(name, count) for count in (1, 6, JOBS - 2)])


def test_table():
    print(f"# {'killed at':36} {'died':>5} {'told':>5} {'ended':>6} {'once sends':>11} {'most a job':>11} "
          f"{'keyed sends':>12} {'keys':>5}")
    for row in table:
        print("# {:36} {:>5} {:>5} {:>6} {:>11} {:>11} {:>12} {:>5}".format(*row))
    ok(table and all(row[2] == row[3] for row in table), "all that was told of has ended")


if __name__ == "__main__":
    main(test_failpoints, test_in_flight, test_table)
