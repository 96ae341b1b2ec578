"""A plain question in a conversation is a message with small buttons, not a card in a frame."""

from typing import Any

import pytest

from countersign.flow.review import Review
from countersign.slack.block_kit.builders import Block
from countersign.slack.cards.open_card import render_card
from tests.security.cards.test_card_uniqueness import asked


def drawn(value: Any) -> list[Block]:
    return render_card(Review(asked(value))).blocks


@pytest.mark.parametrize("value", ["What is your name?", {"question": "What is your name?"}])
def test_the_question_is_the_text_and_a_line_says_how_to_answer(value: Any) -> None:
    question, *rows, line = drawn(value)
    buttons = [each for row in rows for each in row["elements"]]

    assert question["text"] == {"type": "plain_text", "text": "What is your name?", "emoji": False}
    assert [each["action_id"] for each in buttons][:2] == ["approval:answer", "approval:other"]
    assert not any(each.get("style") == "primary" for each in buttons)
    assert line["type"] == "context"
    assert line["elements"][0]["text"].startswith("Reply in this thread to answer. ")


@pytest.mark.parametrize(
    "value",
    [
        {"question": "Go on?", "amount": 3},
        {"question": "Which one?", "options": ["a", "b"]},
        {"title": "Wipe the disk", "risk": "high"},
        "✅ Approved by bob",
    ],
)
def test_what_has_more_to_show_stays_a_card(value: Any) -> None:
    assert drawn(value)[0]["type"] in {"container", "header"}
