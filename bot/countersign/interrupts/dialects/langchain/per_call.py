"""LangChain's human-in-the-loop middleware in its `per_call` mode: one interrupt per gated tool call.

Which decisions are allowed, and what an edit's arguments must look like, is in the interrupt's response
schema: one decision's object schema, or a union of several distinguished by `type`.
"""

from collections.abc import Iterator
from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.dialects.langchain.decisions import (
    ALL_DECISIONS,
    arguments_key,
    decision_answers,
    decision_forms,
    other_config_parts,
    stated_decisions,
    without_boilerplate,
)
from countersign.interrupts.dialects.requests.dialect import EDIT, Dialect
from countersign.interrupts.dialects.requests.request_builder import (
    description_or_part,
    long_name_part,
    parts,
    run_title,
    single_row_request,
)
from countersign.interrupts.dialects.requests.review_fields import stated_parts, with_stated_risk
from countersign.interrupts.json_values.unset import UNSET, JsonOrUnset
from countersign.interrupts.review_request import ReviewRequest
from countersign.interrupts.validation.subschema import Subschema, resolve_subschema

NAME = "langchain_per_call"
_SECONDARY = frozenset({"tool_call_id"})


def parse(value: Json, schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or value.get("type") != "tool_approval":
        return None
    name, key = value.get("name"), arguments_key(value)
    if not isinstance(name, str) or key is None:
        return None
    branches = dict(_branches(schema))
    stated = frozenset(branches) or stated_decisions(value)
    allowed = ALL_DECISIONS if stated is None else stated
    if not allowed:
        return None  # it could never be answered: another dialect takes JSON
    args = value[key]
    description, long = description_or_part(
        without_boilerplate(value.get("description"), name, args), "description"
    )
    assert isinstance(args, dict)
    known = {"type", "name", key, "description", "allowed_decisions", "config"}
    request = single_row_request(
        NAME,
        title=run_title(name),
        description=description,
        parts=(
            *long,
            *long_name_part(name),
            *parts(args),
            *(
                replace(part, secondary=part.label in _SECONDARY)
                for part in stated_parts(value, without=known)
            ),
            *other_config_parts(value.get("config")),
        ),
        answers=decision_answers(allowed, value),
        forms=decision_forms(allowed, args, _arguments_schema(branches.get(EDIT), schema)),
        action=name,
        args=args,
    )
    why = value.get("why")
    request = replace(request, why=why if isinstance(why, str) else None)
    return with_stated_risk(request, (value, value.get("config")))


def _branches(schema: Json) -> Iterator[tuple[DecisionKind, Subschema]]:
    """The decisions that the response schema lists, by the constant under `type`."""
    if not isinstance(schema, dict):
        return
    listed = schema.get("oneOf", schema.get("anyOf"))
    for branch in listed if isinstance(listed, list) else [schema]:
        spec = resolve_subschema(branch, schema)
        named = resolve_subschema(spec.properties.get("type"), schema) if spec else None
        constants = named.keywords.get("enum") if named else None
        if spec is None or not isinstance(constants, list):
            continue
        yield from ((kind, spec) for kind in DecisionKind if kind.value in constants)


def _arguments_schema(edit: Subschema | None, schema: Json) -> JsonOrUnset:
    """The tool's own argument schema out of the edit branch, with the definitions it refers to."""
    action = resolve_subschema(edit.properties.get("edited_action"), schema) if edit else None
    args = action.properties.get("args", action.properties.get("arguments")) if action else None
    if not isinstance(args, dict) or not isinstance(schema, dict):
        return UNSET
    shared = {word: schema[word] for word in ("$defs", "definitions", "$schema") if word in schema}
    return {**shared, **args}


DIALECT = Dialect(NAME, parse, guessed=False)
