"""When an approval is reminded of, escalated and expired, and which end comes first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.policy.clock.timers import (
    Timer,
    TimerKind,
    due,
    expires_at,
    is_escalated,
    is_still_valid,
    timers,
    with_request_expiry,
)
from countersign.approvals.policy.rule import OnExpiry
from tests.approvals.policy.clock.office_hours import BERLIN, MINUTE, OFFICE
from tests.approvals.policy.policies import a_rule

HOUR = timedelta(hours=1)


# --- timers

ALL = a_rule(
    'remind_after = "1h"\nescalate_after = "2h"\nescalate_to = {group = "@leads"}\nexpire_after = "1d"'
)
OPENED = datetime(2026, 11, 26, 12, tzinfo=UTC)


def after(**duration: float) -> datetime:
    return OPENED + timedelta(**duration)


def test_the_timers_of_a_rule_in_order() -> None:
    assert timers(ALL, OPENED) == (
        Timer(at=after(hours=1), kind=TimerKind.REMIND),
        Timer(at=after(hours=2), kind=TimerKind.ESCALATE),
        Timer(at=after(days=1), kind=TimerKind.EXPIRE),
    )
    assert timers(a_rule(""), OPENED) == ()
    assert expires_at(ALL, OPENED) == after(days=1)


@pytest.mark.parametrize(
    ("now", "done", "expected"),
    [
        (after(minutes=59), (), ()),
        (after(hours=1), (), (TimerKind.REMIND,)),
        (after(hours=1), (TimerKind.REMIND,), ()),
        (after(hours=3), (), (TimerKind.REMIND, TimerKind.ESCALATE)),
        (after(days=2), (), (TimerKind.EXPIRE,)),
        (after(days=2), (TimerKind.EXPIRE, TimerKind.REMIND, TimerKind.ESCALATE), ()),
        (after(days=-1), (), ()),
    ],
    ids=["early", "due", "twice", "late", "much too late", "all done", "a clock set back by a day"],
)
def test_what_is_due(now: datetime, done: tuple[TimerKind, ...], expected: tuple[TimerKind, ...]) -> None:
    assert due(ALL, OPENED, now, done) == expected


@given(st.lists(st.integers(-3000, 3000), max_size=12))
def test_each_timer_fires_once_whatever_the_clock_does_and_never_early(jumps: list[int]) -> None:
    done: list[TimerKind] = []
    now = OPENED
    for minutes in jumps:
        now += minutes * MINUTE
        for kind in due(ALL, OPENED, now, done):
            at = next(timer.at for timer in timers(ALL, OPENED) if timer.kind is kind)
            assert now >= at
            assert kind not in done
            done.append(kind)


def test_timers_run_in_working_hours_only() -> None:
    rule = a_rule(
        'expire_after = "2h"\nhours = {days = "Mon-Fri", from = "9:00", to = "18:00", zone = "Europe/Berlin"}'
    )
    friday_evening = datetime(2026, 11, 27, 17, tzinfo=BERLIN)
    assert expires_at(rule, friday_evening) == datetime(2026, 11, 30, 10, tzinfo=BERLIN)


def test_escalation_counts_from_its_time_on_whether_or_not_a_job_ran() -> None:
    assert not is_escalated(ALL, OPENED, after(minutes=119))
    assert is_escalated(ALL, OPENED, after(hours=2))


@pytest.mark.parametrize(
    ("minutes", "valid"), [(0, True), (59, True), (60, False), (-0.5, True), (-5, False)]
)
def test_how_long_an_approval_counts(minutes: float, valid: bool) -> None:
    assert is_still_valid(a_rule('valid_for = "1h"'), OPENED, after(minutes=minutes)) is valid
    assert is_still_valid(a_rule(""), OPENED, after(days=900))


# --- a request that sets itself an end


@pytest.mark.parametrize(
    ("rule", "expires_in", "end", "at_expiry"),
    [
        ("", None, None, OnExpiry.REJECT),
        ("", 2 * HOUR, 2 * HOUR, OnExpiry.REJECT),
        ('expire_after = "1h"\non_expiry = "keep"', 2 * HOUR, HOUR, OnExpiry.KEEP),
        ('expire_after = "2h"\non_expiry = "approve"', 2 * HOUR, 2 * HOUR, OnExpiry.APPROVE),
        ('expire_after = "3h"\non_expiry = "approve"', 2 * HOUR, 2 * HOUR, OnExpiry.REJECT),
        ('expire_after = "3h"\non_expiry = "respond: no"', 2 * HOUR, 2 * HOUR, OnExpiry.REJECT),
    ],
)
def test_the_end_that_comes_first_counts_and_a_requests_own_approves_nothing(
    rule: str, expires_in: timedelta | None, end: timedelta | None, at_expiry: OnExpiry
) -> None:
    opened = datetime(2026, 3, 2, 9, tzinfo=UTC)
    ended = with_request_expiry(a_rule(rule), expires_in, opened)
    assert expires_at(ended, opened) == (None if end is None else opened + end)
    assert ended.timers.at_expiry is at_expiry


def test_a_request_ends_outside_of_working_hours_too() -> None:
    friday_evening = datetime(2026, 3, 6, 20, tzinfo=BERLIN)
    rule = replace(a_rule('expire_after = "1h"\nremind_after = "1h"'), hours=OFFICE)
    ended = with_request_expiry(rule, 2 * HOUR, friday_evening)
    assert expires_at(ended, friday_evening) == friday_evening + 2 * HOUR
    assert [each.kind for each in timers(ended, friday_evening)] == [TimerKind.EXPIRE, TimerKind.REMIND]


def test_asked_again_at_another_hour_the_rules_own_end_may_come_first() -> None:
    opened = datetime(2026, 3, 6, 20, tzinfo=BERLIN)
    rule = replace(a_rule('expire_after = "1h"'), hours=OFFICE)
    ended = with_request_expiry(rule, 2 * HOUR, opened)
    again = datetime(2026, 3, 9, 10, tzinfo=BERLIN)
    assert expires_at(ended, again) == again + HOUR
