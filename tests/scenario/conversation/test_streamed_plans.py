"""Plans of a run's tools and steps stream beside its answer, over both transports."""

import json

import pytest

from countersign.testing.cards import approval_card
from slack_local.model.records import Message
from tests.scenario.conversation.streaming import asks, methods, plans, steps, streams
from tests.support.stage import Stage

pytestmark = pytest.mark.timeout(180)


async def test_a_plan_shows_a_tool_from_running_to_done(either: Stage) -> None:
    thread = await asks(either, say=[], call="slow", then=["Finished."])
    shown = await streams(thread)
    assert steps(plans(thread)[0]) == [("Slow", "in_progress")]
    either.release("slow")
    await thread.wait_for("Finished.")

    assert not shown.streaming
    (plan,) = plans(thread)
    assert (plan["title"], steps(plan)) == ("Steps taken", [("Slow", "complete")])
    assert either.rows("SELECT key FROM countersign.message_streams") == []


async def test_a_plan_shows_the_steps_of_a_graph_from_pending_to_done(either: Stage) -> None:
    thread = await either.ws.carol.mentions(f"steps: {json.dumps({'wait_for': 'planned'})}")
    await streams(thread)
    assert steps(plans(thread)[0]) == [("First", "in_progress"), ("Second", "pending")]

    either.release("planned")
    await thread.wait_for("Second step.")

    (plan,) = plans(thread)
    assert (plan["title"], steps(plan)) == ("Steps taken", [("First", "complete"), ("Second", "complete")])


async def test_a_tool_that_comes_late_stands_before_the_steps_after_it(either: Stage) -> None:
    since = either.ws.log.cursor
    thread = await either.ws.carol.mentions(
        f"steps: {json.dumps({'wait_for': 'late_tool', 'look_up': 'word'})}"
    )
    await streams(thread)
    either.release("late_tool")
    await thread.wait_for("Second step.")

    in_order = [("First", "complete"), ("Look up", "complete"), ("Second", "complete")]
    await thread.wait_until(lambda: steps(plans(thread)[0]) == in_order or None, what="the plan in order")
    assert plans(thread)[0]["title"] == "Steps taken"
    assert methods(either, thread, since).count("chat.update") == 1


async def test_a_call_that_was_rejected_is_a_step_of_its_own(either: Stage) -> None:
    thread = await asks(either, say=[], call=["gated", "gated"], then=["All ", "wait:told", "right."])
    first, second = await approval_card(thread, 0), await approval_card(thread, 1)
    await first.reject(by=either.ws.bob)
    await second.approve(by=either.ws.bob)
    either.release("gated")
    await either.reached("told")
    await thread.wait_for(lambda m: steps_of(m) == [("Gated", "error"), ("Gated", "complete")], limit=15)
    either.release("told")
    await thread.wait_for("All right.")


def steps_of(message: Message) -> list[tuple[str, str]]:
    return [step for block in message.blocks if block["type"] == "plan" for step in steps(block)]
