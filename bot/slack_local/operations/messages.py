"""Changes of messages and memberships, by people or the bot: state and events together."""

from collections.abc import Iterable

from slack_local.model.records import Channel, Ephemeral, JsonObject, Message
from slack_local.model.slack import Slack
from slack_local.payloads import events
from slack_local.payloads.serializers import message_json
from slack_local.transport.delivery import Delivery


def post(slack: Slack, delivery: Delivery, message: Message) -> Message:
    """File a new message, show it, and tell the bot if it is subscribed."""
    slack.state.file_message(message)
    if message.by_bot and message.thread_ts is not None:
        # The agent has answered, so Slack removes its status.
        slack.state.statuses.pop((message.channel, message.thread_ts), None)
    slack.message_changed(message)
    delivery.events(events.message_events(slack, message))
    return message


def change(slack: Slack, delivery: Delivery, message: Message, **new: object) -> None:
    """Set fields of a message, show it, and send `message_changed`."""
    before = message_json(slack, message)
    for name, value in new.items():
        setattr(message, name, value)
    slack.message_changed(message)
    delivery.events(events.changed_events(slack, message, before))


def delete(slack: Slack, delivery: Delivery, message: Message) -> None:
    """Remove a message and send `message_deleted`."""
    before = message_json(slack, message)
    slack.state.remove_message(message)
    slack.message_changed(message)
    delivery.events(events.deleted_events(slack, message, before))


def post_ephemeral(
    slack: Slack,
    to: str,
    channel: str,
    text: str,
    *,
    blocks: list[JsonObject] | None = None,
    attachments: list[JsonObject] | None = None,
    thread_ts: str | None = None,
    by_slack: bool = False,
) -> Ephemeral:
    """Show something to one person only."""
    seen = Ephemeral(
        id=slack.log.next_seq(),
        channel=channel,
        ts=slack.clock.ts(),
        to=to,
        text=text,
        blocks=blocks or [],
        attachments=attachments or [],
        thread_ts=thread_ts,
        by_slack=by_slack,
    )
    slack.state.ephemerals[to].append(seen)
    slack.screen_changed(to)
    return seen


def join(
    slack: Slack, delivery: Delivery, channel: Channel, users: Iterable[str], inviter: str | None = None
) -> None:
    """Make people members of a channel, which it shows, and send `member_joined_channel` for each."""
    for user in users:
        if user in channel.members:
            continue
        channel.members[user] = None
        if "member_joined_channel" in slack.app.events and slack.app.bot_user in channel.members:
            delivery.events([events.joined_event(slack, user, channel, inviter)])
        _note(slack, delivery, channel, user, "channel_join", f"<@{user}> has joined the channel")


def leave(slack: Slack, delivery: Delivery, channel: Channel, user: str) -> None:
    """Take somebody out of a channel, which it shows."""
    if channel.members.pop(user, "nobody") is None:
        _note(slack, delivery, channel, user, "channel_leave", f"<@{user}> has left the channel")


def _note(slack: Slack, delivery: Delivery, channel: Channel, user: str, subtype: str, text: str) -> None:
    team = slack.state.users[user].team_id
    note = Message(channel=channel.id, ts=slack.clock.ts(), user=user, team=team, text=text, subtype=subtype)
    post(slack, delivery, note)
