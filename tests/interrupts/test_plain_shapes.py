"""Which buttons an answer without parts gets, and what they send."""

from typing import Any

import pytest

from countersign.interrupts.code import OneOf
from countersign.interrupts.shape_answers.plain_shapes import plain_answers
from countersign.interrupts.shape_answers.row_answers import Asked


def buttons(shape: OneOf) -> dict[str, Any]:
    found = plain_answers(shape, Asked(value="Which?"))
    told: dict[str, Any] = {
        kind.value: answer.value for kind, answer in found.answers.items() if answer.slot is None
    }
    return told | {option.label: option.value for option in found.options}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("go",), {"approve": "go", "reject": "stop"}),
        (("go", "stop"), {"approve": "go", "reject": "stop"}),
        (("go", "hold", "cancel"), {"approve": "go", "reject": "cancel", "hold": "hold"}),
        (("fire", "go", "hold"), {"fire": "fire", "go": "go", "hold": "hold"}),
        (("Run", "simulate"), {"Run": "Run", "simulate": "simulate"}),
        (("approve", "escalate"), {"approve": "approve", "reject": "reject", "escalate": "escalate"}),
    ],
)
def test_an_order_is_a_yes_only_where_no_other_order_stands_beside_it(
    words: tuple[str, ...], expected: dict[str, Any]
) -> None:
    assert buttons(OneOf(words)) == expected
