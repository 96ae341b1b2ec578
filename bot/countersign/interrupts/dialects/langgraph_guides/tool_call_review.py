"""The tool call review of LangGraph's how-to guides: continue, update, or feedback to the model."""

from dataclasses import replace

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import AnswerTemplate, fixed
from countersign.interrupts.dialects.requests.answer_forms import message_form, reason_form
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, REJECT, RESPOND, Dialect
from countersign.interrupts.dialects.requests.request_builder import (
    description_or_part,
    long_name_part,
    parts,
    run_title,
    single_row_request,
)
from countersign.interrupts.forms.form_builder import form_from_arguments
from countersign.interrupts.review_request import Part, ReviewRequest

NAME = "tool_call_review"
_SECONDARY = frozenset({"id", "type"})
REJECTED = "Rejected by a human reviewer."


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or "tool_call" not in value:
        return None
    name, args, shown = _taken_apart(value["tool_call"])
    description, long = description_or_part(value.get("question"), "question")
    return single_row_request(
        NAME,
        title=run_title(name),
        description=description,
        parts=(*long, *shown, *parts(value, without=("tool_call", "question"))),
        answers={
            APPROVE: fixed(["continue", None]),
            EDIT: AnswerTemplate(value=["update", None], slot=(1,)),
            REJECT: AnswerTemplate(value=["feedback", None], slot=(1,), when_empty=REJECTED),
            RESPOND: AnswerTemplate(value=["feedback", None], slot=(1,), when_empty=""),
        },
        forms={
            EDIT: form_from_arguments(args),
            REJECT: reason_form(
                hint=_("The agent gets this reason. Left empty, it gets: {text}").format(text=REJECTED)
            ),
            RESPOND: message_form(_("Feedback"), _("The agent gets this in place of the tool's result.")),
        },
        action=name,
        args=args,
    )


def _taken_apart(call: Json) -> tuple[str | None, Json, tuple[Part, ...]]:
    """The tool's name, the arguments that an update replaces, and what to show."""
    if not isinstance(call, dict):
        return None, call, (Part(label="tool_call", value=call),)
    key = next((k for k in ("args", "arguments") if k in call), None)
    named = call.get("name")
    name = named if isinstance(named, str) and named else None
    name_part = long_name_part(name) if name else ()
    known = ("name",) if name else ()
    if key is None:
        return name, call, (*name_part, *parts(call, without=known))
    args = call[key]
    inner = parts(args) if isinstance(args, dict) else (Part(label=key, value=args),)
    rest = parts(call, without=(key, *known))
    return name, args, (*name_part, *inner, *(replace(p, secondary=p.label in _SECONDARY) for p in rest))


DIALECT = Dialect(NAME, parse)
