"""The fields of a form as scripts name them: by name, JSON Pointer or label."""

from collections.abc import Mapping
from typing import Any

from slack_local.block_kit.input_state import STATE_KEYS, interactive_elements
from slack_local.model.records import View
from slack_local.script.context import ExpectationError
from slack_local.transcript.mrkdwn import plain_text


def values_by_block(view: View, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The values of fields, by the block ids of their inputs. Raises `ExpectationError`."""
    inputs = inputs_of(view)
    return {_block_id(inputs, name): value for name, value in fields.items()}


def inputs_of(view: View) -> dict[str, str]:
    """The form's inputs: their labels by block id."""
    found = interactive_elements(view.definition["blocks"])
    blocks = (block for block, element in found if element["type"] in STATE_KEYS)
    return {block["block_id"]: plain_text(block.get("label")) for block in blocks}


def _block_id(inputs: Mapping[str, str], name: str) -> str:
    ending = name if name.startswith("/") else f"/{name}"
    for fits in (
        lambda block: block in (name, ending),
        lambda block: inputs[block].casefold() == name.casefold(),
        lambda block: block.endswith(ending),
    ):
        if found := [block for block in inputs if fits(block)]:
            return found[0]
    raise ExpectationError(f"a field {name}; the form has {[*inputs]}")
