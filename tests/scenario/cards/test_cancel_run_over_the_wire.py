"""*Cancel run*, over Socket Mode and over HTTP: every draft and every question can be refused."""

from countersign.testing.cards import approval_card
from slack_local.people.threads import Thread
from tests.support.stage import Stage

START_OVER = "The agent does nothing more. To start over, send a new message here."


def outcomes(stage: Stage, thread: Thread) -> list[tuple[str, str]]:
    return stage.rows(
        "SELECT status, status_reason FROM countersign.approvals WHERE thread_id = %s ORDER BY opened_at",
        thread.id,
    )


async def test_a_draft_is_refused_and_the_thread_begins_again(either: Stage) -> None:
    ws = either.ws
    thread = await ws.carol.mentions("review_and_edit: the picnic")
    card = await approval_card(thread, limit=20)
    view = await card.form("approval:cancel_run", ws.bob)
    assert "The agent gets no answer and does nothing more." in str(view.definition)
    await ws.bob.submits(view, {"/message": "we don't announce <this>"})
    await card.closes()
    said = await thread.wait_for("Run cancelled by bob: we", limit=20)
    assert "we don't announce &lt;this&gt;" in said.text
    assert START_OVER in said.text
    assert f"*Run cancelled* by <@{ws.bob.id}>" in card.text
    assert "we don't announce &lt;this&gt;" in card.text
    assert outcomes(either, thread) == [("cancelled", "Run cancelled by bob.")]
    assert [event for event, _ in either.ledger(thread)] == ["opened", "decided", "run_cancelled"]
    assert not any("*Result*" in f"{m.text} {m.blocks}" for m in thread.from_bot())

    await ws.carol.replies(thread, "the other picnic")
    again = await approval_card(thread, limit=20)
    await again.approve(by=ws.bob)
    await thread.wait_for("the other picnic", limit=20)


async def test_a_question_of_a_tool_is_refused_and_the_agent_can_go_on(either: Stage) -> None:
    """The model would refuse a history in which the call that asked has no result."""
    ws = either.ws
    thread = await ws.carol.mentions("human_assistance: ask the team who is on call")
    card = await approval_card(thread, limit=20)
    await card.cancel_run(ws.alice)
    await thread.wait_for("Run cancelled by alice", limit=20)
    await ws.carol.replies(thread, "ask the team where the keys are")
    again = await approval_card(thread, limit=20)
    await again.respond(by=ws.bob, message="on the hook")
    await thread.wait_for("I will go by your answer: on the hook", limit=20)
