"""A worker's turn with one thread: whatever is outstanding is done, in order, under the thread's lock.

Nothing is handed over from the process that stored the work: each step looks at the rows and at the graph's
state and does what is missing, so that it may begin again at any line.
"""

import asyncio
import secrets
from contextlib import suppress
from dataclasses import replace

import structlog

from countersign.approvals.approval import Status
from countersign.approvals.ledger import Event
from countersign.flow.deliver import Courier
from countersign.flow.graph_state import Drained, RunFailed
from countersign.flow.inbound import InboundKind
from countersign.flow.metrics import Metrics
from countersign.flow.opening import choose_graph, graph_is_gone
from countersign.flow.outgoing import OutgoingKind
from countersign.flow.ports import (
    Clock,
    Graphs,
    Locks,
    RateLimited,
    Session,
    Settlement,
    SlackUnreachable,
    Store,
    StoreAway,
    Work,
)
from countersign.flow.replying import Replying
from countersign.flow.settling import failure
from countersign.flow.step import Step

log = structlog.get_logger()

MAX_ATTEMPTS = 5  # a step that took its worker down this often is set aside


class Advance:
    def __init__(
        self,
        *,
        store: Store,
        locks: Locks,
        graphs: Graphs,
        courier: Courier,
        replying: Replying,
        clock: Clock,
        metrics: Metrics | None = None,
    ) -> None:
        self._store = store
        self._locks = locks
        self._graphs = graphs
        self._courier = courier
        self._replying = replying
        self._clock = clock
        self._metrics = metrics or Metrics()

    async def __call__(self, thread_id: str) -> None:
        """Do all that the thread has to do.

        Raises ThreadBusy where another worker holds it, Drained where this process is stopping, and whatever
        the database and a Slack that is away raise: the job is then to be tried again.
        """
        async with self._locks.hold(thread_id) as session:
            more = True
            while more and (work := await self._store.work(thread_id)):
                try:
                    with self._metrics.steps.time():
                        settlement = await self._settlement(work, session)
                    settled = await self._store.settle(settlement, claim=True)
                except (Drained, asyncio.CancelledError, RateLimited, SlackUnreachable, StoreAway):
                    await self._hand_back(thread_id)
                    raise
                self._count(settlement)
                more = settled.more
                saved = {change.after.id: change.after for change in settlement.changes}
                await self._courier.deliver(settled.claimed, saved)
                await self._redraw(settlement)

    async def _hand_back(self, thread_id: str) -> None:
        """The step did not fail. If the database is away, the attempt stays counted."""
        with suppress(StoreAway):
            await asyncio.shield(self._store.hand_back(thread_id))

    async def _settlement(self, work: Work, session: Session) -> Settlement:
        settlement = await self._step(work, session)
        retried = bool(work.inbound) and work.inbound[0].kind is InboundKind.RETRY
        return replace(settlement, release=True) if retried else settlement

    async def _step(self, work: Work, session: Session) -> Settlement:
        first = work.inbound[0] if work.inbound else None
        if work.thread.attempts > MAX_ATTEMPTS:
            return self._set_aside(work)
        new = work.thread.graph is None
        if new:
            assert first is not None, "a thread without a graph has nothing but messages to handle"
            if first.kind is not InboundKind.MESSAGE:
                return Settlement(thread=replace(work.thread, halted=None), done=(first.key,))
            choice = choose_graph(work.thread, first, self._graphs)
            if choice.thread.graph is None:
                return choice
            await self._store.assign_graph(choice.thread)
            work = replace(work, thread=choice.thread)
        info = self._graphs.infos.get(work.thread.graph or "")
        if info is None:
            return graph_is_gone(work, self._graphs)
        try:
            async with self._graphs.bind(info.name, work.thread.ref, session, _starter(work)) as graph:
                return await Step(work, info, graph, self._replying, self._clock, new=new).take()
        except RunFailed as error:  # a step tells of its own: this graph could not be built
            return _put_down(work, error.reference, error.hint)

    async def _redraw(self, settlement: Settlement) -> None:
        """Show what this step did to approvals that have a card; one that the graph took looks as before."""
        for change in settlement.changes:
            if change.event not in {Event.OPENED, Event.RESUMED}:
                await self._courier.redraw(change.after.id, change.after)

    def _count(self, settlement: Settlement) -> None:
        for change in settlement.changes:
            if change.event in {Event.VOTED, Event.DECIDED}:  # by a reply; a click counts where it is saved
                self._metrics.decisions.labels(event=change.event.value).inc()
        failures = sum(row.kind is OutgoingKind.FAILURE for row in settlement.post)
        self._metrics.failed_runs.inc(failures)

    def _set_aside(self, work: Work) -> Settlement:
        """Stop trying: the same work ended its worker again and again."""
        reference = f"set-aside-{secrets.token_hex(4)}"
        log.error(
            "thread_set_aside",
            reference=reference,
            thread_id=work.thread.ref.id,
            attempts=work.thread.attempts,
        )
        hint = f"This step ended the process that ran it {MAX_ATTEMPTS} times, so it was set aside."
        return _put_down(work, reference, hint)


def _starter(work: Work) -> str | None:
    """Who starts a run with what is first in line; None where nothing new begins."""
    first = work.inbound[0] if work.inbound else None
    starts = first is not None and first.kind in {InboundKind.MESSAGE, InboundKind.FORM} and not work.open
    return first.user if first is not None and starts else None


def _put_down(work: Work, reference: str, hint: str) -> Settlement:
    """Leave the step until somebody says to try again; what it was about is held, not lost."""
    decided = any(approval.status is Status.DECIDED for approval in work.open)
    behind_a_decision = decided and work.thread.halted is None  # then nobody has looked at it yet
    first = () if behind_a_decision else work.inbound[:1]
    reaches_graph = {InboundKind.MESSAGE, InboundKind.FORM}
    return Settlement(
        thread=replace(work.thread, halted=reference),
        done=tuple(row.key for row in first if row.kind not in reaches_graph),
        held=tuple(row.key for row in first if row.kind in reaches_graph),
        post=(failure(work.thread.ref, reference, hint),),
    )
