"""One step of one thread: resume, continue, start or handle a reply, whichever its rows and state call for.

decided approval, its question still pending     resume by id
decided approval, its question gone              it was taken before a crash: continue
decided approval, the state changed from outside the answer is not used
input that is in the checkpoint already          continue
message while something waits                    an answer, or a note of what waits
message otherwise                                start
"""

from collections.abc import Awaitable

from countersign.approvals.approval import Approval
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.flow.decisions.reply_handler import ReplyHandler
from countersign.flow.errors import AnswerRefused, RunFailed
from countersign.flow.graph_state import EMPTY_STATE, GraphInfo, GraphState, StartsWith
from countersign.flow.inbound import Inbound, InboundKind
from countersign.flow.outgoing import Outgoing, failure
from countersign.flow.ports import Clock, GraphThread
from countersign.flow.steps.graph_choice import start_form
from countersign.flow.steps.reconciliation import reconcile
from countersign.flow.work import StepResult, Work

_CHANGED = "The question changed after this was decided, so the answer was not used."
_BREAKPOINT = (
    "It stopped at a breakpoint that its author set (interrupt_before or interrupt_after). *Try again* "
    "continues; a new message starts over."
)
_ASKED_AGAIN = "The step after the decision failed, so the question is asked again."


class Step:
    def __init__(
        self,
        work: Work,
        info: GraphInfo,
        graph: GraphThread,
        reply_handler: ReplyHandler,
        clock: Clock,
        *,
        new: bool,
    ) -> None:
        """`new`: no graph ever ran in the thread, so there is no state to read."""
        self._work = work
        self._info = info
        self._graph = graph
        self._reply_handler = reply_handler
        self._clock = clock
        self._new = new

    async def take(self) -> StepResult:
        state = EMPTY_STATE if self._new else await self._graph.read()
        first = self._work.inbound[0] if self._work.inbound else None
        decided = next(iter(self._decided()), None)
        if first and first.kind is InboundKind.ASK_AGAIN:
            return await self._ask_again(first, state)
        if decided and (self._work.thread.halted is None or (first and first.kind is InboundKind.RETRY)):
            return await self._resume(decided, state, first)
        assert first is not None, "work without anything to do"
        if state.last_input_key == first.key or first.kind is InboundKind.RETRY:
            return await self._continue(state, first)
        if not self._agrees(state):
            return self._result(state)
        if state.pending or self._work.open:
            return await self._reply_handler.handle(self._work, state, first)
        return await self._start(state, first)

    def _decided(self) -> list[Approval]:
        """The approvals whose answer the graph has not taken yet, the oldest decision first."""
        return [r.approval for r in self._work.open if r.approval.status is Status.DECIDED]

    def _agrees(self, state: GraphState) -> bool:
        """Whether our open approvals are the questions that the graph asks."""
        ours = {(r.approval.interrupt_id, r.approval.digest) for r in self._work.open}
        return ours == {(p.interrupt_id, p.digest) for p in state.pending}

    async def _resume(self, approval: Approval, state: GraphState, first: Inbound | None) -> StepResult:
        done = (first.key,) if first and first.kind is InboundKind.RETRY else ()
        asked = {p.interrupt_id: p.digest for p in state.pending}
        digest = asked.get(approval.interrupt_id)
        if digest is None and state.last_input_key is None:
            return self._result(state, done=done, changes=(_unused(approval),))
        if digest is None:
            taken = Change(after=approval.resumed(), event=Event.RESUMED)
            return await self._run(self._continue_if_unfinished(state), (taken,), done)
        if digest != approval.digest:
            return self._result(state, done=done, changes=(_unused(approval),))
        try:
            await self._graph.resume(approval.interrupt_id, approval.answer)
        except AnswerRefused as error:
            change = Change(after=approval.reopened(str(error)), event=Event.REOPENED, detail=str(error))
            return self._result(await self._graph.read(), done=done, changes=(change,))
        except RunFailed as error:
            return await self._failed_after(approval, error, done)
        taken = Change(after=approval.resumed(), event=Event.RESUMED)
        return self._at_rest(await self._graph.read(), done, (taken,))

    async def _failed_after(self, approval: Approval, error: RunFailed, done: tuple[str, ...]) -> StepResult:
        """The graph raised after the decision, which stands for a retry if the graph did not take it."""
        state = await self._graph.read()
        still_asked = approval.interrupt_id in {p.interrupt_id for p in state.pending}
        taken = () if still_asked else (Change(after=approval.resumed(), event=Event.RESUMED),)
        return self._failed(state, error, done, taken)

    async def _continue_if_unfinished(self, state: GraphState) -> None:
        if state.unfinished and not state.pending:
            await self._graph.continue_run()

    async def _continue(self, state: GraphState, first: Inbound) -> StepResult:
        return await self._run(self._continue_if_unfinished(state), (), (first.key,))

    async def _start(self, state: GraphState, first: Inbound) -> StepResult:
        if self._info.starts_with is StartsWith.FORM and first.kind is InboundKind.MESSAGE:
            form = start_form(self._work.thread, self._info, first)
            return self._result(state, done=(first.key,), post=(form,))
        return await self._run(self._graph.start(first), (), (first.key,))

    async def _run(
        self, run: Awaitable[None], changes: tuple[Change, ...], done: tuple[str, ...]
    ) -> StepResult:
        try:
            await run
        except RunFailed as error:
            return self._failed(await self._graph.read(), error, done, changes)
        return self._at_rest(await self._graph.read(), done, changes)

    def _at_rest(self, state: GraphState, done: tuple[str, ...], changes: tuple[Change, ...]) -> StepResult:
        """The run is over: at its end, at a question, or, with neither, at a breakpoint."""
        if state.pending or not state.unfinished:
            return self._result(state, done=done, changes=changes)
        error_id = f"breakpoint-{state.checkpoint_id}"
        stopped = failure(self._work.thread.ref, error_id, _BREAKPOINT)
        return self._result(state, done=done, changes=changes, post=(stopped,), halted=error_id)

    async def _ask_again(self, first: Inbound, state: GraphState) -> StepResult:
        """Have the failed step's questions asked anew: their first answers cannot be replaced."""
        withdrawn = tuple(
            Change(after=a.withdrawn(_ASKED_AGAIN), event=Event.WITHDRAWN) for a in self._decided()
        )
        if not withdrawn or not state.pending:
            return self._result(state, done=(first.key,), halted=self._work.thread.halted)
        return await self._run(self._graph.ask_again(), withdrawn, (first.key,))

    def _failed(
        self, state: GraphState, error: RunFailed, done: tuple[str, ...], changes: tuple[Change, ...]
    ) -> StepResult:
        decided = {approval.id for approval in self._decided()}
        again = bool(decided - {change.after.id for change in changes})
        stopped = failure(self._work.thread.ref, error.error_id, error.hint, ask_again=again)
        return self._result(state, done=done, changes=changes, post=(stopped,), halted=error.error_id)

    def _result(
        self,
        state: GraphState,
        *,
        done: tuple[str, ...] = (),
        changes: tuple[Change, ...] = (),
        post: tuple[Outgoing, ...] = (),
        halted: str | None = None,
    ) -> StepResult:
        return reconcile(self._work, state, self._clock, done=done, changes=changes, post=post, halted=halted)


def _unused(approval: Approval) -> Change:
    return Change(after=approval.withdrawn(_CHANGED), event=Event.WITHDRAWN)
