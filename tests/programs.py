"""The build under test, and specifications built as it is: sanitized where it is. Only the standard library."""
import os, subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(os.environ.get("WRIGHT_BUILD", os.path.join(ROOT, "build")))
WRIGHT = os.path.join(BUILD, "wright")
SLOW = float(os.environ.get("WRIGHT_SLOW", "1"))  # how much slower than usual a build may be
SANITIZERS = {"sanitized": "-fsanitize=address,undefined", "tsan": "-fsanitize=thread"}
SANITIZE = SANITIZERS.get(os.path.basename(BUILD), "")
INSTRUMENTED = bool(SANITIZE)  # slow, larger in memory, and with failpoints
ENVIRONMENT = {**os.environ, "WRIGHT_INCLUDE": os.path.join(ROOT, "runtime", "include"), "CFLAGS": SANITIZE}
made = set()


def build(spec, out=None, dynamic=INSTRUMENTED):
    """The binary of a specification, beside it or at `out`; made once. Raises what the compiler said."""
    out = out or spec[:-len(".flow")]
    if out not in made:
        run = subprocess.run([WRIGHT, "build", spec, "-o", out, *(["--dynamic"] if dynamic else [])], env=ENVIRONMENT,
                             capture_output=True, text=True, timeout=300 * SLOW)
        if run.returncode:
            raise RuntimeError(run.stdout + run.stderr)
        made.add(out)
    return out
