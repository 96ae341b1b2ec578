"""Mutation operators that Cosmic Ray lacks: leave out a call or a `raise`, catch nothing."""

from collections.abc import Iterator
from typing import Any

from cosmic_ray.operators.operator import Operator
from parso.python.tree import Keyword, Name
from parso.tree import BaseNode, NodeOrLeaf

_Span = tuple[tuple[int, int], tuple[int, int]]
_LOGGERS = ("log", "_log", "logger")


def _first_leaf(node: Any) -> Any:
    return node.get_first_leaf()  # which parso does not type


class _RemoveStatement(Operator):  # type: ignore[misc]  # Cosmic Ray has no types
    """Replaces a statement of one kind with `pass`."""

    def _is_removed(self, statement: NodeOrLeaf) -> bool:
        raise NotImplementedError

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[_Span]:
        if isinstance(node, BaseNode) and node.type == "simple_stmt" and self._is_removed(node.children[0]):
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: BaseNode, index: int) -> BaseNode:
        leaf = _first_leaf(node.children[0])
        node.children[0] = Keyword("pass", leaf.start_pos, leaf.prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[Any, ...]:
        return ()


class RemoveCall(_RemoveStatement):
    """Leaves out a call whose result nobody uses, but no line of the log."""

    def _is_removed(self, statement: NodeOrLeaf) -> bool:
        return statement.type == "atom_expr" and _first_leaf(statement).value not in _LOGGERS


class RemoveRaise(_RemoveStatement):
    """Leaves out a `raise`."""

    def _is_removed(self, statement: NodeOrLeaf) -> bool:
        return statement.type == "raise_stmt"


class CatchNothing(Operator):  # type: ignore[misc]  # Cosmic Ray has no types
    """`except E` becomes `except ()`. Cosmic Ray's own uses an undefined name, and fails on dotted names."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[_Span]:
        if isinstance(node, BaseNode) and node.type == "except_clause":
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: BaseNode, index: int) -> BaseNode:
        node.children[1] = Name("()", node.children[1].start_pos, " ")
        return node

    @classmethod
    def examples(cls) -> tuple[Any, ...]:
        return ()
