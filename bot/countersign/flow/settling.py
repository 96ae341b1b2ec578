"""What a thread's state means for its approvals and its messages, once a run has come to rest."""

from collections.abc import Iterable
from dataclasses import replace

from countersign.approvals.approval import Approval, Status, open_approval
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change, Event
from countersign.flow.graph_state import GraphState, PendingInterrupt
from countersign.flow.outgoing import Outgoing, OutgoingKind
from countersign.flow.ports import Clock, Settlement, Work
from countersign.flow.questions import question
from countersign.flow.thread import ThreadRef

_NO_LONGER_ASKED = "The question behind it is no longer asked."


def outgoing(ref: ThreadRef, key: str, kind: OutgoingKind, body: Json = None) -> Outgoing:
    return Outgoing(key=key, kind=kind, team=ref.team, channel=ref.channel, thread_ts=ref.ts, body=body)


def note(ref: ThreadRef, key: str, text: str) -> Outgoing:
    return outgoing(ref, f"note:{key}", OutgoingKind.NOTE, {"text": text})


def failure(ref: ThreadRef, reference: str, hint: str, *, ask_again: bool = False) -> Outgoing:
    body: Json = {"text": hint, "reference": reference, "ask_again": ask_again}
    return outgoing(ref, f"failure:{reference}", OutgoingKind.FAILURE, body)


def card(ref: ThreadRef, approval: Approval) -> Outgoing:
    row = outgoing(ref, f"card:{approval.id}", OutgoingKind.CARD)
    return replace(row, approval_id=approval.id)


def settle(
    work: Work,
    state: GraphState,
    clock: Clock,
    *,
    done: Iterable[str] = (),
    changes: Iterable[Change] = (),
    post: Iterable[Outgoing] = (),
    halted: str | None = None,
) -> Settlement:
    """The settlement that makes our rows agree with the graph's state.

    What the graph said is posted, questions without an approval get one with its card, and approvals whose
    question is gone are withdrawn. `changes` are approvals that this step changed already.
    """
    changed = {change.after.id: change for change in changes}
    kept = [changed[a.id].after if a.id in changed else a for a in work.open]
    asked = {(p.interrupt_id, p.digest) for p in state.pending}
    waiting = {(a.interrupt_id, a.digest) for a in kept if a.status in {Status.PENDING, Status.DECIDED}}
    withdrawn = [
        Change(after=a.withdrawn(_NO_LONGER_ASKED), event=Event.WITHDRAWN)
        for a in kept
        if a.status is Status.PENDING and a.id not in changed and (a.interrupt_id, a.digest) not in asked
    ]
    opened = [
        _opened(work.thread.ref, pending, clock)
        for pending in state.pending
        if (pending.interrupt_id, pending.digest) not in waiting
    ]
    said = _said(work, state)
    ref = work.thread.ref
    return Settlement(
        thread=replace(
            work.thread,
            halted=halted,
            last_said=_last_said(work, state),
        ),
        done=tuple(done),
        changes=(*changed.values(), *withdrawn, *opened),
        post=(*said, *(card(ref, change.after) for change in opened), *post),
    )


def _opened(ref: ThreadRef, pending: PendingInterrupt, clock: Clock) -> Change:
    approval = open_approval(
        thread_id=ref.id,
        interrupt_id=pending.interrupt_id,
        digest=pending.digest,
        value=pending.value,
        schema=pending.schema,
        rows=len(question(pending.value, pending.schema, pending.digest).rows),
        at=clock(),
    )
    return Change(after=approval, event=Event.OPENED, detail={"digest": pending.digest})


def _said(work: Work, state: GraphState) -> list[Outgoing]:
    """The messages after the last one that was posted, and the fields of a graph that came to its end."""
    ref = work.thread.ref
    keys = [said.key for said in state.said]
    start = keys.index(work.thread.last_said) + 1 if work.thread.last_said in keys else 0
    rows = [
        outgoing(ref, f"said:{ref.id}:{said.key}", OutgoingKind.SAID, {"text": said.text})
        for said in state.said[start:]
    ]
    if _has_result(state) and state.checkpoint != work.thread.last_said:
        key = f"fields:{ref.id}:{state.checkpoint}"
        rows.append(outgoing(ref, key, OutgoingKind.FIELDS, {"values": state.fields}))
    return rows


def _last_said(work: Work, state: GraphState) -> str | None:
    """What the thread remembers, since the outbox forgets: a message's key, or a result's checkpoint."""
    if _has_result(state):
        return state.checkpoint
    return state.said[-1].key if state.said else work.thread.last_said


def _has_result(state: GraphState) -> bool:
    return state.fields is not None and not state.unfinished and state.checkpoint is not None
