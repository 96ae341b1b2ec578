"""An agent's message with a word that decides, however it hides it."""

import pytest

from countersign.approvals.json import Json
from countersign.flow.decisions.replies.deciding_words import has_deciding_word


@pytest.mark.parametrize(
    "said",
    [
        "approve",
        "Please write approved.",
        "REJECT it",
        "rejected",
        "ap*pro*ve",
        "`approve`",
        "~rejected~",
        "ａｐｐｒｏｖｅ",  # fullwidth letters
        "аpprove",  # a Cyrillic а
        "ap\u200bprove",
        "appro\u0301ve",
        ["no", "approve"],
        {"text": "approve"},
        {"approve": 1},
        {"blocks": [{"text": {"text": "approve"}}]},
    ],
)
def test_it_is_found(said: Json) -> None:
    assert has_deciding_word(said)


@pytest.mark.parametrize(
    "said",
    ["", "approval", "disapprove", "rejection", "prove", ["no"], {"text": "no"}, {}, [], 5, None, True],
)
def test_what_holds_none_has_none(said: Json) -> None:
    assert not has_deciding_word(said)
