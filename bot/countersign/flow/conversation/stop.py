"""Stops a thread's run, and withdraws its pending requests if they are of the person who stops it.

Everybody who may start a run may stop one. Cards stay open unless all of them belong to runs that this person
started: otherwise anybody could end a request whose rule lets others decide. A saved decision is never lost:
the graph gets it before it stops.
"""

from collections.abc import Sequence
from dataclasses import replace

from countersign.approvals.approval import Approval
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import Person
from countersign.approvals.recorded_reasons import STOPPED_BY
from countersign.flow.graph_state import GraphState
from countersign.flow.messages.inbound import STARTS_A_RUN, Inbound
from countersign.flow.messages.outgoing import note
from countersign.flow.ports import GraphThread, Slack
from countersign.flow.steps.results.step_results import StepResults
from countersign.flow.work import Notice, StepResult, Work
from countersign.i18n import N_, _, lazy_text, ngettext

NOTHING_RUNS = N_("Nothing is running in this thread.")
NOT_YOURS = N_(
    "This thread waits for a decision. Only the person who asked can take it back. Everybody else can use "
    "the buttons of the card."
)
STILL_UNDOABLE = N_("The last decision can still be undone on its card. Stop again once the agent has it.")
FAILED_AFTER_DECISION = N_("Nothing is running. The last step failed: use *Try again* or *Ask again* above.")
_STOPPED = N_("Stopped. Send a message to go on.")
_STOPPED_BY = N_("Stopped by {name}. Send a message to go on.")


class StopRun:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def __call__(
        self, work: Work, state: GraphState, stop: Inbound, graph: GraphThread, results: StepResults
    ) -> StepResult:
        """The thread's result after this stop. Raises RateLimited and SlackUnreachable."""
        refusal = why_not_taken_back(work, stop.user)
        if refusal is not None:
            return await _nothing_done(results, work, state, stop, refusal)
        unread = (*written_before(work, stop), *work.held)
        waiting = waiting_approvals(work)
        if not (state.unfinished or state.pending or waiting or unread):
            return await _nothing_done(results, work, state, stop, NOTHING_RUNS)
        person = await self._slack.person(stop.user)
        await graph.abandon()
        return await results.build(
            await graph.read(),
            done=(*(row.key for row in unread), stop.key),
            changes=withdrawals(waiting, person, STOPPED_BY.format(name=person.name)),
            post=(note(work.thread.ref, f"stopped:{stop.key}", _text(work, person, unread)),),
        )


def stop_before_start(work: Work, stop: Inbound) -> StepResult:
    """The thread's first message is stopped before any graph ran."""
    unread = written_before(work, stop)
    if not unread:
        told = (Notice(user=stop.user, text=lazy_text(NOTHING_RUNS)),)
        return StepResult(thread=work.thread, done=(stop.key,), notices=told)
    text = " ".join((_(_STOPPED), _unread_text(unread))).strip()
    return StepResult(
        thread=work.thread,
        done=(*(row.key for row in unread), stop.key),
        post=(note(work.thread.ref, f"stopped:{stop.key}", text),),
    )


def why_not_taken_back(work: Work, user: str) -> str | None:
    """Why this person may not end what the thread's approvals wait for; None if they may."""
    if any(approval.requester != user for approval in waiting_approvals(work)):
        return NOT_YOURS
    if any(review.approval.is_undoable for review in work.open):
        return STILL_UNDOABLE
    if any(review.approval.status is Status.DECIDED for review in work.open):
        return FAILED_AFTER_DECISION
    return None


def waiting_approvals(work: Work) -> tuple[Approval, ...]:
    return tuple(r.approval for r in work.open if r.approval.status is Status.PENDING)


def written_before(work: Work, control: Inbound) -> tuple[Inbound, ...]:
    """The messages that came in before the stop and were not started."""
    return work.inbound[: work.inbound.index(control)]


def withdrawals(approvals: Sequence[Approval], person: Person, reason: str) -> tuple[Change, ...]:
    return tuple(
        Change(after=each.withdrawn(reason), event=Event.WITHDRAWN, by=person, detail=reason)
        for each in approvals
    )


def _text(work: Work, person: Person, unread: Sequence[Inbound]) -> str:
    by_requester = person.id == work.thread.requester
    stopped = _(_STOPPED) if by_requester else _(_STOPPED_BY).format(name=person.name)
    return " ".join((stopped, _unread_text(unread))).strip()


def _unread_text(unread: Sequence[Inbound]) -> str:
    count = sum(row.kind in STARTS_A_RUN for row in unread)
    if count == 0:
        return ""
    return ngettext(
        "{count} queued message was not read. Send it again if you still need it.",
        "{count} queued messages were not read. Send them again if you still need them.",
        count,
    ).format(count=count)


async def _nothing_done(
    results: StepResults, work: Work, state: GraphState, stop: Inbound, why: str
) -> StepResult:
    nothing = await results.build(state, done=(stop.key,), halted=work.thread.halted)
    return replace(nothing, notices=(Notice(user=stop.user, text=lazy_text(why)),))
