"""JSON Schemas of the types that graphs declare for their input and their context."""

from collections.abc import Mapping
from typing import Any, NotRequired, Required, get_args, get_origin, get_type_hints
from typing import NotRequired as NotRequiredExtension
from typing import Required as RequiredExtension

import structlog
from langchain_core.messages import BaseMessage
from langgraph.constants import START
from pydantic import TypeAdapter
from typing_extensions import is_typeddict

from countersign.runs.loading import AnyGraph

log = structlog.get_logger()

_MAX_REFERENCES = 5
_NOT_REQUIRED = {NotRequired, NotRequiredExtension}
_REQUIRED = {Required, RequiredExtension}


def input_type(graph: AnyGraph) -> Any:
    """What the graph declares as its input: a type of a state, or any type of an entrypoint."""
    builder = getattr(graph, "builder", None)
    if builder is not None:
        return getattr(builder, "input_schema", None)
    channel: Any = graph.channels.get(START)
    return getattr(channel, "ValueType", None)


def input_schema(graph: AnyGraph) -> dict[str, Any]:
    """The JSON Schema of the input; an empty one takes any value."""
    declared = input_type(graph)
    if getattr(graph, "builder", None) is None:
        return type_schema(declared)
    try:
        return graph.get_input_jsonschema()
    except Exception as error:  # noqa: BLE001 -- pydantic also raises what a name in an annotation raises
        # Before Python 3.12 pydantic refuses `typing.TypedDict` and takes only that of `typing_extensions`.
        log.debug("input_schema_by_field", graph=graph.name, reason=type(error).__name__)
        return type_schema(declared)


def type_schema(declared: Any) -> dict[str, Any]:
    """The JSON Schema of a type, as far as pydantic can describe it."""
    if declared is None or declared is Any:
        return {}
    if is_typeddict(declared):
        return _by_field(declared)
    try:
        return TypeAdapter(declared).json_schema()
    except Exception as error:  # noqa: BLE001 -- what pydantic cannot describe is given as JSON
        log.info("type_without_schema", type=str(declared), reason=type(error).__name__)
        return {}


def resolve_reference(schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The schema itself, or what it refers to among the definitions of `root`."""
    root, found = root or schema, dict(schema)
    for _ in range(_MAX_REFERENCES):
        _, _, name = str(found.get("$ref", "")).rpartition("/")
        known = {**root.get("$defs", {}), **root.get("definitions", {})}
        if name not in known:
            break
        found = {**known[name], **{key: value for key, value in found.items() if key != "$ref"}}
    return found


def used_definitions(properties: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    """The `$defs` of `root` that these properties refer to, directly or not: a graph's messages have many."""
    known, used = root.get("$defs", {}), dict[str, Any]()
    waiting: list[Any] = [properties]
    while waiting:
        part = waiting.pop()
        waiting += part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
        reference = part.get("$ref") if isinstance(part, Mapping) else None
        name = str(reference).rpartition("/")[2]
        if reference is not None and name in known and name not in used:
            used[name] = known[name]
            waiting.append(known[name])
    return {"$defs": used} if used else {}


def is_message_list(declared: Any) -> bool:
    """Whether it is a list of LangChain's messages."""
    if get_origin(declared) is not list:
        return False
    (item,) = get_args(declared) or (None,)
    kinds = get_args(item) or (item,)
    return any(isinstance(kind, type) and issubclass(kind, BaseMessage) for kind in map(_bare, kinds))


def _by_field(declared: Any) -> dict[str, Any]:
    """An object schema with a property per field of a TypedDict."""
    try:
        hints: Mapping[str, Any] = get_type_hints(declared, include_extras=True)
    except Exception as error:  # noqa: BLE001 -- a name that is only imported for type checkers
        log.info("type_without_schema", type=str(declared), reason=type(error).__name__)
        hints = dict.fromkeys(getattr(declared, "__annotations__", {}), Any)
    return {
        "type": "object",
        "title": getattr(declared, "__name__", "input"),
        "properties": {name: type_schema(_bare(hint)) for name, hint in hints.items()},
        "required": [name for name, hint in hints.items() if _is_required(declared, name, hint)],
    }


def _is_required(declared: Any, name: str, hint: Any) -> bool:
    """With `from __future__ import annotations` a TypedDict does not know itself which of its keys are."""
    origin = get_origin(hint)
    if origin in _NOT_REQUIRED or origin in _REQUIRED:
        return origin in _REQUIRED
    return name in getattr(declared, "__required_keys__", frozenset((name,)))


def _bare(hint: Any) -> Any:
    """The type without what says whether it is required."""
    while get_origin(hint) in _NOT_REQUIRED | _REQUIRED:
        (hint,) = get_args(hint)
    return hint
