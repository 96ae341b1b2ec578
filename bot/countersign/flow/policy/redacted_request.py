"""A review request without what the rules of its rows redact: nothing that is made from it shows that.

The graph still gets it, and the digest covers it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.policy.redaction import is_redacted, redact, redact_text
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.summary import fill
from countersign.interrupts import ROOT, UNSET, Form, Part, ReviewRequest, ReviewRow

_TITLE_LIMIT = 150  # characters


def without_redacted_fields(request: ReviewRequest, rules: Sequence[Rule]) -> ReviewRequest:
    """The request whose forms neither show nor change what is redacted: an edit leaves it as it is."""
    if not any(rule.redact for rule in rules):
        return request
    rows = tuple(_with_open_fields(row, rule) for row, rule in zip(request.rows, rules, strict=True))
    return replace(request, rows=rows)


def _with_open_fields(row: ReviewRow, rule: Rule) -> ReviewRow:
    if not rule.redact:
        return row
    forms = dict(row.forms)
    answers = dict(row.answers)
    edit = forms.get(DecisionKind.EDIT)
    if edit is not None:
        fields = tuple(field for field in edit.fields if not _touches(field.pointer, rule.redact))
        forms[DecisionKind.EDIT] = replace(edit, fields=fields)
        if not fields:  # such as one field for all arguments, as JSON
            del forms[DecisionKind.EDIT], answers[DecisionKind.EDIT]
    if (respond := forms.get(DecisionKind.RESPOND)) is not None:
        forms[DecisionKind.RESPOND] = _without_initial(respond, rule.redact)
    return replace(row, forms=forms, answers=answers)


def _without_initial(form: Form, pointers: Iterable[str]) -> Form:
    """An answer is typed anew where the form would show what is redacted."""
    hidden = [field.pointer for field in form.fields if _touches(field.pointer, pointers)]
    if not hidden:
        return form
    fields = tuple(
        replace(field, initial=UNSET) if field.pointer in hidden else field for field in form.fields
    )
    return replace(form, fields=fields, base=UNSET)


def _touches(field: str, pointers: Iterable[str]) -> bool:
    """Whether the field shows something redacted: it is inside, or contains it."""
    pointers = tuple(pointers)
    contains = any(field == ROOT or pointer.startswith(field + "/") for pointer in pointers)
    return contains or is_redacted(field, pointers)


def shown_request(request: ReviewRequest, rules: Sequence[Rule]) -> ReviewRequest:
    """The request as people see it: redacted, and with the rule's `summary` for a title."""
    if not rules:
        return request
    several = len(rules) > 1
    rows = tuple(
        _shown_row(row, rule, summarised=several) for row, rule in zip(request.rows, rules, strict=True)
    )
    hidden = [(dict(row.args), rule.redact) for row, rule in zip(request.rows, rules, strict=True)]
    shown = replace(
        request,
        rows=rows,
        title=_clean(request.title, hidden),
        description=_clean_or_none(request.description, hidden),
        summary=_clean_or_none(request.summary, hidden),
        why=_clean_or_none(request.why, hidden),
        details={key: _clean_json(value, hidden) for key, value in request.details.items()},
    )
    title = _summary(request, rules)
    return shown if title is None else replace(shown, title=title)


_Hidden = Sequence[tuple[dict[str, Json], tuple[str, ...]]]


def _summary(request: ReviewRequest, rules: Sequence[Rule]) -> str | None:
    """The title that the rule of the only row gives it; None without one, or if an argument is missing."""
    if len(rules) != 1 or rules[0].summary is None:
        return None
    return _summary_of(request.rows[0], rules[0])


def _summary_of(row: ReviewRow, rule: Rule) -> str | None:
    if rule.summary is None:
        return None
    args = dict(row.args)
    text = fill(rule.summary, redact(args, rule.redact))
    if text is None:
        return None
    text = _clean(text, [(args, rule.redact)])  # another argument may quote what is redacted
    return text if len(text) <= _TITLE_LIMIT else text[: _TITLE_LIMIT - 1] + "…"


def _shown_row(row: ReviewRow, rule: Rule, *, summarised: bool) -> ReviewRow:
    hidden = [(dict(row.args), rule.redact)]
    redacted = redact(dict(row.args), rule.redact)
    described = _clean_or_none(row.description, hidden)
    summary = _summary_of(row, rule) if summarised else None  # the only row's is the title
    return replace(
        row,
        parts=tuple(_shown_part(part, row.args, redacted, hidden) for part in row.parts),
        args=redacted if isinstance(redacted, Mapping) else {},
        description="\n".join(filter(None, (summary, described))) or None,
    )


def _shown_part(part: Part, args: Mapping[str, Json], redacted: Json, hidden: _Hidden) -> Part:
    if not isinstance(redacted, Mapping):  # all arguments are redacted
        return replace(part, value=redacted)
    if part.label in args and part.value == args[part.label]:
        return replace(part, value=redacted[part.label])
    return replace(part, value=_clean_json(part.value, hidden))


def _clean(text: str, hidden: _Hidden) -> str:
    for args, pointers in hidden:
        text = redact_text(text, args, pointers) if pointers else text
    return text


def _clean_or_none(text: str | None, hidden: _Hidden) -> str | None:
    return None if text is None else _clean(text, hidden)


def _clean_json(value: Json, hidden: _Hidden) -> Json:
    """The value with all texts in it cleaned."""
    if not any(pointers for _, pointers in hidden):
        return value
    if isinstance(value, str):
        return _clean(value, hidden)
    if isinstance(value, Mapping):
        return {key: _clean_json(item, hidden) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean_json(item, hidden) for item in value]
    return value
