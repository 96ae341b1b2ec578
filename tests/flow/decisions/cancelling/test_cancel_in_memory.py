"""Whose request is cancelled where, and what the graph hears of it, without a database."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.errors import MayNotDecide, NotPending, QuestionChanged
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import Person, Standing
from countersign.approvals.recorded_reasons import CANCELLED_BY, RUN_CANCELLED_BY
from countersign.flow.decisions.cancel import CancelApproval, NotCancellable, is_cancellable
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.review import Review
from tests.approvals.policy.policies import NOW, a_rule, person, vote
from tests.approvals.test_record import an_approval
from tests.flow.decisions.approvals_in_memory import ApprovalsInMemory
from tests.flow.decisions.deciding import CALL, Refusals

ALICE, BOB = person("UALICE"), person("UBOB")
RULE = a_rule("")


def calls(*allowed: str) -> Json:
    """Two calls: of `pay`, with these decisions, and of `tell`, which can be rejected."""
    configs: list[Json] = [
        {"action_name": "pay", "allowed_decisions": list(allowed)},
        {"action_name": "tell", "allowed_decisions": ["approve", "reject"]},
    ]
    return {
        "action_requests": [{"name": "pay", "args": {}}, {"name": "tell", "args": {}}],
        "review_configs": configs,
    }


def asked_by_alice(value: Json = CALL, rows: int = 1, **changes: Any) -> Approval:
    return replace(an_approval(*[RULE] * rows, value=value), **{"requester": "UALICE", **changes})


class Cancelling:
    def __init__(self, approval: Approval) -> None:
        self.approval = approval
        self.held = ApprovalsInMemory(approval)
        self.refusals = Refusals()

    async def by(
        self,
        who: Person = ALICE,
        *,
        channel: str = "C1",
        digest: str | None = None,
        reason: str | None = None,
    ) -> Approval:
        cancel = CancelApproval(self.held.store, lambda: NOW, ledger=self.refusals)
        digest = self.approval.shown_digest if digest is None else digest
        return (await cancel(self.approval.id, digest, channel, who, reason)).approval

    @property
    def detail(self) -> Mapping[str, Json]:
        (change,) = self.held.changes
        assert change.event is Event.CANCELLED
        assert isinstance(change.detail, dict)
        return change.detail


async def test_the_graph_gets_a_rejection_and_the_thread_a_note() -> None:
    cancelling = Cancelling(asked_by_alice())
    after = await cancelling.by(reason="not needed")
    assert after.status is Status.DECIDED, "the graph goes on with its answer"
    assert after.votes[0] is not None
    assert after.votes[0].cancelled
    assert "Cancelled by the requester." in str(after.answer)
    assert after.status_reason == CANCELLED_BY.format(name="Alice")
    assert cancelling.detail == {"digest": cancelling.approval.shown_digest}
    assert [row.kind for row in cancelling.held.posted] == [OutgoingKind.NOTE]


@pytest.mark.parametrize("value", [calls("approve"), calls("approve", "edit")])
async def test_where_one_action_takes_no_rejection_the_run_is_cancelled(value: Json) -> None:
    cancelling = Cancelling(asked_by_alice(value, rows=2))
    assert not is_cancellable(Review(cancelling.approval))
    after = await cancelling.by(reason="not needed")
    assert (after.ends_run, after.answer) == (True, None)
    assert after.status_reason == RUN_CANCELLED_BY.format(name="Alice")
    assert cancelling.detail["ends_run"] is True
    assert cancelling.detail["message"] == "not needed"


async def test_each_action_that_takes_it_is_rejected() -> None:
    cancelling = Cancelling(asked_by_alice(calls("approve", "reject"), rows=2))
    assert is_cancellable(Review(cancelling.approval))
    after = await cancelling.by()
    assert not after.ends_run
    assert str(after.answer).count("Cancelled by the requester.") == 2


@pytest.mark.parametrize(("channel", "found"), [("CCARDS", True), ("C1", True), ("C9", False)])
async def test_it_is_cancelled_from_its_card_or_from_its_thread(channel: str, found: bool) -> None:
    cancelling = Cancelling(asked_by_alice(posted_to="CCARDS"))
    if found:
        assert (await cancelling.by(channel=channel)).status is Status.DECIDED
    else:
        with pytest.raises(NotPending):
            await cancelling.by(channel=channel)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (ALICE, True),
        (replace(ALICE, standing=Standing.GUEST), True),
        (replace(ALICE, standing=Standing.STRANGER), True),
        (replace(ALICE, standing=Standing.GONE), False),
        (BOB, False),
    ],
)
async def test_whoever_asked_cancels_it_and_nobody_else(who: Person, may: bool) -> None:
    cancelling = Cancelling(asked_by_alice())
    if may:
        await cancelling.by(who)
        return
    with pytest.raises(MayNotDecide):
        await cancelling.by(who)
    assert cancelling.held.changes == []
    assert [(kept["by"], kept["detail"]["row"]) for kept in cancelling.refusals.kept] == [(who, 0)]


async def test_what_nobody_asked_for_or_no_rule_governs_has_no_cancelling() -> None:
    nobodys = Cancelling(asked_by_alice(requester=None))
    assert not is_cancellable(Review(nobodys.approval))
    with pytest.raises(MayNotDecide):
        await nobodys.by()
    without_rules = Cancelling(replace(an_approval(value=CALL), requester="UALICE"))
    assert not is_cancellable(Review(without_rules.approval))
    with pytest.raises(NotCancellable):
        await without_rules.by()


async def test_another_question_or_a_closed_one_is_not_cancelled() -> None:
    with pytest.raises(QuestionChanged):
        await Cancelling(asked_by_alice()).by(digest="another")
    closed = asked_by_alice().with_votes({0: vote("UBOB")})
    with pytest.raises(NotPending, match="approved by Bob already"):
        await Cancelling(closed).by()
