#!/usr/bin/env python3
"""What ships: one static executable, small, quick to start, that serves from an empty folder; and what
`wright build` says where it cannot make one."""
import http.client, json, os, re, select, shutil, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import BINARY, SLOW, keys, ok, same, main, skip
from mocks import Mock, SPEC, WRIGHT, environment, run


def header(path):
    """The file, and the types of its ELF program headers (3: an interpreter)."""
    with open(path, "rb") as file:
        data = file.read()
    offset = int.from_bytes(data[32:40], "little")
    size, count = (int.from_bytes(data[at:at + 2], "little") for at in (54, 56))
    kinds = [int.from_bytes(data[offset + i * size:offset + i * size + 4], "little")
             for i in range(count)]
    return data, kinds


def is_static():
    data, kinds = header(BINARY)
    ok(data[:4] == b"\x7fELF" and 3 not in kinds, "no interpreter: it is static")
    ok(len(data) < 12 * 1000 * 1000, "under 12 MB", f"{len(data)} bytes")
    ok(b".symtab" not in data, "stripped")
    if not shutil.which("file"):
        return skip("`file` says static", "there is no `file`")
    said = subprocess.run(["file", "-b", BINARY], capture_output=True, text=True).stdout
    ok("static-pie linked" in said or "statically linked" in said, "`file` says static", said)


def in_empty_folder():
    if os.geteuid() != 0:
        return skip("serves from an empty folder", "chroot needs root")
    root = tempfile.mkdtemp(dir=harness.folder)
    os.mkdir(os.path.join(root, "store"))
    shutil.copy(BINARY, os.path.join(root, "briefs"))
    mock = Mock()
    (key, line), _ = keys()
    process = subprocess.Popen(
        ["/briefs", "serve", "--listen", "127.0.0.1:0", "--store", "sqlite:/store/briefs.db"],
        env={"BRIEFS_KEYS": line, **environment(mock)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, preexec_fn=lambda: (os.chroot(root), os.chdir("/")))
    try:
        ready, _, _ = select.select([process.stdout], [], [], 10 * SLOW)
        line = process.stdout.readline().decode() if ready else ""
        found = re.search(r":(\d+)$", line.strip())
        if not ok(found, "starts in an empty folder", line):
            process.kill()
            print("# " + process.stderr.read().decode()[:2000])
            return
        connection = http.client.HTTPConnection("127.0.0.1", int(found.group(1)), timeout=20 * SLOW)
        body = json.dumps({"document": "There is nothing here. Not even a resolver."})
        reply = harness.ask(connection, "POST", harness.ROUTE, body,
                            {"Authorization": "Bearer " + key, "Content-Type": "application/json"})
        ok(reply.status == 200 and reply.json["status"] == "completed", "and serves the whole of it", reply)
        connection.close()
        process.terminate()
        same(process.wait(20 * SLOW), 0, "and ends in order")
        same(sorted(os.listdir(root)), ["briefs", "store"], "leaving nothing outside its store")
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def build(*args, **changes):
    environment = {**os.environ, **{k: v for k, v in changes.items() if v is not None}}
    return subprocess.run([WRIGHT, "build", *args], capture_output=True, text=True, env=environment,
                          timeout=120 * SLOW)


def building():
    folder = tempfile.mkdtemp(dir=harness.folder)
    made, kept = os.path.join(folder, "made"), os.path.join(folder, "kept")
    start = time.monotonic()
    done = build(SPEC, "-o", made, "--keep", kept)
    took = time.monotonic() - start
    same((done.returncode, done.stdout, done.stderr), (0, "", ""), "build is silent when it succeeds")
    ok(took < 5 * SLOW or os.cpu_count() < 2, "under 5 s", f"{took:.2f} s")
    ok(any(name.endswith(".c") for name in os.listdir(kept)), "--keep keeps the C")
    again = os.path.join(folder, "again")
    other = tempfile.mkdtemp(dir=folder)
    subprocess.run(
        [WRIGHT, "build", SPEC, "-o", again], cwd=other, timeout=120 * SLOW,
        env={**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C", "TMPDIR": other})
    with open(made, "rb") as a, open(again, "rb") as b:
        ok(a.read() == b.read(), "two builds from two folders are one and the same, byte for byte")
    same(os.listdir(other), [], "nothing is left in the folder for temporary files")
    before = os.stat(made).st_mtime_ns
    for says, args, changes in (
            ("cannot be run", [SPEC, "-o", made], {"CC": "no-such-compiler"}),
            ("does not compile", [SPEC, "-o", made], {"CFLAGS": "-Dint=@"}),
            ("cannot read", ["no-such.flow", "-o", made], {}),
            ("give one specification", [SPEC], {}),
            ("build: cannot write " + os.path.join(folder, "no-such-folder", "x"),
             [SPEC, "-o", os.path.join(folder, "no-such-folder", "x")], {})):
        done = build(*args, **changes)
        ok(done.returncode == 2 and says in done.stderr, f"build fails and says so: {says}", done)
    same(os.stat(made).st_mtime_ns, before, "a build that fails leaves the old binary")
    bad = os.path.join(folder, "bad.flow")
    with open(bad, "w") as file:
        file.write("api x version \"1.0.0\" {\n")
    same(build(bad, "-o", made).returncode, 1, "a specification with errors is a 1")


if __name__ == "__main__":
    main(is_static, in_empty_folder, building)
