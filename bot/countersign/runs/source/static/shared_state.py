"""Which steps share a state, in files that cannot be loaded: the steps added to one `StateGraph`."""

import ast
from collections.abc import Mapping
from typing import TypeAlias

from countersign.runs.source.static.name_lookup import SourceFile, defined_in, last_name

_Scope: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | None
_OF_NO_GRAPH = "tools"


class Spaces:
    """One space, a state that steps share, per graph; a subgraph that is a step shares its parent's."""

    def __init__(self, files: Mapping[str, SourceFile]) -> None:
        self._files = files
        self._scopes: dict[ast.AST, _Scope] = {}
        self._made: dict[tuple[ast.AST, str], ast.expr] = {}  # what names are assigned in each scope
        self._parents: dict[str, str] = {}
        self._built: dict[str, None] = {}
        for file in files.values():
            self._index(file.tree)
        for file in files.values():
            for node in self._calls(file, "StateGraph"):
                self._built[_place(file, node)] = None
        for file in files.values():
            for node in self._calls(file, "add_node"):
                self._share(file, node)

    def of(self, file: SourceFile, node: ast.expr) -> str:
        """The space of the graph that `node` builds, adds to, or compiles."""
        return self._shared(self._graph(file, node, 8) or f"{file.source.file}:{ast.unparse(_root(node))}")

    def builds(self, file: SourceFile, node: ast.expr) -> bool:
        """Whether it is a graph that the files build."""
        return self._graph(file, node, 8) is not None

    def of_no_graph(self) -> str:
        """For a tool, or a function of the functional API: the one state that there is."""
        spaces = {self._shared(each) for each in self._built}
        return spaces.pop() if len(spaces) == 1 else _OF_NO_GRAPH

    def _index(self, top: ast.Module) -> None:
        waiting: list[tuple[ast.AST, _Scope]] = [(top, None)]
        while waiting:
            inner, around = waiting.pop()
            self._scopes[inner] = around
            if isinstance(inner, ast.Assign):
                for target in inner.targets:
                    if isinstance(target, ast.Name | ast.Attribute):
                        within = (around or top) if isinstance(target, ast.Name) else top
                        self._made[within, ast.unparse(target)] = inner.value
            within_it = inner if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) else around
            waiting.extend((child, within_it) for child in ast.iter_child_nodes(inner))

    def _calls(self, file: SourceFile, name: str) -> list[ast.Call]:
        return [n for n in ast.walk(file.tree) if isinstance(n, ast.Call) and last_name(n.func) == name]

    def _share(self, file: SourceFile, call: ast.Call) -> None:
        """`parent.add_node("name", child.compile())`: both have the keys that they share."""
        for given in [*call.args, *(keyword.value for keyword in call.keywords)]:
            child = self._graph(file, given, 8)
            if child is not None:
                self._parents[self._shared(child)] = self.of(file, call)

    def _shared(self, space: str) -> str:
        seen = set[str]()
        while space in self._parents and space not in seen:
            seen.add(space)
            space = self._parents[space]
        return space

    def _graph(self, file: SourceFile, node: ast.expr, deep: int) -> str | None:
        """The place of the call of `StateGraph` that an expression goes back to."""
        root = _root(node)
        if isinstance(root, ast.Call):
            return _place(file, root) if last_name(root) == "StateGraph" else None
        if deep == 0 or not isinstance(root, ast.Name | ast.Attribute):
            return None
        written = ast.unparse(root)
        for within in (self._scopes.get(root), file.tree):
            made = self._made.get((within, written)) if within is not None else None
            if made is not None and made is not node:
                return self._graph(file, made, deep - 1)
        if isinstance(root, ast.Name):
            owner, name = defined_in(file, dict(self._files), root.id)
            made = self._made.get((owner.tree, name)) if owner is not file else None
            return self._graph(owner, made, deep - 1) if made is not None else None
        return None


def _root(node: ast.expr) -> ast.expr:
    """What a chain of calls begins with: `builder` of `builder.add_node(...).compile()`."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return node


def _place(file: SourceFile, node: ast.Call) -> str:
    return f"{file.source.file}:{node.lineno}:{node.col_offset}"
