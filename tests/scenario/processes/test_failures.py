"""What goes wrong while the bot runs: the thread says so, with an Error ID, and goes on where it can."""

import re

import psycopg
import pytest

from countersign.demo.model.faults import Fault
from countersign.testing.cards import approval_card, approval_cards
from slack_local.block_kit.text import full_text
from slack_local.model.records import Message
from slack_local.people.threads import Thread
from tests.scenario.probes.asking import SECRET
from tests.support.processes.bots import BotProcess, until
from tests.support.stage import Stage

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}
ERROR_ID = re.compile(r"Error ID ([0-9a-f]{8})\.")


async def stopped(thread: Thread) -> Message:
    return await thread.wait_for(lambda message: "This run stopped." in message.text)


def button(message: Message, label: str) -> str:
    """The action id of the button with this label."""
    elements = [e for block in message.blocks if block["type"] == "actions" for e in block["elements"]]
    return str(next(e["action_id"] for e in elements if e["text"]["text"] == label))


async def test_a_graph_that_raises_is_reported_with_an_error_id_and_can_be_tried_again(
    stage: Stage, process: BotProcess
) -> None:
    thread = await stage.asks({"fail_until": "mended"})

    told = await stopped(thread)

    found = ERROR_ID.search(told.text)
    assert found
    assert SECRET not in full_text(told)
    assert "Traceback" not in full_text(told)
    (logged,) = [e for e in process.events("run_failed") if e["error_id"] == found[1]]
    assert SECRET in logged["exception"]
    assert logged["thread_id"] == thread.id

    stage.release("mended")
    await stage.ws.bob.clicks(told, button(told, "Try again"))

    await thread.wait_for("Resumed.")
    assert len([m for m in thread.from_bot() if "This run stopped" in m.text]) == 1
    assert not thread.cards()


async def test_a_graph_that_raises_again_says_so_again(stage: Stage) -> None:
    thread = await stage.asks({"fail_until": "never"})
    first = await stopped(thread)

    await stage.ws.bob.clicks(first, button(first, "Try again"))

    second = await thread.wait_for(lambda m: "This run stopped." in m.text and m.ts != first.ts)
    assert ERROR_ID.findall(second.text) != ERROR_ID.findall(first.text)
    assert thread.cards()[-1].ts == second.ts


async def test_only_one_who_may_decide_has_it_tried_again_and_only_once(stage: Stage) -> None:
    thread = await stage.asks({"fail_until": "tried_once"})
    told = await stopped(thread)
    retry = button(told, "Try again")
    late = stage.ws.alice.click_payload(told, retry)
    await stage.ws.gus.clicks(told, retry)
    await stage.ws.gus.sees_ephemeral("Guests")

    stage.release("tried_once")
    await stage.ws.bob.clicks(told, retry)
    await thread.wait_for("Resumed.")
    await stage.ws.alice.clicks_raw(late)

    await stage.ws.alice.sees_ephemeral("Someone already did this.")
    await stage.ws.carol.replies(thread, "last")
    await thread.wait_for("Heard: last")
    assert len(stage.noted(thread)) == 2


async def test_a_message_after_a_failure_is_heard(stage: Stage) -> None:
    thread = await stage.asks({"fail_until": "never"})
    await stopped(thread)

    await stage.ws.carol.replies(thread, "something else")

    await thread.wait_for("Heard: something else")


async def test_a_decision_stands_when_the_step_after_it_fails(stage: Stage) -> None:
    thread = await stage.asks({"ask": RISKY, "fail_after": "mended_after"})
    card = await approval_card(thread)
    await card.approve(by=stage.ws.bob)
    told = await stopped(thread)
    assert "Approved by bob" in (await card.closes()).text

    stage.release("mended_after")
    await stage.ws.alice.clicks(told, button(told, "Try again"))

    assert await stage.resumed(thread) == {"type": "approve"}


async def test_a_question_whose_step_failed_can_be_asked_again(stage: Stage) -> None:
    thread = await stage.asks({"ask": RISKY, "fail_after": "mended_asked"})
    card = await approval_card(thread)
    await card.approve(by=stage.ws.bob)
    told = await stopped(thread)

    stage.release("mended_asked")
    await stage.ws.alice.clicks(told, button(told, "Ask again"))

    again = await thread.wait_until(
        lambda: next((c for c in approval_cards(thread) if "approval:approve" in c.actions), None),
        what="a new card",
    )
    await again.reject(by=stage.ws.alice, reason="better not")
    assert await stage.resumed(thread) == {"type": "reject", "message": "better not"}


async def test_a_payload_that_is_no_json_is_shown_and_answered(stage: Stage) -> None:
    thread = await stage.asks({"built": "not_json"})

    card = await approval_card(thread)

    assert "2026-01-02" in card.text
    await card.approve(by=stage.ws.bob)
    assert await stage.resumed(thread) is True


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        (Fault.SERVER_ERROR, "The model answered with an error."),
        (Fault.RATE_LIMITED, "The model is busy or out of quota just now."),
        (Fault.CUT, "The model could not be reached."),
    ],
)
async def test_a_model_that_fails_is_reported_and_can_be_tried_again(
    stage: Stage, fault: Fault, hint: str
) -> None:
    stage.model.inject(fault, times=10)
    try:
        thread = await stage.ws.carol.mentions("list channels")
        told = await stopped(thread)
    finally:
        stage.model.clear_faults()
    assert hint in full_text(told)

    await stage.ws.carol.clicks(told, button(told, "Try again"))

    await thread.wait_for("#general")


async def test_connections_that_are_cut_during_a_run_cost_nothing(stage: Stage, process: BotProcess) -> None:
    thread = await stage.asks({"wait_for": "cut_is_over", "ask": RISKY})
    waiting = await stage.card(RISKY)
    await stage.reached("cut_is_over")

    cut = stage.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert len(cut) > 3
    stage.release("cut_is_over")

    card = await approval_card(thread, limit=20)
    await card.approve(by=stage.ws.bob)
    assert await stage.resumed(thread) == {"type": "approve"}
    await waiting.approve(by=stage.ws.bob)
    assert await stage.resumed(waiting.thread) == {"type": "approve"}
    assert [event for event, _ in stage.ledger(thread)] == ["opened", "decided", "resumed"]
    assert process.running


async def test_a_connection_that_breaks_as_a_job_ends_leaves_no_thread_locked(stage: Stage) -> None:
    thread = await stage.asks({"wait_for": "about_to_end"})
    await stage.reached("about_to_end")
    with psycopg.connect(stage.database_url) as holder:
        holder.execute("LOCK TABLE procrastinate_jobs IN EXCLUSIVE MODE")
        stage.release("about_to_end")
        await thread.wait_for("Resumed.")
        broken = await until(
            lambda: stage.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND wait_event_type = 'Lock' AND query LIKE '%%finish_job%%'"
            ),
            lambda: "the worker to write that the job is done",
        )
        assert len(broken) == 1

    await stage.ws.carol.replies(thread, "still there?")

    await thread.wait_for("Heard: still there?", limit=20)
    assert len(stage.noted(thread)) == 2


async def test_a_database_that_is_away_is_named_and_what_comes_meanwhile_is_not_lost(
    stage: Stage, process: BotProcess, server_url: str
) -> None:
    card = await stage.card(RISKY)
    name = stage.rows("SELECT current_database()")[0][0]
    with stage.database_closed(name, server_url):
        body = await process.answers("/readyz", 503, 20)
        assert '"database"' in body
        assert '"slack"' not in body
        assert (await process.get("/healthz"))[0] == 200
        missed = await stage.ws.carol.mentions("ask: while it was away")
        press = stage.ws.bob.click_payload(card.message, "approval:approve")
        clicked = await stage.ws.bob.clicks_raw(press)
        assert clicked.error is not None
        assert card.is_open
    await process.answers("/readyz", 200, 20)

    await missed.wait_for("Heard: while it was away", limit=30)
    assert len(stage.noted(missed)) == 1
    await stage.ws.bob.clicks_raw(press)  # as Slack told bob; the first may have come through all the same
    assert await stage.resumed(card.thread) == {"type": "approve"}


async def test_a_slack_that_is_away_is_named_until_it_is_back(stage: Stage, process: BotProcess) -> None:
    stage.ws.socket.enabled = False
    stage.ws.socket.cut()
    try:
        body = await process.answers("/readyz", 503, 20)
    finally:
        stage.ws.socket.enabled = True

    assert '"slack"' in body
    assert '"database"' not in body
    assert (await process.get("/healthz"))[0] == 200
    await process.answers("/readyz", 200, 30)
    thread = await stage.ws.carol.mentions("ask: back again")
    await thread.wait_for("Heard: back again", limit=20)


async def test_what_there_is_to_count_is_counted(stage: Stage, process: BotProcess) -> None:
    card = await stage.card(RISKY)
    await card.approve(by=stage.ws.bob)
    await stage.resumed(card.thread)

    status, text = await process.get("/metrics")

    assert status == 200
    counted = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    decided = [float(n) for name, n in counted.items() if "decisions" in name and "total" in name]
    assert sum(decided) >= 1
    waiting = stage.rows("SELECT count(*) FROM countersign.approvals WHERE status = 'pending'")[0][0]
    pending = [float(n) for name, n in counted.items() if "pending" in name]
    assert float(waiting) in pending


async def test_a_worker_has_an_http_server_where_it_is_given_a_port(stage: Stage) -> None:
    async with stage.bot("worker", name="worker", WORKER_PORT="0") as worker:
        assert '"ready"' in await worker.answers("/readyz", 200, seconds=40)

        status, _ = await worker.get("/slack/events")

        assert status == 404
