#!/usr/bin/env python3
"""The store of a real binary: made by an earlier schema, shared by mistake, in trouble, restored."""
import os, resource, sqlite3, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

STORES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../unit/stores")
ENDS = ("completed", "degraded", "failed", "cancelled")


def has_failpoints():
    done = subprocess.run([BINARY, "serve"], env={"WRIGHT_FAILPOINT": "app.start:1"}, capture_output=True,
                          timeout=10 * SLOW, check=False)
    return done.returncode == -signal.SIGKILL


def statuses(server):
    reply = server.get("/jobs?limit=50")
    return [job["status"] for job in reply.json["jobs"]]


# ---- upgrades ---------------------------------------------------------------------------------------

def older_store(version):
    path = os.path.join(tempfile.mkdtemp(dir=folder), "briefs.db")
    with open(f"{STORES}/v{version}.sql", encoding="utf-8") as file, sqlite3.connect(path) as db:
        db.executescript(file.read())
    db.close()
    return path


def version_of(path):
    db = sqlite3.connect(path)
    try:
        return db.execute("PRAGMA user_version").fetchone()[0]
    finally:
        db.close()


def upgrades():
    up = Upstream()
    for name in sorted(os.listdir(STORES)):
        version = int(name[1:].partition(".")[0])
        server = Server(up, store=older_store(version))
        rows = server.events("store_upgraded", 1)
        ok(len(rows) == 1 and rows[0]["from_version"] == version, f"version {version}: upgraded, and the log says so",
           rows)
        until(lambda: "processing" not in statuses(server))
        same(statuses(server), ["completed", "failed", "completed", "completed"],
             f"version {version}: the job under way went on to its end, the others are as they were")
        reply = server.post(headers={"Idempotency-Key": "first"})
        same((reply.status, reply.headers.get("idempotency-replayed")), (200, "true"),
             f"version {version}: a key of before is replayed")
        server.close()


def killed_while_upgrading():
    if not has_failpoints():
        return
    store = older_store(1)
    server = Server(store=store, environment={"WRIGHT_FAILPOINT": "store.upgrade.commit:1"}, start=False)
    server.start(wait=False)
    same(server.wait(), -signal.SIGKILL, "killed before the upgrade is committed")
    same(version_of(store), 1, "the store is as it was")
    del server.environment["WRIGHT_FAILPOINT"]
    server.start()
    same(len(statuses(server)), 4, "and is upgraded by the next start")


# ---- not ours to open ---------------------------------------------------------------------------------

def refuses(store, name, *words, code=74):
    """A start on `store` ends with that code and a sentence that has these words."""
    second = Server(store=store, start=False)
    second.start(wait=False)
    got = second.wait()
    ok(got == code and all(word in second.log() for word in words), name, f"{got}\n{second.log()[-500:]}")


def two_binaries():
    server = Server(Upstream())
    refuses(server.store, "a second binary on the same file is refused, with path and process", server.store,
            f"in use by another process, pid {server.process.pid}")
    same(server.post().status, 200, "the first one serves on")
    server.close()


def newer_store():
    server = Server(Upstream())
    server.terminate()
    ours = version_of(server.store)
    db = sqlite3.connect(server.store)
    db.execute(f"PRAGMA user_version = {ours + 1}")
    db.close()
    refuses(server.store, "a newer binary's store is refused: path, versions, way out", server.store,
            f"schema version {ours + 1} and this binary knows up to {ours}", "backup")


# ---- trouble ------------------------------------------------------------------------------------------

MODEL = "large-2026-08-07"


def ready(server):
    return server.get("/readyz", key=None).status == 200


def trouble(name, begin, end, after=None):
    """Jobs that ended, one under way, then the disk fails, then it works again."""
    up = Upstream()
    up.ways[MODEL] = lambda body: Way(body=POINTS, silent="Slow" in json.dumps(body) and not up.stopping.go)
    up.stopping.go = False
    server = Server(up, environment={"WRIGHT_DISK": os.path.join(folder, "disk")})
    done = [server.post(f"{DOCUMENT} Number {i}.").json for i in range(5)]
    slow = server.post(f"Slow at first. {DOCUMENT}", {"Prefer": "respond-async"}).json["job_id"]
    begin(server)
    refused = [server.post(f"{DOCUMENT} Refused {i}.", {"Idempotency-Key": f"k{i}"}) for i in range(3)]
    ok(all(reply.status == 503 and reply.json["code"] == "store_unavailable" and
           int(reply.headers["retry-after"]) > 0 for reply in refused),
       f"{name}: new work gets 503 with Retry-After", refused)
    reply = server.get("/readyz", key=None)
    ok(reply.status == 503 and reply.json["errors"][0]["rule"] == "store", f"{name}: not ready, and it says why",
       reply)
    same(server.get("/livez", key=None).status, 200, f"{name}: alive")
    end(server)
    ok(until(lambda: ready(server), 10), f"{name}: ready again without a hand", server.log()[-2000:])
    reply = server.post(f"{DOCUMENT} Refused 0.", {"Idempotency-Key": "k0"})
    ok(reply.status in (200, 202) and until(lambda: server.get(f"/jobs/{reply.json['job_id']}").json["final"], 20),
       f"{name}: what was refused may be sent again", reply)
    if after:
        after(server)
    for _ in range(2):
        now = [server.get(f"/jobs/{job['job_id']}").json for job in done]
        same(now, done, f"{name}: what was acknowledged is there as it was")
        found = {job["job_id"] for job in server.get("/jobs?limit=50").json["jobs"]}
        same(len(found), 7, f"{name}: and nothing that was refused is")
        server.kill()
        up.stopping.go = True
        server.start()
    ok(until(lambda: server.get(f"/jobs/{slow}").json["final"], 30), f"{name}: the job under way came to its end")


def limit_files(server, size):
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def full_disk():
    trouble("no space", lambda server: limit_files(server, 4096),
            lambda server: limit_files(server, resource.RLIM_INFINITY))


def set_disk(what):
    """For the binary whose WRIGHT_DISK this is: test builds only."""
    path = os.path.join(folder, "disk")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(what)
    os.rename(path + ".new", path)


def was_reopened(server):
    ok(server.events("store_reopened", 1), "it was opened anew, read from the disk and found whole", server.log()[-2000:])


def failing_disk():
    if not has_failpoints():
        return
    for what, name in (("sync", "failing fsync"), ("write", "a disk that became read-only"), ("full", "a full disk")):
        trouble(name, lambda server, what=what: set_disk(what), lambda server: set_disk(""),
                None if what == "full" else was_reopened)


# ---- damage, and the way out ----------------------------------------------------------------------------

def overwrite(path, pages):
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        for page in pages:
            if page * 4096 < size:
                file.seek(page * 4096)
                file.write(b"\xaa" * 4096)


def damage_and_restore():
    up = Upstream()
    server = Server(up)
    done = [server.post(f"{DOCUMENT} Number {i}.").json for i in range(20)]
    copy = server.store + ".backup"
    made = subprocess.run([BINARY, "backup", copy, "--store", "sqlite:" + server.store], capture_output=True,
                          env=server.environment, text=True, timeout=20 * SLOW, check=False)
    same((made.returncode, os.path.exists(copy)), (0, True), "a backup while it serves")
    lost = server.post(f"{DOCUMENT} After the backup.").json["job_id"]
    same(server.terminate(), 0, "stopped")
    whole = open(server.store, "rb").read()
    overwrite(server.store, range(1, 100))
    refuses(server.store, "a damaged store is refused: path, what, way out", server.store, "is damaged (",
            "restore a backup")
    with open(server.store, "wb") as file:
        file.write(whole)
    overwrite(server.store, [0])
    refuses(server.store, "so is one that is damaged at its beginning", server.store, "not an SQLite database",
            "restore a backup")
    os.replace(copy, server.store)
    server.start()
    same([server.get(f"/jobs/{job['job_id']}").json for job in done], done, "the backup in its place has its jobs")
    same(server.get(f"/jobs/{lost}").status, 404, "and not what came after it")
    same(server.post().status, 200, "and takes new ones")


def damage_while_serving():
    server = Server(Upstream())
    done = [server.post(f"{DOCUMENT} Number {i}.").json for i in range(20)]
    server.terminate()
    server.start()
    overwrite(server.store, range(1, 100))
    statuses_seen = [server.get(f"/jobs/{job['job_id']}").status for job in done]
    ok(set(statuses_seen) & {503}, "a damaged page is no job", statuses_seen)
    reply = server.get("/readyz", key=None)
    ok(reply.status == 503 and "damaged" in reply.json["errors"][0]["message"], "not ready: it is damaged", reply)
    reply = server.post()
    same((reply.status, reply.json["code"]), (503, "store_unavailable"), "and nothing new is taken")
    ok(server.events("store_damaged", 1), "the log says so")


def read_only():
    store = os.path.join(tempfile.mkdtemp(dir=folder), "briefs.db")
    server = Server(Upstream(), store=store)
    server.post()
    server.terminate()
    os.chmod(store, 0o400)
    os.chmod(os.path.dirname(store), 0o500)
    user = None if os.getuid() else 65534  # root may write to everything
    if user:
        os.chmod(folder, 0o755)
        for path in (os.path.dirname(store), store, store + "-lock"):
            os.chown(path, user, user)
    server.close()
    done = subprocess.run([BINARY, "serve", "--listen", "127.0.0.1:0", "--store", "sqlite:" + store], user=user,
                          capture_output=True, text=True, env=server.environment, timeout=20 * SLOW, check=False)
    os.chmod(os.path.dirname(store), 0o700)
    ok(done.returncode not in (0, -signal.SIGABRT) and store in done.stderr and "ermission denied" in done.stderr,
       "a store that cannot be written to is refused by name", f"{done.returncode}\n{done.stderr}")


if __name__ == "__main__":
    main(upgrades, killed_while_upgrading, two_binaries, newer_store, full_disk, failing_disk, damage_and_restore,
         damage_while_serving, read_only)
