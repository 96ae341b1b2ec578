"""`chat.scheduleMessage` and its list: messages that Slack posts by itself later."""

import asyncio
from collections.abc import Mapping

from slack_local.model.errors import SlackError
from slack_local.model.records import JsonObject, Scheduled, new_id
from slack_local.model.slack import Slack
from slack_local.operations import messages
from slack_local.transport.delivery import Delivery
from slack_local.web_api.call import Call, Method
from slack_local.web_api.methods.chat import posting
from slack_local.web_api.pagination import page


async def schedule(call: Call) -> JsonObject:
    channel = posting.writable(call)
    post_at = posting.future_time(call)
    message = posting.compose(call, channel)  # refuses now what could not be posted then
    item = Scheduled(
        id=new_id("Q"),
        channel=channel.id,
        post_at=post_at,
        created=int(call.slack.clock.now()),
        arguments=dict(call.arguments),
    )
    call.slack.state.scheduled[item.id] = item
    call.slack.changes.notify("scheduled")
    shown = {
        "text": message.text,
        "bot_id": call.slack.app.bot_id,
        "type": "delayed_message",
        "blocks": message.blocks,
    }
    return {"channel": channel.id, "scheduled_message_id": item.id, "post_at": post_at, "message": shown}


async def listing(call: Call) -> JsonObject:
    channel = call.channel().id if call.text("channel") else None
    items = [s for s in call.slack.state.scheduled.values() if channel in (None, s.channel)]
    shown, metadata = page(call, sorted(items, key=lambda s: s.post_at), most=100)
    return {
        "scheduled_messages": [
            {
                "id": s.id,
                "channel_id": s.channel,
                "post_at": s.post_at,
                "date_created": s.created,
                "text": s.arguments.get("text", ""),
            }
            for s in shown
        ],
        "response_metadata": metadata,
    }


async def cancel(call: Call) -> JsonObject:
    channel = call.channel()
    item = call.slack.state.scheduled.get(call.required("scheduled_message_id"))
    if item is None or item.channel != channel.id:
        raise SlackError("invalid_scheduled_message_id")
    del call.slack.state.scheduled[item.id]
    return {}


async def post_when_due(slack: Slack, delivery: Delivery) -> None:
    """Post scheduled messages as their time comes; runs until it is cancelled."""
    while True:
        now = slack.clock.now()
        for item in [s for s in slack.state.scheduled.values() if s.post_at <= now]:
            del slack.state.scheduled[item.id]
            call = Call(
                slack=slack,
                delivery=delivery,
                socket=None,
                method="chat.postMessage",
                arguments=item.arguments,
            )
            try:
                messages.post(slack, delivery, posting.compose(call, posting.writable(call)))
            except SlackError as refused:
                slack.violation("scheduled message", refused.error, refused.messages)
        await asyncio.sleep(0.25)


METHODS: Mapping[str, Method] = {
    "chat.scheduleMessage": Method(run=schedule, scopes=posting.WRITE),
    "chat.scheduledMessages.list": Method(run=listing),
    "chat.deleteScheduledMessage": Method(run=cancel, scopes=posting.WRITE),
}
