"""A graph's context: the values that langgraph.json gives for its context_schema, and what is missing."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from typing_extensions import is_typeddict

from countersign.approvals.json import Json
from countersign.interrupts import compile_schema
from countersign.runs.inputs.type_schema import resolve_reference, type_schema
from countersign.runs.loading import AnyGraph, LoadedGraph
from countersign.runs.project.config_sections import GraphConfigError
from countersign.runs.source.context_reads import needed_context_keys
from countersign.runs.source.own_code import OwnCode

log = structlog.get_logger()

_FIELD = "context"
_RESERVED = ("__", "checkpoint", "thread_id", "slack_", "countersign")


@dataclass(frozen=True, kw_only=True)
class ContextPlan:
    """`values` are langgraph.json's. `missing` describes what has neither a value nor a default.

    `declared`: the graph has a context_schema, so it gets a context even where nothing is given.
    """

    declared: bool = False
    values: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    missing: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    field: str = _FIELD  # of a form, where the context is asked for
    definitions: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def of_run(self, given: Mapping[str, Json]) -> dict[str, Json] | None:
        """The context of a run for which a form gave these values."""
        return {**self.values, **given} if self.declared else None

    def configurable(self, given: Mapping[str, Json]) -> dict[str, Json]:
        """The same values for code that reads them from `config["configurable"]`, as LangGraph's server does.

        LangGraph's own keys are not among them.
        """
        values = self.of_run(given) or {}
        return {name: value for name, value in values.items() if not name.startswith(_RESERVED)}

    def added_to(self, form: dict[str, Any]) -> dict[str, Any]:
        """The form's schema with the context's missing fields, in an object of their own."""
        if not self.missing:
            return form
        asked = {"type": "object", "properties": dict(self.missing), "required": sorted(self.missing)}
        return {
            **form,
            **({"$defs": {**form.get("$defs", {}), **self.definitions}} if self.definitions else {}),
            "properties": {**form["properties"], self.field: asked},
            "required": [*form["required"], self.field],
        }


def plan_context(loaded: LoadedGraph, own: OwnCode) -> ContextPlan:
    """Compare what the graph declares with what langgraph.json gives. Raises GraphConfigError."""
    graph = loaded.sample
    if graph.context_schema is None:
        return ContextPlan()
    schema = _schema(graph)
    root = resolve_reference(schema)
    properties: dict[str, Any] = root.get("properties", {})
    values = {name: value for name, value in loaded.context.items() if name in properties}
    if unknown := sorted(loaded.context.keys() - properties.keys()):
        log.info("context_not_declared", graph=loaded.name, keys=unknown)
    checked = compile_schema({**root, "$defs": schema.get("$defs", {}), "required": []})
    for place, text in checked.errors(dict(values)).items():
        raise GraphConfigError(
            f'graph "{loaded.name}": its "context" in langgraph.json does not fit at "{place}": {text}'
        )
    required = set(root.get("required", []))
    if is_typeddict(graph.context_schema):
        required &= needed_context_keys(graph, own)
    return ContextPlan(
        declared=True,
        values=values,
        missing={name: properties[name] for name in properties if name in required - values.keys()},
        definitions=schema.get("$defs", {}),
        field=_free_name(graph),
    )


def _schema(graph: AnyGraph) -> dict[str, Any]:
    try:
        return graph.get_context_jsonschema() or {}
    except Exception:  # noqa: BLE001 -- a typing.TypedDict before Python 3.12, or a name that is not there
        return type_schema(graph.context_schema)


def _free_name(graph: AnyGraph) -> str:
    """A name for the context in a form, in which the input's keys have their own names."""
    return _FIELD if _FIELD not in graph.channels else f"runtime_{_FIELD}"
