"""Schemas by chance in the dialect of contract.json, others that differ a little, and documents of them."""
import copy

PATTERNS = {"[a-z]{1,3}": ["a", "zz", "abc"], "[a-z]{2}": ["ab", "zz"], "[a-f]+": ["a", "ff", "abcdef"],
            "\\d{3}": ["012", "999"], "a|bb": ["a", "bb"], "[A-Za-z0-9]{1,8}": ["A", "b9", "12345678"],
            "x[^y]?": ["x", "xx", "xé"]}
FORMATS = {"uuid": ["00000000-0000-4000-8000-00000000000a"], "date": ["2024-02-29", "1999-12-31"],
           "date-time": ["2024-02-29T23:59:60Z", "2020-01-01T00:00:00.5+01:00"],
           "uri": ["a:b", "https://x.y/z?q#f"], "email": ["a@b", "who.ever@example.org"]}
TEXTS = ["", "a", "b", "ab", "é", "🙂", "aaaa", "x y", "\n", "A1", "zzzzzz"]


class Maker:
    """Schemas in the dialect of contract.json, by chance; and others that differ a little."""

    def __init__(self, rng, prefix):
        self.rng, self.prefix, self.schemas = rng, prefix, {}

    def span(self, low, high):
        a, b = self.rng.randint(low, high), self.rng.randint(low, high)
        return min(a, b), max(a, b)

    def sized(self, made, least, most, high=4):
        a, b = self.span(0, high)
        if a:
            made[least] = a
        made[most] = b
        return made

    def leaf(self):
        rng = self.rng
        kind = rng.randrange(11)
        if kind == 0:
            return self.sized({"type": "string"}, "minLength", "maxLength", 6)
        if kind == 1:
            a, b = self.span(0, 9)
            made = {"type": "string", "maxLength": b, "x-maxBytes": b}
            if a:
                made.update({"minLength": (a + 3) // 4, "x-minBytes": a})
            return made
        if kind == 2:
            pattern = rng.choice(sorted(PATTERNS))
            return {"type": "string", "pattern": f"^(?:{pattern})$" if "|" in pattern else f"^{pattern}$"}
        if kind == 3:
            form = rng.choice(sorted(FORMATS))
            return {"type": "string", "format": form, **({"maxLength": rng.choice([20, 30])} if form in ("uri", "email") else {})}
        if kind == 4:
            a, b = self.span(-5, 9)
            return {"type": "integer", "minimum": a, "maximum": b}
        if kind == 5:
            a, b = self.span(-3, 5)
            return {"type": "number", "minimum": a, "maximum": b}
        if kind == 6:
            return {"type": "boolean"}
        if kind in (7, 8):
            values = rng.sample(["a", "b", "ab", "", "x y"], rng.randint(1, 3))
            return {"type": "string", "enum": values}
        if kind == 9:
            return {"x-maxBytes": rng.randint(4, 20), "x-maxDepth": 32}
        return {"type": "integer", "minimum": -2 ** 62, "maximum": 2 ** 62}

    def type(self, depth):
        rng = self.rng
        kind = rng.randrange(10)
        if depth <= 0 or kind < 5:
            made = self.leaf()
        elif kind == 5:
            made = self.sized({"type": "array", "items": self.type(depth - 1)}, "minItems", "maxItems", 3)
        elif kind == 6:
            keys = rng.choice([{"type": "string", "maxLength": 3, "minLength": 1},
                               {"type": "string", "pattern": "^[a-z]{1,3}$"}])
            made = self.sized({"type": "object", "additionalProperties": self.type(depth - 1), "propertyNames": keys},
                              "minProperties", "maxProperties", 2)
        elif kind == 7:
            return self.union(depth - 1)
        else:
            made = {"$ref": "#/schemas/" + self.object(depth - 1)}
        return {"anyOf": [made, {"type": "null"}]} if rng.random() < 0.15 else made

    def object(self, depth, tag=None):
        rng = self.rng
        name = f"{self.prefix}S{len(self.schemas)}" + (f".kind.{tag}" if tag else "")
        self.schemas[name] = made = {"type": "object", "properties": {}}
        if tag:
            made["properties"]["kind"] = {"type": "string", "enum": [tag]}
        for field in rng.sample(["p", "q", "r", "s"], rng.randint(0 if tag else 1, 3)):
            made["properties"][field] = self.type(depth)
        if not tag and rng.random() < 0.15:  # it holds itself
            made["x-depth"] = rng.randint(2, 4)  # 1 would let nothing be in it
            made["properties"]["self"] = rng.choice([
                {"$ref": "#/schemas/" + name},
                {"type": "array", "items": {"$ref": "#/schemas/" + name}, "maxItems": 2}])
        made["required"] = sorted(f for f in made["properties"] if f == "kind" or (f != "self" and rng.random() < 0.5))
        for field, inner in made["properties"].items():
            if field not in made["required"] and inner.get("type") == "boolean" and rng.random() < 0.5:
                inner["default"] = True
        if rng.random() < 0.75:
            made["additionalProperties"] = False
        return name

    def union(self, depth):
        tags = self.rng.sample(["u", "v", "w"], self.rng.randint(1, 3))
        mapping = {tag: "#/schemas/" + self.object(depth, tag) for tag in tags}
        return {"oneOf": [{"$ref": ref} for ref in mapping.values()],
                "discriminator": {"propertyName": "kind", "mapping": mapping}}

    def nodes(self, made):
        yield made
        for inner in made.get("properties", {}).values():
            yield from self.nodes(inner)
        for key in ("items", "additionalProperties"):
            if isinstance(made.get(key), dict):
                yield from self.nodes(made[key])
        if "anyOf" in made:
            yield from self.nodes(made["anyOf"][0])

    def change(self):
        """Edits some schemas in place: a few bounds, fields, types."""
        rng = self.rng
        for name in sorted(self.schemas):
            made = self.schemas[name]
            if rng.random() < 0.3:
                continue
            if rng.random() < 0.2:
                made["properties"][rng.choice(["p", "q", "t"])] = self.leaf()
            if rng.random() < 0.15 and len(made["properties"]) > 1:
                gone = rng.choice(sorted(set(made["properties"]) - {"kind"}) or ["kind"])
                if gone != "kind":
                    made["properties"].pop(gone)
            made["required"] = sorted(f for f in made["properties"] if f == "kind" or (
                f != "self" and (f in made.get("required", [])) != (rng.random() < 0.1)))
            if rng.random() < 0.1:
                made["additionalProperties"] = False
            elif rng.random() < 0.1:
                made.pop("additionalProperties", None)
            if "x-depth" in made and rng.random() < 0.5:
                made["x-depth"] = rng.randint(2, 4)  # 1 would let nothing be in it
            for inner in made["properties"].values():
                for node in self.nodes(inner):
                    self.nudge(node)

    def nudge(self, node):
        rng = self.rng
        pairs = [("minLength", "maxLength"), ("x-minBytes", "x-maxBytes"), ("minItems", "maxItems"),
                 ("minProperties", "maxProperties"), ("minimum", "maximum")]
        for least, most in pairs[1:] if "x-maxBytes" in node else pairs:
            if most in node and rng.random() < 0.3:
                node[most] += rng.choice([-1, 1, 2])
                node[most] = max(node[most], node.get(least, 0 if most != "maximum" else node[most]), 4 if most == "x-maxBytes" else -99)
            if least in node and rng.random() < 0.15:
                node[least] = min(node[least] + rng.choice([-1, 1]), node[most])
                if most != "maximum":
                    node[least] = max(node[least], 1)
        if "x-maxBytes" in node and "maxLength" in node:
            node["maxLength"] = node["x-maxBytes"]
            node["minLength"] = (node.get("x-minBytes", 0) + 3) // 4
        if "enum" in node and len(node["enum"]) < 3 and node["enum"][0] not in "uvw" and rng.random() < 0.2:
            node["enum"].append("new")
        if "pattern" in node and rng.random() < 0.3:
            pattern = rng.choice(sorted(PATTERNS))
            node["pattern"] = f"^(?:{pattern})$" if "|" in pattern else f"^{pattern}$"


class Documents:
    """Documents of a schema by chance; None where none was found."""

    def __init__(self, rng, schemas, reply):
        self.rng, self.schemas, self.reply = rng, schemas, reply

    def text(self, schema):
        rng = self.rng
        if "enum" in schema:
            return rng.choice(schema["enum"])
        if "pattern" in schema:
            return rng.choice(PATTERNS[schema["pattern"].removeprefix("^").removesuffix("$").removeprefix("(?:").removesuffix(")")]
                              if schema["pattern"].startswith("^(?:a|bb") else
                              PATTERNS[schema["pattern"][1:-1]])
        if "format" in schema:
            return rng.choice(FORMATS[schema["format"]])
        length = rng.randint(schema.get("minLength", 0), schema["maxLength"])
        return "".join(rng.choice("aé🙂 Zb") for _ in range(length))

    def of(self, schema, depth=0):
        rng = self.rng
        if "$ref" in schema:
            return self.of(self.schemas[schema["$ref"].removeprefix("#/schemas/")], depth + 1)
        if "anyOf" in schema:
            return None if rng.random() < 0.3 else self.of(schema["anyOf"][0], depth)
        if "oneOf" in schema:
            return self.of(rng.choice(schema["oneOf"]), depth)
        kind = schema.get("type")
        if kind == "string":
            return self.text(schema)
        if kind == "integer":
            return rng.choice([schema["minimum"], schema["maximum"], rng.randint(schema["minimum"], schema["maximum"])])
        if kind == "number":
            return rng.choice([schema["minimum"], schema["maximum"], rng.uniform(schema["minimum"], schema["maximum"])])
        if kind == "boolean":
            return rng.random() < 0.5
        if kind == "array":
            return [self.of(schema["items"], depth) for _ in range(rng.randint(schema.get("minItems", 0), schema["maxItems"]))]
        if kind == "object" and "properties" not in schema:
            keys = rng.sample(["a", "b", "ab", "xyz"], min(4, rng.randint(schema.get("minProperties", 0), schema["maxProperties"])))
            return {key: self.of(schema["additionalProperties"], depth) for key in keys}
        if kind == "object":
            return self.fields(schema, depth)
        return rng.choice([None, True, 0, "ab", [], {}, [1], {"a": 1}, 12.5])

    def fields(self, schema, depth):
        made = {}
        for name, inner in schema["properties"].items():
            needed = name in schema.get("required", []) or (self.reply and "default" in inner)
            if needed or (depth < 6 and self.rng.random() < 0.5):
                made[name] = self.of(inner, depth)
        if schema.get("additionalProperties") is not False and self.rng.random() < 0.3:
            made[self.rng.choice(["p", "q", "t", "zz"])] = self.rng.choice([None, 1, "a", {}])
        return made


def batch(rng, size):
    """Two contracts of `size` workflows, and what stands in them."""
    sides = ({}, {})
    flows = ({}, {})
    for number in range(size):
        maker = Maker(rng, f"N{number}x")
        takes, gives = maker.object(2), maker.object(2)
        other, roots = copy.deepcopy(maker), (takes, gives)
        if rng.random() < 0.2:  # nothing to do with each other
            other = Maker(rng, f"N{number}x")
            roots = other.object(2), other.object(2)
        other.rng = rng
        other.change()
        sides[0].update(maker.schemas)
        sides[1].update(other.schemas)
        flows[0][f"w{number}"] = (takes, gives)
        flows[1][f"w{number}"] = roots
    return sides, flows
