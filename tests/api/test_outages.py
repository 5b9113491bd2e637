#!/usr/bin/env python3
"""The degradation table against the binary: for every subset of what a workflow calls, that subset refuses
connections, and the reply is the one that the certificate names for it."""
import itertools, os, re, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
import mocks, orders, variants

ALL = os.environ.get("OUTAGES") == "all"  # else of five dependencies none, each and all of them
DEAD = "http://127.0.0.1:9"


def fixture(name):
    with open(os.path.join(variants.ROOT, "spec", "fixtures", name), encoding="utf-8") as file:
        return json.load(file)


def open_spec(name, *changes):
    """A specification of spec/ without its key, its joined jobs and its tests, its models each at an address of its own."""
    with open(os.path.join(variants.ROOT, "spec", name + ".flow"), encoding="utf-8") as file:
        text = file.read().split('\ntest "')[0] + "\n"
    for old, new in (("auth bearer keys env " + name.upper() + "_KEYS", "auth none"), *changes):
        if old not in text:
            raise RuntimeError(f"{name}.flow has no `{old}`")
        text = text.replace(old, new)
    lines = [line for line in text.splitlines() if not line.strip().startswith("dedupe")]
    return folder_of(name + "_outages", "\n".join(lines) + "\n")


def folder_of(name, text):
    inside = os.path.join(folder, name)
    shutil.copytree(os.path.join(variants.ROOT, "spec"), inside)
    place = os.path.join(inside, name + ".flow")
    with open(place, "w", encoding="utf-8") as file:
        file.write(text)
    return place


def briefs():
    """The flagship, its models each at an address of its own, and without joining an earlier job."""
    with open(os.path.join(variants.ROOT, "spec", "briefs.flow"), encoding="utf-8") as file:
        text = file.read().split('test "')[0]
    before, small = text.split("model small {")
    small = small.replace("url env MODEL_URL", "url env SMALL_URL", 1)
    text = before + "model small {" + small
    lines = [line for line in text.splitlines() if not line.strip().startswith("dedupe")]
    return folder_of("outages", "\n".join(lines) + "\n")


def proofs(place):
    run = mocks.run("prove", place, "--format", "json")
    if run.returncode:
        raise RuntimeError(run.stderr)
    return json.loads(run.stdout)["workflows"]


def end_of(row, facts):
    """The one end of a row of the table, where `facts` decide what no outage does."""
    ends = [end for end in row["ends"] if all(when in facts for when in end.get("when", []))]
    return ends[0] if len(ends) == 1 else {"several": ends}


def got(reply):
    seen = {"status": reply.json["status"]}
    if seen["status"] == "failed":
        seen.update(error=reply.json["error_code"], http=reply.status)
    else:
        seen.update(result_type=reply.json["result_type"])
    return seen


def want(row, facts):
    end = dict(end_of(row, facts))
    end.pop("when", None)
    return end


def every_subset(names):
    return [list(some) for size in range(len(names) + 1) for some in itertools.combinations(names, size)]


def row_of(table, down):
    rows = [row for row in table["table"] if sorted(row["down"]) == sorted(down)]
    return rows[0] if len(rows) == 1 else None


def server_of(binary, mock, urls, down, **more):
    environment = {name: value for name, value in mock.env.items() if name.endswith(("_URL", "_KEY"))}
    environment.update({urls[name]: DEAD + ("/v1" if urls[name] in ("MODEL_URL", "SMALL_URL") else "")
                        for name in down})
    environment.pop("BRIEFS_KEYS", None)
    server = Server(environment=environment, start=False, **more)
    server.binary = binary
    server.start()
    return server


def try_all(workflow, table, urls, binary, mock, ask, facts):
    """`facts`: what decides beside the outage, or a function of what is down."""
    missing = []
    for down in every_subset(table["dependencies"]):
        row = row_of(table, down)
        if not row:
            missing.append(down)
            continue
        server = server_of(binary, mock, urls, down)
        known = facts(down) if callable(facts) else facts
        same(got(ask(server)), want(row, known), f"{workflow}: {' + '.join(down) or 'nothing'} down")
        server.close()
    same(missing, [], f"{workflow}: every subset has its row")


def test_flagship():
    place = briefs()
    table = proofs(place)["extract_key_points"]["degradation"]
    urls = {"glossary": "GLOSSARY_URL", "primary": "MODEL_URL", "small": "SMALL_URL"}
    binary, mock = variants.build(place), mocks.Mock(spec=place)
    same(sorted(table["dependencies"]), sorted(urls), "the dependencies are known")
    try_all("nothing remembered", table, urls, binary, mock, lambda server: server.post(), ["last_good: missing"])
    for down in every_subset(table["dependencies"]):
        server = server_of(binary, mock, urls, [])
        same(got(server.post())["result_type"], "full", "a result is remembered")
        server.kill()
        later = server_of(binary, mock, urls, down, store=server.store)
        same(got(later.post()), want(row_of(table, down), ["last_good: ok"]),
             f"something remembered: {' + '.join(down) or 'nothing'} down")
        later.close()


def test_tree():
    place = os.path.join(variants.ROOT, "tests", "lang", "ok", "tree.flow")
    copy = os.path.join(folder, "tree_outages")
    shutil.copytree(os.path.dirname(place), copy)
    place = os.path.join(copy, "tree.flow")
    tables = proofs(place)
    urls = {"crm": "CRM_URL", "companies": "COMPANY_URL", "news": "NEWS_URL", "small": "MODEL_URL"}
    binary, mock = variants.build(place), mocks.Mock(spec=place)
    who = {"account": "a-1", "domain": "ink.example"}
    scenes = {"title": "t", "scenes": [{"name": "one"}, {"name": "two"}, {"name": "three"}]}
    for workflow, route, body in (("research", "/research", who), ("plan", "/plans", who),
                                  ("captions", "/captions", scenes)):
        try_all(workflow, tables[workflow]["degradation"], urls, binary, mock,
                lambda server: server.request("POST", route, json.dumps(body)),
                ["write: items_failed"])


class Others(orders.Services):
    """Every service and model of sales, videos and support, well. `env` says where they are."""

    def __init__(self, **urls):
        super().__init__()
        self.env = {**{name: self.url + (path or "") for name, path in urls.items()},
                    **{name: "x" for name in ("MODEL_KEY", "ANTHROPIC_KEY", "CRM_TOKEN", "COMPANY_TOKEN", "NEWS_TOKEN",
                                                 "STATUS_TOKEN")},
                    "WEBHOOK_SECRET": "whsec_" + "QUFB" * 8}

    def serve(self, request, body):
        self.whole(request, self.way(request.path.split("/")[1].split("?")[0], body))


def others_at(up, urls, down, binary):
    environment = {**up.env, "BRIEFS_KEYS": None}
    environment.update({urls[name]: DEAD + ("/v1" if up.env[urls[name]].endswith("/v1") else "") for name in down})
    server = Server(environment=environment, start=False)
    server.binary = binary
    server.start()
    return server


def every_outage(name, table, urls, up, binary, cases):
    """`cases`: how a job is sent and brought to its end, by what beside the outage decides."""
    same(sorted(table["dependencies"]), sorted(urls), f"{name}: the dependencies are known")
    for down in every_subset(table["dependencies"]):
        if 1 < len(down) < len(urls) and len(urls) > 3 and not ALL:
            continue
        server = others_at(up, urls, down, binary)
        for facts, ask in cases(down):
            end = want(row_of(table, down), facts)
            end.pop("http", None)
            reply = ask(server)
            seen = got(reply)
            seen.pop("http", None)
            same(seen, end, f"{name}: {' + '.join(down) or 'nothing'} down ({', '.join(facts)})")
        server.close()


def ended(server, reply):
    return until(lambda: (lambda job: job if job.json["final"] else None)(
        server.request("GET", f"/jobs/{reply.json['job_id']}?wait=5", key=None)), 60)


def test_sales():
    place = open_spec("sales", ("model small {\n  provider openai.chat   url env MODEL_URL",
                                "model small {\n  provider openai.chat   url env SMALL_URL"))
    up = Others(MODEL_URL="/v1", SMALL_URL="/v1", CRM_URL="", COMPANY_URL="", NEWS_URL="")
    narrative = Way(body={"headline": "One", "summary": "Two.", "signals": []})
    up.ways = {"accounts": Way(body={"id": "n_1", "name": "Ink", "segment": "small"}),
               "by-domain": Way(body={"industry": "ink", "about": "They make ink."}),
               "search": Way(body={"articles": []}), "*": narrative}
    urls = {"crm": "CRM_URL", "companies": "COMPANY_URL", "news": "NEWS_URL", "primary": "MODEL_URL", "small": "SMALL_URL"}
    body = json.dumps({"account_id": "ACME0001", "domain": "ink.example"})
    every_outage("sales", proofs(place)["research_account"]["degradation"], urls, up, variants.build(place),
                 lambda down: [(["last_good: missing"],
                                lambda server: server.request("POST", "/sales/research-account", body, key=None))])


def test_videos():
    place = open_spec("videos", ("provider anthropic.messages", "provider openai.chat"))
    up = Others(MODEL_URL="/v1", ANTHROPIC_URL="/v1", WEBHOOK_URL="/hook")
    with open(place, encoding="utf-8") as file:
        fast, heavy = re.findall(r'^  name +"([^"]+)"', file.read(), re.M)[:2]
    up.ways = {fast: Way(body=fixture("videos-outline.json")), heavy: Way(body=fixture("videos-detail.json")), "*": Way(204)}
    request = json.dumps(fixture("videos-request.json"))

    def send(server):
        return ended(server, server.request("POST", "/videos/create-storyboard", request, {"Idempotency-Key": "k"}, key=None))

    every_outage("videos", proofs(place)["create_storyboard"]["degradation"],
                 {"fast": "MODEL_URL", "heavy": "ANTHROPIC_URL"}, up, variants.build(place),
                 lambda down: [(["refine: ok", "assemble: arm 2" if down else "assemble: arm 1"], send)])


def test_support():
    place = open_spec("support")
    up = Others(MODEL_URL="/v1", STATUS_URL="/status")

    def ticket(subject, confidence, decision=None, product="reports"):
        def send(server):
            up.ways["*"] = Way(body={"text": "A text.", "confidence": confidence})
            body = json.dumps({"subject": subject, "body": "Help.", "product": product})
            reply = server.request("POST", "/support/draft-response", body, key=None)
            if decision:
                until(lambda: server.request("GET", f"/jobs/{reply.json['job_id']}", key=None).json["waiting_for"] == "review", 20)
                server.request("POST", f"/jobs/{reply.json['job_id']}/review", json.dumps({"decision": decision}), key=None)
            return ended(server, reply)
        return send

    def cases(down):
        silent = "small" in down
        model = ["triage: arm 4"] if silent else ["triage: arm 4", "weigh: arm 2"]
        yield ["triage: arm 1"], ticket("My password", 0.9, product="login")
        yield ["triage: arm 2"], ticket("Invoice 1234567", 0.9, product="billing")
        yield [*model, "review: ok"], ticket("It is slow", 0.2, "approve")
        yield [*model, "review: declined"], ticket("It is loud", 0.2, "reject")
        # a model that asks nothing of the status page; tests of spec/support.flow have those that do
        if silent:
            yield ["triage: arm 3", "review: ok"], ticket("INC-1207", 0.9, "approve")
        else:
            yield ["triage: arm 4", "weigh: arm 1"], ticket("It is hot", 0.9)
            yield ["triage: arm 3", "look_up: ok"], ticket("INC-1207", 0.9)

    every_outage("support", proofs(place)["draft_response"]["degradation"], {"small": "MODEL_URL", "status": "STATUS_URL"}, up,
                 variants.build(place), cases)


main(test_flagship, test_tree, test_sales, test_videos, test_support)
