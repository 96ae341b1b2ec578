"""Socket Mode: one connection up to Slack's hello; with `--listen`, a mention and a click over it.

Slack gives a payload to any one of an app's connections. So this one is closed at once, and waits for nothing
while a bot is connected.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from countersign.commands.doctor.check import CheckContext
from countersign.commands.doctor.check_result import CheckResult, fail, ok, skip, warn
from countersign.flow.errors import SlackRefused
from countersign.slack.block_kit.builders import actions, button, section
from countersign.slack.transport.outbound.web_api import WebApi

_PRESS = "countersign_doctor"
_HELLO_TIMEOUT = 10.0  # seconds
_MOST_CONNECTIONS = 10  # that Slack lets an app have
_GENERATE = (
    "Generate an app-level token (xapp-…) with the scope connections:write in your Slack app's "
    "settings, “Basic "
    "Information”."
)
_SWITCH_ON = (
    "Switch Socket Mode on in your Slack app's settings, “Socket Mode”, or leave SLACK_APP_TOKEN out "
    "for HTTP."
)
_REFUSED = {"socket_mode_not_enabled": _SWITCH_ON}
_ENDED = {
    "link_disabled": ("Socket Mode is switched off in the app's settings.", _SWITCH_ON),
    "too_many_websockets": (
        "The app has 10 connections already, the most that Slack allows.",
        "Stop some processes.",
    ),
}
_NETWORK = "Allow outgoing WebSocket connections (wss) to wss-primary.slack.com and wss-backup.slack.com."
_OTHER_APP = "SLACK_APP_TOKEN is of the app {ours}, and SLACK_BOT_TOKEN of the app {bots}."
_TRY_IT = (
    "Stop the bot, run `countersign doctor --listen 60`, and mention the bot in a channel that it is in."
)
_HTTP = "Slack calls the bot over HTTP here."
_SERVE_HTTP = "Run `countersign serve`, then `countersign doctor --url https://…`."
_BUSY = "{count} other connections are open: a bot is running, and Slack would send the test to it."
_MENTION = "Mention @{name} in a channel that it is in, within {seconds:.0f} s."
_NO_MENTION = "No mention came within {seconds:.0f} s."
_CHECK_EVENTS = (
    "Invite the bot to the channel. In the app's settings, “Event Subscriptions” has to be on, with "
    "the bot events of "
    "`countersign manifest`."
)
_NO_CLICK = "The button was not pressed, or no click came within {seconds:.0f} s."
_CHECK_CLICKS = "Switch “Interactivity & Shortcuts” on in your Slack app's settings."
_QUESTION = "Countersign heard your mention. Press the button to test clicks, too."


class _Ended(Exception):
    """Slack ended the connection before its hello."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class _Connection:
    socket: aiohttp.ClientWebSocketResponse
    app_id: str | None
    others: int  # connections of the app beside this one


async def check_socket(examination: CheckContext) -> AsyncIterator[CheckResult]:
    app_token = examination.settings.slack_app_token
    if app_token is None or examination.api is None:
        yield skip(_no_socket(examination))
        return
    try:
        async with _connected(examination.api, app_token.get_secret_value()) as connection:
            others, app_id = connection.others, connection.app_id
    except SlackRefused as refused:
        yield fail(
            f"Slack refused SLACK_APP_TOKEN ({refused.error}).", _REFUSED.get(refused.error, _GENERATE)
        )
    except _Ended as ended:
        yield fail(*_ENDED.get(ended.reason, (f"Slack ended the connection ({ended.reason}).", "Try again.")))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        yield fail(f"The WebSocket could not be opened ({type(error).__name__}).", _NETWORK)
    else:
        bots = examination.workspace.app_id if examination.workspace else None
        if app_id and bots and app_id != bots:
            yield fail(_OTHER_APP.format(ours=app_id, bots=bots), "Use two tokens of the same app.")
        elif others + 2 > _MOST_CONNECTIONS:
            yield warn(f"Slack said hello; {others} of 10 connections are in use.", "Stop some processes.")
        else:
            yield ok(f"Slack said hello; {others} other connections are open.")


def _no_socket(examination: CheckContext) -> str:
    if examination.settings.slack_signing_secret is not None and not examination.environment.get(
        "SLACK_APP_TOKEN"
    ):
        return _HTTP
    return "There is no usable SLACK_APP_TOKEN."


async def check_events(examination: CheckContext) -> AsyncIterator[CheckResult]:
    settings, seconds = examination.settings, examination.options.listen
    if settings.slack_app_token is None:
        yield skip(_no_socket(examination), _SERVE_HTTP if settings.slack_signing_secret else "")
        return
    if examination.workspace is None or examination.api is None:
        yield skip("There is no usable SLACK_BOT_TOKEN.")
        return
    if not seconds:
        yield skip("Events and clicks were not tested.", _TRY_IT)
        return
    async with _connected(examination.api, settings.slack_app_token.get_secret_value()) as connection:
        if connection.others:
            yield skip(_BUSY.format(count=connection.others), "Mention the bot and see it answer.")
            return
        async for finding in _listen(examination, examination.api, connection.socket, seconds):
            yield finding


async def _listen(
    examination: CheckContext, api: WebApi, socket: aiohttp.ClientWebSocketResponse, seconds: float
) -> AsyncIterator[CheckResult]:
    answer = await api.call("auth.test")
    examination.tell(_MENTION.format(name=answer.get("user"), seconds=seconds))
    mention = await _envelope(socket, seconds, _is_mention)
    if mention is None:
        yield fail(_NO_MENTION.format(seconds=seconds), _CHECK_EVENTS)
        return
    yield ok("A mention came.")
    event = mention["event"]
    test = actions(_PRESS, [button(_PRESS, "Test", "test")])
    await api.call(
        "chat.postEphemeral",
        channel=event["channel"],
        user=event["user"],
        thread_ts=event.get("thread_ts"),
        text=_QUESTION,
        blocks=[section(_QUESTION), test],
    )
    examination.tell("Press the button that the bot shows you there.")
    if await _envelope(socket, seconds, _is_click) is None:
        yield fail(_NO_CLICK.format(seconds=seconds), _CHECK_CLICKS)
    else:
        yield ok("A click came.")


def _is_mention(kind: str, payload: Mapping[str, Any]) -> bool:
    return kind == "events_api" and (payload.get("event") or {}).get("type") == "app_mention"


def _is_click(kind: str, payload: Mapping[str, Any]) -> bool:
    pressed = payload.get("actions") or [{}]
    return kind == "interactive" and pressed[0].get("action_id") == _PRESS


async def _envelope(
    socket: aiohttp.ClientWebSocketResponse, seconds: float, wanted: Any
) -> Mapping[str, Any] | None:
    """The first payload that is wanted, acknowledged. Slack sends the others again, to the bot."""
    try:
        async with asyncio.timeout(seconds):
            async for message in socket:
                envelope = json.loads(message.data)
                payload = envelope.get("payload") or {}
                if wanted(envelope.get("type"), payload):
                    await socket.send_json({"envelope_id": envelope["envelope_id"]})
                    found: Mapping[str, Any] = payload
                    return found
    except TimeoutError:
        pass
    return None


@asynccontextmanager
async def _connected(api: WebApi, app_token: str) -> AsyncIterator[_Connection]:
    """A connection that Slack said hello on."""
    url = await api.open_connection(app_token)
    session = api.web.session
    assert session is not None
    async with session.ws_connect(url, timeout=aiohttp.ClientWSTimeout(ws_close=2.0)) as socket:
        async with asyncio.timeout(_HELLO_TIMEOUT):
            first = await socket.receive_json()
        if first.get("type") != "hello":
            raise _Ended(str(first.get("reason") or first.get("type")))
        yield _Connection(
            socket=socket,
            app_id=(first.get("connection_info") or {}).get("app_id"),
            others=max(int(first.get("num_connections") or 1) - 1, 0),
        )
