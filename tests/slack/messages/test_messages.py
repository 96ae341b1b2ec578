"""What people write, and what of it reaches the store."""

from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.slack.text.incoming import readable
from slack_local.fault_injection import DeliveryFault
from tests.slack.conftest import Bot
from tests.slack.messages.events import stored


async def acknowledged(bot: Bot, name: str, count: int = 1) -> None:
    """Wait until so many events of a type were acknowledged."""

    def look() -> bool | None:
        attempts = bot.ws.log.attempts(name)
        return len([a for a in attempts if a.outcome == "acknowledged"]) >= count or None

    await bot.ws.slack.changes.wait_for("anything", look, limit=5, what=f"{count} {name} acknowledged")


async def test_a_mention_opens_a_thread_once_though_it_is_delivered_twice(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("pay <bob> & co")
    await acknowledged(bot, "app_mention")
    await acknowledged(bot, "message")
    assert await stored(bot, thread) == [("message", bot.ws.carol.id, "pay <bob> & co")]
    assert (await bot.jobs()).count(thread.id) == 1
    assert not bot.ws.log.calls(
        "conversations.replies"
    )  # nobody can have overtaken it: the thread is not read


async def test_a_direct_message_opens_a_thread(bot: Bot) -> None:
    thread = await bot.ws.carol.dms("hello")
    assert await stored(bot, thread) == [("message", bot.ws.carol.id, "hello")]


async def test_replies_count_in_threads_of_ours_and_nowhere_else(bot: Bot) -> None:
    ours = await bot.ws.carol.mentions("hello")
    await stored(bot, ours)
    await bot.ws.bob.replies(ours, "and more")
    other = await bot.ws.carol.says("#general", "lunch?")
    await bot.ws.bob.replies(other, "yes")
    await acknowledged(bot, "message", 4)
    assert [row.text for row in await bot.outstanding(ours)] == ["hello", "and more"]
    assert other.id not in await bot.jobs()


async def test_edits_deletions_and_the_bots_own_messages_are_not_input(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("hello")
    await stored(bot, thread)
    await bot.posts(thread, OutgoingKind.AGENT_MESSAGE, {"text": "hi"})
    await bot.ws.carol.edits(thread.messages()[0], "@countersign hello again")
    await bot.ws.carol.deletes(thread.messages()[0])
    await acknowledged(bot, "message", 4)
    assert len(bot.ws.log.attempts("app_mention")) == 1
    kinds = [kind for kind, _, _ in await stored(bot, thread)]
    assert kinds == [InboundKind.REVISION, InboundKind.REVISION]


async def test_a_mention_without_words_is_answered_with_what_to_do(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("")
    await bot.ws.carol.sees_ephemeral("Write your request")
    await acknowledged(bot, "app_mention")
    await acknowledged(bot, "message")
    await bot.context.background_tasks.close()
    assert len(bot.ws.carol.ephemerals) == 1
    assert thread.id not in await bot.jobs()


async def test_a_retried_mention_without_words_is_answered_once(bot: Bot) -> None:
    bot.ws.faults.on_delivery("app_mention", DeliveryFault.TWICE)
    await bot.ws.carol.mentions("")
    await acknowledged(bot, "app_mention", 2)
    await bot.context.background_tasks.close()
    assert len(bot.ws.carol.ephemerals) == 1


async def test_an_event_that_could_not_be_stored_comes_again(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = bot.store.accept
    failures: list[Any] = []

    async def fail_once(inbound: Any) -> bool:
        if not failures:
            failures.append(inbound)
            raise OSError("the database is away")
        return await accept(inbound)

    monkeypatch.setattr(bot.store, "accept", fail_once)
    thread = await bot.ws.carol.dms("hello")
    assert await stored(bot, thread) == [("message", bot.ws.carol.id, "hello")]
    assert failures


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<https://example.com/x?a=1&amp;b=2>", "https://example.com/x?a=1&b=2"),
        ("<http://example.com|example.com>", "example.com"),
        ("<https://example.com|the docs>", "the docs (https://example.com)"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<@U0BOB00001> in <#C1|ops>", "@U0BOB00001 in #ops (C1)"),
    ],
)
def test_what_a_person_typed_is_read_back_from_slacks_markup(written: str, meant: str) -> None:
    assert readable(written) == meant


async def test_retry_is_for_members_and_counts_once(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("hello")
    await stored(bot, thread)
    body: Json = {"text": "It broke.", "error_id": "abc123", "ask_again": True}
    await bot.posts(thread, OutgoingKind.FAILURE, body)
    failure = await thread.card()
    first, second = (bot.ws.bob.click_payload(failure.message, "run:retry") for _ in range(2))

    await failure.click("run:retry", bot.ws.gus)
    await bot.ws.gus.sees_ephemeral("Guests")
    await bot.ws.bob.clicks_raw(first)
    await bot.ws.bob.clicks_raw(second)
    await failure.closes()

    rows = [row for row in await bot.outstanding(thread) if row.kind is InboundKind.RETRY]
    assert [row.key for row in rows] == [f"retry:{thread.id}:abc123"]
    await bot.ws.bob.sees_ephemeral("already")
