"""The manifest asks Slack for what the bot uses, and for nothing that it does not."""

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from countersign.slack.listeners import register
from countersign.slack.transport.outbound.scopes import NEEDED

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(MANIFEST.read_text())
    return loaded


def test_every_needed_scope_is_asked_for(manifest: dict[str, Any]) -> None:
    asked = set(manifest["oauth_config"]["scopes"]["bot"])
    assert NEEDED.keys() <= asked


def test_each_event_comes_with_the_scope_that_slack_wants_for_it(manifest: dict[str, Any]) -> None:
    """As Slack's reference has them: https://docs.slack.dev/reference/events"""
    wanted = {
        "app_mention": "app_mentions:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
        "message.mpim": "mpim:history",
        "member_joined_channel": "channels:read",
        "member_left_channel": "channels:read",
        "channel_archive": "channels:read",
        "channel_id_changed": "groups:read",
        "channel_rename": "channels:read",
        "group_archive": "groups:read",
        "group_rename": "groups:read",
        "subteam_created": "usergroups:read",
        "subteam_members_changed": "usergroups:read",
        "subteam_updated": "usergroups:read",
        "user_change": "users:read",
    }
    asked = set(manifest["oauth_config"]["scopes"]["bot"])
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        assert wanted[event] in asked


class Recorder:
    """Takes what listeners register, in place of a Bolt app."""

    def __init__(self) -> None:
        self.commands: set[str] = set()
        self.events: set[str] = set()

    def command(self, name: str) -> Callable[[object], None]:
        self.commands.add(name)
        return lambda _: None

    def event(self, name: str | re.Pattern[str]) -> Callable[[object], None]:
        if isinstance(name, str):
            self.events.add(name)
        return lambda _: None

    def action(self, _: object) -> Callable[[object], None]:
        return lambda _: None

    view = action


@pytest.fixture(scope="module")
def registered() -> Recorder:
    recorder = Recorder()
    register(cast("Any", recorder), cast("Any", SimpleNamespace(store=None)))
    return recorder


def test_the_commands_are_those_that_the_bot_answers(manifest: dict[str, Any], registered: Recorder) -> None:
    assert {c["command"] for c in manifest["features"]["slash_commands"]} == registered.commands
    assert registered.commands == {"/agent", "/approvals"}


def test_the_events_are_those_that_the_bot_handles(manifest: dict[str, Any], registered: Recorder) -> None:
    asked = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert {name.partition(".")[0] for name in asked} == registered.events


def test_the_app_takes_clicks_and_connects_by_socket_mode(manifest: dict[str, Any]) -> None:
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    assert manifest["settings"]["socket_mode_enabled"] is True
