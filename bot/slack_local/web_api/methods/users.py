"""Who is there: `auth.test`, `users.*`, `bots.info`, `team.info`; the app's `apps.*` and `api.test`."""

from collections.abc import Mapping

from slack_local.model.errors import SlackError
from slack_local.model.records import JsonObject
from slack_local.payloads.events import removal_events
from slack_local.payloads.serializers import user_json
from slack_local.web_api.call import Call, Method
from slack_local.web_api.pagination import page


async def api_test(call: Call) -> JsonObject:
    arguments = {k: v for k, v in call.arguments.items() if k != "token"}
    if error := call.text("error"):
        raise SlackError(error, args=arguments)
    return {"args": arguments} if arguments else {}


async def auth_test(call: Call) -> JsonObject:
    slack = call.slack
    return {
        "url": f"{slack.address}/",
        "team": slack.team_name,
        "user": slack.bot.name,
        "team_id": slack.organisation.id if slack.organisation else slack.team,
        "user_id": slack.app.bot_user,
        "bot_id": slack.app.bot_id,
        "app_id": slack.app.id,
        **({"enterprise_id": slack.organisation.id} if slack.organisation else {}),
        "is_enterprise_install": slack.organisation is not None,
    }


async def team_list(call: Call) -> JsonObject:
    """Where an organisation added the app to; of a workspace's own installation the workspace."""
    slack = call.slack
    teams = slack.organisation.teams if slack.organisation else [slack.team]
    return {"teams": [{"id": team, "name": team} for team in teams]}


async def user_info(call: Call) -> JsonObject:
    user = call.slack.state.users.get(call.required("user"))
    if user is None:
        raise SlackError("user_not_found")
    shown = user_json(user, email="users:read.email" in call.slack.app.scopes)
    if call.flag("include_locale"):
        shown["locale"] = user.locale
    return {"user": shown}


async def user_list(call: Call) -> JsonObject:
    own = [u for u in call.slack.state.users.values() if not u.is_stranger]
    shown, metadata = page(call, own)
    email = "users:read.email" in call.slack.app.scopes
    return {
        "members": [user_json(u, email=email) for u in shown],
        "cache_ts": int(call.slack.clock.now()),
        "response_metadata": metadata,
    }


async def bot_info(call: Call) -> JsonObject:
    app = call.slack.app
    if call.text("bot") not in (None, app.bot_id):
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": app.bot_id,
            "deleted": False,
            "name": app.name,
            "updated": 1700000000,
            "app_id": app.id,
            "user_id": app.bot_user,
            "icons": {},
        }
    }


async def team_info(call: Call) -> JsonObject:
    slack = call.slack
    if call.text("team") not in (None, slack.team):
        raise SlackError("team_not_found")
    return {
        "team": {
            "id": slack.team,
            "name": slack.team_name,
            "domain": slack.domain,
            "url": f"{slack.address}/",
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


async def open_connection(call: Call) -> JsonObject:
    if call.socket is None or not call.socket.enabled:
        raise SlackError("socket_mode_not_enabled")
    return {"url": call.socket.new_url()}


async def uninstall(call: Call) -> JsonObject:
    call.required("client_id")
    call.required("client_secret")
    call.slack.installed = False
    call.delivery.events(removal_events(call.slack))
    return {}


METHODS: Mapping[str, Method] = {
    "api.test": Method(run=api_test, token="none"),  # noqa: S106  # a kind of token, not one
    "auth.test": Method(run=auth_test),
    "auth.teams.list": Method(run=team_list),
    "users.info": Method(run=user_info, scopes=("users:read",), takes_json=False),
    "users.list": Method(run=user_list, scopes=("users:read",), takes_json=False),
    "bots.info": Method(run=bot_info, scopes=("users:read",), takes_json=False),
    "team.info": Method(run=team_info, scopes=("team:read",), takes_json=False),
    "apps.uninstall": Method(run=uninstall),
    "apps.connections.open": Method(run=open_connection, token="app"),  # noqa: S106  # a kind of token, not one
}
