"""A breakpoint at which a graph stopped: `interrupt_before`, `interrupt_after`, or a NodeInterrupt.

The graph asks nothing there, so the bot describes the stop in a payload of its own: a list of stops, each
with `before` (the steps that run next), `after`, `raised` (what a NodeInterrupt carried), `tool_calls`, or
the `state` with its `schema`. Where there is one stop with tool calls, there is a row per call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.i18n import _, ngettext
from countersign.interrupts.answers.template import WHOLE_ANSWER, AnswerTemplate, fixed
from countersign.interrupts.dialects.langchain.decisions import decision_answers, decision_forms
from countersign.interrupts.dialects.requests.answer_forms import reason_form
from countersign.interrupts.dialects.requests.dialect import APPROVE, EDIT, REJECT, RESPOND, Dialect
from countersign.interrupts.dialects.requests.request_builder import (
    actions_title,
    description_or_part,
    long_name_part,
    parts,
    run_title,
    title_text,
)
from countersign.interrupts.display.labels import human_label
from countersign.interrupts.forms.field import Option
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.form_builder import form_from_state
from countersign.interrupts.json_values.unset import UNSET
from countersign.interrupts.review_request import Part, ReviewRequest, ReviewRow

NAME = "breakpoint"
KEY = "countersign_breakpoint"
_CALL_DECISIONS = frozenset({APPROVE, EDIT, REJECT})
_DECISIONS = AnswerTemplate(value={"decisions": []}, slot=("decisions",))
_REJECTION = AnswerTemplate(value={"type": "reject"}, slot=("message",), when_empty=UNSET)


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    stops = value.get(KEY) if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(stops, list) or not stops or not all(isinstance(stop, dict) for stop in stops):
        return None
    only = stops[0] if len(stops) == 1 else None
    if isinstance(only, dict) and isinstance(only.get("tool_calls"), list):
        return _calls_request(only)
    return _state_request([stop for stop in stops if isinstance(stop, dict)])


def _calls_request(stop: Mapping[str, Json]) -> ReviewRequest | None:
    calls = stop["tool_calls"]
    assert isinstance(calls, list)
    rows = [_call_row(call) for call in calls if isinstance(call, dict)]
    if not rows or len(rows) != len(calls):
        return None
    title = run_title(rows[0].action) if len(rows) == 1 else actions_title(len(rows))
    return ReviewRequest(
        dialect=NAME, title=title_text(title), description=_where([stop]), rows=tuple(rows), batch=_DECISIONS
    )


def _call_row(call: Mapping[str, Json]) -> ReviewRow:
    name, args = str(call.get("name", "")), call.get("args")
    schema = call.get("args_schema")
    return ReviewRow(
        action=name,
        args=args if isinstance(args, dict) else {},
        parts=(
            *long_name_part(name),
            *(
                parts(args)
                if isinstance(args, dict)
                else (Part(label="args", heading=_("Arguments"), value=args),)
            ),
            Part(label="id", value=call.get("id"), secondary=True),
        ),
        answers=decision_answers(_CALL_DECISIONS, {"name": name, "args": args}),
        forms=decision_forms(_CALL_DECISIONS, args, schema if isinstance(schema, dict) else UNSET),
    )


def _state_request(stops: Sequence[Mapping[str, Json]]) -> ReviewRequest:
    """The steps that run next, with the state as it is now.

    What a step raised cannot be approved, for it would be raised again: change the state, or skip the step.
    """
    raised = any(stop.get("raised") for stop in stops)
    steps = [step for stop in stops for step in _names(stop.get("before"))]
    answers: dict[DecisionKind, AnswerTemplate] = {REJECT: _REJECTION}
    forms: dict[DecisionKind, Form] = {
        REJECT: reason_form(hint=_("The run stops here. The agent isn't told why."))
    }
    if not raised:
        answers[APPROVE] = fixed({"type": "approve"})
    only = stops[0] if len(stops) == 1 else None
    state = only.get("state") if only else None
    if only and isinstance(state, dict) and isinstance(only.get("schema"), dict):
        answers[EDIT] = AnswerTemplate(value={"type": "edit", "state": None}, slot=("state",))
        forms[EDIT] = form_from_state(state, only["schema"])
    skippable = raised and only is not None and len(steps) == 1
    if skippable:
        answers[RESPOND] = WHOLE_ANSWER
    description, long = description_or_part(_where(stops), "stopped")
    row = ReviewRow(
        action=None,
        args={"before": list(steps), "state": state} if only else {"before": list(steps)},
        parts=(*long, *(part for stop in stops for part in _parts(stop))),
        answers=answers,
        forms=forms,
        options=(_skip(),) if skippable else (),
        edited_at="/state",
    )
    return ReviewRequest(
        dialect=NAME,
        title=title_text(_title(steps, raised=raised)),
        description=description,
        rows=(row,),
        batch=_DECISIONS,
    )


def _title(steps: Sequence[str], *, raised: bool) -> str:
    names = ", ".join(steps)
    if raised:
        stopped = ngettext("The step {names} stopped", "The steps {names} stopped", len(steps))
        return stopped.format(names=names)
    if len(steps) == 1:
        return run_step_title(names)
    return _("Run the steps {names}?").format(names=names)


def run_step_title(step: str) -> str:
    return _("Run the step {step}?").format(step=step)


def _where(stops: Sequence[Mapping[str, Json]]) -> str:
    """In words, where it stopped."""
    raised = [item for stop in stops for item in _items(stop.get("raised"))]
    if raised:
        return "\n".join(item for item in raised if isinstance(item, str))
    after = [step for stop in stops for step in _names(stop.get("after"))]
    if after:
        return _("The agent stopped after {steps}.").format(steps=_listed(after))
    before = [step for stop in stops for step in _names(stop.get("before"))]
    return _("The agent stopped before {steps}.").format(steps=_listed(before))


def _listed(steps: Sequence[str]) -> str:
    """As the title names them: `write_report` is “Write report”."""
    labels = map(human_label, steps)
    return ", ".join(label if label.startswith("“") else f"“{label}”" for label in labels)


def _parts(stop: Mapping[str, Json]) -> tuple[Part, ...]:
    state, calls = stop.get("state"), stop.get("tool_calls")
    odd = [item for item in _items(stop.get("raised")) if not isinstance(item, str)]
    return (
        *(Part(label="raised", heading=_("Raised"), value=item) for item in odd),
        *((Part(label="tool_calls", heading=_("Tool calls"), value=calls),) if calls else ()),
        *(Part(label="input", heading=_("Input"), value=item) for item in _items(stop.get("inputs"))),
        *(
            tuple(replace(part, value=_readable(part.value)) for part in parts(state))
            if isinstance(state, dict)
            else (Part(label="state", heading=_("State"), value=state),)
        ),
    )


def _readable(value: Json) -> Json:
    """Messages that are only text, as a line each."""
    if isinstance(value, list) and value and all(_is_plain_message(item) for item in value):
        return [f"{item['type']}: {item['content']}" for item in value if isinstance(item, dict)]
    return value


def _is_plain_message(item: Json) -> bool:
    return (
        isinstance(item, dict)
        and item.get("type") in {"human", "ai", "system", "tool"}
        and isinstance(item.get("content"), str)
        and not item.get("tool_calls")
    )


def _skip() -> Option:
    return Option(key="0", label=_("Skip this step"), value={"type": "skip"})


def _names(value: Json) -> list[str]:
    return [item for item in _items(value) if isinstance(item, str)]


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


DIALECT = Dialect(NAME, parse, guessed=False)
