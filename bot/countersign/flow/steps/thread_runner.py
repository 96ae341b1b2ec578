"""Runs all pending steps of a thread under the thread's lock.

Each step reads the rows and the graph's state and does what is missing, so that it can be repeated after a
crash at any line.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID

import structlog

from countersign.approvals.lifecycle import Event, Status
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.errors import (
    Conflict,
    DatabaseUnavailable,
    Drained,
    RateLimited,
    RunAgain,
    SlackUnreachable,
    StaleWorker,
)
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.observability.observer import Observer
from countersign.flow.observability.tracing import trace_of
from countersign.flow.policy.rule_assignment import RuleAssignment
from countersign.flow.ports import Locks, Names, RunSlots, Session, Store
from countersign.flow.review import Review
from countersign.flow.steps.step_execution import StepExecution
from countersign.flow.steps.work_preparation import prepared
from countersign.flow.thread import ThreadRecord, ThreadRef
from countersign.flow.work import Notice, SavedStep, StepResult, Work

log = structlog.get_logger()

_UNDO_RETRY_INTERVAL = 0.5  # seconds
_MAX_GRANT_RACES = 8  # of one step for the uses of a grant
_NOT_THE_STEPS_FAULT = (
    *(Drained, asyncio.CancelledError),  # this process stops
    RunAgain,
    *(RateLimited, SlackUnreachable, DatabaseUnavailable),
    Conflict,  # somebody voted while the step was under way: it is to be done on what is stored now
)


Notify = Callable[[ThreadRef, Notice], None]  # returns at once, never raises


class ThreadRunner:
    """`notify` tells one person something without being waited for: whether it arrives is not the step's."""

    def __init__(
        self,
        *,
        store: Store,
        locks: Locks,
        slots: RunSlots,
        execute: StepExecution,
        assign_rules: RuleAssignment,
        delivery: MessageDelivery,
        notify: Notify,
        observer: Observer,
        names: Names | None = None,
    ) -> None:
        """Without `names`, ids stay ids."""
        self._store = store
        self._locks = locks
        self._slots = slots
        self._execute = execute
        self._assign_rules = assign_rules
        self._delivery = delivery
        self._notify = notify
        self._observer = observer
        self._names = names

    async def __call__(self, thread_id: str) -> None:
        """Do all that the thread has to do, unless it has to wait for others first.

        Raises ThreadBusy where another worker holds it, StaleWorker where one took it over, Drained where
        this process is stopping, RunAgain, Conflict, DatabaseUnavailable, RateLimited and SlackUnreachable:
        the job must then be retried. Any other error is reported in the thread, which is halted.
        """
        async with self._locks.hold(thread_id) as session:
            more = True
            while more and (slot := await self._slots.enter(thread_id)):
                work = await self._store.work(thread_id)
                if work is None:
                    more = False
                else:
                    with trace_of("countersign.step", _traceparent(work), _attributes(work)):
                        more = await self._take_and_tell(work, session)
                await self._slots.leave(thread_id, slot)

    async def _take_and_tell(self, work: Work, session: Session) -> bool:
        """Take the next step and post its result. Returns whether the thread has more to do."""
        result, saved = await self._take_step(work, session)
        self._count_failures(result)
        for notice in result.notices:
            self._notify(work.thread.ref, notice)
        reviews = _changed_reviews(work, result)
        elsewhere = [row for row in result.post if row.thread_ts != work.thread.ref.ts]
        # Cards first: the thread's pointers and the direct messages link to them.
        cards = [row for row in elsewhere if row.kind is OutgoingKind.CARD]
        await self._delivery.deliver_posts(cards)
        await self._delivery.deliver(saved.claimed, reviews)
        await self._delivery.deliver_posts([row for row in elsewhere if row not in cards])
        await self._update_cards(result, reviews)
        return saved.more

    async def _take_step(self, work: Work, session: Session) -> tuple[StepResult, SavedStep]:
        """The next step's result, saved. An error that a retry of the job would not fix is a result, too."""
        try:
            with self._observer.metrics.runs.steps.time():
                work = await prepared(work, self._store.revisions, self._names)
                taken = await self._execute(work, session)
            return await self._save(work, taken)
        except _NOT_THE_STEPS_FAULT as error:
            log.info("step_interrupted", thread_id=work.thread.ref.id, reason=type(error).__name__)
            await self._undo_attempt(work.thread)
            raise
        except StaleWorker:
            raise
        except Exception as error:
            if session.closed:  # with it the lock is lost: the step did not cause the error
                await self._undo_attempt(work.thread)
                raise DatabaseUnavailable from error
            return await self._save_failure(work, error)

    async def _save_failure(self, work: Work, error: Exception) -> tuple[StepResult, SavedStep]:
        result = self._execute.failed(work, error)
        try:
            return result, await self._store.save_step(result, claim=True)
        except Exception:
            await self._undo_attempt(work.thread)
            raise

    async def _undo_attempt(self, thread: ThreadRecord) -> None:
        """The step did not end its process, so its attempt does not count. Waits for the database."""
        while True:
            try:
                return await asyncio.shield(self._store.undo_attempt(thread))
            except DatabaseUnavailable:
                await asyncio.sleep(_UNDO_RETRY_INTERVAL)

    async def _save(self, work: Work, taken: StepResult) -> tuple[StepResult, SavedStep]:
        """The step's result under the rules of now, saved.

        A grant that another thread used, or that somebody revoked, in the same moment is looked up again.
        """
        for left in reversed(range(_MAX_GRANT_RACES)):
            result = _completed(work, await self._assign_rules(taken))
            try:
                return result, await self._store.save_step(result, claim=True)
            except Conflict:
                if not left or not any(change.grant_uses for change in result.changes):
                    raise
        raise AssertionError("unreachable")

    async def _update_cards(self, result: StepResult, reviews: Mapping[UUID, Review]) -> None:
        """Show what this step did to approvals that have a card; one that the graph took looks as before."""
        for change in result.changes:
            if change.event not in {Event.OPENED, Event.RESUMED, Event.RUN_CANCELLED}:
                await self._delivery.update_card(change.after.id, reviews[change.after.id])

    def _count_failures(self, result: StepResult) -> None:
        failures = sum(row.kind is OutgoingKind.FAILURE for row in result.post)
        if failures:
            graph = self._observer.metrics.graph(result.thread.graph)
            self._observer.metrics.runs.failed.labels(graph=graph).inc(failures)


def _traceparent(work: Work) -> str | None:
    """The trace that the next step goes on in: of the click that decided, or of the message to handle."""
    decided = next((r.approval for r in work.open if r.approval.status is Status.DECIDED), None)
    if decided is not None and work.thread.halted is None:
        return decided.decided_in
    return work.inbound[0].traceparent if work.inbound else None


def _attributes(work: Work) -> dict[str, str | int | None]:
    return {
        "gen_ai.conversation.id": work.thread.ref.id,
        "gen_ai.agent.name": work.thread.graph,
        "countersign.step.attempt": work.thread.attempts,
    }


def _changed_reviews(work: Work, result: StepResult) -> dict[UUID, Review]:
    """The approvals as this step left them, each with the request that was parsed already."""
    before = {review.approval.id: review for review in (*work.open, *result.opened)}
    return {c.after.id: before[c.after.id].with_approval(c.after) for c in result.changes}


def _completed(work: Work, result: StepResult) -> StepResult:
    """The result; of one that was tried again, with what was parked behind it."""
    retried = bool(work.inbound) and work.inbound[0].kind is InboundKind.RETRY
    return replace(result, unpark=True) if retried else result
