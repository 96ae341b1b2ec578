"""Which files a graph is given along with a message: those that its model takes, as its profile says.

A picture that a model refuses stays in the conversation and breaks each later turn. So a model without a
profile, or one that cannot be found in the graph, gets only text files, unless FILES says otherwise.
"""

import functools
import types
from collections.abc import Iterator
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langgraph.prebuilt import ToolNode
from langgraph.pregel import Pregel

from countersign.flow.files.kinds import ALL_KINDS, TEXT_ALONE, FileKind, FileKinds
from countersign.runs.inputs.input_plan import FilesGoTo, InputPlan
from countersign.runs.loading import AnyGraph

_MAX_DEPTH = 6
_MAX_HELD = 100  # of the entries of one list or dict
_PROFILE_KEYS = {FileKind.IMAGE: "image_inputs", FileKind.PDF: "pdf_inputs"}


def file_kinds(plan: InputPlan, graph: AnyGraph, setting: FileKinds | None) -> FileKinds:
    """`setting` is what FILES names; None: what each graph's model takes."""
    if plan.files_go_to is None:
        return frozenset()
    if setting is not None:
        return setting
    return ALL_KINDS if plan.files_go_to is FilesGoTo.KEY else _of_models(graph)


def answer_file_kinds(setting: FileKinds | None) -> FileKinds:
    """An answer is text, so a text file fits into it whatever the graph's input takes."""
    return TEXT_ALONE if setting is None else setting & TEXT_ALONE


def _of_models(graph: AnyGraph) -> FileKinds:
    """What all of its models take: the message may reach any of them."""
    profiles = [model.profile or {} for model in chat_models(graph)]
    if not profiles:
        return TEXT_ALONE
    taken = {kind for kind, key in _PROFILE_KEYS.items() if all(profile.get(key) for profile in profiles)}
    return TEXT_ALONE | taken


def chat_models(graph: AnyGraph) -> tuple[BaseChatModel, ...]:
    """The models that the nodes of the graph and of its subgraphs hold, but those of tools."""
    found: dict[int, BaseChatModel] = {}
    seen: set[int] = set()
    for each in (graph, *(subgraph for _, subgraph in graph.get_subgraphs(recurse=True))):
        for node in getattr(each, "nodes", {}).values():
            for model in _held(node.bound, seen, 0):
                found[id(model)] = model
    return tuple(found.values())


def _held(value: object, seen: set[int], depth: int) -> Iterator[BaseChatModel]:
    if depth > _MAX_DEPTH or id(value) in seen or isinstance(value, ToolNode | BaseTool | Pregel):
        return
    seen.add(id(value))
    if isinstance(value, BaseChatModel):
        yield value
        return
    for inner in _inside(value):
        yield from _held(inner, seen, depth + 1)


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, functools.partial):
        yield from (value.func, *value.args, *value.keywords.values())
    elif isinstance(value, types.MethodType):
        yield value.__func__
        if not isinstance(value.__self__, AgentMiddleware):  # it may sum up with a model of its own
            yield from list(getattr(value.__self__, "__dict__", {}).values())[:_MAX_HELD]
    elif isinstance(value, types.FunctionType):
        yield from _of_function(value)
    elif isinstance(value, Runnable):
        yield from (getattr(value, name, None) for name in ("func", "afunc", "bound"))
        steps: Any = getattr(value, "steps", None) or ()
        yield from steps.values() if isinstance(steps, dict) else steps
    elif isinstance(value, list | tuple):
        yield from value[:_MAX_HELD]


def _of_function(function: types.FunctionType) -> Iterator[object]:
    """What the function can name: its closure, its defaults, and the globals that its code uses."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue
    yield from function.__defaults__ or ()
    for each in (function.__globals__.get(name) for name in function.__code__.co_names):
        beside = isinstance(each, types.FunctionType) and each.__module__ == function.__module__
        if beside or isinstance(each, Runnable):
            yield each
