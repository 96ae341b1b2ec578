"""A bot is killed in every commit of an approval under a quorum, timers and the time to undo."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack, suppress

import pytest

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.people.threads import Thread
from tests.chaos.faults.crash_matrix import Case, restart, run_crash_matrix
from tests.chaos.faults.failpoints import commit_failpoint
from tests.chaos.fleet import users
from tests.chaos.fleet.bot_fleet import Fleet, Replica
from tests.chaos.fleet.fleet_factory import FleetFactory
from tests.chaos.fleet.invariants import Rows

MAX_COMMITS = 40  # more changes of the approval than one of them makes
TABLES = ("countersign.approvals",)
POLICY = """
[[rule]]
name = "two"
graph = "gate"
approvers = [{group = "@finance"}, {group = "@oncall"}]
requester_may_decide = false
remind_after = "1s"
expire_after = "1h"
undo = 1
"""
ONCE = ("opened", "reminded", "decided", "sent", "resumed")


@pytest.mark.parametrize(
    "committed",
    [pytest.param(True, id="kept"), pytest.param(False, marks=pytest.mark.long, id="lost")],
)
async def test_killed_in_every_commit_of_a_governed_approval(
    fleet_factory: FleetFactory, committed: bool
) -> None:
    async def open_case(fleet: Fleet, bot: Replica, stack: AsyncExitStack) -> Case[int]:
        failpoint = await stack.enter_async_context(commit_failpoint(fleet, TABLES))

        async def case(name: str, point: int) -> str | None:
            await failpoint.set_at(point)
            story = asyncio.create_task(complete_governed_request(fleet, name))
            while not (caught := await failpoint.caught()) and not story.done():
                await asyncio.wait([story], timeout=0.02)
            if caught is not None:
                await bot.kill()
                await (failpoint.let_commit(caught[0]) if committed else failpoint.lose(caught[0]))
                await restart(fleet, bot)
            await story
            return caught[1] if caught else None

        return case

    caught = await run_crash_matrix(fleet_factory, range(1, MAX_COMMITS), open_case, policy=POLICY)
    assert sum(caught.values()) < MAX_COMMITS - 1, "there are points that were not tried"
    assert caught["update approvals"] >= 4, (
        "no bot died in the vote, the reminder, the decision and its sending"
    )


async def complete_governed_request(fleet: Fleet, name: str) -> None:
    """Both vote once they were reminded, and press again until it is done: nobody's vote counts twice."""
    thread = await fleet.ws.carol.mentions(f"gate: {name}")
    card = await users.card_of(fleet, thread, name)
    await thread.wait_until(
        lambda: any(message.text.startswith("Reminder") for message in thread.from_bot()) or None,
        limit=users.TIMEOUT,
        what="the reminder",
    )

    async def keep_voting() -> None:
        while True:
            for person in (fleet.ws.bob, fleet.ws.alice):
                with suppress(NotPossibleError):  # it is decided, or its time to undo runs
                    await card.click("approval:approve", by=person)
            await asyncio.sleep(0.5)

    voting = asyncio.create_task(keep_voting())
    try:
        await users.wait_for_message(fleet, thread, f"Did {name}.")
    finally:
        voting.cancel()
    await Rows(fleet.stage.database_url).wait_until_finished()
    assert [m.text for m in thread.from_bot() if m.text.startswith("Did ")] == [f"Did {name}."]
    await check_ledger(fleet, thread)


async def check_ledger(fleet: Fleet, thread: Thread) -> None:
    found = await Rows(fleet.stage.database_url).of(
        "SELECT event, actor_name FROM countersign.ledger WHERE thread_id = %s", thread.id
    )
    events = Counter(row["event"] for row in found)
    assert {event: events[event] for event in ONCE} == dict.fromkeys(ONCE, 1), events
    voters = {row["actor_name"] for row in found if row["event"] in {"voted", "decided"}}
    assert voters == {"alice", "bob"}
