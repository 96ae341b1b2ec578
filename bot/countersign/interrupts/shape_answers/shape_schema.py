"""A JSON Schema of the answers that a shape takes, for a form to be made from."""

from dataclasses import replace

from countersign.approvals.json import Json
from countersign.i18n import TextList, _
from countersign.interrupts.code import (
    AnswerShape,
    Boolean,
    Key,
    ListOf,
    Match,
    Meaning,
    Number,
    Object,
    OneOf,
    Scalar,
    Text,
    Tuple,
    Union,
    meaning,
)
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.form_builder import form_from_schema
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset
from countersign.interrupts.shape_answers.vocabulary import opposite
from countersign.interrupts.validation.formats import DECIMAL_FORMAT
from countersign.interrupts.validation.schema import compile_schema


def shape_form(shape: AnswerShape, present: JsonOrUnset = UNSET) -> Form:
    """A form for the whole answer, prefilled with what `present` has under the same names.

    The form has the fields of every key; which of them are needed together is validated when it is sent.
    """
    form = form_from_schema(shape_schema(shape), present)
    if not isinstance(shape, Object) or not (conditions := _conditions(shape)):
        return form
    return replace(form, schema=compile_schema({**_object(shape), "allOf": conditions}))


def shape_schema(shape: AnswerShape) -> dict[str, Json]:
    match shape:
        case Boolean():
            return {"type": "boolean"}
        case Number():
            return {"type": "integer" if shape.integer else "number"}
        case Text():
            length: dict[str, Json] = {} if shape.optional else {"minLength": 1}
            media: dict[str, Json] = {"contentMediaType": "application/json"} if shape.json else {}
            exact: dict[str, Json] = {"format": DECIMAL_FORMAT} if shape.decimal else {}
            return {"type": "string", **length, **media, **exact}
        case OneOf():
            return _one_of(shape)
        case Tuple():
            items = [shape_schema(item) for item in shape.items]
            size = len(items)
            return {"type": "array", "prefixItems": items, "minItems": size, "maxItems": size}
        case ListOf():
            return {"type": "array", "items": shape_schema(shape.item)}
        case Object():
            return _object(shape)
        case Union():
            return {"anyOf": [shape_schema(each) for each in shape.alternatives]}
        case _:
            return {}


def named_values(shape: OneOf) -> tuple[Scalar, ...]:
    """The values to choose from. Beside a single one, its opposite: the code has a branch for any other."""
    if shape.exhaustive or len(shape.values) != 1:
        return shape.values
    other = opposite(shape, Meaning.YES if meaning(shape.values[0]) is Meaning.NO else Meaning.NO)
    return shape.values if other is None else (*shape.values, other)


def _one_of(shape: OneOf) -> dict[str, Json]:
    if shape.match is Match.EQUAL:
        return {"enum": list(named_values(shape))}
    words = TextList(tuple(f"“{value}”" for value in shape.values), any_of=True)
    text = (
        _("Begins with {words}, or does not.")
        if shape.match is Match.PREFIX
        else _("Contains {words}, or does not.")
    )
    return {"type": "string", "minLength": 1, "description": text.format(words=words)}


def _object(shape: Object) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": {key.name: shape_schema(key.shape) for key in shape.keys},
        "required": [key.name for key in shape.keys if key.required],
    }


def _conditions(shape: Object) -> list[Json]:
    """`needed_with` and `needed_unless` as rules that JSON Schema knows."""
    return [rule for key in shape.keys for rule in _rules(key)]


def _rules(key: Key) -> list[Json]:
    needed: Json = {"required": [key.name]}
    rules: list[Json] = [{"if": _has(name, value), "then": needed} for name, value in key.needed_with]
    if key.needed_without:
        present: list[Json] = [{"required": [name]} for name in key.needed_without]
        rules.append({"if": {"anyOf": present}, "else": needed})
    if key.needed_unless:
        rules.append({"if": {"anyOf": [_has(*pair) for pair in key.needed_unless]}, "else": needed})
    return rules


def _has(name: str, value: Scalar) -> Json:
    return {"properties": {name: {"const": value}}, "required": [name]}
