"""Making a form: from the schema of an answer, or from arguments and their schema, if any."""

from dataclasses import replace

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.forms.field import Field, FieldKind
from countersign.interrupts.forms.field_builder import FieldBuilder, TooManyFields
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.number_notation import other_notations
from countersign.interrupts.json_values import pointer
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset
from countersign.interrupts.validation.schema import Schema, compile_schema
from countersign.interrupts.validation.subschema import Subschema, resolve_subschema


def form_from_schema(schema: Json, present: JsonOrUnset = UNSET) -> Form:
    """A form for an answer that the schema describes; what the schema cannot be shown as is a JSON field.

    `present` prefills what has the same names and fits; it is not part of the answer otherwise. Defaults are
    prefilled too.
    """
    compiled = compile_schema(schema)
    if not compiled.usable or compiled.large:
        note = (
            _("The schema of this answer is too large for a form, so it is asked for as JSON.")
            if compiled.usable
            else _("The schema of this answer is not valid, so any JSON is taken.")
        )
        return json_form(
            _("Answer"), schema=compiled if compiled.usable else None, note=note, accepts_text=True
        )
    base = _fitting(schema, present)
    return _made(schema, base, compiled, editing=False)


def form_from_arguments(args: Json, schema: JsonOrUnset = UNSET) -> Form:
    """A form that edits the arguments: every value stays as it is unless its own field is changed."""
    shape: Json = {"type": "object"} if isinstance(args, dict) else {}
    if schema is UNSET:
        return _made(shape, args, compile_schema(shape), editing=True)
    compiled = compile_schema(schema)
    if compiled.usable and not compiled.large:
        return _made(schema, args, compiled, editing=True)
    note = (
        _("The tool's own schema is too large for a form.")
        if compiled.usable
        else _("The tool's own schema is not valid, so it is not used.")
    )
    return replace(
        _made(shape, args, compiled if compiled.usable else compile_schema(shape), editing=True), note=note
    )


def form_from_state(state: dict[str, Json], schema: Json) -> Form:
    """A form that changes the fields of a state that the schema names; the others have no field and stay.

    A value that does not fit its own type is edited as what it is: it is not for the person to repair.
    """
    spec = resolve_subschema(schema, schema)
    named = spec.properties if spec is not None else {}
    fitting = {
        name: place
        for name, place in named.items()
        if name not in state or not compile_schema({"properties": {name: place}}).errors({name: state[name]})
    }
    properties: Json = {name: fitting.get(name, {}) for name in named}
    shape: Json = {"type": "object", "properties": properties}
    editable = {name: value for name, value in state.items() if name in named}
    return _made(shape, editable, compile_schema(shape), editing=True)


def json_form(
    label: str,
    *,
    initial: JsonOrUnset = UNSET,
    schema: Schema | None = None,
    note: str | None = None,
    accepts_text: bool = False,
) -> Form:
    """One field for the whole value, as JSON."""
    field = Field(
        pointer=pointer.ROOT,
        label=label,
        kind=FieldKind.JSON,
        required=True,
        initial=initial,
        hint=_("JSON, or any other text.") if accepts_text else "JSON.",
        accepts_text=accepts_text,
    )
    return Form(fields=(field,), base=initial, schema=schema, note=note)


def _made(schema: Json, base: JsonOrUnset, compiled: Schema, *, editing: bool) -> Form:
    label = _("Arguments") if editing else _("Answer")
    places = FieldBuilder(schema, editing=editing)
    try:
        places.add_all(base, label)
    except TooManyFields:
        note = _("There are too many fields for a form, so this is edited as JSON.")
        return json_form(label, initial=base, schema=compiled, note=note)
    return Form(
        fields=tuple(places.fields),
        base=base,
        schema=compiled,
        required_objects=tuple(places.required_objects),
    )


def _fitting(schema: Json, present: JsonOrUnset) -> JsonOrUnset:
    """The values of the payload that the form may have: same name, and a value that its schema accepts."""
    spec = resolve_subschema(schema, schema)
    if spec is None or not isinstance(present, dict) or not isinstance(schema, dict):
        return UNSET
    shared = {word: schema[word] for word in ("$defs", "definitions", "$schema") if word in schema}
    return _fitting_members(spec, present, shared, schema)


def _fitting_members(
    spec: Subschema, present: dict[str, Json], shared: dict[str, Json], root: Json
) -> JsonOrUnset:
    if spec.type != "object":
        return UNSET
    kept: dict[str, Json] = {}
    for name, place in spec.properties.items():
        if name in present and isinstance(place, dict):
            value = _fitting_value(place, present[name], shared, root, spec.refs)
            if value is not UNSET:
                kept[name] = value
    return kept or UNSET


def _fitting_value(
    place: dict[str, Json], value: Json, shared: dict[str, Json], root: Json, refs: frozenset[str]
) -> JsonOrUnset:
    """The value, the number or the digits that it stands for, or those of its members that fit."""
    compiled = compile_schema({**shared, **place})
    for form in (value, *other_notations(value)):
        if not compiled.errors(form):
            return form
    inner = resolve_subschema(place, root, refs)
    if inner is None or not isinstance(value, dict):
        return UNSET
    return _fitting_members(inner, value, shared, root)
