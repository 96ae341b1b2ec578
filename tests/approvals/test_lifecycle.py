"""Only legal moves happen to an approval: against a model of its own, and against the table in the docs."""

import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import AlreadyDecided, IllegalTransition, NothingDecided, NotPending
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import TRANSITIONS, Event, Outcome, Status, state_diagram
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.voting.row_votes import NothingToWithdraw
from countersign.approvals.votes.vote import Vote

PAGE = Path(__file__).parents[2] / "docs/how-it-works.md"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOB = Person(id="UBOB", name="Bob", standing=Standing.MEMBER)
KINDS = (DecisionKind.APPROVE, DecisionKind.REJECT)


def vote(kind: DecisionKind) -> Vote:
    return Vote(decision=Decision(kind=kind), by=BOB, at=NOW)


def expired() -> Vote:
    rule = Person(id="", name="the rule", standing=Standing.BOT)
    return Vote(decision=Decision(kind=DecisionKind.REJECT), by=rule, at=NOW, expired=True)


def cancelling() -> Vote:
    return replace(vote(DecisionKind.REJECT), cancelled=True)


def an_approval(rows: int = 1) -> Approval:
    return open_approval(
        thread_id="T/C/1", interrupt_id="i", digest="d", value={}, schema=None, rows=rows, at=NOW
    )


class ApprovalMachine(RuleBasedStateMachine):
    """Everything may be tried at any time; the model says what has to come of it."""

    @initialize(rows=st.integers(1, 3))
    def open(self, rows: int) -> None:
        self.approval = an_approval(rows)
        self.state = "pending"
        self.decided: dict[int, DecisionKind] = {}
        self.rows = rows
        self.closes_as = "resumed"
        self.undoable = False
        self.changes = 1

    @rule(votes=st.dictionaries(st.integers(0, 2), st.sampled_from(KINDS), max_size=3))
    def vote(self, votes: dict[int, DecisionKind]) -> None:
        votes = {row: kind for row, kind in votes.items() if row < self.rows}
        expected: AbstractContextManager[Any] = nullcontext()
        if not votes:
            expected = pytest.raises(NothingDecided)
        elif self.state != "pending":
            expected = pytest.raises(NotPending)
        elif votes.keys() & self.decided.keys():
            expected = pytest.raises(AlreadyDecided)
        with expected:
            self.approval = self.approval.with_votes({row: vote(kind) for row, kind in votes.items()})
            self.decided |= votes
            self.state = "decided" if len(self.decided) == self.rows else "pending"
            self.changes += 1

    @rule()
    def time_runs_out(self) -> None:
        with self.only_in("pending"):
            rows = self.approval.open_rows
            self.approval = self.approval.timed_out(rows, dict.fromkeys(rows, expired()), "Nobody answered.")
            self.state, self.closes_as = "decided", "resumed" if self.decided else "expired"
            self.decided |= dict.fromkeys(rows, DecisionKind.REJECT)

    @rule()
    def time_runs_out_and_it_stays_open(self) -> None:
        with self.only_in("pending"):
            self.approval = self.approval.timed_out(self.approval.open_rows, {}, "Nobody answered.")

    @rule()
    def claim(self) -> None:
        with self.only_in("pending"):
            self.approval = self.approval.claimed(BOB, NOW)

    @rule()
    def release(self) -> None:
        with self.only_in("pending"):
            self.approval = self.approval.released()

    @rule(kind=st.sampled_from(["reminded", "escalated"]))
    def tell_people_again(self, kind: str) -> None:
        with self.only_in("pending"):
            self.approval = getattr(self.approval, kind)(self.approval.open_rows)

    @rule()
    def keep_it_from_the_graph(self) -> None:
        if self.state == "decided" and self.closes_as != "cancelled":
            self.approval = self.approval.undoable(NOW)
            self.undoable = True

    @rule()
    def undo(self) -> None:
        mine = {row for row, found in enumerate(self.approval.votes) if found is not None and found.by == BOB}
        if self.state != "decided" or not self.undoable:
            with pytest.raises(NotPending):
                self.approval.undone(BOB.id)
        elif not mine:
            with pytest.raises(NothingToWithdraw):
                self.approval.undone(BOB.id)
        else:
            self.approval = self.approval.undone(BOB.id)
            self.changes += 1
            self.state, self.closes_as, self.undoable = "pending", "resumed", False
            self.decided = {row: kind for row, kind in self.decided.items() if row not in mine}

    @rule()
    def send(self) -> None:
        with self.only_in("decided"):
            self.approval, self.undoable = self.approval.sent(), False

    @rule()
    def cancel(self) -> None:
        with self.only_in("pending"):
            self.approval = self.approval.cancelled(cancelling(), False, "No longer needed.")
            self.state, self.closes_as = "decided", "cancelled"
            self.decided = dict.fromkeys(range(self.rows), DecisionKind.REJECT)

    @rule()
    def resume(self) -> None:
        with self.only_in("decided"):
            self.approval = self.approval.resumed()
            self.state = self.closes_as

    @rule()
    def reopen(self) -> None:
        with self.only_in("decided"):
            self.approval = self.approval.reopened("Not a number.", NOW)
            self.state, self.closes_as, self.decided, self.undoable = "pending", "resumed", {}, False

    @rule()
    def lapse(self) -> None:
        with self.only_in("decided"):
            self.approval = self.approval.lapsed("Approved too long ago.", NOW)
            self.state, self.closes_as, self.decided, self.undoable = "pending", "resumed", {}, False

    @rule()
    def withdraw(self) -> None:
        with self.only_in("pending", "decided"):
            self.approval = self.approval.withdrawn("The question is gone.")
            self.state = "withdrawn"

    def only_in(self, *states: str) -> AbstractContextManager[Any]:
        if self.state in states:
            self.changes += 1
            return nullcontext()
        return pytest.raises(IllegalTransition)

    @invariant()
    def agrees_with_the_model(self) -> None:
        if not hasattr(self, "approval"):
            return
        assert self.approval.status.value == self.state
        assert self.approval.version == self.changes, "each change counts, and nothing else does"
        voted = {row: v.decision.kind for row, v in enumerate(self.approval.votes) if v is not None}
        assert self.approval.is_undoable == (self.undoable and self.state == "decided")
        assert voted == self.decided
        assert self.approval.claim is None or self.state == "pending", "what is decided is in nobody's hands"
        assert (self.approval.outcome is None) == (self.state == "pending")


TestApprovalMachine = ApprovalMachine.TestCase
TestApprovalMachine.settings = settings(max_examples=150, stateful_step_count=20, deadline=None)


@given(st.sampled_from(Status), st.sampled_from(Event), st.sampled_from(Status))
def test_the_table_has_no_way_out_of_a_closed_state(before: Status, event: Event, after: Status) -> None:
    closed = {Status.RESUMED, Status.EXPIRED, Status.CANCELLED, Status.WITHDRAWN}
    if before in closed:
        assert after not in TRANSITIONS.get((before, event), ())


def test_every_state_is_reached_and_every_event_used() -> None:
    reached = {after for targets in TRANSITIONS.values() for after in targets}
    assert reached | {Status.PENDING} == set(Status)
    assert {event for _, event in TRANSITIONS} | {Event.OPENED} == set(Event)


@pytest.mark.parametrize(
    ("event", "status"),
    [(Event.RESUMED, Status.PENDING), (Event.DECIDED, Status.PENDING), (Event.OPENED, Status.DECIDED)],
)
def test_a_change_that_its_event_cannot_have_made_is_refused(event: Event, status: Status) -> None:
    with pytest.raises(IllegalTransition):
        Change(after=replace(an_approval(), status=status), event=event)


def test_outcomes_are_distinguished() -> None:
    yes, no = vote(DecisionKind.APPROVE), vote(DecisionKind.REJECT)
    open_ = an_approval(rows=2)
    assert open_.with_votes({0: yes, 1: no}).outcome is Outcome.APPROVED
    assert open_.with_votes({0: no, 1: no}).outcome is Outcome.REJECTED
    assert open_.timed_out((0, 1), {0: expired(), 1: expired()}, "late").outcome is Outcome.EXPIRED
    assert open_.cancelled(cancelling(), False, "no need").resumed().outcome is Outcome.CANCELLED
    assert open_.with_votes({0: yes, 1: yes}).withdrawn("gone").outcome is Outcome.WITHDRAWN
    assert open_.with_votes({0: no}).outcome is None


def test_cancelling_rejects_every_row_and_keeps_the_votes_that_were_given() -> None:
    half = an_approval(rows=2).with_votes({0: vote(DecisionKind.APPROVE)})
    ended = half.cancelled(cancelling(), False, "Cancelled by Bob.")
    assert [found.decision.kind for found in ended.votes if found] == [DecisionKind.REJECT] * 2
    assert ended.votes_on(0).votes == (vote(DecisionKind.APPROVE),)
    assert (ended.outcome, ended.resumed().status) == (Outcome.CANCELLED, Status.CANCELLED)


@pytest.mark.parametrize("closed", ["timed_out", "cancelled"])
def test_who_comes_too_late_reads_how_it_ended(closed: str) -> None:
    half = an_approval(rows=2).with_votes({0: vote(DecisionKind.APPROVE)})
    reason = "Nobody answered within 2 hours."
    expiry = half.timed_out((1,), {1: expired()}, reason)
    ended = expiry if closed == "timed_out" else half.cancelled(cancelling(), False, reason)
    with pytest.raises(NotPending, match="Nobody answered within 2 hours"):
        ended.check_open(1, "d")


def test_the_docs_show_the_table() -> None:
    shown = re.findall(r"^```mermaid\n(stateDiagram.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert shown == [state_diagram() + "\n"]
