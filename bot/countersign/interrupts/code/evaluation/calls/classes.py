"""Classes of the graph's own code: their attributes, their methods, and what calling one makes."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from countersign.interrupts.code.evaluation.annotations import (
    class_shape,
    declared_shape,
    field_shape,
    fields_of,
)
from countersign.interrupts.code.evaluation.class_bases import (
    enum_members,
    enum_values,
    is_checked,
    lineage_of,
    own_bases,
)
from countersign.interrupts.code.evaluation.key_access import key_of
from countersign.interrupts.code.evaluation.model.frame import Frame, Reader
from countersign.interrupts.code.evaluation.model.modules import definitions, flat_statements
from countersign.interrupts.code.evaluation.model.slots import Comparison, Use
from countersign.interrupts.code.evaluation.model.values import (
    OPAQUE,
    Adapter,
    Class,
    Const,
    Function,
    Instance,
    Member,
    Record,
    Value,
    as_members,
    either,
    refs,
)
from countersign.interrupts.code.shape import Boolean, Number, Object, OneOf, Text


def class_attribute(frame: Frame, cls: Class, name: str) -> Value:
    """`Decision.APPROVE`, a constant of a class, or a method as a function."""
    reader = frame.reader
    if enum_values(reader, cls) is not None:
        member = enum_members(reader, cls).get(name)
        return (member,) if member is not None else ()
    owner, definition = _defined(reader, cls, name)
    if isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        return (Function(owner.module, definition, owner=owner, instance=(Instance(cls),)),)
    if isinstance(definition, ast.ClassDef):
        return (Class(owner.module, definition),)
    if isinstance(definition, ast.expr):
        value = reader.scope(owner.module).value(definition)
        return either((value, ())) if _is_set_later(reader, cls, name) else value
    return ()


def _is_set_later(reader: Reader, cls: Class, name: str) -> bool:
    """Whether a method, or code outside of the class, gives an attribute another value."""
    if any(name in module.attributes for module in reader.modules.values()):
        return True
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == name
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        for each in lineage_of(reader, cls)
        for node in ast.walk(each.node)
    )


def method(frame: Frame, instance: Instance, name: str) -> Value:
    """A method that is bound to an object."""
    owner, definition = _defined(frame.reader, instance.cls, name)
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        return ()
    if any(name in module.attributes for module in frame.reader.modules.values()):
        return OPAQUE  # it is replaced from outside
    return (Function(owner.module, definition, owner=owner, instance=(instance,)),)


def _defined(reader: Reader, cls: Class, name: str) -> tuple[Class, ast.stmt | ast.expr | None]:
    for owner in _resolution_order(reader, cls, ()):
        found = [
            definition
            for statement in flat_statements(owner.node.body)
            for bound, definition in definitions(statement)
            if bound == name and not isinstance(definition, ast.alias)
        ]
        if found:
            return owner, found[-1]
    return cls, None


def _resolution_order(reader: Reader, cls: Class, inside: tuple[ast.ClassDef, ...]) -> list[Class]:
    """A base comes behind all classes that inherit from it, as in Python's own order."""
    reader.step()
    if cls.node in inside:
        return []
    order = [cls]
    for base in own_bases(reader, cls):
        order += _resolution_order(reader, base, (*inside, cls.node))
    last = {each.node: place for place, each in enumerate(order)}
    return [each for place, each in enumerate(order) if last[each.node] == place]


def construct(
    frame: Frame,
    cls: Class,
    arguments: Sequence[Value],
    named: Mapping[str, Value],
    unpacked: Value,
    node: ast.AST,
) -> Value:
    """Calling the class. An answer that is taken apart by it has the shape of its fields."""
    reader = frame.reader
    values = enum_values(reader, cls)
    if values is not None:
        answer = arguments[0] if arguments else ()
        if not values:
            frame.escape(answer, node, f"it is given to {cls.node.name}, whose values are not written down")
            return ()
        for ref in refs(answer):
            compared = Comparison(values, lowered=ref.lowered, stripped=ref.stripped)
            frame.note((ref,), Use.COMPARED, node, compared)
            frame.note((ref,), Use.CHOSEN, node, compared)
        if not any(refs(answer)):
            kind = type(next(iter(enum_members(reader, cls).values())))
            return tuple(kind(atom.value) for atom in answer if isinstance(atom, Const | Member))
        return as_members(answer)
    if any(refs(unpacked)):
        return validated(frame, cls, unpacked, node, given=named)
    if (made := _by_init(frame, cls, arguments, named, node)) is not None:
        return (made,)
    names = [field.name for field in fields_of(reader, cls)]
    entries = {**dict(zip(names, arguments, strict=False)), **named}
    for name, value in list(entries.items()):
        declared = field_shape(reader, cls, name)
        if declared is not None:
            frame.note(value, Use.DECLARED, node, declared)
            if is_checked(reader, cls):
                frame.note(value, Use.CHECKED, node)
                entries[name] = as_members(value)
        elif name not in names:
            frame.escape(value, node, f"it is given to {cls.node.name}")
    instance = Instance(cls, Record(dict(entries)))
    for each in method(frame, instance, "__post_init__"):
        if isinstance(each, Function):
            frame.call(each, [], {}, node)
    return (instance,)


def _by_init(
    frame: Frame, cls: Class, arguments: Sequence[Value], named: Mapping[str, Value], node: ast.AST
) -> Instance | None:
    """An object whose class has an `__init__` of its own; None of any other."""
    instance = Instance(cls)
    makers = [each for each in method(frame, instance, "__init__") if isinstance(each, Function)]
    for maker in makers:
        frame.call(maker, arguments, named, node)
    return instance if makers else None


def adapted(frame: Frame, adapter: Adapter, answer: Value, node: ast.AST) -> Value:
    """`TypeAdapter(Model).validate_python(answer)`; of anything else than a class it is the answer again."""
    if not any(refs(answer)):
        return ()
    classes = [atom for atom in adapter.frame.value(adapter.annotation) if isinstance(atom, Class)]
    if len(classes) == 1 and enum_values(frame.reader, classes[0]) is None:
        return validated(frame, classes[0], answer, node)
    declared = declared_shape(adapter.frame, adapter.annotation)
    if declared is None:
        frame.escape(answer, node, "it is validated as a type that is not written down")
        return ()
    frame.note(answer, Use.DECLARED, node, declared)
    frame.note(answer, Use.CHECKED, node)
    return as_members(answer) if isinstance(declared, Boolean | Number | Text | OneOf) else ()


def validated(
    frame: Frame, cls: Class, answer: Value, node: ast.AST, *, given: Mapping[str, Value] | None = None
) -> Value:
    """`Model(**answer)`, `Model.model_validate(answer)`: the fields that are not given are read from it."""
    given = given or {}
    declared = class_shape(frame.reader, cls)
    if isinstance(declared, Object):
        declared = replace(declared, keys=tuple(key for key in declared.keys if key.name not in given))
    if declared is None:
        frame.escape(answer, node, f"it is given to {cls.node.name}, whose fields are not written down")
        return ()
    frame.note(answer, Use.DECLARED, node, declared)
    fields: dict[str, Value] = dict(given)
    for field in fields_of(frame.reader, cls):
        for ref in refs(answer) if field.name not in given else ():
            read = key_of(frame, ref, (Const(field.key),), node, required=field.required)
            made = as_members(read) if is_checked(frame.reader, cls) else read
            fields[field.name] = (*fields.get(field.name, ()), *made)
    return (Instance(cls, Record(fields)),)
