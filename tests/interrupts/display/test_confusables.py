"""Names that look alike, told by Unicode's own list, which is read anew for each of these tests."""

import pytest

from countersign.interrupts.display.visible_text import confusables
from countersign.interrupts.display.visible_text.confusables import ascii_lookalike, look_alike


@pytest.fixture(autouse=True)
def list_unread() -> None:
    confusables._prototypes.cache_clear()
    confusables.skeleton.cache_clear()


@pytest.mark.parametrize(
    ("character", "looks_like"),
    [
        ("а", "a"),
        ("ο", "o"),
        ("Ι", "l"),
        ("ﬁ", "fi"),
        ("௦", "o"),
        ("a", None),
        ("l", None),
        ("1", None),
        ("é", None),
        ("中", None),
    ],
)
def test_what_ascii_text_a_character_looks_like(character: str, looks_like: str | None) -> None:
    assert ascii_lookalike(character) == looks_like


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("send_mail", "sеnd_mail", True),
        ("pay_1", "pay_l", True),
        ("pay_I", "pay_1", True),
        ("pay|", "payl", True),
        ("order_0", "order_O", True),
        ("mail", "rnail", True),
        ("pay", "p\u200bay", True),
        ("pay", "pa\u0301y", True),
        ("pay", "pay", False),
        ("pay", "pay2", False),
        ("order_0", "order_o", False),
        ("n", "m", False),
    ],
)
def test_two_names_can_be_taken_for_each_other(name: str, other: str, alike: bool) -> None:
    assert look_alike(name, other) is look_alike(other, name) is alike
