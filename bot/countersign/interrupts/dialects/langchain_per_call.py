"""LangChain's human-in-the-loop middleware in its `per_call` mode: one interrupt per gated tool call.

Which decisions are allowed, and what an edit's arguments must look like, stands in the interrupt's response
schema: one decision's object schema, or a union of several told apart by `type`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts.absent import ABSENT, MaybeJson
from countersign.interrupts.dialects.dialect import (
    EDIT,
    Dialect,
    action_part,
    one_row,
    parts,
    run_heading,
    told,
)
from countersign.interrupts.dialects.langchain import (
    ALL,
    arguments_key,
    beside_decisions,
    forms,
    stated,
    without_echo,
    written,
)
from countersign.interrupts.request import ReviewRequest
from countersign.interrupts.spec import Spec, settle

NAME = "langchain_per_call"
_ASIDE = frozenset({"tool_call_id"})


def read(value: Json, schema: Json) -> ReviewRequest | None:
    if not isinstance(value, dict) or value.get("type") != "tool_approval":
        return None
    name, key = value.get("name"), arguments_key(value)
    if not isinstance(name, str) or key is None:
        return None
    branches = dict(_branches(schema))
    allowed = frozenset(branches) or stated(value) or ALL
    args = value[key]
    description, long = told(without_echo(value.get("description"), name, args), "description")
    assert isinstance(args, dict)
    known = {"type", "name", key, "description", "allowed_decisions", "config"}
    return one_row(
        NAME,
        heading=run_heading(name),
        description=description,
        shown=(
            *long,
            *action_part(name),
            *parts(args),
            *(replace(part, aside=part.label in _ASIDE) for part in parts(value, without=known)),
            *beside_decisions(value.get("config")),
        ),
        forms=forms(allowed, args, _arguments_schema(branches.get(EDIT), schema)),
        action=name,
    )


def answer(value: Json, decisions: Sequence[Decision]) -> Json:
    assert isinstance(value, dict)
    return written(value, decisions[0])


def _branches(schema: Json) -> Iterator[tuple[DecisionKind, Spec]]:
    """The decisions that the response schema lists, by the constant under `type`."""
    if not isinstance(schema, dict):
        return
    listed = schema.get("oneOf", schema.get("anyOf"))
    for branch in listed if isinstance(listed, list) else [schema]:
        spec = settle(branch, schema)
        named = settle(spec.properties.get("type"), schema) if spec else None
        constants = named.keywords.get("enum") if named else None
        if spec is None or not isinstance(constants, list):
            continue
        yield from ((kind, spec) for kind in DecisionKind if kind.value in constants)


def _arguments_schema(edit: Spec | None, schema: Json) -> MaybeJson:
    """The tool's own argument schema out of the edit branch, with the definitions it refers to."""
    action = settle(edit.properties.get("edited_action"), schema) if edit else None
    args = action.properties.get("args", action.properties.get("arguments")) if action else None
    if not isinstance(args, dict) or not isinstance(schema, dict):
        return ABSENT
    shared = {word: schema[word] for word in ("$defs", "definitions", "$schema") if word in schema}
    return {**shared, **args}


DIALECT = Dialect(NAME, read, answer)
