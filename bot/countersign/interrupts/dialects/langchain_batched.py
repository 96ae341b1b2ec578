"""LangChain's human-in-the-loop middleware in its default mode: one interrupt for all calls of a model turn.

https://docs.langchain.com/oss/python/langchain/human-in-the-loop
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.dialects.dialect import Dialect
from countersign.interrupts.dialects.langchain_decisions import (
    DEFAULT_DECISIONS,
    arguments_key,
    decision_forms,
    langchain_decision,
    other_config_parts,
    stated_decisions,
    without_boilerplate,
)
from countersign.interrupts.dialects.request_builder import (
    description_or_part,
    long_name_part,
    parts,
    run_title,
    title_text,
)
from countersign.interrupts.review_request import Part, ReviewRequest, ReviewRow
from countersign.interrupts.unset import UNSET

NAME = "langchain_batched"


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    actions = _actions(value)
    if not actions or not isinstance(value, dict):
        return None
    rows = [_row(value, at, action) for at, action in enumerate(actions)]
    if not all(row.allowed for row in rows):
        return None  # a row that nothing may decide would be a dead end: let the answer be typed as JSON
    rest = parts(value, without=("action_requests", "review_configs"))
    description = None
    if len(rows) == 1:
        description, long = description_or_part(_words(actions[0]), "description")
        rest = (*long, *rest)
    else:
        rows = [_described(row, action) for row, action in zip(rows, actions, strict=True)]
    rows[0] = _with(rows[0], rest)
    heading = run_title(rows[0].action) if len(rows) == 1 else f"{len(rows)} actions wait for approval"
    return ReviewRequest(
        dialect=NAME,
        title=title_text(heading),
        description=description,
        rows=tuple(rows),
        plain_question=False,
    )


def resume_value(value: Json, decisions: Sequence[Decision]) -> Json:
    return {
        "decisions": [
            langchain_decision(action, d) for action, d in zip(_actions(value), decisions, strict=True)
        ]
    }


def _actions(value: Json) -> list[dict[str, Json]]:
    """The actions, or none at all if one of them is not what this dialect knows."""
    found = value.get("action_requests") if isinstance(value, dict) else None
    if not isinstance(found, list):
        return []
    actions = [
        a for a in found if isinstance(a, dict) and isinstance(a.get("name"), str) and arguments_key(a)
    ]
    return actions if len(actions) == len(found) else []


def _configs(value: Mapping[str, Json], at: int, action: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The configs of an action's name, the one at the action's own place first."""
    configs = value.get("review_configs")
    listed = configs if isinstance(configs, list) else []
    ordered = [*listed[at : at + 1], *listed[:at], *listed[at + 1 :]]
    return [c for c in ordered if isinstance(c, dict) and c.get("action_name") == action["name"]]


def _allowed(sources: Iterable[Mapping[str, Json]]) -> frozenset[DecisionKind]:
    return next((kinds for kinds in map(stated_decisions, sources) if kinds is not None), DEFAULT_DECISIONS)


def _words(action: Mapping[str, Json]) -> Json:
    key = arguments_key(action) or "args"
    return without_boilerplate(action.get("description"), str(action["name"]), action[key])


def _row(value: Mapping[str, Json], at: int, action: Mapping[str, Json]) -> ReviewRow:
    key, name = arguments_key(action) or "args", str(action["name"])
    args = action[key]
    assert isinstance(args, dict)
    configs = _configs(value, at, action)
    allowed = _allowed((action, *configs))
    schema = next((c["args_schema"] for c in configs if isinstance(c.get("args_schema"), dict)), UNSET)
    made = decision_forms(allowed, args, schema)
    return ReviewRow(
        action=name,
        parts=(
            *long_name_part(name),
            *parts(args),
            *parts(action, without=("name", key, "description", "allowed_decisions", "config")),
            *other_config_parts(action.get("config")),
            *(part for config in configs[:1] for part in other_config_parts(config)),
        ),
        allowed=allowed,
        forms={kind: form for kind, form in made.items() if form is not None},
    )


def _described(row: ReviewRow, action: Mapping[str, Json]) -> ReviewRow:
    description, long = description_or_part(_words(action), "description")
    return replace(_with(row, long), description=description)


def _with(row: ReviewRow, more: tuple[Part, ...]) -> ReviewRow:
    return replace(row, parts=(*row.parts, *more))


DIALECT = Dialect(NAME, parse, resume_value)
