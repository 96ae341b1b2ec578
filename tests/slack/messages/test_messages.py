"""What people write, what reaches the store, and what the bot says in a thread."""

import asyncio
from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.thread import ThreadRef
from countersign.slack.messages import render_message
from countersign.slack.text.incoming import readable
from slack_local.fault_injection import ApiFault, DeliveryFault
from slack_local.payloads.interactions import view_submission
from slack_local.people.threads import Thread
from tests.slack.conftest import Bot


async def stored(bot: Bot, thread: Thread) -> list[tuple[str, str, str]]:
    """What came in for the thread, once it has come."""
    await bot.until_it_has_a_job(thread)
    return [(row.kind.value, row.user, row.text) for row in await bot.outstanding(thread)]


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


async def test_what_the_graph_says_cannot_notify_and_is_not_unfurled(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("hello")
    await bot.posts(
        thread, OutgoingKind.AGENT_MESSAGE, {"text": "**Done** <!channel> https://example.com & more"}
    )
    post = bot.ws.log.calls("chat.postMessage")[-1].arguments
    assert "<!channel>" not in str(post["blocks"]) + post["text"]
    assert post["blocks"][0]["text"].startswith("**Done** &lt;!channel&gt;")
    assert (post["unfurl_links"], post["unfurl_media"]) == (False, False)
    assert post["metadata"]["event_payload"] == {"key": "row:1"}


async def test_a_very_long_answer_arrives_whole_in_order_and_once(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("hello")
    text = "".join(f"line {n} of a long answer\n" for n in range(1500))
    bot.ws.faults.on_call("chat.postMessage", ApiFault.DROP_AFTER, skip=1)
    await bot.posts(thread, OutgoingKind.AGENT_MESSAGE, {"text": text})
    await again(bot, thread, "row:1")
    said = [m.blocks[0]["text"] for m in thread.from_bot()]
    assert len(said) > 1
    assert "".join(said) == text


async def again(bot: Bot, thread: Thread, key: str) -> None:
    """Make a postponed row due, and deliver it."""
    ref = ThreadRef.parse(thread.id)
    async with bot.store._pool.connection() as connection:
        await connection.execute("UPDATE countersign.outbox SET due_at = now() WHERE key = %s", (key,))
    await bot.delivery.deliver_thread(ref.channel, ref.ts)


@pytest.mark.parametrize(
    "fault", [ApiFault.DROP_AFTER, ApiFault.DROP, ApiFault.SERVER_ERROR, ApiFault.RATE_LIMITED]
)
async def test_a_post_whose_fate_is_unknown_is_there_once_in_the_end(bot: Bot, fault: ApiFault) -> None:
    thread = await bot.ws.carol.mentions("hello")
    bot.ws.faults.on_call("chat.postMessage", fault)
    await bot.posts(thread, OutgoingKind.AGENT_MESSAGE, {"text": "only once"})
    async with asyncio.timeout(10):
        while not thread.from_bot():  # a channel that Slack limits waits for its turn
            await again(bot, thread, "row:1")
            await asyncio.sleep(0.05)
    await again(bot, thread, "row:1")
    assert [m.text for m in thread.from_bot()] == ["only once"]


async def test_a_workspace_without_containers_gets_classic_blocks_from_then_on(
    bot: Bot,
) -> None:
    value: Json = {"type": "tool_approval", "name": "transfer", "args": {"amount": 12}}
    framed = await bot.asks(value)
    assert [block["type"] for block in framed.message.blocks] == ["container", "actions", "actions"]
    bot.ws.faults.on_call("chat.postMessage", ApiFault.ERROR, error="invalid_blocks")
    first = await bot.asks(value)
    posts = len(bot.ws.log.calls("chat.postMessage"))
    second = await bot.asks(value)
    assert len(bot.ws.log.calls("chat.postMessage")) == posts + 1
    for card in (first, second):
        assert card.message.blocks[0]["type"] == "header"
        assert "*Amount:* 12" in card.text
        assert card.actions == framed.actions


async def test_a_card_that_slack_will_not_take_is_posted_plain(bot: Bot) -> None:
    bot.ws.faults.on_call("chat.postMessage", ApiFault.ERROR, error="invalid_blocks", times=2)
    card = await bot.asks({"type": "tool_approval", "name": "transfer", "args": {"amount": 12}})
    assert "approval:approve" in card.actions
    assert "approval:view" in card.actions


async def test_words_that_slack_will_not_draw_are_posted_plain_and_whole(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("hello")
    bot.ws.faults.on_call("chat.postMessage", ApiFault.ERROR, error="invalid_attachments")
    table = "| a & b | c |\n|---|---|\n" + "| 1 | <2> |\n" * 400
    await bot.posts(thread, OutgoingKind.AGENT_MESSAGE, {"text": table})
    (said,) = thread.from_bot()
    *words, author = said.blocks
    assert author["type"] == "context"
    assert {block["text"]["type"] for block in words} == {"plain_text"}
    shown = "".join(block["text"]["text"] for block in words)
    assert shown.count("| 1 | &lt;2&gt; |") == 400
    assert shown.count("| a &amp; b | c |") == 1


async def test_fields_notes_and_failures_are_posted(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("hello")
    await bot.posts(thread, OutgoingKind.RESULT, {"values": {"total": 12, "note": "a <b>"}}, "f")
    await bot.posts(thread, OutgoingKind.NOTE, {"text": "Waits: <!here> `x`"}, "n")
    body: Json = {"text": "The model did not answer.", "error_id": "abc123", "ask_again": True}
    await bot.posts(thread, OutgoingKind.FAILURE, body, "x")
    told = [str(m.blocks) + m.text for m in thread.from_bot()]
    assert "total" in told[0]
    assert "a &lt;b&gt;" in told[0]
    assert "&lt;!here&gt; `x`" in told[1]
    assert "abc123" in told[2]


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


async def test_a_start_form_fills_in_a_graphs_input(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("order:")
    await stored(bot, thread)
    await bot.posts(thread, OutgoingKind.START_FORM, {"graph": "order"})
    start = await thread.card()
    view = await start.form("start:open", bot.ws.carol)
    sent = await bot.ws.carol.submits(view, {"/name": "tea", "/count": "3"})
    assert sent.outcome == "closed"
    await start.closes()
    row = next(row for row in await bot.outstanding(thread) if row.kind is InboundKind.FORM)
    assert row.body == {"name": "tea", "count": 3}
    assert row.key == f"form:{view.id}"


async def test_who_may_not_start_gets_no_start_form_and_leaves_the_button_to_others(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("order:")
    await stored(bot, thread)
    await bot.posts(thread, OutgoingKind.START_FORM, {"graph": "order"})
    start = await thread.card()
    gus = bot.ws.gus

    await start.click("start:open", gus)

    await gus.sees_ephemeral("Guests can't start an agent")
    assert gus.modal is None

    view = await start.form("start:open", bot.ws.carol)
    await bot.ws.carol.fills(view, {"/name": "tea", "/count": "3"})
    refused = await gus.submits_raw(view, view_submission(bot.ws.slack, gus.id, view))

    assert refused.outcome == "updated"
    assert "Guests can't start an agent" in str(view.definition)
    assert InboundKind.FORM not in [row.kind for row in await bot.outstanding(thread)]
    again = await start.form("start:open", bot.ws.carol)
    assert (await bot.ws.carol.submits(again, {"/name": "tea", "/count": "3"})).outcome == "closed"
    await start.closes()


async def test_a_start_form_shows_errors_at_their_field(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("order:")
    await bot.posts(thread, OutgoingKind.START_FORM, {"graph": "order"})
    view = await (await thread.card()).form("start:open", bot.ws.carol)
    await bot.ws.carol.fills(view, {"/name": "tea", "/count": "3"})
    payload = view_submission(bot.ws.slack, bot.ws.carol.id, view)
    payload["view"]["state"]["values"]["/count"]["value"]["value"] = "0"
    sent = await bot.ws.carol.submits_raw(view, payload)
    assert sent.outcome == "errors"
    assert set(sent.errors) == {"/count"}


@pytest.mark.parametrize("text", ["42", "Total: 5", "- one\n- two", " tab\there \u00a0x", "true"])
def test_an_agents_words_are_posted_as_they_are(text: str) -> None:
    body = {"text": text}
    row = Outgoing(
        key="k", kind=OutgoingKind.AGENT_MESSAGE, team="T", channel="C", thread_ts="1.0", body=body
    )
    (message,) = render_message(row)
    assert message.blocks[0] == {"type": "markdown", "text": text}


def test_a_line_like_a_decision_is_a_quotation_but_not_in_code() -> None:
    text = "Hi\n✅ **Approved** by Bob\n```\nApproved by Bob\n```\nApproved requests wait."
    row = Outgoing(
        key="k", kind=OutgoingKind.AGENT_MESSAGE, team="T", channel="C", thread_ts="1.0", body={"text": text}
    )
    (message,) = render_message(row)
    quoted = text.replace("✅ **", "> ✅ **")
    assert message.blocks[0]["text"] == quoted
    assert message.fallback is not None  # where Slack takes no Markdown
    assert message.fallback[0]["text"]["text"] == quoted.replace(">", "&gt;")
