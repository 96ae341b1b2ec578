"""Values that are tables: approver sets, working hours, grants."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from countersign.approvals.policy.approver_set import (
    MEMBERS,
    REQUESTER,
    THREAD_CHANNEL,
    ApproverSet,
    Source,
    SourceKind,
)
from countersign.approvals.policy.clock.public_holidays import is_known, similar_code
from countersign.approvals.policy.clock.working_hours import WorkingHours
from countersign.approvals.policy.reading import values
from countersign.approvals.policy.reading.problems import Mistake, did_you_mean, raise_all
from countersign.approvals.policy.rule import GrantOffer, GrantScope, Notify, OnExpiry

APPROVER_WORDS = {"members": MEMBERS, "channel": THREAD_CHANNEL, "requester": REQUESTER}
_SET = 'such as {group = "@finance"}, {users = ["U0123ABCD"]} or {channel = "#ops"}'
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUP_LIKE, _CHANNEL_LIKE = re.compile("@.*"), re.compile("#.*")
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


def approvers(value: object) -> tuple[ApproverSet, ...]:
    if isinstance(value, str):
        if value in APPROVER_WORDS:
            return (ApproverSet(source=APPROVER_WORDS[value]),)
        raise _not_a_set(value, f"“{value}” is none of “members”, “channel”, “requester”")
    return values.each(value, approver_set)


def approver_set(value: object) -> ApproverSet:
    if not isinstance(value, dict):
        what = f"it is {values.type_name(value)}, and takes an approver set"
        raise _not_a_set(value, what, listed=True)
    table = _table(value, APPROVER_SET)
    sources = [table[key] for key in _SOURCES if key in table]
    if len(sources) != 1:
        what = "names nobody" if not sources else "names more than one of users, group and channel"
        raise Mistake(f"an approver set {what}", f"a set is one of them, {_SET}")
    source, count = sources[0], table.get("count", 1)
    if source.kind is SourceKind.USERS and count > len(source.names):
        raise Mistake(f"{count} people are needed, and the set names {len(source.names)}", at=("count",))
    return ApproverSet(source=source, count=count)


def any_of(value: object) -> tuple[ApproverSet, ...]:
    """People of whom any one will do: an approver set, an id or group, or a list of these."""
    return values.each(value, _set_or_name)


def _set_or_name(value: object) -> ApproverSet:
    if not isinstance(value, str):
        return approver_set(value)
    for key, pattern in (("users", values.USER_ID), ("group", values.GROUP), ("channel", values.CHANNEL)):
        if pattern.fullmatch(value):
            return approver_set({key: [value] if key == "users" else value})
    raise _not_a_set(value, f"“{value}” is neither a user's id, nor a @group, nor a #channel")


def _users(value: object) -> Source:
    return Source(kind=SourceKind.USERS, names=tuple(dict.fromkeys(values.each(value, values.user_id))))


def _group(value: object) -> Source:
    return Source(kind=SourceKind.GROUP, names=(values.group(value),))


def _channel(value: object) -> Source:
    return Source(kind=SourceKind.CHANNEL, names=(values.channel(value),))


_SOURCES: dict[str, Callable[[object], Any]] = {"users": _users, "group": _group, "channel": _channel}


def _not_a_set(value: object, what: str, *, listed: bool = False) -> Mistake:
    """`listed`: the value is in a list already."""
    for key, pattern in (("users", values.USER_ID), ("group", _GROUP_LIKE), ("channel", _CHANNEL_LIKE)):
        if isinstance(value, str) and pattern.fullmatch(value):
            one = f'{{{key} = ["{value}"]}}' if key == "users" else f'{{{key} = "{value}"}}'
            return Mistake(what, f"did you mean {one if listed else f'[{one}]'}?")
    if listed and isinstance(value, str) and value in APPROVER_WORDS:
        return Mistake(what, f'write this word without brackets: "{value}"')
    near = did_you_mean(value, APPROVER_WORDS) if isinstance(value, str) else None
    return Mistake(what, near or _SET)


def notify(value: object) -> Notify | tuple[str, ...]:
    if isinstance(value, list):
        return values.each(value, values.user_id)
    if isinstance(value, str) and values.USER_ID.fullmatch(value):
        return (value,)
    return values.one_of(Notify)(value)


def post_to(value: object) -> str:
    given = values.text(value)
    if given == "thread" or values.CHANNEL.fullmatch(given):
        return given
    raise Mistake(
        f"“{given}” is neither “thread” nor a channel",
        did_you_mean(given, ["thread"]) or f'did you mean "#{given.lstrip("@#")}"?',
    )


def on_expiry(value: object) -> tuple[OnExpiry, str | None]:
    given = values.text(value, longest=3000)
    word, colon, words = given.partition(":")
    if word == OnExpiry.RESPOND:
        if not words.strip():
            raise Mistake("“respond” lacks its words", 'write "respond: nobody answered in time"')
        return OnExpiry.RESPOND, words.strip()
    if colon or word not in set(OnExpiry):
        choices = [choice.value for choice in OnExpiry if choice is not OnExpiry.RESPOND] + ["respond: text"]
        listed = ", ".join(f"“{choice}”" for choice in choices)
        raise Mistake(f"“{given}” is none of {listed}", did_you_mean(given, choices))
    return OnExpiry(word), None


def hours(value: object) -> WorkingHours:
    table = _table(value, HOURS, required=("days", "from", "to", "zone"))
    opens, closes = table["from"], table["to"]
    if opens in {closes, 24 * 60} or closes == 0:
        raise Mistake("the hours do not last", 'from "00:00" to "24:00" is the whole day', at=("to",))
    return WorkingHours(
        days=table["days"], opens=opens, closes=closes, zone=table["zone"], holidays=table.get("holidays", ())
    )


def _days(value: object) -> frozenset[int]:
    """`Mon-Fri`, `Mon,Wed,Sat-Sun`, or a list of such texts."""
    days: set[int] = set()
    for given in values.each(value, values.text):
        for piece in given.split(","):
            first, dash, last = (word.strip().lower() for word in piece.partition("-"))
            start = _day(first, piece)
            end = _day(last, piece) if dash else start
            days |= {(start + number) % 7 for number in range((end - start) % 7 + 1)}
    return frozenset(days)


def _day(word: str, piece: str) -> int:
    short = word[:3]
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    if short in _DAYS and full[_DAYS.index(short)].startswith(word):
        return _DAYS.index(short)
    raise Mistake(f"“{piece.strip()}” is not a day or a range of days", 'such as "Mon-Fri" or "Mon,Wed,Fri"')


def _time(value: object) -> int:
    given = values.text(value)
    found = _TIME.fullmatch(given)
    minutes = int(found[1]) * 60 + int(found[2]) if found else 24 * 60 + 1
    if minutes > 24 * 60:
        raise Mistake(f"“{given}” is not a time of day", 'such as "09:00"; "24:00" is the end of the day')
    return minutes


def _zone(value: object) -> str:
    given = values.text(value)
    try:
        ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = sorted(available_timezones())
        by_end = [zone for zone in known if zone.rpartition("/")[2].lower() == given.lower()]
        hint = f"did you mean “{by_end[0]}”?" if by_end else _near_zone(given, known)
        raise Mistake(f"“{given}” is not a time zone", hint) from None
    return given


def _near_zone(given: str, known: Collection[str]) -> str:
    by_lower = {zone.lower(): zone for zone in known}
    close = did_you_mean(given, by_lower)
    if close is None:
        return "such as Europe/Berlin"
    word = close.partition("“")[2].partition("”")[0]
    return f"did you mean “{by_lower[word]}”?"


def _holidays(value: object) -> tuple[str, ...]:
    return values.each(value, _holiday_code)


def _holiday_code(value: object) -> str:
    code = values.text(value)
    if is_known(code):
        return code
    near = similar_code(code)
    raise Mistake(
        f"“{code}” is not a country whose holidays are known",
        f"did you mean “{near}”?" if near else "such as DE, or DE-BY for a part of it",
    )


def grant(value: object) -> GrantOffer:
    table = _table(value, GRANT, required=("for",))
    return GrantOffer(
        lasts=table["for"], scope=table.get("scope", GrantScope.THREAD), max_uses=table.get("max_uses")
    )


def _table(
    value: object, readers: Mapping[str, Callable[[object], Any]], required: Collection[str] = ()
) -> dict[str, Any]:
    """The table's values, read. Its mistakes are raised together, each at its key."""
    if not isinstance(value, dict):
        example = ", ".join(readers)
        raise Mistake(f"it is {values.type_name(value)}, and takes a table", f"{{...}} with {example}")
    read, mistakes = {}, []
    for key, item in value.items():
        if key not in readers:
            hint = did_you_mean(key, readers) or "its keys are " + ", ".join(readers)
            mistakes.append(Mistake(f"“{key}” is not known here", hint, (key,)))
            continue
        try:
            read[key] = readers[key](item)
        except Mistake as mistake:
            mistakes.append(mistake.inside(key))
    mistakes += [Mistake(f"“{key}” is missing") for key in required if key not in value]
    raise_all(mistakes)
    return read


# The keys of each table, and how they are read.
APPROVER_SET: dict[str, Callable[[object], Any]] = {**_SOURCES, "count": values.whole_number}
HOURS: dict[str, Callable[[object], Any]] = {
    "days": _days,
    "from": _time,
    "to": _time,
    "zone": _zone,
    "holidays": _holidays,
}
GRANT: dict[str, Callable[[object], Any]] = {
    "for": values.duration,
    "scope": values.one_of(GrantScope),
    "max_uses": lambda uses: values.whole_number(uses, most=1_000_000),
}
