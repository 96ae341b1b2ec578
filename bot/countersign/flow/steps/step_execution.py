"""Executes one step of a thread on its graph, and shows its progress."""

import asyncio
from dataclasses import replace

import structlog

from countersign.approvals.errors import CountersignError
from countersign.flow.conversation.reset import ResetConversation
from countersign.flow.conversation.stop import StopRun, stop_before_start
from countersign.flow.decisions.replies.reply_handler import ReplyHandler
from countersign.flow.error_report import new_error_id
from countersign.flow.errors import RunFailed
from countersign.flow.files.message_files import MessageFiles
from countersign.flow.files.reader import FileReader
from countersign.flow.live.agent_session import AgentSessions, with_feedback
from countersign.flow.live.live_run import LiveRuns
from countersign.flow.messages.inbound import CONTROLS, InboundKind
from countersign.flow.observability.observer import Observer
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.redaction.redacted_log import RedactedLog
from countersign.flow.ports import Clock, Graphs, Names, Session, Store, Watch
from countersign.flow.steps.graph_choice import choose_graph, graph_missing
from countersign.flow.steps.observed_graph import ObservedGraph
from countersign.flow.steps.parking import parked, too_many_attempts
from countersign.flow.steps.start_permission import StartPermission
from countersign.flow.steps.step import Step
from countersign.flow.steps.work_preparation import starter
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult, Work
from countersign.i18n import N_, lazy_text

log = structlog.get_logger()

_BROKEN = N_("Countersign failed here, not the agent. Nothing is lost.")


class StepExecution:
    def __init__(
        self,
        *,
        store: Store,
        graphs: Graphs,
        reply_handler: ReplyHandler,
        start_permission: StartPermission,
        stop_run: StopRun,
        reset: ResetConversation,
        clock: Clock,
        observer: Observer,
        names: Names | None = None,
        live_runs: LiveRuns | None = None,
        sessions: AgentSessions | None = None,
        read_files: FileReader | None = None,
        policy: CurrentPolicy | None = None,
    ) -> None:
        """Without `names`, a thread's channel keeps the id that it began with.

        Without `live_runs`, nothing is shown of a run before it rests; without `sessions`, there is no Slack
        agent session; without `read_files`, no file of a message is read; without `policy`, no rule redacts
        anything of the log.
        """
        self._read_files = read_files
        self._redacted_log = RedactedLog(store, policy)
        self._store = store
        self._graphs = graphs
        self._reply_handler = reply_handler
        self._start_permission = start_permission
        self._stop_run = stop_run
        self._reset = reset
        self._clock = clock
        self._observer = observer
        self._names = names
        self._live_runs = live_runs
        self._sessions = sessions

    async def __call__(self, work: Work, session: Session) -> StepResult:
        """The next step's result, with the thread's agent session showing where it is.

        Raises what the graphs, the store and Slack raise, but for RunFailed: that is a result.
        """
        async with self._redacted_log.of(work):
            return await self._in_session(work, session)

    async def _in_session(self, work: Work, session: Session) -> StepResult:
        if self._sessions is None:
            return await self._shown(work, session)
        shown, result = self._sessions.open(work), None
        try:
            result = with_feedback(await self._shown(work, session))
            return result
        finally:
            await asyncio.shield(shown.finish(result))

    def failed(self, work: Work, error: Exception) -> StepResult:
        """The result for an error that a retry would not fix: reported in the thread at once."""
        error_id = new_error_id()
        log.error("step_failed", error_id=error_id, thread_id=work.thread.ref.id, exc_info=error)
        result = parked(
            work, error_id, error.message if isinstance(error, CountersignError) else lazy_text(_BROKEN)
        )
        return replace(result, error=self._graphs.report_error(error_id, work.thread.graph or "", error))

    async def _shown(self, work: Work, session: Session) -> StepResult:
        """The next step's result, after what it does was shown while it went on."""
        if self._live_runs is None:
            return await self._step(work, session)
        live = await self._live_runs.open(work)
        try:
            result = live.with_words_cut_off(await self._step(work, session, live.on_event))
        except BaseException:
            await asyncio.shield(live.abandon())
            raise
        await live.finish(result)
        return result

    async def _step(self, work: Work, session: Session, watch: Watch | None = None) -> StepResult:
        if given_up := too_many_attempts(work):
            return given_up
        new = work.thread.graph is None
        if new:
            begun = await self._begun(work)
            if isinstance(begun, StepResult):
                return begun
            work = begun
        info = self._graphs.infos.get(work.thread.graph or "")
        if info is None:
            return graph_missing(work, self._graphs)
        try:
            ref = await self._current(work.thread.ref)
            async with self._graphs.bind(info.name, ref, session, starter(work), watch) as bound:
                graph = ObservedGraph(bound, info.name, work.thread.ref.id, self._observer)
                files = MessageFiles(work, self._read_files, info.file_kinds, info.answer_file_kinds)
                result = await Step(
                    work,
                    info,
                    graph,
                    self._reply_handler,
                    self._start_permission,
                    self._stop_run,
                    self._reset,
                    self._clock,
                    files,
                    new=new,
                ).take()
                return await files.with_note(result)
        except RunFailed as error:  # a step reports its own: this graph could not be built
            return replace(parked(work, error.error_id, error.hint), error=error.report)

    async def _begun(self, work: Work) -> Work | StepResult:
        """The work of a new thread with the graph that it belongs to; a result where it does not begin."""
        first = work.inbound[0] if work.inbound else None
        assert first is not None, "a thread without a graph has nothing but messages to handle"
        if control := next((row for row in work.inbound if row.kind in CONTROLS), None):
            return stop_before_start(work, control)
        names_graph = first.kind is InboundKind.FORM and bool(first.text)  # of a shortcut
        if first.kind is not InboundKind.MESSAGE and not names_graph:
            return StepResult(thread=replace(work.thread, halted=None), done=(first.key,))
        chosen = choose_graph(work.thread, first, self._graphs)
        await self._store.assign_graph(chosen)
        return replace(work, thread=chosen)

    async def _current(self, ref: ThreadRef) -> ThreadRef:
        """The thread with the id that its channel has now, for the graph to use."""
        if self._names is None:
            return ref
        return replace(ref, current_channel=await self._names.current_channel(ref.channel))
