"""The rules of an approval's rows as a json column: each rule once, and which of them each row has."""

from collections.abc import Sequence
from typing import Any

from countersign.approvals.json import Json
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.stored import rule_from_json, rule_to_json


def rules_column(rules: Sequence[Rule]) -> Json:
    """None for no rules."""
    if not rules:
        return None
    distinct = list(dict.fromkeys(rules))
    return {
        "rules": [rule_to_json(rule) for rule in distinct],
        "rows": [distinct.index(rule) for rule in rules],
    }


def rules_from(column: Any) -> tuple[Rule, ...]:
    """Raises UnreadableRule."""
    if column is None:
        return ()
    distinct = [rule_from_json(stored) for stored in column["rules"]]
    return tuple(distinct[number] for number in column["rows"])
