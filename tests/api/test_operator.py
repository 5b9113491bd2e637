#!/usr/bin/env python3
"""The operator's commands: they ask the running binary over the Unix socket beside its store."""
import os, socket, stat, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

LARGE = "large-2026-08-07"


def run(*arguments, env=None, cwd=folder):
    return subprocess.run([BINARY, *arguments], env=env or {}, capture_output=True, text=True,
                          timeout=30 * SLOW, cwd=cwd)


def jobs(server, *arguments):
    return run("jobs", *arguments, "--store", "sqlite:" + server.store)


def test_jobs():
    up = Upstream()
    server = Server(up)
    done = server.post().json["job_id"]
    up.ways[LARGE] = Way(status=500)
    second = server.post("Sales rose by four per cent, it was said.", key=server.other_key).json
    up.ways[LARGE] = Way(silent=True)
    live = server.post("Third.", {"Prefer": "respond-async"}).json["job_id"]
    out = jobs(server, "list")
    lines = out.stdout.splitlines()
    ok(out.returncode == 0 and [line.split()[0] for line in lines[1:]] == [live, second["job_id"], done],
       "list shows every caller's jobs, newest first", out)
    ok(" ann" in lines[1] and " bob" in lines[2] and "processing" in lines[1] and
       "completed" in lines[3], "with callers and statuses", out.stdout)
    out = jobs(server, "list", "--json", "--limit", "1")
    page = json.loads(out.stdout)
    same([job["job_id"] for job in page["jobs"]], [live], "--json and --limit")
    out = jobs(server, "list", "--before", page["next"], "--status", "completed", "--json")
    same([job["job_id"] for job in json.loads(out.stdout)["jobs"]], [done], "--before and --status")
    out = jobs(server, "list", "--status", "done")
    ok(out.returncode == 64 and "`status` is one of" in out.stderr, "a wrong status is 64", out)
    out = jobs(server, "show", done)
    ok(out.returncode == 0 and "completed, full" in out.stdout and "Sales grew." in out.stdout and
       "draft: ok" in out.stdout, "show says status, path and output", out)
    same(json.loads(jobs(server, "show", "--json", done).stdout), server.get(f"/jobs/{done}").json,
         "show --json is the envelope")
    out = jobs(server, "events", second["job_id"])
    ok(out.returncode == 0 and "attempt 1: server_error" in out.stdout and
       out.stdout.splitlines()[-1].split()[2:4] == ["finished", "brief"], "events, a line each", out)
    events = json.loads(jobs(server, "events", second["job_id"], "--json").stdout)["events"]
    ok(events[0]["caller"] == "bob" and any("detail" in event for event in events),
       "the operator sees what a dependency said", events)
    out = jobs(server, "why", second["job_id"])
    ok(out.returncode == 0 and "degraded, fallback" in out.stdout and
       "server_error -> brief" in out.stdout, "why: the way to a result", out)
    out = jobs(server, "why", done, second["job_id"])
    ok(out.returncode == 0 and "/versions/model\n" in out.stdout and "/result_type\n" in out.stdout,
       "why of two: what differs", out)
    same(jobs(server, "why", done, done).stdout, "Nothing differs but ids, times and usage.\n",
         "one job does not differ from itself")
    rows = json.loads(jobs(server, "why", done, second["job_id"], "--json").stdout)
    ok({"at": "/result_type", "first": "full", "second": "fallback"} in rows, "and as JSON", rows)
    ats = {row["at"]: row for row in rows}
    ok(all(len(ats["/way/input_sha256"][side]) == 64 for side in ("first", "second")) and "it was said" not in out.stdout,
       "what they were given is told apart by hash", ats.get("/way/input_sha256"))
    same((ats["/way/attempts/draft 1/class"]["second"], ats["/way/attempts/draft 2"]["first"],
          ats["/way/attempts/brief 1"]["second"]["model"]), ("server_error", None, "small-2026-08-07"),
         "each attempt with its model, prompt and end")
    ok("/way/values_sha256/draft" in ats and "/way/values_sha256/terms" not in ats,
       "the values on their ways by hash; what is the same is not told", sorted(ats))
    up.ways[LARGE] = Way(body=POINTS)
    same_one = server.post("Sales grew, the same.").json["job_id"]
    same_two = server.post("Sales grew, the same.", key=server.other_key).json["job_id"]
    same(jobs(server, "why", same_one, same_two).stdout, "Nothing differs but ids, times and usage.\n",
         "two jobs of one input, answered alike")
    up.ways["glossary"] = Way(body={"terms": {"EBIT": "earnings"}})
    other = server.post("Sales grew, the same. ").json["job_id"]
    told = {row["at"] for row in json.loads(jobs(server, "why", same_one, other, "--json").stdout)}
    ok({"/way/input_sha256", "/way/values_sha256/terms"} <= told and not any("draft" in at for at in told),
       "a tool that answered otherwise is told", told)
    up.ways[LARGE] = Way(silent=True)
    out = jobs(server, "cancel", live)
    same((out.returncode, out.stdout), (0, f"{live} cancelled\n"), "cancel")
    same(server.get(f"/jobs/{live}").json["status"], "cancelled", "and it is")
    same(jobs(server, "cancel", done).stdout, f"{done} completed: it had ended\n", "an ended one stays")
    for arguments, code, text in ((("show", "17"), 69, "There is no such job"),
                                  (("show",), 64, "jobs show ID"), ((), 64, "jobs list"),
                                  (("shw", done), 64, "jobs list"), (("show", "a b\r\nX: y"), 69, "no such"),
                                  (("list", "--jsn"), 64, "did you mean --json")):
        out = jobs(server, *arguments)
        ok(out.returncode == code and text in out.stderr, f"jobs {' '.join(arguments)!r} exits {code}",
           out)


def test_socket():
    up = Upstream()
    server = Server(up)
    path = server.store + ".sock"
    mode = os.stat(path).st_mode
    ok(stat.S_ISSOCK(mode) and mode & 0o777 == 0o600, "the socket is its owner's only", oct(mode))

    def raw(text):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(path)
            s.sendall(text)
            return read_all(s)

    reply = raw(b"POST " + ROUTE.encode() + b" HTTP/1.0\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
    ok(reply.startswith(b"HTTP/1.1 404") or b" 404 " in reply[:20], "no workflow is begun there", reply)
    same(server.terminate(), 0, "after a stop")
    same(os.path.exists(path), False, "the socket is gone")
    out = jobs(server, "list")
    ok(out.returncode == 69 and "no binary serves the store" in out.stderr and "serve" in out.stderr,
       "and a command says so", out)
    server.start()
    server.kill()
    same(os.path.exists(path), True, "kill -9 leaves it")
    ok("no binary serves" in jobs(server, "list").stderr, "a command sees that nobody answers")
    server.start()
    same(jobs(server, "list").returncode, 0, "the next start takes it over")
    deep = os.path.join(folder, "d" * 120)
    os.mkdir(deep)
    other = Server(up, store=os.path.join(deep, "b.db"))
    ok(other.post().status == 200 and other.events("no_operator_socket"),
       "where the path is too long it serves without, and logs so", other.log())
    out = jobs(other, "list")
    ok(out.returncode == 69 and "too long" in out.stderr, "and a command says so", out)


def test_backup():
    up = Upstream()
    server = Server(up)
    made = [server.post(f"Sales rose by four per cent. {i}").json for i in range(20)]
    copy = os.path.join(folder, "copy.db")
    stop, failures = threading.Event(), []

    def load():
        while not stop.is_set():
            reply = server.post(f"Sales rose by four per cent. {time.monotonic()}")
            if reply.status != 200:
                failures.append(reply)

    thread = threading.Thread(target=load)
    thread.start()
    out = run("backup", copy, "--store", "sqlite:" + server.store)
    stop.set()
    thread.join()
    same((out.returncode, out.stdout), (0, copy + "\n"), "backup while it serves")
    same(failures, [], "which goes on")
    same(os.stat(copy).st_mode & 0o777, 0o600, "the copy is its owner's only")
    out = run("backup", copy, "--store", "sqlite:" + server.store)
    ok(out.returncode == 74 and "File exists" in out.stderr, "nothing is overwritten", out)
    restored = Server(up, store=copy)
    same([restored.get(f"/jobs/{job['job_id']}").json for job in made], made, "a copy serves the same jobs")
    server.terminate()
    copy2 = os.path.join(folder, "copy2.db")
    same(run("backup", copy2, "--store", "sqlite:" + server.store).returncode, 0, "backup of one at rest")
    for arguments, code, text in ((("backup",), 64, "backup FILE"),
                                  (("backup", folder + "/x.db", "--store", "sqlite:/nowhere.db"), 74, "no store"),
                                  (("backup", "/nowhere/x.db", "--store", "sqlite:" + server.store), 74, "cannot make"),
                                  (("backup", folder + "/x.db", "--store", "mysql:x"), 74, "sqlite:PATH"),
                                  (("backup", folder + "/x.db", "--store", "sqlite:" + BINARY), 74, "")):
        out = run(*arguments)
        ok(out.returncode == code and text in out.stderr, f"{' '.join(arguments)[-30:]} exits {code}", out)
    ok(not os.path.exists(folder + "/x.db"), "a failed backup leaves no file")


main(test_jobs, test_socket, test_backup)
