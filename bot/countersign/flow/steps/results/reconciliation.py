"""Makes our rows agree with a graph's state, once a run has come to rest."""

from collections.abc import Iterable
from dataclasses import replace

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.recorded_reasons import AGENT_CHANGED, NO_LONGER_ASKED
from countersign.flow.graph_state import GraphState, PendingInterrupt, is_breakpoint
from countersign.flow.messages.outgoing import Outgoing, card
from countersign.flow.ports import Clock
from countersign.flow.review import Review
from countersign.flow.steps.results.run_output import early_key, has_result, run_output
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult, Work
from countersign.interrupts import look_alike
from countersign.interrupts.code import shape_to_json


def reconcile(
    work: Work,
    state: GraphState,
    clock: Clock,
    *,
    done: Iterable[str] = (),
    changes: Iterable[Change] = (),
    post: Iterable[Outgoing] = (),
    halted: str | None = None,
    before: GraphState | None = None,
) -> StepResult:
    """The step result that makes our rows agree with the graph's state.

    New messages of the graph are posted, questions without an approval get one with its card, and approvals
    whose question is gone are withdrawn. `changes` are approvals that this step changed already. `before` is
    the state that the run began with, where a run has come to its end.
    """
    changed = {change.after.id: change for change in changes}
    approvals = [changed[a.id].after if a.id in changed else a for a in (r.approval for r in work.open)]
    withdrawn = [
        Change(after=a.withdrawn(_why_gone(state, a)), event=Event.WITHDRAWN)
        for a in approvals
        if a.status is Status.PENDING and a.id not in changed and not _asks(state, a)
    ]
    opened = [
        _opened(work.thread.ref, state, pending, clock)
        for pending in state.pending
        if not _has_approval(pending, approvals)
    ]
    ref = work.thread.ref
    return StepResult(
        thread=replace(
            work.thread,
            halted=halted,
            last_posted_key=_last_posted_key(work, state),
            early_keys=_early_keys(work, state),
        ),
        done=tuple(done),
        changes=(*changed.values(), *withdrawn, *(_opening(review) for review in opened)),
        opened=tuple(opened),
        post=(*run_output(work, state, before), *(card(ref, review.approval) for review in opened), *post),
        waits=bool(state.pending),
    )


def _asks(state: GraphState, approval: Approval) -> bool:
    return (approval.interrupt_id, approval.digest) in {(p.interrupt_id, p.digest) for p in state.pending}


def _why_gone(state: GraphState, approval: Approval) -> str:
    return AGENT_CHANGED if approval.interrupt_id in state.orphaned else NO_LONGER_ASKED


def _has_approval(pending: PendingInterrupt, approvals: Iterable[Approval]) -> bool:
    return any(
        (a.interrupt_id, a.digest) == (pending.interrupt_id, pending.digest)
        for a in approvals
        if a.status in {Status.PENDING, Status.DECIDED}
    )


def _opened(ref: ThreadRef, state: GraphState, pending: PendingInterrupt, clock: Clock) -> Review:
    approval = open_approval(
        thread_id=ref.id,
        interrupt_id=pending.interrupt_id,
        digest=pending.digest,
        value=pending.value,
        schema=pending.schema,
        node=pending.node,
        answer_shape=shape_to_json(pending.shape),
        state=None if is_breakpoint(pending.interrupt_id) else state.changeable,
        rows=1,
        at=clock(),
        checkpoint_id=state.checkpoint_id,
        graph_version=state.graph_version,
    )
    review = Review(approval)
    votes: tuple[None, ...] = (None,) * len(review.request.rows)
    return review.with_approval(replace(approval, votes=votes, look_alikes=_look_alikes(review, state)))


def _look_alikes(review: Review, state: GraphState) -> dict[str, str]:
    """For each tool that is asked about, another one of the graph or of the card with a name like it."""
    asked = [row.action for row in review.request.rows if row.action]
    known = sorted({*state.tools, *asked})
    found = ((name, next((each for each in known if look_alike(name, each)), None)) for name in asked)
    return {name: other for name, other in found if other is not None}


def _opening(review: Review) -> Change:
    return Change(after=review.approval, event=Event.OPENED, detail={"digest": review.approval.digest})


def _early_keys(work: Work, state: GraphState) -> tuple[str, ...]:
    """The keys of what was posted from a subgraph, while the outermost graph may still take it over."""
    if not state.pending and not state.unfinished:
        return ()
    return tuple(dict.fromkeys((*work.thread.early_keys, *(early_key(each) for each in state.nested))))


def _last_posted_key(work: Work, state: GraphState) -> str | None:
    """What the thread remembers, since the outbox forgets: a message's key, or a result's checkpoint."""
    if has_result(state):
        return state.checkpoint_id
    return state.messages[-1].key if state.messages else work.thread.last_posted_key
