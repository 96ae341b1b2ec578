"""Slack's events about people, groups and channels: they empty the caches."""

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

    for event in EVENTS:
        app.event(event)(on_change)
