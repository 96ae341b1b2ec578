"""What a key's value may be. Each reader gives the value as the rule keeps it, or raises Mistake."""

import re
from collections.abc import Callable, Collection
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.clock.durations import MAX_LENGTH, format_duration, parse_duration
from countersign.approvals.policy.conditions import MAX_LENGTH as MAX_CONDITION_LENGTH
from countersign.approvals.policy.conditions import BadCondition, compile_condition
from countersign.approvals.policy.reading.problems import Mistake, did_you_mean, raise_all
from countersign.approvals.policy.rule import NO_RULE

Choice = TypeVar("Choice", bound=StrEnum)
Item = TypeVar("Item")

MAX_NAME_LENGTH = 100  # characters
MAX_TEXT_LENGTH = 300  # characters: Slack's limit for the text of a confirmation
MAX_PEOPLE = 100  # that a number of approvals may ask for

USER_ID = re.compile(r"[UW][A-Z0-9]{1,30}")
GROUP = re.compile(r"@[^\s@#]{1,80}|S[A-Z0-9]{2,30}")
CHANNEL = re.compile(r"#[^\s@#]{1,80}|[CG][A-Z0-9]{1,30}")
_CHANNEL_GLOB = re.compile(r"#\S*|[CDG*?\[][A-Z0-9*?\[\]!-]*")
_REQUESTER_GLOB = re.compile(r"@\S*|[UWS*?\[][A-Z0-9*?\[\]!-]*")
_TYPES = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a table",
}


def type_name(value: object) -> str:
    return _TYPES.get(type(value), "a date or time")


def boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    quoted = isinstance(value, str) and value.lower() in {"true", "false"}
    raise Mistake(
        f"it is {type_name(value)}, and takes true or false",
        f"write {str(value).lower()} without quotes" if quoted else None,
    )


def text(value: object, *, longest: int = MAX_TEXT_LENGTH) -> str:
    if not isinstance(value, str):
        raise Mistake(
            f"it is {type_name(value)}, and takes a text", f'write "{value}"' if _is_scalar(value) else None
        )
    if not value.strip():
        raise Mistake("it is empty", "leave the key out if it is not needed")
    if len(value) > longest:
        raise Mistake(f"it has {len(value):,} characters, and takes at most {longest:,}")
    return value


def name(value: object) -> str:
    given = text(value, longest=MAX_NAME_LENGTH)
    if given != " ".join(given.split()) or not given.isprintable():
        raise Mistake("a name is one line, without blanks at either end")
    if given == NO_RULE:
        raise Mistake(f"“{NO_RULE}” is what an action without a rule is shown with", "choose another name")
    return given


def whole_number(value: object, *, least: int = 1, most: int = MAX_PEOPLE) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        quoted = isinstance(value, str) and value.isdecimal()
        raise Mistake(
            f"it is {type_name(value)}, and takes a whole number",
            f"write {value} without quotes" if quoted else None,
        )
    if not least <= value <= most:
        raise Mistake(f"it is {value}, and takes {least} to {most:,}")
    return value


def duration(value: object) -> timedelta:
    if isinstance(value, str):
        parsed = parse_duration(value)
        if parsed is not None:
            return parsed
        raise Mistake(
            f"“{value}” is not a duration",
            "write a number above 0 with s, m, h, d or w, such as 1h30m; "
            f"at most {format_duration(MAX_LENGTH)}",
        )
    is_number = isinstance(value, int) and not isinstance(value, bool)
    raise Mistake(
        f"it is {type_name(value)}, and takes a duration",
        f'write the unit, such as "{value}m"' if is_number else 'such as "30m"',
    )


def seconds(value: object) -> timedelta:
    """A number of seconds, or a duration with its unit."""
    if isinstance(value, int) and not isinstance(value, bool):
        return timedelta(seconds=whole_number(value, most=86_400))
    return duration(value)


def one_of(kind: type[Choice], among: Collection[Choice] | None = None) -> Callable[[object], Choice]:
    choices = [choice.value for choice in (among or kind)]

    def read(value: object) -> Choice:
        if isinstance(value, str) and value in choices:
            return kind(value)
        raise _no_choice(value, choices)

    return read


def _no_choice(value: object, choices: Collection[str]) -> Mistake:
    listed = ", ".join(f"“{choice}”" for choice in choices)
    if isinstance(value, str):
        return Mistake(f"“{value}” is none of {listed}", did_you_mean(value, choices))
    return Mistake(f"it is {type_name(value)}, and takes one of {listed}")


def decisions(value: object) -> frozenset[DecisionKind]:
    read = one_of(DecisionKind)
    return frozenset(each(value, read))


def each(value: object, read: Callable[[object], Item]) -> tuple[Item, ...]:
    """A list that is not empty, element by element; a single value counts as a list of one."""
    if not isinstance(value, list):
        return (read(value),)
    if not value:
        raise Mistake("the list is empty", "leave the key out if it is not needed")
    items, mistakes = [], []
    for at, item in enumerate(value):
        try:
            items.append(read(item))
        except Mistake as mistake:
            mistakes.append(mistake.inside(at))
    raise_all(mistakes)
    return tuple(items)


def globs(value: object) -> tuple[str, ...]:
    return each(value, text)


def channel_globs(value: object) -> tuple[str, ...]:
    return each(value, _channel_glob)


def _channel_glob(value: object) -> str:
    given = text(value)
    if not _CHANNEL_GLOB.fullmatch(given):
        raise Mistake(
            f"“{given}” is neither a channel's #name nor its id", f'did you mean "#{given.lstrip("@")}"?'
        )
    return given


def requester_globs(value: object) -> tuple[str, ...]:
    return each(value, _requester_glob)


def _requester_glob(value: object) -> str:
    if isinstance(value, bool):
        raise Mistake("it names who asks", f"write requester_may_decide = {str(value).lower()}")
    given = text(value)
    if not _REQUESTER_GLOB.fullmatch(given):
        raise Mistake(
            f"“{given}” is neither a user's id nor a @group", f'did you mean "@{given.lstrip("#")}"?'
        )
    return given


def condition(value: object) -> str:
    source = text(value, longest=MAX_CONDITION_LENGTH)
    try:
        compile_condition(source)
    except BadCondition as bad:
        raise Mistake(
            f"the condition is wrong: {bad}", f"did you mean {bad.meant}?" if bad.meant else None
        ) from None
    return source


def user_id(value: object) -> str:
    given = text(value)
    if USER_ID.fullmatch(given):
        return given
    hint = "a user's id is such as U0123ABCD: in Slack, open the profile, ⋮, “Copy member ID”"
    raise Mistake(
        f"“{given}” is not a user's id", f'did you mean {{group = "{given}"}}?' if given[0] == "@" else hint
    )


def group(value: object) -> str:
    given = text(value)
    if GROUP.fullmatch(given):
        return given
    raise Mistake(f"“{given}” is not a user group", f'did you mean "@{given.lstrip("@#")}"?')


def channel(value: object) -> str:
    given = text(value)
    if CHANNEL.fullmatch(given):
        return given
    raise Mistake(f"“{given}” is not a channel", f'did you mean "#{given.lstrip("@#")}"?')


def confirm(value: object) -> str | None:
    """`true` asks in words of the bot's own; a text is the question."""
    if isinstance(value, bool):
        return "Approve this? It can't be undone." if value else None
    return text(value)


def pointer(value: object) -> str:
    """A JSON Pointer (RFC 6901) into the arguments."""
    given = text(value)
    if not given.startswith("/") or re.search(r"~(?![01])", given):
        raise Mistake(
            f"“{given}” is not a JSON Pointer", f'did you mean "/{given.lstrip("$./").replace(".", "/")}"?'
        )
    return given


_PLACE = re.compile(r"\{([^{}]*)\}")
_PLACE_NAME = re.compile(r"[^\s.{}]+(?:\.[^\s.{}]+)*")


def template(value: object) -> str:
    """A sentence with `{argument}` in it. `{{` and `}}` are braces."""
    given = text(value)
    plain = given.replace("{{", "").replace("}}", "")
    for place in _PLACE.findall(plain):
        if not _PLACE_NAME.fullmatch(place):
            raise Mistake(
                f"“{{{place}}}” is not an argument", "write its name, such as {amount} or {customer.name}"
            )
    if re.search(r"[{}]", _PLACE.sub("", plain)):
        raise Mistake("a brace is not closed or not opened", "write {{ and }} for braces themselves")
    return given


def _is_scalar(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
