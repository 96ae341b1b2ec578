"""What goes into the tables comes out of them as it was, whatever characters and numbers it is made of."""

from dataclasses import replace
from uuid import UUID

import pytest

from countersign.approvals.approval import open_approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.clock.working_hours import WorkingHours
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.votes.vote import Vote
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind, outgoing
from countersign.flow.review import Review
from countersign.flow.work import StepResult
from countersign.interrupts import digest
from tests.support.harness import Harness, a_thread, asked, message, now

PAYLOADS: list[Json] = [
    {"zebra": 1, "a": 2, "mm": {"y": 1, "x": 2}},
    {"nul\x00key": "a\x00b", "mark": "\uf8f0" + "0", "plain": "\uf8f0"},
    ["\x00", "\\u0000", "\uf8f0\x00", "", None, True],
    {"big": 10**40, "exact": 2**60 + 1, "float": 1e22, "small": 5e-324, "one": 1.0, "minus": -0.0},
    "line\nline\u2028\U0001f600<!channel>&amp;",
    0,
    False,
    "",
    [],
]


@pytest.mark.parametrize("value", PAYLOADS, ids=range(len(PAYLOADS)))
async def test_an_approval_comes_back_whole_and_in_order(harness: Harness, value: Json) -> None:
    thread = a_thread()
    await harness.threads.accept(message(thread, "hi"))
    work = await harness.threads.work(thread.id)
    assert work is not None
    approval = open_approval(
        thread_id=thread.id,
        interrupt_id="i",
        digest=digest(value, {"const": value}),
        value=value,
        schema={"const": value},
        rows=2,
        at=now(),
    )
    change = Change(after=approval, event=Event.OPENED, detail={"why": value})
    await harness.threads.save_step(StepResult(thread=work.thread, changes=(change,)))
    found = await harness.threads.approval(approval.id)
    assert found == Review(approval)
    saved = found.approval
    assert repr(saved.value) == repr(value), "equal is not enough: 1 is no 1.0, and keys have an order"
    assert digest(saved.value, saved.schema) == approval.digest

    person = Person(id="U1", name="Zo\u00eb \U0001f600", standing=Standing.MEMBER)
    vote = Vote(decision=Decision(kind=DecisionKind.EDIT, message="m\x00", value=value), by=person, at=now())
    voted = saved.with_votes({1: vote}).answered_with(value)
    await harness.threads.decide(Change(after=voted, event=Event.VOTED, by=person, detail=value))
    assert await harness.threads.approval(approval.id) == Review(voted)


@pytest.mark.parametrize("value", [value for value in PAYLOADS if value is not None], ids=str)
async def test_what_comes_in_and_goes_out_comes_back_whole(harness: Harness, value: Json) -> None:
    thread = a_thread()
    await harness.threads.accept(message(thread, "hi"))
    await harness.threads.accept(asked(thread, InboundKind.FORM, value))
    work = await harness.threads.work(thread.id)
    assert work is not None
    assert repr(work.inbound[1].body) == repr(value)
    row = outgoing(thread, "k", OutgoingKind.RESULT, {"values": value})
    await harness.threads.save_step(StepResult(thread=work.thread, post=(row,)))
    (claimed,) = await harness.outbox.claim_thread(thread.channel, thread.ts)
    assert claimed == row


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d pair", "\udc00", "whole \U0001f600", "\uf8f0" + "0"])
async def test_no_text_that_slack_can_send_is_refused(harness: Harness, text: str) -> None:
    thread = a_thread()
    assert await harness.threads.accept(message(thread, text))
    work = await harness.threads.work(thread.id)
    assert work is not None
    lost = {0, *range(0xD800, 0xE000)}
    assert work.inbound[0].text == "".join("\ufffd" if ord(c) in lost else c for c in text)


ANN, BOB = (Person(id=f"U{name}", name=name, standing=Standing.MEMBER) for name in ("ANN", "BOB"))


def a_vote(by: Person, kind: DecisionKind, value: Json = None) -> Vote:
    return Vote(decision=Decision(kind=kind, value=value, message="m"), by=by, at=now())


FOUR_CALLS: Json = {
    "action_requests": [{"name": "pay", "args": {"a": n}} for n in range(4)],
    "review_configs": [{"action_name": "pay", "allowed_decisions": ["approve", "edit", "reject"]}],
}


async def test_rules_requester_and_votes_come_back_as_they_were(harness: Harness) -> None:
    thread = a_thread()
    await harness.threads.accept(message(thread, "hi"))
    work = await harness.threads.work(thread.id)
    assert work is not None
    rule = Rule(name="two", quorum=2, hours=WorkingHours(days=frozenset({0}), opens=0, closes=60, zone="UTC"))
    opened = open_approval(
        thread_id=thread.id,
        interrupt_id="i",
        digest="d",
        value=FOUR_CALLS,
        schema=None,
        rows=4,
        at=now(),
        requester="UREQ",
        rules=(rule, rule, Rule(name="one"), rule),
    )
    edit = a_vote(ANN, DecisionKind.EDIT, {"a": 2})
    outvoted = RowVotes().cast(edit).cast(a_vote(ANN, DecisionKind.REJECT))
    approve = a_vote(BOB, DecisionKind.APPROVE)
    by_grant = replace(approve, grant=UUID(int=7))
    cast = {0: outvoted, 1: RowVotes().cast(edit).cast(approve), 2: RowVotes().cast(by_grant)}
    voted = opened.with_row_votes(cast, {1: Vote(decision=edit.decision, by=BOB, at=now()), 2: by_grant})
    changes = (Change(after=opened, event=Event.OPENED), Change(after=voted, event=Event.VOTED, by=BOB))
    recorded = replace(work.thread, requester="UREQ")
    await harness.threads.save_step(StepResult(thread=recorded, changes=changes))
    found = await harness.threads.approval(opened.id)
    assert found == Review(voted)
    assert found.approval.votes_on(0).proposal == edit
    await harness.threads.accept(message(thread, "more"))
    again = await harness.threads.work(thread.id)
    assert again is not None
    assert again.thread.requester == "UREQ"
