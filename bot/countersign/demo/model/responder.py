"""The script: which reply belongs to a conversation.

It reads the last message as a person would who knows a dozen phrases, and admits it when it knows none.
The same conversation always gets the same reply.
"""

import re

from countersign.demo.model.handover import handover_reply
from countersign.demo.model.phrases import parse_calls
from countersign.demo.model.reply import Call, Reply
from countersign.demo.model.request import Conversation
from countersign.demo.model.tool_results import describe_result, retry_with_feedback

INTRODUCTION = (
    "I am the scripted model that comes with the local workspace: no real language model, just a few phrases."
)
EXAMPLES = {
    "post_message": "post 'Deploy at noon' to #ops",
    "invite_to_channel": "invite bob to #ops",
    "schedule_reminder": "remind #ops tomorrow 9:00 to rotate the keys",
    "human_assistance": "ask someone which environment is meant",
    "list_channels": "list channels",
}
SHOWN_EXAMPLES = 3
FILE = re.compile(r"\[File: ([^\]\n]+)\]")  # how the bot names a file before its content
DRAFT = re.compile(r"\bwrite a short announcement\b.*?\babout:?\s+(?P<topic>\S.*)", re.IGNORECASE | re.DOTALL)


def reply_to(conversation: Conversation) -> Reply:
    """Return the reply that the script has for this conversation."""
    if reply := handover_reply(conversation):
        return reply
    last = conversation.messages[-1]
    if last.role == "tool":
        return _after_tools(conversation)
    if calls := _callable(conversation, tuple(parse_calls(conversation))):
        return Reply(calls=calls)
    if match := DRAFT.search(last.text):
        return Reply(text=_announcement(match["topic"].strip().rstrip(".!")))
    if files := FILE.findall(last.text):
        return Reply(text=_about_files(files))
    return Reply(text=_introduction(conversation.tools))


def _callable(conversation: Conversation, calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """Keep the calls that this request allows."""
    known = tuple(call for call in calls if call.name in conversation.tools)
    return known[:1] if conversation.single_call else known


def _after_tools(conversation: Conversation) -> Reply:
    """Say what became of each call of the last turn, or try again where a reviewer said how."""
    messages = conversation.messages
    turn = max(index for index, message in enumerate(messages) if message.tool_calls)
    results = {message.tool_call_id: message.text for message in messages[turn + 1 :]}
    calls = messages[turn].tool_calls
    retries = tuple(retry for call in calls if (retry := retry_with_feedback(call, results[call.id])))
    if again := _callable(conversation, retries):
        return Reply(calls=again)
    return Reply(text="\n".join(describe_result(call, results[call.id]) for call in calls))


def _about_files(names: list[str]) -> str:
    """A script cannot look into a file: it says which ones it was given."""
    given = ", ".join(f"`{name}`" for name in names)
    return f"I was given {given}. A real model would read what is in there; I am a script and see the names."


def _announcement(topic: str) -> str:
    return (
        f"Hello everyone,\n\nA short note: {topic}. Details follow in this channel.\n\n"
        "(Drafted by the scripted model.)"
    )


def _introduction(tools: frozenset[str]) -> str:
    examples = [example for tool, example in EXAMPLES.items() if tool in tools][:SHOWN_EXAMPLES]
    if not examples:
        return INTRODUCTION
    return f"{INTRODUCTION} Try one of these:\n" + "\n".join(f"• {example}" for example in examples)
