"""What admins and Slack itself do to a bot's channels: a message deleted, a channel's id changed."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.people.threads import Thread
from slack_local.workspace import LocalWorkspace
from tests.slack_local.conftest import bolt_app, over_socket


async def event_of(events: "asyncio.Queue[dict[str, Any]]", kind: str) -> dict[str, Any]:
    """The next event of this type or subtype."""
    while True:
        event = await asyncio.wait_for(events.get(), 5)
        if kind in {event["type"], event.get("subtype")}:
            return event


def keeps(app: AsyncApp, kind: str, events: "asyncio.Queue[dict[str, Any]]") -> None:
    """Have the app keep the events of this type."""

    async def keep(event: dict[str, Any]) -> None:
        await events.put(event)

    app.event(kind)(keep)


@pytest.fixture
def events() -> "asyncio.Queue[dict[str, Any]]":
    return asyncio.Queue()


async def test_an_admin_deletes_a_message_of_the_bots(
    ws: LocalWorkspace, web_client: AsyncWebClient, events: "asyncio.Queue[dict[str, Any]]"
) -> None:
    client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
    app = AsyncApp(client=client, signing_secret=ws.signing_secret, ignoring_self_events_enabled=False)
    keeps(app, "message", events)
    async with over_socket(app, ws):
        root = await web_client.chat_postMessage(channel=ws.channel_id("#general"), text="a card")
        message = ws.slack.state.channels[ws.channel_id("#general")].messages[root["ts"]]
        with pytest.raises(NotPossibleError, match="admin"):
            await ws.bob.moderates(message)

        await ws.alice.moderates(message)

        event = await event_of(events, "message_deleted")
        assert event["deleted_ts"] == root["ts"]
        assert event["hidden"] is True
        assert event["previous_message"]["bot_id"] == ws.slack.app.bot_id
        with pytest.raises(SlackApiError, match="message_not_found"):
            await web_client.chat_update(channel=event["channel"], ts=root["ts"], text="late")


async def test_a_channel_gets_a_new_id_and_keeps_what_is_in_it(
    ws: LocalWorkspace, web_client: AsyncWebClient, events: "asyncio.Queue[dict[str, Any]]"
) -> None:
    app = bolt_app(ws)
    keeps(app, "channel_id_changed", events)
    keeps(app, "message", events)
    old = ws.add_channel("board", [ws.alice, ws.bob], private=True)
    async with over_socket(app, ws):
        root = await web_client.chat_postMessage(channel=old, text="a card")

        new = ws.change_channel_id("#board")

        event = await event_of(events, "channel_id_changed")
        assert {**event, "event_ts": ""} == {
            "type": "channel_id_changed",
            "old_channel_id": old,
            "new_channel_id": new,
            "event_ts": "",
        }
        with pytest.raises(SlackApiError, match="channel_not_found"):
            await web_client.chat_update(channel=old, ts=root["ts"], text="late")
        await web_client.chat_update(channel=new, ts=root["ts"], text="moved along")
        thread = Thread(ws.slack, new, root["ts"])
        await ws.bob.replies(thread, "here")
        assert [message.text for message in thread.messages()] == ["moved along", "here"]
        assert ws.channel_id("#board") == new
