"""Messages that are not cards, rendered from their outbox rows: output of graphs, and notes of the bot."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.i18n import N_, _, for_everyone, ngettext, text_from_json
from countersign.interrupts import Part, escape_hidden, sections, split_text
from countersign.slack.block_kit.builders import (
    MESSAGE_BLOCKS,
    Block,
    RenderedMessage,
    actions,
    button,
    context_block,
    mrkdwn,
    plain,
    plain_section,
    section,
)
from countersign.slack.block_kit.escaping import (
    code,
    escape,
    escape_markdown,
    escaped_length,
    quote_spoofed_decisions,
    truncate_escaped,
)
from countersign.slack.block_kit.formatting import format_datetime
from countersign.slack.cards.values.payload import BlockBudget, payload_blocks, text_length
from countersign.slack.text.links import reveal_links
from countersign.slack.text.markdown_split import split_markdown

RETRY = "run:retry"
ASK_AGAIN = "run:ask_again"
START = "start:open"
FEEDBACK = "answer:feedback"
_GOOD = N_("Good answer")
_BAD = N_("Bad answer")

_NOTIFICATION_LIMIT = 3000  # characters of the text in notifications; the blocks have all of it
_MARKDOWN_LIMIT = 11_000  # of Slack's 12,000 a message
_RESULT_LIMIT = 9000
_ALL = BlockBudget(sys.maxsize, sys.maxsize)
_SECTION_LIMIT = 2700
_NAME_LIMIT = 200  # characters
_CONTEXT_LIMIT = 2000  # characters of one element
_CONTEXT_ELEMENTS = 5  # Slack takes ten, but not so many characters in all
_MAX_MENTIONS = 3
WRITTEN_BY_THE_AGENT = N_("Written by the agent.")


def render_private_note(body: Any) -> tuple[RenderedMessage, ...]:
    """A note for one person, in the language of the current reader."""
    given: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    return (_note(str(text_from_json(given.get("said", given.get("text", "")))), ()),)


@for_everyone
def render_message(row: Outgoing) -> tuple[RenderedMessage, ...]:
    """The messages to post for the row, in order: one, or as many as its text needs."""
    body: Mapping[str, Any] = row.body if isinstance(row.body, Mapping) else {}
    match row.kind:
        case OutgoingKind.AGENT_MESSAGE:
            return _agent_message(str(body.get("text") or ""), row.key if body.get("feedback") else None)
        case OutgoingKind.RESULT:
            return _result(body.get("values"))
        case OutgoingKind.NOTE:
            if parts := body.get("parts"):
                return (_note_in_parts(parts, body.get("mentions") or ()),)
            return (_note(str(body.get("text", "")), body.get("mentions") or ()),)
        case OutgoingKind.WAITING:
            return (_note(_waiting(body), ()),)
        case OutgoingKind.FAILURE:
            return (_failure(body),)
        case OutgoingKind.START_FORM:
            return (_start_form(str(body.get("graph", ""))),)
        case OutgoingKind.ROOT:
            return _thread_root(body)
        case OutgoingKind.DONE:
            return _done(body.get("tools"))
        case OutgoingKind.CARD | OutgoingKind.DIRECT | OutgoingKind.POINTER:
            raise ValueError("it is rendered from its approval")
        case OutgoingKind.PRIVATE_NOTE | OutgoingKind.REMOVAL | OutgoingKind.FILE:
            raise ValueError("it is no message that many read")


def _agent_message(text: str, feedback: str | None) -> tuple[RenderedMessage, ...]:
    """`feedback`: the key under which people can say what they think of it."""
    split = split_markdown(
        quote_spoofed_decisions(reveal_links(escape_hidden(text))) if text.strip() else _("(no text)"),
        _MARKDOWN_LIMIT,
        measure=escaped_length,
    )
    pieces = map(
        quote_spoofed_decisions, split
    )  # once more: a long line that was cut may go on like a decision
    # Markdown has no small print, so an agent cannot write a line that looks like this.
    author = context_block(_(WRITTEN_BY_THE_AGENT))
    *first, last = (
        RenderedMessage(
            text=truncate_escaped(piece, _NOTIFICATION_LIMIT),
            blocks=[{"type": "markdown", "text": escape_markdown(piece)}, author],
            fallback=[*(plain_section(escape(part)) for part in _pieces(piece, _SECTION_LIMIT)), author],
        )
        for piece in pieces
        if piece.strip()
    )
    if feedback is None:
        return (*first, last)
    return (*first, replace(last, blocks=[*last.blocks, feedback_buttons(feedback)]))


def feedback_buttons(key: str) -> Block:
    """Slack's own buttons for what people think of an answer."""
    good = {"text": plain(_(_GOOD)), "value": f"good:{key}", "accessibility_label": _(_GOOD)}
    bad = {"text": plain(_(_BAD)), "value": f"bad:{key}", "accessibility_label": _(_BAD)}
    buttons = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": good,
        "negative_button": bad,
    }
    return {"type": "context_actions", "elements": [buttons]}


def _pieces(text: str, limit: int) -> list[str]:
    """Plain text in pieces within the limit, measured after escaping."""
    return list(split_text(escape_hidden(text), limit, measure=escaped_length))


def _result(values: Any) -> tuple[RenderedMessage, ...]:
    """The output of a graph without messages: each field with its name, in full."""
    parts = (
        [Part(label=name, value=value) for name, value in values.items()]
        if isinstance(values, Mapping) and values
        else [Part(label="result", heading=_("Result"), value=values)]
    )
    said = "; ".join(_on_one_line(part) for part in parts)
    notice = truncate_escaped(_("Result: {values}").format(values=said), _NOTIFICATION_LIMIT)
    return _labelled(_("*Result*"), notice, parts)


def _done(tools: Any) -> tuple[RenderedMessage, ...]:
    """A message for a run that ended without text, with what its tools returned."""
    given = tools if isinstance(tools, list) else []
    parts = [Part(label=name, value=value) for each in given for name, value in each.items()]
    words = "; ".join(_on_one_line(part) for part in parts)
    done = _("Done.")
    notice = f"{done} {words}".strip()
    return _labelled(done, truncate_escaped(notice, _NOTIFICATION_LIMIT), parts)


def _labelled(heading: str, notice: str, parts: Sequence[Part]) -> tuple[RenderedMessage, ...]:
    """The parts below a heading, as on a card, in as many messages as they need."""
    rendered: list[RenderedMessage] = []
    blocks: list[Block] = [section(heading)]
    chars = 0
    for block in payload_blocks(parts, _ALL).blocks:
        chars += text_length([block])
        if chars > _RESULT_LIMIT or len(blocks) == MESSAGE_BLOCKS:
            rendered.append(RenderedMessage(text=notice, blocks=blocks))
            blocks, chars = [], text_length([block])
        blocks.append(block)
    return (*rendered, RenderedMessage(text=notice, blocks=blocks))


def _on_one_line(part: Part) -> str:
    text = " ".join(piece.text for piece in sections((part,), _NOTIFICATION_LIMIT)[:1])
    return f"{part.label}: {' '.join(text.split())}"


def _note(text: str, mentions: Sequence[str]) -> RenderedMessage:
    """A text of the bot's own, in mrkdwn; escaped, since it may quote a title or a name.

    In small print: Markdown has none, so no agent can write a note. `mentions` are ids of users to notify.
    """
    text = text.strip() or _("(no text)")
    pieces = split_text(text, _CONTEXT_LIMIT, measure=escaped_length)[:_CONTEXT_ELEMENTS]
    people = _mentioned(mentions)
    first, *others = [" ".join(filter(None, (people, escape(pieces[0])))), *map(escape, pieces[1:])]
    return RenderedMessage(
        text=" ".join(filter(None, (people, truncate_escaped(text, 2900)))),
        blocks=[{"type": "context", "elements": [mrkdwn(first), *map(mrkdwn, others)]}],
    )


def _note_in_parts(parts: Sequence[Any], mentions: Sequence[str]) -> RenderedMessage:
    """The same with moments in it: each reader sees them in their own time zone."""
    room = _CONTEXT_LIMIT // 2 - 100  # a note has two texts around a moment
    texts = [
        format_datetime(datetime.fromtimestamp(part["at"], UTC))
        if isinstance(part, Mapping)
        else truncate_escaped(str(part), room)
        for part in parts
    ]
    text = " ".join(filter(None, (_mentioned(mentions), "".join(texts))))
    return RenderedMessage(text=text, blocks=[{"type": "context", "elements": [mrkdwn(text)]}])


def _mentioned(users: Sequence[str]) -> str:
    return " ".join(f"<@{escape(str(user))}>" for user in users[:_MAX_MENTIONS])


def _waiting(body: Mapping[str, Any]) -> str:
    before, running = int(body.get("before", 0)), int(body.get("running", 0))
    sentences = [
        _("Waiting: {before} before you.").format(before=before) if before else _("Waiting: you're next.")
    ]
    if running:
        sentences.append(
            ngettext("You have {count} thread running.", "You have {count} threads running.", running).format(
                count=running
            )
        )
    sentences.append(_("This one starts by itself when its turn comes."))
    return " ".join(sentences)


def _failure(body: Mapping[str, Any]) -> RenderedMessage:
    error_id = str(body.get("error_id", ""))
    hint = truncate_escaped(str(body.get("text", "")), 2000)
    buttons = []
    if body.get("try_again", True):
        buttons.append(button(RETRY, _("Try again"), error_id[:1000], "primary"))
    if body.get("ask_again"):
        buttons.append(button(ASK_AGAIN, _("Ask again"), error_id[:1000]))
    return RenderedMessage(
        text=_("This run stopped. {hint} Error ID {error_id}.").format(hint=hint, error_id=escape(error_id)),
        blocks=[
            section(_(":warning: *This run stopped.* {hint}").format(hint=hint)),
            *([actions("run", buttons)] if buttons else []),
            context_block(
                _("Error ID {error_id}. Give it to your admin if this keeps happening.").format(
                    error_id=code(error_id)
                )
            ),
        ],
    )


def _start_form(graph: str) -> RenderedMessage:
    text = _("{graph} starts with a form.").format(graph=code(graph))
    return RenderedMessage(
        text=_("{graph} starts with a form.").format(graph=escape(graph)),
        blocks=[section(text), actions("start", [button(START, _("Fill in the form"), graph, "primary")])],
    )


def _thread_root(body: Mapping[str, Any]) -> tuple[RenderedMessage, ...]:
    asker = f"<@{escape(str(body.get('user', '')))}>"
    if "values" in body:
        graph = str(body.get("text", "")).removesuffix(":")[:_NAME_LIMIT]
        text = _("{user} started {agent}.").format(user=asker, agent=code(graph))
        return (RenderedMessage(text=text, blocks=[section(text)]),)
    pieces = _pieces(quote_spoofed_decisions(str(body.get("text", ""))), 2800)
    first = _("{asker} asks: {text}").format(asker=asker, text=escape(pieces[0]))
    return (
        RenderedMessage(text=first, blocks=[section(first)]),
        *(RenderedMessage(text=escape(piece), blocks=[section(escape(piece))]) for piece in pieces[1:]),
    )
