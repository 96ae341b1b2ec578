"""The manifest asks Slack for what the bot uses, and for nothing that it does not."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from countersign.slack.transport.scopes import NEEDED

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
    }
    asked = set(manifest["oauth_config"]["scopes"]["bot"])
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        assert wanted[event] in asked


def test_the_commands_are_those_that_the_bot_answers(manifest: dict[str, Any]) -> None:
    assert [c["command"] for c in manifest["features"]["slash_commands"]] == ["/agent", "/approvals"]
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    assert manifest["settings"]["socket_mode_enabled"] is True
