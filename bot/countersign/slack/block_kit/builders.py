"""Builders for the Block Kit objects that the bot sends. Callers escape the texts; see `escaping`.

https://docs.slack.dev/reference/block-kit
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from countersign.i18n import _

Block: TypeAlias = dict[str, Any]
Style: TypeAlias = Literal["primary", "danger"]

SECTION_LIMIT = 3000
HEADER_LIMIT = 150
FIELD_LIMIT = 2000
MESSAGE_BLOCKS = 50


@dataclass(frozen=True, kw_only=True)
class RenderedMessage:
    """One message: `text` is what notifications and screen readers get."""

    text: str
    blocks: list[Block]
    fallback: list[Block] | None = None  # sent instead if Slack refuses `blocks`


def plain(text: str) -> Block:
    """No markup and no emoji codes; Slack only reads the escapes."""
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Block:
    """`verbatim`: Slack adds no links and mentions of its own."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text)}


def section(text: str) -> Block:
    """`expand`: Slack shows it in full, without "See more", so that nobody decides on half of it."""
    return {"type": "section", "text": mrkdwn(text), "expand": True}


def plain_section(text: str) -> Block:
    return {"type": "section", "text": plain(text), "expand": True}


def fields(texts: Sequence[str]) -> Block:
    return {"type": "section", "fields": [mrkdwn(text) for text in texts], "expand": True}


def context_block(text: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text)]}


def actions(block_id: str, buttons: Sequence[Block]) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": list(buttons)}


def confirmation(
    question: str,
    label: str,
    *,
    deny: str | None = None,
    style: Style | None = None,
    title: str | None = None,
) -> Block:
    """A confirmation dialog, shown before a click counts."""
    block: Block = {
        "title": plain(title or _("Are you sure?")),
        "text": plain(question[:300]),
        "confirm": plain(label),
        "deny": plain(deny or _("Cancel")),
    }
    return block | {"style": style} if style else block


def button(action_id: str, label: str, value: str, style: Style | None = None) -> Block:
    block = {"type": "button", "action_id": action_id, "text": plain(label), "value": value}
    return block | {"style": style} if style else block
