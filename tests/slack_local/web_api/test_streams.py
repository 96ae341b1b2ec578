"""Streams and sessions of agents, through the real slack-sdk client."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.model.seed import App
from slack_local.workspace import LocalWorkspace
from tests.slack_local.web_api.refusals import error


async def test_a_stream_grows_and_stops(ws: LocalWorkspace, web_client: AsyncWebClient, general: str) -> None:
    thread = await ws.alice.says("#general", "root")
    stream = await web_client.chat_stream(
        channel=general,
        thread_ts=thread.ts,
        recipient_team_id=ws.slack.team,
        recipient_user_id=ws.alice.id,
        buffer_size=1,
    )
    await stream.append(markdown_text="Hello ")
    await stream.append(markdown_text="world")
    growing = thread.from_bot()[0]
    assert (growing.text, growing.streaming) == ("Hello world", True)
    await stream.stop()
    assert growing.streaming is False
    assert growing.blocks[0]["text"] == "Hello world"
    assert (
        await error(web_client.chat_appendStream(channel=general, ts=growing.ts, markdown_text="!"))
        == "message_not_in_streaming_state"
    )
    assert (
        await error(web_client.chat_startStream(channel=general, thread_ts=thread.ts))
        == "missing_recipient_team_id"
    )


async def test_a_paused_stream_ends_by_itself(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    thread = await ws.alice.dms("hello")
    started = await web_client.chat_startStream(
        channel=thread.channel, thread_ts=thread.ts, markdown_text="a"
    )
    ws.slack.clock.advance(301)
    assert (
        await error(web_client.chat_appendStream(channel=thread.channel, ts=started["ts"], markdown_text="b"))
        == "message_not_in_streaming_state"
    )


async def test_statuses(ws: LocalWorkspace, web_client: AsyncWebClient, general: str) -> None:
    thread = await ws.alice.says("#general", "root")
    await web_client.assistant_threads_setStatus(
        channel_id=general, thread_ts=thread.ts, status="is thinking"
    )
    assert ws.slack.status(general, thread.ts) == "is thinking"
    await web_client.assistant_threads_setStatus(channel_id=general, thread_ts=thread.ts, status="")
    assert ws.slack.status(general, thread.ts) is None
    session = await web_client.agents_sessions_setStatus(
        channel_id=general, thread_ts=thread.ts, status="suspended"
    )
    assert session["status"] == "suspended"
    assert (
        await error(
            web_client.agents_sessions_setStatus(channel_id=general, thread_ts=thread.ts, status="asleep")
        )
        == "invalid_arguments"
    )


async def test_a_person_stops_an_agent(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    thread = await ws.alice.dms("work")
    with pytest.raises(NotPossibleError):
        await ws.alice.stops(thread)
    await web_client.agents_sessions_setStatus(
        channel_id=thread.channel, thread_ts=thread.ts, status="processing", title="Work"
    )
    stream = await web_client.chat_startStream(
        channel=thread.channel, thread_ts=thread.ts, markdown_text="so far"
    )
    await ws.alice.stops(thread)
    await ws.delivery.idle()
    stopped = ws.log.attempts("agent_session_stopped")[0]
    assert stopped.body["event"]["thread_ts"] == thread.ts
    assert stopped.body["event"]["streaming_message_ts"] == [stream["ts"]]
    assert (
        await error(
            web_client.chat_appendStream(channel=thread.channel, ts=stream["ts"], markdown_text="more")
        )
        == "stopped_by_user"
    )


async def test_a_streams_tasks_become_cards(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    thread = await ws.alice.dms("work")
    task = {"type": "task_update", "id": "t1", "title": "Look", "status": "in_progress"}
    started = await web_client.chat_startStream(channel=thread.channel, thread_ts=thread.ts, chunks=[task])
    done = task | {"status": "complete", "output": "found"}
    await web_client.chat_appendStream(
        channel=thread.channel, ts=started["ts"], chunks=[done], markdown_text="Here."
    )
    await web_client.chat_stopStream(channel=thread.channel, ts=started["ts"], session_status="active")
    message = thread.from_bot()[0]
    assert [b["type"] for b in message.blocks] == ["task_card", "markdown"]
    assert message.blocks[0]["status"] == "complete"
    assert ws.slack.state.sessions[thread.channel, thread.ts]["status"] == "active"
    again = await web_client.chat_startStream(channel=thread.channel, thread_ts=thread.ts, markdown_text="a")
    bad = web_client.chat_appendStream(channel=thread.channel, ts=again["ts"], chunks=[{"type": "text"}])
    assert await error(bad) == "invalid_chunks"


async def test_a_session_is_renamed_and_a_thread_titled(
    ws: LocalWorkspace, web_client: AsyncWebClient, general: str
) -> None:
    thread = await ws.alice.says("#general", "root")
    rename = {"channel_id": general, "thread_ts": thread.ts, "title": "New"}
    assert await error(web_client.agents_sessions_rename(**rename)) == "session_not_found"
    await web_client.agents_sessions_setStatus(channel_id=general, thread_ts=thread.ts, status="active")
    await web_client.agents_sessions_rename(**rename)
    assert ws.slack.state.sessions[general, thread.ts]["title"] == "New"
    await web_client.assistant_threads_setTitle(channel_id=general, thread_ts=thread.ts, title="Newer")
    assert ws.slack.state.sessions[general, thread.ts]["title"] == "Newer"


async def test_an_unsubscribed_stop_button_is_warned_of(general: str) -> None:
    async with LocalWorkspace(app=App(events=frozenset({"message.channels"}))) as ws:
        thread = await ws.alice.says("#general", "root")
        client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
        answer = await client.agents_sessions_setStatus(
            channel_id=thread.channel, thread_ts=thread.ts, status="processing"
        )
    assert answer["warning"] == "missing_agent_session_stopped_event_subscription"
