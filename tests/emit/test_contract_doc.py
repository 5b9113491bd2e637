#!/usr/bin/env python3
"""The table of legal replies in docs/contract.md has the rows of runtime/engine/legal.def, in their order; and
the keys of the envelope are those that the OpenAPI document promises."""
import json, os, re, sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tap import done, ok

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def text(*path):
    return open(os.path.join(ROOT, *path)).read()


doc = text("docs", "contract.md")
rows = [[cell.strip().lower() for cell in row.split(",")]
        for row in re.findall(r"^LEGAL\((.*)\)$", text("runtime", "engine", "legal.def"), re.M)]
want = [[status, "null" if result == "none" else result, final, "the error's" if post == "0" else post, get]
        for status, result, final, post, get in rows]
table = doc[doc.index("| status | result_type | final |"):].split("\n\n")[0].splitlines()[2:]
got = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
ok(rows and got == want, "the legal replies of docs/contract.md are the runtime's", f"want {want}, got {got}")

keys = doc[doc.index("| key | what it says |"):].split("\n\n")[0].splitlines()[2:]
names = [re.match(r"\| `(\w+)`", line)[1] for line in keys]
schemas = json.loads(text("generated", "briefs", "openapi.json"))["components"]["schemas"]
job = next(schema for name, schema in schemas.items() if name.startswith("job."))
ok(names == job["required"] and names + ["missing_left_out"] == list(job["properties"]) and
   "`missing_left_out`" in doc, "the envelope of docs/contract.md is OpenAPI's",
   f"{names} and {job['required']}")
done()
