"""One step of one thread: resume, continue, start or handle a reply, whichever its rows and state call for.

decided approval, its question still pending     resume by id, and see that the graph took it
decided approval, older than it may be           it is asked again
decided approval, its question answered          it was taken before a crash: continue
decided approval, question or graph changed      the answer is not used, and the thread says so
input that is in the checkpoint already          continue
message while something waits                    an answer, or a note of what waits
message written while something waited           a note: it is no new input
a stop, a reset                                  what runs ends here, and what was queued before it
an edit or a deletion of a message               a note, if the message had decided something
message otherwise                                start
"""

from collections.abc import Awaitable
from dataclasses import replace

from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.recorded_reasons import FAILED_AFTER
from countersign.flow.conversation.reset import ResetConversation
from countersign.flow.conversation.stop import StopRun
from countersign.flow.decisions.replies.reply_handler import ReplyHandler
from countersign.flow.errors import RunFailed, Stopped
from countersign.flow.files.message_files import MessageFiles
from countersign.flow.graph_name import split_name
from countersign.flow.graph_state import EMPTY_STATE, GraphInfo, GraphState, is_breakpoint
from countersign.flow.messages.inbound import CONTROLS, Inbound, InboundKind
from countersign.flow.ports import Clock, GraphThread
from countersign.flow.steps.graph_choice import start_form
from countersign.flow.steps.results.step_results import StepResults
from countersign.flow.steps.resuming.resumption import Resumption, continue_if_unfinished
from countersign.flow.steps.start_permission import StartPermission
from countersign.flow.work import Notice, StepResult, Work


class Step:
    def __init__(
        self,
        work: Work,
        info: GraphInfo,
        graph: GraphThread,
        reply_handler: ReplyHandler,
        start_permission: StartPermission,
        stop_run: StopRun,
        reset: ResetConversation,
        clock: Clock,
        files: MessageFiles,
        *,
        new: bool,
    ) -> None:
        """`new`: no graph ever ran in the thread, so there is no state to read."""
        self._work = work
        self._info = info
        self._graph = graph
        self._reply_handler = reply_handler
        self._start_permission = start_permission
        self._stop_run = stop_run
        self._reset = reset
        self._clock = clock
        self._files = files
        self._new = new
        self._results = StepResults(work, clock, EMPTY_STATE)

    async def take(self) -> StepResult:
        state = EMPTY_STATE if self._new else await self._graph.read()
        self._results = StepResults(self._work, self._clock, state)
        first = self._work.inbound[0] if self._work.inbound else None
        decided = next(iter(self._results.decided), None)
        if first and first.kind is InboundKind.RETRY and self._results.at_hidden_breakpoint:
            return await self._results.not_continued(state, first)
        if first and first.kind is InboundKind.ASK_AGAIN:
            return await self._ask_again(first, state)
        if decided and (self._work.thread.halted is None or (first and first.kind is InboundKind.RETRY)):
            resumption = Resumption(self._work, self._info, self._graph, self._results, self._clock)
            return await resumption.resume(decided, state, first)
        assert first is not None, "work without anything to do"
        if control := self._control_to_handle(first, state):
            handle = self._stop_run if control.kind is InboundKind.STOP else self._reset
            return await handle(self._work, state, control, self._graph, self._results)
        if first.kind is InboundKind.REVISION:
            return await self._reply_handler.handle_revision(self._work, state, first)
        if first.kind is InboundKind.RETRY and self._work.thread.halted is None and not state.unfinished:
            return await self._results.build(state, done=(first.key,))  # stopped or reset in the meantime
        if state.last_input_key == first.key or first.kind is InboundKind.RETRY:
            return await self._continue(state, first)
        if not self._agrees(state):
            return await self._results.build(state)
        if first.kind is InboundKind.CHOICE:
            return await self._reply_handler.handle_choice(self._work, state, first)
        if state.pending:
            answer = await self._files.as_answer(first, self._work)
            return await self._reply_handler.handle(self._work, state, answer)
        if first.open_approvals and not self._new:
            return self._reply_handler.handle_overtaken(self._work, state, first)
        return await self._start(state, first)

    def _control_to_handle(self, first: Inbound, state: GraphState) -> Inbound | None:
        """The next stop or reset in line, unless something comes first that does not run the graph."""
        control = next((row for row in self._work.inbound if row.kind in CONTROLS), None)
        is_answer = bool(state.pending or self._work.open)
        comes_first = first is not control and (is_answer or first.kind is InboundKind.REVISION)
        return None if comes_first else control

    def _agrees(self, state: GraphState) -> bool:
        """Whether our open approvals are the questions that the graph asks."""
        ours = {(r.approval.interrupt_id, r.approval.digest) for r in self._work.open}
        return ours == {(p.interrupt_id, p.digest) for p in state.pending}

    async def _continue(self, state: GraphState, first: Inbound) -> StepResult:
        await self._files.read_again()
        return await self._run(continue_if_unfinished(self._graph, state), (), (first.key,))

    async def _start(self, state: GraphState, first: Inbound) -> StepResult:
        if first.deleted:
            return await self._results.build(state, done=(first.key,))
        here = first.thread.current_channel or first.thread.channel
        submitted_in = here if first.kind is InboundKind.FORM else None
        refusal = await self._start_permission.refusal(first.user, submitted_in, first.thread.id)
        if refusal is not None:
            nothing = await self._results.build(state, done=(first.key,))
            return replace(nothing, notices=(Notice(user=first.user, text=refusal),))
        new = state.checkpoint_id is None
        if first.kind is InboundKind.MESSAGE and self._info.needs_form(new=new):
            await self._files.left_to_form()
            form = start_form(self._work.thread, self._info, self._without_name(first, state))
            return await self._results.build(state, done=(first.key,), post=(form,))
        given = await self._files.as_input(self._without_name(first, state))
        return await self._run(self._graph.start(given), (), (first.key,))

    def _without_name(self, first: Inbound, state: GraphState) -> Inbound:
        """Only a thread's first message names its graph."""
        name, text = split_name(first.text, (self._info.name,))
        named = state.checkpoint_id is None and name == self._info.name
        return replace(first, text=text) if named else first

    async def _run(
        self, run: Awaitable[None], changes: tuple[Change, ...], done: tuple[str, ...]
    ) -> StepResult:
        try:
            await run
        except RunFailed as error:
            return await self._results.failed(await self._graph.read(), error, done, changes)
        except Stopped:  # who stopped it is next in line
            stopped = await self._results.build(await self._graph.read(), done=done, changes=changes)
            return replace(stopped, stopped=True)
        return await self._results.at_rest(await self._graph.read(), done, changes)

    async def _ask_again(self, first: Inbound, state: GraphState) -> StepResult:
        """Have the failed step's questions asked again: their first answers cannot be replaced."""
        withdrawn = tuple(
            Change(after=a.withdrawn(FAILED_AFTER), event=Event.WITHDRAWN) for a in self._results.decided
        )
        at_breakpoint = state.hidden_breakpoint or any(
            is_breakpoint(pending.interrupt_id) for pending in state.pending
        )
        if not withdrawn or not state.pending or at_breakpoint:
            return await self._results.build(state, done=(first.key,), halted=self._work.thread.halted)
        return await self._run(self._graph.ask_again(), withdrawn, (first.key,))
