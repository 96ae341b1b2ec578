"""An app's manifest, as far as a workspace needs it: the app's name, scopes, events, commands and shortcuts.

Source: docs.slack.dev/reference/app-manifest.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from slack_local.model.records import JsonObject
from slack_local.model.seed import App
from slack_local.page.app_info import AppInfo, Command, Shortcut


class ManifestError(Exception):
    """The file is not a manifest that a workspace can use; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`app` for `LocalWorkspace(app=...)`, `app_info` for its page."""

    app: App
    app_info: AppInfo


def read_manifest(path: Path) -> Manifest:
    """Read a manifest in YAML or JSON. Raises `ManifestError` or OSError."""
    try:
        text = path.read_text(encoding="utf-8")
        given = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        return _manifest(given)
    except (yaml.YAMLError, ValueError) as error:
        raise ManifestError(f"{path} cannot be read: {error}") from None
    except (AttributeError, KeyError, TypeError) as error:
        raise ManifestError(f"{path} is not an app manifest: {error}") from None


def _manifest(given: Any) -> Manifest:
    features, settings = _object(given, "features"), _object(given, "settings")
    name = _object(features, "bot_user").get("display_name") or given["display_information"]["name"]
    scopes = _object(_object(given, "oauth_config"), "scopes").get("bot", ())
    events = _object(settings, "event_subscriptions").get("bot_events", ())
    app = App(
        name=re.sub(r"\W+", "_", name).strip("_").lower() or "bot",
        real_name=name,
        scopes=frozenset(map(str, scopes)),
        events=frozenset(map(str, events)),
    )
    commands = tuple(
        Command(name=one["command"], usage=one.get("usage_hint") or one.get("description", ""))
        for one in features.get("slash_commands", ())
    )
    shortcuts = tuple(
        Shortcut(callback_id=one["callback_id"], name=one["name"], everywhere=one.get("type") == "global")
        for one in features.get("shortcuts", ())
    )
    return Manifest(app=app, app_info=AppInfo(commands=commands, shortcuts=shortcuts))


def _object(given: Any, name: str) -> JsonObject:
    found = given.get(name) or {}
    if not isinstance(found, dict):
        raise TypeError(f"{name} has to be an object")
    return found
