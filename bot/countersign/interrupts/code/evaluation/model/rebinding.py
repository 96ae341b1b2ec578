"""Rebinding and mutation of module-level names, dicts, lists and class attributes."""

import ast
from collections.abc import Iterator

_CHANGES = {
    *("append", "extend", "insert", "remove", "pop", "clear", "update", "setdefault", "add", "discard"),
    *("popitem", "sort", "reverse"),
}
_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef | None


def rebindings(tree: ast.Module) -> tuple[set[str], set[str], set[str]]:
    """The module's names that are bound in other ways than by a definition; those of dicts and lists that
    are changed; and the attributes that are set from outside of a class."""
    defined = {id(target) for statement in ast.walk(tree) for target in _definition_targets(statement)}
    rebound: set[str] = set()
    changed: set[str] = set()
    attributes: set[str] = set()
    local: dict[int, set[str]] = {}  # the names of each function, by its id
    for node, scope in _scoped(tree):
        match node:
            case ast.Global(names=names):
                rebound.update(names)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if scope is None and id(node) not in defined:
                rebound.add(name)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                changed.update(_of_module(name, scope, local))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _CHANGES:
                changed.update(_of_module(name, scope, local))
            case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Store() | ast.Del()):
                if name not in {"self", "cls"}:
                    attributes.add(attribute)
            case _:
                pass
    return rebound, changed, attributes


def _definition_targets(statement: ast.AST) -> Iterator[ast.expr]:
    match statement:
        case ast.Assign(targets=targets):
            yield from (target for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name() as target):
            yield target
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            for generator in statement.generators:  # they bind in a scope of their own
                yield from (node for node in ast.walk(generator.target) if isinstance(node, ast.Name))
        case _:
            pass


def _scoped(tree: ast.Module) -> Iterator[tuple[ast.AST, _Scope]]:
    """All nodes, with the function or class that each stands in."""
    waiting: list[tuple[ast.AST, _Scope]] = [(tree, None)]
    while waiting:
        node, scope = waiting.pop()
        yield node, scope
        inner = node if isinstance(node, _Scope) and node is not None else scope
        waiting.extend((child, inner) for child in ast.iter_child_nodes(node))


def _of_module(name: str, scope: _Scope, local: dict[int, set[str]]) -> set[str]:
    """The name, unless the function around it has one of its own that is called so."""
    if scope is None:
        return {name}
    if id(scope) not in local:
        local[id(scope)] = {
            node.arg if isinstance(node, ast.arg) else node.id
            for node in ast.walk(scope)
            if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
        }
    return set() if name in local[id(scope)] else {name}
