#!/usr/bin/env python3
"""A binary's life: start, environment, readiness, draining, restart, a full disk, one at a time."""
import contextlib, os, resource, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

LARGE = "large-2026-08-07"


def run(*arguments, env=None, timeout=10):
    return subprocess.run([BINARY, *arguments], env=env or {}, capture_output=True, text=True,
                          timeout=timeout, cwd=folder)


def test_commands():
    out = run("check")
    same(out.returncode, 78, "check without an environment exits 78")
    for name in ("GLOSSARY_URL", "MODEL_URL", "MODEL_KEY", "BRIEFS_KEYS"):
        ok(name in out.stderr, f"and names {name}", out.stderr)
    same(run("serve").returncode, 78, "so does serve")
    (_, line), _ = keys()
    good = {"GLOSSARY_URL": "http://127.0.0.1:1", "MODEL_URL": "http://127.0.0.1:1", "MODEL_KEY": "k",
            "BRIEFS_KEYS": line}
    same(run("check", env=good).returncode, 0, "check with a whole one exits 0")
    same(run("check", env={**good, "BRIEFS_KEYS": "x:y:z"}).returncode, 78, "a bad key list is said")
    out = run("check", env={**good, "BRIEFS_KEYS": line.strip() + "others_workflow"})
    ok(out.returncode == 0 and "the scope others_workflow: no workflow" in out.stderr, "an unknown scope is told", out)
    cases = [(("serve", "--lisen", "x"), 64, "did you mean --listen?"),
             (("serve", "--drain", "soon"), 64, "--drain wants a duration"),
             (("serve", "--listen"), 64, "--listen needs"),
             (("serv",), 64, "did you mean serve?"),
             (("serve", "extra"), 64, "takes no argument"),
             (("keys",), 64, "keys new NAME"),
             (("keys", "new", "a b"), 64, ""),
             (("keys", "new", "ann", "--scopes", "extract_key_points+revue"), 64, "scope revue: no workflow is called so"),
             (("serve", "--store", "mysql:x"), 74, "sqlite:PATH"),
             (("serve", "--store", "sqlite:/nonexistent/b.db"), 74, "/nonexistent/b.db: "),
             (("serve", "--listen", "nowhere.invalid:1", "--store", f"sqlite:{folder}/l.db"), 69, ""),
             (("serve", "--tls-cert", "x"), 64, "--tls-key")]
    for arguments, code, text in cases:
        out = run(*arguments, env=good)
        ok(out.returncode == code and text in out.stderr and len(out.stderr) > 10,
           f"{' '.join(arguments)[:40]} exits {code}", f"{out.returncode} {out.stderr}")
    same(run("serve", env={**good, "WRIGHT_DRAIN": "x"}).returncode, 64, "a bad variable exits 64")
    for arguments in (("--help",), ("serve", "--help"), ("check", "--help"), ("keys", "--help"),
                      ("version",), ("contract",)):
        out = run(*arguments)
        ok(out.returncode == 0 and out.stdout and not out.stderr, f"{' '.join(arguments)} exits 0",
           out)
    key, line = new_key("zoe")
    ok(key.startswith("wrk_") and line.startswith("zoe:") and key not in line, "a key is made")


def test_start():
    up = Upstream()
    server = Server(up, start=False)
    times = []
    for _ in range(5):
        began = time.monotonic()
        server.start()
        times.append((time.monotonic() - began) * 1000)
        server.kill()
    ok(min(times) < 100 * SLOW, f"it is ready soon ({min(times):.1f} ms)", times)
    server.start()
    mode = os.stat(server.store).st_mode & 0o777
    same(mode, 0o600, "the store is its owner's only")
    second = Server(up, store=server.store, start=False)
    second.start(wait=False)
    same(second.wait(), 74, "a second binary on one store exits 74")
    ok("in use by another process, pid " + str(server.process.pid) in second.log(), "and says why",
       second.log())
    taken = run("serve", "--listen", f"127.0.0.1:{server.port}", "--store", f"sqlite:{folder}/t.db",
                env=server.environment)
    same(taken.returncode, 69, "a port that is taken exits 69")
    same(server.get("/readyz", key=None).json, {"status": "ready"}, "the first one is ready")


def test_drain():
    up = Upstream()
    up.ways[LARGE] = Way(body=POINTS, delay=1.5)
    server = Server(up)
    with contextlib.closing(server.connection()) as c:
        same(ask(c, "GET", "/readyz").status, 200, "ready")
        works = [lambda i=i: server.post(DOCUMENT + str(i)) for i in range(20)]
        replies = []
        thread = threading.Thread(target=lambda: replies.extend(together(works)))
        thread.start()
        until(lambda: len(up.sent(LARGE)) == 20)
        server.process.send_signal(signal.SIGTERM)
        until(lambda: ask_or_none(server) == 503)
        reply = server.get("/readyz", key=None)
        ok(reply.status == 503 and "shutting_down" in json.dumps(reply.json),
           "while draining it is not ready, and says why", reply)
        reply = server.post("New work.")
        ok(reply.status == 503 and reply.headers.get("retry-after") and
           reply.headers.get("connection") == "close", "new work is 503 with Retry-After, and closed",
           reply)
        thread.join()
        same([getattr(reply, "status", reply) for reply in replies], [200] * 20,
             "what was under way is answered")
    same(server.wait(), 0, "then it exits 0")
    same(os.path.exists(server.store + "-wal"), False, "and leaves no write-ahead log behind")


def ask_or_none(server):
    try:
        return server.get("/readyz", key=None).status
    except OSError:
        return None


def test_drain_limit():
    up = Upstream()
    up.ways[LARGE] = Way(silent=True)
    server = Server(up, flags=["--drain", "300ms"])
    thread = threading.Thread(target=lambda: together([server.post]))
    thread.start()
    until(lambda: len(up.sent(LARGE)) == 1)
    began = time.monotonic()
    code = server.terminate()
    took = time.monotonic() - began
    ok(code == 0 and 0.25 < took < 1.5 * SLOW, "past its limit a drain ends with 0", f"{code} {took}")
    thread.join()
    up.reset()
    server.start()
    done = until(lambda: [row for row in server.events("job") if row["status"] == "completed"], 10)
    ok(done, "and the job goes on at the next start", server.log())
    server.kill()
    up.ways[LARGE] = Way(silent=True)
    server.start()
    thread = threading.Thread(target=lambda: together([lambda: server.post(DOCUMENT + "2")]))
    thread.start()
    until(lambda: len(up.sent(LARGE)) == 2)
    server.process.send_signal(signal.SIGTERM)
    until(lambda: ask_or_none(server) == 503)
    server.process.send_signal(signal.SIGTERM)
    same(server.wait(2), 128 + 15, "a second signal ends it at once")
    thread.join()


def test_full_disk():
    up = Upstream()
    server = Server(up)
    same(server.post().status, 200, "with space all is well")
    pid = server.process.pid
    if not hasattr(resource, "prlimit"):
        return skip("a full disk", "no prlimit here")
    size = max(os.path.getsize(server.store + tail) for tail in ("", "-wal"))
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size // 4096 * 4096, resource.RLIM_INFINITY))
    reply = server.post(DOCUMENT + "full")
    ok(reply.status == 503 and reply.type == "application/problem+json" and
       reply.headers.get("retry-after"), "without it new work is 503 with Retry-After", reply)
    reply = server.get("/readyz", key=None)
    ok(reply.status == 503 and "no space" in json.dumps(reply.json), "and it is not ready", reply)
    same(server.get("/livez", key=None).status, 200, "but lives")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    ok(until(lambda: server.get("/readyz", key=None).status == 200), "with space again it is ready")
    same(server.post(DOCUMENT + "full").status, 200, "and takes work")
    same(server.terminate(), 0, "and ends well")


def test_full_disk_under_way():
    up = Upstream()
    up.ways[LARGE] = Way(body=POINTS, delay=1)
    server = Server(up)
    if not hasattr(resource, "prlimit"):
        return skip("a disk that fills up under way", "no prlimit here")
    accepted = server.post(headers={"Prefer": "respond-async"})
    size = max(os.path.getsize(server.store + tail) for tail in ("", "-wal"))
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE,
                     (size // 4096 * 4096, resource.RLIM_INFINITY))
    time.sleep(1.5)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE,
                     (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    path = accepted.headers["location"]
    done = until(lambda: (r := server.get(path)).status == 200 and r.json["final"] and r, 10)
    ok(done and done.json["status"] == "completed", "a job whose end met a full disk still ends", done)
    server.kill()
    server.start()
    same(server.get(path).json["status"], "completed", "durably")


def test_tls():
    if not shutil.which("openssl"):
        return skip("https", "no openssl command here")
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    server = Server(Upstream(), flags=["--tls-cert", cert, "--tls-key", key])
    ok("https://" in server.line, "with a certificate it says https", server.line)
    import ssl
    context = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=10, context=context)
    body = json.dumps({"document": DOCUMENT})
    same(ask(connection, "POST", ROUTE, body, server.headers(body=body)).status, 200, "and serves it")
    connection.close()
    got = server.raw(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", 3)
    ok(not got.startswith(b"HTTP/1.1 200"), "and nothing in the clear", got)
    same(server.terminate(), 0, "and ends well")


if __name__ == "__main__":
    main(test_commands, test_start, test_drain, test_drain_limit, test_full_disk,
         test_full_disk_under_way, test_tls)
