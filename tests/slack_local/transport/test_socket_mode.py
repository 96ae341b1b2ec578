"""Socket Mode on the wire, and with the SDK's own client: tickets, envelopes, acknowledgements, endings."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.workspace import LocalWorkspace
from tests.slack_local.conftest import bolt_app, over_socket


async def new_url(ws: LocalWorkspace) -> str:
    answer = await AsyncWebClient(base_url=ws.api_url).apps_connections_open(app_token=ws.app_token)
    return str(answer["url"])


@asynccontextmanager
async def plain_socket(ws: LocalWorkspace) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A connection that has read its hello and acknowledges nothing by itself."""
    async with aiohttp.ClientSession() as session, session.ws_connect(await new_url(ws)) as socket:
        hello = await socket.receive_json(timeout=2)
        assert hello["type"] == "hello"
        yield socket


async def acknowledge(
    socket: aiohttp.ClientWebSocketResponse, envelope: dict[str, Any], payload: dict[str, Any] | None = None
) -> None:
    answer = {"envelope_id": envelope["envelope_id"]} | ({"payload": payload} if payload else {})
    await socket.send_str(json.dumps(answer))


async def test_a_ticket_opens_one_connection_once(ws: LocalWorkspace) -> None:
    url = await new_url(ws)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["num_connections"] == 1
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(url)
        assert refused.value.status == 401


async def test_an_old_ticket_is_refused(ws: LocalWorkspace) -> None:
    url = await new_url(ws)
    ws.slack.clock.advance(31)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_an_eleventh_connection_is_sent_away(ws: LocalWorkspace) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(await new_url(ws)) for _ in range(11)]
        first = [await socket.receive_json(timeout=2) for socket in sockets]
        for socket in sockets:
            await socket.close()
    assert [m["type"] for m in first] == ["hello"] * 10 + ["disconnect"]
    assert [m.get("num_connections") for m in first[:10]] == list(range(1, 11))


async def test_a_mention_comes_as_two_events_of_one_message(ws: LocalWorkspace) -> None:
    async with plain_socket(ws) as socket:
        thread = await ws.alice.mentions("hello")
        envelopes = [await socket.receive_json(timeout=2) for _ in range(2)]
        for envelope in envelopes:
            await acknowledge(socket, envelope)
        events = [e["payload"]["event"] for e in envelopes]
        assert [e["type"] for e in events] == ["app_mention", "message"]
        assert {e["ts"] for e in events} == {thread.ts}
        assert len({e["payload"]["event_id"] for e in envelopes}) == 2
        assert events[1]["channel_type"] == "channel"
        assert {e["accepts_response_payload"] for e in envelopes} == {False}
        await ws.delivery.idle()
        ws.faults.mention_order = "message_first"
        await ws.alice.mentions("hello again")
        again = [(await socket.receive_json(timeout=2))["payload"]["event"]["type"] for _ in range(2)]
        assert again == ["message", "app_mention"]


async def test_a_direct_message_is_one_event_even_with_a_mention(ws: LocalWorkspace) -> None:
    async with plain_socket(ws) as socket:
        await ws.alice.dms("@bot hello")
        await ws.alice.says("#ops", "unrelated")
        first, second = [(await socket.receive_json(timeout=2))["payload"]["event"] for _ in range(2)]
    assert (first["type"], first["channel_type"]) == ("message", "im")
    assert second["text"] == "unrelated"


async def test_an_event_that_is_not_acknowledged_comes_again(ws: LocalWorkspace) -> None:
    ws.delivery.ack_limit = 0.05
    async with plain_socket(ws) as socket:
        await ws.alice.says("#ops", "hello")
        envelopes = [await socket.receive_json(timeout=2) for _ in range(4)]
        assert [e["retry_attempt"] for e in envelopes] == [0, 1, 2, 3]
        assert [e["retry_reason"] for e in envelopes] == ["", "timeout", "timeout", "timeout"]
        assert len({e["payload"]["event_id"] for e in envelopes}) == 1
        assert len({e["envelope_id"] for e in envelopes}) == 4
        await ws.delivery.idle()
    assert len(ws.delivery.undelivered) == 1


async def test_an_acknowledged_event_does_not_come_again(ws: LocalWorkspace) -> None:
    ws.delivery.ack_limit = 0.2
    async with plain_socket(ws) as socket:
        await ws.alice.says("#ops", "hello")
        await acknowledge(socket, await socket.receive_json(timeout=2))
        await ws.delivery.idle()
        assert [a.outcome for a in ws.log.attempts("message")] == ["acknowledged"]


async def test_an_event_moves_to_another_connection_when_its_own_dies(ws: LocalWorkspace) -> None:
    async with plain_socket(ws) as first, plain_socket(ws) as second:
        await ws.alice.says("#ops", "hello")
        readers = {asyncio.ensure_future(s.receive_json(timeout=2)): s for s in (first, second)}
        done, waiting = await asyncio.wait(readers, return_when=asyncio.FIRST_COMPLETED)
        await readers[done.pop()].close()
        again = await waiting.pop()
        assert (again["retry_attempt"], again["payload"]["event"]["text"]) == (1, "hello")


async def test_connections_share_the_load(ws: LocalWorkspace) -> None:
    async with plain_socket(ws) as first, plain_socket(ws) as second:
        for n in range(4):
            await ws.alice.says("#ops", str(n))
        texts = [
            [(await socket.receive_json(timeout=2))["payload"]["event"]["text"] for _ in range(2)]
            for socket in (first, second)
        ]
    assert sorted(texts[0] + texts[1]) == ["0", "1", "2", "3"]


async def test_a_click_is_not_delivered_again_and_the_clicker_is_notified(
    ws: LocalWorkspace, web_client: AsyncWebClient
) -> None:
    ws.delivery.ack_limit = 0.1
    posted = await web_client.chat_postMessage(channel=ws.channel_id("ops"), text="x", blocks=BUTTON)
    message = ws.slack.state.channels[posted["channel"]].messages[posted["ts"]]
    await ws.delivery.idle()  # the event of the bot's own message, which nobody is there to get
    async with plain_socket(ws) as socket:
        clicked = await ws.alice.clicks(message, "go")
        assert clicked.error == "timeout"
        assert [a.attempt for a in ws.log.attempts("block_actions")] == [0]
        answer = await ws.alice.runs("/agent hi")
        assert answer.error == "operation_timeout"
        assert "operation_timeout" in ws.alice.ephemerals[-1].text
        assert (await socket.receive_json(timeout=2))["type"] == "interactive"
        assert (await socket.receive_json(timeout=2))["type"] == "slash_commands"


BUTTON = [
    {
        "type": "actions",
        "block_id": "b",
        "elements": [
            {"type": "button", "action_id": "go", "value": "v", "text": {"type": "plain_text", "text": "Go"}}
        ],
    }
]


async def test_nobody_there_is_a_failed_dispatch(ws: LocalWorkspace) -> None:
    assert (await ws.alice.runs("/agent hi")).error == "dispatch_failed"


async def test_a_response_payload_answers_a_command(ws: LocalWorkspace) -> None:
    async with plain_socket(ws) as socket:
        running = asyncio.ensure_future(ws.alice.runs("/agent hi", channel="#ops"))
        envelope = await socket.receive_json(timeout=2)
        assert envelope["accepts_response_payload"] is True
        assert envelope["payload"]["text"] == "hi"
        await acknowledge(socket, envelope, {"text": "hello", "response_type": "in_channel"})
        assert (await running).text == "hello"
    assert [m.text for m in ws.slack.state.channels[ws.channel_id("ops")].messages.values()] == ["hello"]


async def test_the_sdk_reconnects_when_asked_to_and_loses_nothing(ws: LocalWorkspace) -> None:
    app = bolt_app(ws)
    heard: list[str] = []

    @app.event("message")
    async def on_message(event: dict[str, Any]) -> None:
        heard.append(event["text"])
        ws.slack.changes.notify("heard")

    async with over_socket(app, ws):
        await ws.socket.disconnect("refresh_requested")
        await ws.alice.says("#ops", "during")
        await ws.connected(limit=20)
        await ws.alice.says("#ops", "after")
        await ws.slack.changes.wait_for("heard", lambda: "after" in heard, limit=5, what="the event")
    assert heard.count("after") == 1


async def test_a_disabled_link_opens_no_more(ws: LocalWorkspace) -> None:
    async with plain_socket(ws) as socket:
        await ws.socket.disconnect("link_disabled")
        assert (await socket.receive_json(timeout=2))["reason"] == "link_disabled"
    with pytest.raises(SlackApiError) as refused:
        await new_url(ws)
    assert refused.value.response["error"] == "socket_mode_not_enabled"


async def test_a_cut_connection_closes_without_a_word(ws: LocalWorkspace) -> None:
    async with plain_socket(ws) as socket:
        ws.socket.cut()
        message = await socket.receive(timeout=2)
        assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.ERROR)
    await ws.slack.changes.wait_for(
        "connections", lambda: ws.socket.connections == 0, limit=2, what="the end"
    )
