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
    assert await bot.jobs() == [thread.id]
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
    assert await bot.jobs() == []


async def test_approvals_shows_what_waits_for_the_person_with_its_requester(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    hidden = await bot.asks(TOOL, thread=await bot.ws.carol.dms("please"))
    assert hidden.is_open

    answer = await bot.ws.bob.runs("/approvals")
    assert "*1 waiting for you:*" in answer.text
    assert (
        f"/archives/{card.thread.channel}/p{card.ts.replace('.', '')}?thread_ts={card.thread.ts}"
        in answer.text
    )
    assert f"Requested by <@{bot.ws.carol.id}>" in str(answer.payload)

    own = await bot.ws.carol.runs("/approvals")
    assert "*2 waiting for you:*" in own.text
    assert "*2 asked by you:*" in own.text

    await card.approve(by=bot.ws.bob)
    assert "Nothing is waiting for you" in (await bot.ws.bob.runs("/approvals")).text


async def test_approvals_decides_right_there(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    await bot.ws.bob.runs("/approvals", "#ops")
    shown = await bot.ws.bob.sees_ephemeral("1 waiting for you")

    await bot.ws.bob.clicks(shown, "approval:approve")

    assert "Approved by bob" in (await card.closes()).text
    replaced = await bot.ws.bob.sees_ephemeral("Nothing is waiting for you")
    assert replaced is shown, "the list is replaced, not repeated"


async def test_a_list_that_is_out_of_date_decides_nothing_and_says_why(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    await bot.ws.bob.runs("/approvals")
    shown = await bot.ws.bob.sees_ephemeral("1 waiting for you")
    await card.reject(by=bot.ws.alice)
    await bot.ws.bob.clicks(shown, "approval:approve")
    replaced = await bot.ws.bob.sees_ephemeral("rejected by alice already")
    assert "Nothing is waiting for you" in str(replaced.blocks)


async def test_approvals_has_pages(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("please")
    for number in range(7):
        await bot.asks({"type": "tool_approval", "name": f"step{number}", "args": {}}, thread=thread)
    answer = await bot.ws.bob.runs("/approvals")
    assert "*7 waiting for you:*" in answer.text
    assert answer.text.index("|Step0>") < answer.text.index("|Step4>")
    assert "Step5" not in answer.text
    shown = await bot.ws.bob.sees_ephemeral("Page 1 of 2")
    await bot.ws.bob.clicks(shown, "home:page:1")
    second = await bot.ws.bob.sees_ephemeral("Page 2 of 2")
    assert "|Step6>" in second.text
    assert "Step0" not in second.text


async def test_approvals_with_words_says_how_it_is_used(bot: Bot) -> None:
    usage = (await bot.ws.bob.runs("/approvals now")).text
    assert "`/approvals` doesn't know `now`.\n`/approvals` lists what waits for you" in usage
    assert "`/approvals delegate @someone until friday`" in usage
    assert "`/approvals grants` lists" in usage


async def test_approvals_answers_in_time_when_slack_does_not(bot: Bot) -> None:
    bot.ws.faults.on_call("users.conversations", ApiFault.HANG, seconds=5.0)
    answer = await bot.ws.bob.runs("/approvals")
    assert answer.error is None
    assert "in time" in answer.text
