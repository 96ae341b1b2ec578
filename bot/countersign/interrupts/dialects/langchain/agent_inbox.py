"""LangChain's Agent Inbox: a request with `allow_*` flags, alone or in a list; the answer is a list.

https://github.com/langchain-ai/agent-inbox. Its own interface turns edited values into strings; here they
keep their types.
"""

from collections.abc import Mapping
from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import WHOLE_ANSWER, AnswerTemplate, fixed
from countersign.interrupts.dialects.langchain.decisions import arguments_key
from countersign.interrupts.dialects.requests.answer_forms import message_form, reason_form
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, REJECT, RESPOND, Dialect
from countersign.interrupts.dialects.requests.request_builder import (
    actions_title,
    description_or_part,
    long_name_part,
    parts,
    run_title,
    title_text,
)
from countersign.interrupts.dialects.requests.review_fields import with_stated_risk
from countersign.interrupts.forms.form_builder import form_from_arguments
from countersign.interrupts.review_request import Part, ReviewRequest, ReviewRow

NAME = "agent_inbox"
_FLAGS = {"allow_accept": APPROVE, "allow_edit": EDIT, "allow_ignore": REJECT, "allow_respond": RESPOND}


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    items = _items(value)
    rows = [_row(item) for item in items]
    if not rows or not all(row.allowed for row in rows):
        return None
    description = None
    if len(rows) == 1:
        description, long = description_or_part(items[0].get("description"), "description")
        rows = [replace(rows[0], parts=(*long, *rows[0].parts))]
    else:
        rows = [_described(row, item) for row, item in zip(rows, items, strict=True)]
    title = run_title(rows[0].action) if len(rows) == 1 else actions_title(len(rows))
    request = ReviewRequest(
        dialect=NAME, title=title_text(title), description=description, rows=tuple(rows), batch=WHOLE_ANSWER
    )
    stated = (each for item in items for each in (item, item["config"], item["action_request"]))
    return with_stated_risk(request, stated)


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
    forms = {
        EDIT: form_from_arguments(args),
        REJECT: reason_form(told_to_graph=False),
        RESPOND: message_form(_("Response")),
    }
    answers = _answers(action, key)
    return ReviewRow(
        action=name,
        args=args,
        parts=(
            *long_name_part(name),
            *parts(args),
            *parts(action, without=("action", key)),
            *parts(config, without=_FLAGS),
            *parts(item, without=("action_request", "config", "description")),
        ),
        answers={kind: answer for kind, answer in answers.items() if kind in allowed},
        forms={kind: form for kind, form in forms.items() if kind in allowed},
    )


def _answers(action: Mapping[str, Json], key: str) -> dict[DecisionKind, AnswerTemplate]:
    edited: Json = {"type": "edit", "args": {"action": action["action"], key: {}}}
    return {
        APPROVE: fixed({"type": "accept", "args": action}),
        EDIT: AnswerTemplate(value=edited, slot=("args", key)),
        REJECT: fixed({"type": "ignore", "args": None}),
        RESPOND: AnswerTemplate(value={"type": "response", "args": ""}, slot=("args",), when_empty=""),
    }


def _described(row: ReviewRow, item: dict[str, Json]) -> ReviewRow:
    description = item.get("description")
    more = (Part(label="description", value=description),) if description not in (None, "") else ()
    return replace(row, parts=(*row.parts, *more))


DIALECT = Dialect(NAME, parse, guessed=False)
