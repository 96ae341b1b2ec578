"""Classes of the graph's own code: their attributes, their methods, and what calling one makes."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from countersign.interrupts.code.evaluation.annotations import (
    class_shape,
    declared_shape,
    enum_members,
    enum_values,
    field_shape,
    fields_of,
    is_checked,
    own_bases,
)
from countersign.interrupts.code.evaluation.key_access import key_of
from countersign.interrupts.code.evaluation.model.frame import Frame, Reader
from countersign.interrupts.code.evaluation.model.modules import definitions, flat_statements
from countersign.interrupts.code.evaluation.model.slots import Comparison, Use
from countersign.interrupts.code.evaluation.model.values import (
    Adapter,
    Class,
    Const,
    Function,
    Instance,
    Record,
    Value,
    refs,
)
from countersign.interrupts.code.shape import Boolean, Number, Object, OneOf, Text


def class_attribute(frame: Frame, cls: Class, name: str) -> Value:
    """`Decision.APPROVE`, a constant of a class, or a method as a function."""
    reader = frame.reader
    if enum_values(reader, cls) is not None:
        member = enum_members(reader, cls).get(name)
        return (member,) if member is not None else ()
    owner, definition = _defined(reader, cls, name, set())
    if isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        return (Function(owner.module, definition, owner=owner, instance=(Instance(cls),)),)
    if isinstance(definition, ast.ClassDef):
        return (Class(owner.module, definition),)
    if isinstance(definition, ast.expr):
        return reader.scope(owner.module).value(definition)
    return ()


def method(frame: Frame, instance: Instance, name: str) -> Value:
    """A method that is bound to an object."""
    owner, definition = _defined(frame.reader, instance.cls, name, set())
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        return ()
    return (Function(owner.module, definition, owner=owner, instance=(instance,)),)


def _defined(
    reader: Reader, cls: Class, name: str, seen: set[ast.ClassDef]
) -> tuple[Class, ast.stmt | ast.expr | None]:
    if cls.node in seen:
        return cls, None
    seen.add(cls.node)
    for statement in flat_statements(cls.node.body):
        for bound, definition in definitions(statement):
            if bound == name and not isinstance(definition, ast.alias):
                return cls, definition
    for base in own_bases(reader, cls):
        owner, found = _defined(reader, base, name, seen)
        if found is not None:
            return owner, found
    return cls, None


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
        for ref in refs(answer):
            compared = Comparison(values, lowered=ref.lowered, stripped=ref.stripped)
            frame.note((ref,), Use.COMPARED, node, compared)
            frame.note((ref,), Use.CHOSEN, node, compared)
        return answer if any(refs(answer)) else tuple(atom for atom in answer if isinstance(atom, Const))
    if any(refs(unpacked)):
        return validated(frame, cls, unpacked, node, given=named)
    names = [field.name for field in fields_of(reader, cls)]
    entries = {**dict(zip(names, arguments, strict=False)), **named}
    for name, value in entries.items():
        declared = field_shape(reader, cls, name)
        if declared is not None:
            frame.note(value, Use.DECLARED, node, declared)
            if is_checked(reader, cls):
                frame.note(value, Use.CHECKED, node)
        elif name not in names:
            frame.escape(value, node, f"it is given to {cls.node.name}")
    return (Instance(cls, Record(dict(entries))),)


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
    return answer if isinstance(declared, Boolean | Number | Text | OneOf) else ()


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
            read = key_of(frame, ref, (Const(field.name),), node, required=field.required)
            fields[field.name] = (*fields.get(field.name, ()), *read)
    return (Instance(cls, Record(fields)),)
