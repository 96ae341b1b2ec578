"""LangChain's human-in-the-loop middleware in its default mode: one interrupt for all calls of a model turn.

https://docs.langchain.com/oss/python/langchain/human-in-the-loop
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.absent import ABSENT
from countersign.interrupts.dialects.dialect import Dialect, action_part, parts, run_heading, title, told
from countersign.interrupts.dialects.langchain import (
    UNSAID,
    arguments_key,
    beside_decisions,
    forms,
    stated,
    without_echo,
    written,
)
from countersign.interrupts.request import Part, ReviewRequest, ReviewRow

NAME = "langchain_batched"


def read(value: Json, _schema: Json) -> ReviewRequest | None:
    actions = _actions(value)
    if not actions or not isinstance(value, dict):
        return None
    rows = [_row(value, at, action) for at, action in enumerate(actions)]
    if not all(row.allowed for row in rows):
        return None  # a row that nothing may decide would be a dead end: let the answer be typed as JSON
    rest = parts(value, without=("action_requests", "review_configs"))
    description = None
    if len(rows) == 1:
        description, long = told(_words(actions[0]), "description")
        rest = (*long, *rest)
    else:
        rows = [_described(row, action) for row, action in zip(rows, actions, strict=True)]
    rows[0] = _with(rows[0], rest)
    heading = run_heading(rows[0].action) if len(rows) == 1 else f"{len(rows)} actions wait for approval"
    return ReviewRequest(
        dialect=NAME, title=title(heading), description=description, rows=tuple(rows), plain_question=False
    )


def answer(value: Json, decisions: Sequence[Decision]) -> Json:
    return {"decisions": [written(action, d) for action, d in zip(_actions(value), decisions, strict=True)]}


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
    return next((kinds for kinds in map(stated, sources) if kinds is not None), UNSAID)


def _words(action: Mapping[str, Json]) -> Json:
    key = arguments_key(action) or "args"
    return without_echo(action.get("description"), str(action["name"]), action[key])


def _row(value: Mapping[str, Json], at: int, action: Mapping[str, Json]) -> ReviewRow:
    key, name = arguments_key(action) or "args", str(action["name"])
    args = action[key]
    assert isinstance(args, dict)
    configs = _configs(value, at, action)
    allowed = _allowed((action, *configs))
    schema = next((c["args_schema"] for c in configs if isinstance(c.get("args_schema"), dict)), ABSENT)
    made = forms(allowed, args, schema)
    return ReviewRow(
        action=name,
        parts=(
            *action_part(name),
            *parts(args),
            *parts(action, without=("name", key, "description", "allowed_decisions", "config")),
            *beside_decisions(action.get("config")),
            *(part for config in configs[:1] for part in beside_decisions(config)),
        ),
        allowed=allowed,
        forms={kind: form for kind, form in made.items() if form is not None},
    )


def _described(row: ReviewRow, action: Mapping[str, Json]) -> ReviewRow:
    description, long = told(_words(action), "description")
    return replace(_with(row, long), description=description)


def _with(row: ReviewRow, more: tuple[Part, ...]) -> ReviewRow:
    return replace(row, parts=(*row.parts, *more))


DIALECT = Dialect(NAME, read, answer)
