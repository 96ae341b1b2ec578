"""The app's manifest, as Slack takes it under "Create New App", "From a manifest".

Source: https://docs.slack.dev/reference/app-manifest
"""

from typing import Any
from urllib.parse import urlsplit

import yaml

from countersign.approvals.errors import CountersignError
from countersign.slack.app_manifest.permissions import (
    COMMANDS,
    EVENTS,
    METHODS,
    SCOPES,
    SHORTCUTS,
    Command,
    Shortcut,
)

REQUEST_PATH = "/slack/events"  # one path takes events, interactions and commands
REDIRECT_PATH = "/slack/oauth_redirect"

_NAME = "Countersign"
_DESCRIPTION = "Agents act; people countersign, in Slack."
_AGENT_DESCRIPTION = (
    "Does what you ask for in a thread, and asks a person to approve before every step that matters."
)
_HEADING = """\
# The app in Slack: api.slack.com/apps, "Create New App", "From a manifest".
# Written by `countersign manifest`; docs/slack.md has a reason for every line.
"""


class RequestUrlError(CountersignError):
    """This is not an address that Slack can call."""


def request_url(address: str) -> str:
    """Where Slack sends requests to, for the bot's public address. Raises RequestUrlError."""
    return _at(address, REQUEST_PATH, "--http")


def redirect_url(address: str) -> str:
    """Where Slack redirects after somebody has allowed an installation. Raises RequestUrlError."""
    return _at(address, REDIRECT_PATH, "--install")


def _at(address: str, page: str, option: str) -> str:
    try:
        parts = urlsplit(address)
        known = parts.hostname and (parts.port or True)
    except ValueError:
        known = False
    if not known or parts.scheme != "https" or parts.query or parts.fragment or parts.username:
        raise RequestUrlError(
            f"{option}: {address!r} is not a public HTTPS address. Use one like https://bot.example.com."
        )
    path = parts.path.rstrip("/").removesuffix(page)
    return f"https://{parts.netloc}{path}{page}"


def build_manifest(
    *, url: str | None = None, agent: bool = True, redirect: str | None = None
) -> dict[str, Any]:
    """The manifest for Socket Mode, or for HTTP with `url` as the request URL.

    With `redirect`, workspaces and whole organisations can install the app by OAuth, and their tokens are
    rotated.

    Without `agent` it leaves out the agent surface, so that guests of the workspace can use the app too.
    """
    events = [
        event.name for event in EVENTS if (agent or not event.agent) and (redirect or not event.organisation)
    ]
    scopes = [scope.name for scope in SCOPES if agent or not scope.agent]
    features: dict[str, Any] = {
        "app_home": {
            "home_tab_enabled": any(method.name == "views.publish" for method in METHODS),
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": _NAME, "always_online": True},
    }
    if agent:
        features["agent_view"] = {"agent_description": _AGENT_DESCRIPTION}
    if SHORTCUTS:
        features["shortcuts"] = [_shortcut(shortcut) for shortcut in SHORTCUTS]
    features["slash_commands"] = [_command(command, url) for command in COMMANDS]
    at = {"request_url": url} if url else {}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": _NAME,
            "description": _DESCRIPTION,
            "background_color": "#1f2d3d",
        },
        "features": features,
        "oauth_config": {
            **({"redirect_urls": [redirect]} if redirect else {}),
            "scopes": {"bot": scopes},
        },
        "settings": {
            "event_subscriptions": {**at, "bot_events": events},
            "interactivity": {"is_enabled": True, **at},
            "org_deploy_enabled": redirect is not None,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": redirect is not None,
        },
    }


def _command(command: Command, url: str | None) -> dict[str, Any]:
    return {
        "command": command.name,
        **({"url": url} if url else {}),
        "description": command.description,
        "usage_hint": command.usage,
        "should_escape": command.escape,
    }


def _shortcut(shortcut: Shortcut) -> dict[str, Any]:
    return {
        "name": shortcut.name,
        "type": "global" if shortcut.everywhere else "message",
        "callback_id": shortcut.callback_id,
        "description": shortcut.description,
    }


def as_yaml(manifest: dict[str, Any]) -> str:
    """The manifest in YAML, with the reason behind every scope and event."""
    reasons = {entry.name: entry.reason for entry in (*SCOPES, *EVENTS)}
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=200)
    return _HEADING + "".join(_with_reason(line, reasons) for line in text.splitlines(keepends=True))


def _with_reason(line: str, reasons: dict[str, str]) -> str:
    reason = reasons.get(line.strip().removeprefix("- "))
    return f"{line.rstrip()} # {reason}\n" if reason and line.lstrip().startswith("- ") else line
