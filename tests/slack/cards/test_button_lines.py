"""Buttons on a phone: none of several is alone on a line."""

from typing import Any

from countersign.i18n import workspace_language
from countersign.slack.block_kit.builders import button
from countersign.slack.cards.buttons.button_lines import button_lines


def lines_of(*labels: str) -> list[list[str]]:
    made: list[dict[str, Any]] = [button(f"a:{label}", label, "v") for label in labels]
    return [[each["text"]["text"] for each in line] for line in button_lines(made)]


def test_what_a_phone_has_room_for_is_one_line() -> None:
    assert lines_of("Approve", "Edit", "Reject") == [["Approve", "Edit", "Reject"]]
    assert lines_of() == []


def test_four_are_two_lines_with_a_long_label_beside_a_short_one() -> None:
    assert lines_of("Details", "I'm looking", "Ask someone", "Cancel request") == [
        ["Details", "I'm looking"],
        ["Ask someone", "Cancel request"],
    ]
    assert lines_of("I'm looking", "Ask someone", "Cancel request", "Answer another way") == [
        ["I'm looking", "Cancel request"],
        ["Ask someone", "Answer another way"],
    ]


def test_what_fills_a_line_has_one_of_its_own_and_the_others_are_shared_out() -> None:
    grant = "Approve and don't ask again for 1 hour"
    assert lines_of("Details", grant, "I'm looking", "Ask someone", "Cancel request") == [
        [grant],
        ["Details", "I'm looking"],
        ["Ask someone", "Cancel request"],
    ]
    assert lines_of(grant) == [[grant]]


def test_hangul_takes_the_room_of_two_letters() -> None:
    with workspace_language("ko"):
        assert len(lines_of("자세히", "확인 중", "다른 사람에게 요청", "요청 취소")) == 2
