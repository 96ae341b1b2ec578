"""The Web API through the real slack-sdk client: what it answers, and each of its refusals."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.model.seed import ALL_SCOPES, App
from slack_local.workspace import LocalWorkspace
from tests.slack_local.web_api.refusals import error, refusal


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
