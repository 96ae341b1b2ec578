"""Posting, updating and deleting messages through the real slack-sdk client, and each refusal."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.model.seed import ALL_SCOPES, App
from slack_local.workspace import LocalWorkspace
from tests.slack_local.web_api.refusals import error, refusal

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


async def test_posting_in_its_two_encodings(
    ws: LocalWorkspace, web_client: AsyncWebClient, general: str
) -> None:
    as_json = await web_client.chat_postMessage(channel=general, text="a", blocks=[SECTION])
    as_form = await web_client.api_call(
        "chat.postMessage",
        data={"channel": general, "text": "b", "blocks": '[{"type":"divider"}]', "unfurl_links": "false"},
    )
    history = await web_client.conversations_history(channel=general)
    assert [m["ts"] for m in history["messages"]] == [as_form["ts"], as_json["ts"]]
    assert [m["blocks"][0]["type"] for m in history["messages"]] == ["divider", "section"]
    assert history["messages"][0]["bot_id"] == ws.slack.app.bot_id


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "  \n"}, "no_text"),
        ({"text": "x", "blocks": [{"type": "x"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": "{"}, "invalid_blocks_format"),
        ({"blocks": [SECTION | {"text": {"type": "mrkdwn", "text": "x" * 3000}}] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "thread_ts": "1.2"}, "thread_not_found"),
        ({"text": "x", "metadata": {"event_type": "t"}}, "invalid_metadata_schema"),
        ({"text": "x", "metadata": {"event_payload": {}}}, "invalid_metadata_format"),
        ({"markdown_text": "x", "text": "y"}, "markdown_text_conflict"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
    ],
)
async def test_what_cannot_be_posted(
    web_client: AsyncWebClient, general: str, arguments: dict[str, Any], expected: str
) -> None:
    assert (
        await error(web_client.api_call("chat.postMessage", json={"channel": general, **arguments}))
        == expected
    )
    assert (await web_client.conversations_history(channel=general))["messages"] == []


async def test_blocks_are_refused_with_reasons(web_client: AsyncWebClient, general: str) -> None:
    refused = await refusal(
        web_client.chat_postMessage(channel=general, text="x", blocks=[{"type": "header", "text": {}}])
    )
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] missing required field: type [json-pointer:/blocks/0/text]"
    ]


async def test_where_the_bot_cannot_post(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    assert await error(web_client.chat_postMessage(channel="C0NOWHERE", text="x")) == "channel_not_found"
    missing = await refusal(web_client.api_call("chat.postMessage", json={"text": "x"}))
    assert missing["error"] == "invalid_arguments"
    assert missing["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]
    made = (await web_client.conversations_create(name="elsewhere"))["channel"]["id"]
    del ws.slack.state.channels[made].members[ws.slack.app.bot_user]
    ws.slack.app = App(scopes=frozenset(ALL_SCOPES) - {"chat:write.public"})
    assert await error(web_client.chat_postMessage(channel=made, text="x")) == "not_in_channel"
    assert await error(web_client.conversations_history(channel=made)) == "not_in_channel"
    ws.slack.state.channels[made].is_archived = True
    ws.slack.state.channels[made].members[ws.slack.app.bot_user] = None
    assert await error(web_client.chat_postMessage(channel=made, text="x")) == "is_archived"
    assert await error(web_client.conversations_join(channel=made)) == "is_archived"


async def test_update_and_delete(ws: LocalWorkspace, web_client: AsyncWebClient, general: str) -> None:
    posted = await web_client.chat_postMessage(channel=general, text="x", blocks=[SECTION])
    await web_client.chat_update(channel=general, ts=posted["ts"], text="y")
    shown = (await web_client.conversations_history(channel=general))["messages"][0]
    assert shown["text"] == "y"
    assert "blocks" not in shown
    assert shown["edited"]["user"] == ws.slack.app.bot_user
    human = (await ws.alice.says("#general", "mine")).messages()[0]
    assert (
        await error(web_client.chat_update(channel=general, ts=human.ts, text="z")) == "cant_update_message"
    )
    assert await error(web_client.chat_delete(channel=general, ts=human.ts)) == "cant_delete_message"
    assert await error(web_client.chat_update(channel=general, ts="1.2", text="z")) == "message_not_found"
    await web_client.chat_delete(channel=general, ts=posted["ts"])
    assert await error(web_client.chat_delete(channel=general, ts=posted["ts"])) == "message_not_found"


async def test_ephemerals_are_seen_by_one_and_cannot_be_updated(
    ws: LocalWorkspace, web_client: AsyncWebClient, general: str
) -> None:
    whispered = await web_client.chat_postEphemeral(channel=general, user=ws.bob.id, text="psst")
    assert [e.text for e in ws.bob.ephemerals] == ["psst"]
    assert ws.alice.ephemerals == []
    assert (await web_client.conversations_history(channel=general))["messages"] == []
    assert (
        await error(web_client.chat_update(channel=general, ts=whispered["message_ts"], text="x"))
        == "message_not_found"
    )
    ops = ws.slack.state.channels[ws.channel_id("ops")]
    del ops.members[ws.bob.id]
    assert (
        await error(web_client.chat_postEphemeral(channel=ops.id, user=ws.bob.id, text="x"))
        == "user_not_in_channel"
    )


async def test_a_message_is_found_again_by_its_metadata(
    ws: LocalWorkspace, web_client: AsyncWebClient, general: str
) -> None:
    thread = await ws.alice.says("#general", "root")
    key = {"event_type": "outbox", "event_payload": {"key": "k1"}}
    posted = await web_client.chat_postMessage(
        channel=general, thread_ts=thread.ts, text="card", metadata=key
    )
    with_metadata = await web_client.conversations_replies(
        channel=general, ts=thread.ts, include_all_metadata=True, oldest=thread.ts
    )
    assert [m["ts"] for m in with_metadata["messages"] if m.get("metadata") == key] == [posted["ts"]]
    without = await web_client.conversations_replies(channel=general, ts=thread.ts)
    assert all("metadata" not in m for m in without["messages"])


async def test_a_scheduled_message_is_posted_when_its_time_comes(
    ws: LocalWorkspace, web_client: AsyncWebClient, general: str
) -> None:
    now = int(ws.slack.clock.now())
    assert (
        await error(web_client.chat_scheduleMessage(channel=general, post_at=now - 5, text="x"))
        == "time_in_past"
    )
    later = await web_client.chat_scheduleMessage(channel=general, post_at=now + 3600, text="later")
    dropped = await web_client.chat_scheduleMessage(channel=general, post_at=now + 3600, text="never")
    await web_client.chat_deleteScheduledMessage(
        channel=general, scheduled_message_id=dropped["scheduled_message_id"]
    )
    listed = await web_client.chat_scheduledMessages_list(channel=general)
    assert [s["id"] for s in listed["scheduled_messages"]] == [later["scheduled_message_id"]]
    ws.slack.clock.advance(3601)
    channel = ws.slack.state.channels[general]
    posted = await ws.slack.changes.wait_for(
        ("channel", general), lambda: list(channel.messages.values()), limit=5, what="the scheduled message"
    )
    assert [m.text for m in posted] == ["later"]


async def test_an_update_takes_less_text_than_a_post(web_client: AsyncWebClient, general: str) -> None:
    posted = await web_client.chat_postMessage(channel=general, text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000
    await web_client.chat_update(channel=general, ts=posted["ts"], text="x" * 4_000)
    assert (
        await error(web_client.chat_update(channel=general, ts=posted["ts"], text="x" * 4_001))
        == "msg_too_long"
    )


async def test_metadata_stays_in_an_update_until_it_is_emptied(
    web_client: AsyncWebClient, general: str
) -> None:
    key = {"event_type": "outbox", "event_payload": {"key": "k1"}}
    posted = await web_client.chat_postMessage(channel=general, text="x", metadata=key)
    kept = await web_client.chat_update(channel=general, ts=posted["ts"], text="y")
    assert kept["message"]["metadata"] == key
    emptied = await web_client.api_call(
        "chat.update", json={"channel": general, "ts": posted["ts"], "text": "z", "metadata": {}}
    )
    assert "metadata" not in emptied["message"]


async def test_only_posting_takes_a_channels_name(web_client: AsyncWebClient, general: str) -> None:
    posted = await web_client.chat_postMessage(channel="#general", text="x")
    assert posted["channel"] == general
    assert (
        await error(web_client.chat_update(channel="#general", ts=posted["ts"], text="y"))
        == "channel_not_found"
    )


async def test_text_objects_come_back_with_their_flags(web_client: AsyncWebClient, general: str) -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x"}}
    posted = await web_client.chat_postMessage(channel=general, text="x", blocks=[SECTION, header])
    texts = [block["text"] for block in posted["message"]["blocks"]]
    assert texts == [
        {"type": "mrkdwn", "text": "x", "verbatim": False},
        {"type": "plain_text", "text": "x", "emoji": True},
    ]
