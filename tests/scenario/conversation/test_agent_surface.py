"""Slack's agent surface, for an app that is declared as an agent; an app that is not never calls it."""

import json
from collections.abc import AsyncIterator

import pytest_asyncio

from countersign.jobs.queue import RETENTION
from countersign.testing.cards import approval_card
from slack_local.people.threads import Thread
from slack_local.workspace import LocalWorkspace
from tests.scenario.conversation.streaming import asks
from tests.support.place import Place
from tests.support.processes.bots import BotProcess, until
from tests.support.stage import Stage, open_stage

_FEEDBACK = "answer:feedback"
_PROMPTS = {
    "assistant": ["Tell #general that the release is out", "Who is on call?"],
    "steps": [{"title": "Do it step by step", "message": "one step after the other"}],
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def agent(place: Place) -> AsyncIterator[tuple[Stage, BotProcess]]:
    async with open_stage(place.folder, place.url, mode=place.mode) as stage:
        config = json.loads(stage.config.read_text())
        for name, prompts in _PROMPTS.items():
            config["graphs"][name] = {"path": config["graphs"][name], "prompts": prompts}
        stage.config.write_text(json.dumps(config))
        async with stage.bot(AGENT_SURFACE="on", RETENTION="30") as bot:
            yield stage, bot


def statuses(stage: Stage, thread: Thread) -> list[str]:
    calls = stage.ws.log.calls("agents.sessions.setStatus")
    return [c.arguments["status"] for c in calls if c.arguments.get("thread_ts") == thread.ts and c.ok]


async def test_a_session_works_waits_for_a_person_and_rests(agent: tuple[Stage, BotProcess]) -> None:
    stage, _ = agent
    thread = await asks(stage, say=["Long ", "wait:session", "words."], call="gated", then=["Rested."])
    await thread.wait_for(lambda m: m.streaming)
    await until(lambda: statuses(stage, thread) == ["processing"], lambda: "the session")
    session = stage.ws.slack.state.sessions[thread.channel, thread.ts]
    assert session["title"].startswith("streams:")
    stage.release("session")
    card = await approval_card(thread)
    assert statuses(stage, thread) == ["processing", "suspended"]
    stage.release("gated")
    await card.approve(by=stage.ws.bob)
    await thread.wait_for("Rested.")
    assert statuses(stage, thread)[-1] == "active"
    assert session["status"] == "active"


async def test_a_long_run_shows_no_other_status_beside_its_session(agent: tuple[Stage, BotProcess]) -> None:
    stage, _ = agent
    since = stage.ws.log.cursor
    thread = await asks(stage, say=["Hello."], call="slow", then=["Through."])
    await stage.reached("slow")
    started = stage.ws.slack.clock.now()
    await until(lambda: stage.ws.slack.clock.now() - started > 3.5, lambda: "three seconds")
    stage.release("slow")
    await thread.wait_for("Through.")
    assert not stage.ws.log.calls("assistant.threads.setStatus", since=since), "its end would end the session"


async def test_a_reset_closes_the_session_and_the_next_message_names_it_anew(
    agent: tuple[Stage, BotProcess],
) -> None:
    stage, _ = agent
    carol = stage.ws.carol
    thread = await carol.mentions(f"steps: {json.dumps({'wait_for': 'first'})}")
    await until(lambda: statuses(stage, thread), lambda: "the session")
    stage.release("first")
    await thread.wait_for("Second step.")
    session = stage.ws.slack.state.sessions[thread.channel, thread.ts]
    await carol.mentions("reset", thread_ts=thread.ts)
    seen = await carol.sees_ephemeral(
        lambda each: each.thread_ts == thread.ts and each.text.startswith("Start over")
    )
    await carol.clicks(seen, "conversation:reset")
    await until(lambda: session["status"] == "closed", lambda: f"the end of the session: {session}")

    wish = json.dumps({"wait_for": "second", "about": "other things"})
    await carol.replies(thread, wish)

    await until(lambda: session["title"] == wish, lambda: f"another title: {session}")
    assert session["status"] == "processing"
    stage.release("second")
    await until(lambda: session["status"] == "active", lambda: f"the end: {session}")


async def test_a_thread_that_retention_deletes_has_no_session_any_more(
    agent: tuple[Stage, BotProcess],
) -> None:
    stage, _ = agent
    thread = await asks(stage, say=["Old ", "wait:old", "words."])
    await until(lambda: statuses(stage, thread), lambda: "the session")
    stage.release("old")
    session = stage.ws.slack.state.sessions[thread.channel, thread.ts]
    await until(lambda: session["status"] == "active", lambda: f"the session at rest: {session}")
    grown_old = (  # once its job is done, which ends after the session is at rest, and touches the thread
        "UPDATE countersign.threads SET touched_at = now() - interval '31 days' WHERE id = %s AND NOT EXISTS"
        " (SELECT FROM procrastinate_jobs WHERE lock = %s AND status IN ('todo', 'doing')) RETURNING id"
    )
    await until(lambda: stage.rows(grown_old, thread.id, thread.id), lambda: "the end of its job")

    stage.rows(  # as its schedule does it, every ten minutes
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
        " VALUES ('default', %s, '{\"timestamp\": 0}')",
        RETENTION,
    )

    await until(lambda: session["status"] == "closed", lambda: f"the end of the session: {session}")
    assert stage.rows("SELECT id FROM countersign.threads WHERE id = %s", thread.id) == []


async def test_feedback_below_an_answer_is_recorded_once_a_person(agent: tuple[Stage, BotProcess]) -> None:
    stage, bot = agent
    ws: LocalWorkspace = stage.ws
    thread = await asks(stage, say=["An ", "answer."])
    answer = await thread.wait_for("An answer.")
    (element,) = answer.blocks[-1]["elements"]
    good, bad = element["positive_button"]["value"], element["negative_button"]["value"]
    for person, value in ((ws.carol, good), (ws.bob, good), (ws.bob, bad)):
        await person.clicks(answer, _FEEDBACK, value=value)
        await person.sees_ephemeral("Thanks.")
    until_counted = 'countersign_answer_feedback_total{verdict="bad"} 1.0'
    assert until_counted in (await bot.get("/metrics"))[1]
    rows = stage.rows("SELECT user_id, verdict FROM countersign.answer_feedback ORDER BY verdict DESC")
    assert rows == [(ws.carol.id, "good"), (ws.bob.id, "bad")]
    assert 'countersign_answer_feedback_total{verdict="good"} 2.0' in (await bot.get("/metrics"))[1]
    assert len(bot.events("answer_feedback")) == 3


async def test_the_prompts_of_the_graphs_are_suggested_to_whoever_opens_the_agent(
    agent: tuple[Stage, BotProcess],
) -> None:
    stage, _ = agent
    await stage.ws.carol.opens_home("messages")
    prompts = stage.ws.slack.state.prompts
    await until(lambda: prompts, lambda: "the prompts")
    (given,) = prompts.values()
    assert [(each["title"], each["message"]) for each in given["prompts"][:3]] == [
        ("Tell #general that the release is out",) * 2,
        ("Do it step by step", "steps: one step after the other"),
        ("Who is on call?",) * 2,
    ]
    assert len(given["prompts"]) == 4, "the last is made for a graph that has none"


async def test_a_prompt_that_is_clicked_starts_its_graph(agent: tuple[Stage, BotProcess]) -> None:
    stage, _ = agent
    await stage.ws.bob.opens_home("messages")
    await until(lambda: stage.ws.slack.state.prompts, lambda: "the prompts")
    (given, *_) = stage.ws.slack.state.prompts.values()
    thread = await stage.ws.bob.dms(given["prompts"][1]["message"])
    await thread.wait_for("Second step.")


async def test_an_app_that_is_no_agent_calls_nothing_of_it(either: Stage) -> None:
    since = either.ws.log.cursor
    thread = await asks(either, say=["No ", "agent."])
    answer = await thread.wait_for("No agent.")
    assert "context_actions" not in json.dumps(answer.blocks)
    await either.ws.carol.opens_home("messages")
    thread = await asks(either, say=["Again."])
    await thread.wait_for("Again.")
    called = {call.method for call in either.ws.log.calls(since=since)}
    assert not {"agents.sessions.setStatus", "assistant.threads.setSuggestedPrompts"} & called
