"""LangChain's Agent Inbox: a request with `allow_*` flags, alone or in a list; the answer is a list.

https://github.com/langchain-ai/agent-inbox
"""

from collections.abc import Sequence

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.dialects.answer_forms import answer_text, message_form, reason_form
from countersign.interrupts.dialects.dialect import APPROVE, EDIT, REJECT, RESPOND, Dialect
from countersign.interrupts.dialects.langchain_decisions import arguments_key
from countersign.interrupts.dialects.request_builder import (
    description_or_part,
    long_name_part,
    parts,
    run_title,
    title_text,
)
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.form_builder import form_from_arguments
from countersign.interrupts.review_request import Part, ReviewRequest, ReviewRow

NAME = "agent_inbox"
_FLAGS = {"allow_accept": APPROVE, "allow_edit": EDIT, "allow_ignore": REJECT, "allow_respond": RESPOND}


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    items = _items(value)
    rows = [_row(item) for item in items]
    if not rows or not all(row.allowed for row in rows):
        return None
    description, long = description_or_part(
        items[0].get("description") if len(items) == 1 else None, "description"
    )
    rows = [_described(row, item) for row, item in zip(rows, items, strict=True)] if len(items) > 1 else rows
    rows[0] = ReviewRow(
        action=rows[0].action, parts=(*long, *rows[0].parts), allowed=rows[0].allowed, forms=rows[0].forms
    )
    heading = run_title(rows[0].action) if len(rows) == 1 else f"{len(rows)} actions wait for approval"
    return ReviewRequest(
        dialect=NAME,
        title=title_text(heading),
        description=description,
        rows=tuple(rows),
        plain_question=False,
    )


def resume_value(value: Json, decisions: Sequence[Decision]) -> Json:
    return [_written(item, decision) for item, decision in zip(_items(value), decisions, strict=True)]


def _items(value: Json) -> list[dict[str, Json]]:
    found = value if isinstance(value, list) else [value]
    items = [item for item in found if isinstance(item, dict) and _is_request(item)]
    return items if len(items) == len(found) else []


def _is_request(item: dict[str, Json]) -> bool:
    action, config = item.get("action_request"), item.get("config")
    named = (
        isinstance(action, dict)
        and isinstance(action.get("action"), str)
        and arguments_key(action) is not None
    )
    return named and isinstance(config, dict) and bool(config.keys() & _FLAGS.keys())


def _row(item: dict[str, Json]) -> ReviewRow:
    action, config = item["action_request"], item["config"]
    assert isinstance(action, dict)
    assert isinstance(config, dict)
    key, name = arguments_key(action) or "args", str(action["action"])
    args = action[key]
    assert isinstance(args, dict)
    allowed = frozenset(kind for flag, kind in _FLAGS.items() if config.get(flag) is True)
    forms: dict[DecisionKind, Form] = {
        EDIT: form_from_arguments(args),
        REJECT: reason_form(told_to_graph=False),
        RESPOND: message_form("Response"),
    }
    return ReviewRow(
        action=name,
        parts=(
            *long_name_part(name),
            *parts(args),
            *parts(action, without=("action", key)),
            *parts(config, without=_FLAGS),
            *parts(item, without=("action_request", "config", "description")),
        ),
        allowed=allowed,
        forms={kind: form for kind, form in forms.items() if kind in allowed},
    )


def _described(row: ReviewRow, item: dict[str, Json]) -> ReviewRow:
    words = item.get("description")
    more = (Part(label="description", value=words),) if words not in (None, "") else ()
    return ReviewRow(action=row.action, parts=(*row.parts, *more), allowed=row.allowed, forms=row.forms)


def _written(item: dict[str, Json], decision: Decision) -> Json:
    action = item["action_request"]
    assert isinstance(action, dict)
    match decision.kind:
        case DecisionKind.APPROVE:
            return {"type": "accept", "args": None}
        case DecisionKind.EDIT:
            key = arguments_key(action) or "args"
            return {"type": "edit", "args": {"action": action["action"], key: decision.value}}
        case DecisionKind.REJECT:
            return {"type": "ignore", "args": None}
        case DecisionKind.RESPOND:
            return {"type": "response", "args": answer_text(decision)}


DIALECT = Dialect(NAME, parse, resume_value)
