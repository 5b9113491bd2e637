"""The three wire formats from a provider's side, as test_providers.py needs them: whole streams in pieces, so
that they can be cut, delayed and broken anywhere, and errors in each one's words. Only the standard library."""
import json

VERSION = "provider-model-2026-08-07"
COUNTS = (1200, 200, 310)  # input with what a cache gave, of it cached, output


def event(data, name=None):
    return (f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n"


def tokens(content, size=4):
    return [content[at:at + size] for at in range(0, len(content), size)]


class Chat:
    """OpenAI's chat completions: a head, the tokens, the end, the counts, the marker."""
    name, path = "chat", "/v1/chat/completions"
    ends = {"stop": "stop", "length": "length", "filter": "content_filter", "refusal": "stop", "calls": "tool_calls"}

    def chunk(self, delta, finish=None):
        return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": VERSION,
                      "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    def head(self):
        return self.chunk({"role": "assistant", "content": ""})

    def token(self, text):
        return self.chunk({"content": text})

    def ping(self):
        return ": ping\n\n" + event({"choices": []})

    def refusal(self):
        return self.chunk({"refusal": "I cannot help with that."})

    def end(self, why="stop", usage=True, marker=True):
        text = self.chunk({}, self.ends[why])
        if usage:
            text += event({"choices": [], "usage": {
                "prompt_tokens": COUNTS[0], "completion_tokens": COUNTS[2],
                "prompt_tokens_details": {"cached_tokens": COUNTS[1]}}})
        return text + ("data: [DONE]\n\n" if marker else "")

    def error(self, kind):
        code, message = {
            "rate": ("rate_limit_exceeded", "Rate limit reached"), "server": ("server_error", "Sorry about that!"),
            "context": ("context_length_exceeded", "maximum context length is 128000 tokens"),
            "filter": ("content_filter", "The prompt triggered the content management policy."),
            "key": ("invalid_api_key", "Incorrect API key provided"),
            "spend": ("insufficient_quota", "You exceeded your current quota"),
            "overloaded": ("server_overloaded", "Overloaded")}[kind]
        return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}

    def broken(self):
        return 'data: {"choices":[{"index":0,"delta":{"content":"bro\n\n'

    def call(self, at, name, arguments):
        """A call of a tool, in pieces; `at` counts them from 0."""
        def piece(**more):
            return self.chunk({"tool_calls": [{"index": at, **more}]})
        return (piece(id=f"call_{at}", type="function", function={"name": name, "arguments": ""}) +
                "".join(piece(function={"arguments": part}) for part in tokens(arguments)))

    def conversation(self, body):
        """Of a request: the turns of tools so far, each a list of (name, arguments), and all results."""
        turns = [[(call["function"]["name"], json.loads(call["function"]["arguments"]))
                  for call in message["tool_calls"]] for message in body["messages"] if message.get("tool_calls")]
        return turns, [message["content"] for message in body["messages"] if message["role"] == "tool"]

    def tools(self, body):
        return [tool["function"]["name"] for tool in body.get("tools", [])]

    def choice(self, body):
        chosen = body.get("tool_choice", "auto")
        return chosen if isinstance(chosen, str) else "the answer"

    def late_error(self, kind):
        return event(self.error(kind))


class Responses(Chat):
    name, path = "responses", "/v1/responses"

    def response(self, status, **more):
        return {"id": "resp_1", "object": "response", "model": VERSION, "status": status, "error": None, **more}

    def head(self):
        return (event({"type": "response.created", "response": self.response("in_progress", output=[])},
                      "response.created") +
                event({"type": "response.output_item.added", "output_index": 0,
                       "item": {"type": "message", "content": []}}, "response.output_item.added"))

    def token(self, text):
        return event({"type": "response.output_text.delta", "delta": text}, "response.output_text.delta")

    def ping(self):
        return event({"type": "response.in_progress", "response": self.response("in_progress")})

    def refusal(self):
        return event({"type": "response.refusal.delta", "delta": "I cannot help with that."})

    def end(self, why="stop", usage=True, marker=True):
        if not marker:
            return ""
        status = "incomplete" if why in ("length", "filter") else "completed"
        more = {"output": []}
        if status == "incomplete":
            more["incomplete_details"] = {"reason": {"length": "max_output_tokens", "filter": "content_filter"}[why]}
        if usage:
            more["usage"] = {"input_tokens": COUNTS[0], "input_tokens_details": {"cached_tokens": COUNTS[1]},
                             "output_tokens": COUNTS[2], "output_tokens_details": {"reasoning_tokens": 0}}
        return event({"type": "response." + status, "response": self.response(status, **more)}, "response." + status)

    def call(self, at, name, arguments):
        item = {"type": "function_call", "id": f"fc_{at}", "call_id": f"call_{at}", "name": name}
        return (event({"type": "response.output_item.added", "output_index": at + 1, "item": {**item, "arguments": ""}}) +
                "".join(event({"type": "response.function_call_arguments.delta", "output_index": at + 1, "delta": part})
                        for part in tokens(arguments)) +
                event({"type": "response.output_item.done", "output_index": at + 1,
                       "item": {**item, "arguments": arguments}}))

    def conversation(self, body):
        turns, results, before = [], [], None
        for item in body["input"]:
            if item.get("type") == "function_call":
                if before != "function_call":
                    turns.append([])
                turns[-1].append((item["name"], json.loads(item["arguments"])))
            elif item.get("type") == "function_call_output":
                results.append(item["output"])
            before = item.get("type")
        return turns, results

    def tools(self, body):
        return [tool["name"] for tool in body.get("tools", [])]

    def broken(self):
        return 'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"bro\n\n'

    def late_error(self, kind):
        return event({"type": "error", **self.error(kind)}, "error")


class Messages(Chat):
    name, path = "messages", "/v1/messages"
    ends = {"stop": "end_turn", "length": "max_tokens", "filter": "refusal", "refusal": "refusal",
            "calls": "tool_use"}

    def head(self, usage=True):
        counts = {"input_tokens": COUNTS[0] - COUNTS[1], "cache_read_input_tokens": COUNTS[1],
                  "cache_creation_input_tokens": 0, "output_tokens": 1}
        return (event({"type": "message_start", "message": {
            "id": "msg_1", "type": "message", "model": VERSION, "content": [], "stop_reason": None,
            **({"usage": counts} if usage else {})}}, "message_start") +
            event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
                  "content_block_start"))

    def token(self, text):
        return event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
                     "content_block_delta")

    def ping(self):
        return event({"type": "ping"}, "ping")

    def refusal(self):
        return ""

    def end(self, why="stop", usage=True, marker=True):
        text = event({"type": "content_block_stop", "index": 0}, "content_block_stop")
        text += event({"type": "message_delta", "delta": {"stop_reason": self.ends[why]},
                       **({"usage": {"output_tokens": COUNTS[2]}} if usage else {})}, "message_delta")
        return text + (event({"type": "message_stop"}, "message_stop") if marker else "")

    def error(self, kind):
        word, message = {
            "rate": ("rate_limit_error", "This request would exceed your account's rate limit."),
            "server": ("api_error", "Internal server error"),
            "context": ("invalid_request_error", "prompt is too long: 205000 tokens > 200000 maximum"),
            "filter": ("invalid_request_error", "Output blocked by content filtering policy"),
            "key": ("authentication_error", "invalid x-api-key"),
            "spend": ("invalid_request_error", "You have reached your specified API usage limits."),
            "overloaded": ("overloaded_error", "Overloaded")}[kind]
        return {"type": "error", "error": {"type": word, "message": message}, "request_id": "req_1"}

    def call(self, at, name, arguments):
        def piece(kind, **more):
            return event({"type": kind, "index": at + 1, **more}, kind)
        return (piece("content_block_start", content_block={"type": "tool_use", "id": f"toolu_{at}", "name": name,
                                                            "input": {}}) +
                "".join(piece("content_block_delta", delta={"type": "input_json_delta", "partial_json": part})
                        for part in tokens(arguments)) + piece("content_block_stop"))

    def conversation(self, body):
        turns, results = [], []
        for message in body["messages"]:
            blocks = message["content"] if isinstance(message["content"], list) else []
            calls = [(block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"]
            turns += [calls] if calls else []
            results += [block["content"] for block in blocks if block["type"] == "tool_result"]
        return turns, results

    def tools(self, body):
        return [tool["name"] for tool in body.get("tools", [])]

    def choice(self, body):
        kind = body.get("tool_choice", {"type": "auto"})["type"]
        return {"any": "required", "tool": "the answer"}.get(kind, kind)

    def broken(self):
        return 'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"bro\n\n'

    def late_error(self, kind):
        return event(self.error(kind), "error")


WIRES = {wire.name: wire for wire in (Chat(), Responses(), Messages())}
