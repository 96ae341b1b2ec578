"""A JSON Schema of the parts of an app's manifest that ours has, with the limits that Slack documents.

Slack's own schema (github.com/slackapi/manifest-schema, 0.5.0) says the same for these parts. With
SLACK_MANIFEST_SCHEMA set to a copy of its `manifest.schema.1.0.0.json`, the manifest has to fit that too.
"""

from typing import Any


def _object(required: str = "", **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


def _text(longest: int, shortest: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest, "minLength": shortest, **more}


def _list(items: dict[str, Any], most: int, least: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": most, "minItems": least, **more}


_BOOLEAN = {"type": "boolean"}
_URL = r"^https?://"
_NAMES = _list(_text(50, 1), 255, uniqueItems=True)

MANIFEST_SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **_object(
        "display_information",
        _metadata=_object(major_version={"const": 1}, minor_version={"type": "integer"}),
        display_information=_object(
            "name",
            name=_text(35, 1),
            description=_text(140, 1),
            background_color=_text(7, pattern="^#(?:[0-9a-fA-F]{3}){1,2}$"),
        ),
        features=_object(
            app_home=_object(
                home_tab_enabled=_BOOLEAN,
                messages_tab_enabled=_BOOLEAN,
                messages_tab_read_only_enabled=_BOOLEAN,
            ),
            bot_user=_object("display_name", display_name=_text(80, 1), always_online=_BOOLEAN),
            agent_view=_object(
                agent_description=_text(300),
                suggested_prompts=_list(
                    _object("title message", title=_text(200, 1), message=_text(3000, 1)), 4
                ),
            ),
            shortcuts=_list(
                _object(
                    "type name callback_id description",
                    type={"enum": ["message", "global"]},
                    name=_text(24, 1),
                    callback_id=_text(255, 1),
                    description=_text(150, 1),
                ),
                10,
            ),
            slash_commands=_list(
                _object(
                    "command description",
                    command=_text(32, 2, pattern="^/"),
                    url=_text(3000, pattern=_URL),
                    description=_text(2000, 1),
                    usage_hint=_text(1000, 1),
                    should_escape=_BOOLEAN,
                ),
                50,
                1,
            ),
        ),
        oauth_config=_object(
            redirect_urls=_list(_text(3500, pattern=_URL), 1000), scopes=_object(bot=_NAMES)
        ),
        settings=_object(
            event_subscriptions=_object(
                request_url=_text(3500, pattern=_URL), bot_events=_list(_text(50, 1), 100, uniqueItems=True)
            ),
            interactivity=_object("is_enabled", is_enabled=_BOOLEAN, request_url=_text(3500, pattern=_URL)),
            org_deploy_enabled=_BOOLEAN,
            socket_mode_enabled=_BOOLEAN,
            token_rotation_enabled=_BOOLEAN,
        ),
    ),
}
