"""Fires due timers of approvals: reads each again, changes it by compare-and-set, and notifies people.

A timer is the due time in the approval's own row, written with every change of it, so none is lost. A timer
that is late, or that two processes find at once, does only what is due and not done.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import THE_REQUEST, THE_RULE, Person, Standing
from countersign.approvals.policy.clock.timers import TimerKind, expires_at
from countersign.approvals.policy.rule import Rule
from countersign.approvals.recorded_reasons import not_decided_by
from countersign.approvals.votes.vote import Vote
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.errors import Conflict, DatabaseUnavailable
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.notices.direct_messages import NoticeReason, direct_messages
from countersign.flow.notices.thread_notes import escalation, outcome_note, overdue, reminder
from countersign.flow.observability.tracing import trace_of
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import Clock, TimerStore
from countersign.flow.review import Review
from countersign.flow.timers.expiry import expiry_decision
from countersign.interrupts import resume_value

_BATCH = 50  # approvals that one round takes up
_AT_ONCE = 10  # changes of one approval in a row, such as a reminder and an escalation
_AFTER_FAILURE = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class _Firing:
    """What a timer makes of an approval, and what is posted about it."""

    change: Change
    post: tuple[Outgoing, ...] = ()


class TimerRunner:
    def __init__(
        self, store: TimerStore, delivery: MessageDelivery, voting: Voting, audience: Audience, clock: Clock
    ) -> None:
        self._store = store
        self._delivery = delivery
        self._voting = voting
        self._audience = audience
        self._clock = clock

    async def run_due(self) -> int:
        """Fire the timers that are due; returns how many approvals had one. Raises DatabaseUnavailable."""
        due = await self._store.due_approvals(self._clock(), _BATCH)
        for approval_id in due:
            try:
                with trace_of("countersign.timer", None, kind=SpanKind.INTERNAL):
                    await self.fire(approval_id)
            except DatabaseUnavailable:
                raise
            except Exception:  # one approval's timer must not hold up the others
                log.exception("timer_failed", approval_id=str(approval_id))
                now = self._clock()
                await self._store.postpone_timer(approval_id, now, now + _AFTER_FAILURE)
        return len(due)

    async def fire(self, approval_id: UUID) -> None:
        """Do all that is due of one approval now. A concurrent change wins."""
        for _ in range(_AT_ONCE):
            review = await self._store.approval(approval_id)
            if review is None:
                return
            firing = await self._next(review)
            if firing is None:
                await self._store.reschedule(review.approval)
                return
            try:
                await self._store.decide(firing.change, firing.post)
            except Conflict:  # somebody decided or voted: what is due now is looked at again
                continue
            saved = review.with_approval(firing.change.after)
            await self._delivery.deliver_posts(firing.post)
            await self._delivery.update_card(approval_id, saved)

    async def _next(self, review: Review) -> _Firing | None:
        """The next thing that is due now, if anything is."""
        approval, now = review.approval, self._clock()
        if approval.status is Status.DECIDED:
            until = approval.undo_until
            return self._sent(review) if until is not None and until <= now else None
        due = approval.due(now)
        if approval.claim is not None and approval.claim.until <= now and TimerKind.EXPIRE not in due:
            held: dict[str, Json] = {"claimed_by": approval.claim.by.id}
            return _Firing(change=Change(after=approval.released(), event=Event.RELEASED, detail=held))
        if TimerKind.EXPIRE in due:
            frozen = {row: self._is_frozen(approval, row) for row in due[TimerKind.EXPIRE]}
            # In a thread, since validating an answer takes up to a second.
            return await asyncio.to_thread(_expired, review, due[TimerKind.EXPIRE], now, frozen)
        if TimerKind.ESCALATE in due:
            return await self._escalated(review, due[TimerKind.ESCALATE])
        if TimerKind.REMIND in due:
            return await self._reminded(review, due[TimerKind.REMIND])
        return None

    def _is_frozen(self, approval: Approval, row: int) -> bool:
        """Whether a freeze lasts, or lasted when it expired: a timer that fires late approves no more."""
        rule = approval.rule(row)
        deadline = expires_at(rule, approval.clock_from)
        return any(self._voting.freeze(rule, at) is not None for at in (None, deadline))

    def _sent(self, review: Review) -> _Firing:
        """The undo period is over: resume the graph, and post the outcome."""
        after = review.approval.sent()
        outcome = outcome_note(review.with_approval(after))
        return _Firing(change=Change(after=after, event=Event.SENT), post=(outcome,) if outcome else ())

    async def _reminded(self, review: Review, rows: tuple[int, ...]) -> _Firing:
        approval = review.approval
        users: dict[str, None] = {}
        for rule in _rules(approval, rows):
            users |= dict.fromkeys(await self._audience.of_rule(approval, rule))
        change = Change(after=approval.reminded(rows), event=Event.REMINDED, detail=_detail(approval, rows))
        messages = direct_messages(approval, users, NoticeReason.REMINDED)
        return _Firing(change=change, post=(reminder(review, rows), *messages))

    async def _escalated(self, review: Review, rows: tuple[int, ...]) -> _Firing:
        approval = review.approval
        users: dict[str, None] = {}
        post: list[Outgoing] = []
        for rule in _rules(approval, rows):
            of_rule = tuple(row for row in rows if approval.rule(row) == rule)
            post.append(escalation(review, rule, of_rule))
            users |= dict.fromkeys(await self._audience.members(approval, rule, rule.timers.escalate_to))
        detail = {**_detail(approval, rows), "notified": list(users)}
        change = Change(after=approval.escalated(rows), event=Event.ESCALATED, detail=detail)
        return _Firing(change=change, post=(*post, *direct_messages(approval, users, NoticeReason.ESCALATED)))


def _expired(review: Review, rows: tuple[int, ...], now: datetime, frozen: Mapping[int, bool]) -> _Firing:
    """Too few people voted: each row is decided as its rule says, or stays open."""
    approval, request = review.approval, review.unrestricted_request
    deadlines = {row: expires_at(approval.rule(row), approval.clock_from) or now for row in rows}
    decisions = {
        row: expiry_decision(
            request,
            row,
            approval.rule(row),
            approval.votes_on(row),
            deadlines[row],
            frozen=frozen[row],
        )
        for row in rows
    }
    votes = {
        row: _vote(approval.rule(row), decision, deadlines[row])
        for row, decision in decisions.items()
        if decision is not None
    }
    voted = any(approval.votes_on(row).votes for row in rows)
    reason = not_decided_by(max(deadlines.values()), voted=voted)
    after = approval.timed_out(rows, votes, reason.source)
    if after.status is Status.DECIDED and not after.ends_run:
        answer = resume_value(request, [vote.decision for vote in after.votes if vote is not None])
        after = after.answered_with(answer)
    left_open = tuple(row for row in rows if row not in votes)
    post = [
        overdue(review, rule, reason, frozen=any(frozen[row] for row in left_open))
        for rule in _rules(approval, left_open)
    ]
    outcome = outcome_note(review.with_approval(after))
    change = Change(
        after=after,
        event=Event.TIMED_OUT,
        detail={
            **_detail(approval, rows),
            "deadline": {str(row): at.isoformat() for row, at in deadlines.items()},
            "decisions": {str(row): _as_json(decision) for row, decision in decisions.items()},
        },
    )
    return _Firing(change=change, post=(*post, *((outcome,) if outcome else ())))


def _rules(approval: Approval, rows: Sequence[int]) -> tuple[Rule, ...]:
    return tuple(dict.fromkeys(approval.rule(row) for row in rows))


def _detail(approval: Approval, rows: Sequence[int]) -> dict[str, Json]:
    return {"rows": list(rows), "rules": [rule.name for rule in _rules(approval, rows)]}


def _as_json(decision: Decision | None) -> Json:
    if decision is None:
        return "kept open"
    ends_run: dict[str, Json] = {"ends_run": True} if decision.ends_run else {}
    return {
        "kind": decision.kind.value,
        "message": decision.message,
        "value": decision.value,
        **ends_run,
    }


def _vote(rule: Rule, decision: Decision, deadline: datetime) -> Vote:
    by_request = rule.timers.request_expires_in is not None
    name = THE_REQUEST if by_request else THE_RULE.format(rule=rule.name)
    by = Person(id="", name=name, standing=Standing.BOT)
    return Vote(decision=decision, by=by, at=deadline, expired=True)
