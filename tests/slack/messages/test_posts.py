"""What the bot says in a thread, whatever becomes of the call that posts it."""

import asyncio

import pytest

from countersign.approvals.json import Json
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.thread import ThreadRef
from countersign.slack.messages import render_message
from slack_local.fault_injection import ApiFault
from slack_local.people.threads import Thread
from tests.slack.conftest import Bot


async def again(bot: Bot, thread: Thread, key: str) -> None:
    """Make a postponed row due, and deliver it."""
    ref = ThreadRef.parse(thread.id)
    async with bot.store._pool.connection() as connection:
        await connection.execute("UPDATE countersign.outbox SET due_at = now() WHERE key = %s", (key,))
    await bot.delivery.deliver_thread(ref.channel, ref.ts)


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
