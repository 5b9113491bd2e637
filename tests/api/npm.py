"""Packages from the npm registry that tests use as peers, pinned in a folder each beside the tests."""
import os, re, shutil, subprocess

from harness import BUILD

HERE = os.path.dirname(os.path.abspath(__file__))


def new_enough(node, wanted):
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return bool(found) and (int(found[1]), int(found[2])) >= wanted


def install(name, wanted):
    """The packages of tests/api/NAME under the build folder, once: (a Node of version `wanted` or later, their
    folder), or (None, why not). Debian 12's Node may be too old: then the folder's own is taken."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm:
        return None, "there is no npm"
    folder = os.path.join(os.path.abspath(BUILD), name)
    stamp = os.path.join(folder, "installed")
    own = not (node and new_enough(node, wanted))
    with open(os.path.join(HERE, name, "package-lock.json"), encoding="utf-8") as file:
        lock = file.read() + str(own)
    if not os.path.exists(stamp) or open(stamp, encoding="utf-8").read() != lock:
        os.makedirs(folder, exist_ok=True)
        for part in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(HERE, name, part), folder)
        flags = [] if own else ["--omit=optional"]
        done = subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", *flags],
                              cwd=folder, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            return None, "npm ci failed: " + (done.stderr.strip().splitlines() or ["?"])[-1]
        with open(stamp, "w", encoding="utf-8") as file:
            file.write(lock)
    if own:
        arch = {"x86_64": "x64", "aarch64": "arm64"}.get(os.uname().machine, "none")
        node = os.path.join(folder, "node_modules", f"node-linux-{arch}", "bin", "node")
        if not (os.path.exists(node) and new_enough(node, wanted)):
            return None, "there is no Node of version " + ".".join(map(str, wanted)) + " or later"
    return node, os.path.join(folder, "node_modules")
