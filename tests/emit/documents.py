"""Documents of a JSON Schema by chance, most of them valid or nearly so: what decoders are tried with."""
LETTERS = "abxyz09 é€😀\"\\/\u0000\n"
TEXTS = {"uuid": ["0193a1f0-6c2e-7b44-9d0e-5f2a8c1b7e10", "0193A1F0-6c2e-7b44-9d0e-5f2a8c1b7e1g"],
         "date": ["2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "0000-01-01", "2026-1-01", "2026-12-31"],
         "date-time": ["2026-08-07T12:00:00Z", "2026-08-07t23:59:60.5+02:00", "2026-08-07T24:00:00Z",
                       "2026-08-07T12:00:00", "2026-08-07T12:00:00.123456789+23:59", "2026-08-07 12:00:00Z",
                       "2026-08-07T12:00:00.1234567890+23:59"],
         "uri": ["https://a.b/c?d=%20#e", "a:", "x:%2", "/a", "x:a#b#c", "urn:é", "https://" + "a" * 23,
                 "https://" + "a" * 22],
         "email": ["a@b", "a.b+c@d.org", "a..b@c", ".a@b", "a@-b", "a@b-", "@b", "a@b.", "aaaaaaaaaaaaaaaaaaa@b"]}


class Maker:
    """Documents of a schema: with `slips` of a chance that each part is something else."""

    def __init__(self, chance, definitions, prefix):
        self.chance, self.definitions, self.prefix = chance, definitions, prefix
        self.slips = 0.0

    def junk(self, depth=0):
        pick = self.chance.randrange(12)
        if pick < 3 and depth < 3:
            return [self.junk(depth + 1) for _ in range(self.chance.randrange(3))]
        if pick < 5 and depth < 3:
            return {self.text(0, 4): self.junk(depth + 1) for _ in range(self.chance.randrange(3))}
        return self.chance.choice([None, True, False, 0, 1, -5, 5.0, 2.5, 1e300, 2 ** 63, -2 ** 63, 2 ** 63 - 1,
                                   2 ** 64, "", "circle", "x", "abc", self.text(0, 6)])

    def text(self, least, most):
        return "".join(self.chance.choice(LETTERS) for _ in range(self.chance.randint(least, most)))

    def number(self, schema):
        low, high = schema.get("minimum", -9), schema.get("maximum", 9)
        ends = [low, high, low - 1, high + 1, (low + high) // 2]
        if self.chance.random() < self.slips:
            return self.chance.choice(ends)
        if schema["type"] == "number":
            return self.chance.choice([low, high, self.chance.uniform(low, high)])
        value = self.chance.randint(low, high)
        return float(value) if abs(value) < 2 ** 50 and self.chance.random() < 0.1 else value

    def string(self, schema):
        if "enum" in schema:
            return self.chance.choice(schema["enum"])
        if "format" in schema:
            texts = TEXTS[schema["format"]]
            return self.chance.choice(texts) if self.chance.random() < 3 * self.slips else texts[0]
        if "pattern" in schema:
            return "".join(self.chance.choice("abz" if self.chance.random() > self.slips else LETTERS)
                           for _ in range(self.chance.randint(1, 3)))
        slack = self.chance.random() < self.slips
        return self.text(max(0, schema.get("minLength", 0) - slack), schema.get("maxLength", 9) + slack)

    def object(self, schema, depth):
        made = {}
        for name, inner in schema.get("properties", {}).items():
            needed = name in schema.get("required", [])
            if self.chance.random() > (self.slips if needed else 0.4 + 0.1 * depth):
                made[name] = self.make(inner, depth + 1)
        others = schema.get("additionalProperties", {})
        if "propertyNames" in schema:
            for _ in range(self.chance.randint(schema.get("minProperties", 0), schema["maxProperties"] +
                                               (self.chance.random() < self.slips))):
                made[self.string(schema["propertyNames"])] = self.make(others, depth + 1)
        elif self.chance.random() < (0.3 if others is not False else self.slips):
            made[self.text(1, 4)] = self.junk()
        names = list(made)
        if self.chance.random() < 0.3:
            self.chance.shuffle(names)
        return {name: made[name] for name in names}

    def make(self, schema, depth=0):
        if self.chance.random() < self.slips:
            return self.junk()
        if "$ref" in schema:
            return self.make(self.definitions[schema["$ref"].removeprefix(self.prefix)], depth)
        for key in ("oneOf", "anyOf"):
            if key in schema:
                choices = schema[key]
                return self.make(choices[-1] if depth > 7 else self.chance.choice(choices), depth)
        kind = schema.get("type")
        if kind is None:
            return self.junk()
        if kind == "object":
            return self.object(schema, depth)
        if kind == "array":
            most = schema["maxItems"] + (self.chance.random() < self.slips)
            least = schema.get("minItems", 0)
            return [self.make(schema["items"], depth + 1) for _ in range(self.chance.choice((least, max(most, least))))
                    ] if depth < 5 else []
        if kind == "string":
            return self.string(schema)
        return {"null": lambda: None, "boolean": lambda: self.chance.random() < 0.5}.get(
            kind, lambda: self.number(schema))()
