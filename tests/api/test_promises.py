#!/usr/bin/env python3
"""What replies promise of their routes on the real binary: the limits of a caller, over all event loops, and
how long a route will be there."""
import os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from orders import *


class Promises(Server):
    def __init__(self, services, spec="promises", environment=None, **more):
        self.binary = built(spec)
        (_, line), (_, other) = keys()
        super().__init__(services, environment={"PROMISES_KEYS": line + "," + other, "FACTS_URL": services.url,
                                                **(environment or {})}, **more)

    def ask(self, path, text="a", key="", headers=None):
        return self.request("POST", path, json.dumps({"text": text}), headers, key)


def names(value):
    """`"a";q=1;w=2, "b";…` as {name: {parameter: text}}."""
    rows = {}
    for item in (value or "").split(", "):
        name, *parameters = item.split(";")
        rows[name.strip('"')] = dict(one.split("=") for one in parameters)
    return rows


def test_life():
    server = Promises(Services())
    reply = server.ask("/quick")
    same((reply.status, reply.headers.get("deprecation"), reply.headers.get("sunset")),
         (200, "@1796083200", "Wed, 30 Jun 2027 00:00:00 GMT"), "a deprecated route says since when and until when")
    reply = server.ask("/later")
    same((reply.headers.get("deprecation"), reply.headers.get("sunset")), (None, "Tue, 29 Feb 2028 00:00:00 GMT"),
         "what the api says holds for a workflow that says nothing")
    job = server.get("/jobs/" + reply.json["job_id"])
    same(job.headers.get("sunset"), "Tue, 29 Feb 2028 00:00:00 GMT", "and for its jobs")
    reply = server.request("POST", "/quick", "{", None)
    same((reply.status, reply.headers.get("deprecation")), (400, "@1796083200"), "a refusal says it, too")
    same(server.get("/livez", key=None).headers.get("sunset"), None, "what is for operators does not")
    reply = server.get("/openapi.json", key=None).json
    quick, slow = reply["paths"]["/quick"]["post"], reply["paths"]["/slow"]["post"]
    same((quick.get("deprecated"), slow.get("deprecated")), (True, None), "openapi.json marks the operation")
    ok("Use /slow instead." in quick["description"] and "2027-06-30" in quick["description"], "and says the words",
       quick)
    ok({"Deprecation", "Sunset", "RateLimit", "RateLimit-Policy"} <= set(quick["responses"]["200"]["headers"]) and
       "Sunset" not in quick["responses"]["401"].get("headers", {}), "and the fields of its replies", quick)
    contract = server.get("/contract.json", key=None).json
    flows = contract["workflows"]
    same((flows["quick"]["deprecated"], flows["quick"]["sunset"], flows["later"]["sunset"]),
         ("2026-12-01", "2027-06-30", "2028-02-29"), "contract.json has the days of each route")
    same((contract["workflows"]["quick"]["limits_of_a_caller"], contract["api"]["limits_of_a_caller"]),
         ({"requests": 3, "requests_per_ms": 3600000}, {"requests": 8, "requests_per_ms": 3600000}), "and the limits")


def test_requests():
    server = Promises(Services(), environment={"WRIGHT_LOOPS": "3"})
    replies = [server.ask("/quick") for _ in range(4)]  # each on a connection, and a loop, of its own
    same([reply.status for reply in replies], [200, 200, 200, 429], "three are let through, whichever loop they meet")
    same(names(replies[0].headers["ratelimit-policy"]),
         {"workflow.quick": {"q": "3", "w": "3600"}, "api": {"q": "8", "w": "3600"}}, "the limits are said")
    left = [int(names(reply.headers["ratelimit"])["workflow.quick"]["r"]) for reply in replies]
    same(left, [2, 1, 0, 0], "and what is left of them")
    t = int(names(replies[0].headers["ratelimit"])["workflow.quick"]["t"])
    ok(3500 <= t <= 3700, "and when there is more", t)
    problem = replies[3]
    same((problem.type, problem.json["code"], problem.json["violated-policies"]),
         ("application/problem+json", "limit_reached", ["workflow.quick"]), "a problem names the limit")
    ok("3 requests to quick in 3600 seconds" in problem.json["detail"], "and says what it is", problem.json)
    ok(3500 <= int(problem.headers["retry-after"]) <= 3700, "and when to come again", problem)
    same(server.ask("/quick", key=server.other_key).status, 200, "another caller has its own")
    replies = [server.request("POST", "/slow", "{") for _ in range(6)]
    same([reply.status for reply in replies], [400] * 5 + [429],
         "whatever becomes of a request it counts, for the api's limit as well")
    same(replies[5].json["violated-policies"], ["api"], "which is named where it is the one")
    reply = server.ask("/quick", key="wrk_nobody")
    same((reply.status, reply.headers.get("ratelimit")), (401, None), "who is nobody has no limit to be told")


def test_jobs():
    up = Services()
    go = threading.Event()
    up.ways["get /look"] = lambda _: go.wait(20) and Way(body={"text": "seen"})
    server = Promises(up, environment={"WRIGHT_LOOPS": "2"})
    results = []
    threads = [threading.Thread(target=lambda i=i: results.append(server.ask("/slow", str(i)))) for i in range(2)]
    for thread in threads:
        thread.start()
    ok(until(lambda: len(up.sent("get /look")) == 2), "two jobs are under way")
    third = server.ask("/slow", "third")
    same((third.status, third.json["violated-policies"], names(third.headers["ratelimit"])["workflow.slow.jobs"]),
         (429, ["workflow.slow.jobs"], {"r": "0"}), "a third is refused, and the limit named")
    same(names(third.headers["ratelimit-policy"])["workflow.slow.jobs"], {"q": "2", "qu": '"concurrent-requests"'},
         "as one of what is at the same time")
    ok(int(third.headers["retry-after"]) >= 1, "with a time to come again", third)
    same(len(up.sent("get /look")), 2, "and has no effect")
    go.set()
    for thread in threads:
        thread.join(30)
    same([reply.status for reply in results], [200, 200], "the two end")
    same(server.ask("/slow", "fourth").status, 200, "and their places are free")


def test_parked():
    server = Promises(Services())
    first = server.ask("/later")
    same(first.status, 202, "a job that sleeps")
    ok(until(lambda: server.get("/jobs/" + first.json["job_id"]).json["waiting_for"] == "retry"), "is parked")
    tries = iter(range(6))  # the park is told of a moment before its place is lent
    same(until(lambda: server.ask("/later").status == 202 or next(tries, None) is None and "never" or time.sleep(0.2)),
         True, "and lends its place to the next one")
    server.kill()
    server.start()
    job = server.get("/jobs/" + first.json["job_id"])
    same(job.json["waiting_for"], "retry", "it sleeps on after kill -9")


main(test_life, test_requests, test_jobs, test_parked)
