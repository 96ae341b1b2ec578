"""`views.*`: modals that a trigger opens or pushes, updates, and the Home tab."""

from collections.abc import Mapping

from slack_local.block_kit.surfaces import view_definition
from slack_local.model.errors import SlackError
from slack_local.model.records import JsonObject, Trigger, View
from slack_local.operations.views import new_view, replace_view
from slack_local.payloads.serializers import view_json
from slack_local.web_api.call import Call, Method

MAX_STACK = 3  # the root view and two pushed on it


def exchange(call: Call) -> Trigger:
    """Use up the call's trigger. Raises when it is unknown, used or older than three seconds."""
    given = call.text("trigger_id") or call.text("interactivity_pointer")
    if given is None:
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: trigger_id"])
    trigger = call.slack.state.triggers.get(given)
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if call.slack.clock.now() > trigger.expires_at:
        raise SlackError("expired_trigger_id")
    trigger.used = True
    return trigger


def _definition(call: Call, kind: str) -> JsonObject:
    """The `view` argument, checked before the trigger is used up, as Slack does."""
    definition = view_definition(call.json("view"), kind)
    external = definition.get("external_id")
    if external:
        other = call.slack.find_view(None, external)
        if other is not None and not (call.method == "views.update" and _named(call) is other):
            raise SlackError("duplicate_external_id")
    return definition


async def open_view(call: Call) -> JsonObject:
    definition = _definition(call, "modal")
    trigger = exchange(call)
    # One stack per screen: what was open makes room.
    call.slack.state.close_modals(trigger.user)
    view = new_view(call.slack, definition, trigger.user, under=None)
    return {"view": view_json(call.slack, view)}


async def push_view(call: Call) -> JsonObject:
    definition = _definition(call, "modal")
    trigger = exchange(call)
    stack = call.slack.state.modals.get(trigger.user) or []
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= MAX_STACK:
        raise SlackError("push_limit_reached")
    view = new_view(call.slack, definition, trigger.user, under=stack[-1])
    return {"view": view_json(call.slack, view)}


def _named(call: Call) -> View:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if view_id is None and external_id is None:
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: view_id"])
    found = call.slack.find_view(view_id, external_id)
    if found is None:
        raise SlackError("not_found")
    return found


def check_hash(call: Call, view: View) -> None:
    """A given hash has to be the view's newest, so that two writers cannot overwrite each other."""
    given = call.text("hash")
    if given is not None and given != view.hash:
        raise SlackError("hash_conflict")


async def update_view(call: Call) -> JsonObject:
    view = _named(call)
    definition = _definition(call, view.type)
    check_hash(call, view)
    replace_view(call.slack, view, definition)
    return {"view": view_json(call.slack, view)}


async def publish_view(call: Call) -> JsonObject:
    user = call.required("user_id")
    if user not in call.slack.state.users:
        raise SlackError("invalid_arguments", [f"[ERROR] invalid user: {user} [json-pointer:/user_id]"])
    definition = _definition(call, "home")
    home = call.slack.state.homes.get(user)
    if home is None:
        home = new_view(call.slack, definition, user, under=None)
    else:
        check_hash(call, home)
        replace_view(call.slack, home, definition)
    return {"view": view_json(call.slack, home)}


METHODS: Mapping[str, Method] = {
    "views.open": Method(run=open_view),
    "views.push": Method(run=push_view),
    "views.update": Method(run=update_view),
    "views.publish": Method(run=publish_view),
}
