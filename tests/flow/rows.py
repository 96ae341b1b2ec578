"""Rows of the flow for tests without a database, made in few words."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.person import Person, Standing
from countersign.approvals.votes.vote import Vote
from countersign.flow.graph_state import GraphState, PendingInterrupt
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRecord, ThreadRef
from countersign.flow.work import Work
from countersign.interrupts.code import Boolean, shape_to_json

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
REF = ThreadRef(team="T1", channel="C1", ts="100.000001")
BOB = Person(id="UBOB", name="bob", standing=Standing.MEMBER)
YES_OR_NO = Boolean()


def an_approval(
    interrupt_id: str = "i1", *, digest: str = "d1", checkpoint_id: str | None = "c5"
) -> Approval:
    """A pending approval of a yes or no."""
    opened = open_approval(
        thread_id=REF.id,
        interrupt_id=interrupt_id,
        digest=digest,
        value="Go on?",
        schema=None,
        answer_shape=shape_to_json(YES_OR_NO),
        rows=1,
        at=NOW,
        checkpoint_id=checkpoint_id,
    )
    return replace(opened, id=UUID(int=int.from_bytes(interrupt_id.encode())))


def decided(approval: Approval, kind: DecisionKind = DecisionKind.APPROVE, answer: Json = True) -> Approval:
    vote = Vote(decision=Decision(kind=kind), by=BOB, at=NOW)
    return approval.with_votes({0: vote}).answered_with(answer)


def pending(interrupt_id: str = "i1", *, digest: str = "d1", value: Json = "Go on?") -> PendingInterrupt:
    return PendingInterrupt(
        interrupt_id=interrupt_id, value=value, schema=None, digest=digest, shape=YES_OR_NO
    )


def a_state(*asked: PendingInterrupt, **more: object) -> GraphState:
    """A state that the bot wrote, at checkpoint c5 unless it says otherwise."""
    known: dict[str, object] = {"last_input_key": "message:1", "checkpoint_id": "c5", "pending": asked}
    return GraphState(**{**known, **more})  # type: ignore[arg-type]  # the tests name fields of a state


def a_message(number: int, *, ts: str | None = None, kind: InboundKind = InboundKind.MESSAGE) -> Inbound:
    return Inbound(key=f"message:{number}", kind=kind, thread=REF, user="UBOB", text="hi", ts=ts)


def work(*open_approvals: Approval, inbound: tuple[Inbound, ...] = (), **thread: object) -> Work:
    record = ThreadRecord(
        ref=REF, graph="agent", last_posted_key=None, halted=None, attempts=0, step_starts=0
    )
    return Work(
        thread=replace(record, **thread),  # type: ignore[arg-type]  # the tests name fields of a thread
        open=tuple(Review(approval) for approval in open_approvals),
        inbound=inbound,
    )
