"""What the scripted model answers, and the wire form of it: one completion, or the chunks of a stream."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from countersign.demo.model.request import Conversation

CHUNK_LENGTH = (
    12  # characters of a tool call's arguments in one chunk: small enough that readers must put them together
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A tool call that the script wants; its id comes from the conversation."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Reply:
    text: str = ""
    calls: tuple[Call, ...] = ()


def completion(conversation: Conversation, reply: Reply, *, created: int) -> dict[str, Any]:
    """Return the body of an answer that is not streamed."""
    calls = list(_wire_calls(conversation, reply))
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None, "refusal": None}
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(reply)}
    return {
        **_envelope(conversation, "chat.completion", created),
        "choices": [choice],
        "usage": _usage(conversation, reply),
    }


def chunks(conversation: Conversation, reply: Reply, *, created: int) -> Iterator[dict[str, Any]]:
    """Yield the chunks of a streamed answer, the last with the usage if the request asked for it."""
    envelope = _envelope(conversation, "chat.completion.chunk", created)

    def chunk(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**envelope, "choices": [choice]}

    yield chunk({"role": "assistant", "content": None if reply.calls else ""})
    for word in re.findall(r"\s*\S+\s*$|\s*\S+", reply.text):
        yield chunk({"content": word})
    for index, call in enumerate(_wire_calls(conversation, reply)):
        arguments = call["function"]["arguments"]
        opening = {**call, "index": index, "function": {**call["function"], "arguments": ""}}
        yield chunk({"tool_calls": [opening]})
        for start in range(0, len(arguments), CHUNK_LENGTH):
            piece = arguments[start : start + CHUNK_LENGTH]
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, _finish(reply))
    if conversation.stream_usage:
        yield {**envelope, "choices": [], "usage": _usage(conversation, reply)}


def _wire_calls(conversation: Conversation, reply: Reply) -> Iterator[dict[str, Any]]:
    for index, call in enumerate(reply.calls):
        arguments = json.dumps(call.arguments, ensure_ascii=False)
        identity = f"call_{_digest(conversation, f'{index}:{call.name}')}"
        yield {"id": identity, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _digest(conversation: Conversation, salt: str) -> str:
    """Name something in this conversation: the same when it is asked again, another one a turn later.

    The system prompt is left out, since the time of day in it would make a repeated request a new one.
    """
    said = [(m.role, m.text, m.tool_call_id) for m in conversation.messages if m.role != "system"]
    return hashlib.sha256(json.dumps([salt, said]).encode()).hexdigest()[:24]


def _envelope(conversation: Conversation, kind: str, created: int) -> dict[str, Any]:
    identity = f"chatcmpl-{_digest(conversation, 'completion')}"
    return {"id": identity, "object": kind, "created": created, "model": conversation.model}


def _finish(reply: Reply) -> str:
    return "tool_calls" if reply.calls else "stop"


def _usage(conversation: Conversation, reply: Reply) -> dict[str, int]:
    """Count words, since a script has no tokens."""
    asked = sum(len(message.text.split()) for message in conversation.messages)
    answered = len(reply.text.split()) + sum(len(str(call.arguments).split()) for call in reply.calls)
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}
