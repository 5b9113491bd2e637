"""A small reference evaluator: random well-typed expressions of the language, each with its meaning as a Python
function of the input. Written from docs/language.md, not from the compiler."""
import datetime, json, random, re

UNSET = object()
LIMIT = 2 ** 63
SPACES = ("\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029"
          "\u202f\u205f\u3000")
PATTERNS = [r"[a-z]+", r"[a-z0-9 ]{0,5}", r"(ab|c)*d?", r"é.?", r"[^a]*"]
SCHEMAS = """
schema Item { name: string(0..12)  n: int(-9..9)  price: number(-4..4)  note?: string(..8) }
schema In {
  a: int(-9..9)  b: int(0..9)  big: int(-9_223_372_036_854_775_807..9_223_372_036_854_775_807)
  small?: int(-9..9)
  x: number(-8..8)  y?: number(-8..8)
  s: string(0..12)  t: string(0..12)  u?: string(..12)
  yes: bool  maybe?: bool
  kind: enum("x", "y", "ab")
  ints: int(-9..9)[0..6]  pair: int(-9..9)[2]  texts: string(0..8)[..5]  nums: number(-8..8)[..4]
  items: Item[..5]  best?: Item
  scores: map(string(0..4), int(-9..9))[..4]
  gaps: int(0..9) | null[..5]
  at: datetime  until?: datetime  due: date  whens: datetime[..5]
}
"""


def lower(text):
    return "".join("i" if c == "\u0130" else c.lower() if len(c.lower()) == 1 else c for c in text)


def upper(text):
    def one(c):
        return c.upper() if len(c.upper()) == 1 else c.title() if len(c.title()) == 1 else c
    return "".join(map(one, text))


def quotient(a, b):
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def whole(op, a, b):
    """The result of an operator on two integers, or UNSET where it has none."""
    if op in "/%" and b == 0:
        return UNSET
    result = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: quotient(a, b),
              "%": lambda: a - b * quotient(a, b)}[op]()
    return result if -LIMIT <= result < LIMIT else UNSET


def fraction(op, a, b):
    if op == "/" and b == 0:
        return UNSET
    result = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[op]()
    return result if abs(result) <= 1.7976931348623157e308 else UNSET


def instant(text):
    """Seconds, as a fraction: exact where the text has more digits than a float."""
    from fractions import Fraction
    date, time, fraction, zone = re.fullmatch(r"([0-9-]{10})[Tt]([0-9:]{8})(?:\.([0-9]+))?(.*)", text).groups()
    days = datetime.date.fromisoformat(date).toordinal()
    hour, minute, second = map(int, time.split(":"))
    ahead = 0 if zone in "Zz" else (1 if zone[0] == "+" else -1) * (int(zone[1:3]) * 60 + int(zone[4:6]))
    return days * 86400 + (hour * 60 + minute - ahead) * 60 + second + Fraction(int(fraction or 0), 10 ** len(fraction or ""))


MOMENTS = ["2026-08-07T14:00:00+02:00", "2026-08-07T12:00:00Z", "2026-08-07T12:00:00.000Z", "2026-08-07t11:59:60z",
           "2026-08-07T12:00:00.5Z", "2026-08-07T12:00:00.499999999Z", "2026-08-06T23:30:00-12:30", "2000-02-29T23:59:59Z",
           "2000-03-01T00:59:59+01:00", "1999-12-31T23:00:00-01:00", "2000-01-01T00:00:00Z", "2026-08-07T12:34:56Z"]


def text_of(value):
    return value if isinstance(value, str) else json.dumps(value)


class Maker:
    """Makes (source, function of the environment). An environment is the input and the loops' variables."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.locals = []  # (name, type)
        self.names = 0

    def pick(self, *choices):
        return self.random.choice(choices)

    def make(self, kind, depth):
        return getattr(self, kind)(depth)

    def field(self, *names):
        name = self.pick(*names)
        return f"input.{name}", lambda e: e["input"][name]

    def optional(self, name, other):
        """An optional field, read in one of the ways that make it readable."""
        rest, of_rest = other
        if self.pick(0, 1):
            return f"(input.{name} ?? {rest})", lambda e: e["input"].get(name, UNSET) if name in e["input"] else of_rest(e)
        is_set = lambda e: name in e["input"]
        if self.pick(0, 1):
            return (f"(if input.{name} is present then input.{name} else {rest})",
                    lambda e: e["input"][name] if is_set(e) else of_rest(e))
        return (f"(if input.{name} is absent then {rest} else input.{name})",
                lambda e: e["input"][name] if is_set(e) else of_rest(e))

    def local(self, kind):
        found = [name for name, of in self.locals if of == kind]
        if not found:
            return None
        name = self.random.choice(found)
        return name, lambda e: e[name]

    def choose(self, kind, depth):
        (c, cf), (a, af), (b, bf) = self.bool(depth - 1), self.make(kind, depth - 1), self.make(kind, depth - 1)
        return f"(if {c} then {a} else {b})", lambda e: af(e) if cf(e) else bf(e)

    def loop(self, call, element, depth, body, meaning):
        """`call(x in list: body)`; `meaning` is given the items and a function of one."""
        source, items = self.make(element + "s", depth - 1)
        self.names += 1
        name = self.pick("v", "it_", "text", "i", "found") + str(self.names)
        self.locals.append((name, element))
        text, of = self.make(body, depth - 1)
        self.locals.pop()
        return (f"{call}({name} in {source}: {text})",
                lambda e: meaning(items(e), lambda item: of({**e, name: item})))

    # ---- integers

    def int(self, depth):
        if depth <= 0:
            number = self.random.randint(0, 9)
            return self.pick(self.field("a", "b"), self.local("int") or self.field("a"), (str(number), lambda e: number))
        return getattr(self, self.pick("int_sum", "int_div", "int_big", "int_len", "int_loop", "int_index", "int_min",
                                       "int_opt", "int_if", "int_item", "int_neg", "int_zip"))(depth)

    def small(self, depth):
        """An integer that is surely small, so that arithmetic on it cannot overflow."""
        text, of = self.int(depth)
        return f"min(99, max(-99, {text}))", lambda e: min(99, max(-99, of(e)))

    def int_sum(self, depth):
        (a, af), (b, bf), op = self.small(depth - 1), self.small(depth - 1), self.pick(*"+-*")
        return f"({a} {op} {b})", lambda e: whole(op, af(e), bf(e))

    def int_div(self, depth):
        (a, af), (b, bf), (c, cf) = self.int(depth - 1), self.int(depth - 1), self.int(depth - 1)
        op = self.pick("/", "%")
        def of(e):
            result = whole(op, af(e), bf(e))
            return cf(e) if result is UNSET else result
        return f"({a} {op} {b} ?? {c})", of

    def int_big(self, depth):
        """Nested arithmetic that may leave 64 bits anywhere, or read what is unset."""
        parts, of = self.unsure(depth)
        rest, of_rest = self.int(depth - 1)
        def value(e):
            result = of(e)
            return of_rest(e) if result is UNSET else result
        return f"({parts} ?? {rest})", value

    def unsure(self, depth):
        if depth <= 1 or self.pick(0, 0, 1):
            return self.pick(self.field("big"), ("input.small", lambda e: e["input"].get("small", UNSET)),
                             self.small(depth - 1))
        if self.pick(0, 0, 0, 1):
            text, of = self.unsure(depth - 1)
            return f"-({text})", lambda e: UNSET if of(e) is UNSET else whole("-", 0, of(e))
        (a, af), (b, bf), op = self.unsure(depth - 1), self.unsure(depth - 1), self.pick(*"+-*/%")
        def of(e):
            left, right = af(e), bf(e)
            return UNSET if UNSET in (left, right) else whole(op, left, right)
        return f"({a} {op} {b})", of

    def int_neg(self, depth):
        text, of = self.small(depth - 1)
        if self.pick(0, 1):
            return f"abs({text})", lambda e: abs(of(e))
        return f"-({text})", lambda e: -of(e)

    def int_len(self, depth):
        text, of = self.make(self.pick("text", "ints", "texts", "items"), depth - 1)
        return f"len({text})", lambda e: len(of(e))

    def int_loop(self, depth):
        element = self.pick("int", "text", "item")
        if self.pick(0, 1):
            return self.loop("count", element, depth, "bool", lambda items, of: sum(map(bool, map(of, items))))
        return self.loop("sum", element, depth, "small", lambda items, of: sum(map(of, items)))

    def int_index(self, depth):
        (at, atf), (rest, restf) = self.int(depth - 1), self.int(depth - 1)
        way = self.pick("list", "map", "first", "loop", "pair", "gap")
        if way == "pair":
            number = self.pick(0, 1)
            return f"input.pair[{number}]", lambda e: e["input"]["pair"][number]
        if way == "map":
            key, keyf = self.text(depth - 1)
            return f"(input.scores[{key}] ?? {rest})", lambda e: e["input"]["scores"].get(keyf(e), restf(e))
        if way == "gap":
            def gap(e):
                gaps, i = e["input"]["gaps"], atf(e)
                return gaps[i] if 0 <= i < len(gaps) and gaps[i] is not None else restf(e)
            return f"(input.gaps[{at}] ?? {rest})", gap
        if way == "loop":
            call = self.pick("min", "max", "first")
            source, items = self.ints(depth - 1)
            if call == "first":
                self.names += 1; chosen = f"chosen{self.names}"; self.locals.append((chosen, "int")); text, of = self.bool(depth - 1); self.locals.pop()
                def first(e):
                    return next((v for v in items(e) if of({**e, chosen: v})), None)
                return (f"(first({chosen} in {source}: {text}) ?? {rest})",
                        lambda e: restf(e) if first(e) is None else first(e))
            best = min if call == "min" else max
            return f"({call}({source}) ?? {rest})", lambda e: best(items(e)) if items(e) else restf(e)
        source, items = self.ints(depth - 1)
        if way == "first":
            return f"(first({source}) ?? {rest})", lambda e: items(e)[0] if items(e) else restf(e)
        return (f"({source}[{at}] ?? {rest})",
                lambda e: items(e)[atf(e)] if 0 <= atf(e) < len(items(e)) else restf(e))

    def int_min(self, depth):
        (a, af), (b, bf), call = self.int(depth - 1), self.int(depth - 1), self.pick("min", "max")
        return f"{call}({a}, {b})", lambda e: (min if call == "min" else max)(af(e), bf(e))

    def int_opt(self, depth):
        if self.pick(0, 1):
            return self.loop("sum", "gap", depth, "gap_value", lambda items, of: sum(map(of, items)))
        return self.optional("small", self.int(depth - 1))

    def int_if(self, depth):
        return self.choose("int", depth)

    def int_item(self, depth):
        local = self.local("item")
        if local:
            return f"{local[0]}.n", lambda e: local[1](e)["n"]
        rest, restf = self.int(depth - 1)
        return f"(input.best?.n ?? {rest})", lambda e: e["input"]["best"]["n"] if "best" in e["input"] else restf(e)

    def int_zip(self, depth):
        (a, af), (b, bf), p = self.ints(depth - 1), self.texts(depth - 1), f"p{depth}_{self.random.randint(0, 10**6)}"
        return (f"sum({p} in zip({a}, {b}): min(999, max(-999, {p}.first)) + len({p}.second))",
                lambda e: sum(min(999, max(-999, x)) + len(y) for x, y in zip(af(e), bf(e))))

    def gaps(self, depth):
        return "input.gaps", lambda e: e["input"]["gaps"]

    def gap_value(self, depth):
        name, of = self.local("gap")
        return f"({name} ?? 5)", lambda e: 5 if of(e) is None else of(e)

    # ---- numbers

    def number(self, depth):
        if depth <= 0:
            return self.pick(self.field("x"), ("0.25", lambda e: 0.25), ("50%", lambda e: 0.5))
        way = self.pick("sum", "mixed", "div", "loop", "opt", "if", "neg", "max")
        if way == "sum":
            (a, af), (b, bf), op = self.tame(depth - 1), self.tame(depth - 1), self.pick(*"+-*")
            return f"({a} {op} {b})", lambda e: fraction(op, af(e), bf(e))
        if way == "mixed":
            (a, af), (b, bf), op = self.small(depth - 1), self.tame(depth - 1), self.pick(*"+-*")
            return f"({a} {op} {b})", lambda e: fraction(op, float(af(e)), bf(e))
        if way == "div":
            (a, af), (b, bf), (c, cf) = self.tame(depth - 1), self.number(depth - 1), self.number(depth - 1)
            def of(e):
                result = fraction("/", af(e), bf(e))
                return cf(e) if result is UNSET else result
            return f"({a} / {b} ?? {c})", of
        if way == "loop":
            def add(items, of):
                total = 0.0
                for item in items:
                    total += of(item)
                return total
            return self.loop("sum", self.pick("int", "text", "item"), depth, "tame", add)
        if way == "opt":
            return self.optional("y", self.number(depth - 1))
        if way == "if":
            return self.choose("number", depth)
        if way == "neg":
            text, of = self.number(depth - 1)
            return f"-({text})", lambda e: -of(e)
        if self.pick(0, 1):
            text, of = self.tame(depth - 1)
            return f"abs({text})", lambda e: abs(of(e))
        (a, af), (b, bf) = self.number(depth - 1), self.small(depth - 1)
        return f"max({a}, {b})", lambda e: max(af(e), float(bf(e)))

    def tame(self, depth):
        text, of = self.number(depth)
        return f"min(99.5, max(-99.5, {text}))", lambda e: min(99.5, max(-99.5, of(e)))

    # ---- texts

    def text(self, depth):
        if depth <= 0:
            word = self.pick("", "a", "ab", " b ", "é", "İx", "straße", ",", "10% \\\"q\\\"")
            return self.pick(self.field("s", "t", "kind"), self.local("text") or self.field("s"),
                             (f'"{word}"', lambda e: word.replace("\\", "")))
        way = self.pick("hole", "fn", "cut", "join", "opt", "if", "item", "index", "sorted")
        if way == "hole":
            (a, af), (b, bf) = self.make(self.pick("text", "int", "bool"), depth - 1), self.text(depth - 1)
            return f'"<${{{a}}}é${{{b}}}>"', lambda e: f"<{text_of(af(e))}é{bf(e)}>"
        if way == "fn":
            name = self.pick("lower", "upper", "trim")
            of_text = {"lower": lower, "upper": upper, "trim": lambda t: t.strip(SPACES)}[name]
            text, of = self.text(depth - 1)
            return f"{name}({text})", lambda e: of_text(of(e))
        if way == "cut":
            (text, of), (n, nf) = self.text(depth - 1), self.int(depth - 1)
            return f"truncate({text}, max(0, {n}))", lambda e: of(e)[:max(0, nf(e))]
        if way == "join":
            (list_, of), (between, bf) = self.texts(depth - 1), self.text(depth - 1)
            return f"join({list_}, {between})", lambda e: bf(e).join(of(e))
        if way == "opt":
            return self.optional("u", self.text(depth - 1))
        if way == "if":
            return self.choose("text", depth)
        if way == "sorted":
            self.names += 1
            one = f"w{self.names}"
            return (f'join(map({one} in sort_by({one} in input.whens: {one}): "${{{one}}}"), ",")',
                    lambda e: ",".join(sorted(e["input"]["whens"], key=instant)))
        if way == "item":
            local = self.local("item")
            if local:
                return self.pick((f"{local[0]}.name", lambda e: local[1](e)["name"]),
                                 (f'({local[0]}.note ?? "none")', lambda e: local[1](e).get("note", "none")))
            source, of = self.items(depth - 1)
            rest, restf = self.text(depth - 1)
            return f"(first({source})?.note ?? {rest})", lambda e: (of(e)[0].get("note", restf(e)) if of(e) else restf(e))
        (source, of), (at, atf) = self.texts(depth - 1), self.int(depth - 1)
        return (f'({source}[{at}] ?? "none")',
                lambda e: of(e)[atf(e)] if 0 <= atf(e) < len(of(e)) else "none")

    # ---- conditions

    def bool(self, depth):
        if depth <= 0:
            return self.pick(self.field("yes"), ("true", lambda e: True), ("(input.u is present)", lambda e: "u" in e["input"]))
        way = self.pick("not", "and", "or", "compare", "texts", "matches", "loop", "in", "same", "opt", "if", "duration", "instant", "moments", "day")
        if way == "not":
            text, of = self.bool(depth - 1)
            return f"(not {text})", lambda e: not of(e)
        if way in ("and", "or"):
            (a, af), (b, bf) = self.bool(depth - 1), self.bool(depth - 1)
            both = (lambda e: af(e) and bf(e)) if way == "and" else (lambda e: af(e) or bf(e))
            return f"({a} {way} {b})", both
        if way in ("compare", "texts"):
            kind = self.pick("int", "number") if way == "compare" else "text"
            (a, af), (b, bf), op = self.make(kind, depth - 1), self.make(kind, depth - 1), self.pick("==", "!=", "<", "<=", ">", ">=")
            of = {"==": lambda x, y: x == y, "!=": lambda x, y: x != y, "<": lambda x, y: x < y,
                  "<=": lambda x, y: x <= y, ">": lambda x, y: x > y, ">=": lambda x, y: x >= y}[op]
            plain, literal = r"\w+(\??\.\w+)+", r"-?[\d.]+%?"
            if any(re.fullmatch(plain, one) and re.fullmatch(literal, other) for one, other in ((a, b), (b, a))):
                return self.bool(depth - 1)  # may be refused: a bound that decides it
            if a.startswith('"') and b == "input.kind" or b.startswith('"') and a == "input.kind":
                return self.bool(depth - 1)  # would be refused: an enum's value is compared with what it never is
            return self.differ(a, b, depth) or (f"({a} {op} {b})", lambda e: of(af(e), bf(e)))
        if way == "matches":
            (a, af), pattern = self.text(depth - 1), self.pick(*PATTERNS)
            return f'({a} matches r"{pattern}")', lambda e: re.fullmatch(pattern, af(e), re.S) is not None
        if way == "loop":
            name = self.pick("all", "any")
            every = all if name == "all" else any
            return self.loop(name, self.pick("int", "text", "item"), depth, "bool", lambda items, of: every(map(of, items)))
        if way == "in":
            if self.pick(0, 1):
                (a, af), (b, bf) = self.ints(depth - 1), self.int(depth - 1)
                return f"({a} contains {b})", lambda e: bf(e) in af(e)
            (a, af), (b, bf), op = self.text(depth - 1), self.text(depth - 1), self.pick("contains", "starts_with")
            return f"({a} {op} {b})", lambda e: bf(e) in af(e) if op == "contains" else af(e).startswith(bf(e))
        if way == "same":
            kind, op = self.pick("ints", "texts"), self.pick("==", "!=")
            (a, af), (b, bf) = self.make(kind, depth - 1), self.make(kind, depth - 1)
            return self.differ(a, b, depth) or (f"({a} {op} {b})", lambda e: (af(e) == bf(e)) == (op == "=="))
        if way == "opt":
            return self.optional("maybe", self.bool(depth - 1))
        if way in ("instant", "day"):
            op = self.pick("==", "!=", "<", "<=", ">", ">=")
            of = {"==": lambda x, y: x == y, "!=": lambda x, y: x != y, "<": lambda x, y: x < y,
                  "<=": lambda x, y: x <= y, ">": lambda x, y: x > y, ">=": lambda x, y: x >= y}[op]
            if way == "day":
                return (f"(input.due {op} truncate(input.at, 10))", lambda e: of(e["input"]["due"], e["input"]["at"][:10]))
            (a, af), (b, bf) = self.moment(), self.moment()
            return self.differ(a, b, depth) or (f"({a} {op} {b})", lambda e: of(instant(af(e)), instant(bf(e))))
        if way == "moments":
            a, af = self.moment()
            if self.pick(0, 1):
                return (f"(input.whens contains {a})", lambda e: instant(af(e)) in map(instant, e["input"]["whens"]))
            self.names += 1
            return (f"((first(sort_by(w{self.names} in input.whens: w{self.names})) ?? input.at) == {a})",
                    lambda e: instant(min(e["input"]["whens"], key=instant, default=e["input"]["at"])) == instant(af(e)))
        if way == "duration":
            (a, af), (b, bf) = self.small(depth - 1), self.small(depth - 1)
            return f"(2s * {a} - 500ms < 1m / 60 * {b})", lambda e: 2000 * af(e) - 500 < 1000 * bf(e)
        return self.choose("bool", depth)

    def moment(self):
        """A datetime: a field, or a literal beside one."""
        return self.pick(self.field("at"), ("(input.until ?? input.at)",
                                            lambda e: e["input"].get("until", e["input"]["at"])))

    def differ(self, a, b, depth):
        """A thing compared with itself is refused: another condition then."""
        return self.bool(depth - 1) if a == b else None

    # ---- lists

    def ints(self, depth):
        if depth <= 0:
            return self.pick(self.field("ints", "pair"), ("[3, -1, 3]", lambda e: [3, -1, 3]))
        way = self.pick("map", "filter", "sort", "spread", "if")
        if way == "map":
            return self.loop("map", self.pick("int", "text", "item"), depth, "small", lambda items, of: [of(i) for i in items])
        if way == "filter":
            return self.loop("filter", "int", depth, "bool", lambda items, of: [i for i in items if of(i)])
        if way == "sort":
            return self.loop("sort_by", "int", depth, self.pick("small", "text", "number"),
                             lambda items, of: sorted(items, key=of))
        if way == "spread":
            (a, af), (b, bf), (c, cf) = self.int(depth - 1), self.ints(depth - 1), self.ints(depth - 1)
            return f"[...{b}, {a}, ...{c}]", lambda e: [*bf(e), af(e), *cf(e)]
        return self.choose("ints", depth)

    def texts(self, depth):
        if depth <= 0:
            return self.field("texts")
        way = self.pick("map", "filter", "split", "literal", "or")
        if way == "map":
            return self.loop("map", self.pick("int", "text", "item"), depth, "text", lambda items, of: [of(i) for i in items])
        if way == "filter":
            return self.loop("filter", "text", depth, "bool", lambda items, of: [i for i in items if of(i)])
        if way == "split":
            (text, of), at = self.text(depth - 1), self.pick(",", "a", " ", "é")
            return f'split({text}, "{at}")', lambda e: of(e).split(at)
        if way == "or":
            rest, restf = self.texts(depth - 1)
            return (f"(if input.best is present then [input.best.name] else {rest})",
                    lambda e: [e["input"]["best"]["name"]] if "best" in e["input"] else restf(e))
        (a, af), (b, bf) = self.text(depth - 1), self.text(depth - 1)
        return f"[{a}, {b}]", lambda e: [af(e), bf(e)]

    def items(self, depth):
        if depth <= 0:
            return self.field("items")
        way = self.pick("filter", "sort", "make", "copy")
        if way == "filter":
            return self.loop("filter", "item", depth, "bool", lambda items, of: [i for i in items if of(i)])
        if way == "sort":
            return self.loop("sort_by", "item", depth, self.pick("small", "text", "number"),
                             lambda items, of: sorted(items, key=of))
        (name, of), (n, nf) = self.text(depth - 1), self.int(depth - 1)
        short, clamped = f"truncate({name}, 12)", f"max(-9, min(9, {n}))"
        if way == "make":
            return (f"[...input.items, Item {{ name: {short}, n: {clamped}, price: {clamped} / 4.0 }}]",
                    lambda e: e["input"]["items"] + [{"name": of(e)[:12], "n": max(-9, min(9, nf(e))),
                                                      "price": max(-9, min(9, nf(e))) / 4.0}])
        self.names += 1
        return (f"map(old{self.names} in input.items: Item {{ ...old{self.names}, name: {short} }})",
                lambda e: [{**old, "name": of(e)[:12]} for old in e["input"]["items"]])

    # ---- a field of the output: (type, source, meaning)

    def result(self, depth):
        kind = self.pick("int", "number", "text", "bool", "ints", "texts", "items")
        text, of = self.make(kind, depth)
        if kind == "int":
            return "int(-1_000_000..1_000_000)", f"max(-1_000_000, min(1_000_000, {text}))", lambda e: max(-10**6, min(10**6, of(e)))
        if kind == "number":
            return "number(-1000..1000)", f"max(-1000, min(1000, {text}))", lambda e: max(-1000.0, min(1000.0, of(e)))
        if kind == "bool":
            return "bool", text, of
        if kind == "ints":
            text, of = f'join(map(one in {text}: "${{one}}"), ",")', (lambda inner: lambda e: ",".join(map(str, inner(e))))(of)
        elif kind == "texts":
            text, of = f'join({text}, "|")', (lambda inner: lambda e: "|".join(inner(e)))(of)
        elif kind == "items":
            text, of = (f'join(map(one in {text}: "${{one.name}}/${{one.n}}/${{one.note ?? "-"}}"), ";")',
                        (lambda inner: lambda e: ";".join(f"{i['name']}/{i['n']}/{i.get('note', '-')}" for i in inner(e)))(of))
        return "string(..400)", f"truncate({text}, 400)", lambda e: of(e)[:400]


def value(rand):
    """A random input."""
    word = lambda most: "".join(rand.choice("ab cé,dXÉ\u00a0ßİ😀") for _ in range(rand.randint(0, most)))
    number = lambda: rand.choice([0.0, 0.5, -0.5, 3.25, -7.75, 8.0])
    def item():
        one = {"name": word(12), "n": rand.randint(-9, 9), "price": rand.choice([0.0, 1.5, -4.0])}
        return {**one, "note": word(8)} if rand.random() < 0.5 else one
    some = lambda make, most: [make() for _ in range(rand.randint(0, most))]
    digit = lambda: rand.randint(-9, 9)
    given = {"a": digit(), "b": rand.randint(0, 9), "big": rand.choice([0, 1, -1, 2**63 - 1, 1 - 2**63, 2**62, 3037000500]),
             "x": number(), "s": word(12), "t": word(12), "yes": rand.random() < 0.5, "kind": rand.choice(["x", "y", "ab"]),
             "ints": some(digit, 6), "pair": [digit(), digit()], "texts": some(lambda: word(8), 5), "nums": some(number, 4),
             "items": some(item, 5), "scores": {word(4): digit() for _ in range(rand.randint(0, 4))},
             "gaps": some(lambda: rand.choice([None, 1, 9]), 5), "at": rand.choice(MOMENTS),
             "due": rand.choice(["2026-08-07", "2000-02-29", "2026-08-06"]), "whens": some(lambda: rand.choice(MOMENTS), 5)}
    for name, make in {"small": digit, "y": number, "u": lambda: word(12), "maybe": lambda: rand.random() < 0.5, "best": item,
                       "until": lambda: rand.choice(MOMENTS)}.items():
        if rand.random() < 0.5:
            given[name] = make()
    return given
