"""The form that answers a question and changes the state with it: what may be changed, and to what."""

import pytest

from countersign.approvals.json import Json
from countersign.interrupts.errors import FormValidationError
from countersign.interrupts.forms.field import Option
from countersign.interrupts.forms.state_change import StateChangeForm, state_change_form

GO = Option(key="0", label="Go", value=True)
SCHEMA: Json = {"type": "object", "properties": {"n": {"type": "integer"}, "note": {"type": "string"}}}
STATE: Json = {"schema": SCHEMA, "values": {"n": 1, "note": "a", "own": "x"}}


def form(state: Json = STATE, *, takes_any: bool = False) -> StateChangeForm:
    made = state_change_form([GO], takes_any=takes_any, state=state)
    assert made is not None
    return made


def test_what_was_changed_comes_with_the_answer() -> None:
    change = form().read_change({"/as": "0", "/": "Why not", "/state/n": "2", "/state/note": "a"})
    assert (change.choice, change.text, change.state) == ("0", "Why not", {"n": 2})


def test_without_a_change_there_is_only_the_answer() -> None:
    change = form().read_change({"/as": "0", "/": None, "/state/n": "1", "/state/note": "a"})
    assert (change.choice, change.text, change.state) == ("0", "", {})


@pytest.mark.parametrize("choice", [None, "7", True])
def test_an_answer_has_to_be_chosen(choice: str | bool | None) -> None:
    with pytest.raises(FormValidationError) as told:
        form().read_change({"/as": choice, "/state/n": "2"})
    assert list(told.value.errors) == ["/as"]


def test_what_does_not_fit_is_refused_at_its_field() -> None:
    with pytest.raises(FormValidationError) as told:
        form().read_change({"/as": "0", "/state/n": "two", "/state/note": "a"})
    assert list(told.value.errors) == ["/state/n"]


@pytest.mark.parametrize(
    ("state", "places"),
    [
        ({"n": 2}, []),
        ({"n": 2, "note": "b"}, []),
        ({"n": "two"}, ["/state/n"]),
        ({"own": "y"}, ["own"]),
        ({"other": 1}, ["other"]),
        ({"own": "y", "n": "two"}, ["own"]),
    ],
    ids=["one", "both", "not its type", "not in the schema", "not in the state", "one of each"],
)
def test_a_stored_change_is_judged_again(state: dict[str, Json], places: list[str]) -> None:
    assert list(form().state_errors(state)) == places


def test_a_large_state_is_one_field() -> None:
    names = [f"n{at}" for at in range(41)]
    properties: dict[str, Json] = {name: {"type": "integer"} for name in names}
    values: dict[str, Json] = dict.fromkeys(names, 1)
    large = form({"schema": {"type": "object", "properties": properties}, "values": values})
    assert [field.pointer for field in large.fields] == ["/as", "/", "/state"]
    with pytest.raises(FormValidationError) as told:
        large.read_change({"/as": "0", "/state": '{"n1": 2, "own": 3}'})
    assert list(told.value.errors) == ["/state"]


@pytest.mark.parametrize("state", [None, {"values": None}, {"schema": SCHEMA}, ["values"]])
def test_where_no_state_was_stored_there_is_no_such_form(state: Json) -> None:
    assert state_change_form([GO], takes_any=True, state=state) is None


def test_without_an_answer_there_is_no_such_form() -> None:
    assert state_change_form([], takes_any=False, state=STATE) is None
    assert state_change_form([], takes_any=True, state=STATE) is not None
