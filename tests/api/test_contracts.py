#!/usr/bin/env python3
"""The contracts of the four, read by what nobody here wrote (pinned in tests/api/contracts): both linters of OpenAPI
find nothing, ajv holds examples, fixtures and documents by chance against the schemas, AsyncAPI's parser what is sent;
both generators make clients that compile under strict TypeScript, and those drive the real binaries through every
outcome of latency."""
import glob, json, os, shutil, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import npm
from four import *

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "contracts")
DOCUMENTS = {name: os.path.join(ROOT, "generated", name, "openapi.json") for name in ROUTES}
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
peers = {}


def node(script, *words, folder=None):
    done = subprocess.run([peers["node"], script, *words], cwd=folder, capture_output=True, text=True,
                          env={**os.environ, **QUIET}, timeout=120 * SLOW)
    return done.returncode, done.stdout, done.stderr


def at(*path):
    return os.path.join(peers["modules"], *path)


def bare_work():
    """A folder that sees the packages and nothing else."""
    work = tempfile.mkdtemp(dir=folder)
    os.symlink(peers["modules"], os.path.join(work, "node_modules"))
    for name in ("package.json", "tsconfig.json", "generate.mjs", "examples.mjs", "schemas.mjs", "asyncapi.mjs", "drive.ts"):
        shutil.copy(os.path.join(HERE, name), work)
    return work


# ---- linters ------------------------------------------------------------------------------------------------

def redocly(files):
    """(files that were read, what was found)"""
    code, out, err = node(at("@redocly", "cli", "bin", "cli.js"), "lint", "--extends=recommended", "--format=json", *files)
    found, rest = [], out.strip()
    while rest:  # a report for each file
        report, end = json.JSONDecoder().raw_decode(rest)
        found += report["problems"]
        rest = rest[end:].strip()
    return err.count("validated in"), [f"{one['location'][0]['source']['ref']} {one['ruleId']}: {one['message']}" for one in found]


def spectral(files):
    rules = os.path.join(tempfile.mkdtemp(dir=folder), "rules.json")
    with open(rules, "w", encoding="utf-8") as file:
        json.dump({"extends": ["spectral:oas"]}, file)
    code, out, err = node(at("@stoplight", "spectral-cli", "dist", "index.js"), "lint", "--ruleset", rules, "--format", "json", *files)
    return len(files), [f"{one['source']} {one['code']}: {one['message']}" for one in json.loads(out[out.index("["):out.rindex("]") + 1])]


def test_lint():
    word = "nobody_to_ask.json"  # a document without a contact and a licence
    worse = os.path.join(tempfile.mkdtemp(dir=folder), word)
    with open(DOCUMENTS["briefs"], encoding="utf-8") as file:
        document = json.load(file)
    del document["info"]["license"], document["info"]["contact"]
    with open(worse, "w", encoding="utf-8") as file:
        json.dump(document, file)
    for name, lint, rule in (("redocly", redocly, "info-license"), ("spectral", spectral, "info-contact")):
        read, found = lint([*DOCUMENTS.values(), worse])
        ok(any(word in one and rule in one for one in found), f"{name} reads them, and would say what is missing", found)
        found = [one for one in found if word not in one]
        ok(read == len(DOCUMENTS) + 1 and not found, f"{name} finds nothing in the four, not even a warning", "\n".join(found))


# ---- examples -----------------------------------------------------------------------------------------------

def test_examples():
    code, out, err = node("examples.mjs", *DOCUMENTS.values(), folder=bare_work())
    rows = [json.loads(line) for line in out.splitlines()]
    whole = [row for row in rows if "held" in row]
    ok(code == 0 and len(whole) == 4 and len(rows) == 4 and all(row["held"] > 20 and row["schemas"] > 10 for row in whole),
       f"ajv: {sum(row['held'] for row in whole)} examples are what their schemas say", out + err)


def test_problems():
    """What the document says of refusals is what the binary says; every path of a binary is in it, but operators'."""
    server = Api("briefs", World())
    with open(DOCUMENTS["briefs"], encoding="utf-8") as file:
        paths = json.load(file)["paths"]
    at_route = {"400": server.request("POST", ROUTE, "{"), "401": server.request("POST", ROUTE, "{}", None, None),
                "413": server.request("POST", ROUTE, '{"document": "' + "a" * 2_000_000 + '"}'),
                "415": server.request("POST", ROUTE, "{}", {"Content-Type": "text/plain"}),
                "422": server.request("POST", ROUTE, '[]')}
    shown = {(ROUTE, "post", status): reply for status, reply in at_route.items()}
    shown["/jobs/{id}", "get", "404"] = server.get("/jobs/0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10")
    shown["/livez", "get", "405"] = server.request("DELETE", "/livez")
    wrong = []
    for (path, method, status), reply in shown.items():
        declared = paths[path][method]["responses"][status]
        example = declared["content"]["application/problem+json"]["example"]
        fields = {name.lower() for name in declared["headers"]} - {"retry-after", "x-request-id"}
        if (str(reply.status), {**reply.json, "errors": 0}) != (status, {**example, "errors": 0}) or not fields <= set(reply.headers):
            wrong.append((path, status, reply.json, dict(reply.headers), example))
    ok(not wrong, f"{len(shown)} problems are word for word as their examples", wrong)
    with open(os.path.join(ROOT, "runtime", "app", "routes.c"), encoding="utf-8") as file:
        served = re.findall(r'^    ROW\("(\w+)", "([^"]+)"', file.read(), re.M)
    with open(DOCUMENTS["support"], encoding="utf-8") as file:
        paths = json.load(file)["paths"]
    missing = [row for row in served if row[0].lower() not in paths.get(row[1], {})]
    same(missing, [("POST", "/jobs/{id}/retry"), ("POST", "/jobs/{id}/signals/{name}")],
         "every path is declared, but one for operators, and signals where a workflow waits for one")


# ---- JSON Schemas ---------------------------------------------------------------------------------------------

FIXTURES = {("briefs", "Brief"): "brief", ("briefs", "KeyPoints"): "points", ("videos", "Script"): "videos-request",
            ("videos", "Outline"): "videos-outline", ("videos", "Detail"): "videos-detail",
            ("sales", "ResearchRequest"): "sales-request", ("sales", "Account"): "sales-account",
            ("sales", "Narrative"): "sales-narrative", ("sales", "News"): "sales-news"}
DOCUMENTS_BY_CHANCE = int(os.environ.get("WRIGHT_DOCUMENTS", "1000"))


def by_ajv(asked):
    """[(file, texts)]: which of each are what the schema says."""
    done = subprocess.run([peers["node"], "schemas.mjs"], cwd=bare_work(), capture_output=True, text=True, timeout=120 * SLOW,
                          input="".join(json.dumps({"file": file, "texts": texts}) + "\n" for file, texts in asked))
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_schemas():
    files = sorted(glob.glob(os.path.join(ROOT, "generated", "*", "schemas", "*.json")))
    given = {os.path.join(ROOT, "generated", name, "schemas", schema + ".json"): [json.dumps(fixture(one)), '{"nothing": 1}']
             for (name, schema), one in FIXTURES.items()}
    got, err = by_ajv([(file, given.get(file, [])) for file in files])
    ok(len(got) == len(files) > 20 and not err, f"ajv takes {len(files)} files of JSON Schema 2020-12", err)
    wrong = [(file, verdict) for file, verdict in zip(files, got) if verdict != [True, False][:len(given.get(file, []))]]
    ok(set(given) <= set(files) and not wrong, f"{len(given)} of them take a fixture, and nothing else", wrong)


def test_differential():
    """Documents by chance: the generated decoder and ajv say the same of each, but for depths, which only we count."""
    sys.path.insert(0, os.path.join(ROOT, "tests", "emit"))
    import test_differential as by_chance
    by_chance.ok = ok
    place = tempfile.mkdtemp(dir=folder)
    program, definitions = by_chance.build(place)
    chance = by_chance.random.Random(7)
    maker, lines = by_chance.Maker(chance, definitions, "#/components/schemas/"), []
    while len(lines) < DOCUMENTS_BY_CHANCE:
        maker.slips = (0, 0.004, 0.02)[len(lines) % 3]
        document = maker.make(definitions["All"])
        if isinstance(document, dict):
            document.pop("loose", None)  # `any` is bounded by the bytes it was sent as, which nobody else sees
        line = json.dumps(document).replace('"a@b"', '"a@b.c"')  # ajv wants a dot in a host
        if not re.search(r"[0-9]{16}|\\ud[89a-f]", line):  # JavaScript's numbers are doubles
            lines.append(line)
    said = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True).stdout.split("\n")[:-1]
    (got,), err = by_ajv([(os.path.join(place, "schemas", "All.json"), lines)])
    wrong = [f"ajv: {theirs}, decoder: {ours[:60]}\n{line}" for theirs, ours, line in zip(got, said, lines)
             if theirs == ours.startswith("no ") and ours != "no maxDepth"]
    ok(len(got) == len(said) == len(lines) and not wrong and 0.2 < sum(got) / len(got) < 0.8,
       f"{sum(got)} of {len(got)} documents by chance are taken, by ajv and by the decoder", "\n".join(wrong) or err)


# ---- what is sent -----------------------------------------------------------------------------------------------

def test_asyncapi():
    world = World()
    world.ways[SMALL] = Way(body={"beats": [{"heading": "A", "action": "It happens."}]})
    server = Api("videos", world, change=[("sign env WEBHOOK_SECRET }", "sign env WEBHOOK_SECRET  allow private }")])
    reply = server.send({"title": "The Bridge", "text": "A ferry crosses."}, {"Idempotency-Key": "one"})
    server.ended(reply.json["job_id"])
    events = server.get(f"/jobs/{reply.json['job_id']}/events").json["events"]
    sent = [{"channel": "job_events", "message": event["kind"], "payload": event} for event in events]
    sent += [{"channel": "on_create_storyboard_" + kind, "message": "sent", "payload": json.loads(call["text"]),
              "headers": call["headers"]} for kind, call in world.told(2)]
    work, path = bare_work(), os.path.join(ROOT, "generated", "videos", "asyncapi.json")
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    same(sorted(document["channels"]["job_events"]["messages"]),
         sorted(document["components"]["schemas"]["JobEvent"]["properties"]["kind"]["enum"]), "a message for each kind of event")
    done = subprocess.run([peers["node"], "asyncapi.mjs", path], cwd=work, capture_output=True, text=True,
                          input=json.dumps(sent), timeout=120 * SLOW)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    ok(rows and rows[0]["version"] == "3.0.0" and not rows[0]["found"] and "follow_job" in rows[0]["operations"],
       "AsyncAPI's own parser finds nothing wrong", done.stdout + done.stderr)
    wrong = [row for row in rows[1:] if row["errors"] or not row["declared"]]
    ok(len(rows) == len(sent) + 1 > 10 and not wrong, f"{len(sent)} events and webhooks are what it declares", wrong or done.stderr)
    kinds = {json.loads(line)["message"] for line in done.stdout.splitlines()[1:]}
    ok({"accepted", "published", "finished", "sent"} <= kinds, "of many kinds", kinds)


# ---- clients ------------------------------------------------------------------------------------------------

def by_word(kind):
    """A model that does as the document says."""
    def way(body):
        text = json.dumps(body)
        if "REFUSED" in text:
            return Way(body="x", refusal="No.", pieces=1)
        if "DOWN" in text or ("FALLBACK" in text and kind == LARGE):
            return Way(status=503)
        return Way(body=POINTS)
    return way


def servers():
    world = World()
    world.ways[LARGE], world.ways["*"] = by_word(LARGE), by_word(SMALL)
    world.ways[SMALL] = by_word(SMALL)
    yield "briefs", Api("briefs", world)
    yield "limited", Api("briefs", world, change=[("auth    bearer", "limit   1 per 1h\n  auth    bearer")])
    world = World()
    world.ways[SMALL] = Way(silent=True)
    yield "support", Api("support", world)
    world = World()
    world.ways[SMALL] = Way(body={"beats": [{"heading": f"Scene {i}", "action": "It happens."} for i in range(6)]})
    world.ways[HEAVY] = Way(body=fixture("videos-detail"), delay=0.3)
    yield "videos", Api("videos", world)
    world = World()
    world.ways[SMALL] = world.ways[LARGE] = Way(body=fixture("sales-narrative"))
    world.ways[NEWS] = Way(status=503)
    yield "sales", Api("sales", world)


WANT = {
    "full": dict(http=200, status="completed", result="full", final=True, quotes=["Sales rose by four per cent"],
                 path=["draft: ok"]),
    "degraded": dict(http=200, status="degraded", result="fallback", final=True, quotes=["Sales rose by four per cent"]),
    "declared": dict(http=422, status="failed", code="refused", message="The model provider refused this document.",
                     again=False, wait=None),
    "down": dict(http=503, status="failed", code="unavailable", again=True, wait="30"),
    "invalid": dict(http=422, problem="invalid_body", wait=None, errors=["/document minBytes"]),
    "let through": dict(http=200, status="completed"),
    "limited": dict(http=429, problem="limit_reached"),
    "instant": dict(http=200, status="completed", by="rule"),
    "later": dict(http=202, result="draft", final=False, by="nobody_yet", where=True),
    "wrong review": dict(http=422, problem="invalid_body"),
    "review": dict(http=200, status="completed", text="At night."),
    "no such job": dict(http=404, problem="job_not_found"),
    "no such key": dict(http=401, problem="key_unknown"),
    "background": dict(http=202, final=False, output=None),
    "background ends": dict(status="completed", result="full", scenes=6, drafts=True, cancelled="completed"),
    "poll": dict(http=202, applied="respond-async", status="degraded"),
}


def test_clients():
    work = bare_work()
    code, out, err = node("generate.mjs", *[f"{name}={path}" for name, path in DOCUMENTS.items()], folder=work)
    made = sorted(os.path.basename(path) for path in glob.glob(work + "/*-types.ts") + glob.glob(work + "/*/sdk.gen.ts"))
    ok(code == 0 and len(made) == 8, "both generators make clients of the four", out + err)
    code, out, err = node(at("typescript", "bin", "tsc"), "-p", ".", folder=work)
    ok(code == 0, "which compile under strict TypeScript, and what uses them", out + err)
    up = {name: {"url": f"http://127.0.0.1:{server.port}", "key": server.key} for name, server in servers()}
    code, out, err = node("made/drive.js", json.dumps(up), folder=work)
    seen = {row["name"]: row for row in map(json.loads, out.splitlines())}
    ok(code == 0 and set(seen) == set(WANT), "they drive the binaries through every outcome", out + err)
    for name, want in WANT.items():
        got = seen.get(name, {})
        ok(got and {key: got.get(key) for key in want} == want, f"{name}: {want}", got)
    ok(int(seen["limited"]["wait"]) > 0 and "Bearer" in seen["no such key"]["how"] and seen["later"]["wait"] > 0,
       "and 429, 401 and 202 say what to do", seen)


if __name__ == "__main__":
    found, modules = npm.install("contracts", (20, 19))
    if not found:
        skip("the contracts, read by others", modules)
        main()
    peers.update(node=found, modules=modules)
    main(test_problems, test_lint, test_examples, test_schemas, test_differential, test_asyncapi, test_clients)
