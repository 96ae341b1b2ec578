"""Slack's events about people, groups and channels: they empty the caches, and are looked at for approvals
that nobody is left for; or they give a channel a new id."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.slack.listeners.context import ListenerContext

EVENTS = (
    "member_joined_channel",
    "member_left_channel",
    "channel_rename",
    "channel_archive",
    "group_rename",
    "group_archive",
    "subteam_created",
    "subteam_updated",
    "subteam_members_changed",
    "user_change",
)


def register(app: AsyncApp, context: ListenerContext) -> None:
    """Slack sends an event to one process: the caches of the others expire within their maximum age."""

    async def on_change() -> None:
        context.client.forget_people()
        if context.check_shortages is not None:
            context.background_tasks.start("check_shortages", context.check_shortages())

    async def on_new_channel_id(event: dict[str, Any]) -> None:
        old, new, ts = (event.get(key) for key in ("old_channel_id", "new_channel_id", "event_ts"))
        if isinstance(old, str) and isinstance(new, str) and isinstance(ts, str) and old != new:
            await context.channel_ids.changed(old, new, ts)
            context.client.forget_people()

    app.event("channel_id_changed")(on_new_channel_id)
    for event in EVENTS:
        app.event(event)(on_change)
