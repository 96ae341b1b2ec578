"""The rules of an approval's rows as a json column: each rule once, and which of them each row has.

The same few rules come with every approval, and with each reading of it: their conversions are cached.
"""

import json
import marshal
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from psycopg.types.json import Json as AsJson

from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.stored import rule_from_json, rule_to_json

_CACHED = 1024  # combinations of rules
_MARSHAL = 2  # the last version that writes equal values alike, however often they are referred to


def rules_column(rules: Sequence[Rule]) -> AsJson | None:
    """None for no rules."""
    return AsJson(tuple(rules), dumps=_text) if rules else None


@lru_cache(maxsize=_CACHED)
def _text(rules: tuple[Rule, ...]) -> str:
    distinct = list(dict.fromkeys(rules))
    return json.dumps(
        {
            "rules": [rule_to_json(rule) for rule in distinct],
            "rows": [distinct.index(rule) for rule in rules],
        }
    )


def rules_from(column: Any) -> tuple[Rule, ...]:
    """Raises UnreadableRule."""
    return () if column is None else _rules(marshal.dumps(column, _MARSHAL))


@lru_cache(maxsize=_CACHED)
def _rules(column: bytes) -> tuple[Rule, ...]:
    stored = marshal.loads(column)  # noqa: S302 -- written by `rules_from` in this process
    distinct = [rule_from_json(rule) for rule in stored["rules"]]
    return tuple(distinct[number] for number in stored["rows"])
