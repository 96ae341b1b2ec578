"""What people can do besides asking and pressing, and that the bot hears of it."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.people.writing import MAX_INPUT_FILE
from slack_local.workspace import LocalWorkspace
from tests.slack_local.conftest import bolt_app, over_socket


async def heard(ws: LocalWorkspace, name: str) -> list[dict[str, Any]]:
    """The events of that type that were sent, each once."""
    await ws.delivery.idle()
    return [attempt.body["event"] for attempt in ws.log.attempts(name) if attempt.attempt == 0]


async def test_a_person_shares_a_file(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    await ws.alice.says("#ops", "look", files={"a.txt": b"hello"})
    (event,) = await heard(ws, "message")
    assert event["subtype"] == "file_share"
    content = await web_client.files_info(file=event["files"][0]["id"])
    assert content["content"] == "hello"


async def test_a_forms_file_is_nobodys_message(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    file = await ws.alice.uploads("A.TXT", b"hello")
    assert file["filetype"] == "txt"
    assert file["channels"] == []
    assert (await web_client.files_info(file=file["id"]))["file"]["user"] == ws.alice.id
    with pytest.raises(NotPossibleError):
        await ws.alice.uploads("a.txt", b"x" * (MAX_INPUT_FILE + 1))


async def test_a_link_is_escaped_in_the_text_and_bare_in_the_block(ws: LocalWorkspace) -> None:
    await ws.alice.says("#ops", "see https://x.example/a?b=1&c=2")
    (event,) = await heard(ws, "message")
    assert event["text"] == "see <https://x.example/a?b=1&amp;c=2>"
    (section,) = event["blocks"][0]["elements"]
    assert section["elements"][1] == {"type": "link", "url": "https://x.example/a?b=1&c=2"}


async def test_a_reaction_is_taken_back(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    thread = await ws.alice.says("#ops", "look")
    (message,) = thread.messages()
    await ws.bob.reacts(message, "eyes")
    await ws.alice.reacts(message, "eyes")
    await ws.alice.unreacts(message, "eyes")
    await ws.alice.unreacts(message, "eyes")
    assert message.reactions == {"eyes": [ws.bob.id]}
    await ws.bob.unreacts(message, "eyes")
    assert message.reactions == {}
    assert [e["user"] for e in await heard(ws, "reaction_removed")] == [ws.alice.id, ws.bob.id]


async def test_a_command_begins_with_a_slash(ws: LocalWorkspace) -> None:
    with pytest.raises(NotPossibleError):
        await ws.alice.runs("agent graphs")
    assert ws.log.attempts() == []


async def test_joining_and_leaving_shows_and_is_sent(ws: LocalWorkspace) -> None:
    channel = ws.add_channel("side", [ws.alice])
    with pytest.raises(NotPossibleError):
        await ws.bob.says("#side", "hello")
    await ws.bob.joins("#side")
    await ws.bob.leaves("#side")
    assert [e["user"] for e in await heard(ws, "member_joined_channel")] == [ws.bob.id]
    assert [e["subtype"] for e in await heard(ws, "message")] == ["channel_join", "channel_leave"]
    assert ws.bob.id not in ws.slack.state.channels[channel].members


async def test_a_private_channel_is_hidden_until_the_bot_is_invited(
    ws: LocalWorkspace, web_client: AsyncWebClient
) -> None:
    channel = ws.add_channel("secret", [ws.alice], private=True)
    await ws.alice.says(channel, "with the bot")
    (event,) = await heard(ws, "message")
    assert event["channel_type"] == "group"
    with pytest.raises(NotPossibleError):
        await ws.bob.joins("#secret")
    await ws.alice.invites(ws.bob.id, channel)
    assert (await web_client.conversations_members(channel=channel))["members"][-1] == ws.bob.id


async def test_a_bot_outside_a_channel_hears_nothing_of_it(ws: LocalWorkspace) -> None:
    channel = ws.slack.state.channels[ws.channel_id("ops")]
    del channel.members[ws.slack.app.bot_user]
    await ws.alice.mentions("hello", channel="#ops")
    assert await heard(ws, "app_mention") == []
    await ws.alice.invites(ws.slack.app.bot_user, "#ops")
    await ws.alice.mentions("hello", channel="#ops")
    assert len(await heard(ws, "app_mention")) == 1


async def test_edits_and_deletions_are_sent_with_what_was_before(ws: LocalWorkspace) -> None:
    (message,) = (await ws.alice.says("#ops", "one")).messages()
    await ws.alice.edits(message, "two")
    await ws.alice.deletes(message)
    with pytest.raises(NotPossibleError):
        await ws.bob.edits(message, "three")
    _, changed, deleted = await heard(ws, "message")
    assert (changed["subtype"], changed["hidden"]) == ("message_changed", True)
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("one", "two")
    assert changed["message"]["edited"]["user"] == ws.alice.id
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", message.ts)


async def test_a_deleted_root_with_replies_leaves_a_tombstone(
    ws: LocalWorkspace, web_client: AsyncWebClient
) -> None:
    thread = await ws.alice.says("#ops", "root")
    await ws.bob.replies(thread, "reply")
    await ws.alice.deletes(thread.messages()[0])
    replies = await web_client.conversations_replies(channel=thread.channel, ts=thread.ts)
    assert [m.get("subtype") for m in replies["messages"]] == ["tombstone", None]


async def test_the_bots_own_messages_are_events_too(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    posted = await web_client.chat_postMessage(channel=ws.channel_id("ops"), text="mine")
    named = await web_client.chat_postMessage(channel=ws.channel_id("ops"), text="mine", username="Other")
    own, as_other = await heard(ws, "message")
    assert (own["ts"], own["bot_id"], own.get("subtype")) == (posted["ts"], ws.slack.app.bot_id, None)
    assert (as_other["ts"], as_other["subtype"], as_other["username"]) == (
        named["ts"],
        "bot_message",
        "Other",
    )


async def test_an_external_select_asks_the_bot(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    app = bolt_app(ws)
    found = {"text": {"type": "plain_text", "text": "Berlin"}, "value": "b"}

    @app.options("city")
    async def offer(ack: Any, payload: dict[str, Any]) -> None:
        await ack(options=[found] if payload["value"] == "ber" else [])

    chosen: list[str] = []

    @app.action("city")
    async def choose(ack: Any, action: dict[str, Any]) -> None:
        chosen.append(action["selected_option"]["value"])
        await ack()

    select = {"type": "external_select", "action_id": "city", "min_query_length": 1}
    blocks = [{"type": "actions", "elements": [select]}]
    async with over_socket(app, ws):
        posted = await web_client.chat_postMessage(channel=ws.channel_id("ops"), text="Where?", blocks=blocks)
        message = ws.slack.state.channels[posted["channel"]].messages[posted["ts"]]
        assert await ws.alice.searches(message, "city", "x") == []
        (option,) = await ws.alice.searches(message, "city", "ber")
        assert (await ws.alice.clicks(message, "city", value=option)).error is None
    assert chosen == ["b"]


async def test_another_person_and_their_flags(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    gina = ws.add_person("gina", is_ultra_restricted=True)
    await gina.mentions("hello", channel="#ops")
    shown = (await web_client.users_info(user=gina.id))["user"]
    assert (shown["is_restricted"], shown["is_ultra_restricted"]) == (True, True)
    assert len(await heard(ws, "app_mention")) == 1


async def test_context_and_home_are_sent(ws: LocalWorkspace) -> None:
    await ws.alice.looks_at("#ops")
    await ws.alice.looks_at(None)
    await ws.alice.opens_home()
    contexts = [e["context"] for e in await heard(ws, "app_context_changed")]
    assert [c.get("entities", [{}])[0].get("value") for c in contexts] == [ws.channel_id("ops"), None]
    (home,) = await heard(ws, "app_home_opened")
    assert (home["tab"], home["channel"]) == ("home", ws.alice.direct().id)


async def test_a_language_that_somebody_sets_is_in_users_info_and_the_app_is_told(
    ws: LocalWorkspace, web_client: AsyncWebClient
) -> None:
    await ws.bob.sets_language("ko-KR")
    answer = await web_client.users_info(user=ws.bob.id, include_locale=True)
    assert answer["user"]["locale"] == "ko-KR"
    (event,) = await heard(ws, "user_change")
    assert (event["user"]["id"], event["user"]["locale"]) == (ws.bob.id, "ko-KR")


async def test_a_button_is_pressed_by_its_label(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    app = bolt_app(ws)
    pressed: list[str] = []

    @app.action("open:form")
    async def press(ack: Any, action: dict[str, Any]) -> None:
        pressed.append(action["value"])
        await ack()

    button = {"type": "button", "action_id": "open:form", "value": "reorder"}
    label = {"text": {"type": "plain_text", "text": "Fill in the form"}}
    blocks = [{"type": "actions", "elements": [button | label]}]
    async with over_socket(app, ws):
        posted = await web_client.chat_postMessage(channel=ws.channel_id("ops"), text="Start", blocks=blocks)
        message = ws.slack.state.channels[posted["channel"]].messages[posted["ts"]]
        assert (await ws.alice.clicks(message, "Fill in the form")).error is None
        with pytest.raises(NotPossibleError):
            await ws.alice.clicks(message, "Fill in another form")
    assert pressed == ["reorder"]
