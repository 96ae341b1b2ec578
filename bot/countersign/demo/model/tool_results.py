"""The scripted reply to a tool's result: a sentence, or another call."""

import json
import re

from countersign.demo.model.phrases import QUOTED
from countersign.demo.model.reply import Call
from countersign.demo.model.request import ToolCall

# The first words of LangChain's own messages for a call that a person rejected or edited.
REJECTED = re.compile(r"User rejected the tool call for `[^`]*`(?: with reason: (?P<reason>.*))?", re.DOTALL)
EDITED = re.compile(r"Note: a human reviewer replaced this tool call.*?Tool response:\s*", re.DOTALL)
FEEDBACK = "A reviewer did not let this call run. Their feedback: "
NOT_DONE = "Not done: "
ACTIONS = {
    "post_message": "post to {channel}",
    "schedule_reminder": "schedule the reminder for {channel}",
    "invite_to_channel": "invite anyone to {channel}",
}


def retry_with_feedback(call: ToolCall, result: str) -> Call | None:
    """Return the call to make instead, where a reviewer's feedback quotes the text that they want."""
    if not result.startswith(FEEDBACK) or not (quotation := QUOTED.search(result)):
        return None
    wanted = next(group for group in quotation.groups() if group is not None)
    return Call(name=call.name, arguments={**json.loads(call.arguments), "text": wanted})


def describe_result(call: ToolCall, result: str) -> str:
    """Say in a sentence what became of a call, in the words of its result."""
    if match := REJECTED.match(result):
        return _describe_not_done(_action(call), match["reason"])
    if result.startswith(FEEDBACK):
        return _describe_not_done(_action(call), result.removeprefix(FEEDBACK))
    if match := EDITED.match(result):
        return f"Done, as you edited it. {describe_result(call, result[match.end() :])}"
    if result.startswith(NOT_DONE):
        return f"I could not {_action(call)}: {result.removeprefix(NOT_DONE)}"
    if call.name == "human_assistance":
        return f"Thank you, I will go by your answer: {result}"
    return result


def _describe_not_done(action: str, reason: str | None) -> str:
    if reason is None:
        return f"All right, I did not {action}."
    return f"Understood, I did not {action}. Your reason: {reason.strip()}"


def _action(call: ToolCall) -> str:
    return ACTIONS.get(call.name, f"run {call.name}").format_map(
        _Arguments(json.loads(call.arguments or "{}"))
    )


class _Arguments(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"the {key}"
