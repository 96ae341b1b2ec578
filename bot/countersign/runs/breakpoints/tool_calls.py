"""The tool calls that a stopped step is about to run, and the messages that change or refuse them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from langchain_core.messages import AIMessage, AnyMessage, ToolCall, ToolMessage
from langgraph.types import Send

REFUSED = "Rejected by a human reviewer."
_CALL_BLOCKS = {"tool_use", "function_call", "tool_call"}  # content in which providers repeat a call


@dataclass(frozen=True, kw_only=True)
class CallDecision:
    """The decision about one call: `edit` has new arguments, `reject` the message for the model."""

    kind: Literal["approve", "edit", "reject"]
    args: Mapping[str, Any] | None = None
    message: str | None = None


def pending_calls(values: Any, sends: Sequence[Send]) -> tuple[ToolCall, ...]:
    """The calls of the last AI message that have no result; empty where the next steps are sent other calls.

    What is sent to a step is what it runs, whatever the message says.
    """
    asked = _last_with_calls(values)
    if asked is None:
        return ()
    calls = tuple(call for call in asked.message.tool_calls if call["id"] in asked.unanswered)
    if not sends:
        return calls
    sent = [_sent_call(send) for send in sends]
    same = sorted(map(_comparable, calls)) == sorted(_comparable(call) for call in sent if call is not None)
    return calls if same and None not in sent else ()


def running_calls(calls: Sequence[ToolCall], decisions: Sequence[CallDecision]) -> list[ToolCall]:
    """The calls that were approved, as they were edited."""
    return [
        _edited(call, decision)
        for call, decision in zip(calls, decisions, strict=True)
        if decision.kind != "reject"
    ]


def refusals(calls: Sequence[ToolCall], decisions: Sequence[CallDecision]) -> list[ToolMessage]:
    """The results of the calls that were rejected."""
    return [
        ToolMessage(
            content=decision.message or REFUSED,
            tool_call_id=call["id"] or "",
            name=call["name"],
            status="error",
        )
        for call, decision in zip(calls, decisions, strict=True)
        if decision.kind == "reject"
    ]


def decided_messages(
    values: Any, calls: Sequence[ToolCall], decisions: Sequence[CallDecision]
) -> list[AnyMessage]:
    """The messages to write so that the step runs only the approved calls, as edited.

    The AI message is replaced under its own id. Where some calls are rejected it keeps those, with their
    refusals after it, and the others move to a message of their own: a step may run every call of the last AI
    message, whether it has a result or not.
    """
    asked = _last_with_calls(values)
    assert asked is not None, "there are pending calls"
    by_id = {call["id"]: _edited(call, made) for call, made in zip(calls, decisions, strict=True)}
    refused = refusals(calls, decisions)
    if not refused:
        everything = [by_id.get(call["id"], call) for call in asked.message.tool_calls]
        return [_with_calls(asked.message, everything)]
    running = running_calls(calls, decisions)
    running_ids = {call["id"] for call in running}
    kept = [call for call in asked.message.tool_calls if call["id"] not in running_ids]
    return [_with_calls(asked.message, kept), *refused, AIMessage(content="", tool_calls=running)]


def decided_sends(
    sends: Sequence[Send], calls: Sequence[ToolCall], decisions: Sequence[CallDecision]
) -> list[Send]:
    """The next steps with the calls that were approved, as they were edited."""
    by_id = {call["id"]: call for call in running_calls(calls, decisions)}
    found = [(send, _sent_call(send)) for send in sends]
    return [
        Send(send.node, _with_call(send.arg, by_id[call["id"]]))
        for send, call in found
        if call is not None and call["id"] in by_id
    ]


@dataclass(frozen=True)
class _Asked:
    message: AIMessage
    unanswered: frozenset[str | None]


def _last_with_calls(values: Any) -> _Asked | None:
    messages = values.get("messages") if isinstance(values, dict) else getattr(values, "messages", None)
    if not isinstance(messages, Sequence):
        return None
    answered = set()
    for message in reversed(messages):
        if isinstance(message, ToolMessage):
            answered.add(message.tool_call_id)
        elif isinstance(message, AIMessage):
            open_calls = frozenset(call["id"] for call in message.tool_calls if call["id"] not in answered)
            return _Asked(message, open_calls) if open_calls and message.id else None
        else:
            return None  # somebody spoke since
    return None


_SentArg: TypeAlias = Any


def _sent_call(send: Send) -> ToolCall | None:
    """The one call that a step is sent, in either form that LangGraph's tool node takes."""
    arg = send.arg
    if (
        isinstance(arg, list)
        and len(arg) == 1
        and isinstance(arg[0], dict)
        and arg[0].get("type") == "tool_call"
    ):
        return cast("ToolCall", arg[0])
    if isinstance(arg, dict) and arg.get("__type") == "tool_call_with_context":
        call = arg.get("tool_call")
        return cast("ToolCall", call) if isinstance(call, dict) else None
    return None


def _with_call(arg: _SentArg, call: ToolCall) -> _SentArg:
    return [call] if isinstance(arg, list) else {**arg, "tool_call": call}


def _comparable(call: ToolCall) -> str:
    return repr((call["id"], call["name"], sorted(call["args"].items(), key=repr)))


def _edited(call: ToolCall, decision: CallDecision) -> ToolCall:
    if decision.kind != "edit":
        return call
    return {**call, "args": dict(decision.args or {})}


def _with_calls(message: AIMessage, calls: Sequence[ToolCall]) -> AIMessage:
    """The same message with these calls, and without what a provider repeats of others in its content."""
    kept = {call["id"] for call in calls}
    content = message.content
    if isinstance(content, list):
        content = [
            block
            for block in content
            if not isinstance(block, dict)
            or block.get("type") not in _CALL_BLOCKS
            or (block.get("call_id") or block.get("id")) in kept
        ]
    raw = {key: value for key, value in message.additional_kwargs.items() if key != "tool_calls"}
    return message.model_copy(
        update={"content": content, "tool_calls": list(calls), "additional_kwargs": raw}
    )
