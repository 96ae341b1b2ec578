"""Type annotations as shapes: of variables, state keys and class fields."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from countersign.interrupts.code.evaluation.class_bases import (
    class_at,
    class_scope,
    enum_values,
    is_checked,
    is_typed_dict,
    lineage_of,
)
from countersign.interrupts.code.evaluation.model.frame import Frame, Reader
from countersign.interrupts.code.evaluation.model.model_fields import (
    alias_of,
    changes_what_is_given,
    is_of_the_class,
    takes_something_else,
    validated_before,
)
from countersign.interrupts.code.evaluation.model.modules import flat_statements
from countersign.interrupts.code.evaluation.model.values import Class, External, Value, constants
from countersign.interrupts.code.shape import (
    AnswerShape,
    Boolean,
    Key,
    ListOf,
    Number,
    Object,
    OneOf,
    Scalar,
    Text,
    Tuple,
    Union,
    Unknown,
)

_MAX_DEPTH = 6
_LAST_LINE = 1_000_000_000
_SCALARS: dict[str, AnswerShape] = {
    "str": Text(),
    "bool": Boolean(),
    "int": Number(integer=True),
    "float": Number(),
    "Decimal": Number(),
    "dict": Object((), open=True),
    "Dict": Object((), open=True),
    "Mapping": Object((), open=True),
}
_LISTS = {"list", "List", "Sequence", "Iterable", "set", "frozenset"}
_WRAPPERS = {"Annotated", "Required", "NotRequired", "ReadOnly", "Final", "ClassVar", "Awaitable"}


@dataclass(frozen=True)
class Field:
    """`key` is what it is called in an answer: its alias, where it has one."""

    name: str
    key: str
    annotation: ast.expr
    required: bool
    owner: Class


def declared_shape(frame: Frame, annotation: ast.expr | None, depth: int = 0) -> AnswerShape | None:
    """The shape of a type; None where it says nothing (`Any`, a type of a library, one that is not found)."""
    if annotation is None or depth > _MAX_DEPTH:
        return None
    match annotation:
        case ast.Constant(value=str() as written):
            return declared_shape(frame, _parsed(written), depth + 1)
        case ast.BinOp(op=ast.BitOr()):
            return _either(frame, [annotation.left, annotation.right], depth)
        case ast.Subscript():
            return _generic(frame, annotation, depth)
        case ast.Name() | ast.Attribute():
            return _named(frame, annotation, depth)
        case _:
            return None


def _parsed(written: str) -> ast.expr | None:
    try:
        parsed = ast.parse(written, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return ast.increment_lineno(parsed, _LAST_LINE)  # it is evaluated when the module is there as a whole


def _named(frame: Frame, node: ast.expr, depth: int) -> AnswerShape | None:
    for atom in _as_of(frame, node) or frame.value(node):
        if isinstance(atom, External):
            if atom.last in _LISTS:
                return ListOf(Unknown())
            return _SCALARS.get(atom.last)
        if isinstance(atom, Class):
            return class_shape(frame.reader, atom, depth + 1)
    definition = frame.module.names.get(node.id) if isinstance(node, ast.Name) else None
    if definition and isinstance(
        definition[-1][0], ast.Subscript | ast.BinOp
    ):  # Decision = Literal["yes", "no"]
        return declared_shape(frame, definition[-1][0], depth + 1)
    return None


def _as_of(frame: Frame, node: ast.expr) -> Value:
    """The class that an annotation names where the module defines several of that name, one after the other.

    An annotation is evaluated where it stands, unless the module says that it is a text.
    """
    return class_at(frame, node, None if frame.module.annotations_are_texts else node.lineno)


def _generic(frame: Frame, node: ast.Subscript, depth: int) -> AnswerShape | None:
    name = _last(frame, node.value)
    inner = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "Literal":
        return _literal(frame, inner)
    if name in _WRAPPERS:
        if any(changes_what_is_given(each) for each in inner[1:]):
            return None
        return declared_shape(frame, inner[0], depth + 1)
    if name == "Optional":
        return _either(frame, [inner[0], ast.Constant(value=None)], depth)
    if name == "Union":
        return _either(frame, inner, depth)
    if name in _LISTS:
        return ListOf(declared_shape(frame, inner[0], depth + 1) or Unknown())
    if name in {"tuple", "Tuple"} and not any(isinstance(each, ast.Constant) for each in inner):
        return Tuple(tuple(declared_shape(frame, each, depth + 1) or Unknown() for each in inner))
    return _SCALARS.get(name)


def _last(frame: Frame, node: ast.expr) -> str:
    for atom in frame.value(node):
        if isinstance(atom, External):
            return atom.last
    return node.attr if isinstance(node, ast.Attribute) else ""


def _literal(frame: Frame, nodes: list[ast.expr]) -> AnswerShape | None:
    values: list[Scalar] = []
    for node in nodes:
        known = constants(frame.value(node))
        if known is None:
            return None
        values.extend(value for value in known if value is not None)
    if values and all(isinstance(value, bool) for value in values):
        return Boolean()
    return OneOf(tuple(values), exhaustive=True)


def _either(frame: Frame, nodes: list[ast.expr], depth: int) -> AnswerShape | None:
    optional = False
    found: list[AnswerShape] = []
    for node in nodes:
        if isinstance(node, ast.Constant) and node.value is None:
            optional = True
            continue
        shape = declared_shape(frame, node, depth + 1)
        if shape is None or isinstance(shape, Unknown):
            return None
        found.extend(shape.alternatives if isinstance(shape, Union) else [shape])
    if len(found) == 1:
        return Text(optional=True) if optional and isinstance(found[0], Text) else found[0]
    return Union(tuple(found)) if found else None


def class_shape(reader: Reader, cls: Class, depth: int = 0) -> AnswerShape | None:
    """An enum's values, or an object with the fields of a TypedDict, a dataclass or a model."""
    if depth > _MAX_DEPTH:
        return None
    key = (cls.node, depth)
    if reader.ignoring_evidence:  # of what stands around a function not all may be known yet
        return _class_shape(reader, cls, depth)
    if key not in reader.class_shapes:
        reader.class_shapes[key] = _class_shape(reader, cls, depth)
    return reader.class_shapes[key]


def _class_shape(reader: Reader, cls: Class, depth: int) -> AnswerShape | None:
    values = enum_values(reader, cls)
    if values is not None:
        return OneOf(values, exhaustive=True) if values else None
    found: dict[str, Key] = {}
    for field in fields_of(reader, cls):
        shape = declared_shape(class_scope(reader, field.owner), field.annotation, depth + 1)
        if validated_before(field.owner.node, field.name):
            shape = None
        found[field.name] = Key(field.key, shape or Unknown(), field.required)
    return Object(tuple(found.values())) if found else None


def field_shape(reader: Reader, cls: Class, name: str) -> AnswerShape | None:
    """The declared shape of one field; None where the class does not have it, or it says nothing."""
    found = None
    for field in fields_of(reader, cls):
        if name in {field.name, field.key}:
            found = declared_shape(class_scope(reader, field.owner), field.annotation)
            if validated_before(field.owner.node, field.name):
                found = None
    return found


def fields_of(reader: Reader, cls: Class) -> Iterator[Field]:
    """The annotated fields, those of the bases first."""
    hierarchy = lineage_of(reader, cls)
    if any(takes_something_else(each.node) for each in hierarchy):
        return
    typed = any(is_typed_dict(reader, each) for each in hierarchy)
    model = is_checked(reader, cls)
    for each in hierarchy:
        total = not any(
            k.arg == "total" and isinstance(k.value, ast.Constant) and k.value.value is False
            for k in each.node.keywords
        )
        for statement in flat_statements(each.node.body):
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                if is_of_the_class(statement, model=model):
                    continue
                required = (
                    _required_key(statement.annotation, total=total)
                    if typed
                    else _has_no_default(statement.value)
                )
                name = statement.target.id
                yield Field(name, alias_of(statement) or name, statement.annotation, required, each)


def _required_key(annotation: ast.expr, *, total: bool) -> bool:
    if isinstance(annotation, ast.Subscript):
        wrapper = annotation.value
        name = wrapper.attr if isinstance(wrapper, ast.Attribute) else getattr(wrapper, "id", "")
        if name == "NotRequired":
            return False
        if name == "Required":
            return True
    return total


def _has_no_default(value: ast.expr | None) -> bool:
    if value is None or (isinstance(value, ast.Constant) and value.value is Ellipsis):
        return True
    if isinstance(value, ast.Call) and getattr(value.func, "id", getattr(value.func, "attr", "")) in {
        "Field",
        "field",
    }:
        first = value.args[0] if value.args else None
        given = any(keyword.arg in {"default", "default_factory"} for keyword in value.keywords)
        return not given and (first is None or (isinstance(first, ast.Constant) and first.value is Ellipsis))
    return False
