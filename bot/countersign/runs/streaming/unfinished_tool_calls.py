"""The tool calls that a continued run takes up: those of the model's last turn, with results so far."""

from collections.abc import Iterator
from typing import Any

from langchain_core.messages import AIMessage, ToolMessage

from countersign.flow.live.events import RunEvent, ToolEnded, ToolRequested


def unfinished_tool_calls(values: Any) -> Iterator[RunEvent]:
    """The events that the interrupted run reported for them; none if every call has its result."""
    messages = values.get("messages") if isinstance(values, dict) else None
    messages = messages if isinstance(messages, list) else []
    turn = next(
        (at for at in reversed(range(len(messages))) if getattr(messages[at], "tool_calls", None)), None
    )
    if turn is None or not isinstance(messages[turn], AIMessage):
        return
    results = {
        each.tool_call_id: each.status for each in messages[turn + 1 :] if isinstance(each, ToolMessage)
    }
    calls = [call for call in messages[turn].tool_calls if call["id"]]
    if all(call["id"] in results for call in calls):
        return
    for call in calls:
        yield ToolRequested(call_id=str(call["id"]), tool=call["name"])
        if (status := results.get(call["id"])) is not None:
            yield ToolEnded(call_id=str(call["id"]), failed=status == "error")
