"""Options: a payload with a list of answers to choose from; an option is answered as the payload has it."""

from collections.abc import Mapping, Sequence

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.template import WHOLE_ANSWER
from countersign.interrupts.dialects.requests.dialect import RESPOND, Dialect
from countersign.interrupts.dialects.requests.request_builder import single_row_request
from countersign.interrupts.dialects.requests.review_fields import review_fields, with_fields
from countersign.interrupts.forms.any_answer import any_answer_form
from countersign.interrupts.forms.field import Option
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.options import numbered_options, typed_choice_form
from countersign.interrupts.review_request import ReviewRequest

NAME = "options"
MAX_OPTION_BUTTONS = 5  # options on buttons; of more, all are in one menu
MAX_OPTIONS = 300  # options in a menu; of more, one is typed
_KEYS = ("options", "choices", "allowed_responses", "allowed_decisions", "actions")
_LABELS = ("label", "title", "name")
_VALUES = ("value", "id", "key")


def parse(value: Json, _schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict):
        return None
    key = next((key for key in _KEYS if _are_options(value.get(key), strict=key == "actions")), None)
    if key is None:
        return None
    options = offered(value[key])
    shown = (key,) if _all_on_buttons(value[key], options) else ()
    fields = review_fields(value, _("The agent asks for a choice"), without=shown)
    request = single_row_request(
        NAME,
        title=fields.title,
        description=fields.description,
        parts=fields.parts,
        answers={RESPOND: WHOLE_ANSWER},
        forms=_forms(options),
        options=options if len(options) <= MAX_OPTIONS else (),
        args=value,
    )
    return with_fields(request, fields)


def _forms(options: Sequence[Option]) -> dict[DecisionKind, Form]:
    """A form where there are no buttons: for no options at all, and for more than a menu takes."""
    if not options:
        return {RESPOND: any_answer_form()}
    if len(options) <= MAX_OPTIONS:
        return {}
    return {RESPOND: typed_choice_form([each.value for each in options], [each.label for each in options])}


def offered(items: Json) -> tuple[Option, ...]:
    """The options in the payload's order; one that is there twice, with the same label, is offered once."""
    assert isinstance(items, list)
    pairs = [_pair(item) for item in items]
    return numbered_options([answer for _, answer in pairs], [label for label, _ in pairs])


def _are_options(items: Json, *, strict: bool) -> bool:
    """`strict`: only texts and objects with a label and a value, because the key has other uses as well."""
    if not isinstance(items, list):
        return False
    return not strict or (bool(items) and all(isinstance(item, str) or _is_labelled(item) for item in items))


def _is_labelled(item: Json) -> bool:
    return (
        isinstance(item, Mapping) and _first(item, _LABELS) is not None and _first(item, _VALUES) is not None
    )


def _pair(item: Json) -> tuple[str | None, Json]:
    """Label and answer. An object without a value of its own is the answer itself."""
    if not isinstance(item, Mapping):
        return None, item
    label, answer = _first(item, _LABELS), _first(item, _VALUES)
    text = item[label] if label else None
    return text if isinstance(text, str) else None, item[answer] if answer else item


def _first(item: Mapping[str, Json], keys: Sequence[str]) -> str | None:
    return next((key for key in keys if key in item), None)


def _all_on_buttons(items: Json, options: Sequence[Option]) -> bool:
    """Whether the buttons show all that the list says. A menu shows nothing before it is opened."""
    return 0 < len(options) <= MAX_OPTION_BUTTONS and items == [option.label for option in options]


DIALECT = Dialect(NAME, parse)
