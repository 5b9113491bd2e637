#!/usr/bin/env python3
"""`make demo`: the flagship, built, served and asked. Starts `wright mock` and the binary, sends real requests,
shows the replies, leaves nothing running. With MODEL_URL and MODEL_KEY set, those models answer instead."""
import atexit, http.client, json, os, re, select, shutil, signal, subprocess, sys, tempfile, time

BUILD = os.environ.get("WRIGHT_BUILD", "build")
SPEC = "spec/briefs.flow"
ROUTE = "/briefs/extract-key-points"
REAL = bool(os.environ.get("MODEL_URL") and os.environ.get("MODEL_KEY"))
folder = tempfile.mkdtemp(prefix="wright-demo-")
children = []


def clean():
    for child in reversed(children):
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
    shutil.rmtree(folder, ignore_errors=True)


def title(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}")


def stop(why):
    sys.exit(f"demo: {why}")


def start_mock():
    """The variables that the mock prints for a shell."""
    file = os.path.join(folder, "mock.env")
    command = [f"{BUILD}/wright", "mock", SPEC, "--print-env-file", file]
    print("$ " + " ".join(command[:3]) + " &")
    children.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
    end = time.monotonic() + 20
    while not os.path.exists(file):
        if children[-1].poll() is not None or time.monotonic() > end:
            stop("wright mock did not start")
        time.sleep(0.02)
    with open(file, encoding="utf-8") as lines:
        return dict(re.findall(r"^export (\w+)='(.*)'$", lines.read(), re.M))


def start_binary(env):
    command = [f"{BUILD}/briefs", "serve", "--listen", "127.0.0.1:0", "--store", f"sqlite:{folder}/briefs.db"]
    print("$ " + " ".join(command[:2]) + " --listen 127.0.0.1:0 --store sqlite:briefs.db &")
    log = open(os.path.join(folder, "briefs.log"), "wb")
    child = subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=log)
    children.append(child)
    ready, _, _ = select.select([child.stdout], [], [], 20)
    line = child.stdout.readline().decode() if ready else ""
    found = re.search(r":(\d+)$", line.strip())
    if not found:
        with open(log.name, encoding="utf-8") as text:
            stop("the binary did not start:\n" + text.read())
    print(line.strip())
    return int(found[1])


def post(port, key, body, headers=None):
    sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **(headers or {})}
    print(f"$ curl -s http://127.0.0.1:{port}{ROUTE} -H 'Authorization: Bearer …' -H 'Content-Type: application/json'"
          + "".join(f" -H '{name}: {value}'" for name, value in (headers or {}).items()) + " -d @request.json")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    started = time.monotonic()
    connection.request("POST", ROUTE, json.dumps(body), sent)
    response = connection.getresponse()
    reply = json.loads(response.read())
    connection.close()
    print(f"HTTP {response.status} {response.reason}, after {time.monotonic() - started:.2f} s")
    for name in ("Content-Type", "Idempotency-Replayed", "Retry-After"):
        if response.getheader(name):
            print(f"{name}: {response.getheader(name)}")
    return response.status, reply, response


def show(value):
    print(json.dumps(value, indent=2, ensure_ascii=False))


def expect(condition, what):
    if not condition:
        stop(f"expected {what}")


def control(env, ways):
    host, path = re.match(r"http://([^/]+)(/.*)", env["WRIGHT_MOCK_CONTROL"]).groups()
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request("POST", path, json.dumps(ways))
    expect(connection.getresponse().status == 200, "the mock to take " + json.dumps(ways))
    connection.close()


def served(port, key, brief):
    title("1. A document, served whole")
    status, reply, _ = post(port, key, brief)
    show(reply)
    expect(status == 200 and (REAL or reply["status"] == "completed"), "a result")


def degraded(port, key, brief, env):
    if REAL:
        title("2. (The primary model is real: it is not silenced.)")
        return
    title("2. The primary model falls silent: the smaller one answers, within the 8 s budget")
    control(env, {"primary": "silent"})
    print("$ curl -d '{\"primary\": \"silent\"}' \"$WRIGHT_MOCK_CONTROL\"")
    other = {**brief, "document": brief["document"] + " A second crossing opened in 1996."}
    status, reply, _ = post(port, key, other)
    show(reply)
    control(env, {"primary": "ok"})
    expect(status == 200 and reply["status"] == "degraded" and reply["result_type"] == "fallback", "a degraded result")


def replayed(port, key, brief):
    title("3. The same request twice with one Idempotency-Key: one job, one reply")
    third = {**brief, "max_points": 3}
    _, first, _ = post(port, key, third, {"Idempotency-Key": "demo-1"})
    status, again, response = post(port, key, third, {"Idempotency-Key": "demo-1"})
    print(f"job_id {first['job_id']}\njob_id {again['job_id']}")
    expect(status == 200 and first["job_id"] == again["job_id"], "the same job")
    expect(response.getheader("Idempotency-Replayed") == "true", "a replayed reply")


def refused(port, key):
    title("4. A body with three mistakes: each is named, with its place")
    status, reply, _ = post(port, key, {"document": "", "max_points": 50, "colour": "red"})
    show(reply)
    expect(status == 422 and len(reply["errors"]) == 3, "three errors")


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    atexit.register(clean)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(130))
    title("wright compiles spec/briefs.flow to one static binary")
    print(f"$ {BUILD}/wright build {SPEC} -o {BUILD}/briefs")
    print(subprocess.run(["file", "-b", f"{BUILD}/briefs"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
          + f"; {os.path.getsize(f'{BUILD}/briefs') / 1e6:.1f} MB")
    title("It is started, with " + ("the models at MODEL_URL" if REAL else "simulated models and services"))
    env = start_mock()
    served_env = {**env, **({name: os.environ[name] for name in ("MODEL_URL", "MODEL_KEY")} if REAL else {})}
    port = start_binary(served_env)
    with open("spec/fixtures/brief.json", encoding="utf-8") as file:
        brief = json.load(file)
    served(port, env["WRIGHT_MOCK_KEY"], brief)
    degraded(port, env["WRIGHT_MOCK_KEY"], brief, env)
    replayed(port, env["WRIGHT_MOCK_KEY"], brief)
    refused(port, env["WRIGHT_MOCK_KEY"])
    title("Done; nothing is left running.")


main()
