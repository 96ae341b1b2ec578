"""`usergroups.*`, as far as a bot reads them: which groups there are, and who is in them."""

from collections.abc import Mapping

from slack_local.model.errors import SlackError
from slack_local.model.records import JsonObject, UserGroup
from slack_local.web_api.call import Call, Method


async def listing(call: Call) -> JsonObject:
    groups = call.slack.state.user_groups.values()
    shown = [group for group in groups if call.flag("include_disabled") or not group.is_disabled]
    return {"usergroups": [_group_json(call, group) for group in shown]}


async def members(call: Call) -> JsonObject:
    group = call.slack.state.user_groups.get(call.required("usergroup"))
    if group is None or (group.is_disabled and not call.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.members)}


def _group_json(call: Call, group: UserGroup) -> JsonObject:
    shown: JsonObject = {
        "id": group.id,
        "team_id": call.slack.team,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.handle.capitalize(),
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.created,
        "date_delete": group.created if group.is_disabled else 0,
        "auto_type": None,
        "created_by": "",
        "updated_by": "",
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    if call.flag("include_users"):
        shown["users"] = list(group.members)
    if call.flag("include_count"):
        shown["user_count"] = len(group.members)
    return shown


METHODS: Mapping[str, Method] = {
    "usergroups.list": Method(run=listing, scopes=("usergroups:read",), takes_json=False),
    "usergroups.users.list": Method(run=members, scopes=("usergroups:read",), takes_json=False),
}
