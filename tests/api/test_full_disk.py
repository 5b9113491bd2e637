#!/usr/bin/env python3
"""A folder that is really full: a file system of three megabytes, mounted for this test alone. What was
acknowledged is there, new work gets 503 with Retry-After, and space is all it takes to go on."""
import ctypes, os, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import *

CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x00020000, 0x4000, 1 << 18
SIZE = 3 << 20


def mount_small(folder):
    """A small file system at `folder`, seen by this process and its children only; or why not."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        return "no mount namespace of its own: " + os.strerror(ctypes.get_errno())
    if libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) != 0 or \
       libc.mount(b"tmpfs", folder.encode(), b"tmpfs", 0, f"size={SIZE}".encode()) != 0:
        return "cannot mount: " + os.strerror(ctypes.get_errno())
    return None


def ready(server):
    return server.get("/readyz", key=None).status == 200


def full_folder():
    folder = tempfile.mkdtemp(dir=harness.folder)
    why = mount_small(folder)
    if why:
        return skip("a folder that is full", why)
    server = Server(Upstream(), store=os.path.join(folder, "briefs.db"))
    server.log_path = os.path.join(harness.folder, "full.log")
    acknowledged, refused = [], None
    for number in range(3000):
        reply = server.post(f"Sales rose by four per cent. {number} " + "x" * 4000)
        if reply.status not in (200, 202):  # 202: accepted, and its end did not fit any more
            refused = reply
            break
        acknowledged.append(reply.json["job_id"])
    ok(refused is not None and refused.status == 503 and refused.headers.get("retry-after") and acknowledged,
       f"after {len(acknowledged)} jobs new work gets 503 with Retry-After", refused)
    ok(until(lambda: not ready(server)), "readiness goes false", server.get("/readyz", key=None))
    missing = [job for job in acknowledged[::7] if server.get(f"/jobs/{job}").status != 200]
    same(missing, [], "what was acknowledged can be read while it is full")
    server.kill()
    libc = ctypes.CDLL(None, use_errno=True)
    ok(libc.mount(b"tmpfs", folder.encode(), b"tmpfs", 0x20, f"size={8 * SIZE}".encode()) == 0, "more space")
    server.start()
    ok(until(lambda: ready(server), 20), "after kill -9 it starts with the space it has got", server.log()[-2000:])
    missing = [job for job in acknowledged if not until(lambda: server.get(f"/jobs/{job}").json.get("status") in
                                                        ("completed", "degraded"), 20)]
    same(missing, [], "nothing that was acknowledged is lost, and all of it comes to its end")
    ballast = os.path.join(folder, "ballast")
    with open(ballast, "wb") as file:
        try:
            while True:
                file.write(b"x" * 65536)
                file.flush()
        except OSError:
            pass
    # A log that was written back is written over: what is free in it must be used up first, and nobody waits for these.
    replies = []
    until(lambda: replies.append(server.post(f"Again {len(replies)} " + "x" * 4000, {"Prefer": "wait=0"}).status) or 503 in replies, 60)
    ok(503 in replies, f"full once more: 503, after {len(replies) - 1} more", replies[-5:])
    os.remove(ballast)
    ok(until(lambda: server.post("Sales rose by four per cent. Once more.").status == 200, 30) and until(lambda: ready(server), 20),
       "and it recovers by itself", server.log()[-2000:])


if __name__ == "__main__":
    main(full_folder)
