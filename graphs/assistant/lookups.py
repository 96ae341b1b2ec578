"""The tools that only read. They run unasked, so they show no more than whoever asked could see."""

from typing import Annotated

from pydantic import Field

from graphs.assistant.directory import asker, channel_id, describe, is_guest, people_named
from graphs.assistant.slack import NotDone, Runtime, read, read_pages, slack_tool


@slack_tool
async def list_channels(runtime: Runtime) -> str:
    """List the public channels of this workspace with their topics."""
    if is_guest(await asker(runtime)):
        raise NotDone("whoever asked is a guest here, and guests do not see the list of channels.")
    pages = read_pages(
        runtime, "conversations.list", "channels", types="public_channel", exclude_archived=True
    )
    lines = []
    async for channel in pages:
        topic = (channel.get("topic") or {}).get("value")
        lines.append(f"#{channel['name']}" + (f": {topic}" if topic else ""))
    return "\n".join(lines) or "There are no public channels."


@slack_tool
async def find_person(
    name: Annotated[str, Field(min_length=2, description="All or part of a name or handle.")],
    runtime: Runtime,
) -> str:
    """Find people of this workspace by name."""
    if is_guest(await asker(runtime)):
        raise NotDone("whoever asked is a guest here, and guests do not see who else is.")
    people = await people_named(runtime, name, exactly=False)
    return "\n".join(map(describe, people)) or f"Nobody here has {name} in their name."


@slack_tool
async def read_channel(
    channel: Annotated[str, Field(description="The channel's name, like #ops.")],
    runtime: Runtime,
    count: Annotated[int, Field(ge=1, le=100, description="How many messages, the newest ones.")] = 20,
) -> str:
    """Read the newest messages of a public channel, or of the channel this conversation is in."""
    wanted = await channel_id(runtime, channel)
    # The answer goes to everyone in this thread, so a private channel stays closed even to its members here.
    if wanted != runtime.config["configurable"].get("slack_channel_id"):
        info = await read(runtime, "conversations.info", channel=wanted)
        if (
            info["channel"].get("is_private")
            or info["channel"].get("is_im")
            or is_guest(await asker(runtime))
        ):
            raise NotDone("only public channels can be read from here, and by full members of the workspace.")
    history = await read(runtime, "conversations.history", channel=wanted, limit=count)
    lines = [
        f"{said.get('user', 'an app')}: {said.get('text', '')}" for said in reversed(history["messages"])
    ]
    return "\n".join(lines) or "The channel is empty."


LOOKUPS = [list_channels, find_person, read_channel]
