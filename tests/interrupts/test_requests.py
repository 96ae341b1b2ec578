"""What is shown and offered of every payload: the whole request, its buttons' answers, its format."""

from collections.abc import Iterator
from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import ReviewRequest, answer_previews, parse, payload_format, with_state_changes
from tests.interrupts.payloads import PAYLOADS
from tests.interrupts.snapshot import check_snapshot, described, outline, some
from tests.interrupts.test_conformance import SETS, request_of

STATE: Json = {
    "schema": {"type": "object", "properties": {"amount": {"type": "integer"}, "note": {"type": "string"}}},
    "values": {"amount": 5, "note": "x", "hidden": 1},
}
DIALECTS = sorted({found["dialect"] for found in SETS.values()})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_shown_of_the_conformance_sets(dialect: str) -> None:
    sets = {name: found for name, found in SETS.items() if found["dialect"] == dialect}
    lines = [line for name, found in sets.items() for line in told(name, request_of(found))]
    check_snapshot(f"requests_{dialect}", "\n".join(lines) + "\n")


def test_what_is_shown_of_other_payloads() -> None:
    lines = [line for name, (value, schema) in PAYLOADS.items() for line in told(name, parse(value, schema))]
    check_snapshot("requests", "\n".join(lines) + "\n")


def test_in_which_format_a_payload_was_sent() -> None:
    sent: dict[str, tuple[Json, Json]] = {
        name: (found["payload"], found["response_schema"]) for name, found in SETS.items()
    } | PAYLOADS
    lines = [f"{name}: {described(payload_format(*each))}" for name, each in sent.items()]
    check_snapshot("formats", "\n".join(lines) + "\n")


def test_with_which_form_the_state_is_changed() -> None:
    lines: list[str] = []
    for name, found in SETS.items():
        (row, *others) = with_state_changes(request_of(found), STATE).rows
        lines.append(f"{name}: {_update(row.update) if not others else 'several rows'}")
    check_snapshot("state_forms", "\n".join(lines) + "\n")


def _update(form: Any) -> str:
    if form is None:
        return "-"
    choice, text, *state = form.fields
    assert [each.pointer for each in state] == ["/state/amount", "/state/note"]
    assert (text.label, text.required, text.hint) == (
        "Text of the answer",
        False,
        "The answer itself, if it is none of a button, or the reason.",
    )
    return ", ".join(f"{option.key} “{option.label}”" for option in choice.options)


def told(name: str, request: ReviewRequest) -> Iterator[str]:
    yield f"== {name}"
    yield from outline(request)
    yield from some([described(each) for each in answer_previews(request)])
    yield ""
