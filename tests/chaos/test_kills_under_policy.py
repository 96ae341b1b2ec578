"""Bots are killed at random points while a policy of quorum, timers, undo and grants is at work."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from random import Random

import pytest

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.people.threads import Thread
from tests.chaos.fleet import users
from tests.chaos.fleet.bot_fleet import Fleet
from tests.chaos.fleet.invariants import Rows, check_invariants, effect_counts
from tests.chaos.test_random_kills import RandomKiller, start_victims

KILLS = 18
THREADS = 3
# In each thread, one after the other: `grant` is approved for good, so that nobody is asked of `covered`.
KINDS = ("two", "grant", "covered", "left", "covered", "free")
POLICY = """
[defaults]
notify = "approvers"

[[rule]]
name = "left alone"
graph = "gate"
when = "args.what.startsWith('left')"
approvers = [{group = "@finance"}]
remind_after = "1s"
escalate_after = "2s"
escalate_to = {group = "@oncall"}
expire_after = "4s"

[[rule]]
name = "free"
graph = "gate"
when = "args.what.startsWith('free')"
auto = "approve"

[[rule]]
name = "granted"
graph = "gate"
when = "args.what.startsWith('grant') || args.what.startsWith('covered')"
grant = {for = "1h", scope = "thread", max_uses = 2}

[[rule]]
name = "two"
graph = "gate"
approvers = [{group = "@finance"}, {group = "@oncall"}]
requester_may_decide = false
remind_after = "1s"
escalate_after = "30m"
escalate_to = {group = "@oncall"}
undo = 1
"""


@pytest.mark.timeout(240)
async def test_votes_and_timers_count_once_whenever_bots_are_killed(fleet: Fleet, seed: int) -> None:
    fleet.ws.add_user_group("finance", [fleet.ws.bob])
    fleet.ws.add_user_group("oncall", [fleet.ws.alice])
    policy = fleet.stage.folder / "approvals.toml"
    policy.write_text(POLICY)
    names = [[f"{kind}t{at}x{nth}" for nth, kind in enumerate(KINDS)] for at in range(THREADS)]
    async with AsyncExitStack() as stack:
        victims = await start_victims(fleet, stack, POLICY_FILE=str(policy))
        killing = asyncio.create_task(RandomKiller(Random(seed), victims).run(KILLS))
        threads = await asyncio.gather(*(run_requests(fleet, of_thread) for of_thread in names))
        await killing
        await check_invariants(fleet, 90)
    done = {name for of_thread in names for name in of_thread if not name.startswith("left")}
    assert effect_counts(fleet) == dict.fromkeys(done, 1)
    for thread, of_thread in zip(threads, names, strict=True):
        said = [m.text for m in thread.from_bot() if m.text.startswith(("Did ", "Left "))]
        assert said == [outcome(name) for name in of_thread]
    await check_ledger(fleet)


def outcome(name: str) -> str:
    return f"Left {name}." if name.startswith("left") else f"Did {name}."


async def run_requests(fleet: Fleet, names: Sequence[str]) -> Thread:
    """One thread in which bob and alice both approve what takes two, and leave alone what expires."""
    thread: Thread | None = None
    for name in names:
        if thread is None:
            thread = await fleet.ws.carol.mentions(f"gate: {name}")
        else:
            await fleet.ws.carol.replies(thread, name)
        deciding = None
        if name.startswith(("two", "grant")):
            deciding = asyncio.create_task(keep_deciding(fleet, thread, name))
        try:
            await users.wait_for_message(fleet, thread, outcome(name))
        finally:
            if deciding is not None:
                deciding.cancel()
    assert thread is not None
    return thread


async def keep_deciding(fleet: Fleet, thread: Thread, name: str) -> None:
    """Press the button again and again: whoever does not see it done presses once more."""
    card = await users.card_of(fleet, thread, name)
    button, people = "approval:approve", [fleet.ws.bob, fleet.ws.alice]
    if name.startswith("grant"):
        button, people = "approval:grant", [fleet.ws.bob]
    while True:
        for person in people:
            with suppress(NotPossibleError):  # it is decided, or its time to undo runs
                await card.click(button, by=person)
        await asyncio.sleep(0.5)


async def check_ledger(fleet: Fleet) -> None:
    """Two people for what takes two, an expiry for what is left alone; each timer fired once at most."""
    rows = Rows(fleet.stage.database_url)
    found = await rows.of(
        "SELECT approval_id, array_agg(event ORDER BY id) AS events,"
        " array_agg(DISTINCT actor_name) FILTER (WHERE event IN ('voted', 'decided')) AS voters"
        " FROM countersign.ledger GROUP BY approval_id"
    )
    kinds = []
    for row in found:
        told = f"{row['approval_id']}: {row['events']}"
        for event in ("reminded", "escalated", "timed_out", "sent", "grant_given", "grant_used"):
            assert row["events"].count(event) <= 1, told
        if "grant_used" in row["events"]:
            kinds.append("covered")
        elif "grant_given" in row["events"]:
            kinds.append("grant")
        elif "timed_out" in row["events"]:
            kinds.append("left")
        elif row["voters"] == [None]:
            kinds.append("free")
        else:
            kinds.append("two")
            assert row["voters"] == ["alice", "bob"], told
            assert "sent" in row["events"], told
    assert sorted(kinds) == sorted([*KINDS] * THREADS)
    assert await rows.of("SELECT uses FROM countersign.grants") == [{"uses": 2}] * THREADS
