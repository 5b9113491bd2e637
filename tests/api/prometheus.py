"""A strict reader of Prometheus' text format 0.0.4, and the linter's rules on names: what is wrong with a page."""
import math, re

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)')
WRONG_UNITS = re.compile(r"_(ms|us|ns|milliseconds|microseconds|minutes|hours|kb|mb|kilobytes|megabytes|percent)(_|$)")
PARTS = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


def labels_of(text, wrong, line):
    found, at = {}, 0
    while text and at < len(text):
        label = LABEL.match(text, at)
        if not label:
            wrong.append(f"labels: {line}")
            return found
        if label[1] in found:
            wrong.append(f"label twice: {line}")
        found[label[1]] = label[2]
        at = label.end()
    return found


def family_of(name, families):
    for part in ("_bucket", "_sum", "_count"):
        base = name.removesuffix(part)
        if base != name and families.get(base, {}).get("type") == "histogram":
            return base
    return name


def read(text):
    """The families by name, each {"type", "help", "samples": [(name, labels, value)]}, and what is wrong."""
    families, wrong, now, seen = {}, [], None, set()
    if not text.endswith("\n"):
        wrong.append("no line feed at the end")
    for line in text.split("\n")[:-1]:
        comment = re.match(r"# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$", line)
        if comment:
            kind, name, rest = comment.groups()
            family = families.setdefault(name, {"samples": []})
            if kind.lower() in family or family["samples"]:
                wrong.append(f"{kind} again, or after samples: {name}")
            if kind == "TYPE" and (rest not in PARTS or "help" not in family):
                wrong.append(f"TYPE {name} {rest}")
            family[kind.lower()] = rest
            now = name
            continue
        sample = SAMPLE.match(line)
        if not sample:
            wrong.append(f"neither comment nor sample: {line!r}")
            continue
        labels = labels_of(sample[3], wrong, line)
        name = family_of(sample[1], families)
        if name != now or "type" not in families.get(name, {}):
            wrong.append(f"not below its HELP and TYPE: {line}")
            continue
        key = (sample[1], tuple(sorted(labels.items())))
        if key in seen:
            wrong.append(f"a series twice: {line}")
        seen.add(key)
        try:
            families[name]["samples"].append((sample[1], labels, float(sample[4])))
        except ValueError:
            wrong.append(f"no number: {line}")
    return families, wrong


def faults_of_histogram(name, samples):
    wrong, series = [], {}
    for sample, labels, value in samples:
        key = tuple(sorted((k, v) for k, v in labels.items() if k != "le"))
        series.setdefault(key, {"_bucket": [], "_sum": None, "_count": None})
        part = sample[len(name):]
        if part == "_bucket":
            series[key][part].append((float(labels.get("le", "nan")), value))
        elif part in PARTS["histogram"]:
            series[key][part] = value
        else:
            wrong.append(f"{sample} in a histogram")
    for key, parts in series.items():
        bounds = [bound for bound, _ in parts["_bucket"]]
        counts = [count for _, count in parts["_bucket"]]
        if bounds != sorted(set(bounds)) or not bounds or bounds[-1] != math.inf:
            wrong.append(f"{name}{key}: bounds {bounds}")
        elif counts != sorted(counts) or counts[-1] != parts["_count"]:
            wrong.append(f"{name}{key}: counts {counts}, {parts['_count']} in all")
        if parts["_sum"] is None or (parts["_count"] == 0) != (parts["_sum"] == 0):
            wrong.append(f"{name}{key}: sum {parts['_sum']} of {parts['_count']}")
    return wrong


def lint(text):
    families, wrong = read(text)
    for name, family in families.items():
        kind = family.get("type")
        if not family.get("help", "").endswith("."):
            wrong.append(f"{name}: its help is no sentence")
        if (kind == "counter") != name.endswith("_total"):
            wrong.append(f"{name} is a {kind}: counters, and only they, end in _total")
        if WRONG_UNITS.search(name) or re.search("[A-Z]|__", name) or name.endswith(("_bucket", "_sum", "_count")):
            wrong.append(f"{name}: its unit or its form")
        if kind == "histogram":
            wrong += faults_of_histogram(name, family["samples"])
        elif any(sample != name for sample, _, _ in family["samples"]):
            wrong.append(f"{name}: samples of another name")
        if kind == "counter" and any(value < 0 for _, _, value in family["samples"]):
            wrong.append(f"{name}: below 0")
        if len({tuple(labels) for _, labels, _ in family["samples"] if "le" not in labels}) > 1:
            wrong.append(f"{name}: its series have different labels")
    return wrong
