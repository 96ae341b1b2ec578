"""The script: which reply belongs to a conversation.

It reads the last message as a person would who knows a dozen phrases, and admits it when it knows none.
The same conversation always gets the same reply.
"""

from bot.local.model.conversation import Conversation, Message
from bot.local.model.phrases import wishes
from bot.local.model.reply import Reply
from bot.local.model.results import sentence_about

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


def reply_to(conversation: Conversation) -> Reply:
    """Return the reply that the script has for this conversation."""
    last = conversation.messages[-1]
    if last.role == "tool":
        return Reply(text=_closing(conversation.messages))
    calls = tuple(call for call in wishes(conversation) if call.name in conversation.tools)
    if calls:
        return Reply(calls=calls[:1] if conversation.one_call_at_most else calls)
    return Reply(text=_introduction(conversation.tools))


def _closing(messages: tuple[Message, ...]) -> str:
    """Say what became of each call of the last turn."""
    turn = max(index for index, message in enumerate(messages) if message.tool_calls)
    results = {message.tool_call_id: message.text for message in messages[turn + 1 :]}
    return "\n".join(sentence_about(call, results[call.id]) for call in messages[turn].tool_calls)


def _introduction(tools: frozenset[str]) -> str:
    examples = [example for tool, example in EXAMPLES.items() if tool in tools][:SHOWN_EXAMPLES]
    if not examples:
        return INTRODUCTION
    return f"{INTRODUCTION} Try one of these:\n" + "\n".join(f"• {example}" for example in examples)
