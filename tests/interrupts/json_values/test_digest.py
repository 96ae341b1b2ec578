"""The digest is RFC 8785's where it applies, and exact where it does not."""

import hashlib
import json

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import digest


def test_it_is_sha_256_of_canonical_json() -> None:
    canonical = '{"a":[1,true,null],"b":"\u20ac"}'

    assert digest({"b": "€", "a": [1.0, True, None]}) == hashlib.sha256(canonical.encode()).hexdigest()


def test_the_schema_counts() -> None:
    assert len({digest("q"), digest("q", {}), digest("q", True), digest(["q", {}])}) == 4


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (2**53, 2**53 + 1),
        (2**60, 2**60 + 1),
        (10**400, 10**400 + 1),
        ({"a": 2**53 + 1, "b": 1}, {"a": 2**53 + 1, "b": True}),
        (2**53 + 1, str(2**53 + 1)),
        ({"a": "\ud800"}, {"a": "\\ud800"}),
        (1, True),
        ("1", 1),
        (0, False),
    ],
)
def test_what_differs_differs(one: Json, other: Json) -> None:
    assert digest(one) != digest(other)


@pytest.mark.parametrize("number", [1e22, 10**22, 2**53, 2**60, 1e300, 1.0, -0.0])
def test_a_database_that_writes_a_number_another_way_changes_nothing(number: float) -> None:
    for beside in ("x", 2**53 + 1):
        assert digest([number, beside]) == digest([int(number), beside])
        assert digest([number, beside]) == digest(json.loads(json.dumps([number, beside])))
