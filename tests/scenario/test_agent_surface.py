"""Slack's agent surface, for an app that is declared as an agent; an app that is not never calls it."""

import json

from countersign.testing.cards import approval_card
from slack_local.people.threads import Thread
from slack_local.workspace import LocalWorkspace
from tests.scenario.test_streaming import asks
from tests.support.bots import until
from tests.support.stage import Stage

_FEEDBACK = "answer:feedback"


def statuses(stage: Stage, thread: Thread) -> list[str]:
    calls = stage.ws.log.calls("agents.sessions.setStatus")
    return [c.arguments["status"] for c in calls if c.arguments.get("thread_ts") == thread.ts and c.ok]


async def test_a_session_works_waits_for_a_person_and_rests(empty_stage: Stage) -> None:
    async with empty_stage.bot(AGENT_SURFACE="on"):
        thread = await asks(
            empty_stage, say=["Long ", "wait:session", "words."], call="gated", then=["Rested."]
        )
        await thread.wait_for(lambda m: m.streaming)
        await until(lambda: statuses(empty_stage, thread) == ["processing"], lambda: "the session")
        session = empty_stage.ws.slack.state.sessions[thread.channel, thread.ts]
        assert session["title"].startswith("streams:")
        empty_stage.release("session")
        card = await approval_card(thread)
        assert statuses(empty_stage, thread) == ["processing", "suspended"]
        empty_stage.release("gated")
        await card.approve(by=empty_stage.ws.bob)
        await thread.wait_for("Rested.")
        assert statuses(empty_stage, thread)[-1] == "active"
        assert session["status"] == "active"


async def test_feedback_below_an_answer_is_recorded_once_a_person(empty_stage: Stage) -> None:
    async with empty_stage.bot(AGENT_SURFACE="on") as bot:
        thread = await asks(empty_stage, say=["An ", "answer."])
        answer = await thread.wait_for("An answer.")
        (element,) = answer.blocks[-1]["elements"]
        good, bad = element["positive_button"]["value"], element["negative_button"]["value"]
        ws: LocalWorkspace = empty_stage.ws
        for person, value in ((ws.carol, good), (ws.bob, good), (ws.bob, bad)):
            await person.clicks(answer, _FEEDBACK, value=value)
            await person.sees_ephemeral("Thanks.")
        until_counted = 'countersign_answer_feedback_total{verdict="bad"} 1.0'
        assert until_counted in (await bot.get("/metrics"))[1]
        rows = empty_stage.rows(
            "SELECT user_id, verdict FROM countersign.answer_feedback ORDER BY verdict DESC"
        )
        assert rows == [(ws.carol.id, "good"), (ws.bob.id, "bad")]
        assert 'countersign_answer_feedback_total{verdict="good"} 2.0' in (await bot.get("/metrics"))[1]
        assert len(bot.events("answer_feedback")) == 3


async def test_the_graphs_are_suggested_to_whoever_opens_the_agent(empty_stage: Stage) -> None:
    async with empty_stage.bot(AGENT_SURFACE="on"):
        await empty_stage.ws.carol.opens_home("messages")
        prompts = empty_stage.ws.slack.state.prompts
        await until(lambda: prompts, lambda: "the prompts")
        (given,) = prompts.values()
        assert len(given["prompts"]) == 4
        assert given["prompts"][0]["message"] == "assistant: "


async def test_an_app_that_is_no_agent_calls_nothing_of_it(empty_stage: Stage) -> None:
    since = empty_stage.ws.log.cursor
    async with empty_stage.bot(AGENT_SURFACE="off"):
        thread = await asks(empty_stage, say=["No ", "agent."])
        answer = await thread.wait_for("No agent.")
        assert "context_actions" not in json.dumps(answer.blocks)
        await empty_stage.ws.carol.opens_home("messages")
        await asks(empty_stage, say=["Again."])
    called = {call.method for call in empty_stage.ws.log.calls(since=since)}
    assert not {"agents.sessions.setStatus", "assistant.threads.setSuggestedPrompts"} & called
