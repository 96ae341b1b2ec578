"""The form of every kind of schema and value, what each field reads of what is typed, and what is refused."""

import json
from collections.abc import Iterable
from dataclasses import replace

from countersign.approvals.json import Json
from countersign.interrupts import FormValidationError, compile_schema, form_from_arguments, form_from_schema
from countersign.interrupts.forms.field import Field, FieldKind, Option, RawInput
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.form_builder import form_from_state
from countersign.interrupts.forms.input_parsing import InvalidInput, read
from countersign.interrupts.json_values.unset import UNSET
from tests.interrupts.schemas import JUDGED, PLACES, SCHEMAS, VALUES
from tests.interrupts.snapshot import described, outline, snapshot

OPTIONS = (
    Option(key="a", label="One", value=1),
    Option(key="b", label="Two", value="two"),
    Option(key="c", label="Three", value=None),
)
TYPED: tuple[RawInput, ...] = (
    None, "", " ", True, False, [], ["a"], ["b", "a"], ["z"], "a", "One", " Two ", "z", "a\nb", "no", " No! ",
    "yes", "Y", "N", "5", " 5 ", "+5", "-5", "5.", ".5", "5.0", "1e3", "1e999", "5,0", "٣",
    "9" * 300, "9" * 301, "nan", "2026-11-20", "20261120", "2026-13-01", "14:30", "14:30:05", "14:30+02:00",
    "25:00", "1795185000", "99999999999", "999999999999", "2026-11-20T14:30:00Z", "2026-11-20T14:30",
    "[1, 2]", '{"a": 1}', '{"a": }',
    "{“a”: 1}", "[1,\u00a02]", "NaN", "[1e999]", '"\\ud800"', '"\u00a0x"', "[" * 5000, "null", "true",
    "a@b.c", "not approved", "don’t", "one\n\n two \n3",
)  # fmt: skip


def field(kind: FieldKind, **more: object) -> Field:
    return Field(pointer="/x", label="X", kind=kind, **more)  # type: ignore[arg-type]  # as the cases say


FIELDS: dict[str, Field] = {
    **{kind.value: field(kind) for kind in FieldKind},
    **{f"required {kind.value}": field(kind, required=True) for kind in (FieldKind.TEXT, FieldKind.LINES)},
    "choice of options": field(FieldKind.CHOICE, options=OPTIONS),
    "choices of options": field(FieldKind.CHOICES, options=OPTIONS, initial=[1, "two"]),
    "text of options": field(FieldKind.TEXT, options=OPTIONS, initial="two"),
    "multiline of options": field(FieldKind.MULTILINE, options=OPTIONS, initial=[1]),
    "of many options": field(
        FieldKind.CHOICE, options=tuple(Option(key=f"k{n}", label=f"L{n}", value=n) for n in range(21))
    ),
    "text that was there": field(FieldKind.TEXT, initial="a\r\nb", when_empty=""),
    "text that refuses no": field(FieldKind.TEXT, refuses_no=True),
    "boolean that was true": field(FieldKind.BOOLEAN, initial=True),
    "null": field(FieldKind.TEXT, initial=None, when_empty=None),
    "null as JSON": field(FieldKind.JSON, initial=None),
    "lines of integers": field(FieldKind.LINES, items=FieldKind.INTEGER, initial=[1, 2], when_empty=[]),
    "lines of numbers": field(FieldKind.LINES, items=FieldKind.NUMBER),
    "JSON or text": field(FieldKind.JSON, accepts_text=True),
    "time with an offset": field(FieldKind.TIME, initial="09:00:00+02:00"),
    "moment": field(FieldKind.DATETIME, initial="2026-11-20T14:30:00Z"),
    "number that is small": field(FieldKind.NUMBER, initial=1e-7),
    "number that is large": field(FieldKind.NUMBER, initial=1e300),
}


def test_what_each_field_reads() -> None:
    lines: list[str] = []
    for name, each in FIELDS.items():
        lines.append(f"== {name}, prefilled with {described(each.raw)}")
        lines += _by_outcome((_read(each, raw), described(raw)) for raw in TYPED)
        lines.append(f"untouched -> {_read(each, each.raw)}")
    text = "\n".join(lines) + "\n"
    assert text == snapshot("inputs", text)


def _by_outcome(found: Iterable[tuple[str, str]]) -> list[str]:
    """Each outcome once, with all that leads to it."""
    causes: dict[str, list[str]] = {}
    for outcome, cause in found:
        causes.setdefault(outcome, []).append(cause)
    return [f"{', '.join(told)} -> {outcome}" for outcome, told in causes.items()]


def _read(each: Field, raw: RawInput) -> str:
    try:
        found = read(each, raw)
        return "itself" if isinstance(raw, str) and found == raw else described(found)
    except InvalidInput as refused:
        return f"refused: {refused}"


def test_the_form_of_each_schema() -> None:
    lines: list[str] = []
    for name, (schema, present) in SCHEMAS.items():
        lines += _form(name, form_from_schema(schema, present))
    text = "\n".join(lines) + "\n"
    assert text == snapshot("forms", text)


def test_the_form_of_what_one_place_may_hold() -> None:
    lines: list[str] = []
    for name, place in PLACES.items():
        for required in (True, False):
            schema: Json = {"properties": {"x": place}, "required": ["x"] if required else []}
            lines += _form(f"{name}, {'required' if required else 'optional'}", form_from_schema(schema))
        lines += _by_outcome((_edited(value, place), described(value)) for value in VALUES)
    text = "\n".join(lines) + "\n"
    assert text == snapshot("places", text)


def _edited(value: Json, place: Json) -> str:
    """The field of a value that is edited, but for what is prefilled as it is."""
    made = form_from_arguments({"x": value}, {"properties": {"x": place}}).fields
    shown = [replace(each, pointer="", label="", hint="", initial=UNSET) for each in made]
    raw: list[RawInput] = [each.raw for each in made]
    alike = {"as it is": [value], "as JSON": [json.dumps(value, indent=2)]}
    return f"{described(shown)} {next((how for how, given in alike.items() if raw == given), described(raw))}"


def test_the_form_of_arguments_and_of_a_state() -> None:
    lines: list[str] = []
    for value in VALUES:
        for args in (value, {"x": value}, {"x": {"y": value}}, [value]):
            lines += _form(f"arguments {described(args)}", form_from_arguments(args))
    for name, (schema, present) in SCHEMAS.items():
        lines += _form(
            f"arguments of {name}", form_from_arguments({} if present is UNSET else present, schema)
        )
        state: dict[str, Json] = present if isinstance(present, dict) else {"a": 1, "other": 2}
        lines += _form(f"a state of {name}", form_from_state(state, schema))
    text = "\n".join(lines) + "\n"
    assert text == snapshot("arguments", text)


def _form(name: str, form: Form) -> list[str]:
    lines = [f"== {name}", *outline(form)]
    prefilled: dict[str, RawInput] = {each.pointer: each.raw for each in form.fields}
    emptied: dict[str, RawInput] = dict.fromkeys(prefilled)
    for how, raw in (("untouched", {}), ("sent as it is", prefilled), ("emptied", emptied)):
        try:
            lines.append(f"{how} -> {described(form.read(raw))}")
        except FormValidationError as refused:
            lines.append(f"{how} -> refused: {described(refused.errors)}")
    return lines


def test_what_each_schema_has_against_a_value() -> None:
    lines: list[str] = []
    for name, (schema, values) in JUDGED.items():
        judge = compile_schema(schema)
        lines.append(f"== {name}: {described(judge)}")
        lines += [f"{described(value)} -> {described(judge.errors(value))}" for value in values]
    text = "\n".join(lines) + "\n"
    assert text == snapshot("errors", text)
