"""The workspace stays quick when it is full: reading one thread costs that thread, not the channel.

Measured in processor time, so that a busy machine does not decide.
"""

import time

from slack_sdk.web.async_client import AsyncWebClient

from slack_local.model.records import Message
from slack_local.workspace import LocalWorkspace


def fill(ws: LocalWorkspace, count: int) -> None:
    channel = ws.channel_id("general")
    for number in range(count):
        ws.slack.state.file_message(
            Message(
                channel=channel, ts=ws.slack.clock.ts(), user=ws.bob.id, team=ws.slack.team, text=str(number)
            )
        )


async def some_calls(ws: LocalWorkspace, client: AsyncWebClient) -> float:
    thread = await ws.alice.says("#general", "root")
    started = time.process_time()
    for _ in range(20):
        posted = await client.chat_postMessage(channel=thread.channel, thread_ts=thread.ts, text="x")
        await client.chat_update(channel=thread.channel, ts=posted["ts"], text="y")
        await client.conversations_replies(channel=thread.channel, ts=thread.ts)
        await client.conversations_history(channel=thread.channel, limit=1)
    return time.process_time() - started


async def test_ten_thousand_messages_slow_nothing_down(
    ws: LocalWorkspace, web_client: AsyncWebClient
) -> None:
    empty = min([await some_calls(ws, web_client) for _ in range(3)])
    fill(ws, 10_000)
    full = min([await some_calls(ws, web_client) for _ in range(3)])
    assert full < 2 * empty
