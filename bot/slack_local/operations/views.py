"""Views on people's screens: opening, replacing, and what a submission's answer does to them."""

import hashlib
from typing import Any

from slack_local.block_kit.input_state import initial_state
from slack_local.block_kit.surfaces import view_definition
from slack_local.model.errors import SlackError
from slack_local.model.records import JsonObject, View, new_id
from slack_local.model.slack import Slack


def new_view(slack: Slack, definition: JsonObject, user: str, *, under: View | None) -> View:
    """Show a view: a modal on top of `under`, or the person's Home."""
    view_id = new_id("V")
    view = View(
        id=view_id,
        hash=_hash(slack, view_id),
        type=definition["type"],
        user=user,
        definition=definition,
        root_view_id=under.root_view_id if under else view_id,
        previous_view_id=under.id if under else None,
        values=initial_state(definition["blocks"]),
    )
    slack.state.views[view.id] = view
    if view.type == "home":
        slack.state.homes[user] = view
    else:
        slack.state.modals[user].append(view)
    slack.screen_changed(user)
    return view


def replace_view(slack: Slack, view: View, definition: JsonObject) -> None:
    """Give a view new content; what was typed stays where block and action ids stay."""
    values = initial_state(definition["blocks"])
    for block_id, elements in values.items():
        for action_id, was in view.values.get(block_id, {}).items():
            if action_id in elements and elements[action_id]["type"] == was["type"]:
                elements[action_id] = was
    view.definition, view.values, view.errors = definition, values, {}
    view.hash = _hash(slack, view.id)
    slack.screen_changed(view.user)


def _hash(slack: Slack, view_id: str) -> str:
    now = slack.clock.ts()
    return f"{now.partition('.')[0]}.{hashlib.blake2s((view_id + now).encode(), digest_size=4).hexdigest()}"


def apply_response(slack: Slack, view: View, answer: JsonObject | None) -> str:
    """Do what the bot answered to a `view_submission`; returns closed, cleared, errors, updated or pushed.

    Raises `SlackError` where the answer is none that Slack takes: the person then sees that it did not work.
    """
    action = (answer or {}).get("response_action")
    if not answer or action is None:
        slack.state.pop_modal(view.user)
        slack.screen_changed(view.user)
        return "closed"
    match action:
        case "clear":
            slack.state.close_modals(view.user)
            slack.screen_changed(view.user)
            return "cleared"
        case "errors":
            view.errors = _errors(view, answer.get("errors"))
            slack.screen_changed(view.user)
            return "errors"
        case "update":
            replace_view(slack, view, view_definition(answer.get("view"), "modal"))
            return "updated"
        case "push":
            definition = view_definition(answer.get("view"), "modal")
            if len(slack.state.modals[view.user]) >= 3:
                raise SlackError("push_limit_reached")
            new_view(slack, definition, view.user, under=view)
            return "pushed"
        case _:
            raise SlackError("invalid_response_action", [f"unknown response_action: {action}"])


def _errors(view: View, given: Any) -> dict[str, str]:
    inputs = {b["block_id"] for b in view.definition["blocks"] if b["type"] == "input"}
    if not isinstance(given, dict) or not given:
        raise SlackError("invalid_response_action", ["errors must be an object with an entry per block_id"])
    unknown = [block_id for block_id in given if block_id not in inputs]
    if unknown:
        raise SlackError("invalid_response_action", [f"errors name blocks that are no inputs: {unknown}"])
    return {str(block_id): str(text) for block_id, text in given.items()}
