"""The limits of a policy's texts and conditions, each at its very edge, and words that depend on a number."""

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.approvals.canonical_json import canonical_json
from countersign.approvals.json import Json
from countersign.approvals.policy.approver_set import Source, SourceKind, count_of
from countersign.approvals.policy.clock.freeze_calendar import BadCalendar, read_calendar
from countersign.approvals.policy.conditions import MAX_WORK, AnyOf, ConditionFailed, compile_condition
from countersign.approvals.policy.grants import Grant
from countersign.approvals.policy.reading import PolicyError
from tests.approvals.policy.grants.test_grants import granted
from tests.approvals.policy.policies import NOW, a_rule, an_action


@pytest.mark.parametrize(
    ("count", "sources", "text"),
    [
        (1, ["@finance"], "one of @finance"),
        (2, ["@finance"], "2 of @finance"),
        (1, ["#ops"], "one member of #ops"),
        (2, ["#ops"], "2 members of #ops"),
        (1, ["#members"], "one member of #members"),
        (1, ["@finance", "#ops"], "one of @finance or members of #ops"),
    ],
)
def test_so_many_people_are_needed_in_words(count: int, sources: list[str], text: str) -> None:
    named = [
        Source(kind=SourceKind.CHANNEL if each.startswith("#") else SourceKind.GROUP, names=(each,))
        for each in sources
    ]
    assert count_of(count, named) == text


def test_a_response_on_expiry_has_at_most_three_thousand_characters() -> None:
    longest = "respond:" + "x" * (3000 - len("respond:"))
    assert a_rule(f'expire_after = "1h"\non_expiry = "{longest}"').timers.expiry_response == longest[8:]
    with pytest.raises(PolicyError):
        a_rule(f'expire_after = "1h"\non_expiry = "{longest}x"')


def test_hours_end_at_midnight_at_the_latest() -> None:
    hours = 'hours = {{days = "Mon-Fri", from = "09:00", to = "{}", zone = "UTC"}}\nexpire_after = "1h"'
    a_rule(hours.format("24:00"))
    for later in ("24:01", "25:00", "noon"):
        with pytest.raises(PolicyError, match="is not a time of day"):
            a_rule(hours.format(later))


EMPTY_CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{}END:VCALENDAR\r\n"


def test_a_calendar_has_at_most_a_million_characters() -> None:
    def of_length(length: int) -> str:
        comment = length - len(EMPTY_CALENDAR.format("")) - len("X-A:\r\n")
        return EMPTY_CALENDAR.format(f"X-A:{'x' * comment}\r\n")

    assert read_calendar(of_length(1_000_000)).at(NOW) is None
    with pytest.raises(BadCalendar, match="1,000,000 characters"):
        read_calendar(of_length(1_000_001))


@pytest.mark.parametrize(
    ("args", "sure"),
    [
        ({"a": 0, "b": 0}, True),
        ({"a": 2, "b": 0}, False),
        ({"a": 0, "b": 2}, False),
        ({"a": 0}, False),
        ({"a": 0, "b": 0, "text": "x" * (MAX_WORK + 1)}, False),
    ],
)
def test_conditions_in_one_evaluation_are_surely_false_only_if_each_is(args: Json, sure: bool) -> None:
    given = an_action(args=args).variables()
    assert AnyOf(["args.a > 1", "args.b > 1 // a comment"]).surely_none_holds(given) is sure


def test_text_counts_towards_the_work_of_a_loop() -> None:
    loop = compile_condition("args.list.exists(x, x == args.text)")
    short: Json = {"list": list(range(100)), "text": "x"}
    long: Json = {"list": list(range(100)), "text": "x" * (MAX_WORK // 50)}

    assert not loop.holds(an_action(args=short).variables())
    with pytest.raises(ConditionFailed, match="too large"):
        loop.holds(an_action(args=long).variables())


def grant(**changes: object) -> Grant:
    return replace(granted(), **changes)  # type: ignore[arg-type]  # fields of a grant


def test_a_grant_is_listed_until_a_day_after_its_end() -> None:
    end = granted().expires_at
    day = timedelta(days=1)

    assert granted().is_listed(end - timedelta(seconds=1))
    assert granted().is_listed(end)
    assert granted().is_listed(end + day - timedelta(seconds=1))
    assert not granted().is_listed(end + day)


def test_a_grant_that_is_used_up_or_revoked_has_ended_then() -> None:
    end, hour = granted().expires_at, timedelta(hours=1)
    used_up = grant(uses=3, max_uses=3, last_used_at=end - hour)

    assert used_up.ended_at(end) == end - hour
    assert replace(used_up, last_used_at=None).ended_at(end - hour) == end
    assert replace(used_up, last_used_at=end + hour).ended_at(end) == end
    assert grant(revoked_at=end - 2 * hour).ended_at(end) == end - 2 * hour
    assert granted().ended_at(end - hour) is None
    assert granted().ended_at(end) == end


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2**53 - 1, b"9007199254740991"),
        (-(2**53) + 1, b"-9007199254740991"),
        (2**53, b"9007199254740992"),
        (10**20, b"100000000000000000000"),
        (10**21, b"1e+21"),
        (True, b"true"),
        (5, b"5"),
        ({"b": [2**60], "a": 1.0}, b'{"a":1,"b":[1152921504606847000]}'),
    ],
)
def test_integers_that_a_double_holds_are_written_as_rfc_8785_has_them(value: Json, text: bytes) -> None:
    assert canonical_json(value) == text
