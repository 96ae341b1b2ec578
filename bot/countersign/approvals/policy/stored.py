"""A rule as JSON, stored with each approval when it opens: later edits of the file change nothing in it.

Every value is written out, defaults too, so that a newer version's defaults change nothing either. A key that
is added after a release is written only where it says something: an older version refuses a rule with a key
that it does not know, because it would decide under less than the rule.
The same few rules come with every approval: conversions are cached, and what they return is shared. Do not
change it.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache, lru_cache

import rfc8785
from pydantic import TypeAdapter, ValidationError

from countersign.approvals.errors import CountersignError
from countersign.approvals.json import Json
from countersign.approvals.policy.rule import Rule

_CACHED = 4096  # rules


class UnreadableRule(CountersignError):
    """The rule that is stored with this approval can't be read, so nobody may decide under it."""


@lru_cache(maxsize=_CACHED)
def rule_to_json(rule: Rule) -> Mapping[str, Json]:
    stored: dict[str, Json] = _adapter().dump_python(rule, mode="json", exclude={"line"})
    stored["decisions"] = sorted(kind.value for kind in rule.decisions)
    if rule.timers.request_expires_in is None:
        timers: dict[str, Json] = dict(stored["timers"])  # type: ignore[arg-type]  # a table, as Timers is
        del timers["request_expires_in"]
        stored["timers"] = timers
    if rule.hours is not None:
        hours = dict(stored["hours"])  # type: ignore[arg-type]  # a table, as WorkingHours is
        stored["hours"] = {**hours, "days": sorted(rule.hours.days)}
    return stored


@lru_cache(maxsize=_CACHED)
def rule_as_written(rule: Rule) -> Mapping[str, Json]:
    """What the rule says other than the defaults: short enough for every entry of the ledger."""
    written: dict[str, Json] = _adapter().dump_python(
        rule, mode="json", exclude={"line"}, exclude_defaults=True
    )
    if "decisions" in written:
        written["decisions"] = sorted(kind.value for kind in rule.decisions)
    if rule.hours is not None:
        hours = dict(written["hours"])  # type: ignore[arg-type]  # a table, as WorkingHours is
        written["hours"] = {**hours, "days": sorted(rule.hours.days)}
    return written


def rule_from_json(stored: Json) -> Rule:
    """Raises UnreadableRule."""
    return _rule_from_text(json.dumps(stored))


@lru_cache(maxsize=_CACHED)
def _rule_from_text(stored: str) -> Rule:
    value = json.loads(stored)
    try:
        rule = _adapter().validate_python(value)
    except ValidationError as error:
        raise UnreadableRule(f"{UnreadableRule.__doc__} ({error.error_count()} fields do not fit)") from None
    if _has_unknown_keys(value, rule_to_json(rule)):
        raise UnreadableRule
    return rule


def _has_unknown_keys(stored: Json, read: object) -> bool:
    """Whether something of the stored rule is not in what was read of it."""
    if isinstance(stored, dict) and isinstance(read, Mapping):
        return any(key not in read or _has_unknown_keys(value, read[key]) for key, value in stored.items())
    if isinstance(stored, list) and isinstance(read, list | tuple):
        return any(map(_has_unknown_keys, stored, read))
    return False


@lru_cache(maxsize=_CACHED)
def fingerprint(rule: Rule) -> str:
    """SHA-256, in hex, of all that the rule says; its file and line do not count."""
    return hashlib.sha256(rfc8785.dumps(rule_to_json(rule))).hexdigest()


@cache
def _adapter() -> TypeAdapter[Rule]:
    return TypeAdapter(Rule)
