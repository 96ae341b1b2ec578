"""What the graph's code cannot use of an answer is refused at its field."""

from typing import Any

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import InvalidDecision, parse, resume_value
from countersign.interrupts.code import (
    UNKNOWN,
    AnswerShape,
    Boolean,
    Key,
    ListOf,
    Match,
    Number,
    Object,
    OneOf,
    Text,
    Tuple,
    Union,
)
from countersign.interrupts.shape_answers.code_refusals import code_refusals
from countersign.interrupts.validation.messages import FITS_NONE, REQUIRED
from tests.interrupts.running_code import CodeFailed, run_code

EDITED = Object(
    (
        Key("action", OneOf(("approve", "edit"), exhaustive=True), required=True),
        Key("draft", Text(), required=False, needed_with=(("action", "edit"),)),
        Key("note", Text(optional=True), required=False, unread_with=(("action", "approve"),)),
    )
)
UNLESS = Object(
    (Key("go", Boolean(), required=True), Key("why", Text(), False, needed_unless=(("go", True),)))
)
EITHER = Object(
    (Key("url", Text(), False, needed_without=("path",)), Key("path", Text(), False, needed_without=("url",)))
)


@pytest.mark.parametrize(
    ("shape", "answer", "places"),
    [
        (UNKNOWN, {"any": 1}, []),
        (Boolean(), "yes", ["/"]),
        (Number(integer=True), 1.5, ["/"]),
        (Number(), True, ["/"]),
        (Text(), "", []),
        (Text(), None, ["/"]),
        (Text(optional=True), None, []),
        (Text(json=True), "{", ["/"]),
        (Text(json=True), "", ["/"]),
        (Text(optional=True, json=True), "", []),
        (Text(decimal=True), "12.50", []),
        (Text(decimal=True), " -1e3 ", []),
        (Text(decimal=True), "12,50", ["/"]),
        (Text(decimal=True), 12.5, ["/"]),
        (OneOf(("a",)), "z", []),
        (OneOf(("a",), exhaustive=True), "z", ["/"]),
        (OneOf(("a",), exhaustive=True, ignores_case=True, ignores_space=True), " A", []),
        (OneOf(("a",), exhaustive=True, match=Match.PREFIX), "about", []),
        (Tuple((OneOf(("a",), exhaustive=True), Text())), ["b", "x"], ["/0"]),
        (Tuple((OneOf(("a",), exhaustive=True), Text())), ["a"], ["/"]),
        (Tuple((OneOf(("a",), exhaustive=True), Text()), sometimes=(1,)), ["a", None], []),
        (ListOf(Number()), [1, "2", 3, "4"], ["/1", "/3"]),
        (ListOf(Number()), 1, ["/"]),
        (EDITED, {"action": "edit"}, ["/draft"]),
        (EDITED, {}, ["/action"]),
        (EDITED, {"action": "approve", "note": 5}, []),
        (EDITED, {"action": "edit", "draft": "x", "note": 5}, ["/note"]),
        (EDITED, "edit", ["/"]),
        (UNLESS, {"go": False}, ["/why"]),
        (UNLESS, {"go": True}, []),
        (EITHER, {"other": 1}, ["/url", "/path"]),
        (EITHER, {"path": "x"}, []),
        (ListOf(EDITED), [{"action": "edit", "draft": 1}], ["/0/draft"]),
        (Union((Boolean(), EDITED)), {"action": "edit"}, ["/draft"]),
        (Union((Boolean(), EDITED)), "edit", ["/"]),
        (Union((Boolean(), EDITED)), True, []),
    ],
)
def test_where_the_code_cannot_use_an_answer(shape: AnswerShape, answer: Json, places: list[str]) -> None:
    assert list(code_refusals(shape, answer)) == places
    if not places:
        run_code(shape, answer)
    else:
        with pytest.raises(CodeFailed):
            run_code(shape, answer)


def test_the_words_for_what_is_missing_and_for_what_fits_nothing() -> None:
    assert code_refusals(EDITED, {"action": "edit"}) == {"/draft": REQUIRED}
    assert code_refusals(Union((Boolean(), Number())), "x") == {"/": FITS_NONE}


WITHOUT_FIELD = Object(
    (
        Key("action", OneOf(("approve",)), required=False),
        Key("type", UNKNOWN, required=False, needed_unless=(("action", "approve"),)),
    )
)


def refused(shape: AnswerShape, payload: Json, **decision: Any) -> dict[str, str]:
    with pytest.raises(InvalidDecision) as caught:
        resume_value(parse(payload, None, shape), [Decision(**decision)])
    return caught.value.errors


def test_an_edit_of_the_whole_answer_that_leaves_out_what_the_code_reads_is_refused_there() -> None:
    edit = {"kind": DecisionKind.EDIT}

    assert refused(WITHOUT_FIELD, {}, **edit, value={}) == {"/type": REQUIRED}
    sent = resume_value(
        parse({}, None, WITHOUT_FIELD), [Decision(kind=DecisionKind.EDIT, value={"type": "x"})]
    )
    assert sent == {"type": "x"}


def test_an_error_is_at_the_field_that_was_typed_in() -> None:
    """A form for one part of an answer knows that part as the whole."""
    payload: Json = {"question": "Send it?", "draft": "Hello"}

    assert list(refused(EDITED, payload, kind=DecisionKind.EDIT, value=5)) == ["/"]


def test_an_option_that_the_code_refuses_has_no_button_and_is_still_readable() -> None:
    payload: Json = {"question": "When?", "options": ["now", "later"]}
    request = parse(payload, None, OneOf(("now",), exhaustive=True))

    (row,) = request.rows
    assert [option.label for option in row.options] == ["now"]
    assert {part.label: part.value for part in row.parts}["options"] == ["now", "later"]


def test_any_other_answer_can_still_be_given_another_way() -> None:
    decision = Decision(kind=DecisionKind.RESPOND, value={"no": "draft"}, verbatim=True)

    assert resume_value(parse({"question": "Send it?"}, None, EDITED), [decision]) == {"no": "draft"}
