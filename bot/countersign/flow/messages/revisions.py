"""Edits and deletions of messages that were not read yet: the agent reads what is there now, or nothing."""

from collections.abc import Iterable
from dataclasses import replace

from countersign.flow.messages.inbound import Inbound, InboundKind


def revised_message(inbound: Inbound) -> str | None:
    """The key of the message that was edited or deleted, if that is what this tells."""
    body = inbound.body
    key = body.get("message") if inbound.kind is InboundKind.REVISION and isinstance(body, dict) else None
    return key if isinstance(key, str) else None


def as_it_stands(message: Inbound, revisions: Iterable[Inbound]) -> Inbound:
    """The message as its writer left it. `revisions` are what came in after it, oldest first."""
    for row in revisions:
        if revised_message(row) == message.key:
            text = row.body.get("text") if isinstance(row.body, dict) else None
            message = (
                replace(message, text=text, deleted=False)
                if isinstance(text, str)
                else replace(message, deleted=True)
            )
    return message
