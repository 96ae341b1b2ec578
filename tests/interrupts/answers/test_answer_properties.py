"""What arrives is what the card said would be sent, whatever is asked and whatever is answered."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import (
    AnswerPreview,
    AnswerSource,
    FormValidationError,
    InvalidDecision,
    ReviewRequest,
    answer_previews,
    parse,
    resume_value,
)
from countersign.interrupts.code import (
    AnswerShape,
    Boolean,
    Meaning,
    OneOf,
    meaning,
)
from countersign.interrupts.json_values.equality import json_equal
from countersign.interrupts.shape_answers.vocabulary import matches
from tests.interrupts.running_code import run_code
from tests.interrupts.strategies import ANY_SCHEMA, JSON, OBJECT, PAYLOAD, SCHEMA, SHAPE

often = settings(
    max_examples=150,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def decision_for(request: ReviewRequest, preview: AnswerPreview, typed: Json) -> tuple[Decision, bool]:
    """The decision of somebody who gives `typed` behind this button, and whether anything is typed there."""
    row = request.rows[preview.row]
    if preview.action.startswith("option:"):
        return row.choose(int(preview.action.removeprefix("option:"))), False
    kind = DecisionKind(preview.action)
    if preview.typed_at is None:
        return Decision(kind=kind), False
    form = row.forms.get(kind)
    only = form.only_field if form else None
    if only and only.pointer == "/message" and kind is not DecisionKind.EDIT:
        return Decision(kind=kind, message=str(typed) or "x"), True
    return Decision(kind=kind, value=typed), True


def at(value: Any, path: tuple[Any, ...], new: Json) -> Any:
    if not path:
        return new
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = at(copy[path[0]] if path[1:] else None, path[1:], new)
    return copy


@often
@given(PAYLOAD, SHAPE, JSON)
def test_what_arrives_is_what_the_button_said(payload: Json, shape: AnswerShape, typed: Json) -> None:
    request = parse(payload, None, shape)
    previews = answer_previews(request)

    offered = {preview.action.partition(":")[0] for preview in previews if preview.row == 0}
    unheard = {"reject"} if request.rows[0].ignores_answer else set()
    assert offered >= {kind.value for kind in request.rows[0].allowed} - {"respond"} - unheard
    if len(request.rows) > 1:
        return
    for preview in previews:
        decision, is_typed = decision_for(request, preview, typed)
        try:
            arrived = resume_value(request, [decision])
        except InvalidDecision:
            assert is_typed or preview.action == "reject", "a button without a form always works"
            continue
        given = decision.value if decision.message is None else decision.message
        if is_typed and given is not None:
            assert preview.typed_at is not None
            assert json_equal(arrived, at(preview.value, preview.typed_at, given))
        elif not is_typed:
            assert json_equal(arrived, preview.value)


@settings(often, max_examples=400)
@given(PAYLOAD, SHAPE, JSON)
def test_what_arrives_is_what_the_code_reads(payload: Json, shape: AnswerShape, typed: Json) -> None:
    """By every button, whatever is typed behind it. There is always one."""
    request = parse(payload, None, shape)
    if request.source.value != "code":
        return
    assert request.rows[0].answers
    for preview in answer_previews(request):
        decision, _ = decision_for(request, preview, typed)
        try:
            arrived = resume_value(request, [decision])
        except InvalidDecision:
            continue
        run_code(shape, arrived)


@often
@given(PAYLOAD, SCHEMA, JSON)
def test_what_arrives_fits_the_schema_and_is_what_the_button_said(
    payload: Json, schema: Json, typed: Json
) -> None:
    request = parse(payload, schema)
    if len(request.rows) > 1:
        return
    for preview in answer_previews(request):
        decision, is_typed = decision_for(request, preview, typed)
        try:
            arrived = resume_value(request, [decision])
        except InvalidDecision:
            continue
        if request.schema is not None:
            assert request.schema.errors(arrived) == {}
        given = decision.value if decision.message is None else decision.message
        if is_typed and given is not None and preview.typed_at is not None:
            assert json_equal(arrived, at(preview.value, preview.typed_at, given))
        elif not is_typed:
            assert json_equal(arrived, preview.value)


BATCH = st.fixed_dictionaries(
    {
        "action_requests": st.lists(
            st.fixed_dictionaries({"name": st.sampled_from(["pay", "post"]), "args": OBJECT}),
            min_size=2,
            max_size=4,
        )
    }
)


@often
@given(BATCH, JSON, st.data())
def test_each_row_of_a_batch_arrives_in_its_place(payload: Json, typed: Json, data: st.DataObject) -> None:
    request = parse(payload)
    assert len(request.rows) > 1
    assert request.batch is not None
    previews = answer_previews(request)
    chosen = [
        data.draw(st.sampled_from([each for each in previews if each.row == row]))
        for row in range(len(request.rows))
    ]
    made = [decision_for(request, preview, typed) for preview in chosen]
    try:
        arrived = resume_value(request, [decision for decision, _ in made])
    except InvalidDecision:
        assert any(is_typed for _, is_typed in made), "buttons without a form always work"
        return
    expected = []
    for preview, (decision, is_typed) in zip(chosen, made, strict=True):
        given = decision.value if decision.message is None else decision.message
        typed_here = is_typed and given is not None and preview.typed_at is not None
        expected.append(at(preview.value, preview.typed_at or (), given) if typed_here else preview.value)
    assert json_equal(arrived, request.batch.fill(expected))


@often
@given(PAYLOAD, SHAPE, JSON)
def test_any_json_can_be_given_another_way_where_the_answer_was_guessed(
    payload: Json, shape: AnswerShape, answer: Json
) -> None:
    request = parse(payload, None, shape)
    verbatim = Decision(kind=DecisionKind.RESPOND, value=answer, verbatim=True)
    declared = parse(payload).source is AnswerSource.DECLARED  # and stays so where the code reads no answer

    for row in request.rows:
        assert (row.other is None) == declared
    if request.rows[0].other is not None:
        assert json_equal(resume_value(request, [verbatim]), answer)
    else:
        with pytest.raises(InvalidDecision):
            resume_value(request, [verbatim] * len(request.rows))


@often
@given(PAYLOAD, ANY_SCHEMA, JSON)
def test_an_answer_that_nobody_offered_is_refused(payload: Json, schema: Json, answer: Json) -> None:
    for request in (parse(payload), parse(payload, schema)):
        for kind in set(DecisionKind) - request.rows[0].allowed:
            with pytest.raises(InvalidDecision):
                resume_value(request, [Decision(kind=kind, value=answer)] * len(request.rows))


@often
@given(PAYLOAD, SHAPE)
def test_a_no_is_a_no(payload: Json, shape: AnswerShape) -> None:
    """False where truth is tested; where words are compared, none that the code takes for its yes."""
    request = parse(payload, None, shape)
    if request.source.value != "code" or DecisionKind.REJECT not in request.rows[0].allowed:
        return
    if request.rows[0].options and isinstance(shape, OneOf):
        return
    rejected = request.answer([Decision(kind=DecisionKind.REJECT)])

    if isinstance(shape, Boolean):
        assert rejected is False
    if isinstance(shape, OneOf) and request.dialect not in {"tool_call_review", "options"}:
        assert meaning(rejected) is Meaning.NO or not matches(shape, rejected)  # type: ignore[arg-type]


@often
@given(PAYLOAD, SHAPE, st.text(max_size=12))
def test_a_reply_answers_only_a_question(payload: Json, shape: AnswerShape, words: str) -> None:
    request = parse(payload, None, shape)
    if not request.answered_by_reply:
        return
    try:
        decision = request.rows[0].reply(words)
        arrived = None if decision is None else resume_value(request, [decision])
    except (FormValidationError, InvalidDecision):
        return
    if isinstance(shape, Boolean):
        assert arrived is None


@pytest.mark.parametrize("value", [None, True, False, 0, 1, -2.5, "", "no", "1", [], ["a"], {}, {"a": None}])
@pytest.mark.parametrize(
    "payload",
    [
        "Which?",
        {"question": "Which?"},
        {"question": "Pay?", "amount": 5},
        {"question": "Which?", "options": ["a", "b"]},
        {"task": "Edit", "text": "x"},
        {"text_to_revise": "x"},
        {"query": "Which?"},
        {"tool_call": {"name": "t", "args": {"a": 1}}},
        {"a": 1},
        [1, 2],
        None,
    ],
)
def test_every_kind_of_json_reaches_every_guessed_dialect(payload: Json, value: Json) -> None:
    decision = Decision(kind=DecisionKind.RESPOND, value=value, verbatim=True)

    assert repr(resume_value(parse(payload), [decision])) == repr(value)
