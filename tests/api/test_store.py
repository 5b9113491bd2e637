#!/usr/bin/env python3
"""The store of a real binary: made by an earlier schema, shared by mistake, in trouble, restored."""
import os, sqlite3, sys

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
        rows = server.events("store_upgraded")
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

def refuses(store, name, *words):
    """Exit code and sentence of a start on `store`."""
    second = Server(store=store, start=False)
    second.start(wait=False)
    code = second.wait()
    ok(code not in (0, None) and all(word in second.log() for word in words), name, f"{code}\n{second.log()}")


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


if __name__ == "__main__":
    main(upgrades, killed_while_upgrading, two_binaries, newer_store)
