"""The limits of what is shown and offered, each at its very edge."""

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import parse
from countersign.interrupts.code import OneOf
from countersign.interrupts.display.visible_text.whitespace import count_whitespace
from countersign.interrupts.forms.field import Field, FieldKind, Option
from countersign.interrupts.forms.state_change import state_change_form
from countersign.interrupts.shape_answers.plain_shapes import plain_answers
from countersign.interrupts.shape_answers.row_answers import Asked

APPROVE, EDIT, REJECT, RESPOND = DecisionKind


def test_forty_fields_of_a_state_are_inputs_and_more_are_one_field_of_json() -> None:
    def places(count: int) -> list[str]:
        values: dict[str, Json] = {f"f{number}": number for number in range(count)}
        state: Json = {
            "values": values,
            "schema": {"properties": {name: {"type": "integer"} for name in values}},
        }
        form = state_change_form([Option(key="0", label="Yes", value=True)], takes_any=False, state=state)
        assert form is not None
        return [field.pointer for field in form.fields]

    assert places(40)[2:] == [f"/state/f{number}" for number in range(40)]
    assert places(41)[2:] == ["/state"]


def test_fifty_values_of_a_comparison_get_buttons_and_more_are_typed() -> None:
    def options(count: int) -> int:
        return len(
            plain_answers(OneOf(tuple(f"v{number}" for number in range(count))), Asked(value=None)).options
        )

    assert (options(50), options(51)) == (50, 0)


@pytest.mark.parametrize(
    ("text", "exceeds"),
    [
        ("x" * 3000, False),
        ("x" * 3001, True),
        ("😀" * 1500, False),
        ("😀" * 1500 + "x", True),
        ("\ud800" * 3000, False),
    ],
)
def test_an_input_takes_three_thousand_units_of_utf_16(text: str, exceeds: bool) -> None:
    field = Field(pointer="/", label="", kind=FieldKind.MULTILINE, initial=text)
    assert field.exceeds_input is exceeds


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a" + "\n" * 5 + "b", "a\n⟨4 empty lines⟩\nb"),
        ("a" + "\n" * 4 + "b", "a" + "\n" * 4 + "b"),
        ("\n" * 5 + "b", "⟨5 empty lines⟩\nb"),
        ("a" + "\n" * 5, "a\n⟨5 empty lines⟩"),
        ("a" + " " * 23 + "b", "a" + " " * 23 + "b"),
        ("a" + " " * 24 + "b", "a⟨24 spaces⟩b"),
        ("\t" * 8 + "b", "\t" * 8 + "b"),
        ("\t" * 9 + "b", "⟨9 tabs⟩b"),
        (" \n" * 5 + "b", "⟨5 lines of 1 space⟩\nb"),
        (" \n" * 4 + "b", "⟨1 space⟩\n" * 4 + "b"),
        ("a \tb", "a⟨1 space, 1 tab⟩b"),
        ("one\ntwo ", "one\ntwo⟨1 space⟩"),
        ("one ", "one "),
    ],
)
def test_from_where_on_blanks_are_counted(text: str, shown: str) -> None:
    assert count_whitespace(text) == shown


@pytest.mark.parametrize("stops", [[], [1], "x", [{}, 1], {}])
def test_a_breakpoint_is_recognised_by_its_list_of_stops(stops: Json) -> None:
    assert parse({"countersign_breakpoint": stops}).dialect != "breakpoint"
    assert parse({"countersign_breakpoint": [{"node": "a"}], "more": 1}).dialect != "breakpoint"


@pytest.mark.parametrize(
    ("actions", "dialect"),
    [
        (["send", "drop"], "options"),
        ([{"label": "Send", "value": 1}, "drop"], "options"),
        ([], "approve_or_reject"),
        (["send", 5], "approve_or_reject"),
        ([{"label": "Send"}], "approve_or_reject"),
        ([{"value": 1}], "approve_or_reject"),
        ("send", "approve_or_reject"),
    ],
)
def test_actions_are_options_only_if_each_can_be_a_button(actions: Json, dialect: str) -> None:
    assert parse({"question": "Which?", "actions": actions}).dialect == dialect


def test_a_description_stays_beside_a_summary_which_is_shown_below_it() -> None:
    long = " ".join(["Please read this before you answer."] * 8)
    request = parse({"question": long, "summary": "12 EUR."})

    assert request.description == long
    assert [(part.label, part.value) for part in request.rows[0].parts] == [("summary", "12 EUR.")]


CALL: dict[str, Json] = {"type": "tool_approval", "name": "pay", "args": {"amount": 12}}


def _branch(kind: Json, **more: Json) -> Json:
    return {"type": "object", "properties": {"type": kind, **more}}


@pytest.mark.parametrize(
    ("branches", "allowed"),
    [
        ([_branch({"const": "approve"}), _branch({"const": "reject"})], {APPROVE, REJECT}),
        ([_branch({"enum": ["approve", "edit"]})], {APPROVE, EDIT}),
        ([_branch({"type": "string"}), 5, {}, _branch({"const": "approve"})], {APPROVE}),
        ([_branch({"const": "unheard_of"}), _branch({"const": "respond"})], {RESPOND}),
    ],
)
def test_the_decisions_of_a_call_are_those_of_its_schemas_branches(
    branches: list[Json], allowed: set[DecisionKind]
) -> None:
    for word in ("oneOf", "anyOf"):
        assert parse(CALL, {word: branches}).rows[0].allowed == allowed


@pytest.mark.parametrize("before", [0, 1, 2])
def test_of_several_configs_of_one_name_the_one_at_the_actions_place_counts(before: int) -> None:
    """A batch of one tool three times, with a config for each."""
    action: dict[str, Json] = {"name": "pay", "args": {"amount": 1}}
    decisions: list[Json] = ["approve", "reject", "edit"]
    configs: list[Json] = [{"action_name": "pay", "allowed_decisions": [each]} for each in decisions]
    others: list[Json] = [{"action_name": "mail", "allowed_decisions": ["approve"]}] * before
    actions: list[Json] = [{"name": "mail", "args": {}}] * before

    request = parse(
        {"action_requests": [*actions, action, action, action], "review_configs": [*others, *configs]}
    )

    assert [row.allowed for row in request.rows[before:]] == [{APPROVE}, {REJECT}, {EDIT}]


def test_a_config_elsewhere_counts_where_there_is_none_at_the_actions_place() -> None:
    actions: list[Json] = [{"name": name, "args": {}} for name in ("mail", "pay")]
    configs: list[Json] = [
        {"action_name": name, "allowed_decisions": [said]}
        for name, said in (("pay", "reject"), ("mail", "edit"))
    ]

    rows = parse({"action_requests": actions, "review_configs": configs}).rows

    assert [row.allowed for row in rows] == [{EDIT}, {REJECT}]
