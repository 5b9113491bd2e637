#!/usr/bin/env python3
"""How models are asked, on a real binary: what goes out in a repair, with examples and a temperature; two models at
once, of which the loser's connection is closed; arms; what is charged where nobody told the usage."""
import os, re, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *
from later.built import build

SPEC = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lang", "ok", "asks.flow")
FITTED = SPEC.replace("asks.flow", "told_in_words.flow")
GOOD, BAD = {"text": "tea", "sure": 1}, {"text": "tea", "sure": 2}


class Asks(Server):
    def __init__(self, upstream, spec=SPEC, **more):
        self.binary = build(spec)
        super().__init__(upstream, **more)

    def send(self, route, text="tea"):
        return self.request("POST", route, json.dumps({"text": text}), None, "")


def roles(call):
    return [message["role"] for message in call["body"]["messages"]]


def test_repair():
    up = Upstream()
    up.ways["small"] = [Way(body=BAD), Way(body=GOOD)]
    server = Asks(up)
    reply = server.send("/repaired")
    same((reply.status, reply.json["result_type"], reply.json["usage"]["attempts"]), (200, "full", 2), "repaired")
    first, second = up.sent("small")
    same((roles(first), roles(second)), (["user"], ["user", "assistant", "user"]), "a further turn of the same talk")
    talk = second["body"]["messages"]
    same((talk[0], json.loads(talk[1]["content"])), (first["body"]["messages"][0], BAD), "the prompt and its answer")
    ok("/sure" in talk[2]["content"], "and what was wrong, by its pointer", talk[2])
    same((first["body"]["temperature"], second["body"]["temperature"]), (0.2, 0.2), "the temperature")
    metrics = server.request("GET", "/metrics").raw.decode()
    ok('wright_repairs_total{workflow="repaired",stage="answer",target="small",class="ok"} 1' in metrics and
       "wright_retries_total{" not in metrics, "counted as a repair, and as no retry")


def test_examples():
    up = Upstream()
    up.ways["small"] = Way(body=GOOD)
    Asks(up).send("/shown")
    call, = up.sent("small")
    same(roles(call), ["system", "user", "assistant", "user", "assistant", "user"], "turns of both sides before the prompt")
    talk = call["body"]["messages"]
    same((talk[1]["content"], json.loads(talk[2]["content"]), json.loads(talk[3]["content"])),
         ("Is tea hot?", {"text": "Is tea hot? Mostly.", "sure": 0.8}, {"text": "milk"}), "as the file has them")


def test_hedge():
    up = Upstream()
    up.ways["small"] = Way(silent=True)
    up.ways["large"] = Way(body=GOOD)
    server = Asks(up)
    reply = server.send("/hedged")
    same((reply.status, reply.json["versions"]["model"], reply.json["model_version"]),
         (200, "large", "large-as-served"), "the second model's answer, named as it is")
    ok(300 <= reply.json["timing"]["elapsed_ms"] < 2000, "long before the first would have been cut", reply.json["timing"])
    cost = float(reply.json["usage"]["cost_usd"])
    ok(cost > 0.000065, "both are paid, the silent one its bound", cost)
    metrics = server.request("GET", "/metrics").raw.decode()
    for target, outcome in (("large", "won"), ("small", "lost")):
        ok(f'wright_hedges_total{{workflow="hedged",stage="answer",target="{target}",outcome="{outcome}"}} 1' in metrics,
           f"{target} has {outcome}", [line for line in metrics.splitlines() if "hedges" in line])


def test_arms():
    up = Upstream()
    up.ways["small"] = up.ways["large"] = Way(body=GOOD)
    server = Asks(up)
    for text, arm in (("JUICE", "large"), ("MILK", "small"), ("JUICE", "large")):
        reply = server.send("/divided", text)
        same((reply.json["versions"]["arm"], reply.json["versions"]["model"]), (arm, arm), f"{text} asks {arm}")
    up.ways["large"] = Way(body=BAD)
    server.send("/divided", "JUICE")
    metrics = server.request("GET", "/metrics").raw.decode()
    rows = dict(re.findall(r"^(wright_arm_\S+) (\S+)$", metrics, re.M))
    arm = 'workflow="divided",arm="%s"'
    for name, large, small in (("jobs_total{%s,status=\"completed\",result_type=\"full\"}", "2", "1"),
                               ("job_duration_seconds_count{%s}", "3", "1"),
                               ("invalid_output_total{%s,target=\"large\",rule=\"maximum\"}", "1", None)):
        same([rows.get("wright_arm_" + name % (arm % which)) for which in ("large", "small")], [large, small],
             "by arm: " + name % "…")
    large, small = (float(rows["wright_arm_cost_dollars_total{%s}" % (arm % which)]) for which in ("large", "small"))
    ok(large > small > 0, "the dearer model's arm has cost more", (large, small))
    jobs = sum(float(value) for name, value in rows.items() if "_jobs_total" in name)
    same(jobs, 4.0, "every job is of one arm")


def test_unknown_usage():
    up = Upstream()
    up.ways["small"] = Way(body=GOOD, then="cut")
    server = Asks(up)
    reply = server.send("/shown")
    cost = float(reply.json["usage"]["cost_usd"])
    ok(reply.json["error_code"] == "down" and cost > 0.0002, "answers that were cut are charged their bound", reply.json)
    up.ways["small"] = Way(status=500)
    same(server.send("/shown").json["usage"]["cost_usd"], "0.000000", "one that was turned away costs nothing")


def test_ceiling():
    up = Upstream()
    up.ways["small"] = Way(body=GOOD, then="cut")
    reply = Asks(up).send("/spent")
    same((reply.json["error_code"], len(up.sent("small"))), ("dear", 2), "what is left holds no third call")
    ok(float(reply.json["usage"]["cost_usd"]) <= 0.0003, "the ceiling is kept", reply.json["usage"])


DEEP = {"a": "x"}
for _ in range(10):
    DEEP = {"a": DEEP}
VALUE = {"title": "Tea", "tags": {"hot": {"a": {"a": "x"}}, "old": {"a": {"a": "y"}}}, "extra": {"any": [1, "1"]},
         "what": {"kind": "leaf", "a": "z"}, "when": "2026-02-03"}


def test_fitted():
    """A schema goes out as the provider takes it, and its answer is mapped back."""
    def wire(**more):
        pairs = [{"key": key, "value": value} for key, value in VALUE["tags"].items()]
        return {**VALUE, "tags": pairs, "extra": '{"any": [1, "1"]}', **more}
    up = Upstream()
    up.ways["gpt"] = [Way(body=wire()), Way(body=wire(extra=None)), Way(body=wire(tags=wire()["tags"] * 2)),
                      Way(body=wire(extra="{")), Way(body=DEEP)]
    server = Asks(up, spec=FITTED)
    reply = server.send("/fits")
    same((reply.json["status"], reply.json["output"]), ("completed", VALUE), "pairs are a map, and text is the value in it")
    schema = up.sent("gpt")[0]["body"]["response_format"]["json_schema"]["schema"]
    same((schema["additionalProperties"], sorted(schema["required"])), (False, ["extra", "tags", "title", "what", "when"]),
         "closed, and every field required")
    tags, extra = schema["properties"]["tags"], schema["properties"]["extra"]
    same((tags["type"], tags["maxItems"], tags["items"]["required"], extra["anyOf"][0]["type"], extra["anyOf"][1]["type"]),
         ("array", 4, ["key", "value"], "string", "null"), "the map is a list, the value without a type a text or null")
    same(schema["properties"]["title"]["pattern"], "^[A-Z][a-z]{0,9}$", "what the profile enforces is on the wire")
    same(server.send("/fits", "again").json["output"], {k: v for k, v in VALUE.items() if k != "extra"}, "null: left out")
    for name in ("a key that comes twice", "text that is no JSON"):
        reply = server.send("/fits", name)
        same((reply.json["error_code"], reply.json["versions"]["fallback_path"]),
             ("down", ["one: schema_invalid", "two: connect_failed"]), f"{name} is refused")
    same(server.send("/deep").json["output"], DEEP, "what the profile cannot carry is asked for")
    body = up.sent("gpt")[-1]["body"]
    told = body["messages"][0]
    ok(body["response_format"] == {"type": "json_object"} and told["role"] == "system" and "JSON Schema: " in told["content"],
       "in words", body)


main(test_fitted, test_repair, test_examples, test_hedge, test_arms, test_unknown_usage, test_ceiling)
