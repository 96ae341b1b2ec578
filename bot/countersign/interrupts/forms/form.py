"""A form: the fields of an answer, and reading what was typed back into a value."""

from collections.abc import Mapping
from dataclasses import dataclass

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.display.labels import place_label
from countersign.interrupts.errors import FormValidationError
from countersign.interrupts.forms.field import Field, RawInput
from countersign.interrupts.forms.input_parsing import InvalidInput, read
from countersign.interrupts.json_values import pointer
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset
from countersign.interrupts.validation.schema import Schema


@dataclass(frozen=True, kw_only=True)
class RequiredObject:
    """An object inside the answer that has to be there even when none of its fields is filled in."""

    pointer: str
    nullable: bool


@dataclass(frozen=True, kw_only=True)
class Form:
    """`fields` in the order to show them; `base` is the value that is edited, with all that has no field."""

    fields: tuple[Field, ...]
    base: JsonOrUnset = UNSET
    schema: Schema | None = None  # validates the finished value
    required_objects: tuple[RequiredObject, ...] = ()
    note: str | None = None  # for the person, above the fields: why the form is as plain as it is

    @property
    def only_field(self) -> Field | None:
        """The only field, if there is one only: then a plain reply can answer the form."""
        return self.fields[0] if len(self.fields) == 1 else None

    def pages(self, size: int) -> tuple[tuple[Field, ...], ...]:
        """The fields in chunks of at most `size`, for a view that takes no more; at least one page."""
        starts = range(0, len(self.fields), size)
        return tuple(self.fields[start : start + size] for start in starts) or ((),)

    def read(self, raw: Mapping[str, RawInput]) -> Json:
        """The value of what was typed, by pointer; raises `FormValidationError` with one text per field.

        A field that `raw` does not name (it was on another page, or too long for an input) keeps its value;
        one that it names with None or an empty text was emptied. What was there and has no field stays.
        """
        unknown = raw.keys() - {field.pointer for field in self.fields}
        if unknown:
            raise FormValidationError(
                {self._nearest(min(unknown)): _("This form has changed. Please open it again.")}
            )
        value: JsonOrUnset = self.base
        errors: dict[str, str] = {}
        for field in self.fields:
            try:
                new = read(field, raw[field.pointer]) if field.pointer in raw else self._kept(field)
            except InvalidInput as error:
                errors[field.pointer] = str(error)
                continue
            if field.pointer == pointer.ROOT:
                value = new
            elif new is not UNSET or value is not UNSET:
                value = pointer.put({} if value is UNSET else value, field.pointer, new)
        if errors:
            raise FormValidationError(errors, self._labels())
        return self.accept(self._filled(value))

    def accept(self, value: Json) -> Json:
        """The value itself, where it did not come through the fields. Raises `FormValidationError`."""
        if found := self.errors(value):
            nearest = {self._nearest(place): text for place, text in found.items()}
            raise FormValidationError(nearest, self._labels())
        return value

    def errors(self, value: Json) -> dict[str, str]:
        """What the schema has against the value, each text at the field that is nearest to its cause.

        What concerns the value as a whole is at `/`, whether there is such a field or not.
        """
        if self.schema is None:
            return {}
        found: dict[str, str] = {}
        for place, text in self.schema.errors(value).items():
            field = self._nearest(place) if place != pointer.ROOT else pointer.ROOT
            found.setdefault(
                field, text if place in {field, pointer.ROOT} else f"{place_label(place)}: {text}"
            )
        return found

    def _labels(self) -> dict[str, str]:
        return {field.pointer: field.label for field in self.fields}

    def _kept(self, field: Field) -> JsonOrUnset:
        here = self.base if field.pointer == pointer.ROOT else _there(self.base, field.pointer)
        return field.initial if here is UNSET else here

    def _filled(self, value: JsonOrUnset) -> Json:
        if value is UNSET:
            if self.only_field and self.only_field.pointer == pointer.ROOT:
                return None
            value = {}
        for container in self.required_objects:
            if pointer.find(value, container.pointer) is UNSET:
                value = pointer.put(value, container.pointer, None if container.nullable else {})
        return value

    def _nearest(self, place: str) -> str:
        names = [field.pointer for field in self.fields]
        above = [n for n in names if n in (pointer.ROOT, place) or place.startswith(n + "/")]
        below = [n for n in names if n.startswith(place + "/") or place == pointer.ROOT]
        return max(above, key=len) if above else (below or names or [pointer.ROOT])[0]


def _there(base: JsonOrUnset, place: str) -> JsonOrUnset:
    return UNSET if base is UNSET else pointer.find(base, place)
