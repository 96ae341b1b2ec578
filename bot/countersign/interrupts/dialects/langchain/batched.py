"""LangChain's human-in-the-loop middleware in its default mode: one interrupt for all calls of a model turn.

https://docs.langchain.com/oss/python/langchain/human-in-the-loop
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.answers.template import AnswerTemplate
from countersign.interrupts.dialects.langchain.decisions import (
    DEFAULT_DECISIONS,
    arguments_key,
    decision_answers,
    decision_forms,
    other_config_parts,
    stated_decisions,
    without_boilerplate,
)
from countersign.interrupts.dialects.requests.dialect import Dialect
from countersign.interrupts.dialects.requests.request_builder import (
    actions_title,
    description_or_part,
    long_name_part,
    parts,
    run_title,
    title_text,
)
from countersign.interrupts.dialects.requests.review_fields import with_stated_risk
from countersign.interrupts.json_values.unset import UNSET
from countersign.interrupts.review_request import Part, ReviewRequest, ReviewRow

NAME = "langchain_batched"
_DECISIONS = AnswerTemplate(value={"decisions": []}, slot=("decisions",))


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    actions = _actions(value)
    if not actions or not isinstance(value, dict):
        return None
    rows = [_row(value, at, action) for at, action in enumerate(actions)]
    if not all(row.allowed for row in rows):
        return None  # a row without any decision could never be answered: another dialect takes JSON
    rest = parts(value, without=("action_requests", "review_configs"))
    description = None
    if len(rows) == 1:
        description, long = description_or_part(_description(actions[0]), "description")
        rest = (*long, *rest)
    else:
        rows = [_described(row, action) for row, action in zip(rows, actions, strict=True)]
    rows[0] = _with_parts(rows[0], rest)
    title = run_title(rows[0].action) if len(rows) == 1 else actions_title(len(rows))
    request = ReviewRequest(
        dialect=NAME, title=title_text(title), description=description, rows=tuple(rows), batch=_DECISIONS
    )
    configs = value.get("review_configs")
    return with_stated_risk(request, (*actions, *(configs if isinstance(configs, list) else ()), value))


def _actions(value: Json) -> list[dict[str, Json]]:
    """The actions, or none at all if one of them has another shape."""
    found = value.get("action_requests") if isinstance(value, dict) else None
    if not isinstance(found, list):
        return []
    actions = [
        a for a in found if isinstance(a, dict) and isinstance(a.get("name"), str) and arguments_key(a)
    ]
    return actions if len(actions) == len(found) else []


def _configs(value: Mapping[str, Json], at: int, action: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The configs of an action's name, the one at the action's own position first."""
    configs = value.get("review_configs")
    listed = configs if isinstance(configs, list) else []
    ordered = [*listed[at : at + 1], *listed[:at], *listed[at + 1 :]]
    return [c for c in ordered if isinstance(c, dict) and c.get("action_name") == action["name"]]


def _allowed(sources: Iterable[Mapping[str, Json]]) -> frozenset[DecisionKind]:
    return next((kinds for kinds in map(stated_decisions, sources) if kinds is not None), DEFAULT_DECISIONS)


def _description(action: Mapping[str, Json]) -> Json:
    key = arguments_key(action) or "args"
    return without_boilerplate(action.get("description"), str(action["name"]), action[key])


def _row(value: Mapping[str, Json], at: int, action: Mapping[str, Json]) -> ReviewRow:
    key, name = arguments_key(action) or "args", str(action["name"])
    args = action[key]
    assert isinstance(args, dict)
    configs = _configs(value, at, action)
    allowed = _allowed((action, *configs))
    schema = next((c["args_schema"] for c in configs if isinstance(c.get("args_schema"), dict)), UNSET)
    return ReviewRow(
        action=name,
        args=args,
        parts=(
            *long_name_part(name),
            *parts(args),
            *parts(action, without=("name", key, "description", "allowed_decisions", "config")),
            *other_config_parts(action.get("config")),
            *(part for config in configs[:1] for part in other_config_parts(config)),
        ),
        answers=decision_answers(allowed, action),
        forms=decision_forms(allowed, args, schema),
    )


def _described(row: ReviewRow, action: Mapping[str, Json]) -> ReviewRow:
    description, long = description_or_part(_description(action), "description")
    return replace(_with_parts(row, long), description=description)


def _with_parts(row: ReviewRow, more: tuple[Part, ...]) -> ReviewRow:
    return replace(row, parts=(*row.parts, *more))


DIALECT = Dialect(NAME, parse, guessed=False)
