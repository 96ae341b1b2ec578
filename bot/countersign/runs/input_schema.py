"""How a graph is started: by a message, by a text or by a form, read from its input schema."""

from typing import Any, get_type_hints

import structlog
from pydantic import PydanticUserError, TypeAdapter

from countersign.flow.graph_state import GraphInfo, StartsWith
from countersign.runs.loading import AnyGraph, LoadedGraph

log = structlog.get_logger()


def describe_input(loaded: LoadedGraph) -> GraphInfo:
    """Messages if it has `messages`, the text if one string is all that it requires, else a form."""
    schema = _input_schema(loaded)
    properties: dict[str, Any] = schema.get("properties", {})
    if "messages" in properties:
        return GraphInfo(name=loaded.name, starts_with=StartsWith.MESSAGES, input_schema=schema)
    required = schema.get("required", [])
    if len(required) == 1 and properties[required[0]].get("type") == "string":
        return GraphInfo(
            name=loaded.name, starts_with=StartsWith.TEXT, input_schema=schema, text_property=required[0]
        )
    return GraphInfo(name=loaded.name, starts_with=StartsWith.FORM, input_schema=schema)


def _input_schema(loaded: LoadedGraph) -> dict[str, Any]:
    try:
        return loaded.sample.get_input_jsonschema()
    except PydanticUserError:
        # Before Python 3.12 pydantic refuses `typing.TypedDict` and takes only that of `typing_extensions`.
        return _schema_by_field(loaded.sample)


def _schema_by_field(graph: AnyGraph) -> dict[str, Any]:
    """An object schema with a property per field of the input type; one without a schema takes any value."""
    declared = getattr(getattr(graph, "builder", None), "input_schema", None)
    if declared is None:
        return {}
    hints = get_type_hints(declared)
    required = getattr(declared, "__required_keys__", frozenset(hints))
    return {
        "type": "object",
        "title": getattr(declared, "__name__", "input"),
        "properties": {name: _field_schema(hint) for name, hint in hints.items()},
        "required": [name for name in hints if name in required],
    }


def _field_schema(hint: Any) -> dict[str, Any]:
    try:
        return TypeAdapter(hint).json_schema()
    except Exception as error:  # noqa: BLE001 -- a field that pydantic cannot describe is a JSON input
        log.info("input_without_schema", type=str(hint), reason=type(error).__name__)
        return {}
