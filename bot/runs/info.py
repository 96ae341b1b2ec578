"""What a graph wants to be started with, read from its input schema."""

from typing import Any

from bot.flow.graph_state import GraphInfo, StartsWith
from bot.runs.loading import LoadedGraph


def info_of(loaded: LoadedGraph) -> GraphInfo:
    """Messages if it has `messages`, the text if one string is all that it requires, else a form."""
    schema = loaded.sample.get_input_jsonschema()
    properties: dict[str, Any] = schema.get("properties", {})
    if "messages" in properties:
        return GraphInfo(name=loaded.name, starts_with=StartsWith.MESSAGES, input_schema=schema)
    required = schema.get("required", [])
    if len(required) == 1 and properties[required[0]].get("type") == "string":
        return GraphInfo(
            name=loaded.name, starts_with=StartsWith.TEXT, input_schema=schema, text_property=required[0]
        )
    return GraphInfo(name=loaded.name, starts_with=StartsWith.FORM, input_schema=schema)
