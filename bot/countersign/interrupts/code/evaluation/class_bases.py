"""Kinds of classes by their bases: enums and their members, models, TypedDicts, the project's own."""

import ast
from collections.abc import Iterator

from countersign.interrupts.code.evaluation.model.frame import Frame, Reader
from countersign.interrupts.code.evaluation.model.name_resolution import effective_definitions
from countersign.interrupts.code.evaluation.model.values import (
    Class,
    Const,
    External,
    Member,
    Value,
    constants,
)
from countersign.interrupts.code.shape import Scalar

_MODELS = {"BaseModel", "RootModel", "SQLModel", "BaseSettings"}
_ENUMS = {"Enum", "StrEnum", "IntEnum", "Flag"}
_EQUAL_THEIR_VALUES = {"StrEnum", "IntEnum", "str", "int", "float"}  # among the bases of an enum
_MAKES_MEMBERS = {"_missing_", "__new__", "_generate_next_value_"}


def class_scope(reader: Reader, cls: Class) -> Frame:
    """The names that its annotations and bases see: its own, a function's around it, the module's."""
    if cls.node not in reader.class_scopes:
        outer = reader.enclosing_scope(cls.module, cls.node) or reader.scope(cls.module)
        frame = Frame(reader, cls.module, outer=outer)
        for statement in cls.node.body:
            if isinstance(statement, ast.ClassDef):
                frame.names[statement.name] = (Class(cls.module, statement),)
        reader.class_scopes[cls.node] = frame
    return reader.class_scopes[cls.node]


def class_at(frame: Frame, node: ast.expr, line: int | None) -> Value:
    """The class of that name at a line, where the module defines several."""
    module = frame.module
    if not isinstance(node, ast.Name) or len(module.names.get(node.id, [])) < 2 or frame.holds(node.id):
        return ()
    found = effective_definitions(module, node.id, line)
    classes = [each for each, _ in found if isinstance(each, ast.ClassDef)]
    return (Class(module, classes[-1]),) if len(classes) == len(found) else ()


def _class_and_bases(reader: Reader, cls: Class, seen: set[ast.ClassDef]) -> Iterator[Class]:
    if cls.node in seen:
        return
    seen.add(cls.node)
    for base in own_bases(reader, cls):
        yield from _class_and_bases(reader, base, seen)
    yield cls


def lineage_of(reader: Reader, cls: Class) -> list[Class]:
    """The class and its own bases, the bases first."""
    return list(_class_and_bases(reader, cls, set()))


def own_bases(reader: Reader, cls: Class) -> list[Class]:
    scope = class_scope(reader, cls)
    bases = [class_at(scope, base, cls.node.lineno) or scope.value(base) for base in cls.node.bases]
    return [atom for base in bases for atom in base if isinstance(atom, Class)]


def _library_bases(reader: Reader, cls: Class) -> set[str]:
    scope = class_scope(reader, cls)
    return {atom.last for base in cls.node.bases for atom in scope.value(base) if isinstance(atom, External)}


def is_typed_dict(reader: Reader, cls: Class) -> bool:
    return bool(_library_bases(reader, cls) & {"TypedDict", "MessagesState", "AgentState"})


def is_checked(reader: Reader, cls: Class) -> bool:
    """It is a model, which raises where a field is not of its type."""
    return any(_library_bases(reader, each) & _MODELS for each in _class_and_bases(reader, cls, set()))


def enum_values(reader: Reader, cls: Class) -> tuple[Scalar, ...] | None:
    """The values of an enum's members; None of a class that is not an enum."""
    if not any(_library_bases(reader, each) & _ENUMS for each in _class_and_bases(reader, cls, set())):
        return None
    return tuple(value.value for value in enum_members(reader, cls).values())


def enum_members(reader: Reader, cls: Class) -> dict[str, Const | Member]:
    """Its members by name; none of them where not all of their values are written down."""
    scope = reader.scope(cls.module)
    bases = {base for each in lineage_of(reader, cls) for base in _library_bases(reader, each)}
    kind = Const if bases & _EQUAL_THEIR_VALUES else Member
    members: dict[str, Const | Member] = {}
    for statement in cls.node.body:
        match statement:
            case ast.FunctionDef(name=name) if name in _MAKES_MEMBERS:
                return {}
            case ast.Assign(targets=[ast.Name(id=name)], value=written):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as written):
                pass
            case ast.Assign() | ast.If() | ast.For() | ast.Try() | ast.With():
                return {}
            case _:
                continue
        known = constants(scope.value(written))
        if known is not None and len(known) == 1:
            members[name] = kind(known[0])
        elif _is_auto(written) and "StrEnum" in bases:
            members[name] = kind(name.lower())
        elif not name.startswith("_"):
            return {}
    return members


def _is_auto(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "auto"
