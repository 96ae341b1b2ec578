"""A form as a modal, and a submitted modal as the form's raw values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from countersign.i18n import _
from countersign.interrupts import MESSAGE, ROOT, UNSET, Field, FieldKind, Form, RawInput, place_label
from countersign.slack.block_kit.builders import Block, actions, button, context_block, plain
from countersign.slack.block_kit.escaping import truncate_escaped
from countersign.slack.forms.input_elements import ACTION_ID, UNTOUCHED, MaybeRaw, raw_value
from countersign.slack.forms.pagination import MAX_INPUTS, CarriedInputs, inputs_of, pages
from countersign.slack.forms.view_state import input_states

PAGE_ACTION = "form:turn"
_ERROR_LIMIT = 300
_NO_INPUTS: CarriedInputs = MappingProxyType({})
_NO_LABELS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Modal:
    """A modal without its inputs."""

    callback_id: str
    title: str  # at most 24 characters
    submit: str  # at most 24 characters
    private_metadata: str
    heading: str = ""
    explanation: str = ""
    close: str | None = None  # at most 24 characters
    warning: str = ""  # why the form does not show the page that was asked for


def fit_form(form: Form) -> Form:
    """The form as it is, or with too many fields, the whole value as one JSON field.

    A value that is too long for one view even so keeps its fields, on several pages.
    """
    if form.only_field is not None or sum(len(inputs_of(field)) for field in form.fields) <= MAX_INPUTS:
        return form
    field = Field(
        pointer=ROOT,
        label=_("Value"),
        kind=FieldKind.JSON,
        required=True,
        initial={} if form.base is UNSET else form.base,
        hint=_("JSON. There are too many fields to show each of them."),
    )
    as_json = replace(form, fields=(field,), base=field.initial, required_objects=(), note=form.note)
    return as_json if len(pages(as_json)) == 1 else form


def form_view(form: Form, modal: Modal, page: int = 0, carried: CarriedInputs = _NO_INPUTS) -> Block:
    """One page of a form that `fit_form` returned. `carried` are the inputs of other pages."""
    blocks: list[Block] = []
    if modal.heading:
        blocks.append({"type": "section", "text": plain(truncate_escaped(modal.heading, 3000))})
    texts = [text for text in (modal.explanation, form.note) if text]
    blocks += [{"type": "section", "text": plain(truncate_escaped(text, 3000))} for text in texts]
    all_pages = pages(form)
    blocks += [
        form_input.block(carried.get(form_input.block_id, UNTOUCHED)) for form_input in all_pages[page]
    ]
    if len(all_pages) > 1:
        blocks += _page_buttons(page, len(all_pages), modal.warning)
    return {
        "type": "modal",
        "callback_id": modal.callback_id,
        "title": plain(modal.title),
        "submit": plain(modal.submit),
        "close": plain(modal.close or _("Cancel")),
        "private_metadata": modal.private_metadata,
        "blocks": blocks,
    }


def _page_buttons(page: int, count: int, warning: str) -> list[Block]:
    """Buttons that open the first, previous, next and last page."""
    there = [at for at in dict.fromkeys((0, page - 1, page + 1, count - 1)) if 0 <= at < count and at != page]
    buttons = [button(f"{PAGE_ACTION}:{at}", _("Page {page}").format(page=at + 1), str(at)) for at in there]
    text = _("Page {page} of {count}. Your changes are kept when you switch pages.").format(
        page=page + 1, count=count
    )
    return [actions(f"pages:{page}", buttons), context_block(warning or text)]


def submitted_values(
    form: Form, view: Mapping[str, Any], carried: CarriedInputs = _NO_INPUTS
) -> dict[str, RawInput]:
    """What was typed, by the pointers of the fields, for `Form.read`; without fields that had no input."""
    states = input_states(view, ACTION_ID)
    found: dict[str, RawInput] = {}
    for field in form.fields:
        own = inputs_of(field)
        given: list[MaybeRaw] = []
        for form_input in own:
            if form_input.block_id in states:
                given.append(raw_value(field, states[form_input.block_id]))
            elif form_input.block_id in carried:
                given.append(carried[form_input.block_id])
            else:
                given.append(UNTOUCHED)
        if all(raw is UNTOUCHED for raw in given):
            continue
        texts = [
            form_input.prefilled if raw is UNTOUCHED else raw
            for form_input, raw in zip(own, given, strict=True)
        ]
        found[field.pointer] = (
            texts[0] if len(texts) == 1 else "".join(text for text in texts if isinstance(text, str))
        )
    return found


def field_errors(
    errors: Mapping[str, str], view: Mapping[str, Any], labels: Mapping[str, str] = _NO_LABELS
) -> dict[str, str]:
    """The errors by block id, each at an input of this view: Slack accepts no other block id.

    An error of another page names its field.
    """
    inputs = [block["block_id"] for block in view.get("blocks") or () if block.get("type") == "input"]
    errors_by_block: dict[str, list[str]] = {}
    for place, text in errors.items():
        if place in inputs:
            errors_by_block.setdefault(place, []).append(text)
        elif inputs:  # its input is on another page, or it is about the whole value
            label = labels.get(place) or place_label(place)
            labelled = text if place in {ROOT, MESSAGE} else f"{label}: {text}"
            errors_by_block.setdefault(inputs[0], []).append(labelled)
    return {
        place: truncate_escaped(" ".join(texts), _ERROR_LIMIT) for place, texts in errors_by_block.items()
    }


def notice_view(title: str, text: str) -> Block:
    """A modal with a text and no inputs, in place of a form that is no longer valid."""
    return {
        "type": "modal",
        "title": plain(title),
        "close": plain(_("Close")),
        "blocks": [{"type": "section", "text": plain(truncate_escaped(text, 3000))}],
    }
