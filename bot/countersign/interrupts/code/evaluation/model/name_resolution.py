"""Resolves a module's names: its own definitions, imports, builtins."""

import ast
import builtins
from typing import TYPE_CHECKING

from countersign.interrupts.code.evaluation.model.modules import Definition, Module, flat_statements
from countersign.interrupts.code.evaluation.model.values import (
    OPAQUE,
    Class,
    External,
    Function,
    Items,
    OwnModule,
    Record,
    Value,
    either,
    union,
)

if TYPE_CHECKING:
    from countersign.interrupts.code.evaluation.model.frame import Reader


def resolve_name(reader: "Reader", module: Module, name: str) -> Value:
    """What the statements of a module bind a name to; else a builtin of that name."""
    found: list[Value] = []
    scope = reader.scope(module)
    for definition, statement in effective_definitions(module, name):
        replaces = statement in module.tree.body
        if isinstance(definition, ast.alias):
            found = [*([] if replaces else found), resolve_import(reader, module, definition, statement)]
        elif isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append(reader.scope(module).decorated(Function(module, definition), definition))
        elif isinstance(definition, ast.ClassDef):
            found.append((Class(module, definition),))
        elif isinstance(definition, ast.expr):
            scope.names[name] = either(found)  # as in `check = checked(check)`
            try:
                with reader.ignore_evidence():
                    found = [*([] if replaces else found), scope.value(definition)]
            finally:
                del scope.names[name]
    if not found:
        found = [_from_star(reader, module, name)]
    if not any(found) and hasattr(builtins, name):
        return (External(f"builtins.{name}"),)
    value = either(found)
    if value and name in module.rebound:
        return union((value, OPAQUE))
    if any(name in each.changed for each in reader.modules.values()):
        _forget_the_rest(value)
    return value


def _forget_the_rest(value: Value) -> None:
    """A dict or a list that other code adds to has more than what is written out first."""
    for atom in value:
        if isinstance(atom, Items):
            atom.exact = False
        elif isinstance(atom, Record):
            atom.open = True


def effective_definitions(
    module: Module, name: str, line: int | None = None
) -> list[tuple[Definition, ast.stmt]]:
    """The definitions of a name without those that a later one replaces; `line`: as they are there."""
    kept: list[tuple[Definition, ast.stmt]] = []
    for definition, statement in module.names.get(name, []):
        if line is not None and kept and statement.lineno >= line:
            break
        if isinstance(definition, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            kept = [] if statement in module.tree.body else kept
        kept.append((definition, statement))
    return kept


def _from_star(reader: "Reader", module: Module, name: str) -> Value:
    for statement in flat_statements(module.tree.body):
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
            source = reader.modules.get(_absolute(module, statement))
            if source is not None and (found := reader.member(source, name)):
                return found
            if source is None and statement.module == "langgraph.types":
                return (External(f"langgraph.types.{name}"),)
    return ()


def resolve_import(reader: "Reader", module: Module, alias: ast.alias, statement: ast.stmt) -> Value:
    """What an import binds: a module or name of the graph's own code, or a library's."""
    if isinstance(statement, ast.ImportFrom):
        source = _absolute(module, statement)
        submodule = reader.modules.get(f"{source}.{alias.name}")
        if source in reader.modules:
            found = reader.member(reader.modules[source], alias.name)
            return found or ((OwnModule(submodule),) if submodule else ())
        return (OwnModule(submodule),) if submodule else (External(f"{source}.{alias.name}"),)
    name = alias.name if alias.asname else alias.name.split(".")[0]
    return (OwnModule(reader.modules[name]),) if name in reader.modules else (External(name),)


def _absolute(module: Module, statement: ast.ImportFrom) -> str:
    if not statement.level:
        return statement.module or ""
    parts = module.package.split(".") if module.package else []
    kept = parts[: len(parts) - (statement.level - 1)]
    return ".".join([*kept, *([statement.module] if statement.module else [])])
