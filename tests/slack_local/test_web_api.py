"""The Web API through the real slack-sdk client: what it answers, and each of its refusals."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.model.seed import ALL_SCOPES, App
from slack_local.workspace import LocalWorkspace

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


async def refusal(call: Any) -> Any:
    """The answer with which a call is refused."""
    with pytest.raises(SlackApiError) as refused:
        await call
    assert refused.value.response["ok"] is False
    return refused.value.response


async def error(call: Any) -> str:
    return str((await refusal(call))["error"])


@pytest.fixture
def general(ws: LocalWorkspace) -> str:
    return ws.channel_id("general")


async def test_who_am_i(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    me = await web_client.auth_test()
    assert me["team_id"] == ws.slack.team
    assert ws.slack.state.users[me["user_id"]].is_bot
    assert (await web_client.users_info(user=me["user_id"]))["user"]["is_bot"] is True
    assert (await web_client.bots_info(bot=me["bot_id"]))["bot"]["user_id"] == me["user_id"]


async def test_tokens_are_checked(ws: LocalWorkspace) -> None:
    assert await error(AsyncWebClient(base_url=ws.api_url).auth_test()) == "not_authed"
    assert await error(AsyncWebClient(token="xoxb-other", base_url=ws.api_url).auth_test()) == "invalid_auth"
    app_client = AsyncWebClient(token=ws.app_token, base_url=ws.api_url)
    assert await error(app_client.auth_test()) == "not_allowed_token_type"
    bot_client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
    assert await error(bot_client.apps_connections_open(app_token=ws.bot_token)) == "not_allowed_token_type"


async def test_a_missing_scope_is_named() -> None:
    scopes = frozenset(ALL_SCOPES) - {"chat:write"}
    async with LocalWorkspace(app=App(scopes=scopes)) as ws:
        client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
        refused = await refusal(client.chat_postMessage(channel=ws.channel_id("general"), text="x"))
    assert (refused["error"], refused["needed"]) == ("missing_scope", "chat:write")
    assert refused["provided"] == ",".join(sorted(scopes))


async def test_an_unknown_method(web_client: AsyncWebClient) -> None:
    assert await error(web_client.api_call("chat.shout")) == "unknown_method"


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


async def test_replies_and_history_come_in_pages(
    ws: LocalWorkspace, web_client: AsyncWebClient, general: str
) -> None:
    thread = await ws.alice.says("#general", "root")
    sent = [thread.ts]
    for number in range(7):
        reply = await web_client.chat_postMessage(channel=general, thread_ts=thread.ts, text=str(number))
        sent.append(reply["ts"])
    seen: list[str] = []
    async for page in await web_client.conversations_replies(channel=general, ts=thread.ts, limit=3):
        seen += [m["ts"] for m in page["messages"]]
    assert seen == sent
    roots = [(await ws.alice.says("#general", str(n))).ts for n in range(5)]
    newest: list[str] = []
    async for page in await web_client.conversations_history(channel=general, limit=2):
        newest += [m["ts"] for m in page["messages"]]
    assert newest == [*reversed(roots), thread.ts]
    assert (
        await error(web_client.conversations_history(channel=general, cursor="bm9wZQ==")) == "invalid_cursor"
    )
    assert await error(web_client.conversations_replies(channel=general, ts="1.2")) == "thread_not_found"


async def test_channels_and_people(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    named = {c["name"] for c in (await web_client.conversations_list())["channels"]}
    assert named == {"general", "approvals", "ops"}
    ims = (await web_client.conversations_list(types="im"))["channels"]
    assert ws.alice.id in {im["user"] for im in ims}
    guest = (await web_client.users_info(user=ws.gus.id))["user"]
    assert (guest["is_restricted"], guest["is_bot"]) == (True, False)
    stranger = (await web_client.users_info(user=ws.eve.id))["user"]
    assert stranger["is_stranger"] is True
    assert stranger["team_id"] != ws.slack.team
    assert await error(web_client.users_info(user="U0NOBODY")) == "user_not_found"
    assert await error(web_client.conversations_list(types="rooms")) == "invalid_types"


async def test_opening_inviting_and_making_channels(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    opened = await web_client.conversations_open(users=ws.alice.id)
    assert opened["channel"]["id"] == ws.alice.direct().id
    made = (await web_client.conversations_create(name="war-room"))["channel"]["id"]
    assert await error(web_client.conversations_create(name="war-room")) == "name_taken"
    assert await error(web_client.conversations_create(name="War Room")) == "invalid_name_specials"
    await web_client.conversations_invite(channel=made, users=[ws.alice.id, ws.bob.id])
    assert (await web_client.conversations_members(channel=made))["members"][1:] == [ws.alice.id, ws.bob.id]
    assert (
        await error(web_client.conversations_invite(channel=made, users=ws.alice.id)) == "already_in_channel"
    )
    assert await error(web_client.conversations_invite(channel=made, users="U0NOBODY")) == "user_not_found"


async def test_reactions(ws: LocalWorkspace, web_client: AsyncWebClient, general: str) -> None:
    thread = await ws.alice.says("#general", "root")
    await web_client.reactions_add(channel=general, timestamp=thread.ts, name="eyes")
    assert (
        await error(web_client.reactions_add(channel=general, timestamp=thread.ts, name="eyes"))
        == "already_reacted"
    )
    got = await web_client.reactions_get(channel=general, timestamp=thread.ts)
    assert got["message"]["reactions"] == [{"name": "eyes", "users": [ws.slack.app.bot_user], "count": 1}]
    await web_client.reactions_remove(channel=general, timestamp=thread.ts, name="eyes")
    assert (
        await error(web_client.reactions_remove(channel=general, timestamp=thread.ts, name="eyes"))
        == "no_reaction"
    )


async def test_a_file_goes_up_and_comes_down(
    ws: LocalWorkspace, web_client: AsyncWebClient, general: str
) -> None:
    thread = await ws.alice.says("#general", "root")
    done = await web_client.files_upload_v2(
        channel=general,
        thread_ts=thread.ts,
        content="all of it",
        filename="payload.json",
        initial_comment="here",
    )
    shared = thread.from_bot()[0]
    assert (shared.subtype, shared.text, shared.files[0]["id"]) == ("file_share", "here", done["file"]["id"])
    headers = {"Authorization": f"Bearer {ws.bot_token}"}
    async with aiohttp.ClientSession() as session:
        async with session.get(done["file"]["url_private"], headers=headers) as response:
            assert await response.text() == "all of it"
        async with session.get(done["file"]["url_private"]) as response:
            assert response.status == 403
    assert (await web_client.files_info(file=done["file"]["id"]))["content"] == "all of it"


async def test_a_stream_grows_and_stops(ws: LocalWorkspace, web_client: AsyncWebClient, general: str) -> None:
    thread = await ws.alice.says("#general", "root")
    stream = await web_client.chat_stream(
        channel=general,
        thread_ts=thread.ts,
        recipient_team_id=ws.slack.team,
        recipient_user_id=ws.alice.id,
        buffer_size=1,
    )
    await stream.append(markdown_text="Hello ")
    await stream.append(markdown_text="world")
    growing = thread.from_bot()[0]
    assert (growing.text, growing.streaming) == ("Hello world", True)
    await stream.stop()
    assert growing.streaming is False
    assert growing.blocks[0]["text"] == "Hello world"
    assert (
        await error(web_client.chat_appendStream(channel=general, ts=growing.ts, markdown_text="!"))
        == "message_not_in_streaming_state"
    )
    assert (
        await error(web_client.chat_startStream(channel=general, thread_ts=thread.ts))
        == "missing_recipient_team_id"
    )


async def test_a_paused_stream_ends_by_itself(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    thread = await ws.alice.dms("hello")
    started = await web_client.chat_startStream(
        channel=thread.channel, thread_ts=thread.ts, markdown_text="a"
    )
    ws.slack.clock.advance(301)
    assert (
        await error(web_client.chat_appendStream(channel=thread.channel, ts=started["ts"], markdown_text="b"))
        == "message_not_in_streaming_state"
    )


async def test_statuses(ws: LocalWorkspace, web_client: AsyncWebClient, general: str) -> None:
    thread = await ws.alice.says("#general", "root")
    await web_client.assistant_threads_setStatus(
        channel_id=general, thread_ts=thread.ts, status="is thinking"
    )
    assert ws.slack.status(general, thread.ts) == "is thinking"
    await web_client.assistant_threads_setStatus(channel_id=general, thread_ts=thread.ts, status="")
    assert ws.slack.status(general, thread.ts) is None
    session = await web_client.agents_sessions_setStatus(
        channel_id=general, thread_ts=thread.ts, status="suspended"
    )
    assert session["status"] == "suspended"
    assert (
        await error(
            web_client.agents_sessions_setStatus(channel_id=general, thread_ts=thread.ts, status="asleep")
        )
        == "invalid_arguments"
    )


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


async def test_json_where_slack_takes_forms_only_is_not_read(
    web_client: AsyncWebClient, general: str
) -> None:
    refused = await refusal(web_client.api_call("conversations.info", json={"channel": general}))
    assert refused["error"] == "invalid_arguments"


@pytest.fixture
async def raw(ws: LocalWorkspace) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_only_this_machine_gets_in(ws: LocalWorkspace, raw: aiohttp.ClientSession) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        async with raw.post(f"{ws.api_url}auth.test", headers=headers) as response:
            assert response.status == 403
    async with raw.post(f"{ws.api_url}api.test") as response:
        assert (await response.json())["ok"] is True


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


async def test_a_person_stops_an_agent(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    thread = await ws.alice.dms("work")
    with pytest.raises(NotPossibleError):
        await ws.alice.stops(thread)
    await web_client.agents_sessions_setStatus(
        channel_id=thread.channel, thread_ts=thread.ts, status="processing", title="Work"
    )
    stream = await web_client.chat_startStream(
        channel=thread.channel, thread_ts=thread.ts, markdown_text="so far"
    )
    await ws.alice.stops(thread)
    await ws.delivery.idle()
    stopped = ws.log.attempts("agent_session_stopped")[0]
    assert stopped.body["event"]["thread_ts"] == thread.ts
    assert stopped.body["event"]["streaming_message_ts"] == [stream["ts"]]
    assert (
        await error(
            web_client.chat_appendStream(channel=thread.channel, ts=stream["ts"], markdown_text="more")
        )
        == "stopped_by_user"
    )


async def test_a_streams_tasks_become_cards(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    thread = await ws.alice.dms("work")
    task = {"type": "task_update", "id": "t1", "title": "Look", "status": "in_progress"}
    started = await web_client.chat_startStream(channel=thread.channel, thread_ts=thread.ts, chunks=[task])
    done = task | {"status": "complete", "output": "found"}
    await web_client.chat_appendStream(
        channel=thread.channel, ts=started["ts"], chunks=[done], markdown_text="Here."
    )
    await web_client.chat_stopStream(channel=thread.channel, ts=started["ts"], session_status="active")
    message = thread.from_bot()[0]
    assert [b["type"] for b in message.blocks] == ["task_card", "markdown"]
    assert message.blocks[0]["status"] == "complete"
    assert ws.slack.state.sessions[thread.channel, thread.ts]["status"] == "active"
    again = await web_client.chat_startStream(channel=thread.channel, thread_ts=thread.ts, markdown_text="a")
    bad = web_client.chat_appendStream(channel=thread.channel, ts=again["ts"], chunks=[{"type": "text"}])
    assert await error(bad) == "invalid_chunks"


async def test_text_objects_come_back_with_their_flags(web_client: AsyncWebClient, general: str) -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x"}}
    posted = await web_client.chat_postMessage(channel=general, text="x", blocks=[SECTION, header])
    texts = [block["text"] for block in posted["message"]["blocks"]]
    assert texts == [
        {"type": "mrkdwn", "text": "x", "verbatim": False},
        {"type": "plain_text", "text": "x", "emoji": True},
    ]


async def test_a_stranger_can_write_but_not_call_the_app(ws: LocalWorkspace) -> None:
    await ws.eve.mentions("hello")
    await ws.delivery.idle()
    mention = ws.log.attempts("app_mention")[0]
    assert mention.body["event"]["user_team"] == ws.eve.user.team_id != mention.body["team_id"]
    assert mention.body["is_ext_shared_channel"] is True
    with pytest.raises(NotPossibleError):
        await ws.eve.runs("/agent hi")
    with pytest.raises(NotPossibleError):
        await ws.eve.dms("hi")


async def test_what_people_type_is_marked_up_as_slack_does(ws: LocalWorkspace) -> None:
    thread = await ws.alice.says("#general", "@bob a<b & https://x.example/?a=1&b=2 me@x.example @nobody")
    (typed,) = thread.messages()
    assert typed.text == (
        f"<@{ws.bob.id}> a&lt;b &amp; <https://x.example/?a=1&amp;b=2>"
        " <mailto:me@x.example|me@x.example> @nobody"
    )
    kinds = [e["type"] for e in typed.blocks[0]["elements"][0]["elements"]]
    assert kinds == ["user", "text", "link", "text", "link", "text"]


async def test_files_are_checked_at_each_step(
    ws: LocalWorkspace, web_client: AsyncWebClient, general: str
) -> None:
    assert await error(web_client.api_call("files.getUploadURLExternal", params={"filename": "a"})) == (
        "invalid_arguments"
    )
    place = await web_client.files_getUploadURLExternal(filename="a.bin", length=3)
    files = [{"id": place["file_id"]}]
    assert await error(web_client.files_completeUploadExternal(files=files)) == "file_not_found"
    async with aiohttp.ClientSession() as session:
        async with session.post(place["upload_url"], data=b"four") as response:
            assert response.status == 400
        async with session.post(place["upload_url"], data=b"abc") as response:
            assert (response.status, await response.text()) == (200, "OK - 3")
        async with session.post(place["upload_url"], data=b"abc") as response:
            assert response.status == 404
    assert await error(web_client.files_info(file=place["file_id"])) == "file_not_found"
    nowhere = web_client.files_completeUploadExternal(files=files, channel_id="C0NOWHERE")
    assert await error(nowhere) == "channel_not_found"
    await web_client.files_completeUploadExternal(files=files, channel_id=general)
    assert (await web_client.files_info(file=place["file_id"]))["file"]["channels"] == [general]


async def test_a_session_is_renamed_and_a_thread_titled(
    ws: LocalWorkspace, web_client: AsyncWebClient, general: str
) -> None:
    thread = await ws.alice.says("#general", "root")
    rename = {"channel_id": general, "thread_ts": thread.ts, "title": "New"}
    assert await error(web_client.agents_sessions_rename(**rename)) == "session_not_found"
    await web_client.agents_sessions_setStatus(channel_id=general, thread_ts=thread.ts, status="active")
    await web_client.agents_sessions_rename(**rename)
    assert ws.slack.state.sessions[general, thread.ts]["title"] == "New"
    await web_client.assistant_threads_setTitle(channel_id=general, thread_ts=thread.ts, title="Newer")
    assert ws.slack.state.sessions[general, thread.ts]["title"] == "Newer"


async def test_an_unsubscribed_stop_button_is_warned_of(general: str) -> None:
    async with LocalWorkspace(app=App(events=frozenset({"message.channels"}))) as ws:
        thread = await ws.alice.says("#general", "root")
        client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
        answer = await client.agents_sessions_setStatus(
            channel_id=thread.channel, thread_ts=thread.ts, status="processing"
        )
    assert answer["warning"] == "missing_agent_session_stopped_event_subscription"


async def test_the_channels_of_a_user(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    side = ws.add_channel("side", [ws.alice])
    of_alice = (await web_client.users_conversations(user=ws.alice.id, types="public_channel"))["channels"]
    of_bob = (await web_client.users_conversations(user=ws.bob.id, types="public_channel"))["channels"]
    assert {c["id"] for c in of_alice} - {c["id"] for c in of_bob} == {side}


async def test_user_groups_and_who_is_in_them(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    leads = ws.add_user_group("leads", [ws.alice])
    groups = {group["handle"]: group for group in (await web_client.usergroups_list())["usergroups"]}
    assert (groups["leads"]["id"], groups["leads"]["date_delete"]) == (leads.id, 0)
    assert "users" not in groups["leads"]
    with_users = (await web_client.usergroups_list(include_users=True))["usergroups"]
    assert {group["handle"]: group["users"] for group in with_users} == {
        "finance": [ws.bob.id, ws.carol.id],
        "leads": [ws.alice.id],
    }
    leads.members.append(ws.bob.id)
    assert (await web_client.usergroups_users_list(usergroup=leads.id))["users"] == [ws.alice.id, ws.bob.id]
    leads.is_disabled = True
    assert await error(web_client.usergroups_users_list(usergroup=leads.id)) == "no_such_subteam"
    listed = (await web_client.usergroups_list())["usergroups"]
    assert [group["handle"] for group in listed] == ["finance"]
    assert await error(web_client.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"
