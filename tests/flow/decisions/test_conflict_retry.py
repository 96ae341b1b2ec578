"""A change of an approval that others may change in the same moment is tried again, for a while."""

from dataclasses import replace
from uuid import uuid4

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.errors import NotPending
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.flow.decisions.conflict_retry import retry_on_conflict, save_change
from countersign.flow.errors import Conflict
from countersign.flow.messages.outgoing import Outgoing, note
from countersign.flow.observability.observer import Observer
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from tests.approvals.policy.policies import person
from tests.approvals.test_record import an_approval
from tests.flow.decisions.approvals_in_memory import ApprovalsInMemory

BOB = person("UBOB")


async def claimed(review: Review) -> Change:
    """Each attempt sees what is there now."""
    after = replace(review.approval, version=review.approval.version + 1)
    return Change(after=after, event=Event.CLAIMED, by=BOB)


def announced(changed: Review) -> tuple[Outgoing, ...]:
    return (note(changed.thread, "said", f"version {changed.approval.version}"),)


async def change(
    approvals: ApprovalsInMemory, approval: Approval, channel: str = "C1", *, in_thread: bool = False
) -> Review:
    return await save_change(
        approvals.store,
        approval.id,
        channel,
        claimed,
        announced,
        in_thread=in_thread,
        observer=Observer(),
        by=BOB.id,
    )


async def test_the_change_is_saved_with_what_is_told_of_it_and_given_back() -> None:
    approval = replace(an_approval(), version=0)
    approvals = ApprovalsInMemory(approval)
    changed = await change(approvals, approval)
    assert changed.approval == approvals.approvals[approval.id] == replace(approval, version=1)
    assert [row.body for row in approvals.posted] == [
        note(ThreadRef.parse(approval.thread_id), "said", "version 1").body
    ]


@pytest.mark.parametrize("conflicts", [1, 7])
async def test_after_a_conflict_it_is_made_anew_of_what_is_there_then(conflicts: int) -> None:
    approval = replace(an_approval(), version=0)
    approvals = ApprovalsInMemory(approval)
    approvals.conflicts = conflicts

    def somebody_else_was_first() -> None:
        now = approvals.approvals[approval.id]
        approvals.approvals[approval.id] = replace(now, version=now.version + 10)

    approvals.meanwhile = somebody_else_was_first
    assert (await change(approvals, approval)).approval.version == 10 * conflicts + 1


async def test_after_eight_conflicts_it_is_given_up() -> None:
    attempts: list[None] = []

    async def attempt() -> None:
        attempts.append(None)
        raise Conflict

    with pytest.raises(Conflict):
        await retry_on_conflict(attempt)
    assert len(attempts) == 8


async def test_an_approval_that_is_not_there_is_not_pending() -> None:
    with pytest.raises(NotPending):
        await change(ApprovalsInMemory(), an_approval())


@pytest.mark.parametrize(
    ("channel", "in_thread", "found"),
    [
        ("CCARDS", False, True),
        ("CCARDS", True, True),
        ("C1", True, True),
        ("C1", False, False),
        ("C9", True, False),
        ("C9", False, False),
    ],
)
async def test_a_change_comes_from_the_cards_channel_or_where_that_is_allowed_from_its_threads(
    channel: str, in_thread: bool, found: bool
) -> None:
    approval = replace(an_approval(), id=uuid4(), posted_to="CCARDS")
    approvals = ApprovalsInMemory(approval)
    if found:
        await change(approvals, approval, channel, in_thread=in_thread)
    else:
        with pytest.raises(NotPending):
            await change(approvals, approval, channel, in_thread=in_thread)
    assert len(approvals.changes) == found
