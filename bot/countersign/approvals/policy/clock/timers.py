"""When an approval's reminder, escalation and expiry are due. Pure functions of when it opened and of now.

A timer job asks again what is due when it fires, so one that fires late, twice, or with a clock that jumped
does nothing that is not due.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from countersign.approvals.policy.clock.working_hours import after_working
from countersign.approvals.policy.rule import Rule
from countersign.i18n import N_


class TimerKind(StrEnum):
    REMIND = "remind"
    ESCALATE = "escalate"
    EXPIRE = "expire"


@dataclass(frozen=True, kw_only=True, order=True)
class Timer:
    at: datetime  # UTC
    kind: TimerKind


@dataclass(frozen=True, kw_only=True, order=True)
class Fired:
    """A timer of a row that fired, so that it fires no second time."""

    row: int
    kind: TimerKind


def timers(rule: Rule, opened_at: datetime) -> tuple[Timer, ...]:
    """All timers of an approval, in the order of time; at the same moment reminder, escalation, expiry."""
    after: dict[TimerKind, timedelta | None] = {
        TimerKind.REMIND: rule.timers.remind_after,
        TimerKind.ESCALATE: rule.timers.escalate_after,
        TimerKind.EXPIRE: rule.timers.expire_after,
    }
    moments = {
        kind: after_working(rule.hours, opened_at, duration)
        for kind, duration in after.items()
        if duration is not None
    }
    if rule.timers.request_expires_in is not None:
        # A request's own deadline ignores the rule's working hours.
        wanted = opened_at.astimezone(UTC) + rule.timers.request_expires_in
        moments[TimerKind.EXPIRE] = min(moments.get(TimerKind.EXPIRE) or wanted, wanted)
    found = [Timer(at=at, kind=kind) for kind, at in moments.items() if at is not None]
    return tuple(sorted(found, key=lambda timer: timer.at))


def with_request_expiry(rule: Rule, expires_in: timedelta | None, opened_at: datetime) -> Rule:
    """The rule of an approval that opens, ended by its request where that comes before the rule's own end."""
    if expires_in is None:
        return rule
    ended = replace(rule, timers=replace(rule.timers, request_expires_in=expires_in))
    return ended if expires_at(rule, opened_at) != expires_at(ended, opened_at) else rule


def due(
    rule: Rule, opened_at: datetime, now: datetime, done: Collection[TimerKind] = ()
) -> tuple[TimerKind, ...]:
    """What is to be done now and was not done yet, in order. Once it expired, nothing else matters."""
    kinds = tuple(
        timer.kind for timer in timers(rule, opened_at) if timer.at <= now and timer.kind not in done
    )
    return (TimerKind.EXPIRE,) if TimerKind.EXPIRE in kinds else kinds


def expires_at(rule: Rule, opened_at: datetime) -> datetime | None:
    """When it expires, in UTC; None if it does not."""
    return next((each.at for each in timers(rule, opened_at) if each.kind is TimerKind.EXPIRE), None)


def is_escalated(rule: Rule, opened_at: datetime, now: datetime) -> bool:
    """Whether `escalate_to` may decide by now, whether or not the timer's job has run."""
    return any(each.kind is TimerKind.ESCALATE and each.at <= now for each in timers(rule, opened_at))


def valid_until(rule: Rule, decided_at: datetime) -> datetime | None:
    """Until when an approval counts, in UTC; None: always. Working hours do not matter."""
    return after_working(None, decided_at, rule.valid_for) if rule.valid_for is not None else None


def is_still_valid(rule: Rule, decided_at: datetime, now: datetime) -> bool:
    """Whether an action may run now on an approval of then. A decision from the future is not trusted."""
    until = valid_until(rule, decided_at)
    return until is None or decided_at - _SKEW <= now < until


UNDO_TOO_LATE = N_("It is too late to undo this.")


_SKEW = timedelta(minutes=1)  # that two machines' clocks may differ by
