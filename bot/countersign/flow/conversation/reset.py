"""Resets a thread: deletes its graph's state, withdraws pending approvals and ends its grants.

The person who started the conversation may do it, and any full member; while a request is pending, only its
requester. The ledger keeps everything.
"""

from dataclasses import replace

from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Person
from countersign.approvals.policy.grants import revoke
from countersign.approvals.recorded_reasons import STARTED_OVER_BY
from countersign.approvals.votes.eligibility import check_may_decide
from countersign.flow.conversation.stop import (
    NOT_YOURS,
    STILL_UNDOABLE,
    waiting_approvals,
    withdrawals,
    written_before,
)
from countersign.flow.graph_state import GraphState
from countersign.flow.messages.inbound import Inbound
from countersign.flow.messages.outgoing import note
from countersign.flow.ports import Clock, GrantStore, GraphThread, Slack
from countersign.flow.steps.results.step_results import StepResults
from countersign.flow.work import Notice, StepResult, Work
from countersign.i18n import N_, _, lazy_text

_MAY_NOT = N_("Only the person who started this conversation, or a full member, can start it over.")
_STARTED_OVER = N_(
    "Started over. The next message begins a new conversation. What was decided stays on record."
)


class ResetConversation:
    def __init__(self, slack: Slack, clock: Clock, grants: GrantStore | None = None) -> None:
        """Without `grants`, none are ended."""
        self._slack = slack
        self._clock = clock
        self._grants = grants

    async def __call__(
        self, work: Work, state: GraphState, reset: Inbound, graph: GraphThread, results: StepResults
    ) -> StepResult:
        """Raises RateLimited and SlackUnreachable."""
        person = await self._slack.person(reset.user)
        refusal = _refusal(work, person)
        if refusal is not None:
            nothing = await results.build(state, done=(reset.key,), halted=work.thread.halted)
            return replace(nothing, notices=(Notice(user=reset.user, text=lazy_text(refusal)),))
        await self._end_grants(work.thread.ref.id, person)
        # Before the result is saved: if this process dies in between, the next one repeats all of it.
        await graph.forget()
        forgotten = replace(work.thread, last_posted_key=None, halted=None, early_keys=(), requester=None)
        before = (*written_before(work, reset), *work.held)
        approvals = [review.approval for review in work.open]
        return StepResult(
            thread=forgotten,
            done=(*(row.key for row in before), reset.key),
            forget_parked=True,
            changes=withdrawals(approvals, person, STARTED_OVER_BY.format(name=person.name)),
            post=(note(work.thread.ref, reset.key, _(_STARTED_OVER)),),
            closed=True,
        )

    async def _end_grants(self, thread_id: str, person: Person) -> None:
        if self._grants is None:
            return
        now = self._clock()
        for grant in await self._grants.active_in_thread(thread_id, now):
            await self._grants.revoke(revoke(grant, now, person.id), person, ())


def _refusal(work: Work, person: Person) -> str | None:
    """Why this person may not reset the thread; None if they may."""
    if any(approval.requester != person.id for approval in waiting_approvals(work)):
        return NOT_YOURS
    if any(review.approval.is_undoable for review in work.open):
        return STILL_UNDOABLE
    if person.id == work.thread.requester:
        return None
    try:
        check_may_decide(person)
    except MayNotDecide:
        return _MAY_NOT
    return None
