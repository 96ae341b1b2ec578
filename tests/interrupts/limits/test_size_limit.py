"""How large a question may be, and what is kept of a larger one."""

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import UNSET, parse
from countersign.interrupts.size_limit import TOO_LARGE_KEY, shortened, within_limit

LARGEST = 2_000_000  # a value takes 80, a character 1, one that is not ASCII 8 more, one that hides 80 more


@pytest.mark.parametrize(
    "largest",
    [
        "x" * (LARGEST - 80),
        "é" * ((LARGEST - 80) // 9),
        "\u200b" * ((LARGEST - 80) // 89),
        [None] * (LARGEST // 80 - 1),
        ["x" * (LARGEST - 160)],
        {"key": "x" * (LARGEST - 160 - len("key"))},
        {"x" * (LARGEST - 160): None},
        {"a": {"b": ["x" * (LARGEST - 4 * 80 - 2)]}},
    ],
    ids=["text", "foreign", "hidden", "values", "in a list", "in an object", "a key", "nested"],
)
def test_what_is_just_large_enough_is_kept_whole_and_one_more_is_not(largest: Json) -> None:
    assert within_limit(largest) is largest
    more = one_more(largest)
    assert within_limit(more) is not more


def one_more(value: Json) -> Json:
    """The same with one more character at the first text, or one more value."""
    if isinstance(value, str):
        return value + value[0]
    if isinstance(value, dict):
        ((key, item),) = value.items()
        return {key + "x": item} if item is None else {key: one_more(item)}
    assert isinstance(value, list)
    return [*value, None] if value[0] is None else [one_more(value[0])]


def kept(value: Json) -> Json:
    found = shortened(within_limit(value))
    assert found is not None
    return found.value


def test_it_says_how_many_values_and_characters_there_are() -> None:
    found = shortened(within_limit({"ab": ["x" * 999_998, "é" * 1_000_000, 5]}))

    assert found is not None
    assert (found.values, found.characters) == (5, 2_000_000)
    assert "(5 values, 2,000,000 characters)" in found.notice


def test_of_each_text_the_first_two_hundred_characters_are_kept() -> None:
    long = "x" * LARGEST

    assert kept([long, "y" * 200, "z" * 201]) == [
        f"{long[:200]}… 1,999,800 more characters",
        "y" * 200,
        "z" * 200 + "… 1 more characters",
    ]
    assert kept({long: 1}) == {f"{long[:200]}… 1,999,800 more characters": 1}


def test_of_many_values_five_hundred_are_kept_and_the_others_counted() -> None:
    assert kept(list(range(30_000))) == [*range(500), "… 29,500 more"]
    many: dict[str, Json] = {str(number): number for number in range(30_000)}
    assert kept(many) == {**{str(number): number for number in range(500)}, "…": "29,500 more"}


def test_items_share_the_room_that_is_left() -> None:
    """500 less the two lists leaves 249 to each; of an object of two keys with lists it is the same."""
    half: Json = list(range(15_000))
    some: Json = [*range(249), "… 14,751 more"]

    assert kept([half, half]) == [some, some]
    assert kept({"a": half, "b": half}) == {"a": some, "b": some}


def test_without_room_nothing_but_the_number_is_left() -> None:
    items: list[Json] = [[1, 2], {"a": 1}, [], {}]
    found = kept(items * 10_000)

    assert isinstance(found, list)
    assert found[:4] == [["… 2 more"], {"…": "1 more"}, [], {}]
    assert len(found) == 501


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {TOO_LARGE_KEY: 1, "values": 1},
        {TOO_LARGE_KEY: 1, "values": 1, "characters": 1, "more": 1},
        {TOO_LARGE_KEY: 1, "values": "1", "characters": 1},
        {TOO_LARGE_KEY: 1, "values": 1, "characters": None},
    ],
)
def test_what_a_graph_wrote_itself_is_not_taken_for_shortened(value: Json) -> None:
    assert shortened(value) is None


TOO_LARGE: Json = "x" * LARGEST


@pytest.mark.parametrize(
    ("payload", "allowed"),
    [
        ({"type": "tool_approval", "name": "pay", "args": {"text": TOO_LARGE}}, {"reject", "respond"}),
        ({"text_to_revise": TOO_LARGE}, {"respond"}),
        ({"question": "Which?", "options": ["a", "b"], "more": TOO_LARGE}, {"respond"}),
        ({"question": TOO_LARGE}, {"respond"}),
    ],
    ids=["tool call", "text to revise", "options", "question"],
)
def test_it_is_rejected_or_answered_and_nothing_of_it_is_filled_in(payload: Json, allowed: set[str]) -> None:
    request = parse(within_limit(payload))
    (row,) = request.rows

    assert {kind.value for kind in row.allowed} == allowed
    assert not row.options
    assert row.forms[DecisionKind.RESPOND].fields
    for form in row.forms.values():
        assert form.base is UNSET
        assert all(field.initial is UNSET for field in form.fields if field.pointer != "/as")
    assert not request.plain_question
    assert not request.answered_by_reply


def test_what_the_agent_said_of_it_is_shown_below_the_notice() -> None:
    call: dict[str, Json] = {"name": "pay", "args": {"text": TOO_LARGE}, "description": "Please look."}
    request = parse(within_limit({"type": "tool_approval", **call}))

    assert str(request.description).startswith("This is too large to show")
    assert [(part.label, part.value) for part in request.rows[0].parts][:1] == [
        ("description", "Please look.")
    ]
