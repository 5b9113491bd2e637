#!/usr/bin/env python3
"""The certificate: its numbers against sums made here by hand, what must hold of every one, and the table of
docs/proofs.md."""
import glob, json, os, re, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok, same

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WRIGHT = os.path.join(os.path.abspath(os.environ.get("WRIGHT_BUILD", "build")), "wright")
BRIEFS = os.path.join(ROOT, "spec", "briefs.flow")
COMMIT = 25

def prove(path, *flags):
    run = subprocess.run([WRIGHT, "prove", path, *flags], capture_output=True, text=True, timeout=60)
    return run.returncode, run.stdout, run.stderr


def proofs(text):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.flow")
        with open(os.path.join(folder, "p.md"), "w") as file:
            file.write("Say of ${input.text} what it is.")
        with open(path, "w") as file:
            file.write(text)
        code, out, errors = prove(path, "--format", "json")
        return json.loads(out) if code == 0 else errors


# ---- the flagship, by hand

flow = json.loads(prove(BRIEFS, "--format", "json")[1])["workflows"]["extract_key_points"]
time, cost = flow["latency"], flow["cost"]
same((time["floor_with_commits_ms"], time["slack_ms"]), (400 + 5000 + 2000 + 2 * COMMIT, 550), "floors and slack")
same(time["worst_reply_ms"], 8000, "waits in line take all slack")
ends = {(tuple(s["stage"] for s in path["stages"]), path["ends"]): path for path in time["paths"]}
short = ends[(("terms", "draft"), "done full")]
same([s["ends_by_ms"] for s in short["stages"]], [8000 - COMMIT - 7000, 8000 - COMMIT - 2000], "each stage ends by its line")
same(len(ends), 6, "every path is there")
large = 2 * (96000 * 0.25e-6 + 1200 * 2.00e-6)
small = 96000 * 0.05e-6 + 800 * 0.40e-6
same(round(float(cost["most_usd"]), 9), round(large + small, 9), "the most that a job costs")
rows = {tuple(row["down"]): row["ends"] for row in flow["degradation"]["table"]}
same(len(rows), 8, "every subset of three is there")
same([(end["status"], end.get("error") or end["result_type"]) for end in rows[("primary", "small")]],
     [("degraded", "fallback"), ("failed", "unavailable")], "both models are down")
doc = open(os.path.join(ROOT, "docs", "proofs.md")).read().split("<!-- outages of spec/briefs.flow -->")[1]
table = re.search(r"(?:^    .*\n)+", doc, re.M)[0]
ok(table in prove(BRIEFS)[1], "docs/proofs.md has the table that `wright prove` prints", table)

# ---- every specification that compiles

specs = sorted(glob.glob(os.path.join(ROOT, "spec", "*.flow")) + glob.glob(os.path.join(ROOT, "tests", "*", "*", "*.flow")))
wrong, tried = [], 0
for spec in specs:
    code, out, _ = prove(spec, "--format", "json")
    if code:
        continue
    tried += 1
    whole = json.loads(out)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([WRIGHT, "compile", spec, "-o", folder], capture_output=True, timeout=60)
        contract = json.load(open(os.path.join(folder, "contract.json")))
        same_bytes = open(os.path.join(folder, "certificate.json")).read() == out
    if not same_bytes:
        wrong.append(f"{spec}: certificate.json is not what prove prints")
    for name, flow in whole["workflows"].items():
        time, told = flow["latency"], contract["workflows"][name]
        budget = time.get("background_ms") or time["budget_ms"]
        if not time["floor_with_commits_ms"] <= time["worst_ms"] <= budget:
            wrong.append(f"{spec} {name}: floor, worst and budget are out of order")
        for path in time["paths"]:
            times = [0] + [s["ends_by_ms"] for s in path.get("stages", [])] + [path.get("worst_ms", 0)]
            if not path.get("more") and (times != sorted(times) or times[-1] > budget):
                wrong.append(f"{spec} {name}: a path goes back in time, or beyond {budget}: {times}")
        reached = {stage for path in time["paths"] for stage in [s["stage"] for s in path.get("stages", [])]}
        if not any(path.get("more") for path in time["paths"]) and reached != set(time["stages"]):
            wrong.append(f"{spec} {name}: no path has {set(time['stages']) - reached}")
        for stage, to in flow["errors"].items():
            leads = {row["to"] for row in told["stages"][stage]["transitions"]}
            if set(to.values()) - leads or not to:
                wrong.append(f"{spec} {name}: {stage} leads to {set(to.values()) - leads}")
        for row in flow["degradation"]["table"]:
            if not row["ends"]:
                wrong.append(f"{spec} {name}: no end where {row['down']} is down")
        if float(flow["cost"]["most_usd"]) > float(flow["cost"].get("ceiling_usd", "inf")) and \
                flow["cost"]["kept_by"].startswith("proof"):
            wrong.append(f"{spec} {name}: dearer than its ceiling")
ok(tried > 10 and not wrong, "what must hold of every certificate", "\n# ".join(wrong) or tried)

# ---- members, items and effects, by hand

tree = json.loads(prove(os.path.join(ROOT, "tests", "lang", "ok", "tree.flow"), "--format", "json")[1])["workflows"]
same(tree["research"]["latency"]["stages"]["gather"]["floor_ms"], max(800, 1000, 700), "the slowest member counts")
same(tree["board"]["latency"]["stages"]["draw"]["floor_ms"], -(-8 // 3) * 1000, "eight items, three at a time: three rounds")
item = tree["captions"]["cost"]["stages"]["write"]
same(round(float(item["most_usd"]), 12), round(8 * float(item["members"]["write"]["most_usd"]), 12), "each item costs")
same(tree["file"]["latency"]["stages"]["send"]["floor_ms"], 1000 + 2 * COMMIT, "a once effect takes its two commits as well")
same(tree["file"]["latency"]["stages"]["send"]["members"]["plan"]["floor_ms"],
     tree["research"]["latency"]["stages"]["gather"]["floor_ms"], "a child takes what its own floor says")
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([WRIGHT, "compile", os.path.join(ROOT, "tests", "lang", "ok", "tree.flow"), "-o", folder],
                   capture_output=True, timeout=60)
    machine = "".join(open(path).read() for path in glob.glob(os.path.join(folder, "machine*.c")))
row = machine[machine.index('.name = "paid"'):]
row = row[:row.index("},")]
ok(".commit_before = true" in row and ".commit_after = true" in row, "and its row in C says so", row)
paid, note = (tree["file"]["effects"]["stages"][name] for name in ("send/paid", "send/note"))
same((paid["effect"], paid.get("commit_awaited_before"), paid.get("commit_awaited_after"), paid["sends_at_most"]),
     ("once", True, True, 1), "a once effect awaits its commits")
same((note["effect"], note.get("commit_awaited_before"), note["sends_at_most"]), ("keyed", None, 2), "a keyed one need not")
ok({"timeout_total", "connect_failed", "billing"} <= set(flow_errors := json.loads(prove(BRIEFS, "--format", "json")[1])
   ["workflows"]["extract_key_points"]["errors"]["terms"]), "a call can end in each class of calls", flow_errors)

# ---- what asking costs, by hand

asks = json.loads(prove(os.path.join(ROOT, "tests", "lang", "ok", "asks.flow"), "--format", "json")[1])["workflows"]
first, dear, full = 432 * 0.05e-6 + 300 * 0.40e-6, 432 * 0.25e-6 + 300 * 2.00e-6, 2000 * 0.05e-6 + 300 * 0.40e-6
for name, most, why in (("hedged", first + dear, "both calls of a hedge"), ("divided", dear, "the dearer model of a split"),
                        ("repaired", first + 3 * full, "two repairs and a retry, which read what was said before"),
                        ("spent", 6 * first, "five retries, of which the reservation stops some")):
    same(round(float(asks[name]["cost"]["most_usd"]), 12), round(most, 12), f"{name}: {why}")
same((asks["spent"]["cost"]["kept_by"], asks["spent"]["effects"]["stages"]["answer"].get("commit_awaited_before")),
     ("reservation before each call", True), "what is reserved is awaited")

# ---- small ones

HEAD = '''api x version "1.0.0" { auth none }
schema In { text: string(..100) }
schema Out { text: string(..100) }
error down is overloaded "Down."
'''
STAGE = 'stage s%d { get d%d "/x" as Out timeout 100ms on ok -> %s on error -> fail down }\n'


def chain(count):
    services = "".join(f'service d{i} {{ url env D{i}_URL }}\n' for i in range(count))
    stages = "".join(STAGE % (i, i, f"s{i + 1}" if i + 1 < count else "done full") for i in range(count))
    return HEAD + services + 'workflow w version 1 { route POST "/w" input In output Out latency waiting 8s\n' + stages + "}\n"


MEMBERS = HEAD + '''service a { url env A_URL }
service b { url env B_URL }
service slow { url env S_URL  limit 1 concurrent }
workflow w version 1 { route POST "/w" input In output Out latency waiting 8s
  stage both {
    all { one = get a "/x" as Out { timeout 1s }  two = get b "/x" as Out { timeout 1s } }
    on ok        -> reads
    on one.error -> reads
    on transient -> last
    on error     -> fail down
  }
  stage reads { make Out { text: both.two?.text ?? "" } on ok -> done full }
  stage last { make Out { text: "" } on ok -> done fallback }
}
workflow waits version 1 { route POST "/waits" input In output Out latency waiting 8s
  stage s { get slow "/x" as Out timeout 100ms on ok -> done full on error -> fail down }
}
'''
both = proofs(MEMBERS)["workflows"]
leads = both["w"]["errors"]["both"]
same((leads["one.connect_failed"], leads["two.connect_failed"], leads["two.bad_request"]), ("reads", "last", "fail down"),
     "a label of one member is narrower than any of all")
same(both["waits"]["latency"]["worst_reply_ms"], 8000, "a wait in line has no length: the budget ends it")
with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "x.flow"), "w") as file:
        file.write(MEMBERS)
    made = subprocess.run([WRIGHT, "compile", os.path.join(folder, "x.flow"), "-o", os.path.join(folder, "c")],
                          capture_output=True, text=True, timeout=60)
    ok(made.returncode == 0, "it compiles", made.stdout + made.stderr)
    rows = re.findall(r"\{[^{}]*\.member = \d[^{}]*\}", "".join(open(path).read() for path in glob.glob(os.path.join(folder, "c", "machine*.c"))))
waits = {re.search(r"STAGE_(\w+)|ERROR_(\w+)", row)[0] for row in rows if ".waits = true" in row}
same(waits, {"STAGE_reads"}, "a member's failure waits for the others where they are read, and only there")

table = proofs(chain(8))["workflows"]["w"]["degradation"]
same((table["subsets"], len(table["table"])), ("all", 256), "eight dependencies: every subset")
table = proofs(chain(9))["workflows"]["w"]["degradation"]
same((table["subsets"] != "all", len(table["table"])), (True, 1 + 9 + 36), "nine: up to two at a time, and it is said")
MODEL = HEAD + '''model m { provider anthropic.messages url env M_URL name "m" max input 1000 tokens, output 100 tokens
  price input $1.00, output $2.00 per million tokens }
workflow w version 1 { route POST "/w" input In output Out latency waiting 8s cost at most $%s
  stage s { ask m prompt "p.md" as Out timeout 1s
            on ok -> done full on rejected -> fail down on error -> fail down } }
'''
cost = proofs(MODEL % "0.01")["workflows"]["w"]["cost"]
same(float(cost["most_usd"]), round(cost["stages"]["s"]["input_tokens"] * 1.25e-6 + 100 * 2e-6, 12),
     "a prompt may be written to a cache, at that price")
same(cost["stages"]["s"]["input_rests_on"], "the prompt's bytes", "a short prompt has its own bound")
least = float(cost["most_usd"])
ok("E0607" in proofs(MODEL % f"{least - 0.000001:.9f}"), "a ceiling just below it is refused")
ok(isinstance(proofs(MODEL % f"{least + 0.000001:.9f}"), dict), "and just above it compiles")

TWO = HEAD + "service a { url env A_URL }\n" + '''workflow w version 1 {
  route POST "/w" input In output Out latency waiting 8s
  stage s { get a "/s" as Out timeout 1s on ok -> done full on transient -> short on error -> long }
  stage short { get a "/short" as Out timeout 1s on ok -> done full on error -> fail down }
  stage long { get a "/long" as Out timeout 3s on ok -> done full on error -> fail down }
}
'''
same(proofs(TWO)["workflows"]["w"]["latency"]["floor_with_commits_ms"], 4000 + 2 * COMMIT, "the longest way counts")
labels = json.loads(prove(os.path.join(ROOT, "spec", "support.flow"), "--format", "json")[1])["labels"]
same((labels["fields"], labels["revealed_in"]), ({"Ticket.body": "@pii"}, ["the prompt of look_up", "the prompt of suggest"]),
     "labelled fields, and where one is let out")

# ---- as people read it, and as they see it drawn

told = prove(os.path.join(ROOT, "tests", "lang", "ok", "tree.flow"))[1]
ok("draw/draw" not in told and re.search(r"^    draw, each +read, sent 2 times at most", told, re.M),
   "the body of `each` has its stage's name once", told)
ok(not re.search(r"\d{5,}ms", told) and "any arm of a `match` being possible" in told, "durations as people write them", told)
JOINED = HEAD + '''workflow w version 1 {
  route POST "/w" input In output Out latency waiting 3s then background 2d
  dedupe by input for 90m
  stage pick { match { when input.text == "a:b\\"" -> nap else -> made } }
  stage nap { sleep 1d at most 1 on ok -> made on expired -> fail down }
  stage made { make Out { text: input.text } on ok -> done full }
}
workflow v version 1 {
  route POST "/v" input In output Out latency waiting 3s
  stage made { make Out { text: input.text } on ok -> done full }
}
'''
path = os.path.join(tempfile.mkdtemp(), "joined.flow")
with open(path, "w", encoding="utf-8") as file:
    file.write(JOINED)
told = prove(path)[1]
ok("joins its job for 90m" in told or "joins its job for 1h 30m" in told, "how long a request is joined", told)
ok("then background 2d" in told and "86400" not in told, "days", told)
drawn = {form: subprocess.run([WRIGHT, "graph", path, "--format", form], capture_output=True, text=True).stdout
         for form in ("mermaid", "dot")}
ok("w1_s_pick --> w1_s_nap: input.text == " in drawn["mermaid"] and "w1_s_pick --> w1_s_made: else" in drawn["mermaid"] and
   'state "v" as w2_flow {' in drawn["mermaid"] and "w1_done_full" in drawn["mermaid"] and
   "w2_done_full" in drawn["mermaid"], "a workflow a box, an arm its condition", drawn["mermaid"])
ok("subgraph cluster_w {" in drawn["dot"] and
   'w1_s_pick -> w1_s_nap [label="input.text == \\"a:b\\\\\\"\\""];' in drawn["dot"], "and in DOT", drawn["dot"])

# ---- wrong use

same(prove("/nowhere.flow")[0], 2, "a file that is not there")
same(prove(BRIEFS, "--format", "xml")[0], 2, "a format that is none")
same(proofs(HEAD.replace("auth none", ""))[:5], "error", "what does not compile has no certificate")
done()
