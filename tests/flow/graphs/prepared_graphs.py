"""Graphs that many tests host, read once for all the tests of a process.

Not beside the graphs: what a graph's file imports is read with it.
"""

from functools import cache

from tests.flow.graphs.answer_only_graphs import answer_only
from tests.flow.graphs.asking_graphs import by_dialect
from tests.flow.graphs.graphs_to_host import everything
from tests.support.harness import Prepared, prepared


@cache
def everything_prepared() -> Prepared:
    return prepared(everything())


@cache
def by_dialect_prepared() -> Prepared:
    return prepared(by_dialect())


@cache
def answer_only_prepared() -> Prepared:
    return prepared(answer_only())
