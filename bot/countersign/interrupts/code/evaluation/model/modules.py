"""A module's source as a syntax tree, with an index of what it defines."""

import ast
import warnings
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from countersign.interrupts.code.evaluation.model.rebinding import rebindings
from countersign.interrupts.code.shape import SourceLocation
from countersign.interrupts.code.source import ClassSource, ModuleSource

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Definition: TypeAlias = ast.stmt | ast.alias | ast.expr

_MAX_SIZE = 2_000_000  # characters; about forty thousand lines
_MAX_LINE_LENGTH = 120  # of what is shown as evidence


class SourceUnreadable(Exception):
    """The text is not Python as this version of Python knows it; the message says why, in words."""


class Module:
    """Raises SourceUnreadable."""

    def __init__(self, source: ModuleSource) -> None:
        self.name = source.name
        self.file = source.file
        self.package = source.package
        self.tree = _parsed(source)
        self._lines = source.text.splitlines()
        self.names: dict[str, list[tuple[Definition, ast.stmt]]] = {}
        self._functions: dict[int, list[FunctionNode]] = {}
        self._classes: dict[str, list[ast.ClassDef]] = {}  # by qualified name
        self._enclosing: dict[ast.AST, FunctionNode | ast.ClassDef] = {}
        self.annotations_are_texts = any(
            isinstance(statement, ast.ImportFrom)
            and statement.module == "__future__"
            and any(alias.name == "annotations" for alias in statement.names)
            for statement in self.tree.body
        )
        self._index()
        self.rebound, self.changed, self.attributes = rebindings(self.tree)

    def where(self, node: ast.AST) -> SourceLocation:
        return SourceLocation(self.file, getattr(node, "lineno", 1))

    def line(self, node: ast.AST) -> str:
        """The first line of the node's source."""
        number = getattr(node, "lineno", 1) - 1
        shown = self._lines[number].strip() if number < len(self._lines) else ""
        return shown if len(shown) <= _MAX_LINE_LENGTH else shown[: _MAX_LINE_LENGTH - 1] + "…"

    def function(self, line: int, name: str) -> FunctionNode | None:
        """The function whose definition begins on this line; None if there is none, or several alike."""
        found = [node for node in self._functions.get(line, []) if name_of(node) == name]
        return found[0] if len(found) == 1 else None

    def class_named(self, source: ClassSource) -> ast.ClassDef | None:
        """The definition of a class; of several of its name the last that it may be."""
        wanted = source.name.replace(".<locals>", "")
        alike = self._classes.get(wanted, [])
        found = [each for each in alike if _may_define(each, source)] or alike
        return max(found, key=lambda each: (len(self._with_extended(each)), each.lineno), default=None)

    def _with_extended(self, node: ast.ClassDef) -> set[str]:
        """Its annotated names, with those of the class of the same name that it extends."""
        names = annotated_names(node)
        if any(isinstance(base, ast.Name) and base.id == node.name for base in node.bases):
            for each in self._classes.get(self._qualified(node), []):
                names |= annotated_names(each) if each.lineno < node.lineno else set()
        return names

    def enclosing(self, node: ast.AST) -> FunctionNode | ast.ClassDef | None:
        """The function or class in which this one is defined."""
        return self._enclosing.get(node)

    def _qualified(self, node: ast.ClassDef) -> str:
        parts, outer = [node.name], self.enclosing(node)
        while outer is not None:
            parts.append(name_of(outer))
            outer = self.enclosing(outer)
        return ".".join(reversed(parts))

    def _index(self) -> None:
        waiting: list[tuple[ast.AST, FunctionNode | ast.ClassDef | None]] = [(self.tree, None)]
        while waiting:  # a loop, because a recursion could be made to go too deep
            node, outer = waiting.pop()
            inner = outer
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
                if outer is not None:
                    self._enclosing[node] = outer
                if isinstance(node, ast.ClassDef):
                    self._classes.setdefault(self._qualified(node), []).append(node)
                else:
                    self._functions.setdefault(first_line(node), []).append(node)
                inner = node
            outside = {id(child) for child in _outside(node)}
            waiting.extend(
                (child, outer if id(child) in outside else inner) for child in ast.iter_child_nodes(node)
            )
        for statement in flat_statements(self.tree.body):
            for name, definition in definitions(statement):
                self.names.setdefault(name, []).append((definition, statement))


def annotated_names(node: ast.ClassDef) -> set[str]:
    return {
        statement.target.id
        for statement in flat_statements(node.body)
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }


def _may_define(node: ast.ClassDef, source: ClassSource) -> bool:
    if source.line:
        return node.lineno <= source.line <= (node.end_lineno or node.lineno)
    return annotated_names(node) <= set(source.members)


def _parsed(source: ModuleSource) -> ast.Module:
    if len(source.text) > _MAX_SIZE:
        raise SourceUnreadable(f"it is longer than {_MAX_SIZE:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns the author of an invalid escape when the code runs
            return ast.parse(source.text)
    except SyntaxError as error:
        raise SourceUnreadable(f"line {error.lineno} cannot be parsed: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceUnreadable(f"it cannot be parsed: {type(error).__name__}") from None


def _outside(node: ast.AST) -> list[ast.AST]:
    """The parts of a definition that stand before its body, in the scope around it."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [node.args, *node.decorator_list, *([node.returns] if node.returns else [])]
        case ast.Lambda():
            return [node.args]
        case ast.ClassDef():
            return [*node.decorator_list, *node.bases, *node.keywords]
        case _:
            return []


def first_line(node: FunctionNode) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def name_of(node: FunctionNode | ast.ClassDef) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def flat_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements with those inside `if`, `try` and `with`, which bind names in the same scope."""
    waiting = list(body)
    while waiting:
        statement = waiting.pop(0)
        yield statement
        match statement:
            case ast.If():
                waiting = [*statement.body, *statement.orelse, *waiting]
            case ast.Try() | ast.TryStar():
                handled = [line for handler in statement.handlers for line in handler.body]
                waiting = [*statement.body, *handled, *statement.orelse, *statement.finalbody, *waiting]
            case ast.With() | ast.AsyncWith():
                waiting = [*statement.body, *waiting]
            case _:
                pass


def definitions(statement: ast.stmt) -> Iterator[tuple[str, Definition]]:
    """The names that a statement binds in its scope, and to what."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name, statement
        case ast.Import() | ast.ImportFrom():
            for alias in statement.names:
                yield alias.asname or alias.name.split(".")[0], alias
        case ast.Assign():
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case _:
            pass
