"""Tokens, scopes, Socket Mode, events, clocks and blocks: each failure injected over the wire."""

import asyncio

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from countersign.commands.arguments.doctor import CHECK_NAMES
from countersign.slack.app_manifest.permissions import SCOPES
from slack_local.fault_injection import ApiFault
from slack_local.model.seed import App
from slack_local.workspace import LocalWorkspace
from tests.commands.doctor.conftest import BotSetup
from tests.commands.doctor.serving import serving
from tests.slack_local.conftest import over_socket
from tests.support.processes.bots import until


@pytest.mark.parametrize(
    ("changed", "seen", "advice"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is missing.", "Copy the bot token"),
        (
            {"SLACK_BOT_TOKEN": "xoxp-1-2"},
            "is a user token; it has to begin with xoxb-",
            "Copy the bot token",
        ),
        ({"SLACK_BOT_TOKEN": "hello"}, "is no token of Slack", "Copy the bot token"),
        ({"SLACK_BOT_TOKEN": "xoxb-..."}, "still the placeholder of .env.example", "Copy the bot token"),
        ({"SLACK_BOT_TOKEN": "xoxe.xoxb-1-abc"}, "a bot token that rotates", "token rotation off"),
        ({"SLACK_BOT_TOKEN": "xoxb-ä"}, "characters in it that no token has", "Copy the bot token"),
        ({"SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN is a bot token", "Generate an app-level token"),
        ({"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xoxb-1"}, "they are swapped", "Swap the two"),
    ],
)
async def test_a_token_that_cannot_be_right_is_named(
    changed: dict[str, str], seen: str, advice: str, setup: BotSetup
) -> None:
    setup.environment |= changed
    found = await setup.examined(only="settings tokens")
    assert found.code == 1
    finding = found.only("tokens", "fail")
    assert seen in finding["seen"]
    assert advice in finding["advice"]


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("invalid_auth", "Copy the bot token"),
        ("token_revoked", "Install the app to the workspace again"),
        ("account_inactive", "Install it again"),
        ("team_access_not_granted", "grant the app access"),
    ],
)
async def test_a_token_that_slack_refuses_says_what_to_do(error: str, advice: str, setup: BotSetup) -> None:
    setup.ws.faults.on_call("auth.test", ApiFault.ERROR, error=error)
    found = await setup.examined(only="tokens scopes blocks")
    assert found.code == 1
    assert error in found.only("tokens", "fail")["seen"]
    assert advice in found.only("tokens", "fail")["advice"]
    assert {each["status"] for each in (*found.of("scopes"), *found.of("blocks"))} == {"skip"}


async def test_a_slack_that_cannot_be_reached_is_told_from_one_that_refuses(setup: BotSetup) -> None:
    setup.environment["SLACK_API_URL"] = "http://127.0.0.1:1/api/"
    found = await setup.examined(only="tokens")
    assert "did not answer auth.test" in found.only("tokens", "fail")["seen"]
    assert "SLACK_API_URL is http://127.0.0.1:1/api/" in found.only("tokens", "fail")["advice"]


async def scopes_of(setup: BotSetup, scopes: set[str]) -> tuple[int, list[tuple[str, str]]]:
    async with LocalWorkspace(app=App(scopes=frozenset(scopes))) as ws:
        setup.environment |= ws.environment()
        found = await setup.examined(only="tokens scopes")
    return found.code, [(each["status"], each["seen"]) for each in found.of("scopes")]


async def test_missing_scopes_are_named_with_their_feature(setup: BotSetup) -> None:
    every = {scope.name for scope in SCOPES}
    assert await scopes_of(setup, every) == (0, [("ok", f"All {len(SCOPES)} scopes are there.")])
    code, found = await scopes_of(setup, every - {"usergroups:read", "channels:manage"})
    assert code == 1
    assert [status for status, _ in found] == ["fail", "warn"]
    assert "usergroups:read (to see who is in a user group that a policy names)" in found[0][1]
    assert "channels:manage (to invite people" in found[1][1]
    code, found = await scopes_of(setup, every - {"assistant:write"})
    assert (code, found) == (
        0,
        [("ok", f"All {len(SCOPES) - 1} scopes are there, without the agent surface.")],
    )


async def test_the_socket_is_opened_up_to_slacks_hello_and_closed(setup: BotSetup) -> None:
    found = await setup.examined(only="tokens socket")
    assert (found.code, found.only("socket", "ok")["seen"]) == (
        0,
        "Slack said hello; 0 other connections are open.",
    )
    await until(lambda: setup.ws.socket.connections == 0, lambda: "the connection to be closed", 5)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("invalid_auth", "connections:write"),
        ("missing_scope", "connections:write"),
        ("socket_mode_not_enabled", "Switch Socket Mode on"),
    ],
)
async def test_an_app_token_that_slack_refuses_says_what_to_do(
    error: str, advice: str, setup: BotSetup
) -> None:
    setup.ws.faults.on_call("apps.connections.open", ApiFault.ERROR, error=error)
    found = await setup.examined(only="tokens socket")
    assert found.code == 1
    assert error in found.only("socket", "fail")["seen"]
    assert advice in found.only("socket", "fail")["advice"]


async def test_tokens_of_two_apps_are_found(setup: BotSetup) -> None:
    async with LocalWorkspace(app=App(id="A0OTHER001")) as other:

        async def connect(_request: web.Request) -> web.Response:
            url = await AsyncWebClient(base_url=other.api_url).apps_connections_open(
                app_token=other.app_token
            )
            return web.json_response(url.data)

        async def forward(request: web.Request) -> web.Response:
            client = AsyncWebClient(token=setup.ws.bot_token, base_url=setup.ws.api_url)
            answer = await client.api_call(request.match_info["method"], data=dict(await request.post()))
            return web.json_response(answer.data)

        app = web.Application()
        app.router.add_post("/api/apps.connections.open", connect)
        app.router.add_post("/api/{method}", forward)
        async with serving(app) as address:
            setup.environment["SLACK_API_URL"] = f"{address}/api/"
            found = await setup.examined(only="tokens socket")
    assert found.only("socket", "fail")["seen"] == (
        "SLACK_APP_TOKEN is of the app A0OTHER001, and SLACK_BOT_TOKEN of the app A0APP00001."
    )


async def test_a_mention_and_a_click_are_waited_for(setup: BotSetup) -> None:
    ws = setup.ws

    async def play() -> None:
        await ws.connected()
        await ws.carol.mentions("are you there?")
        shown = await ws.carol.sees_ephemeral("Press the button")
        await ws.carol.clicks(shown, "countersign_doctor")

    playing = asyncio.create_task(play())
    code, text = await setup.run("--listen", "20", *skipped_but("tokens", "events"))
    await playing
    assert code == 0, text
    assert "Mention @bot in a channel that it is in, within 20 s." in text
    assert "A mention came." in text
    assert "A click came." in text


def skipped_but(*names: str) -> list[str]:
    return [f"--skip={name}" for name in CHECK_NAMES if name not in names]


async def test_a_mention_that_does_not_come_names_the_event_subscriptions(setup: BotSetup) -> None:
    found = await setup.examined("--listen", "1", only="tokens events")
    assert found.code == 1
    assert "No mention came within 1 s." in found.only("events", "fail")["seen"]
    assert "Event Subscriptions" in found.only("events", "fail")["advice"]


async def test_while_a_bot_is_connected_nothing_is_taken_from_it(setup: BotSetup) -> None:
    client = AsyncWebClient(token=setup.ws.bot_token, base_url=setup.ws.api_url)
    async with over_socket(AsyncApp(client=client, signing_secret="x" * 32), setup.ws):
        found = await setup.examined("--listen", "5", only="tokens events")
    assert "a bot is running" in found.only("events", "skip")["seen"]


@pytest.mark.parametrize(("ahead", "status", "code"), [(20, "warn", 0), (900, "fail", 1)])
async def test_a_clock_that_is_off_is_measured_against_slacks(
    ahead: int, status: str, code: int, setup: BotSetup
) -> None:
    setup.ws.slack.clock.advance(ahead)
    found = await setup.examined(only="tokens database clock")
    assert found.code == code
    assert "s behind Slack's." in found.only("clock", status)["seen"]
    assert "NTP" in found.only("clock", status)["advice"]


async def test_the_clock_is_compared_with_slacks_and_the_databases(setup: BotSetup) -> None:
    found = await setup.examined(only="tokens database clock")
    assert "agrees with Slack's and the database's" in found.only("clock", "ok")["seen"]


async def test_blocks_of_every_kind_are_validated(setup: BotSetup) -> None:
    found = await setup.examined(only="tokens blocks")
    assert found.code == 0
    assert "Slack takes all" in found.only("blocks", "ok")["seen"]
    asked = setup.ws.log.calls("blocks.validate")
    assert sum("view" in call.arguments for call in asked) >= 3
    assert sum("blocks" in call.arguments for call in asked) >= 12
    assert setup.ws.log.calls("chat.postMessage") == []


async def test_a_workspace_without_the_newest_blocks_gets_plainer_ones(setup: BotSetup) -> None:
    setup.ws.faults.on_call("blocks.validate", ApiFault.ERROR, error="invalid_blocks")
    found = await setup.examined(only="tokens blocks")
    assert (found.code, "card (tool call)" in found.only("blocks", "warn")["seen"]) == (0, True)


async def test_blocks_that_slack_refuses_altogether_fail(setup: BotSetup) -> None:
    setup.ws.faults.on_call("blocks.validate", ApiFault.ERROR, times=2, error="invalid_blocks")
    found = await setup.examined(only="tokens blocks")
    assert (found.code, found.only("blocks", "fail")["seen"]) == (1, "Slack refuses: card (tool call).")


async def test_a_workspace_without_blocks_validate_says_so(setup: BotSetup) -> None:
    setup.ws.faults.on_call("blocks.validate", ApiFault.ERROR, error="unknown_method")
    found = await setup.examined(only="tokens blocks")
    assert (found.code, found.only("blocks", "skip")["seen"]) == (
        0,
        "This workspace has no blocks.validate (unknown_method).",
    )
