"""Bad input under a policy, on a real database: conditions, large files, races, old backups."""

import asyncio
import time
from collections.abc import AsyncIterator, MutableMapping
from contextlib import aclosing
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from countersign.approvals.audit import ChainVerifier, EntryHasher, FindingKind
from countersign.approvals.audit.anchor import Anchor
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import CountersignError
from countersign.approvals.lifecycle import Status
from countersign.flow.decisions.withdraw_vote import WithdrawVote
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.policy.voting import Voting
from countersign.store.approvals.ledger import Ledger
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.asking_graphs import refunds
from tests.support.harness import CHANNEL, Harness, a_thread, now, open_harness
from tests.support.postgres.databases import with_database

YES = DecisionKind.APPROVE
QUORUM = """
[[rule]]
name = "two"
approvers = [{group = "@finance", count = 2}]
"""


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    async with open_harness(database_url, {"one": refunds(1500)}) as opened:
        opened.directory.groups = {"@finance": {"UBOB", "UCAROL"}}
        yield opened


NINE = "[1,2,3,4,5,6,7,8,9]"
CONDITIONS = {
    "allocates": "range(1000000).map(i, range(1000000)).size() > 0",
    "loops": "".join(f"{NINE}.all({name}, " for name in "abcdef") + "a + b + c > 0" + ")" * 6,
    "divides by zero": "args.amount / (args.amount - args.amount) > 1",
    "names what is not there": "args.no_such.thing == 1",
    "takes a number for a text": "args.amount.startsWith('x')",
}


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS.keys())
async def test_a_condition_that_cannot_be_judged_asks_the_strict_way_or_is_refused_at_once(
    harness: Harness, condition: str, logged: list[MutableMapping[str, Any]]
) -> None:
    """Its rule matches and people decide, in no time, although the rule would approve by itself."""
    rule = f'[[rule]]\nname = "strict"\nwhen = "{condition}"\nauto = "approve"\n'
    began = time.process_time()
    try:
        harness.policy.policy = a_policy(rule + '[[rule]]\nname = "lax"\nauto = "approve"\n')
    except CountersignError:  # told when the file is read: the start stops, and a reload keeps the old rules
        return
    thread = a_thread()
    await harness.say(thread, "refund")
    card = await harness.the_card(thread)
    assert time.process_time() - began < 3
    assert (card.rule(0).name, card.rule(0).auto) == ("strict", None)
    (told,) = [entry for entry in logged if entry["event"] == "policy_condition_failed"]
    assert told["rule"] == "strict"
    await harness.answer(card, YES)
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


async def test_of_a_thousand_rules_the_last_decides_in_no_time(harness: Harness) -> None:
    rules = "".join(
        f'[[rule]]\nname = "r{number}"\nwhen = "args.amount < {-number}"\nauto = "approve"\n'
        for number in range(999)
    )
    harness.policy.policy = a_policy(rules + QUORUM)
    assert len(harness.policy.policy.rules) == 1000
    thread = a_thread()
    began = time.process_time()
    await harness.say(thread, "refund")
    card = await harness.the_card(thread)
    assert card.rule(0).name == "two"
    await harness.vote(card, YES, user="UBOB")
    await harness.vote(await harness.the_card(thread), YES, user="UCAROL")
    await harness.run_thread(thread.id)
    assert time.process_time() - began < 2
    assert await harness.ledger(thread) == ["opened", "voted", "decided", "resumed"]


@pytest.mark.parametrize("round_", range(4))
async def test_the_only_vote_is_withdrawn_while_the_decision_is_saved(harness: Harness, round_: int) -> None:
    """One of the two counts: with both votes it is decided, else one vote is missing still."""
    harness.policy.policy = a_policy(QUORUM)
    thread = a_thread()
    await harness.say(thread, "refund")
    card = await harness.the_card(thread)
    half = await harness.vote(card, YES, user="UBOB")
    withdraw = WithdrawVote(harness.threads, Voting(harness.policy, harness.directory, now))
    bob = await harness.slack.person("UBOB", None)

    steps = [harness.vote(half, YES, user="UCAROL"), withdraw(card.id, 0, CHANNEL, bob)]
    results = await asyncio.gather(*(steps if round_ % 2 else reversed(steps)), return_exceptions=True)
    await harness.run_thread(thread.id)

    wrong = [
        each for each in results if isinstance(each, Exception) and not isinstance(each, CountersignError)
    ]
    assert wrong == []
    found = await harness.threads.approval(card.id)
    assert found is not None
    approval = found.approval
    voters = {vote.by.id for vote in approval.votes_on(0).votes}
    if approval.status is Status.PENDING:
        assert voters <= {"UBOB", "UCAROL"}
        assert len(voters) < 2
        assert not harness.slack.texts(OutgoingKind.AGENT_MESSAGE)
    else:
        assert await harness.ledger(thread) == ["opened", "voted", "decided", "resumed"]


async def test_a_ledger_that_was_restored_from_an_older_backup_shows_against_its_anchor(
    database_url: str,
) -> None:
    """The backup is whole in itself, and verifies: what it lacks only the anchor knows."""
    name = str(conninfo_to_dict(database_url)["dbname"])
    backup = sql.Identifier(f"{name}_backup")
    hasher = EntryHasher()

    async def one_more(harness: Harness) -> Anchor:
        thread = a_thread()
        await harness.say(thread, "refund")
        await harness.answer(await harness.the_card(thread), YES)
        ledger = Ledger(harness.pool, hasher)
        await ledger.seal()
        head = await ledger.head()
        assert head is not None
        return head

    async with open_harness(database_url, {"one": refunds(1500)}) as harness:
        first = await one_more(harness)
    with psycopg.connect(with_database(database_url, "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(backup, sql.Identifier(name)))
        try:
            async with open_harness(database_url, {"one": refunds(1500)}) as harness:
                anchored = await one_more(harness)
            restored = with_database(database_url, f"{name}_backup")
            async with open_harness(restored, {"one": refunds(1500)}) as harness:
                assert await finding(harness, hasher, first) is None
                assert await finding(harness, hasher, anchored) is FindingKind.CUT
                await one_more(harness)  # the bot goes on in it: as many entries, and not the same
                assert await finding(harness, hasher, first) is None
                assert await finding(harness, hasher, anchored) is FindingKind.CHANGED
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(backup))


async def finding(harness: Harness, hasher: EntryHasher, anchor: Anchor) -> FindingKind | None:
    chain = ChainVerifier(hasher, [anchor])
    async with aclosing(Ledger(harness.pool, hasher).chain()) as rows:
        async for row in rows:
            if (found := chain.take(row)) is not None:
                return found.kind
    end = chain.missing_end()
    return end.kind if end else None
