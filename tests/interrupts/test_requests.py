"""What is shown and offered of every payload: the whole request, its buttons' answers, its format."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import (
    FormValidationError,
    InvalidDecision,
    RawInput,
    ReviewRequest,
    ReviewRow,
    answer_and_change,
    answer_previews,
    parse,
    payload_format,
    resume_value,
    with_state_changes,
)
from tests.interrupts.payloads import PAYLOADS
from tests.interrupts.snapshot import described, outline, snapshot, some
from tests.interrupts.test_conformance import SETS, request_of

STATE: Json = {
    "schema": {"type": "object", "properties": {"amount": {"type": "integer"}, "note": {"type": "string"}}},
    "values": {"amount": 5, "note": "x", "hidden": 1},
}
CHANGES: tuple[dict[str, RawInput], ...] = (
    {},
    {"/state/amount": "x"},
    {"/state/note": ""},
    {"/state/hidden": "2"},
    {"/other": "1"},
)
DIALECTS = sorted({found["dialect"] for found in SETS.values()})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_shown_of_the_conformance_sets(dialect: str) -> None:
    sets = {name: found for name, found in SETS.items() if found["dialect"] == dialect}
    lines = [line for name, found in sets.items() for line in told(name, request_of(found))]
    text = "\n".join(lines) + "\n"
    assert text == snapshot(f"requests_{dialect}", text)


def test_what_is_shown_of_other_payloads() -> None:
    lines = [line for name, (value, schema) in PAYLOADS.items() for line in told(name, parse(value, schema))]
    text = "\n".join(lines) + "\n"
    assert text == snapshot("requests", text)


def test_in_which_format_a_payload_was_sent() -> None:
    sent: dict[str, tuple[Json, Json]] = {
        name: (found["payload"], found["response_schema"]) for name, found in SETS.items()
    } | PAYLOADS
    lines = [f"{name}: {described(payload_format(*each))}" for name, each in sent.items()]
    text = "\n".join(lines) + "\n"
    assert text == snapshot("formats", text)


def test_with_which_form_the_state_is_changed() -> None:
    lines: list[str] = []
    for name, found in SETS.items():
        (row, *others) = with_state_changes(request_of(found), STATE).rows
        lines.append(f"{name}: {_update(row.update) if not others else 'several rows'}")
    text = "\n".join(lines) + "\n"
    assert text == snapshot("state_forms", text)


def test_what_each_decision_sends_or_why_it_is_refused() -> None:
    lines: list[str] = []
    for name, found in SETS.items():
        request = request_of(found)
        lines.append(f"== {name}")
        for kind in DecisionKind:
            forms = [row.forms.get(kind) for row in request.rows]
            prefilled = [{each.pointer: each.raw for each in form.fields} if form else None for form in forms]
            emptied = [dict.fromkeys(each) if each is not None else None for each in prefilled]
            typed = [dict.fromkeys(each, "5") if each is not None else None for each in prefilled]
            for how, raw in (("as it is", prefilled), ("emptied", emptied), ("with 5", typed)):
                lines.append(f"{kind.value} {how} -> {_sent(request, kind, raw)}")
        texts = ("yes", "No", " approve ", "5", "")
        lines += [f"reply {text!r} -> {[_replied(row, text) for row in request.rows]}" for text in texts]
    text = "\n".join(lines) + "\n"
    assert text == snapshot("answers", text)


def _sent(request: ReviewRequest, kind: DecisionKind, raw: Sequence[Mapping[str, RawInput] | None]) -> str:
    try:
        decisions = [row.decide(kind, each) for row, each in zip(request.rows, raw, strict=True)]
        return f"{described(decisions[0])} {described(resume_value(request, decisions))}"
    except FormValidationError as refused:
        return f"refused: {described(refused.errors)}"
    except InvalidDecision as refused:
        return f"refused in row {refused.row}: {described(refused.errors)}"


def _replied(row: ReviewRow, text: str) -> str:
    try:
        return described(row.reply(text))
    except FormValidationError as refused:
        return f"refused: {described(refused.errors)}"


def test_what_each_answer_that_changes_the_state_sends_or_why_it_is_refused() -> None:
    lines: list[str] = []
    for name, found in {found["dialect"]: found for found in SETS.values()}.items():
        row, *others = with_state_changes(request_of(found), STATE).rows
        if others or row.update is None:
            continue
        lines.append(f"== {name}")
        choices = [option.key for option in row.update.fields[0].options]
        for choice in (*choices, "nothing", None):
            for text in ("", "5", "Some words."):
                raw: dict[str, RawInput] = {"/as": choice, "/": text, "/state/amount": "7"}
                lines.append(f"{choice} {text!r} -> {_changed(row, raw)}")
        for state in (
            {},
            {"/state/amount": "x"},
            {"/state/note": ""},
            {"/state/hidden": "2"},
            {"/other": "1"},
        ):
            given: dict[str, RawInput] = {"/as": choices[0], "/": "", **state}
            lines.append(f"{state} -> {_changed(row, given)}")
    text = "\n".join(lines) + "\n"
    assert text == snapshot("state_answers", text)


def _changed(row: ReviewRow, raw: Mapping[str, RawInput]) -> str:
    try:
        return described(answer_and_change(row, raw))
    except FormValidationError as refused:
        return f"refused: {described(refused.errors)}"


def _update(form: Any) -> str:
    if form is None:
        return "-"
    choice, text, *state = form.fields
    assert [each.pointer for each in state] == ["/state/amount", "/state/note"]
    assert (text.label, text.required, text.hint) == (
        "Text of the answer",
        False,
        "Your own answer instead of a button's, or the reason.",
    )
    return ", ".join(f"{option.key} “{option.label}”" for option in choice.options)


def told(name: str, request: ReviewRequest) -> Iterator[str]:
    yield f"== {name}"
    yield from outline(request)
    yield from some([described(each) for each in answer_previews(request)])
    yield ""
