"""Fault injection: each fault is what it says, for as often as it was asked."""

import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.fault_injection import ApiFault, DeliveryFault
from slack_local.workspace import LocalWorkspace
from tests.slack_local.conftest import bolt_app, over_socket


def client(ws: LocalWorkspace, **more: Any) -> AsyncWebClient:
    return AsyncWebClient(
        token=ws.bot_token, base_url=ws.api_url, retry_handlers=more.pop("retry_handlers", []), **more
    )


def posted(ws: LocalWorkspace) -> list[str]:
    return [m.text for m in ws.slack.state.channels[ws.channel_id("ops")].messages.values()]


async def post(ws: LocalWorkspace, text: str, **more: Any) -> None:
    await client(ws, **more).chat_postMessage(channel=ws.channel_id("ops"), text=text)


async def test_rate_limited_is_429_with_retry_after_and_the_sdk_can_wait_for_it(ws: LocalWorkspace) -> None:
    ws.faults.on_call("chat.postMessage", ApiFault.RATE_LIMITED, times=2, seconds=1)
    with pytest.raises(SlackApiError) as refused:
        await post(ws, "a")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "1"
    await post(ws, "b", retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=1)])
    assert posted(ws) == ["b"]


async def test_a_server_error_is_a_500_that_did_nothing(ws: LocalWorkspace) -> None:
    ws.faults.on_call("chat.*", ApiFault.SERVER_ERROR)
    with pytest.raises(SlackApiError) as refused:
        await post(ws, "a")
    assert refused.value.response.status_code == 500
    await post(ws, "b")
    assert posted(ws) == ["b"]


async def test_a_named_error_after_some_calls(ws: LocalWorkspace) -> None:
    ws.faults.on_call("chat.postMessage", ApiFault.ERROR, skip=1, error="fatal_error")
    await post(ws, "a")
    with pytest.raises(SlackApiError, match="fatal_error"):
        await post(ws, "b")
    assert posted(ws) == ["a"]


async def test_a_dropped_connection_did_it_or_did_not(ws: LocalWorkspace) -> None:
    ws.faults.on_call("chat.postMessage", ApiFault.DROP)
    with pytest.raises(aiohttp.ClientError):
        await post(ws, "before")
    ws.faults.on_call("chat.postMessage", ApiFault.DROP_AFTER)
    with pytest.raises(aiohttp.ClientError):
        await post(ws, "after")
    assert posted(ws) == ["after"]


async def test_the_sdks_own_retry_posts_twice_after_a_drop(ws: LocalWorkspace) -> None:
    ws.faults.on_call("chat.postMessage", ApiFault.DROP_AFTER)
    await AsyncWebClient(token=ws.bot_token, base_url=ws.api_url).chat_postMessage(
        channel=ws.channel_id("ops"), text="a"
    )
    assert posted(ws) == ["a", "a"]


async def test_a_hanging_call_times_out(ws: LocalWorkspace) -> None:
    ws.faults.on_call("chat.postMessage", ApiFault.HANG, seconds=1)
    with pytest.raises(TimeoutError):
        await client(ws, timeout=0.2).chat_postMessage(channel=ws.channel_id("ops"), text="a")
    assert posted(ws) == []


async def test_latency_is_added_to_every_call(ws: LocalWorkspace) -> None:
    ws.faults.latency = 0.1
    started = time.monotonic()
    await post(ws, "a")
    assert time.monotonic() - started >= 0.1


async def test_one_post_a_second_and_channel(ws: LocalWorkspace) -> None:
    ws.faults.rate_limits = True
    await post(ws, "a")
    with pytest.raises(SlackApiError) as refused:
        await post(ws, "b")
    assert refused.value.response["error"] == "ratelimited"
    await client(ws).chat_postMessage(channel=ws.channel_id("general"), text="elsewhere")
    ws.slack.clock.advance(1.1)
    await post(ws, "c")
    assert posted(ws) == ["a", "c"]


@pytest.fixture
async def heard(ws: LocalWorkspace) -> AsyncIterator[list[str]]:
    """The ids of the events that a connected bolt app got."""
    app, ids = bolt_app(ws), list[str]()

    @app.event("message")
    async def on_message(body: dict[str, Any]) -> None:
        ids.append(body["event_id"])
        ws.slack.changes.notify("heard")

    async with over_socket(app, ws):
        yield ids


@pytest.mark.parametrize("fault", [DeliveryFault.TWICE, DeliveryFault.LOSE_ACK])
async def test_an_event_arrives_twice(ws: LocalWorkspace, heard: list[str], fault: DeliveryFault) -> None:
    ws.faults.on_delivery("message", fault)
    await ws.alice.says("#ops", "a")
    await ws.delivery.idle()
    await ws.alice.says("#ops", "b")
    await ws.slack.changes.wait_for("heard", lambda: len(heard) == 3, limit=5, what="three deliveries")
    assert heard[0] == heard[1] != heard[2]


async def test_a_lost_attempt_is_made_up_for_by_the_next(ws: LocalWorkspace, heard: list[str]) -> None:
    ws.faults.on_delivery("message", DeliveryFault.LOSE)
    await ws.alice.says("#ops", "a")
    await ws.delivery.idle()
    assert [a.outcome for a in ws.log.attempts("message")] == ["http_timeout", "acknowledged"]
    await ws.slack.changes.wait_for("heard", lambda: len(heard) == 1, limit=5, what="the delivery")


async def test_a_dead_url_is_refused_and_the_next_is_good(ws: LocalWorkspace) -> None:
    ws.socket.dead_urls = 1
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(ws.socket.new_url())
        async with session.ws_connect(ws.socket.new_url()) as socket:
            assert (await socket.receive_json())["type"] == "hello"


async def test_the_log_has_it_all(ws: LocalWorkspace, heard: list[str]) -> None:
    cursor = ws.log.cursor
    await ws.alice.says("#ops", "a")
    await ws.delivery.idle()
    with pytest.raises(SlackApiError):
        await client(ws).chat_postMessage(channel=ws.channel_id("ops"), text=" ", markdown_text="x")
    (violation,) = ws.log.violations(since=cursor)
    assert (violation.where, violation.error) == ("chat.postMessage", "markdown_text_conflict")
    (attempt,) = ws.log.attempts(since=cursor)
    assert attempt.acknowledged_after is not None
    (call,) = ws.log.calls("chat.postMessage", since=cursor)
    assert (call.ok, call.answer["error"]) == (False, "markdown_text_conflict")
    assert "token" not in call.arguments


async def test_a_click_arrives_twice_or_late(ws: LocalWorkspace) -> None:
    app, presses = bolt_app(ws), list[str]()

    @app.action("go")
    async def on_press(ack: Any, body: dict[str, Any]) -> None:
        presses.append(body["trigger_id"])
        await ack()
        ws.slack.changes.notify("pressed")

    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    async with over_socket(app, ws):
        posted = await client(ws).chat_postMessage(
            channel=ws.channel_id("ops"), text="x", blocks=[{"type": "actions", "elements": [button]}]
        )
        message = ws.slack.state.channels[posted["channel"]].messages[posted["ts"]]
        ws.faults.on_delivery("block_actions", DeliveryFault.TWICE)
        await ws.alice.clicks(message, "go")
        await ws.slack.changes.wait_for("pressed", lambda: len(presses) == 2, limit=5, what="two presses")
        assert len(set(presses)) == 1
        ws.faults.on_delivery("block_actions", DeliveryFault.DELAY, seconds=0.1)
        started = time.monotonic()
        await ws.alice.clicks(message, "go")
        assert time.monotonic() - started >= 0.1
        ws.faults.on_delivery("block_actions", DeliveryFault.LOSE)
        assert (await ws.alice.clicks(message, "go")).error == "http_timeout"
    assert len(presses) == 3


async def test_an_old_event_can_be_replayed(ws: LocalWorkspace, heard: list[str]) -> None:
    await ws.alice.says("#ops", "a")
    await ws.delivery.idle()
    ws.delivery.again(ws.log.attempts("message")[0].body)
    await ws.slack.changes.wait_for("heard", lambda: len(heard) == 2, limit=5, what="the replay")
    assert heard[0] == heard[1]


async def test_clearing_removes_every_fault(ws: LocalWorkspace) -> None:
    ws.faults.on_call("*", ApiFault.ERROR, times=100)
    ws.faults.on_delivery("*", DeliveryFault.LOSE, times=100)
    ws.faults.latency = 5
    ws.faults.clear()
    await post(ws, "a")
    assert posted(ws) == ["a"]
