"""The fields of a graph's state that people may change: their JSON Schema, and conversion from JSON."""

import json
from collections.abc import Mapping
from typing import Any, NotRequired, Required, get_args, get_origin, get_type_hints

import structlog
from langchain.agents.middleware.types import OmitFromSchema
from langgraph.channels import BinaryOperatorAggregate, EphemeralValue, UntrackedValue
from langgraph.channels.base import BaseChannel
from langgraph.channels.delta import DeltaChannel
from langgraph.types import Overwrite
from pydantic import TypeAdapter, ValidationError
from typing_extensions import ReadOnly

from countersign.approvals.json import Json
from countersign.flow.errors import AnswerRefused
from countersign.flow.graph_state import StateChange
from countersign.interrupts import json_equal, to_json
from countersign.runs.loading import AnyGraph

log = structlog.get_logger()

_QUALIFIERS = (NotRequired, Required, ReadOnly)
_NOT_STORED = (EphemeralValue, UntrackedValue)
_REDUCED = (BinaryOperatorAggregate, DeltaChannel)


def state_fields(graph: AnyGraph) -> dict[str, Any]:
    """The fields of the graph's own state schema, with their types.

    Left out are managed values, what is not stored, what only some nodes declare, and what its author keeps
    out of the input.
    """
    declared = getattr(getattr(graph, "builder", None), "state_schema", None)
    if declared is None:
        return {}
    try:
        hints = get_type_hints(declared, include_extras=True)
    except Exception as error:  # noqa: BLE001 -- types that only a type checker sees
        log.debug("state_without_types", reason=type(error).__name__)
        return {}
    bare = {name: _without_qualifiers(hint) for name, hint in hints.items()}
    return {name: hint for name, hint in bare.items() if _may_change(graph, name, hint)}


def _without_qualifiers(hint: Any) -> Any:
    while get_origin(hint) in _QUALIFIERS:
        hint = get_args(hint)[0]
    return hint


def _may_change(graph: AnyGraph, name: str, hint: Any) -> bool:
    channel = graph.channels.get(name)
    if not isinstance(channel, BaseChannel) or isinstance(channel, _NOT_STORED):
        return False
    marks = (mark() if isinstance(mark, type) else mark for mark in getattr(hint, "__metadata__", ()))
    return not any(isinstance(mark, OmitFromSchema) and mark.input for mark in marks)


def state_schema(fields: Mapping[str, Any]) -> Json:
    """A JSON Schema of an object with these fields. What JSON Schema cannot describe takes anything."""
    return {"type": "object", "properties": {name: _schema(name, hint) for name, hint in fields.items()}}


def _schema(name: str, hint: Any) -> Json:
    try:
        schema = TypeAdapter(hint).json_schema(ref_template=f"#/properties/{name}/$defs/{{model}}")
    except Exception as error:  # noqa: BLE001 -- pydantic raises what it likes at foreign types
        log.debug("field_without_schema", field=name, reason=type(error).__name__)
        return {}
    return {} if len(json.dumps(schema)) > _MAX_SIZE else dict(schema)


_MAX_SIZE = (
    20_000  # characters of one field's schema: messages have 30,000, and a field for JSON says as much
)


def changeable_state(graph: AnyGraph, values: object) -> Json:
    """What people may change, with its schema and its values; None if that is nothing."""
    fields = state_fields(graph)
    there = to_json(values)
    if not fields or not isinstance(there, Mapping):
        return None
    shown = {name: value for name, value in there.items() if name in fields}
    return {"schema": state_schema(fields), "values": shown}


def changed_fields(graph: AnyGraph, now: Json, change: StateChange) -> dict[str, Any]:
    """The update that is still to be made: nothing for what a run that died has stored already.

    Raises AnswerRefused where the state is not any more what people were shown.
    """
    values = now if isinstance(now, Mapping) else {}
    missing = {}
    for name, after in change.after.items():
        if name in values and json_equal(values[name], after):
            continue
        unchanged = name in values and name in change.before and json_equal(values[name], change.before[name])
        still_absent = name not in values and name not in change.before
        if not unchanged and not still_absent:
            raise AnswerRefused(f"The field “{name}” of the graph's state has changed since. Read it again.")
        missing[name] = after
    return state_update(graph, missing)


def state_update(graph: AnyGraph, changes: Mapping[str, Json]) -> dict[str, Any]:
    """What sets these fields to these values, each as its own type, past the field's reducer.

    Raises AnswerRefused for a value that its type does not take, and for a field that may not be changed.
    """
    fields = state_fields(graph)
    update = {}
    for name, value in changes.items():
        if name not in fields:
            raise AnswerRefused(f"The field “{name}” is not in the graph's state, or may not be changed.")
        typed = _typed(name, fields[name], value)
        update[name] = Overwrite(typed) if isinstance(graph.channels[name], _REDUCED) else typed
    return update


def _typed(name: str, hint: Any, value: Json) -> Any:
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(hint)
    except Exception:  # noqa: BLE001 -- a type of which pydantic knows nothing
        return value
    try:
        return adapter.validate_json(json.dumps(value))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise AnswerRefused(f"The field “{name}” does not take this: {first['msg']}.") from None
