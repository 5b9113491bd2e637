"""Specifications that tests make, built: the flagship with another provider, or a text of their own."""
import os, shutil, subprocess

from harness import BUILD, SLOW, folder

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INSTRUMENTED = "sanitized" in BUILD


def build(place):
    """The binary of a specification, beside it, by this build's compiler."""
    out = place[:-len(".flow")]
    env = {**os.environ, "WRIGHT_INCLUDE": os.path.join(ROOT, "runtime", "include"),
           "CFLAGS": "-fsanitize=address,undefined" if INSTRUMENTED else ""}
    run = subprocess.run([os.path.join(BUILD, "wright"), "build", place, "-o", out,
                          *(["--dynamic"] if INSTRUMENTED else [])],
                         env=env, capture_output=True, text=True, timeout=300 * SLOW)
    if run.returncode:
        raise RuntimeError(run.stdout + run.stderr)
    return out


def briefs_by(provider):
    """spec/briefs.flow with both models spoken to as `provider`, as a binary."""
    inside = os.path.join(folder, provider)
    shutil.copytree(os.path.join(ROOT, "spec"), inside)
    place = os.path.join(inside, "briefs.flow")
    with open(place, encoding="utf-8") as file:
        text = file.read()
    with open(place, "w", encoding="utf-8") as file:
        file.write(text.replace("provider openai.chat", "provider " + provider))
    return build(place)
