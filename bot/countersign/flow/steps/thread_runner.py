"""Does all that a thread has to do, step by step, under the thread's lock.

Nothing is handed over from the process that stored the work: each step reads the rows and the graph's state
and does what is missing, so that it may begin again at any line.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID

import structlog

from countersign.approvals.errors import CountersignError
from countersign.approvals.lifecycle import Event, Status
from countersign.flow.conversation.reset import ResetConversation
from countersign.flow.conversation.stop import StopRun, stop_before_start
from countersign.flow.decisions.replies.reply_handler import ReplyHandler
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.error_report import new_error_id
from countersign.flow.errors import (
    Conflict,
    DatabaseUnavailable,
    Drained,
    RateLimited,
    RunAgain,
    RunFailed,
    SlackUnreachable,
    StaleWorker,
)
from countersign.flow.live.agent_session import AgentSessions, with_feedback
from countersign.flow.live.live_run import LiveRuns
from countersign.flow.messages.attachments import attachments_note
from countersign.flow.messages.inbound import CONTROLS, STARTS_A_RUN, InboundKind
from countersign.flow.messages.outgoing import OutgoingKind, failure
from countersign.flow.messages.revisions import as_it_stands
from countersign.flow.observability.observer import Observer
from countersign.flow.observability.tracing import trace_of
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.rule_assignment import RuleAssignment
from countersign.flow.ports import Clock, Graphs, Locks, Names, RunSlots, Session, Store, Watch
from countersign.flow.review import Review
from countersign.flow.steps.graph_choice import choose_graph, graph_missing
from countersign.flow.steps.observed_graph import ObservedGraph
from countersign.flow.steps.start_permission import StartPermission
from countersign.flow.steps.step import Step
from countersign.flow.thread import ThreadRecord, ThreadRef
from countersign.flow.work import Notice, SavedStep, StepResult, Work

log = structlog.get_logger()

_UNDO_RETRY_INTERVAL = 0.5  # seconds
_MAX_GRANT_RACES = 8  # of one step for the uses of a grant
MAX_ATTEMPTS = 5  # a step that ended its worker's process this often is parked
_BROKEN = "Countersign failed here, not the agent. Nothing is lost."
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
        graphs: Graphs,
        delivery: MessageDelivery,
        reply_handler: ReplyHandler,
        start_permission: StartPermission,
        stop_run: StopRun,
        reset: ResetConversation,
        notify: Notify,
        clock: Clock,
        observer: Observer | None = None,
        assign_rules: RuleAssignment | None = None,
        names: Names | None = None,
        live_runs: LiveRuns | None = None,
        sessions: AgentSessions | None = None,
    ) -> None:
        """Without `assign_rules`, members decide everything; without `names`, ids stay ids.

        Without `live_runs`, nothing is shown of a run before it rests; without `sessions`, there is no Slack
        agent session.
        """
        self._sessions = sessions
        self._live_runs = live_runs
        self._names = names
        self._store = store
        self._locks = locks
        self._slots = slots
        self._graphs = graphs
        self._delivery = delivery
        self._reply_handler = reply_handler
        self._start_permission = start_permission
        self._stop_run = stop_run
        self._reset = reset
        self._notify = notify
        self._clock = clock
        self._observer = observer or Observer()
        self._assign_rules = assign_rules or RuleAssignment(CurrentPolicy(), None, clock)

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
        """The next step's result, saved. An error that no retry of the job would mend is a result, too."""
        try:
            with self._observer.metrics.runs.steps.time():
                work = await self._with_requester(work)
                taken = await self._step_in_session(work, session)
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
        result = self._failed(work, error)
        try:
            return result, await self._store.save_step(result, claim=True)
        except Exception:
            await self._undo_attempt(work.thread)
            raise

    def _failed(self, work: Work, error: Exception) -> StepResult:
        """Tell the thread at once, instead of trying again until it looks as if a process had ended."""
        error_id = new_error_id()
        log.error("step_failed", error_id=error_id, thread_id=work.thread.ref.id, exc_info=error)
        result = _parked(work, error_id, str(error) if isinstance(error, CountersignError) else _BROKEN)
        return replace(result, error=self._graphs.report_error(error_id, work.thread.graph or "", error))

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
            result = self._completed(work, await self._assign_rules(taken))
            try:
                return result, await self._store.save_step(result, claim=True)
            except Conflict:
                if not left or not any(change.grant_uses for change in result.changes):
                    raise
        raise AssertionError("unreachable")

    async def _with_requester(self, work: Work) -> Work:
        requester = _starter(work) or work.thread.requester
        work = await self._with_names(await self._with_revisions(work))
        return replace(work, thread=replace(work.thread, requester=requester))

    def _completed(self, work: Work, result: StepResult) -> StepResult:
        result = _with_attachments_note(work, result)
        retried = bool(work.inbound) and work.inbound[0].kind is InboundKind.RETRY
        return replace(result, unpark=True) if retried else result

    async def _with_revisions(self, work: Work) -> Work:
        """The work with its first message as its writer left it."""
        first = work.inbound[0] if work.inbound else None
        if first is None or first.kind is not InboundKind.MESSAGE:
            return work
        # What came in while it was kept for later was handled then.
        earlier = await self._store.revisions(first) if first.kept else ()
        stands = as_it_stands(first, (*earlier, *work.inbound[1:]))
        return replace(work, inbound=(stands, *work.inbound[1:]))

    async def _with_names(self, work: Work) -> Work:
        """The work with its first message as the graph is to read it."""
        first = work.inbound[0] if work.inbound else None
        if first is None or first.kind is not InboundKind.MESSAGE or self._names is None:
            return work
        named = replace(first, text=await self._names.readable(first.text))
        return replace(work, inbound=(named, *work.inbound[1:]))

    async def _current(self, ref: ThreadRef) -> ThreadRef:
        """The thread with the id that its channel has now, for the graph to use."""
        if self._names is None:
            return ref
        return replace(ref, current_channel=await self._names.current_channel(ref.channel))

    async def _step_in_session(self, work: Work, session: Session) -> StepResult:
        """The next step's result, with the thread's agent session showing where it is."""
        if self._sessions is None:
            return await self._step_shown(work, session)
        shown, result = self._sessions.open(work), None
        try:
            result = with_feedback(await self._step_shown(work, session))
            return result
        finally:
            await asyncio.shield(shown.finish(result))

    async def _step_shown(self, work: Work, session: Session) -> StepResult:
        """The next step's result, after what it does was shown while it went on."""
        if self._live_runs is None:
            return await self._step(work, session)
        live = await self._live_runs.open(work)
        try:
            result = await self._step(work, session, live.on_event)
        except BaseException:
            await asyncio.shield(live.abandon())
            raise
        await live.finish(result)
        return result

    async def _step(self, work: Work, session: Session, watch: Watch | None = None) -> StepResult:
        first = work.inbound[0] if work.inbound else None
        if work.thread.attempts > MAX_ATTEMPTS:
            return self._give_up(work)
        new = work.thread.graph is None
        if new:
            assert first is not None, "a thread without a graph has nothing but messages to handle"
            if control := next((row for row in work.inbound if row.kind in CONTROLS), None):
                return stop_before_start(work, control)
            names_graph = first.kind is InboundKind.FORM and bool(first.text)  # of a shortcut
            if first.kind is not InboundKind.MESSAGE and not names_graph:
                return StepResult(thread=replace(work.thread, halted=None), done=(first.key,))
            chosen = choose_graph(work.thread, first, self._graphs)
            await self._store.assign_graph(chosen)
            work = replace(work, thread=chosen)
        info = self._graphs.infos.get(work.thread.graph or "")
        if info is None:
            return graph_missing(work, self._graphs)
        try:
            ref = await self._current(work.thread.ref)
            async with self._graphs.bind(info.name, ref, session, _starter(work), watch) as bound:
                graph = ObservedGraph(bound, info.name, work.thread.ref.id, self._observer)
                return await Step(
                    work,
                    info,
                    graph,
                    self._reply_handler,
                    self._start_permission,
                    self._stop_run,
                    self._reset,
                    self._clock,
                    new=new,
                ).take()
        except RunFailed as error:  # a step reports its own: this graph could not be built
            return replace(_parked(work, error.error_id, error.hint), error=error.report)

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

    def _give_up(self, work: Work) -> StepResult:
        """Stop trying: the same work ended its worker's process again and again."""
        error_id = f"parked-{new_error_id()}"
        log.error(
            "thread_parked", error_id=error_id, thread_id=work.thread.ref.id, attempts=work.thread.attempts
        )
        hint = f"This step ended the process that ran it {MAX_ATTEMPTS} times, so it is not run again."
        return _parked(work, error_id, hint)


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


def _with_attachments_note(work: Work, result: StepResult) -> StepResult:
    """The result, with a note first where the message that it handled brought files."""
    first = work.inbound[0] if work.inbound else None
    handled = first is not None and first.kind is InboundKind.MESSAGE and first.key in result.done
    notice = attachments_note(first) if first is not None and handled else None
    return replace(result, post=(notice, *result.post)) if notice else result


def _starter(work: Work) -> str | None:
    """Who starts a run with what is first in line; None where nothing new begins."""
    first = work.inbound[0] if work.inbound else None
    starts = first is not None and first.kind in STARTS_A_RUN and not work.open
    return first.user if first is not None and starts else None


def _parked(work: Work, error_id: str, hint: str) -> StepResult:
    """Leave the step until somebody says to try again; what it was about is kept, not lost."""
    decided = any(review.approval.status is Status.DECIDED for review in work.open)
    behind_a_decision = decided and work.thread.halted is None  # then nobody has looked at it yet
    first = () if behind_a_decision else work.inbound[:1]
    return StepResult(
        thread=replace(work.thread, halted=error_id),
        done=tuple(row.key for row in first if row.kind not in STARTS_A_RUN),
        parked=tuple(row.key for row in first if row.kind in STARTS_A_RUN),
        post=(failure(work.thread.ref, error_id, hint),),
    )
