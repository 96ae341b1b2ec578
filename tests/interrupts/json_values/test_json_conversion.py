"""Whatever Python value an interrupt carries is shown as JSON that says the same."""

import dataclasses
import json
import math
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any
from uuid import UUID

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from pydantic import BaseModel, SecretStr, computed_field

from countersign.approvals.json import Json
from countersign.interrupts import digest, parse, to_json


class Level(Enum):
    HIGH = "high"


class Count(IntEnum):
    TWO = 2


class Order(BaseModel, extra="allow"):
    number: int
    key: SecretStr = SecretStr("hunter2")

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know decorated properties
    @property
    def twice(self) -> int:
        return self.number * 2


@dataclasses.dataclass
class Point:
    x: int
    inner: object = None


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no")


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2026, 11, 20, 14, 30, tzinfo=UTC), "2026-11-20T14:30:00+00:00"),
        (date(2026, 11, 20), "2026-11-20"),
        (time(14, 30), "14:30:00"),
        (timedelta(minutes=5), "PT5M"),
        (Decimal("1.10"), "1.10"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"\x00\xff", "base64:AP8="),
        ({"b", "a", 1}, ["a", "b", 1]),
        ((1, (2,)), [1, [2]]),
        (Level.HIGH, "high"),
        (Count.TWO, 2),
        (Text("x"), "x"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        ({1: "a", "1": "b", None: "c", (1, 2): "d"}, {"1": "a", "1 (str)": "b", "null": "c", "[1, 2]": "d"}),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (
            Order.model_validate({"number": 2, "extra": "more"}),
            {"number": 2, "key": "SecretStr('**********')", "twice": 4, "extra": "more"},
        ),
        (Point(1, Point(2)), {"x": 1, "inner": {"x": 2, "inner": None}}),
        (Broken(), "(Broken that cannot be shown: RuntimeError)"),
        ("half \ud800", "half \\ud800"),
        pytest.param(10**5000, hex(10**5000), id="5000 digits"),
    ],
)
def test_what_is_no_json_is_shown_as_json(value: Any, shown: Json) -> None:
    assert to_json(value) == shown
    json.dumps(to_json(value)).encode()


def test_a_message_shows_its_text_and_its_calls() -> None:
    call = {"name": "refund", "args": {"amount": 1}, "id": "c", "type": "tool_call"}
    shown = to_json([HumanMessage("hi"), AIMessage("", tool_calls=[call])])

    assert isinstance(shown, list)
    human, ai = shown
    assert isinstance(human, dict)
    assert isinstance(ai, dict)
    assert human["content"] == "hi"
    assert ai["tool_calls"] == [call]


def test_an_object_without_a_name_has_the_same_digest_in_every_process() -> None:
    assert digest(to_json(object())) == digest(to_json(object()))
    assert digest(to_json({"a", "b", "c"})) == digest(to_json({"c", "b", "a"}))


def test_a_circle_ends() -> None:
    ring: dict[str, Any] = {"name": "ring"}
    ring["self"] = ring

    assert to_json(ring) == {"name": "ring", "self": "(circular reference)"}


def test_a_value_that_comes_twice_is_no_circle() -> None:
    shared = {"a": 1}

    assert to_json([shared, shared]) == [{"a": 1}, {"a": 1}]


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: {"k": v}, lambda v: Point(1, v)])
def test_a_deep_value_is_bounded_and_shown_to_its_bottom(wrap: Any) -> None:
    value: Any = "the bottom"
    for _ in range(300):
        value = wrap(value)
    shown = json.dumps(to_json(value))

    assert "the bottom" in shown
    assert parse(to_json(value)).rows


def test_no_depth_is_too_deep() -> None:
    value: Any = "the bottom"
    for _ in range(20_000):
        value = [value]

    assert "the bottom" in json.dumps(to_json(value))
    assert parse(value).dialect == "anything_else"


def test_a_key_that_is_no_text_is_named_as_json_writes_it() -> None:
    given = {("é", 1): 1, 1: 2, "1": 3, None: 4, 2.5: 5}
    assert to_json(given) == {'["é", 1]': 1, "1": 2, "1 (str)": 3, "null": 4, "2.5": 5}
