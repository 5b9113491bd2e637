"""What the tests of the language share: TAP, and running `wright check`. Only the standard library."""
import os, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from programs import ROOT, WRIGHT
from tap import done, ok

HERE = os.path.dirname(os.path.abspath(__file__))


def check(path, *flags, folder=None):
    """Exit code and all that was printed; a crash is a code below 0, a run without an end is -99."""
    try:
        run = subprocess.run([WRIGHT, "check", *flags, path], cwd=folder, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    except subprocess.TimeoutExpired as late:
        return -99, (late.stdout or b"").decode("utf-8", "replace")
    return run.returncode, run.stdout.decode("utf-8", "replace")


if not os.path.exists(WRIGHT):
    print(f"Bail out! {WRIGHT} does not exist: make it first")
    sys.exit(1)
