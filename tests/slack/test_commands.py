"""/agent and /approvals: what they answer, and what they start."""

import pytest

from countersign.approvals.json import Json
from slack_local.fault_injection import ApiFault
from slack_local.people.threads import Thread
from tests.slack.conftest import Bot

TOOL: Json = {"type": "tool_approval", "name": "transfer", "args": {"to": "bob <!here>", "amount": 12}}


async def test_agent_posts_the_text_as_a_thread_and_defers_its_run(bot: Bot) -> None:
    answer = await bot.ws.carol.runs("/agent summarise <this> & that")
    assert "Starting" in answer.text
    root = await bot.ws.slack.changes.wait_for(
        "anything",
        lambda: next((c for c in bot.ws.log.calls("chat.postMessage") if c.ok), None),
        limit=5,
        what="the thread's root",
    )
    assert f"<@{bot.ws.carol.id}>" in root.arguments["text"]
    assert "&lt;this&gt; &amp; that" in root.arguments["text"]
    await bot.context.background_tasks.close()
    thread = Thread(bot.ws.slack, root.arguments["channel"], root.answer["ts"])
    assert bot.deferred == [thread.id]
    assert [row.text for row in await bot.outstanding(thread)] == ["summarise <this> & that"]


@pytest.mark.parametrize("text", ["", "help"])
async def test_agent_says_how_it_is_used(bot: Bot, text: str) -> None:
    answer = await bot.ws.carol.runs(f"/agent {text}")
    assert "/agent name: text" in answer.text
    assert bot.ws.log.calls("chat.postMessage") == []


async def test_agent_lists_graphs_and_knows_no_others(bot: Bot) -> None:
    listed = await bot.ws.carol.runs("/agent graphs")
    assert "`assistant` (default)" in listed.text
    assert "`order`" in listed.text
    unknown = await bot.ws.carol.runs("/agent nope: do it")
    assert "no agent called `nope`" in unknown.text
    assert bot.ws.log.calls("chat.postMessage") == []


async def test_a_thread_that_cannot_be_started_is_explained_to_who_asked(bot: Bot) -> None:
    bot.ws.faults.on_call("chat.postMessage", ApiFault.ERROR, error="not_in_channel")
    await bot.ws.carol.runs("/agent hello")
    told = await bot.ws.carol.sees_ephemeral("not in this channel")
    assert not told.by_slack
    assert bot.deferred == []


async def test_approvals_shows_what_waits_where_the_person_is(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    hidden = await bot.asks(TOOL, thread=await bot.ws.carol.dms("please"))
    assert hidden.is_open

    answer = await bot.ws.bob.runs("/approvals")
    assert "*1 waiting for a decision:*" in answer.text
    assert (
        f"/archives/{card.thread.channel}/p{card.ts.replace('.', '')}?thread_ts={card.thread.ts}"
        in answer.text
    )

    own = await bot.ws.carol.runs("/approvals")
    assert "*2 waiting for a decision:*" in own.text

    await card.approve(by=bot.ws.bob)
    assert "Nothing is waiting" in (await bot.ws.bob.runs("/approvals")).text


async def test_approvals_counts_what_it_does_not_list(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("please")
    for number in range(22):
        await bot.asks({"type": "tool_approval", "name": f"step{number}", "args": {}}, thread=thread)
    answer = await bot.ws.bob.runs("/approvals")
    assert "*22 waiting for a decision:*" in answer.text
    assert answer.text.index("|Step0>") < answer.text.index("|Step19>")
    assert "Step20" not in answer.text
    assert "and 2 newer ones" in answer.text


async def test_approvals_with_words_says_how_it_is_used(bot: Bot) -> None:
    usage = (await bot.ws.bob.runs("/approvals now")).text
    assert "`/approvals` lists what needs a decision" in usage
    assert "`/approvals delegate @someone until friday`" in usage
    assert "`/approvals grants` lists" in usage


async def test_approvals_answers_in_time_when_slack_does_not(bot: Bot) -> None:
    bot.ws.faults.on_call("users.conversations", ApiFault.HANG, seconds=5.0)
    answer = await bot.ws.bob.runs("/approvals")
    assert answer.error is None
    assert "in time" in answer.text
