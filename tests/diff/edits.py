"""Edits of base.flow, each with the rules that it must be found by, and those of the edit taken back. A rule that no
edit can show stands in BY_HAND with the reason."""

# Follow from others, and are looked at by themselves in SIDE.
ALONG = {"flight.unsafe", "flight.migrates", "latency.floors", "stage.reads", "life.version_not_raised"}


SCHEMAS = [  # what is there, what it becomes, the rules of that, the rules of taking it back
    ("count: int(1..20) = 5", "count: int(1..10) = 5", "request.bound_tightened", "request.bound_loosened"),
    ("count: int(1..20) = 5", "count: int(1..20) = 6", "request.default_changed", "request.default_changed"),
    ("count: int(1..20) = 5", "count: int(1..20)", "request.became_required", "request.became_optional"),
    ("count: int(1..20) = 5", "count?: int(1..20)", "request.default_changed", "request.default_changed"),
    ("count: int(1..20) = 5", "count: number(1..20) = 5.0", "request.widened", "request.narrowed"),
    ("text: string(1..100)", "text: string(1..100)  more: bool", "request.required_added", "request.field_removed"),
    ("text: string(1..100)", "text: string(1..100)  more?: bool", "request.field_added", "request.field_removed"),
    ("text: string(1..100)", "text: string(..100)", "request.bound_removed", "request.bound_set"),
    ("bytes?: string(..60 bytes)", "bytes?: string(..60 bytes) @pii", "request.label", "request.label"),
    ("text: string(1..100)", "text: string(1..99)", "request.bound_tightened", "request.bound_loosened"),
    ('code: string(r"[a-z]{2,4}")', 'code: string(r"[a-z]{2,3}")', "request.pattern_narrowed",
     "request.pattern_widened"),
    ('code: string(r"[a-z]{2,4}")', 'code: string(r"[a-y]{2,5}")', "request.pattern_narrowed",
     "request.pattern_narrowed"),
    ('code: string(r"[a-z]{2,4}")', 'code: string(r"[a-z][a-z]{1,3}")', "", ""),
    ('tone?: enum("plain", "formal", "kind")', 'tone?: enum("plain", "formal")', "request.value_removed",
     "request.value_added"),
    ('tone?: enum("plain", "formal", "kind")', 'tone?: enum("formal", "kind", "plain")', "", ""),
    ('tone?: enum("plain", "formal", "kind")', "tone?: string(..20)", "request.widened", "request.narrowed"),
    ("ratio?: number(0..1)", "ratio?: number(0..0.5)", "request.bound_tightened", "request.bound_loosened"),
    ("tags?: string(1..10)[1..5]", "tags?: string(1..10)[1..4]", "request.bound_tightened",
     "request.bound_loosened"),
    ("tags?: string(1..10)[1..5]", "tags?: string(1..10)[..5]", "request.bound_removed", "request.bound_set"),
    ("tags?: string(1..10)[1..5]", "tags?: string(1..9)[1..5]", "request.bound_tightened",
     "request.bound_loosened"),
    ("names?: map(string(1..3), int(0..9))[..4]", "names?: map(string(1..2), int(0..9))[..4]",
     "request.bound_tightened", "request.bound_loosened"),
    ("names?: map(string(1..3), int(0..9))[..4]", "names?: map(string(1..3), int(0..8))[..3]",
     "request.bound_tightened", "request.bound_loosened"),
    ("bytes?: string(..60 bytes)", "bytes?: string(..50 bytes)", "request.bound_tightened",
     "request.bound_loosened"),
    ("bytes?: string(..60 bytes)", "bytes?: string(..60)", "request.bound_loosened", "request.bound_tightened"),
    ("when?: date", "when?: datetime", "request.pattern_narrowed", "request.pattern_narrowed"),
    ("when?: date", "when?: string(..20)", "request.pattern_widened", "request.pattern_narrowed"),
    ("spot?: Point | null", "spot?: Point", "request.null_removed", "request.null_added"),
    ("circle: Circle  square: Square }", "circle: Circle }", "request.variant_removed reply.variant_removed",
     "request.variant_added reply.variant_added"),
    ("union on kind", "union on sort", "request.narrowed reply.widened", "request.narrowed reply.widened"),
    ("open schema Loose", "schema Loose", "request.closed", "request.opened"),
    ("Loose { a?: bool }", "Loose { b?: bool }", "request.field_ignored request.field_added",
     "request.field_ignored request.field_added"),
    ("cost?: money(EUR, 0..500)", "cost?: money(USD, 0..500)", "request.currency", "request.currency"),
    ("raw?: any(..40 bytes)", "raw?: any(..30 bytes)", "request.bound_tightened", "request.bound_loosened"),
    ("schema Tree depth 3", "schema Tree depth 2", "request.bound_tightened", "request.bound_loosened"),
    ("x: int(0..9)  y?: int(0..9)", "x: int(0..9)", "request.field_removed reply.optional_removed",
     "request.field_added reply.field_added"),
    ("said: string(1..200)", "said: string(1..200)  more: bool", "reply.field_added", "reply.required_removed"),
    ("said: string(1..200)", "said: string(1..200)  more?: bool", "reply.field_added", "reply.optional_removed"),
    ("said: string(1..200)", "said: string(1..150)", "reply.bound_tightened", "reply.bound_loosened"),
    ("said: string(1..200)", "said: string(..200)", "reply.bound_removed", "reply.bound_set"),
    ("sure: bool = false", "sure: bool = true", "reply.default_changed", "reply.default_changed"),
    ("sure: bool = false", "sure?: bool", "reply.became_optional reply.default_changed",
     "reply.became_required reply.default_changed"),
    ("why?: string(..50)", "why: string(..50)", "reply.became_required", "reply.became_optional"),
    ('state: enum("good", "poor")', 'state: enum("good", "poor", "fair")', "reply.value_added",
     "reply.value_removed"),
    ('state: enum("good", "poor")', "state: string(..20)", "reply.widened", "reply.narrowed"),
    ("points: Point[..3]", "points: Point[..4]", "reply.bound_loosened", "reply.bound_tightened"),
    ('ref: string(r"[a-z]{2,4}")', 'ref: string(r"[a-z]{2,3}")', "reply.pattern_narrowed", "reply.pattern_widened"),
    ("at: date | null", "at: date", "reply.null_removed", "reply.null_added"),
    ("form?: Shape\n", "form?: Circle\n", "reply.widened", "reply.widened"),
    ("schema Circle {", "open schema Circle {", "request.opened reply.opened", "request.closed reply.closed"),
    ("price?: money(EUR, 0..500)", "price?: money(GBP, 0..500)", "reply.currency", "reply.currency"),
]


OTHERS = [
    ('POST "/ask"', 'POST "/asks"', "route.path", "route.path"),
    ("auth bearer keys env EDITED_KEYS", "auth none", "auth.removed", "auth.added"),
    ("EDITED_KEYS", "OTHER_KEYS", "deploy.variable", "deploy.variable"),
    ("on rejected -> fail refused", "on rejected -> fail down", "error.removed error.mapping",
     "error.added error.mapping"),
    ("status 422", "status 429", "error.status", "error.status"),
    ("refused is refusal", "refused is check_failed", "error.class error.retryable", "error.class error.retryable"),
    ("retry after 30s", "retry after 40s", "error.retry_after", "error.retry_after"),
    ("The model refused.", "The model did not want to.", "error.message", "error.message"),
    ("on error -> done fallback with answer", "on error -> done full with answer",
     "result.removed lifecycle.terminal_removed lifecycle.transition",
     "result.added lifecycle.state_added lifecycle.transition"),
    ("on error    -> fail down", "on error    -> done fallback with Answer { said: \"?\", state: \"poor\", points: [], ref: \"zz\", at: null }",
     "error.removed lifecycle.transition result.fallback_added",
     "error.added lifecycle.transition result.fallback_removed"),
    ("on expired -> done full with input", "on expired -> done full with Point { x: 1 }", "lifecycle.transition",
     "lifecycle.transition"),
    ("latency waiting 10s", "latency waiting 9s", "latency.budget_cut", "latency.budget_raised"),
    ("latency waiting 10s", "latency waiting 10s then background 1h", "latency.background_added",
     "latency.background_removed"),
    ("latency waiting 10s", "latency background 10s", "latency.model", "latency.model"),
    ("then background 30m", "then background 20m", "latency.background_cut", "latency.background_raised"),
    ("timeout 4s", "timeout 3s", "latency.timeouts", "latency.timeouts"),
    ('idempotency key "Idempotency-Key"', 'idempotency key "Key"', "version.tool", "version.tool"),
    ("keep jobs 30d", "keep jobs 10d", "retry.kept_shorter", "retry.kept_longer"),
    ("  keep jobs 30d", "  keep jobs 30d\n  key required", "retry.key_required", "retry.key_optional"),
    ("  dedupe by input for 10m\n", "", "retry.dedupe_removed", "retry.dedupe_added"),
    ("dedupe by input for 10m", "dedupe by input for 5m", "retry.dedupe_changed", "retry.dedupe_changed"),
    ("retry 1 on transient backoff 50ms..200ms", "retry 2 on transient backoff 50ms..100ms", "retry.policy",
     "retry.policy"),
    ("cost at most $0.10", "cost at most $0.05", "cost.ceiling_lowered", "cost.ceiling_raised"),
    ("  cost at most $0.10\n", "", "cost.ceiling_removed", "cost.ceiling_added"),
    ("input $0.05,", "input $0.06,", "cost.price", "cost.price"),
    ("limit 50 concurrent", "limit 40 concurrent", "limit.lowered", "limit.raised"),
    ("breaker 5 failures", "breaker 6 failures", "limit.breaker", "limit.breaker"),
    ("FACTS_URL", "OTHER_URL", "deploy.variable", "deploy.variable"),
    ("small-2026-08-07", "small-2026-09-07", "version.model", "version.model"),
    ("small-2026-08-07", "small", "version.model version.unpinned", "version.model version.pinned"),
    ("prompts/ask.md", "prompts/other.md", "version.prompt", "version.prompt"),
    ("ask_it version 1", "ask_it version 2", "version.workflow", "version.workflow_lowered"),
    ("ask_it version 1", "asking version 1", "version.workflow_renamed", "version.workflow_renamed"),
    ('check it.said != "" else lost', 'check len(it.said) > 2 else lost', "stage.check", "stage.check"),
    ("sleep 60s", "sleep 50s", "stage.action", "stage.action"),
    ("as Fact\n", "as Note\n", "stage.reads", "stage.reads"),
    ("  stage first {\n    make input\n    on ok -> wait_a_bit\n  }\n", "", "stage.removed lifecycle.first",
     "stage.added lifecycle.first"),
    ("notify on done to hooks", "notify on done, fail to hooks", "event.added", "event.removed"),
    ("  sign env HOOKS_SECRET }", "  sign env OTHER_SECRET }", "deploy.variable", "deploy.variable"),
    ("  keep jobs 30d", "  keep jobs 30d\n  on upgrade fail", "flight.policy", "flight.policy"),
    ("  keep jobs 30d", "  keep jobs 30d\n  limit 5 per 1m", "limit.caller_added", "limit.caller_removed"),
    ("  keep jobs 30d", "  keep jobs 30d\n  on disconnect cancel", "lifecycle.on_disconnect",
     "lifecycle.on_disconnect"),
    ("url env HOOKS_URL", "url env HOOKS_URL  allow private", "deploy.private", "deploy.private"),
]


# Nothing of this is anything to a client.
INNER = [
    (r"\bFact\b", "Thing"), (r"\bAnswer\b", "Reply"), (r"\bfacts\b", "truths"), (r"\bhelper\b", "aide"),
    (r"x: int\(0..9\)  y\?: int\(0..9\)", "y?: int(0..9)  x: int(0..9)"), ("timeout 1s", "timeout 1000ms"),
    ("// What", "// How"), ("on ok, error -> answer", "on ok -> answer\n    on error -> answer"),
]


def flow(contract, name="later"):
    return contract["workflows"][name]


def sets(**members):
    return lambda contract: flow(contract).update(members)


def nothing(contract):
    pass


# Of contracts: what another version of the compiler, or a later one, would write.
JSON = [
    (nothing, lambda contract: contract["schemas"]["Answer"]["properties"]["why"].update({"x-labels": ["pii"]}),
     "reply.label"),
    (nothing, sets(surprise=1), "other.changed"),
    (nothing, lambda contract: flow(contract)["route"].update(method="PUT"), "route.method"),
    (nothing, sets(deprecated="2026-10-01"), "life.deprecated"),
    (sets(sunset="2027-01-01"), sets(sunset="2026-12-01"), "life.sunset_earlier"),
    (sets(sunset="2027-01-01"), sets(sunset="2027-02-01"), "life.sunset_later"),
    (nothing, lambda contract: contract["workflows"].pop("later"), "route.removed"),
    (lambda contract: contract["workflows"].pop("later"), nothing, "route.added"),
    (sets(sunset="2020-01-01"), lambda contract: contract["workflows"].pop("later"), "route.removed_after_sunset"),
    (nothing, sets(limits_of_a_caller={"jobs_under_way": 3}), "limit.caller_added"),
    (sets(limits_of_a_caller={"jobs_under_way": 3}), nothing, "limit.caller_removed"),
    (sets(limits_of_a_caller={"requests": 60, "requests_per_ms": 60000}),
     sets(limits_of_a_caller={"requests": 5, "requests_per_ms": 10000}), "limit.lowered"),
    (nothing, lambda contract: contract["auth"].update(kind="header"), "auth.changed"),
    (nothing, lambda contract: flow(contract)["lifecycle"]["processing"].append("stuck"), "lifecycle.status_unknown"),
    (nothing, lambda contract: flow(contract)["lifecycle"]["processing"].append("failed"), "lifecycle.state_added"),
    (lambda contract: flow(contract)["lifecycle"]["processing"].remove("queued"), nothing, "lifecycle.edge_added"),
    (nothing, lambda contract: flow(contract)["lifecycle"]["processing"].remove("queued"), "lifecycle.edge_removed"),
    (nothing, lambda contract: contract["services"]["hooks"].pop("sign_env"), "event.unsigned"),
    (lambda contract: contract["services"]["hooks"].pop("sign_env"), nothing, "event.signed"),
    (nothing, lambda contract: contract["api"].update(version="0.9.0"), "life.version_lowered"),
    (nothing, lambda contract: flow(contract, "ask_it")["retry_safety"].update(without_key=True), "retry.safe"),
    (lambda contract: flow(contract, "ask_it")["retry_safety"].update(without_key=True), nothing, "retry.unsafe"),
    (nothing, lambda contract: flow(contract, "ask_it")["stages"]["keep"].update(effect="once"), "retry.effect_weaker"),
    (lambda contract: flow(contract, "ask_it")["stages"]["keep"].update(effect="once"), nothing,
     "retry.effect_stronger"),
    (nothing, lambda contract: contract["schemas"]["Point"]["properties"].update(y={"not": {}}),
     "request.unknown reply.unknown"),
]

# Rules that no edit here shows, and why.
UNSHOWN = {}
