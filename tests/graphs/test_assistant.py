"""The assistant on the real engine, with the scripted model over the wire."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from countersign.demo.model import ScriptedModel
from tests.graphs.driving import HERE, Thread, load
from tests.graphs.memory_host import CrashError, MemoryHost

APPROVE = {"type": "approve"}
OPS = "C00000001"


@pytest.fixture
def assistant(thread_of: Callable[[str], Thread]) -> Thread:
    return thread_of("assistant")


def edit(name: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "edit", "edited_action": {"name": name, "args": arguments}}


async def test_an_approved_message_is_posted_once_under_the_calls_key(
    assistant: Thread, host: MemoryHost
) -> None:
    await assistant.say("post 'hello' to #ops")
    asked = await assistant.the_pending()
    assert (asked["type"], asked["name"]) == ("tool_approval", "post_message")
    assert asked["args"] == {"channel": "#ops", "text": "hello"}
    assert host.posts == {}
    await assistant.answer(APPROVE)
    assert host.posts == {f"{assistant.id}:{asked['tool_call_id']}": (OPS, "hello")}
    assert await assistant.last_words() == "The message is in #ops."


async def test_a_rejected_message_is_not_posted_and_its_reason_is_taken_up(
    assistant: Thread, host: MemoryHost
) -> None:
    await assistant.say("post 'hello' to #ops")
    await assistant.answer({"type": "reject", "message": "wrong channel"})
    assert host.posts == {}
    assert await assistant.last_words() == "Understood, I did not post to #ops. Your reason: wrong channel"


async def test_a_rejection_needs_no_reason(assistant: Thread) -> None:
    await assistant.say("post 'hello' to #ops")
    await assistant.answer({"type": "reject"})
    assert await assistant.last_words() == "All right, I did not post to #ops."


async def test_the_edited_message_is_the_one_that_is_posted(assistant: Thread, host: MemoryHost) -> None:
    await assistant.say("post 'hello' to #ops")
    await assistant.answer(edit("post_message", channel="#general", text="good morning"))
    assert list(host.posts.values()) == [("C00000002", "good morning")]
    assert "as you edited it" in await assistant.last_words()


async def test_several_calls_wait_apart_and_are_answered_in_any_order(
    assistant: Thread, host: MemoryHost
) -> None:
    await assistant.say("post 'A' to #ops and 'B' to #general")
    first, second = await assistant.pending()
    assert [first.value["args"]["text"], second.value["args"]["text"]] == ["A", "B"]
    await assistant.answer(APPROVE, second)
    assert await assistant.pending() == (first,)
    await assistant.answer({"type": "reject", "message": "later"}, first)
    assert list(host.posts.values()) == [("C00000002", "B")]
    assert await assistant.last_words() == (
        "Understood, I did not post to #ops. Your reason: later\nThe message is in #general."
    )


async def test_an_answer_that_is_not_allowed_leaves_the_call_answerable(
    assistant: Thread, host: MemoryHost
) -> None:
    await assistant.say("post 'hello' to #ops")
    (waiting,) = await assistant.pending()
    for wrong in (
        {"type": "respond", "message": "no"},
        edit("invite_to_channel"),
        edit("post_message", text=1),
    ):
        with pytest.raises(ValueError, match="validation error"):
            await assistant.answer(wrong)
    assert await assistant.pending() == (waiting,)
    await assistant.answer(APPROVE)
    assert len(host.posts) == 1


async def test_people_are_invited_by_their_ids(assistant: Thread, host: MemoryHost) -> None:
    await assistant.say("invite @alice and bob to #ops")
    assert (await assistant.the_pending())["args"] == {"channel": "#ops", "people": ["@alice", "bob"]}
    await assistant.answer(APPROVE)
    assert host.made("conversations.invite") == [{"channel": OPS, "users": "U00000001,U00000002"}]


async def test_a_name_that_fits_two_people_is_asked_back(assistant: Thread, host: MemoryHost) -> None:
    await assistant.say("invite 'Bob Baum' to #ops")
    await assistant.answer(APPROVE)
    assert host.made("conversations.invite") == []
    assert "@bob, U00000002" in await assistant.last_words()
    assert "@bob2, U00000003" in await assistant.last_words()


async def test_someone_is_found_by_a_whole_address_but_not_by_a_part_of_it(assistant: Thread) -> None:
    await assistant.say("find alice@example.com")
    assert "U00000001" in await assistant.last_words()
    await assistant.say("find example")
    assert await assistant.last_words() == "Nobody here has example in their name."


async def test_slacks_own_markup_names_channels_and_people(assistant: Thread, host: MemoryHost) -> None:
    await assistant.say("invite <@U00000002> to <#C00000001|ops>")
    await assistant.answer(APPROVE)
    assert host.calls == [("conversations.invite", {"channel": OPS, "users": "U00000002"})]
    assert "Invited to #ops" in await assistant.last_words()


async def test_a_reminder_is_meant_in_the_askers_time_zone(assistant: Thread, host: MemoryHost) -> None:
    await assistant.say("remind #ops tomorrow 9:00 to <!channel> rotate the keys")
    await assistant.answer(APPROVE)
    (scheduled,) = host.made("chat.scheduleMessage")
    at = datetime.fromtimestamp(scheduled["post_at"], ZoneInfo("Europe/Berlin"))
    assert (at.hour, at.minute) == (9, 0)
    assert timedelta(0) < at - datetime.now(UTC) < timedelta(hours=48)
    assert scheduled["text"] == "&lt;!channel&gt; rotate the keys"
    assert scheduled["unfurl_links"] is scheduled["unfurl_media"] is False


async def test_a_reminder_without_a_known_asker_is_meant_in_utc(
    model: ScriptedModel, host: MemoryHost
) -> None:
    thread = Thread(load("assistant"), host, asker="")
    await thread.say("remind #ops tomorrow 9:00 to rest")
    await thread.answer(APPROVE)
    (scheduled,) = host.made("chat.scheduleMessage")
    assert datetime.fromtimestamp(scheduled["post_at"], UTC).hour == 9


async def test_a_reminder_in_the_past_is_refused_before_slack_is_asked(
    assistant: Thread, host: MemoryHost
) -> None:
    await assistant.say("remind #ops 2020-01-01T09:00:00+00:00 to celebrate")
    await assistant.answer(APPROVE)
    assert host.made("chat.scheduleMessage") == []
    assert "is in the past" in await assistant.last_words()


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        ("not_in_channel", "invite the bot first"),
        ("missing_scope", "lacks a permission"),
        ("something_new", "something_new"),
    ],
)
@pytest.mark.parametrize("asked", ["post 'hello' to #ops", "invite bob to #ops"])
async def test_a_refusal_by_slack_becomes_words_for_the_model(
    assistant: Thread, host: MemoryHost, asked: str, refused: str, words: str
) -> None:
    host.refuse = {"post": refused, "conversations.invite": refused}
    await assistant.say(asked)
    await assistant.answer(APPROVE)
    assert words in await assistant.last_words()
    result = (await assistant.values())["messages"][-2]
    assert result.status == "error"


@pytest.mark.parametrize("asked", ["post 'hello' to #ops", "invite bob to #ops"])
async def test_an_approval_that_is_too_old_does_nothing_and_the_model_reads_to_ask_again(
    assistant: Thread, host: MemoryHost, asked: str
) -> None:
    await assistant.say(asked)
    host.lapsed = {(await assistant.the_pending())["tool_call_id"]}
    await assistant.answer(APPROVE)
    assert "the approval of this is too old by now" in await assistant.last_words()
    assert (host.posts, host.made("conversations.invite"), host.outcomes) == ({}, [], {})


async def test_an_unknown_channel_becomes_words_for_the_model(assistant: Thread) -> None:
    await assistant.say("post 'hello' to #nowhere")
    await assistant.answer(APPROVE)
    assert "there is no channel #nowhere" in await assistant.last_words()


async def test_every_page_of_the_channels_is_searched(assistant: Thread, host: MemoryHost) -> None:
    host.page_size = 1
    await assistant.say("post 'hello' to #general")
    await assistant.answer(APPROVE)
    assert list(host.posts.values()) == [(HERE, "hello")]


async def test_an_unknown_person_becomes_words_for_the_model(assistant: Thread, host: MemoryHost) -> None:
    await assistant.say("invite nobody to #ops")
    await assistant.answer(APPROVE)
    assert host.made("conversations.invite") == []
    assert "nobody here is called nobody" in await assistant.last_words()


async def test_a_failure_that_is_no_refusal_is_the_runs_error_and_not_the_models_business(
    assistant: Thread, host: MemoryHost
) -> None:
    await assistant.say("invite bob to #ops")
    host.broken = "conversations.invite"
    with pytest.raises(ConnectionResetError):
        await assistant.answer(APPROVE)
    assert await assistant.pending()


async def test_an_effect_with_unknown_outcome_is_not_repeated(assistant: Thread, host: MemoryHost) -> None:
    await assistant.say("invite bob to #ops")
    call = (await assistant.the_pending())["tool_call_id"]
    host.cut_off = {f"{assistant.id}:{call}"}
    await assistant.answer(APPROVE)
    assert host.made("conversations.invite") == []
    assert "nobody knows whether it took effect" in await assistant.last_words()


async def test_a_tool_that_runs_again_after_a_crash_performs_its_effect_once(
    assistant: Thread, host: MemoryHost
) -> None:
    await assistant.say("invite bob to #ops")
    (waiting,) = await assistant.pending()
    host.crash_after_effect = True
    with pytest.raises(CrashError):
        await assistant.answer(APPROVE, waiting)
    assert await assistant.pending() == (waiting,)
    await assistant.answer(APPROVE, waiting)
    assert len(host.made("users.list")) == 2, "the tool did run twice"
    assert len(host.made("conversations.invite")) == 1
    assert await assistant.last_words() == "Invited to #ops: bob."


async def test_a_question_to_people_waits_for_their_words(assistant: Thread) -> None:
    await assistant.say("ask someone which environment is meant")
    assert await assistant.the_pending() == {"query": "Which environment is meant?"}
    await assistant.answer({"data": "staging"})
    assert await assistant.last_words() == "Thank you, I will go by your answer: staging"


async def test_reading_waits_for_nobody(assistant: Thread) -> None:
    await assistant.say("list channels")
    assert await assistant.last_words() == "#ops: Keep it running\n#general"
    await assistant.say("read #ops")
    assert await assistant.last_words() == "U00000001: first\nU00000002: second"
    await assistant.say("who is Alice?")
    assert await assistant.last_words() == "Alice Adler (@alice, U00000001)"


async def test_a_private_channel_is_not_read_into_another_thread(assistant: Thread, host: MemoryHost) -> None:
    await assistant.say("read #board")
    assert host.made("conversations.history") == []
    assert "only public channels" in await assistant.last_words()


async def test_a_guest_reads_only_where_they_are(model: ScriptedModel, host: MemoryHost) -> None:
    thread = Thread(load("assistant"), host, asker="U00000004")
    await thread.say("read #ops")
    assert host.made("conversations.history") == []
    await thread.say("list channels")
    assert "guests do not see" in await thread.last_words()
    await thread.say("find bob")
    assert "guests do not see" in await thread.last_words()
    await thread.say("read #general")
    assert host.made("conversations.history") == [{"channel": HERE, "limit": 20}]


async def test_without_the_bot_the_tools_say_so(model: ScriptedModel) -> None:
    thread = Thread(load("assistant"), None)
    await thread.say("post 'hello' to #ops")
    await thread.answer(APPROVE)
    assert "runs without Countersign" in await thread.last_words()
