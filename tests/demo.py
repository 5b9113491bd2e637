#!/usr/bin/env python3
"""`make demo`: the flagship, built, served and asked, then a second API with a person in it. Starts `wright mock` and
the binaries, sends real requests, shows the replies, leaves nothing running. With MODEL_URL and MODEL_KEY set, those
models answer the flagship instead."""
import atexit, http.client, json, os, re, select, shutil, signal, subprocess, sys, tempfile, time

BUILD = os.environ.get("WRIGHT_BUILD", "build")
SPEC = "spec/briefs.flow"
ROUTE = "/briefs/extract-key-points"
SUPPORT, SUPPORT_ROUTE = "spec/support.flow", "/support/draft-response"
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


def start_mock(spec):
    """The variables that the mock prints for a shell."""
    file = os.path.join(folder, os.path.basename(spec) + ".env")
    command = [f"{BUILD}/wright", "mock", spec, "--print-env-file", file]
    print("$ " + " ".join(command[:3]) + " &")
    children.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
    end = time.monotonic() + 20
    while not os.path.exists(file):
        if children[-1].poll() is not None or time.monotonic() > end:
            stop("wright mock did not start")
        time.sleep(0.02)
    with open(file, encoding="utf-8") as lines:
        return dict(re.findall(r"^export (\w+)='(.*)'$", lines.read(), re.M))


def start_binary(name, env):
    command = [f"{BUILD}/{name}", "serve", "--listen", "127.0.0.1:0", "--store", f"sqlite:{folder}/{name}.db"]
    print("$ " + " ".join(command[:2]) + f" --listen 127.0.0.1:0 --store sqlite:{name}.db &")
    log = open(os.path.join(folder, name + ".log"), "wb")
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


def post(port, key, body, headers=None, route=ROUTE):
    sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **(headers or {})}
    print(f"$ curl -s http://127.0.0.1:{port}{route} -H 'Authorization: Bearer …' -H 'Content-Type: application/json'"
          + "".join(f" -H '{name}: {value}'" for name, value in (headers or {}).items()) + " -d @request.json")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    started = time.monotonic()
    connection.request("POST", route, json.dumps(body), sent)
    response = connection.getresponse()
    reply = json.loads(response.read())
    connection.close()
    print(f"HTTP {response.status} {response.reason}, after {time.monotonic() - started:.2f} s")
    for name in ("Content-Type", "Idempotency-Replayed", "Location", "Retry-After"):
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


def command(*words):
    """A command of a binary, shown with what it prints."""
    shown = " ".join(words).replace(folder + "/", "")
    print(f"$ {shown}")
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    print(done.stdout.rstrip())
    expect(done.returncode == 0, shown + " to end well")
    return done.stdout


def get(port, key, path):
    print(f"$ curl -s http://127.0.0.1:{port}{path} -H 'Authorization: Bearer …'")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, None, {"Authorization": f"Bearer {key}"})
    reply = json.loads(connection.getresponse().read())
    connection.close()
    return reply


def tested():
    title("5. A second API, support: its own tests first, in virtual time: two days pass in milliseconds")
    command(f"{BUILD}/wright", "test", SUPPORT, "--coverage")


def reviewed():
    title("6. It has 700 ms; the model is silent: a draft leaves in time, and a person decides")
    env = start_mock(SUPPORT)
    port, key = start_binary("support", env), env["WRIGHT_MOCK_KEY"]
    control(env, {"small": "silent"})
    ticket = {"subject": "When do reports run?", "body": "Since when do they run at night?", "product": "reports"}
    status, reply, _ = post(port, key, ticket, route=SUPPORT_ROUTE)
    show({name: reply[name] for name in ("status", "result_type", "final", "output", "waiting_for")})
    expect(status == 202 and reply["result_type"] == "draft", "a draft")
    job, store = reply["job_id"], f"sqlite:{folder}/support.db"
    said = command(f"{BUILD}/support", "review", "list", "--store", store)
    expect(job in said, "the job to wait for a person")
    edit = os.path.join(folder, "answer.json")
    with open(edit, "w", encoding="utf-8") as file:
        json.dump({"text": "They run at two in the morning.", "by": "person", "confidence": 1}, file)
    command(f"{BUILD}/support", "review", "edit", job, edit, "--store", store)
    reply = get(port, key, f"/jobs/{job}?wait=10")
    show({name: reply[name] for name in ("status", "result_type", "final", "output")})
    expect(reply["status"] == "completed" and "two in the morning" in reply["output"]["text"], "what the person wrote")
    command(f"{BUILD}/support", "jobs", "why", job, "--store", store)


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
    env = start_mock(SPEC)
    served_env = {**env, **({name: os.environ[name] for name in ("MODEL_URL", "MODEL_KEY")} if REAL else {})}
    port = start_binary("briefs", served_env)
    with open("spec/fixtures/brief.json", encoding="utf-8") as file:
        brief = json.load(file)
    served(port, env["WRIGHT_MOCK_KEY"], brief)
    degraded(port, env["WRIGHT_MOCK_KEY"], brief, env)
    replayed(port, env["WRIGHT_MOCK_KEY"], brief)
    refused(port, env["WRIGHT_MOCK_KEY"])
    tested()
    reviewed()
    title("Done; nothing is left running.")


main()
