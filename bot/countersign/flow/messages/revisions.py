"""Edits and deletions of messages that were not handled yet: the agent gets the latest text, or nothing."""

from collections.abc import Iterable
from dataclasses import replace

from countersign.flow.messages.inbound import Inbound, InboundKind


def revised_message(inbound: Inbound) -> str | None:
    """The key of the message that this event edits or deletes; None for other events."""
    body = inbound.body
    key = body.get("message") if inbound.kind is InboundKind.REVISION and isinstance(body, dict) else None
    return key if isinstance(key, str) else None


def latest_version(message: Inbound, revisions: Iterable[Inbound]) -> Inbound:
    """The latest version of the message. `revisions` are what came in after it, oldest first."""
    for row in revisions:
        if revised_message(row) == message.key:
            text = row.body.get("text") if isinstance(row.body, dict) else None
            message = (
                replace(message, text=text, deleted=False)
                if isinstance(text, str)
                else replace(message, deleted=True)
            )
    return message
