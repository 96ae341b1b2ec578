"""The tools that change something in Slack. Each waits for a person's approval.

Their names, arguments and descriptions are what an approver reads on the card and edits in its form.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from graphs.assistant.directory import asker, channel_id, person_id
from graphs.assistant.slack import NotDone, Runtime, change, post, slack_tool

Channel = Annotated[str, Field(description="The channel's name, like #ops.")]


@slack_tool
async def post_message(
    channel: Channel,
    text: Annotated[str, Field(min_length=1, description="The message, exactly as it will appear.")],
    runtime: Runtime,
) -> str:
    """Post a message to a channel, in the bot's name."""
    await post(runtime, await channel_id(runtime, channel), text)
    return f"The message is in {shown(channel)}."


@slack_tool
async def schedule_reminder(
    channel: Channel,
    text: Annotated[str, Field(min_length=1, description="The reminder, exactly as it will appear.")],
    at: Annotated[
        datetime,
        Field(description="When to post it, ISO 8601; without an offset, in the time zone of whoever asked."),
    ],
    runtime: Runtime,
) -> str:
    """Schedule a reminder that the bot posts to a channel later."""
    channel_to_post_in = await channel_id(runtime, channel)
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone_of(await asker(runtime)))
    if at <= datetime.now(UTC):
        raise NotDone(f"{at.isoformat()} is in the past.")
    await change(
        runtime,
        "chat.scheduleMessage",
        channel=channel_to_post_in,
        text=escaped(text),
        post_at=int(at.timestamp()),
        unfurl_links=False,
        unfurl_media=False,
    )
    return f"The reminder for {shown(channel)} is set for {at:%A %d %B %Y, %H:%M} ({at:UTC%z})."


@slack_tool
async def invite_to_channel(
    channel: Channel,
    people: Annotated[list[str], Field(min_length=1, description="Who to invite, by name, like @bob.")],
    runtime: Runtime,
) -> str:
    """Invite people to a channel; they can then read all of it."""
    target = await channel_id(runtime, channel)
    users = [await person_id(runtime, person) for person in people]
    await change(runtime, "conversations.invite", channel=target, users=",".join(users))
    return f"Invited to {shown(channel)}: {', '.join(people)}."


ACTIONS = [post_message, schedule_reminder, invite_to_channel]


def shown(channel: str) -> str:
    """Return a channel as people write it, also where Slack's own markup was given."""
    if match := re.fullmatch(r"<#\w+\|([^>]+)>", channel):
        return f"#{match[1]}"
    return channel if channel.startswith(("#", "<")) else f"#{channel}"


def zone_of(person: dict[str, Any]) -> tzinfo:
    """Return a person's time zone; by its name, since an offset would miss a clock change on the way."""
    try:
        return ZoneInfo(person.get("tz") or "")
    except (ZoneInfoNotFoundError, ValueError):
        return timezone(timedelta(seconds=person.get("tz_offset") or 0))


def escaped(text: str) -> str:
    """Take from a model's text the power to notify a whole channel (Slack's three control characters)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
