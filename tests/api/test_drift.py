#!/usr/bin/env python3
"""Drift: which versions answer, how often they are refused and by which rule, and which fields nobody expected; as
`drift` and as metrics. Nothing of a value is in it, and what a peer makes up is bounded."""
import json, os, re, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import variants
from harness import *

SPEC = """api drifting version "1.0.0" { auth none }
schema Question { text: string(1..500) }
schema Answer { text: string(1..500)  parts: Part[..5] }
schema Part { name: string(1..50) }
open schema Facts { terms: map(string(1..60), Fact)[..100]  known?: bool }
open schema Fact { says: string(..200) }
error down is overloaded "Nothing could answer." status 503

service facts { url env GLOSSARY_URL }
model large {
  provider openai.chat  url env MODEL_URL  auth bearer env MODEL_KEY  name "large"
  max input 4000 tokens, output 500 tokens
  price input $1.00, output $10.00 per million tokens
}
workflow answer version 1 {
  route POST "/answer"
  input Question
  output Answer
  latency waiting 5s
  cost at most $1.00
  stage look {
    get facts "/facts" as Facts
    timeout 1s
    on ok, error -> draft
  }
  stage draft {
    ask large prompt "answer.md" as Answer
    check it.text != "invented"
    timeout 2s
    on ok -> done full
    on rejected, error -> fail down
  }
}
"""
GOOD = {"text": "it is so", "parts": [{"name": "one"}]}
SECRET = "canary-4711"


def built():
    place = os.path.join(folder, "drifting.flow")
    for path, content in ((place, SPEC), (os.path.join(folder, "answer.md"), "Answer.\n\n${input.text}\n")):
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
    return variants.build(place)


def drift(server, *flags):
    out = subprocess.run([server.binary, "drift", "--store", "sqlite:" + server.store, *flags], capture_output=True,
                         text=True, timeout=20 * SLOW, cwd=folder)
    return out


def ask_for(server, text):
    return server.request("POST", "/answer", json.dumps({"text": text}), key=None)


def test_drift():
    up = Upstream()
    server = Server(up)
    up.ways["glossary"] = Way(body={"terms": {SECRET: {"says": "x", "since": SECRET}, "b": {"says": "y", "since": 1}},
                                    "region": "north", SECRET + " is a sentence!": 1})
    answers = [GOOD, GOOD, {**GOOD, "extra": SECRET, "parts": [{"name": "a", "size": 1}]}, {"text": 7, "parts": []},
               {**GOOD, "text": "invented"}]
    up.ways["large"] = [Way(body=body) for body in answers]
    same([ask_for(server, f"question {i}").status for i in range(5)], [200, 200, 503, 503, 503], "five jobs")
    out = drift(server, "--json")
    same(out.returncode, 0, "drift --json")
    told = json.loads(out.stdout)
    rows = {row["target"]: row for row in told["answers"]}
    model = rows["large"]
    same((model["version"], model["count"], model["refused"]), ("large-as-served", 5, 3), "answers of the version")
    same(model["rules"], {"additionalProperties": 1, "type": 1, "check": 1}, "by the rule that refused them")
    same((rows["facts"]["count"], rows["facts"]["refused"]), (5, 0), "an open schema refuses none of them")
    fields = {(row["target"], row["field"]): row["count"] for row in told["unknown_fields"]}
    same(fields, {("facts", "/terms/*/since"): 10, ("facts", "/region"): 5, ("facts", "/?"): 5,
                  ("large", "/extra"): 1, ("large", "/parts/*/size"): 1},
         "fields that no schema knows, let by or refused; a map's keys are data")
    ok(SECRET not in out.stdout, "nothing of a value or a key is told")
    text = drift(server)
    ok(text.returncode == 0 and re.search(r"large +large-as-served +5 +60.0%", text.stdout), "as a table", text.stdout)
    metrics = server.request("GET", "/metrics", key=None).raw.decode()
    for row in ('wright_drift_answers_total{target="large",version="large-as-served"} 5',
                'wright_drift_refused_total{target="large",version="large-as-served",rule="type"} 1',
                'wright_drift_unknown_fields_total{target="facts",field="/terms/*/since"} 10'):
        ok("\n" + row + "\n" in metrics, f"metrics: {row}", re.findall("wright_drift.*", metrics))
    same(server.request("GET", "/drift", key=None).status, 404, "it is the operator's alone")


def test_bounded():
    up = Upstream()
    server = Server(up)
    up.ways["large"] = Way(body=GOOD)
    bodies = [{"terms": {}, **{f"made_up_{i}_{k}": 1 for k in range(8)}} for i in range(40)]
    up.ways["glossary"] = [Way(body=body) for body in bodies]
    together([lambda: [ask_for(server, f"{n} {i}") for i in range(10)] for n in range(4)])
    told = json.loads(drift(server, "--json").stdout)
    fields = {row["field"]: row["count"] for row in told["unknown_fields"]}
    same((len(fields), sum(fields.values()), fields.get("(others)")), (33, 320, 320 - 32), "made-up fields are bounded")
    same(drift(server, "--store", "sqlite:/nowhere.db").returncode, 69, "where nobody serves it says so")
    same(drift(server, "more").returncode, 64, "an argument too many")


if __name__ == "__main__":
    try:
        Server.binary = built()
    except RuntimeError as error:
        sys.exit(str(error))
    main(test_drift, test_bounded)
