"""What is asked for an answer that streams, and what the thread shows of it."""

import json
from typing import Any

from slack_local.model.records import Message
from slack_local.people.threads import Thread
from tests.support.stage import Stage

A_MINUTE = 70.0  # seconds, of Slack's limits, and a little more


async def asks(stage: Stage, **wish: Any) -> Thread:
    return await stage.ws.carol.mentions(f"streams: {json.dumps(wish)}")


async def streams(thread: Thread, words: str = "") -> Message:
    """Wait for the stream that shows these words, or a plan.

    A bot begins ten streams a minute, and the tests before this one may have had them.
    """

    def shown(message: Message) -> bool:
        return words in written(message) if words else "plan" in {each["type"] for each in message.blocks}

    return await thread.wait_for(lambda message: message.streaming and shown(message), limit=A_MINUTE)


def methods(stage: Stage, thread: Thread, since: int) -> list[str]:
    """The calls that wrote in this thread, in order, without those that show a status."""
    ours = {message.ts for message in thread.messages()} | {thread.ts}
    return [
        call.method
        for call in stage.ws.log.calls(since=since)
        if call.method.startswith("chat.")
        and call.ok
        and {call.arguments.get("thread_ts"), call.arguments.get("ts")} & ours
    ]


def written(message: Message) -> str:
    return "".join(str(block.get("text")) for block in message.blocks if block["type"] == "markdown")


def plans(thread: Thread) -> list[Any]:
    return [block for message in thread.from_bot() for block in message.blocks if block["type"] == "plan"]


def steps(plan: Any) -> list[tuple[str, str]]:
    return [(task["title"], task["status"]) for task in plan["tasks"]]
