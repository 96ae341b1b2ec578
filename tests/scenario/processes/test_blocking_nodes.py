"""A node that blocks its event loop: others are acknowledged and saved, and the log names the node."""

from contextlib import AsyncExitStack

import pytest

from countersign.testing.cards import ApprovalCard
from tests.support.processes.bots import until
from tests.support.stage import Stage

BLOCKED = 7.0  # seconds: longer than a worker may be silent before it is presumed dead
PROMPT = 0.25  # seconds by which a blocked node may delay a click
DECIDED = "SELECT count(*) FROM countersign.approvals WHERE status <> 'pending' AND thread_id = ANY(%s)"


async def test_a_node_that_blocks_delays_no_click_of_another_thread(empty_stage: Stage) -> None:
    async with empty_stage.bot() as bot:
        ws = empty_stage.ws
        idle = await acknowledgements(empty_stage, await cards_of(empty_stage, 3))
        cards = await cards_of(empty_stage, 5)
        blocked = await empty_stage.asks({"block_for": BLOCKED})
        await empty_stage.reached("block")
        clicks = await acknowledgements(empty_stage, cards)
        decided = empty_stage.rows(DECIDED, [card.thread.id for card in cards])
        late = await ws.carol.mentions("ask: hello")
        await until(lambda: _stored(empty_stage, late.id), lambda: "the message to be stored")
        still_blocked = not bot.events("node_blocked_event_loop")

        assert still_blocked, "the machine was too slow for this test to show anything"
        assert decided == [(len(cards),)]
        assert max(clicks) < max(idle) + PROMPT, (idle, clicks)
        for card in cards:
            await card.thread.wait_for("Resumed.", limit=20)
        await blocked.wait_for("Resumed.", limit=20)
        await late.wait_for("Heard: hello", limit=20)

        (warning,) = bot.events("node_blocks_event_loop")
        assert warning["level"] == "warning"
        assert (warning["node"], warning["thread_id"]) == ("act", blocked.id)
        assert "asking.py:" in warning["at"]
        (ended,) = bot.events("node_blocked_event_loop")
        assert ended["seconds"] >= BLOCKED - 1.5
        assert not bot.events("stalled_job_requeued"), "its worker sent heartbeats all the time"


@pytest.mark.parametrize(
    ("kind", "processes"),
    [("python", [("serve",)]), ("c", [("serve", "--no-worker"), ("worker",)])],
    ids=["python-in-one-process", "c-in-a-worker"],
)
async def test_a_node_that_computes_delays_no_click_of_another_thread(
    empty_stage: Stage, kind: str, processes: list[tuple[str, ...]]
) -> None:
    """In one process, threads take turns at Python code; a call of C that keeps the GIL lets no other run."""
    ws = empty_stage.ws
    async with AsyncExitStack() as stack:
        for arguments in processes:
            await stack.enter_async_context(empty_stage.bot(*arguments, name=arguments[-1].strip("-")))
        cards = [await empty_stage.card({"question": "Deploy?", "number": n}) for n in range(3)]
        computing = await empty_stage.asks({"compute": kind})
        await empty_stage.reached(kind)
        for card in cards:
            assert (await card.approve(by=ws.bob)).error is None
        decided = empty_stage.rows(DECIDED, [card.thread.id for card in cards])
        assert not (empty_stage.notes / f"{kind}.ended").exists(), "the clicks did not wait for it"
        assert decided == [(len(cards),)]
        for thread in (computing, *(card.thread for card in cards)):
            await thread.wait_for("Resumed.", limit=30)


async def test_a_bot_whose_node_blocks_can_be_stopped(empty_stage: Stage) -> None:
    async with empty_stage.bot(SHUTDOWN_GRACE="0.5") as bot:
        blocked = await empty_stage.asks({"block_for": 60})
        await empty_stage.reached("block")
        assert await bot.stop() == 0, bot.said
    empty_stage.release("unblocked")
    async with empty_stage.bot():
        await blocked.wait_for("Resumed.", limit=30)


async def cards_of(stage: Stage, count: int) -> list[ApprovalCard]:
    return [await stage.card({"question": "Deploy?", "number": n}) for n in range(count)]


async def acknowledgements(stage: Stage, cards: list[ApprovalCard]) -> list[float]:
    """Approve these cards one after the other; give how long each click took to be acknowledged."""
    since = stage.ws.log.cursor
    for card in cards:
        assert (await card.approve(by=stage.ws.bob)).error is None
        await until(lambda card=card: not card.is_open, lambda: "the card to show it")  # type: ignore[misc]
    taken = [each.acknowledged_after for each in stage.ws.log.attempts("block_actions", since=since)]
    acknowledged = [each for each in taken if each is not None]
    assert len(acknowledged) == len(cards), taken
    return acknowledged


def _stored(stage: Stage, thread_id: str) -> bool:
    return bool(stage.rows("SELECT 1 FROM countersign.inbox WHERE thread_id = %s", thread_id))
