"""A rule as JSON, stored with each approval when it opens: later edits of the file change nothing in it.

Every value is written out, defaults too, so that a newer version's defaults change nothing either.
"""

import hashlib
from functools import cache, lru_cache

import rfc8785
from pydantic import TypeAdapter, ValidationError

from countersign.approvals.errors import CountersignError
from countersign.approvals.json import Json
from countersign.approvals.policy.rule import Rule


class UnreadableRule(CountersignError):
    """The rule that is stored with this approval can't be read, so nobody may decide under it."""


def rule_to_json(rule: Rule) -> dict[str, Json]:
    stored: dict[str, Json] = _adapter().dump_python(rule, mode="json", exclude={"line"})
    stored["decisions"] = sorted(kind.value for kind in rule.decisions)
    if rule.hours is not None:
        hours = dict(stored["hours"])  # type: ignore[arg-type]  # a table, as WorkingHours is
        stored["hours"] = {**hours, "days": sorted(rule.hours.days)}
    return stored


def rule_as_written(rule: Rule) -> dict[str, Json]:
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
    try:
        return _adapter().validate_python(stored)
    except ValidationError as error:
        raise UnreadableRule(f"{UnreadableRule.__doc__} ({error.error_count()} fields do not fit)") from None


@lru_cache(maxsize=4096)
def fingerprint(rule: Rule) -> str:
    """SHA-256, in hex, of all that the rule says; its file and line do not count."""
    return hashlib.sha256(rfc8785.dumps(rule_to_json(rule))).hexdigest()


@cache
def _adapter() -> TypeAdapter[Rule]:
    return TypeAdapter(Rule)
