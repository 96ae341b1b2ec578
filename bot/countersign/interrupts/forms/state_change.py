"""The form that answers a question and changes the graph's state with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.errors import FormValidationError
from countersign.interrupts.forms.any_answer import any_answer_form
from countersign.interrupts.forms.field import Field, FieldKind, Option, RawInput
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.form_builder import form_from_state, json_form
from countersign.interrupts.json_values import pointer
from countersign.interrupts.json_values.equality import json_equal

STATE = "/state"  # the fields of the state are below it: no answer has a field there
_MAX_FIELDS = 40  # of the state; more are one field of JSON


@dataclass(frozen=True, kw_only=True)
class StateChangeInput:
    """What was filled in: the choice of an answer, its text, and the fields that were changed, by name."""

    choice: str
    text: str
    state: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class StateChangeForm(Form):
    """`/as` says which answer, `/` is its text, and each field of the state is at `/state/<name>`."""

    inner: Form  # over the state alone
    names: frozenset[str]  # of the fields that may be changed

    def read_change(self, raw: Mapping[str, RawInput]) -> StateChangeInput:
        """Raises `FormValidationError`; the state is validated by its schema."""
        answer = {place: value for place, value in raw.items() if not place.startswith(STATE)}
        choice = answer.get(pointer.KIND)
        if not isinstance(choice, str) or choice not in {option.key for option in self.fields[0].options}:
            raise FormValidationError({pointer.KIND: _("Choose an answer.")})
        text = answer.get(pointer.ROOT)
        return StateChangeInput(
            choice=choice, text=text if isinstance(text, str) else "", state=self._changed(raw)
        )

    def _changed(self, raw: Mapping[str, RawInput]) -> dict[str, Json]:
        typed = {
            place.removeprefix(STATE) or pointer.ROOT: value
            for place, value in raw.items()
            if place.startswith(STATE)
        }
        try:
            after = self.inner.read(typed)
        except FormValidationError as error:
            raise FormValidationError(_outside(error.errors), _outside(error.labels)) from None
        before = self.inner.base
        assert isinstance(before, Mapping), "the form is made from an object"
        if not isinstance(after, Mapping):
            raise FormValidationError({STATE: _("The state is an object.")})
        changed = {
            name: value
            for name, value in after.items()
            if name not in before or not json_equal(value, before[name])
        }
        if unknown := sorted(changed.keys() - self.names):
            raise FormValidationError(
                {STATE: _("The field “{unknown}” can't be changed.").format(unknown=unknown[0])}
            )
        return changed

    def state_errors(self, state: Mapping[str, Json]) -> Mapping[str, str]:
        """What the schema has against these new values, at the fields of this form."""
        before = self.inner.base
        assert isinstance(before, Mapping), "the form is made from an object"
        unknown = {name: _("This field can't be changed.") for name in state if name not in self.names}
        return unknown or _outside(self.inner.errors({**before, **state}))


def state_change_form(choices: Sequence[Option], *, takes_any: bool, state: Json) -> StateChangeForm | None:
    """`choices` are the answers of buttons, `takes_any` adds every other answer; None without any of both.

    `state` is {"schema", "values"}, as it is stored with an approval.
    """
    stored = state if isinstance(state, Mapping) else {}
    values = stored.get("values")
    if not isinstance(values, Mapping):
        return None
    any_text, any_kind = any_answer_form().fields
    options = (*choices, *(any_kind.options if takes_any else ()))
    if not options:
        return None
    inner = form_from_state(dict(values), stored.get("schema"))
    if len(inner.fields) > _MAX_FIELDS:
        inner = json_form(_("State"), initial=inner.base, schema=inner.schema)
    choice = Field(
        pointer=pointer.KIND, label=_("Answer"), kind=FieldKind.CHOICE, required=True, options=options
    )
    text = replace(
        any_text,
        label=_("Text of the answer"),
        required=False,
        hint=_("Your own answer instead of a button's, or the reason."),
    )
    below = tuple(replace(each, pointer=_outside_place(each.pointer)) for each in inner.fields)
    schema = stored.get("schema")
    named = schema.get("properties") if isinstance(schema, Mapping) else None
    names = frozenset(named) if isinstance(named, Mapping) else frozenset[str]()
    return StateChangeForm(fields=(choice, text, *below), inner=inner, names=names)


def _outside(errors: Mapping[str, str]) -> dict[str, str]:
    return {_outside_place(place): text for place, text in errors.items()}


def _outside_place(place: str) -> str:
    return STATE if place == pointer.ROOT else STATE + place
