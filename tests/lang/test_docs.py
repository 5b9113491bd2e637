#!/usr/bin/env python3
"""The examples of the documentation compile as they say: ```flow ok has no error, ```flow err fails (in a page
of docs/errors with the page's own code). An example is a whole specification, or a part that is put into FRAME."""
import glob, os, re, shutil, tempfile
import lang

FRAME = {
    "api": 'api demo version "1.0.0" {\n  auth none\n}\n',
    "schema Question": 'schema Question { text: string(1..500)  tone?: enum("plain", "formal") }\n',
    "schema Answer": "schema Answer { text: string(..600)  sure: bool = false }\n",
    "error refused": 'error refused is refusal "The model refused."\n',
    "error down": 'error down is overloaded "Nothing could answer."\n',
    "service facts": "service facts { url env FACTS_URL }\n",
    "model small": """model small {
  provider openai.chat
  url env MODEL_URL
  name "small"
  max input 2000 tokens, output 300 tokens
  price input $0.05, output $0.40 per million tokens
}
""",
}
WORKFLOW = """workflow ask_it version 1 {
  route POST "/ask"
  input Question
  output Answer
  latency waiting 10s
"""
LAST = "stage last {\n  recall by input within 1d\n  on ok -> done fallback\n  on missing -> fail down\n}\n"


def whole(example):
    """The example in its frame: what it declares itself is left out of the frame."""
    if re.search(r"^api ", example, re.M):
        return example
    heads = re.findall(r"^(?:open )?(schema|error|service|model) (\w+)", example, re.M)
    own = {f"{kind} {name}" for kind, name in heads}
    stages = re.search(r"^stage ", example, re.M)
    text = "".join(part for name, part in FRAME.items() if name not in own)
    if not stages:
        return text + example
    above, below = example[:stages.start()], example[stages.start():]
    if re.search(r"-> last\b", below) and not re.search(r"^stage last\b", below, re.M):
        below += LAST
    tests = re.search(r"^test ", below, re.M)
    below, after = (below[:tests.start()], below[tests.start():]) if tests else (below, "")
    return text + above + WORKFLOW + below + "}\n" + after


folder = tempfile.mkdtemp(prefix="wright-docs-")
shutil.copytree(os.path.join(lang.ROOT, "spec", "prompts"), os.path.join(folder, "prompts"))
with open(os.path.join(folder, "prompts", "answer.md"), "w") as prompt:
    prompt.write('Answer this: ${input.text}\n')
for name, text in {"judge.c": "", "types.flow": "schema Language = string(r\"[a-z]{2}\")\n",
                   "good.jsonl": '{"input": "Is tea hot?", "output": {"text": "Mostly.", "sure": true}}\n',
                   "bad.jsonl": '{"input": "Is tea hot?", "output": {"text": "Mostly.", "sure": "yes"}}\n',
                   "common.flow": "schema Head { title: string(1..200) }\n"}.items():
    with open(os.path.join(folder, name), "w") as imported:
        imported.write(text)


def example(page, number, kind, text):
    path = os.path.join(folder, "example.flow")
    with open(path, "w", encoding="utf-8") as out:
        out.write(whole(text))
    code, said = lang.check(path)
    name = f"{os.path.relpath(page, lang.ROOT)}, example {number}: {kind}"
    own = re.match(r"([EW]\d{4})\.md", os.path.basename(page))
    if kind == "ok":
        lang.ok(code == 0 and not (own and own[1] in said), name, said)
        return
    shown = set(re.findall(r"\[([EW]\d{4})\]", said))
    warned = own and re.search(rf"^CODE\({own[1]}, warning", codes, re.M)
    lang.ok(code == (0 if warned else 1) and (not own or own[1] in shown), name, said)


codes = open(os.path.join(lang.ROOT, "compiler", "diag", "codes.def"), encoding="utf-8").read()
pages = sorted(glob.glob(os.path.join(lang.ROOT, "docs", "errors", "*.md")))
for page in pages + [os.path.join(lang.ROOT, "docs", "language.md")]:
    if not os.path.exists(page):
        continue
    text = open(page, encoding="utf-8").read()
    fences = re.findall(r"^```flow (ok|err)\n(.*?)^```", text, re.M | re.S)
    for number, (kind, body) in enumerate(fences, 1):
        example(page, number, kind, body)
have = {os.path.basename(page)[:-3] for page in pages}
want = set(re.findall(r"^CODE\((\w+),", codes, re.M))
lang.ok(have == want, "every code has its page, and every page its code", " ".join(sorted(have ^ want)))
shutil.rmtree(folder)
lang.done()
