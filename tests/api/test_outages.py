#!/usr/bin/env python3
"""The degradation table against the binary: for every subset of what a workflow calls, that subset refuses
connections, and the reply is the one that the certificate names for it."""
import itertools, os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
import mocks, variants

DEAD = "http://127.0.0.1:9"


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
    missing = []
    for down in every_subset(table["dependencies"]):
        row = row_of(table, down)
        if not row:
            missing.append(down)
            continue
        server = server_of(binary, mock, urls, down)
        same(got(ask(server)), want(row, facts), f"{workflow}: {' + '.join(down) or 'nothing'} down")
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


main(test_flagship, test_tree)
