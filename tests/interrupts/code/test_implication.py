"""Which condition on an answer holds only where another one does."""

import pytest

from countersign.interrupts.code.evaluation.conditions.implication import failing_operands, implies
from countersign.interrupts.code.evaluation.model.slots import Check, Condition, Kind, Slot
from countersign.interrupts.code.shape import Scalar

ANSWER = Slot()
KEY, ITEM = ANSWER.key("a"), ANSWER.item(0)
OTHER = Slot()


def equals(slot: Slot | None, *values: Scalar) -> Condition:
    return Condition(slot, Check.EQUALS, values)


def is_kind(slot: Slot | None, *kinds: Kind) -> Condition:
    return Condition(slot, Check.IS, tuple(kind.value for kind in kinds))


def true(slot: Slot | None) -> Condition:
    return Condition(slot, Check.TRUE)


def has(slot: Slot | None, *keys: Scalar) -> Condition:
    return Condition(slot, Check.HAS, keys)


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        (equals(ANSWER, True), is_kind(ANSWER, Kind.BOOLEAN)),
        (equals(ANSWER, True), is_kind(ANSWER, Kind.INTEGER)),
        (equals(ANSWER, "x"), is_kind(ANSWER, Kind.TEXT)),
        (equals(ANSWER, 1), is_kind(ANSWER, Kind.INTEGER, Kind.NUMBER)),
        (equals(ANSWER, 1.5), is_kind(ANSWER, Kind.NUMBER)),
        (equals(ANSWER, None), is_kind(ANSWER, Kind.NONE)),
        (equals(ANSWER, 1, "x"), is_kind(ANSWER, Kind.INTEGER, Kind.TEXT)),
        (true(ANSWER), is_kind(ANSWER, Kind.BOOLEAN)),
        (equals(ANSWER, "x"), is_kind(ANSWER, Kind.NONE).negated()),
        (true(ANSWER), is_kind(ANSWER, Kind.NONE).negated()),
        (equals(ANSWER, "x", 1), true(ANSWER)),
        (equals(KEY, "x"), is_kind(ANSWER, Kind.OBJECT)),
        (true(KEY), is_kind(ANSWER, Kind.OBJECT, Kind.LIST)),
        (is_kind(KEY, Kind.TEXT), is_kind(ANSWER, Kind.OBJECT)),
        (equals(ITEM, "x"), is_kind(ANSWER, Kind.LIST)),
        (equals(KEY, "x"), is_kind(ANSWER, Kind.NONE).negated()),
        (equals(KEY, "x"), has(ANSWER, "a")),
        (equals(KEY, "x"), true(ANSWER)),
        (equals(KEY.key("b"), "x"), has(ANSWER, "a")),
        (equals(KEY.key("b"), "x"), is_kind(ANSWER, Kind.OBJECT)),
    ],
)
def test_it_holds_only_where_the_other_does(stronger: Condition, weaker: Condition) -> None:
    assert implies(stronger, weaker)


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        (equals(None, "x"), true(ANSWER)),
        (true(ANSWER), true(None)),
        (equals(ANSWER, "x").negated(), true(ANSWER)),
        (has(ANSWER, "a"), is_kind(ANSWER, Kind.OBJECT)),
        (Condition(ANSWER, Check.CAUGHT), is_kind(ANSWER, Kind.TEXT)),
        (equals(OTHER, "x"), true(ANSWER)),
        (equals(ANSWER, "x"), is_kind(KEY, Kind.TEXT)),
        (equals(ANSWER, "x"), is_kind(ANSWER, Kind.NUMBER)),
        (equals(ANSWER, 1, "x"), is_kind(ANSWER, Kind.TEXT)),
        (true(ANSWER), is_kind(ANSWER, Kind.TEXT)),
        (true(ANSWER), is_kind(ANSWER, Kind.BOOLEAN, Kind.TEXT)),
        (is_kind(ANSWER, Kind.TEXT), is_kind(ANSWER, Kind.TEXT, Kind.NUMBER)),
        (equals(ANSWER, "x"), is_kind(ANSWER, Kind.TEXT).negated()),
        (is_kind(ANSWER, Kind.TEXT), is_kind(ANSWER, Kind.NONE).negated()),
        (equals(ANSWER, "x", ""), true(ANSWER)),
        (equals(ANSWER, 0), true(ANSWER)),
        (equals(ANSWER, "x"), true(ANSWER).negated()),
        (is_kind(ANSWER, Kind.TEXT), true(ANSWER)),
        (equals(ANSWER, "x"), has(ANSWER, "x")),
        (equals(KEY, "x"), is_kind(ANSWER, Kind.LIST)),
        (equals(ITEM, "x"), is_kind(ANSWER, Kind.OBJECT)),
        (equals(KEY, "x"), is_kind(ANSWER, Kind.TEXT).negated()),
        (equals(KEY, "x"), has(ANSWER, "b")),
        (equals(KEY, "x"), has(ANSWER, "a").negated()),
        (equals(KEY, "x"), true(ANSWER).negated()),
        (equals(KEY, "x"), equals(ANSWER, "x")),
    ],
)
def test_it_may_hold_where_the_other_does_not(stronger: Condition, weaker: Condition) -> None:
    assert not implies(stronger, weaker)


KIND, YES = is_kind(ANSWER, Kind.BOOLEAN), equals(ANSWER, True)
NO_KIND, NOT_YES = KIND.negated(), YES.negated()


def test_a_conjunction_stops_where_its_strongest_operand_does() -> None:
    """`isinstance(answer, bool) and answer is True`."""
    assert failing_operands([(KIND,), (YES,)], [(NO_KIND,), (NOT_YES,)]) == [(NOT_YES,)]
    assert failing_operands([(YES,), (KIND,)], [(NOT_YES,), (NO_KIND,)]) == [(NOT_YES,)]


def test_operands_that_do_not_imply_each_other_all_stay() -> None:
    other = is_kind(OTHER, Kind.BOOLEAN)
    stopped = [(NO_KIND,), (other.negated(),)]

    assert failing_operands([(KIND,), (other,)], stopped) == stopped


@pytest.mark.parametrize(
    "stopped",
    [(), (NO_KIND, NOT_YES), (KIND,), (true(ANSWER).negated(),), (is_kind(OTHER, Kind.BOOLEAN).negated(),)],
    ids=["unknown", "two ways", "where it passes", "another check", "another slot"],
)
def test_an_operand_that_may_fail_in_another_way_stays(stopped: tuple[Condition, ...]) -> None:
    assert failing_operands([(KIND,), (YES,)], [stopped, (NOT_YES,)]) == [stopped, (NOT_YES,)]


def test_an_operand_of_which_nothing_is_known_stays() -> None:
    assert failing_operands([(), (YES,)], [(), (NOT_YES,)]) == [(), (NOT_YES,)]


def test_every_condition_of_an_operand_has_to_be_implied() -> None:
    both = (KIND, has(ANSWER, "a"))

    assert failing_operands([both, (YES,)], [(NO_KIND,), (NOT_YES,)]) == [(NO_KIND,), (NOT_YES,)]
