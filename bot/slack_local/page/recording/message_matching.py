"""Finds texts that identify a message when a recording is played in another workspace."""

import re
from collections.abc import Iterable

from slack_local.block_kit.text import full_text
from slack_local.model.records import Ephemeral, Message

MAX_LENGTH = 60
_VOLATILE = re.compile(r"\d{1,2}:\d\d|<!date\^|[0-9a-f]{8,}|\d{8,}|^\s*$", re.IGNORECASE)
"""What is likely to be another text next time: times, ids, digests."""


def first_words(message: Message | Ephemeral) -> str:
    """The beginning of a message's first line of text."""
    return full_text(message).strip().partition("\n")[0][:MAX_LENGTH]


def distinguishing_text(message: Message, others: Iterable[Message]) -> str:
    """A line that is in this message and in none of the others; empty when there is none, or no other."""
    elsewhere = [full_text(other) for other in others]
    if not elsewhere:
        return ""
    lines = (line.strip() for line in full_text(message).splitlines())
    steady = (line for line in lines if not _VOLATILE.search(line))
    return next((line for line in steady if not any(line in text for text in elsewhere)), "")
