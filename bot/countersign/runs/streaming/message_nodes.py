"""Which nodes' model calls end up as messages of the graph's output.

Other model calls classify, choose or summarise, and their text is not for people. So text is streamed to
Slack only from nodes whose code turns it into a message.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

from langgraph.pregel import Pregel

from countersign.runs.loading import AnyGraph
from countersign.runs.state.conversation import replaces_messages

_MESSAGES = "messages"
_MAX_DEPTH = 5  # graphs in graphs
_CALLS = {"invoke", "ainvoke"}
_PREBUILT = {  # the model node of LangChain's agents
    ("langchain.agents.factory", "model_node"),
    ("langchain.agents.factory", "amodel_node"),
    ("langgraph.prebuilt.chat_agent_executor", "call_model"),
    ("langgraph.prebuilt.chat_agent_executor", "acall_model"),
}


def message_nodes(graph: AnyGraph) -> frozenset[tuple[str, ...]]:
    """The paths of those nodes, by the names of the nodes that lead there."""
    return frozenset(_paths(graph, 0))


def _paths(graph: AnyGraph, depth: int) -> Iterator[tuple[str, ...]]:
    if depth == _MAX_DEPTH or not _keeps_messages(graph):
        return
    for name, node in graph.nodes.items():
        bound = node.bound
        if isinstance(bound, Pregel):  # it shares the channel of the same name
            yield from ((name, *path) for path in _paths(bound, depth + 1))
        elif any(_speaks(each) for each in (getattr(bound, "afunc", None), getattr(bound, "func", None))):
            yield (name,)


def _keeps_messages(graph: AnyGraph) -> bool:
    outputs = graph.output_channels
    names = [outputs] if isinstance(outputs, str) else list(outputs)
    return _MESSAGES in names and not replaces_messages(graph)


def _speaks(function: Any) -> bool:
    if function is None:
        return False
    function = inspect.unwrap(getattr(function, "func", function))
    place = (getattr(function, "__module__", ""), getattr(function, "__name__", ""))
    return place in _PREBUILT or _returns_its_only_call(function)


def _returns_its_only_call(function: Any) -> bool:
    """Whether a function calls one model and returns its answer under `messages`."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return False
    calls = [node for node in ast.walk(tree) if _is_model_call(node)]
    if len(calls) != 1:
        return False
    names = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _without_await(node.value) is calls[0]
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    answers = [value for node in ast.walk(tree) for value in _under_messages(node)]
    return any(
        each is calls[0] or (isinstance(each, ast.Name) and each.id in names)
        for value in answers
        for each in _items(value)
    )


def _is_model_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CALLS


def _under_messages(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == _MESSAGES:
                yield value


def _items(value: ast.expr) -> Iterator[ast.expr]:
    """The value itself, or the elements of a list."""
    elements = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
    yield from map(_without_await, elements)


def _without_await(value: ast.expr) -> ast.expr:
    return value.value if isinstance(value, ast.Await) else value
