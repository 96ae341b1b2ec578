"""Every message that is not a card, drawn from its outbox row: what the graph says, and what the bot says."""

from collections.abc import Mapping
from typing import Any

from countersign.flow.outgoing import Outgoing, OutgoingKind
from countersign.interrupts import Part, sections
from countersign.slack.blocks import (
    MESSAGE_BLOCKS,
    Block,
    Drawn,
    actions,
    button,
    context,
    plain_section,
    section,
)
from countersign.slack.escape import clipped, code, escape, escaped_length, markdown
from countersign.slack.parts import titled

RETRY = "run:retry"
ASK_AGAIN = "run:ask_again"
START = "start:open"

_NOTICE = 3000  # characters of the text for notifications, beside the blocks that hold everything
_MARKDOWN = 11_000  # of Slack's 12,000 a message
_FIELDS_CHARS = 9000
_SECTION_CHARS = 2700


def draw_message(row: Outgoing) -> tuple[Drawn, ...]:
    """What to post for the row, in order: one message, or as many as its text needs."""
    body: Mapping[str, Any] = row.body if isinstance(row.body, Mapping) else {}
    match row.kind:
        case OutgoingKind.SAID:
            return _said(str(body.get("text") or ""))
        case OutgoingKind.FIELDS:
            return _fields(body.get("values"))
        case OutgoingKind.NOTE:
            return (_note(str(body.get("text", ""))),)
        case OutgoingKind.FAILURE:
            return (_failure(body),)
        case OutgoingKind.START:
            return (_start(str(body.get("graph", ""))),)
        case OutgoingKind.OPENING:
            return _opening(body)
        case OutgoingKind.CARD:
            raise ValueError("a card is drawn from its approval")


def _said(text: str) -> tuple[Drawn, ...]:
    return tuple(
        Drawn(
            text=clipped(piece, _NOTICE),
            blocks=[{"type": "markdown", "text": markdown(piece)}],
            otherwise=[plain_section(escape(part)) for part in _pieces(piece, _SECTION_CHARS)],
        )
        for piece in _pieces(text if text.strip() else "(no text)", _MARKDOWN)
    )


def _pieces(text: str, limit: int) -> list[str]:
    """The text in pieces that are each within the limit once escaped, parted between lines where possible.

    A code block that goes over a border is closed and opened again, so that it stays one to look at.
    """
    pieces: list[str] = []
    fenced = False
    for part in sections((Part(label="", value=text),), limit, measure=escaped_length):
        opening = "```\n" if fenced else ""
        fenced = fenced != (part.text.count("```") % 2 == 1)
        pieces.append(opening + part.text + ("\n```" if fenced else ""))
    return pieces


def _fields(values: Any) -> tuple[Drawn, ...]:
    """The output of a graph without messages: each field under its name, in full."""
    parts = (
        [Part(label=name, value=value) for name, value in values.items()]
        if isinstance(values, Mapping) and values
        else [Part(label="result", value=values)]
    )
    notice = clipped("; ".join(_on_one_line(part) for part in parts), _NOTICE)
    drawn: list[Drawn] = []
    blocks: list[Block] = [section("*Result*")]
    chars = 0
    for piece in sections(parts, _SECTION_CHARS, measure=escaped_length):
        block = titled(piece)
        chars += len(block["text"]["text"])
        if chars > _FIELDS_CHARS or len(blocks) == MESSAGE_BLOCKS:
            drawn.append(Drawn(text=notice, blocks=blocks))
            blocks, chars = [], len(block["text"]["text"])
        blocks.append(block)
    return (*drawn, Drawn(text=notice, blocks=blocks))


def _on_one_line(part: Part) -> str:
    text = " ".join(piece.text for piece in sections((part,), _NOTICE)[:1])
    return f"{part.label}: {' '.join(text.split())}"


def _note(text: str) -> Drawn:
    """The bot's own words, in mrkdwn; escaped all the same, since they may quote a title or a name."""
    shown = clipped(text.strip() or "(no text)", 2900)
    return Drawn(text=shown, blocks=[section(shown)])


def _failure(body: Mapping[str, Any]) -> Drawn:
    reference = str(body.get("reference", ""))
    hint = clipped(str(body.get("text", "")), 2000)
    buttons = [button(RETRY, "Try again", reference[:1000], "primary")]
    if body.get("ask_again"):
        buttons.append(button(ASK_AGAIN, "Ask again", reference[:1000]))
    return Drawn(
        text=f"This run stopped. {hint} (reference {escape(reference)})",
        blocks=[
            section(f":warning: *This run stopped.* {hint}"),
            actions("run", buttons),
            context(f"Reference {code(reference)}: it stands in the log too."),
        ],
    )


def _start(graph: str) -> Drawn:
    text = f"{code(graph)} starts with a form."
    return Drawn(
        text=f"{escape(graph)} starts with a form.",
        blocks=[section(text), actions("start", [button(START, "Fill in the form", graph, "primary")])],
    )


def _opening(body: Mapping[str, Any]) -> tuple[Drawn, ...]:
    asker = f"<@{escape(str(body.get('user', '')))}>"
    pieces = _pieces(str(body.get("text", "")), 2800)
    first = f"{asker} asks: {escape(pieces[0])}"
    return (
        Drawn(text=first, blocks=[section(first)]),
        *(Drawn(text=escape(piece), blocks=[section(escape(piece))]) for piece in pieces[1:]),
    )
