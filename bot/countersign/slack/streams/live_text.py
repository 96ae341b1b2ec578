"""The part of an agent's message that can be streamed before the message is complete.

It is escaped like the complete message. Only complete words are shown, and nothing from the first link on:
unfurling cannot be switched off in Slack's stream methods (CVE-2025-34072), and an unfinished link may become
another one.
"""

import re

from countersign.interrupts import escape_hidden
from countersign.slack.block_kit.escaping import escape_markdown, escaped_length, quote_spoofed_decisions

MAX_LIVE_TEXT = 10_000  # of Slack's 12,000 a stream
_ADDRESS = r"https?:|mailto:|tel:|www\.|(?<![\w@.-])(?:[\w-]+\.)+[A-Za-z]{2,}(?!\w)"
_LINK = re.compile(rf"{_ADDRESS}|\]\(|\]\[", re.IGNORECASE)
_BEGINS_LINK = re.compile(rf"{_ADDRESS}|!?\[|<", re.IGNORECASE)


def has_link(markdown: str) -> bool:
    """Whether Slack might make a link of something in it."""
    return _LINK.search(markdown) is not None


def live_text(markdown: str) -> str:
    """The beginning that can be shown, escaped. Empty for what may be a value and no words."""
    text = markdown.lstrip()
    if text[:1] in {"{", "["}:
        return ""
    if (link := _BEGINS_LINK.search(text)) is not None:
        text = text[: link.start()]
    text = text[: max(text.rfind(" "), text.rfind("\n"), 0)].rstrip()
    if escaped_length(text) > MAX_LIVE_TEXT:
        text = text[: MAX_LIVE_TEXT // 5].rstrip()
    return escape_markdown(quote_spoofed_decisions(escape_hidden(text))) if text else ""
