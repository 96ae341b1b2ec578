"""The manifest asks Slack for what the bot uses, and for nothing that it does not."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import jsonschema
import pytest
import yaml

from countersign.__main__ import main
from countersign.slack.app_manifest import permissions
from countersign.slack.app_manifest.manifest import as_yaml, build_manifest
from countersign.slack.app_manifest.permissions import (
    APP_TOKEN_METHODS,
    COMMANDS,
    EVENTS,
    METHODS,
    SCOPES,
    SHORTCUTS,
    Command,
    Shortcut,
    scopes_in_use,
)
from countersign.slack.listeners import register
from countersign.slack.transport.inbound.workspace_router import ACCESS_CHANGES
from slack_local.web_api.methods.registry import METHODS as LOCAL_METHODS
from tests.slack.installing.code_in_use import SDK_METHODS, methods_called, product_sources
from tests.slack.installing.manifest_schema import MANIFEST_SCHEMA
from tests.slack.installing.slack_page import expected_tables, page_tables, write_page

MANIFEST = Path(__file__).parents[3] / "manifest.yml"
IN_TABLE = frozenset(method.name for method in (*METHODS, *APP_TOKEN_METHODS))
KNOWN = SDK_METHODS | IN_TABLE | LOCAL_METHODS.keys()

VARIANTS = {
    "socket": [],
    "http": ["--http", "https://bot.example.com"],
    "no agent": ["--no-agent"],
    "several workspaces": ["--http", "https://bot.example.com", "--install", "https://bot.example.com"],
    "http, no agent": ["--http", "https://bot.example.com", "--no-agent"],
}
every_variant = pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)


@pytest.fixture(scope="module", autouse=True)
def _written_anew() -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        MANIFEST.write_text(as_yaml(build_manifest()))
        write_page()


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(MANIFEST.read_text())
    return loaded


def printed(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert main(["manifest", *options]) == 0
    loaded: dict[str, Any] = yaml.safe_load(capsys.readouterr().out)
    return loaded


class Recorder:
    """Takes what listeners register, in place of a Bolt app."""

    def __init__(self) -> None:
        self.commands: set[str] = set()
        self.events: set[str] = set()
        self.shortcuts: set[str] = set()

    def command(self, name: str) -> Callable[[object], None]:
        self.commands.add(name)
        return lambda _: None

    def event(self, name: str | re.Pattern[str]) -> Callable[[object], None]:
        if isinstance(name, str):
            self.events.add(name)
        return lambda _: None

    def shortcut(self, name: str) -> Callable[[object], None]:
        self.shortcuts.add(name)
        return lambda _: None

    def action(self, _: object) -> Callable[[object], None]:
        return lambda _: None

    view = action
    options = action
    message_shortcut = global_shortcut = shortcut


@pytest.fixture(scope="module")
def registered() -> Recorder:
    recorder = Recorder()
    register(cast("Any", recorder), cast("Any", SimpleNamespace(store=None)))
    return recorder


# What the code uses


def test_every_method_that_is_called_is_in_the_table_and_every_one_there_is_called() -> None:
    called = {name for path in product_sources() for name in methods_called(path.read_text(), KNOWN)}
    assert called == IN_TABLE


def test_each_entry_needs_only_scopes_that_are_asked_for() -> None:
    asked = {scope.name for scope in SCOPES}
    needed = {entry.name: entry.scopes for entry in (*EVENTS, *METHODS)}
    assert {name: scopes for name, scopes in needed.items() if not asked >= set(scopes)} == {}


@pytest.mark.parametrize("agent", [True, False])
def test_no_scope_is_asked_for_that_nothing_uses(agent: bool) -> None:
    assert {scope.name for scope in SCOPES if agent or not scope.agent} == scopes_in_use(agent=agent)


def test_the_table_and_slacks_own_side_agree_on_the_scopes_of_a_method() -> None:
    for method in (*METHODS, *APP_TOKEN_METHODS):
        wanted = LOCAL_METHODS[method.name]
        if wanted.token == "bot" and wanted.scopes:
            assert set(method.scopes) & set(wanted.scopes), method.name


def test_the_events_are_those_that_the_bot_handles(manifest: dict[str, Any], registered: Recorder) -> None:
    asked = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert {name.partition(".")[0] for name in asked} == registered.events


def test_an_app_that_organisations_install_hears_where_it_was_added() -> None:
    asked = build_manifest(redirect="https://bot.example.com/slack/oauth_redirect")["settings"]
    assert asked["org_deploy_enabled"] is True
    assert {event.name for event in EVENTS if event.organisation} == set(ACCESS_CHANGES)
    assert set(ACCESS_CHANGES) <= set(asked["event_subscriptions"]["bot_events"])
    assert build_manifest()["settings"]["org_deploy_enabled"] is False


def test_the_commands_are_those_that_the_bot_answers(manifest: dict[str, Any], registered: Recorder) -> None:
    assert {c["command"] for c in manifest["features"]["slash_commands"]} == registered.commands
    assert registered.commands == {"/agent", "/approvals"}


def test_the_shortcuts_are_those_that_the_bot_answers(registered: Recorder) -> None:
    assert {shortcut.callback_id for shortcut in SHORTCUTS} == registered.shortcuts


# The checks find what they are for


@pytest.mark.parametrize(
    "source",
    [
        'await api.call("pins.add", channel=c)',
        'await bot.slack("pins.add", channel=c)',
        "await web.pins_add(channel=c)",
        'method = "pins.add" if pinned else "chat.delete"',
    ],
)
def test_a_call_that_is_not_in_the_table_is_found(source: str) -> None:
    assert "pins.add" in methods_called(source, KNOWN) - IN_TABLE


def test_a_method_that_nobody_has_heard_of_is_found_where_it_is_called() -> None:
    assert methods_called('await context.api.call("brand.newMethod")', KNOWN) == {"brand.newMethod"}


def test_a_scope_that_is_no_longer_used_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permissions, "METHODS", tuple(m for m in METHODS if "files:write" not in m.scopes))
    assert {scope.name for scope in SCOPES} - scopes_in_use() == {"files:write"}


# The manifest


def test_the_manifest_in_the_checkout_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest"]) == 0
    assert capsys.readouterr().out == MANIFEST.read_text()


@every_variant
def test_the_manifest_fits_slacks_schema(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    made = printed(capsys, *options)
    jsonschema.validate(made, MANIFEST_SCHEMA, cls=jsonschema.Draft7Validator)
    if published := os.environ.get("SLACK_MANIFEST_SCHEMA"):
        jsonschema.validate(made, json.loads(Path(published).read_text()), cls=jsonschema.Draft7Validator)


def test_a_manifest_with_shortcuts_fits_slacks_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Shortcut(callback_id="ask", name="Ask the agent", description="Ask about it", reason="ask")
    monkeypatch.setattr(
        "countersign.slack.app_manifest.manifest.SHORTCUTS", (ask, replace(ask, everywhere=True))
    )
    made = build_manifest()
    jsonschema.validate(made, MANIFEST_SCHEMA, cls=jsonschema.Draft7Validator)
    assert [shortcut["type"] for shortcut in made["features"]["shortcuts"]] == ["message", "global"]


def test_what_slack_would_refuse_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Command(name="agent", description="no slash", usage="x", reason="y")
    monkeypatch.setattr("countersign.slack.app_manifest.manifest.COMMANDS", (*COMMANDS, refused))
    with pytest.raises(jsonschema.ValidationError, match="does not match"):
        jsonschema.validate(build_manifest(), MANIFEST_SCHEMA, cls=jsonschema.Draft7Validator)


def test_the_app_takes_clicks_and_connects_by_socket_mode(manifest: dict[str, Any]) -> None:
    assert manifest["settings"]["interactivity"] == {"is_enabled": True}
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in manifest["settings"]["event_subscriptions"]


@pytest.mark.parametrize(
    "given", ["https://bot.example.com/", "https://bot.example.com/slack/oauth_redirect"]
)
def test_an_app_that_several_workspaces_install_has_a_redirect_url_and_tokens_that_rotate(
    capsys: pytest.CaptureFixture[str], given: str
) -> None:
    made = printed(capsys, "--install", given)
    assert made["oauth_config"]["redirect_urls"] == ["https://bot.example.com/slack/oauth_redirect"]
    assert made["settings"]["token_rotation_enabled"] is True
    assert made["settings"]["socket_mode_enabled"] is True

    for_one = printed(capsys)
    assert "redirect_urls" not in for_one["oauth_config"]
    assert for_one["settings"]["token_rotation_enabled"] is False


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://bot.example.com", "https://bot.example.com/slack/events"),
        ("https://bot.example.com/", "https://bot.example.com/slack/events"),
        ("https://bot.example.com:8443/slack/events", "https://bot.example.com:8443/slack/events"),
        ("https://example.com/countersign/", "https://example.com/countersign/slack/events"),
    ],
)
def test_over_http_everything_goes_to_the_bots_address(
    given: str, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = printed(capsys, "--http", given)
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["interactivity"] == {"is_enabled": True, "request_url": address}
    assert {command["url"] for command in made["features"]["slash_commands"]} == {address}


@pytest.mark.parametrize(
    "given",
    [
        "",
        "bot.example.com",
        "http://bot.example.com",
        "https://",
        "https://a:b@c.d",
        "https://x.y/?z=1",
        "https://[",
    ],
)
def test_an_address_that_slack_cannot_call_is_wrong_usage(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["manifest", "--http", given]) == 2
    assert main(["manifest", "--install", given]) == 2
    told = capsys.readouterr()
    assert "is not a public HTTPS address" in told.err
    assert told.out == ""


def test_without_the_agent_surface_guests_can_use_the_app(capsys: pytest.CaptureFixture[str]) -> None:
    whole, without = printed(capsys), printed(capsys, "--no-agent")
    assert "agent_view" in whole["features"]
    assert "agent_view" not in without["features"]
    assert "assistant:write" in whole["oauth_config"]["scopes"]["bot"]
    assert "assistant:write" not in without["oauth_config"]["scopes"]["bot"]


def test_as_json_it_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == build_manifest()


def test_it_is_printed_in_a_folder_whose_settings_are_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "langgraph.json").write_text('{"env": 1}')
    monkeypatch.chdir(tmp_path)
    assert printed(capsys) == build_manifest()


# The page


@pytest.mark.parametrize("name", expected_tables())
def test_the_page_lists_every_scope_event_method_and_command_with_its_reason(name: str) -> None:
    assert page_tables()[name] == expected_tables()[name]
