"""Every payload has the keys that Slack's documentation shows for it: none is missing, none is ours.

Sources: docs.slack.dev/reference/events/*, docs.slack.dev/reference/interaction-payloads/*.
"""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.model.records import Message
from slack_local.workspace import LocalWorkspace

Obj = dict[str, Any]

ENVELOPE = {
    "token",
    "team_id",
    "context_team_id",
    "context_enterprise_id",
    "api_app_id",
    "event",
    "type",
    "event_id",
    "event_time",
    "authorizations",
    "is_ext_shared_channel",
    "event_context",
}
HUMAN = {"type", "user", "team", "text", "ts", "client_msg_id", "blocks"}
PLACE = {"channel", "channel_type", "event_ts"}
BOT = {"type", "user", "team", "text", "ts", "bot_id", "app_id", "bot_profile"}
INTERACTION = {"type", "team", "user", "api_app_id", "token", "enterprise", "is_enterprise_install"}
VIEW = {
    "id",
    "team_id",
    "type",
    "blocks",
    "private_metadata",
    "callback_id",
    "state",
    "hash",
    "title",
    "clear_on_close",
    "notify_on_close",
    "close",
    "submit",
    "previous_view_id",
    "root_view_id",
    "app_id",
    "external_id",
    "app_installed_team_id",
    "bot_id",
}
BUTTON = {
    "type": "actions",
    "block_id": "b",
    "elements": [
        {"type": "button", "action_id": "go", "value": "v", "text": {"type": "plain_text", "text": "Go"}}
    ],
}
FORM = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Form"},
    "notify_on_close": True,
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}],
}


@pytest.fixture
async def card(ws: LocalWorkspace, web_client: AsyncWebClient) -> Message:
    thread = await ws.alice.says("#ops", "root")
    posted = await web_client.chat_postMessage(
        channel=thread.channel, thread_ts=thread.ts, text="card", blocks=[BUTTON]
    )
    return ws.slack.state.channels[thread.channel].messages[posted["ts"]]


async def events(ws: LocalWorkspace, name: str) -> list[Obj]:
    await ws.delivery.idle()
    bodies = [attempt.body for attempt in ws.log.attempts(name) if attempt.attempt == 0]
    assert all(set(body) == ENVELOPE for body in bodies)
    return [body["event"] for body in bodies]


async def test_message_events(ws: LocalWorkspace) -> None:
    thread = await ws.alice.mentions("hello")
    await ws.bob.replies(thread, "me too")
    root, reply = await events(ws, "message")
    assert set(root) == HUMAN | PLACE
    assert set(reply) == HUMAN | PLACE | {"thread_ts", "parent_user_id"}
    (mention,) = await events(ws, "app_mention")
    assert set(mention) == HUMAN | {"channel", "event_ts"}


async def test_events_of_the_bots_message(
    ws: LocalWorkspace, card: Message, web_client: AsyncWebClient
) -> None:
    await web_client.chat_update(channel=card.channel, ts=card.ts, text="closed")
    await web_client.chat_delete(channel=card.channel, ts=card.ts)
    _, posted, changed, deleted = await events(ws, "message")
    assert set(posted) == BOT | PLACE | {"blocks", "thread_ts", "parent_user_id"}
    hidden = {"type", "subtype", "ts", "hidden"} | PLACE
    assert set(changed) == hidden | {"message", "previous_message"}
    assert set(changed["message"]) == BOT | {"edited", "thread_ts", "parent_user_id"}
    assert set(changed["previous_message"]) == BOT | {"blocks", "thread_ts", "parent_user_id"}
    assert set(deleted) == hidden | {"previous_message", "deleted_ts"}


async def test_reactions_and_homes(ws: LocalWorkspace, card: Message) -> None:
    await ws.alice.reacts(card, "eyes")
    (reaction,) = await events(ws, "reaction_added")
    assert set(reaction) == {"type", "user", "reaction", "item", "item_user", "event_ts"}
    assert set(reaction["item"]) == {"type", "channel", "ts"}
    await ws.alice.opens_home()
    (home,) = await events(ws, "app_home_opened")
    assert set(home) == {"type", "user", "channel", "event_ts", "tab"}


async def test_interactions(ws: LocalWorkspace, card: Message, web_client: AsyncWebClient) -> None:
    clicked = (await ws.alice.clicks(card, "go")).payload
    assert set(clicked) == INTERACTION | {
        "container",
        "trigger_id",
        "channel",
        "message",
        "state",
        "response_url",
        "actions",
    }
    assert set(clicked["container"]) == {"type", "message_ts", "channel_id", "is_ephemeral", "thread_ts"}
    assert set(clicked["actions"][0]) == {"type", "action_id", "block_id", "text", "value", "action_ts"}
    await web_client.views_open(trigger_id=clicked["trigger_id"], view=FORM)
    modal = await ws.alice.modal_opens()
    await ws.alice.submits(modal)
    await ws.alice.closes(modal)
    (submitted,) = (a.body for a in ws.log.attempts("view_submission"))
    assert set(submitted) == INTERACTION | {"trigger_id", "view", "response_urls"}
    assert set(submitted["view"]) == VIEW
    (closed,) = (a.body for a in ws.log.attempts("view_closed"))
    assert set(closed) == INTERACTION | {"view", "is_cleared"}
    shortcut = (await ws.alice.shortcuts("save", card)).payload
    assert set(shortcut) == INTERACTION | {
        "callback_id",
        "trigger_id",
        "response_url",
        "action_ts",
        "message_ts",
        "channel",
        "message",
    }


async def test_commands(ws: LocalWorkspace) -> None:
    await ws.alice.runs("/agent do it")
    (command,) = (a.body for a in ws.log.attempts("/agent"))
    assert set(command) == {
        "token",
        "team_id",
        "team_domain",
        "channel_id",
        "channel_name",
        "user_id",
        "user_name",
        "command",
        "text",
        "api_app_id",
        "is_enterprise_install",
        "response_url",
        "trigger_id",
    }
