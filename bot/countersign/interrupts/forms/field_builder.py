"""The fields of a form, place by place: objects are taken apart, and each place in them gets its field."""

from dataclasses import dataclass

from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.display.labels import human_label
from countersign.interrupts.display.visible_text import single_line
from countersign.interrupts.forms.field import Field, FieldKind
from countersign.interrupts.forms.form import RequiredObject
from countersign.interrupts.forms.kind_inference import (
    items_of,
    kind_from_schema,
    kind_from_value,
    options_of,
    too_many,
)
from countersign.interrupts.json_values import pointer
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset
from countersign.interrupts.validation.subschema import Subschema, resolve_subschema

MAX_FIELDS = 500
MAX_DEPTH = 8  # levels of objects that become fields of their own
MAX_POINTER_LENGTH = 255  # a Slack block id
MAX_LABEL_LENGTH = 150
MAX_HINT_LENGTH = 1000
_TEXTS = {FieldKind.TEXT, FieldKind.MULTILINE}
_NOTHING_SAID = Subschema({}, nullable=False, refs=frozenset())


class TooManyFields(Exception):
    """More than 500: nobody fills that in field by field."""


@dataclass(frozen=True, kw_only=True)
class _Place:
    path: tuple[str, ...]
    spec: Subschema
    recursive: bool  # the schema comes round to itself here, or leads nowhere: JSON ends it
    present: JsonOrUnset
    required: bool
    inside: bool  # the object around the place is there, so that a default may be put into it


class FieldBuilder:
    """Walks a schema and a value side by side.

    `editing` says that the value is what will be sent but for the edits: every key of it gets a field, and no
    default is put where nothing was. Otherwise the value only prefills, as the defaults do.
    """

    def __init__(self, root: Json, *, editing: bool) -> None:
        self._root = root
        self._editing = editing
        self.fields: list[Field] = []
        self.required_objects: list[RequiredObject] = []

    def add_all(self, value: JsonOrUnset, label: str) -> None:
        """Fill `fields` and `required_objects`. `label` names a value of one field. Raises TooManyFields."""
        self._add(self._place((), self._root, value, required=True, inside=True, refs=frozenset()), label)

    def _place(
        self,
        path: tuple[str, ...],
        schema: Json,
        value: JsonOrUnset,
        *,
        required: bool,
        inside: bool,
        refs: frozenset[str],
    ) -> _Place:
        spec = resolve_subschema(schema, self._root, refs)
        return _Place(
            path=path,
            spec=spec or _NOTHING_SAID,
            recursive=spec is None,
            present=value,
            required=required,
            inside=inside,
        )

    def _add(self, place: _Place, label: str) -> None:
        names = self._names(place)
        if not names:
            if len(self.fields) >= MAX_FIELDS:
                raise TooManyFields
            self.fields.append(self._field(place, label))
            return
        spec, values = place.spec, place.present if isinstance(place.present, dict) else {}
        there = isinstance(place.present, dict) or (place.required and not spec.nullable)
        # Without a schema every argument that is there has to stay: who knows what the tool needs.
        required = spec.required if spec.properties else frozenset(names)
        if place.path and place.required:
            self.required_objects.append(
                RequiredObject(pointer=pointer.join(place.path), nullable=spec.nullable)
            )
        for name in names:
            inner = self._place(
                (*place.path, name),
                spec.properties.get(name, True),
                values.get(name, UNSET),
                required=there and name in required,
                inside=there,
                refs=spec.refs,
            )
            self._add(inner, name)

    def _names(self, place: _Place) -> list[str]:
        """The keys that get fields of their own; none if the value is not an object or cannot be split."""
        spec, value = place.spec, place.present
        if place.recursive or len(place.path) >= MAX_DEPTH or spec.type not in {"object", None}:
            return []
        if not isinstance(value, dict) and (value not in (UNSET, None) or spec.has_alternatives):
            return []
        there = list(value) if isinstance(value, dict) and (self._editing or not spec.properties) else []
        names = list(dict.fromkeys([*spec.properties, *there]))
        too_long = any(len(pointer.join((*place.path, name))) > MAX_POINTER_LENGTH for name in names)
        return [] if too_long or (not place.path and "" in names) else names

    def _field(self, place: _Place, label: str) -> Field:
        spec, initial = place.spec, place.present
        if initial is UNSET and not self._editing and place.inside:
            initial = _default(spec, required=place.required)
        has_spec = bool(spec.keywords)
        kind = kind_from_schema(spec, initial) if has_spec or initial is UNSET else kind_from_value(initial)
        options = options_of(spec) if kind in {FieldKind.CHOICE, FieldKind.CHOICES} else ()
        if too_many(options):
            kind = FieldKind.MULTILINE if kind is FieldKind.CHOICES else FieldKind.TEXT
        when_empty = None if place.required and spec.nullable else _when_empty(kind, spec, initial)
        if place.required and when_empty == "" and initial != "":
            when_empty = UNSET  # a text that has to be there may not be emptied
        may_be_cleared = spec.nullable or (when_empty is not UNSET and (self._editing or kind not in _TEXTS))
        accepts_text = (
            kind is FieldKind.JSON and has_spec and spec.may_be_text and not isinstance(initial, str)
        )
        return Field(
            pointer=pointer.join(place.path),
            label=_label(place.path, spec, label),
            kind=kind,
            hint=_hint(kind, spec, initial, accepts_text=accepts_text),
            required=place.required and not may_be_cleared,
            initial=initial,
            when_empty=when_empty,
            options=options,
            items=items_of(spec) or FieldKind.TEXT,
            minimum=_bound(spec, "minimum"),
            maximum=_bound(spec, "maximum"),
            min_length=_length(spec, "minLength"),
            max_length=_length(spec, "maxLength"),
            accepts_text=accepts_text,
            json_text=kind in _TEXTS and spec.keywords.get("contentMediaType") == "application/json",
        )


def _default(spec: Subschema, *, required: bool) -> JsonOrUnset:
    """What the schema proposes, if an input of the kind it asks for can show it."""
    constant = spec.keywords.get("const", UNSET) if required else UNSET
    default: JsonOrUnset = spec.keywords.get("default", constant)
    shown = default is not None and kind_from_schema(spec, default) is kind_from_schema(spec, UNSET)
    return default if shown else UNSET


def _when_empty(kind: FieldKind, spec: Subschema, initial: JsonOrUnset) -> JsonOrUnset:
    """A text that is cleared is an empty text, not the tool's default; an untouched absence stays absent."""
    if initial is UNSET:
        return UNSET
    if spec.nullable or initial is None:
        return None
    if (
        kind in _TEXTS
        and isinstance(initial, str)
        and not _length(spec, "minLength")
        and "enum" not in spec.keywords
    ):
        return ""
    return [] if isinstance(initial, list) and kind is not FieldKind.JSON else UNSET


def _label(path: tuple[str, ...], spec: Subschema, name: str) -> str:
    title = spec.keywords.get("title")
    own = human_label(name) if path else name  # the name of the whole value is the form's own word, not a key
    if isinstance(title, str) and title.strip():
        own = single_line(title)
    label = " › ".join((*map(human_label, path[:-1]), own))
    short = label if len(label) <= MAX_LABEL_LENGTH else label[: MAX_LABEL_LENGTH - 1] + "…"
    return short or _("(no name)")


def _hint(kind: FieldKind, spec: Subschema, initial: JsonOrUnset, *, accepts_text: bool) -> str | None:
    said = spec.keywords.get("description")
    hints = [single_line(said)] if isinstance(said, str) and said.strip() else []
    if kind is FieldKind.LINES:
        hints.append(_("One per line."))
    if kind is FieldKind.JSON:
        hints.append(_("A number, a text or other JSON.") if accepts_text else "JSON.")
    low, high = _bound(spec, "minimum"), _bound(spec, "maximum")
    if low is not None and high is not None:
        hints.append(_("From {low} to {high}.").format(low=low, high=high))
    elif low is not None or high is not None:
        hints.append(
            _("At least {low}.").format(low=low)
            if low is not None
            else _("At most {high}.").format(high=high)
        )
    if initial is UNSET and spec.keywords.get("default") is not None:
        default = single_line(str(spec.keywords["default"]))
        hints.append(_("Left empty: {default}").format(default=default))
    text = " ".join(hints)
    return (text if len(text) <= MAX_HINT_LENGTH else text[: MAX_HINT_LENGTH - 1] + "…") or None


def _bound(spec: Subschema, word: str) -> float | None:
    bound = spec.keywords.get(word)
    return bound if isinstance(bound, int | float) and not isinstance(bound, bool) else None


def _length(spec: Subschema, word: str) -> int | None:
    bound = spec.keywords.get(word)
    return bound if isinstance(bound, int) and not isinstance(bound, bool) else None
