"""A chat completion request, parsed, and refused where OpenAI's API would refuse it.

The rules are those of OpenAI's API reference for `POST /v1/chat/completions`; the one that matters most to
a bot that interrupts graphs is that every tool call must be answered before the conversation goes on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from countersign.approvals.errors import CountersignError

ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})
FUNCTION_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
ARGUMENTS = frozenset(
    {
        *("model", "messages", "n", "user", "store", "metadata", "service_tier", "safety_identifier"),
        *("tools", "tool_choice", "parallel_tool_calls", "response_format", "prediction", "modalities"),
        *("stream", "stream_options", "seed", "stop", "max_tokens", "max_completion_tokens"),
        *("temperature", "top_p", "presence_penalty", "frequency_penalty", "logit_bias"),
        *("logprobs", "top_logprobs", "reasoning_effort", "verbosity", "prompt_cache_key"),
    }
)


class RefusedRequestError(CountersignError):
    """The request is not one that OpenAI's API would take; `param` names the argument, if one is to blame."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


@dataclass(frozen=True, kw_only=True)
class ToolCall:
    id: str
    name: str
    arguments: str  # JSON, as the model wrote it


@dataclass(frozen=True, kw_only=True)
class Message:
    role: str
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Conversation:
    model: str
    messages: tuple[Message, ...]
    tools: frozenset[str]  # the names of those that may be called in this turn
    single_call: bool
    stream: bool
    stream_usage: bool


def parse(body: object) -> Conversation:
    """Parse a request's JSON body. Raises `RefusedRequestError`."""
    if not isinstance(body, dict):
        raise RefusedRequestError("The body must be a JSON object.")
    if unknown := body.keys() - ARGUMENTS:
        raise RefusedRequestError(f"Unrecognized request argument supplied: {', '.join(sorted(unknown))}")
    if not isinstance(body.get("model"), str):
        raise RefusedRequestError("You must provide a model parameter.", "model")
    if body.get("n") not in (None, 1):
        raise RefusedRequestError("The scripted model gives one choice.", "n")
    messages = tuple(_messages(body.get("messages")))
    _check_that_calls_are_answered(messages)
    options = body.get("stream_options")
    if options is not None and not body.get("stream"):
        raise RefusedRequestError(
            "'stream_options' is only allowed when 'stream' is enabled.", "stream_options"
        )
    return Conversation(
        model=body["model"],
        messages=messages,
        tools=_callable_tools(body),
        single_call=body.get("parallel_tool_calls") is False,
        stream=bool(body.get("stream")),
        stream_usage=bool((options or {}).get("include_usage")),
    )


def _messages(raw: object) -> Iterator[Message]:
    if not isinstance(raw, list) or not raw:
        raise RefusedRequestError("'messages' must be an array with at least one message.", "messages")
    for index, message in enumerate(raw):
        where = f"messages[{index}]"
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            raise RefusedRequestError(f"{where} must be an object with a known 'role'.", f"{where}.role")
        calls = tuple(_tool_calls(message.get("tool_calls"), where))
        if message.get("content") is None and not (message["role"] == "assistant" and calls):
            raise RefusedRequestError(f"{where} has no content.", f"{where}.content")
        if message["role"] == "tool" and not isinstance(message.get("tool_call_id"), str):
            raise RefusedRequestError(f"{where} names no tool call.", f"{where}.tool_call_id")
        yield Message(
            role=message["role"],
            text=_text(message.get("content"), where),
            tool_calls=calls,
            tool_call_id=message.get("tool_call_id"),
        )


def _text(content: object, where: str) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(part, dict) and "type" in part for part in content):
        return "".join(part.get("text", "") for part in content if part["type"] == "text")
    raise RefusedRequestError(f"{where} has content that is neither text nor parts.", f"{where}.content")


def _tool_calls(raw: object, where: str) -> Iterator[ToolCall]:
    if raw is None:
        return
    try:
        assert isinstance(raw, list)
        assert raw
        for call in raw:
            assert call["type"] == "function"
            function = call["function"]
            assert isinstance(function["arguments"], str)
            yield ToolCall(id=str(call["id"]), name=str(function["name"]), arguments=function["arguments"])
    except (AssertionError, KeyError, TypeError) as error:
        raise RefusedRequestError(f"{where} has malformed tool calls.", f"{where}.tool_calls") from error


def _check_that_calls_are_answered(messages: tuple[Message, ...]) -> None:
    unanswered: set[str] = set()
    for index, message in enumerate(messages):
        if message.role == "tool":
            if message.tool_call_id not in unanswered:
                raise RefusedRequestError(
                    "A message with role 'tool' must answer a tool call of the assistant message before it.",
                    f"messages[{index}].role",
                )
            unanswered.remove(message.tool_call_id)
            continue
        _refuse_if_any(unanswered)
        unanswered = {call.id for call in message.tool_calls}
    _refuse_if_any(unanswered)


def _refuse_if_any(unanswered: set[str]) -> None:
    if unanswered:
        raise RefusedRequestError(
            "An assistant message with 'tool_calls' must be followed by a tool message for each of them."
            f" Without one: {', '.join(sorted(unanswered))}",
            "messages",
        )


def _callable_tools(body: Mapping[str, Any]) -> frozenset[str]:
    names = set()
    for index, tool in enumerate(body.get("tools") or []):
        where = f"tools[{index}]"
        if not isinstance(tool, dict) or tool.get("type") != "function":
            raise RefusedRequestError(f"{where} is not a function.", f"{where}.type")
        name = (tool.get("function") or {}).get("name")
        if not isinstance(name, str) or not FUNCTION_NAME.fullmatch(name):
            raise RefusedRequestError(f"{where} has no valid name.", f"{where}.function.name")
        names.add(name)
    match body.get("tool_choice"):
        case "none":
            return frozenset()
        case {"function": {"name": chosen}}:
            return frozenset(names & {chosen})
    return frozenset(names)
