"""What the tests of `wright diff` share: TAP, running it, and contracts made of schemas alone."""
import copy, json, os, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from programs import ROOT, WRIGHT
from tap import done, ok

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(ROOT, "tests", "emit"))


def run(*words, folder=None, environment=None):
    """Exit code, standard output, standard error."""
    one = subprocess.run([WRIGHT, "diff", *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, timeout=300, env=environment)
    return one.returncode, one.stdout.decode("utf-8", "replace"), one.stderr.decode("utf-8", "replace")


def findings(*words, folder=None):
    """The document of `--format json`; what went wrong is raised."""
    code, out, err = run("--format", "json", *words, folder=folder)
    if code not in (0, 1):
        raise RuntimeError(f"exit {code}: {err}")
    return json.loads(out)


def contract(schemas, flows):
    """A contract of workflows {name: (input, output)} with nothing in them but their schemas."""
    return {"contract": 1, "api": {"name": "made", "version": "1.0.0"}, "auth": {"kind": "none"}, "errors": {},
            "models": {}, "services": {}, "schemas": schemas,
            "workflows": {name: {"version": 1, "route": {"method": "POST", "path": "/" + name}, "input": takes,
                                 "output": gives, "latency": {"model": "waiting", "budget_ms": 1000}, "cost": {},
                                 "retry_safety": {"without_key": True, "idempotency_key": "accepted"},
                                 "keep_ms": 1, "stages": {}, "ends": {}, "lifecycle": {}}
                          for name, (takes, gives) in flows.items()}}


def view(schemas, reply, tolerant=False):
    """As a reply has them: defaults are filled in; as a client reads them: unknown fields are passed over."""
    schemas = copy.deepcopy(schemas)
    for schema in schemas.values():
        if reply:
            schema["required"] = sorted(set(schema.get("required", [])) |
                                        {name for name, inner in schema["properties"].items() if "default" in inner})
        if tolerant:
            schema.pop("additionalProperties", None)
    return schemas


if not os.path.exists(WRIGHT):
    print(f"Bail out! {WRIGHT} does not exist: make it first")
    sys.exit(1)
