"""Cancelling: the requester takes their request back, and the graph gets a rejection.

A graph that takes no rejection gets no answer: its run is cancelled.

Cancelling is not a vote: rules and quorum do not apply. A card without a rule, which any member can decide,
cannot be cancelled.
"""

import asyncio
from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import CountersignError, MayNotDecide, QuestionChanged
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.person import Person, Standing
from countersign.approvals.recorded_reasons import CANCELLED_BY, RUN_CANCELLED_BY
from countersign.approvals.votes.eligibility import check_may_decide
from countersign.approvals.votes.vote import Vote
from countersign.flow.decisions.conflict_retry import save_change
from countersign.flow.decisions.evidence.refusal_log import RefusalLog
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.notices.thread_notes import outcome_note
from countersign.flow.observability.observer import Observer
from countersign.flow.ports import Clock, Ledger, Store
from countersign.flow.review import Review
from countersign.i18n import N_, lazy_text
from countersign.interrupts import resume_value, run_cancellation

_MESSAGE = "Cancelled by the requester."  # what the graph reads where its dialect has a place for words
_NOT_THE_REQUESTER = N_("Only the person who started this can cancel it.")
_MAY_START = {Standing.GUEST, Standing.STRANGER}  # where START lets them; they may not decide


class NotCancellable(CountersignError):
    """This can't be cancelled here. Answer it with the buttons of its card."""


def is_cancellable(review: Review) -> bool:
    """Whether its card has *Cancel request*: every row can be rejected."""
    return may_be_cancelled(review.approval) and _takes_rejections(review)


def may_be_cancelled(approval: Approval) -> bool:
    """Whether its requester may cancel it: somebody asked for it, and it is under a rule."""
    return approval.requester is not None and bool(approval.rule_names)


def _takes_rejections(review: Review) -> bool:
    rows = review.unrestricted_request.rows
    return all(DecisionKind.REJECT in row.allowed and not row.ignores_answer for row in rows)


class CancelApproval:
    def __init__(
        self, store: Store, clock: Clock, observer: Observer | None = None, ledger: Ledger | None = None
    ) -> None:
        """Without `ledger`, refusals are not kept."""
        self._store = store
        self._clock = clock
        self._observer = observer or Observer()
        self._refusals = RefusalLog(ledger)

    async def __call__(
        self, approval_id: UUID, digest: str, channel: str, person: Person, reason: str | None = None
    ) -> Review:
        """The approval, cancelled. `channel` is that of its card, or of its thread.

        `reason` is kept where the run is cancelled; other graphs always get the same message.
        Raises NotPending, QuestionChanged, NotCancellable, MayNotDecide for all but the requester,
        InvalidDecision where the graph would not take a rejection, and Conflict.
        """
        return await save_change(
            self._store,
            approval_id,
            channel,
            lambda review: self._change(review, digest, person, reason),
            _announced,
            in_thread=True,
            observer=self._observer,
            by=person.id,
        )

    async def _change(self, review: Review, digest: str, person: Person, reason: str | None) -> Change:
        approval = review.approval
        async with self._refusals.kept(approval, 0, person, None):
            _check_may_cancel(approval.requester, person)
        if digest != approval.shown_digest:
            raise QuestionChanged
        row = next(iter(approval.open_rows), 0)
        approval.check_open(row, approval.digest_of(row))
        if not may_be_cancelled(approval):
            raise NotCancellable
        detail: dict[str, Json] = {"digest": approval.shown_digest}
        answer: Json = None
        if _takes_rejections(review):
            decision = Decision(kind=DecisionKind.REJECT, message=_MESSAGE)
            # In a thread, since validating an answer takes up to a second.
            rejections = [decision] * len(approval.votes)
            answer = await asyncio.to_thread(resume_value, review.unrestricted_request, rejections)
        else:
            decision = run_cancellation(reason)
            detail |= {"ends_run": True, "message": reason}
        vote = Vote(decision=decision, by=person, at=self._clock(), cancelled=True)
        reason = RUN_CANCELLED_BY if decision.ends_run else CANCELLED_BY
        after = approval.cancelled(vote, answer, reason.format(name=person.name))
        return Change(after=after, event=Event.CANCELLED, by=person, detail=detail)


def _announced(cancelled: Review) -> tuple[Outgoing, ...]:
    outcome = outcome_note(cancelled)
    return (outcome,) if outcome is not None else ()


def _check_may_cancel(requester: str | None, person: Person) -> None:
    if requester is None or person.id != requester:
        raise MayNotDecide(lazy_text(_NOT_THE_REQUESTER))
    if person.standing not in _MAY_START:
        check_may_decide(person)
