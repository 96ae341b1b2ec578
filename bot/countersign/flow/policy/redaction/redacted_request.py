"""A review request without redacted values, so that nothing made from it shows them.

The graph still gets it, and the digest covers it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.policy.redaction import REDACTED, RedactedValues, is_redacted, redact
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.summary import fill
from countersign.flow.policy.redaction.redacted_pointers import in_arguments, in_edited_value, redacted_values
from countersign.i18n import N_, _
from countersign.interrupts import ROOT, UNSET, Field, Form, Option, Part, ReviewRequest, ReviewRow

_REDACTED = N_("Redacted")
_TITLE_LIMIT = 150  # characters


def without_redacted_fields(request: ReviewRequest, rules: Sequence[Rule]) -> ReviewRequest:
    """The request whose forms neither show nor change what is redacted: an edit leaves it as it is."""
    if not any(rule.redact for rule in rules):
        return request
    values = redacted_values(request, rules)
    rows = tuple(_with_open_fields(row, rule, values) for row, rule in zip(request.rows, rules, strict=True))
    return replace(request, rows=rows)


def _with_open_fields(row: ReviewRow, rule: Rule, values: RedactedValues) -> ReviewRow:
    places = in_edited_value(row, rule)
    forms = dict(row.forms)
    answers = dict(row.answers)
    edit = forms.get(DecisionKind.EDIT)
    if edit is not None:
        fields = tuple(field for field in edit.fields if not _shows_redacted(field, places, values))
        forms[DecisionKind.EDIT] = replace(edit, fields=fields)
        if not fields:  # such as one field for all arguments, as JSON
            del forms[DecisionKind.EDIT], answers[DecisionKind.EDIT]
    if (respond := forms.get(DecisionKind.RESPOND)) is not None:
        forms[DecisionKind.RESPOND] = _without_initial(respond, places, values)
    return replace(row, forms=forms, answers=answers)


def _without_initial(form: Form, places: Sequence[str], values: RedactedValues) -> Form:
    """An answer is typed again where the form would show what is redacted."""
    hidden = [field.pointer for field in form.fields if _shows_redacted(field, places, values)]
    if not hidden:
        return form
    fields = tuple(
        replace(field, initial=UNSET) if field.pointer in hidden else field for field in form.fields
    )
    return replace(form, fields=fields, base=UNSET)


def _shows_redacted(field: Field, places: Sequence[str], values: RedactedValues) -> bool:
    """Whether the field is a redacted place, or its name or value quotes one."""
    if _touches(field.pointer, places) or values.cleaned_text(field.label) != field.label:
        return True
    return field.initial is not UNSET and values.cleaned(field.initial) != field.initial


def _touches(field: str, pointers: Iterable[str]) -> bool:
    """Whether the field shows something redacted: it is inside, or contains it."""
    pointers = tuple(pointers)
    contains = bool(pointers) and field == ROOT
    contains = contains or any(pointer.startswith(field + "/") for pointer in pointers)
    return contains or is_redacted(field, pointers)


def shown_request(request: ReviewRequest, rules: Sequence[Rule]) -> ReviewRequest:
    """The request as people see it: redacted, and with the rule's `summary` for a title."""
    if not any(rule.redact or rule.summary for rule in rules):
        return request
    several = len(rules) > 1
    values = redacted_values(request, rules)
    rows = tuple(
        _shown_row(row, rule, values, summarised=several)
        for row, rule in zip(request.rows, rules, strict=True)
    )
    shown = replace(
        request,
        rows=rows,
        title=values.cleaned_text(request.title),
        description=_clean_or_none(request.description, values),
        summary=_clean_or_none(request.summary, values),
        why=_clean_or_none(request.why, values),
        details=_shown_details(request, rules, values),
    )
    title = _summary_of(request.rows[0], rules[0], values) if not several else None
    return shown if title is None else replace(shown, title=title)


def _shown_details(
    request: ReviewRequest, rules: Sequence[Rule], values: RedactedValues
) -> Mapping[str, Json]:
    """A pointer that leads into the payload's `details` hides what has no text to look for, too."""
    details: Json = dict(request.details)
    for rule in rules:
        inside = redact({"details": details}, rule.redact)
        details = inside["details"] if isinstance(inside, Mapping) else {}
    cleaned = values.cleaned(details)
    return cleaned if isinstance(cleaned, Mapping) else {}


def _summary_of(row: ReviewRow, rule: Rule, values: RedactedValues) -> str | None:
    """The title that the rule gives the row; None without one, or if an argument is missing."""
    if rule.summary is None:
        return None
    text = fill(rule.summary, redact(dict(row.args), in_arguments(row, rule)))
    if text is None:
        return None
    text = values.cleaned_text(text)  # another argument may quote what is redacted
    return text if len(text) <= _TITLE_LIMIT else text[: _TITLE_LIMIT - 1] + "…"


def _shown_row(row: ReviewRow, rule: Rule, values: RedactedValues, *, summarised: bool) -> ReviewRow:
    redacted = redact(dict(row.args), in_arguments(row, rule))
    args = values.cleaned(redacted)
    described = _clean_or_none(row.description, values)
    summary = _summary_of(row, rule, values) if summarised else None  # the only row's is the title
    return replace(
        row,
        parts=tuple(_shown_part(part, row, rule, redacted, values) for part in row.parts),
        args=args if isinstance(args, Mapping) else {},
        options=tuple(_shown_option(option, values) for option in row.options),
        description="\n".join(filter(None, (summary, described))) or None,
    )


def _shown_part(part: Part, row: ReviewRow, rule: Rule, redacted: Json, values: RedactedValues) -> Part:
    value = part.value
    if not isinstance(redacted, Mapping):  # all arguments are redacted
        return replace(part, value=_in_words(redacted))
    if part.label in row.args and value == row.args[part.label]:
        value = redacted[part.label]
    elif row.edited_at != ROOT:  # a field of what the arguments hold
        inside = redact({part.label: value}, in_edited_value(row, rule))
        value = inside[part.label] if isinstance(inside, Mapping) else inside
    return replace(part, label=values.cleaned_text(part.label), value=_in_words(values.cleaned(value)))


def _in_words(value: Json) -> Json:
    """What stands for a value is in one language in the ledger, and in the reader's on a card."""
    return _(_REDACTED) if value == REDACTED else value


def _shown_option(option: Option, values: RedactedValues) -> Option:
    """Its value is shown as well, once it is chosen. The button's key is what chooses."""
    return replace(option, label=values.cleaned_text(option.label), value=values.cleaned(option.value))


def _clean_or_none(text: str | None, values: RedactedValues) -> str | None:
    return None if text is None else values.cleaned_text(text)
