"""A validator of the JSON Schema that the compiler emits, written from its keywords alone: what the generated
decoders are held against. Knows nothing of the compiler."""
import datetime, json, re


def is_date(text):
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    year, month, day = map(int, text.split("-"))
    try:
        datetime.date(year or 2000, month, day)  # the year 0 is a leap year, and Python has none
    except ValueError:
        return False
    return True


def is_datetime(text):
    parts = re.fullmatch(r"([0-9-]{10})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?"
                         r"([Zz]|[+-]([0-9]{2}):([0-9]{2}))", text)
    if not parts or not is_date(parts[1]):
        return False
    hour, minute, second = int(parts[2]), int(parts[3]), int(parts[4])
    zone = parts[7] is None or (int(parts[7]) < 24 and int(parts[8]) < 60)
    return hour < 24 and minute < 60 and second <= 60 and zone


def is_uri(text):
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=\[\]]|%[0-9A-Fa-f]{2})*"
                             r"(?:#(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=\[\]]|%[0-9A-Fa-f]{2})*)?", text))


def is_email(text):
    local, at, host = text.rpartition("@")
    atom = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
    label = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    return bool(at and len(text) <= 254 and len(local) <= 64 and re.fullmatch(rf"{atom}(?:\.{atom})*", local)
                and re.fullmatch(rf"{label}(?:\.{label})*", host))


FORMATS = {"date": is_date, "date-time": is_datetime, "uri": is_uri, "email": is_email,
           "uuid": lambda t: bool(re.fullmatch(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", t))}


def is_type(value, name):
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return {"null": value is None, "boolean": isinstance(value, bool), "string": isinstance(value, str),
            "array": isinstance(value, list), "object": isinstance(value, dict), "number": number,
            "integer": number and value == value // 1}[name]


def nest(value):
    if isinstance(value, dict):
        return 1 + max(map(nest, value.values()), default=0)
    return 1 + max(map(nest, value), default=0) if isinstance(value, list) else 0


class Validator:
    def __init__(self, definitions, prefix):
        self.definitions, self.prefix = definitions, prefix
        self.escaped = False  # is what is not ASCII written with escapes? They count as bytes of `any`

    def compact(self, value):
        return json.dumps(value, ensure_ascii=self.escaped, separators=(",", ":"))

    def named(self, name, value, open_ones=()):
        """`open_ones`: the schemas that have a depth and hold this value, one entry each time."""
        schema = self.definitions[name]
        kind = name.split(".")[0]  # a variant of a union is its schema
        if "x-depth" in schema and isinstance(value, dict):
            if open_ones.count(kind) >= schema["x-depth"]:
                return False
            open_ones += (kind,)
        return self.fits(schema, value, open_ones)

    def fits(self, schema, value, open_ones=()):
        if "$ref" in schema:
            return self.named(schema["$ref"].removeprefix(self.prefix), value, open_ones)
        if "oneOf" in schema:
            return sum(self.fits(one, value, open_ones) for one in schema["oneOf"]) == 1
        if "anyOf" in schema:
            return any(self.fits(one, value, open_ones) for one in schema["anyOf"])
        if "type" in schema and not is_type(value, schema["type"]):
            return False
        if "enum" in schema and value not in schema["enum"]:
            return False
        if nest(value) > schema.get("x-maxDepth", 10 ** 9):
            return False
        if "x-maxBytes" in schema:
            size = len((value if schema.get("type") == "string" else self.compact(value)).encode())
            if not schema.get("x-minBytes", 0) <= size <= schema["x-maxBytes"]:
                return False
        if isinstance(value, str):
            return self.text(schema, value)
        if isinstance(value, dict):
            return self.object(schema, value, open_ones)
        if isinstance(value, list):
            return (schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10 ** 9) and
                    all(self.fits(schema.get("items", {}), item, open_ones) for item in value))
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return schema.get("minimum", value) <= value <= schema.get("maximum", value)
        return True

    def text(self, schema, value):
        pattern = schema.get("pattern", "^.*$")
        return (schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10 ** 9) and
                bool(re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value, re.S)) and
                FORMATS.get(schema.get("format"), lambda _: True)(value))

    def object(self, schema, value, open_ones):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", 10 ** 9):
            return False
        if any(name not in value for name in schema.get("required", [])):
            return False
        for name, inner in value.items():
            if not self.fits(schema.get("propertyNames", {}), name):
                return False
            if name in properties:
                if not self.fits(properties[name], inner, open_ones):
                    return False
            elif others is False or (others and not self.fits(others, inner, open_ones)):
                return False
        return True
