"""The words that control a conversation, and what only contains them."""

import pytest

from countersign.flow.conversation.control_words import ControlWord, control_word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("stop", ControlWord.STOP),
        (" *STOP!* ", ControlWord.STOP),
        ("그만", ControlWord.STOP),
        ("reset.", ControlWord.RESET),
        ("ｒｅｓｅｔ", ControlWord.RESET),
    ],
)
def test_a_word_counts_alone_in_any_case_and_format(text: str, word: ControlWord) -> None:
    assert control_word(text) is word


@pytest.mark.parametrize("text", ["", "stop it", "please stop", "don't reset", "stopp"])
def test_a_word_among_others_is_for_the_agent(text: str) -> None:
    assert control_word(text) is None


def test_a_long_message_is_not_looked_at() -> None:
    assert control_word("stop".rjust(40)) is ControlWord.STOP
    assert control_word("stop".rjust(41)) is None
