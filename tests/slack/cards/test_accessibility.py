"""What a screen reader, or somebody who sees no colours, gets of every kind of message, in both languages."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.i18n import LANGUAGES, workspace_language
from countersign.slack.block_kit.builders import RenderedMessage
from countersign.slack.messages import render_message, render_private_note
from slack_local.block_kit.input_state import interactive_elements
from tests.browser.pictures.exceptional_cards import all_cards

BODIES: Mapping[OutgoingKind, Json] = {
    OutgoingKind.AGENT_MESSAGE: {"text": "The refund is on its way.", "feedback": True},
    OutgoingKind.RESULT: {"values": {"total": 129.9}},
    OutgoingKind.DONE: {"tools": [{"post_message": "posted"}]},
    OutgoingKind.NOTE: {"text": "Stopped. Send a message to go on."},
    OutgoingKind.WAITING: {"before": 2, "running": 1},
    OutgoingKind.FAILURE: {"text": "The model is busy.", "error_id": "a1b2c3d4", "ask_again": True},
    OutgoingKind.START_FORM: {"graph": "refunds"},
    OutgoingKind.ROOT: {"text": "Refund order 2041", "user": "U0CAROL001"},
}
NO_MESSAGES = {  # a file, a removal, and what is in the gallery of cards
    *(OutgoingKind.CARD, OutgoingKind.DIRECT, OutgoingKind.POINTER),
    *(OutgoingKind.FILE, OutgoingKind.REMOVAL),
}
EMOJI = re.compile(r":[a-z0-9_+-]+:|[\U0001f000-\U0001ffff☀-➿]")
CODE = re.compile(r"`[^`]*`")  # where Slack draws no emoji
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")
DATE = re.compile(r"<!date\^[^>]*>")


def messages() -> Iterator[tuple[str, RenderedMessage]]:
    for kind, body in BODIES.items():
        row = Outgoing(key="k", kind=kind, team="T1", channel="C1", thread_ts="1.0", body=body)
        for number, message in enumerate(render_message(row)):
            yield f"{kind.value}-{number}", message
    for message in render_private_note({"text": "Alice is back."}):
        yield "private_note", message
    for shown in all_cards():
        yield shown.name, shown.message


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", EMOJI.sub(" ", DATE.sub(" ", text)))


def elements(message: RenderedMessage) -> list[Mapping[str, Any]]:
    return [element for _, element in interactive_elements(list(message.blocks))]


def nodes(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for child in children:
        yield from nodes(child)


def test_every_kind_of_message_is_looked_at() -> None:
    assert {*BODIES, *NO_MESSAGES, OutgoingKind.PRIVATE_NOTE} == set(OutgoingKind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_that_is_read_out_says_what_the_blocks_say(language: str) -> None:
    """Slack reads `text` in notifications, and to screen readers in place of the blocks."""
    with workspace_language(language):
        silent = [name for name, message in messages() if len(words(message.text)) < 2]

    assert silent == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_button_and_no_line_says_something_by_an_emoji_alone(language: str) -> None:
    with workspace_language(language):
        shown = list(messages())

    buttons = [
        (name, element["text"]["text"])
        for name, message in shown
        for element in elements(message)
        if element["type"] == "button" and not words(element["text"]["text"])
    ]
    lines = [
        (name, line)
        for name, message in shown
        for node in nodes(list(message.blocks))
        if node.get("type") == "mrkdwn"
        for line in str(node["text"]).split("\n")
        if EMOJI.search(CODE.sub("", line)) and not words(line)
    ]
    assert (buttons, lines) == ([], [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_no_words_of_its_own_has_a_label(language: str) -> None:
    """Images have `alt_text`; menus a placeholder; Slack's own thumbs a label."""
    with workspace_language(language):
        unlabelled = [
            (name, node["type"])
            for name, message in messages()
            for node in nodes(list(message.blocks))
            if (node.get("type") == "image" and not node.get("alt_text"))
            or (str(node.get("type")).endswith("_select") and not node.get("placeholder"))
            or (
                "positive_button" in node
                and not all(
                    node[each].get("accessibility_label") for each in ("positive_button", "negative_button")
                )
            )
        ]

    assert unlabelled == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_moment_of_the_bots_own_is_in_the_readers_zone(language: str) -> None:
    """In small print and status lines; a value of the agent's is shown with the zone that it names."""
    with workspace_language(language):
        fixed = [
            (name, text)
            for name, message in messages()
            for block in message.blocks
            if block["type"] == "context"
            for element in block["elements"]
            if MOMENT.search(text := DATE.sub("", str(element.get("text"))))
        ]

    assert fixed == []


def test_the_title_comes_first_and_the_decisions_after_what_is_decided() -> None:
    """A screen reader goes through the blocks in their order."""
    for shown in all_cards():
        blocks = list(shown.message.blocks)
        if blocks[0]["type"] == "container":
            assert blocks[0]["title"]["text"].strip(), shown.name
            blocks = (
                blocks[0]["child_blocks"] if "child_blocks" in blocks[0] else blocks[0].get("blocks", blocks)
            )
        kinds = [block["type"] for block in blocks]
        if "actions" in kinds:
            assert kinds.index("actions") > 0, shown.name


def test_what_cannot_be_undone_asks_once_more() -> None:
    """A request that is taken back, and several actions that are rejected at once."""
    final = {"approval:cancel", "approval:reject_rest"}
    unasked = [
        (shown.name, element["action_id"])
        for shown in all_cards()
        for element in elements(shown.message)
        if element["action_id"] in final and "confirm" not in element
    ]

    assert unasked == []
