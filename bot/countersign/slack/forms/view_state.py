"""The state of a submitted view, validated: submissions are untrusted."""

from collections.abc import Mapping
from typing import Any

from countersign.slack.cards.values.references import InvalidReference


def input_states(view: Mapping[str, Any], action_id: str) -> Mapping[str, Mapping[str, Any]]:
    """What each input has, by its block id. Raises `InvalidReference` for what Slack does not send."""
    states: dict[str, Mapping[str, Any]] = {}
    for block_id, inputs in _object(_object(view.get("state")).get("values")).items():
        state = _object(inputs).get(action_id)
        if state is not None:
            states[block_id] = _object(state)
    return states


def picked_value(state: Mapping[str, Any]) -> object:
    """The value of the option that is selected, if one is. Raises `InvalidReference`."""
    return _object(state.get("selected_option")).get("value")


def picked_values(state: Mapping[str, Any]) -> list[str]:
    """The values of the options that are selected. Raises `InvalidReference`."""
    selected = state.get("selected_options") or []
    if not isinstance(selected, list):
        raise InvalidReference
    return [str(_object(option).get("value")) for option in selected]


def _object(value: object) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidReference
    return value
