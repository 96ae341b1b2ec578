"""Making a form: from the schema of an answer, or from arguments and their schema, if any."""

from bot.approvals.json import Json
from bot.interrupts import pointer
from bot.interrupts.absent import ABSENT, MaybeJson
from bot.interrupts.field import Field, FieldKind
from bot.interrupts.form import Container, Form
from bot.interrupts.kinds import items_of, kind_by_schema, kind_by_shape, options_of, too_many
from bot.interrupts.schema import Schema, compiled
from bot.interrupts.spec import Spec, settle
from bot.interrupts.visible import one_line

MOST_FIELDS = 500
DEEPEST = 8  # levels of objects that become fields of their own
LONGEST_POINTER = 255  # a Slack block id
LONGEST_HINT = 1000
_TEXTS = {FieldKind.TEXT, FieldKind.MULTILINE}


def form_from_schema(schema: Json, present: MaybeJson = ABSENT) -> Form:
    """A form for an answer that the schema describes; what the schema cannot be shown as is a JSON field.

    `present` prefills what has the same names and fits; it is not part of the answer otherwise. Defaults are
    prefilled too.
    """
    judge = compiled(schema)
    if not judge.usable or judge.large:
        note = "The schema of this answer is " + (
            "too large for a form, so it is asked for as JSON."
            if judge.usable
            else "not valid, so any JSON is taken."
        )
        return json_form("Answer", schema=judge if judge.usable else None, note=note, accepts_text=True)
    base = _fitting(schema, present)
    return _made(schema, base, judge, editing=False)


def form_from_arguments(args: Json, schema: MaybeJson = ABSENT) -> Form:
    """A form that edits the arguments: every value stays as it is unless its own field is changed."""
    judge = None if schema is ABSENT else compiled(schema)
    if schema is ABSENT or judge is None or not judge.usable or judge.large:
        return _made(True, args, judge if judge and judge.usable else None, editing=True)
    return _made(schema, args, judge, editing=True)


def json_form(
    label: str,
    *,
    initial: MaybeJson = ABSENT,
    schema: Schema | None = None,
    note: str | None = None,
    accepts_text: bool = False,
) -> Form:
    """One field for the whole value, as JSON."""
    field = Field(
        pointer=pointer.WHOLE,
        label=label,
        kind=FieldKind.JSON,
        required=True,
        initial=initial,
        hint="JSON; text that is no JSON is taken as it is" if accepts_text else "JSON",
        accepts_text=accepts_text,
    )
    return Form(fields=(field,), base=initial, schema=schema, note=note)


def _made(schema: Json, base: MaybeJson, judge: Schema | None, *, editing: bool) -> Form:
    maker = _Maker(schema, editing=editing)
    try:
        maker.add((), schema, present=base, required=True)
    except _TooManyFieldsError:
        return json_form(
            "Value", initial=base, schema=judge, note="Too many fields for a form: edit the JSON."
        )
    if not maker.fields:
        return json_form("Value", initial={} if base is ABSENT else base, schema=judge)
    return Form(fields=tuple(maker.fields), base=base, schema=judge, containers=tuple(maker.containers))


def _fitting(schema: Json, present: MaybeJson) -> MaybeJson:
    """What of the payload may stand in the form: same name, and a value that its schema accepts."""
    spec = settle(schema, schema)
    if spec is None or spec.type != "object" or not isinstance(present, dict):
        return ABSENT
    shared = (
        {key: value for key, value in schema.items() if key in {"$defs", "definitions"}}
        if isinstance(schema, dict)
        else {}
    )
    kept = {}
    for name, place in spec.properties.items():
        if (
            name in present
            and isinstance(place, dict)
            and not compiled({**place, **shared}).errors(present[name])
        ):
            kept[name] = present[name]
    return kept or ABSENT


class _TooManyFieldsError(Exception):
    pass


class _Maker:
    def __init__(self, root: Json, *, editing: bool) -> None:
        self.root = root
        self.editing = editing
        self.fields: list[Field] = []
        self.containers: list[Container] = []

    def add(
        self,
        path: tuple[str, ...],
        schema: Json,
        *,
        present: MaybeJson,
        required: bool,
        refs: frozenset[str] = frozenset(),
    ) -> None:
        """The field for one place, or the fields of the object that stands there."""
        spec = settle(schema, self.root, refs)
        names = self._names(path, spec, present)
        if not names:
            self._append(path, spec, present, required=required)
            return
        assert spec is not None
        inside = present if isinstance(present, dict) else {}
        there = required or isinstance(present, dict)
        if path and required:
            self.containers.append(Container(pointer=pointer.join(path), nullable=spec.nullable))
        for name in names:
            self.add(
                (*path, name),
                spec.properties.get(name, True),
                present=inside.get(name, ABSENT),
                required=there and not (spec.nullable and not inside) and name in self._required(spec, names),
                refs=spec.refs,
            )

    def _required(self, spec: Spec, names: list[str]) -> frozenset[str]:
        """Without a schema every argument that is there has to stay: who knows what the tool needs."""
        return spec.required if spec.properties else frozenset(names)

    def _names(self, path: tuple[str, ...], spec: Spec | None, present: MaybeJson) -> list[str]:
        """The keys that get fields of their own; none if the place is no object or cannot be taken apart."""
        if spec is None or (present not in (ABSENT, None) and not isinstance(present, dict)):
            return []
        if spec.type not in {"object", None} or len(path) >= DEEPEST or "enum" in spec.keywords:
            return []
        inside = list(present) if isinstance(present, dict) and (self.editing or not spec.properties) else []
        names = list(dict.fromkeys([*spec.properties, *inside]))
        if any(len(pointer.join((*path, name))) > LONGEST_POINTER for name in names) or (
            not path and "" in names
        ):
            return []
        return names

    def _append(
        self, path: tuple[str, ...], spec: Spec | None, present: MaybeJson, *, required: bool
    ) -> None:
        if len(self.fields) >= MOST_FIELDS:
            raise _TooManyFieldsError
        self.fields.append(self._field(path, spec, present, required=required))

    def _field(
        self, path: tuple[str, ...], spec: Spec | None, present: MaybeJson, *, required: bool
    ) -> Field:
        spec = spec or Spec({}, nullable=False, refs=frozenset())
        initial = present
        if present is ABSENT and not self.editing and required | (len(path) == 1):
            initial = _default(spec)
        told = bool(spec.keywords)
        kind = kind_by_schema(spec, initial) if told or initial is ABSENT else kind_by_shape(initial)
        options = options_of(spec) if kind in {FieldKind.CHOICE, FieldKind.CHOICES} else ()
        if too_many(options) or any(len(option.key) > 150 for option in options):
            kind = FieldKind.MULTILINE if kind is FieldKind.CHOICES else FieldKind.TEXT
        empty = _when_empty(kind, spec, initial)
        return Field(
            pointer=pointer.join(path),
            label=_label(path, spec),
            kind=kind,
            hint=_hint(kind, spec, initial),
            required=required
            and not spec.nullable
            and (empty is ABSENT or (not self.editing and kind in _TEXTS)),
            initial=initial,
            when_empty=None if required and spec.nullable else empty,
            options=options,
            items=items_of(spec) or FieldKind.TEXT,
            minimum=_bound(spec, "minimum"),
            maximum=_bound(spec, "maximum"),
            min_length=_length(spec, "minLength"),
            max_length=_length(spec, "maxLength"),
            accepts_text=kind is FieldKind.JSON
            and told
            and spec.may_be_text
            and not isinstance(initial, str),
        )


def _default(spec: Spec) -> MaybeJson:
    default: MaybeJson = spec.keywords.get("default", ABSENT)
    if default is ABSENT and "const" in spec.keywords:
        return spec.keywords["const"]  # type: ignore[no-any-return]  # keywords are JSON
    return ABSENT if default is None else default


def _when_empty(kind: FieldKind, spec: Spec, initial: MaybeJson) -> MaybeJson:
    """A text that is cleared is an empty text, not the tool's default; an untouched absence stays absent."""
    if initial is ABSENT:
        return ABSENT
    if spec.nullable or initial is None:
        return None
    if kind in _TEXTS and isinstance(initial, str) and not _length(spec, "minLength"):
        return ""
    return [] if kind in {FieldKind.LINES, FieldKind.CHOICES} else ABSENT


def _label(path: tuple[str, ...], spec: Spec) -> str:
    title = spec.keywords.get("title")
    own = title if isinstance(title, str) and title.strip() else path[-1] if path else "Answer"
    label = one_line(" › ".join((*path[:-1], own)))
    return (label if len(label) <= 150 else label[:149] + "…") or "(no name)"


def _hint(kind: FieldKind, spec: Spec, initial: MaybeJson) -> str | None:
    said = spec.keywords.get("description")
    hints = [one_line(said)] if isinstance(said, str) and said.strip() else []
    if kind is FieldKind.LINES:
        hints.append("One per line.")
    if kind is FieldKind.JSON:
        hints.append("JSON.")
    low, high = _bound(spec, "minimum"), _bound(spec, "maximum")
    if low is not None and high is not None:
        hints.append(f"From {low} to {high}.")
    elif low is not None or high is not None:
        hints.append(f"At least {low}." if low is not None else f"At most {high}.")
    if initial is ABSENT and spec.keywords.get("default") is not None:
        hints.append(f"Left empty: {one_line(str(spec.keywords['default']))}")
    text = " ".join(hints)
    return (text if len(text) <= LONGEST_HINT else text[: LONGEST_HINT - 1] + "…") or None


def _bound(spec: Spec, word: str) -> float | None:
    bound = spec.keywords.get(word)
    return bound if isinstance(bound, int | float) and not isinstance(bound, bool) else None


def _length(spec: Spec, word: str) -> int | None:
    bound = spec.keywords.get(word)
    return bound if isinstance(bound, int) and not isinstance(bound, bool) else None
