"""Looks up names in the files of a graph that cannot be loaded: functions, methods, classes."""

import ast
from collections.abc import Iterator
from dataclasses import replace

from countersign.interrupts.code.source import ClassSource, FunctionSource, ModuleSource, Role

_WRAP = {"partial", "RunnableLambda"}
Definition = ast.FunctionDef | ast.AsyncFunctionDef


class SourceFile:
    """A module's tree, with the functions, classes and imports that it names."""

    def __init__(self, source: ModuleSource) -> None:
        self.source = source
        self.tree = ast.parse(source.text)
        self.functions: dict[str, Definition] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        self.imports: dict[str, tuple[str, str]] = {}  # the module, and the name in it
        self.made: dict[str, ast.expr] = {}  # names and what they are assigned
        self.methods: dict[str, list[tuple[ast.ClassDef, Definition]]] = {}
        for node in ast.walk(self.tree):
            self._index(node)
        inside = {id(method) for several in self.methods.values() for _, method in several}
        for node in ast.walk(self.tree):
            if isinstance(node, Definition) and id(node) not in inside:
                self.functions[node.name] = node

    def _index(self, node: ast.AST) -> None:
        match node:
            case ast.ClassDef():
                self.classes[node.name] = node
                for inner in node.body:
                    if isinstance(inner, Definition):
                        self.methods.setdefault(inner.name, []).append((node, inner))
            case ast.ImportFrom():
                module = self._absolute(node)
                self.imports |= {each.asname or each.name: (module, each.name) for each in node.names}
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.made[name] = value
            case _:
                pass

    def _absolute(self, node: ast.ImportFrom) -> str:
        parts = self.source.package.split(".")
        above = parts[: len(parts) - node.level + 1] if node.level else []
        return ".".join([*above, *([node.module] if node.module else [])])


def functions_named(
    file: SourceFile, files: dict[str, SourceFile], node: ast.expr, role: Role
) -> Iterator[FunctionSource]:
    """The project's functions that an expression names."""
    match node:
        case ast.Name(id=name):
            owner, defined = defined_in(file, files, name)
            if defined in owner.functions:
                yield function_source(owner, owner.functions[defined], role, None)
            elif isinstance(made := owner.made.get(defined), ast.Call | ast.Lambda):
                yield from functions_named(owner, files, made, role)
        case ast.Lambda():
            yield FunctionSource(file=file.source.file, line=node.lineno, name="<lambda>", role=role)
        case ast.Attribute():
            yield from _of_attribute(file, files, node, role)
        case ast.Call():
            yield from _of_call(file, files, node, role)
        case _:
            pass


def _of_attribute(
    file: SourceFile, files: dict[str, SourceFile], node: ast.Attribute, role: Role
) -> Iterator[FunctionSource]:
    """`module.function`, or a method."""
    module = file.imports.get(node.value.id) if isinstance(node.value, ast.Name) else None
    owner = files.get(".".join(module).strip(".")) if module is not None else None
    if owner is not None:
        if node.attr in owner.functions:
            yield function_source(owner, owner.functions[node.attr], role, None)
        return
    found = _methods(files, node)
    if len(found) == 1:
        method_file, cls, method = found[0]
        yield function_source(method_file, method, role, cls)


def _of_call(
    file: SourceFile, files: dict[str, SourceFile], node: ast.Call, role: Role
) -> Iterator[FunctionSource]:
    """`partial(function, ...)`, `RunnableLambda(function)`, or an object that can be called."""
    if last_name(node) in _WRAP and node.args:
        given = len(node.args) - 1 if last_name(node) == "partial" else 0
        for function in functions_named(file, files, node.args[0], role):
            yield replace(function, given=given)
    elif isinstance(node.func, ast.Name):
        owner, defined = defined_in(file, files, node.func.id)
        cls = owner.classes.get(defined)
        for inner in cls.body if cls is not None else ():
            if isinstance(inner, Definition) and inner.name == "__call__":
                yield function_source(owner, inner, role, cls)


def _methods(
    files: dict[str, SourceFile], node: ast.Attribute
) -> list[tuple[SourceFile, ast.ClassDef, Definition]]:
    """`self.review`, `agent.review`: every method of that name in the project."""
    return [(each, cls, method) for each in files.values() for cls, method in each.methods.get(node.attr, ())]


def defined_in(file: SourceFile, files: dict[str, SourceFile], name: str) -> tuple[SourceFile, str]:
    """The file in which a name is defined, through the imports of the project's own files."""
    for _ in range(8):
        if name in file.functions or name in file.classes or name not in file.imports:
            return file, name
        module, inner = file.imports[name]
        if module not in files:
            return file, name
        file, name = files[module], inner
    return file, name


def function_source(
    file: SourceFile, node: Definition, role: Role, cls: ast.ClassDef | None
) -> FunctionSource:
    line = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    owner = ClassSource(file=file.source.file, name=cls.name, line=cls.lineno) if cls is not None else None
    return FunctionSource(file=file.source.file, line=line, name=node.name, role=role, owner=owner)


def last_name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Call(func=func):
            return last_name(func)
        case ast.Lambda():
            return "<lambda>"
        case _:
            return ""
