"""What one writes first: a bolt app whose handlers run the graph, with one saver on PostgreSQL.

It acknowledges before it has stored anything, forgets what it was doing when it dies, and lets anybody click.
"""

import asyncio
import os
from typing import Any

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.types import Command
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.graph import graph


def build(saver: AsyncPostgresSaver) -> AsyncApp:
    web = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(client=web, signing_secret=os.environ["SLACK_SIGNING_SECRET"])
    agent = graph()
    agent.checkpointer = saver

    async def on_mention(event: dict[str, Any], client: AsyncWebClient) -> None:
        thread = event.get("thread_ts", event["ts"])
        config = {"configurable": {"thread_id": thread}}
        given = {"messages": [{"role": "user", "content": event["text"]}]}
        result = await agent.ainvoke(given, config)  # type: ignore[call-overload]  # a plain dict will do
        for asked in result.get("__interrupt__", ()):
            button = {
                "type": "button",
                "action_id": "approve",
                "text": {"type": "plain_text", "text": "Approve"},
                "value": f"{thread} {asked.id}",
            }
            blocks: list[dict[str, Any]] = [
                {"type": "section", "text": {"type": "mrkdwn", "text": f"Run it? {asked.value['args']}"}},
                {"type": "actions", "elements": [button]},
            ]
            await client.chat_postMessage(
                channel=event["channel"], thread_ts=thread, text="Run it?", blocks=blocks
            )

    async def on_approve(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        thread, interrupt_id = body["actions"][0]["value"].split()
        channel, ts = body["channel"]["id"], body["message"]["ts"]
        config = {"configurable": {"thread_id": thread}}
        await client.chat_update(channel=channel, ts=ts, text="Approved.", blocks=[])
        answer: Command[Any] = Command(resume={interrupt_id: {"type": "approve"}})
        result = await agent.ainvoke(answer, config)  # type: ignore[call-overload]  # a plain dict will do
        text = result["messages"][-1].text
        await client.chat_postMessage(channel=channel, thread_ts=thread, text=text)

    async def on_message() -> None:
        """Everything that is no mention."""

    app.event("app_mention")(on_mention)
    app.event("message")(on_message)
    app.action("approve")(on_approve)
    return app


async def main() -> None:
    async with AsyncPostgresSaver.from_conn_string(os.environ["DATABASE_URL"]) as saver:
        handler = AsyncSocketModeHandler(build(saver), os.environ["SLACK_APP_TOKEN"])
        await handler.start_async()  # type: ignore[no-untyped-call]  # bolt


if __name__ == "__main__":
    asyncio.run(main())
