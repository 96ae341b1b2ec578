"""What a workspace takes from an app's manifest."""

import json
from pathlib import Path

import pytest

from slack_local.manifest import ManifestError, read_manifest
from slack_local.page.app_info import Command, Shortcut

MANIFEST = """
display_information: {name: Refund Desk}
features:
  bot_user: {display_name: Refund-Bot}
  slash_commands:
    - {command: /refund, description: Ask for a refund, usage_hint: amount}
    - {command: /list, description: What waits}
  shortcuts:
    - {type: message, callback_id: about, name: About this}
    - {type: global, callback_id: new, name: New refund}
oauth_config: {scopes: {bot: ["chat:write", "commands"]}}
settings: {event_subscriptions: {bot_events: [app_mention]}}
"""


def test_it_takes_name_scopes_events_commands_and_shortcuts(tmp_path: Path) -> None:
    file = tmp_path / "manifest.yml"
    file.write_text(MANIFEST)
    found = read_manifest(file)
    assert (found.app.name, found.app.real_name) == ("refund_bot", "Refund-Bot")
    assert found.app.scopes == {"chat:write", "commands"}
    assert found.app.events == {"app_mention"}
    assert found.app_info.commands == (
        Command(name="/refund", usage="amount"),
        Command(name="/list", usage="What waits"),
    )
    assert found.app_info.shortcuts == (
        Shortcut(callback_id="about", name="About this"),
        Shortcut(callback_id="new", name="New refund", everywhere=True),
    )


def test_json_will_do_and_so_will_little(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps({"display_information": {"name": "Helper"}}))
    found = read_manifest(file)
    assert (found.app.name, found.app.scopes, found.app_info.commands) == ("helper", frozenset(), ())


def test_our_own_is_read() -> None:
    found = read_manifest(Path(__file__).parents[3] / "manifest.yml")
    assert found.app.name == "countersign"
    assert {command.name for command in found.app_info.commands} == {"/agent", "/approvals"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "cannot be read"),
        ("just text", "is not an app manifest"),
        ("features: {}", "is not an app manifest: 'display_information'"),
        ("features: [1]", "features has to be an object"),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "manifest.yml"
    file.write_text(text)
    with pytest.raises(ManifestError, match=told):
        read_manifest(file)
