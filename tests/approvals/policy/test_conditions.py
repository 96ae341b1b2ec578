"""Conditions: what they see, what is refused when they are read, and what no arguments can make them do."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.json import Json
from countersign.approvals.policy.conditions import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_VALUES,
    BadCondition,
    Condition,
    ConditionFailed,
    compile_condition,
)
from tests.approvals.policy.policies import an_action

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)


def holds(source: str, args: Json) -> bool:
    return compile_condition(source).holds(an_action(args=args).variables())


@pytest.mark.parametrize(
    ("source", "args", "expected"),
    [
        ("args.amount > 1000", {"amount": 1500}, True),
        ("args.amount > 1000", {"amount": 1000}, False),
        ("args.amount > 1000", {"amount": 1000.5}, True),
        ("args.amount == 1500", {"amount": 1500.0}, True),
        ("args.amount > 1000", {"amount": 2**70}, True),
        ("args.amount > 1000", {"amount": -(10**400)}, False),
        ("args.amount > 1000", {"amount": 10**400}, True),
        ("args.pair[1] == 2", {"pair": (1, 2)}, True),
        ("has(args.amount)", {}, False),
        ("args.to.endsWith('@example.com')", {"to": "a@example.com"}, True),
        ("args.tags.exists(tag, tag == 'vip')", {"tags": ["new", "vip"]}, True),
        ("action == 'refund' && graph == 'agent'", {}, True),
        ("channel == '#ops' && channel_id == 'C0OPS'", {}, True),
        ("requester.id == 'UREQ' && size(requester.groups) == 0", {}, True),
        ("args.note == null", {"note": None}, True),
        ("args.name == '\ufffd'", {"name": "\ud800"}, True),
        ("args == 'a text'", "a text", True),
    ],
)
def test_what_a_condition_sees(source: str, args: Json, expected: bool) -> None:
    assert holds(source, args) is expected


@pytest.mark.parametrize(
    ("source", "why", "meant"),
    [
        ("amount > 5", "“amount” is not known", "args.amount"),
        ("arg.amount > 5", "“arg” is not known", "args"),
        ("now() > 5", "there is no function “now”", None),
        ("channel.name == 'ops'", "cannot be the operand of a select", None),
        ("requester.name == 'x'", "requester has no “name”", "requester.id or requester.groups"),
        ("args.amount >", "Syntax error", None),
        ("'a' + 1 == 'b'", "no matching overload", None),
        ("'yes'", "this is a text, not something that is true or false", None),
        ("(" * 2000, "limit", None),
        ("true" + " && true" * 500, "at most 2,000 characters", None),
    ],
)
def test_what_is_refused_when_it_is_read(source: str, why: str, meant: str | None) -> None:
    with pytest.raises(BadCondition) as refused:
        Condition(source)
    assert why in str(refused.value)
    assert refused.value.meant == meant


@pytest.mark.parametrize(
    ("source", "args", "why"),
    [
        ("args.amount > 5", {}, "Key not found"),
        ("args.amount > 5", {"amount": "six"}, "No matching overloads"),
        ("args.amount > 5", {"amount": True}, "No matching overloads"),
        ("args.amount > 5", "a text", "Applying SELECT"),
        ("1 / args.by == 1", {"by": 0}, "divide by zero"),
        ("args.amount", {"amount": 5}, "not true or false"),
        ("args.to.matches(args.like)", {"to": "a", "like": "("}, "invalid regular expression"),
    ],
)
def test_what_is_neither_true_nor_false_fails(source: str, args: Json, why: str) -> None:
    with pytest.raises(ConditionFailed, match=why):
        holds(source, args)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("1 + 1", "a number"),
        ("1u", "a number"),
        ("1.5", "a number"),
        ("'a'", "a text"),
        ("['a']", "a list"),
        ("{'a': 1}", "a table"),
        ("null", "null"),
    ],
)
def test_what_can_never_be_true_or_false_is_named_in_words(written: str, words: str) -> None:
    with pytest.raises(BadCondition, match=f"^this is {words}, not something that is true or false$"):
        Condition(written)


@pytest.mark.parametrize(
    ("value", "words"),
    [("x", "a text"), (5, "a number"), (1.5, "a number"), ([], "a list"), ({}, "a table"), (None, "null")],
)
def test_an_argument_that_is_neither_is_named_in_words(value: Json, words: str) -> None:
    with pytest.raises(ConditionFailed, match=f"^it is {words}, not true or false$"):
        holds("args.v", {"v": value})


def test_what_is_no_json_is_named() -> None:
    with pytest.raises(ConditionFailed, match=r"^the arguments hold a set, which is no JSON$"):
        holds("true", {"v": {1}})  # type: ignore[dict-item]  # as a graph may hand it over


def test_a_condition_is_as_long_as_its_limit_and_no_longer() -> None:
    assert Condition("true".ljust(MAX_LENGTH)).source
    with pytest.raises(BadCondition, match="at most 2,000 characters, and this has 2,001"):
        Condition("true".ljust(MAX_LENGTH + 1))


def test_arguments_are_as_deep_and_as_many_as_their_limits_and_no_more() -> None:
    assert holds("true", {"v": nested(MAX_DEPTH - 2)})  # the variables and the arguments are a level each
    with pytest.raises(ConditionFailed, match="nest more than 64 levels"):
        holds("true", {"v": nested(MAX_DEPTH - 1)})
    others = 19  # the variables, their names and values
    assert holds("true", {"v": list(range(MAX_VALUES - others))})
    with pytest.raises(ConditionFailed, match="more than 50,000 values"):
        holds("true", {"v": list(range(MAX_VALUES - others + 1))})


def test_without_a_loop_a_long_text_is_read() -> None:
    assert holds("args.s.size() == 1000000", {"s": "x" * 1_000_000})
    with pytest.raises(ConditionFailed, match="too large for a condition with a loop"):
        holds("args.l.all(x, args.s.contains('y'))", {"s": "x" * 1_000_000, "l": [0] * 90})


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63)])
def test_the_largest_whole_numbers_are_still_whole(number: int) -> None:
    assert holds(f"args.n == {number}", {"n": number})
    assert not holds(f"args.n == {number}", {"n": number - (1 if number > 0 else -1)})


def nested(levels: int) -> Json:
    value: Json = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("source", "args"),
    [
        ("args.l.all(x, args.l.all(y, args.l.all(z, x + y + z >= 0)))", {"l": list(range(1000))}),
        ("args.l.exists(x, x < 0)", {"l": list(range(40_000))}),
        ("args.l.map(a, args.l.map(b, args.s + args.s)).size() > 0", {"l": [0] * 90, "s": "x" * 100_000}),
        ("args.l" + ".map(a, a + a)" * 25 + ".size() > 0", {"l": ["x"] * 9}),
        ("args.l.all(a, string(bytes(args.s)) != '')", {"l": [0] * 900, "s": "x" * 100_000}),
        ("args.l.exists(x, args.s.matches('(a+)+$'))", {"l": [0] * 900, "s": "a" * 100_000}),
        ("args.v == 1", {"v": nested(100_000)}),
        ("args.v == 1", {"v": list(range(200_000))}),
    ],
    ids=["loops", "a long loop", "copies", "doubling", "converts", "searches", "deep", "many"],
)
def test_what_would_take_too_long_or_too_much_is_stopped_at_once(source: str, args: Json) -> None:
    began = time.process_time()
    with pytest.raises(ConditionFailed):
        holds(source, args)
    assert time.process_time() - began < 1


def test_a_regular_expression_takes_linear_time() -> None:
    began = time.process_time()
    assert not holds("args.s.matches('^(a|aa)+$')", {"s": "a" * 100_000 + "b"})
    assert time.process_time() - began < 1


@given(
    json_values,
    st.sampled_from(["args.amount > 5", "args == args", "args.l.exists(x, x.y > 1)", "has(args.a)"]),
)
def test_any_arguments_give_true_false_or_a_failure(args: Json, source: str) -> None:
    try:
        result: object = holds(source, args)
    except ConditionFailed as failed:
        result = str(failed)
    assert result in {True, False} or isinstance(result, str)


@given(st.integers(-(2**80), 2**80), st.integers(-(2**40), 2**40))
def test_numbers_compare_as_in_python(amount: int, limit: int) -> None:
    assert holds(f"args.amount > {limit}", {"amount": amount}) == (amount > limit)
