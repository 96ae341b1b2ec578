"""One step of one thread: resume, continue, start or handle a reply, whichever its rows and state call for.

decided approval, its question still pending     resume by id, and see that the graph took it
decided approval, older than it may be           it is asked again
decided approval, its question answered          it was taken before a crash: continue
decided approval, question or graph changed      the answer is not used, and the thread is told
input that is in the checkpoint already          continue
message while something waits                    an answer, or a note of what waits
message written while something waited           a note: it is no new input
an edit or a deletion of a message               a note, if the message had decided something
message otherwise                                start
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.policy.clock.durations import format_duration
from countersign.approvals.policy.clock.timers import LAPSED
from countersign.flow.attachments import text_for_graph
from countersign.flow.decisions.reply_handler import ReplyHandler
from countersign.flow.errors import AnswerRefused, RunFailed
from countersign.flow.graph_name import split_name
from countersign.flow.graph_state import EMPTY_STATE, GraphInfo, GraphState, StateChange, is_breakpoint
from countersign.flow.inbound import Inbound, InboundKind
from countersign.flow.outgoing import Outgoing, failure, note
from countersign.flow.ports import Clock, GraphThread
from countersign.flow.steps.graph_choice import start_form
from countersign.flow.steps.reconciliation import reconcile
from countersign.flow.steps.resume_check import Standing, standing
from countersign.flow.steps.start_permission import StartPermission
from countersign.flow.work import Notice, StepResult, Work

_NOT_USED = {
    Standing.QUESTION_CHANGED: "The question changed after this was decided, so the answer was not used.",
    Standing.GRAPH_CHANGED: "The agent was changed after it asked this, so the answer was not used.",
    Standing.ASKED: "The agent did not take the answer, so it was not used.",
}
_HIDDEN_BREAKPOINT = (
    "It stopped at a breakpoint inside one of its steps, where nobody can see what comes next. *Try again* "
    "continues; a new message starts over."
)
_STOPPED = "The run was stopped before {step}, as decided. To go on, write here again."
_BREAKPOINT_FIRST = (
    "Another part of this run stands at a breakpoint. Decide that first, then answer here again."
)
_ASKED_AGAIN = "The step after the decision failed, so the question is asked again."


class Step:
    def __init__(
        self,
        work: Work,
        info: GraphInfo,
        graph: GraphThread,
        reply_handler: ReplyHandler,
        start_permission: StartPermission,
        clock: Clock,
        *,
        new: bool,
    ) -> None:
        """`new`: no graph ever ran in the thread, so there is no state to read."""
        self._work = work
        self._info = info
        self._graph = graph
        self._reply_handler = reply_handler
        self._start_permission = start_permission
        self._clock = clock
        self._new = new
        self._before = EMPTY_STATE  # the state that this step began with

    async def take(self) -> StepResult:
        state = EMPTY_STATE if self._new else await self._graph.read()
        self._before = state
        first = self._work.inbound[0] if self._work.inbound else None
        decided = next(iter(self._decided()), None)
        if first and first.kind is InboundKind.ASK_AGAIN:
            return await self._ask_again(first, state)
        if decided and (self._work.thread.halted is None or (first and first.kind is InboundKind.RETRY)):
            return await self._resume(decided, state, first)
        assert first is not None, "work without anything to do"
        if first.kind is InboundKind.REVISION:
            return await self._reply_handler.handle_revision(self._work, state, first)
        if state.last_input_key == first.key or first.kind is InboundKind.RETRY:
            return await self._continue(state, first)
        if not self._agrees(state):
            return self._result(state)
        if state.pending or self._work.open:
            return await self._reply_handler.handle(self._work, state, first)
        if first.open_approvals and not self._new:
            return self._reply_handler.handle_overtaken(self._work, state, first)
        return await self._start(state, first)

    def _decided(self) -> list[Approval]:
        """The approvals whose answer the graph has not taken yet, the oldest decision first."""
        return [
            r.approval
            for r in self._work.open
            if r.approval.status is Status.DECIDED and not r.approval.is_undoable
        ]

    def _agrees(self, state: GraphState) -> bool:
        """Whether our open approvals are the questions that the graph asks."""
        ours = {(r.approval.interrupt_id, r.approval.digest) for r in self._work.open}
        return ours == {(p.interrupt_id, p.digest) for p in state.pending}

    async def _resume(self, approval: Approval, state: GraphState, first: Inbound | None) -> StepResult:
        done = (first.key,) if first and first.kind is InboundKind.RETRY else ()
        now = await _standing(approval, state)
        try:
            if now is Standing.ASKED and _would_pass_breakpoint(approval, state):
                raise AnswerRefused(_BREAKPOINT_FIRST)
            if now is Standing.ASKED and self._must_look_again(approval):
                state, now = await self._look_again(approval, state)
            if now is Standing.ASKED and (rows := approval.too_old_rows(self._clock())):
                return self._lapsed(approval, state, rows, done)
            if now is Standing.ASKED:
                await self._graph.resume(approval.interrupt_id, approval.answer, _state_change(approval))
                state = await self._graph.read()
                now = await _standing(approval, state)
            elif now is Standing.TAKEN:
                await self._continue_if_unfinished(state)
                state = await self._graph.read()
        except AnswerRefused as error:
            state = await self._graph.read()
            reopened = approval.reopened(str(error), self._clock(), state.changeable)
            change = Change(after=reopened, event=Event.REOPENED, detail=str(error))
            return self._result(state, done=done, changes=(change,))
        except RunFailed as error:
            return await self._failed_after(approval, error, done)
        if now is not Standing.TAKEN:
            return self._not_used(approval, state, now, done)
        changes = (Change(after=approval.resumed(), event=Event.RESUMED),)
        return self._at_rest(state, done, changes, self._stopped(approval, state))

    def _must_look_again(self, approval: Approval) -> bool:
        """Whether the stored question may not be what the node would ask, or its answer be stored already.

        Other code may ask other questions in another order, and LangGraph gives an answer to whichever comes
        first. A step that was begun before may have handed the answer over: given once more, it would answer
        the node's next question.
        """
        thread = self._work.thread
        if is_breakpoint(approval.interrupt_id):
            return False
        same_code = approval.graph_version is not None and approval.graph_version == self._info.version
        return not same_code or thread.step_starts > 1 or thread.halted is not None

    async def _look_again(self, approval: Approval, state: GraphState) -> tuple[GraphState, Standing]:
        """Run the pending step without a new answer: it asks its question again, or goes on with an answer
        that it has. Raises RunFailed."""
        if not await self._graph.is_asked(approval.interrupt_id):
            return state, Standing.GRAPH_CHANGED
        await self._graph.continue_run()
        state = await self._graph.read()
        return state, await _standing(approval, state)

    def _lapsed(
        self, approval: Approval, state: GraphState, rows: tuple[int, ...], done: tuple[str, ...]
    ) -> StepResult:
        """The approval is older than its rule lets it count, so it is asked again."""
        review = next(review for review in self._work.open if review.approval.id == approval.id)
        valid_for = min(filter(None, (approval.rule(row).valid_for for row in rows)))
        reason = f"{LAPSED} It counts for {format_duration(valid_for)}."
        after = approval.lapsed(reason, self._clock())
        change = Change(
            after=after,
            event=Event.LAPSED,
            detail={"rows": list(rows), "rules": [approval.rule(row).name for row in rows]},
        )
        text = f"“{review.shown.title}” was approved too long ago and is asked again. {reason}"
        notice = note(self._work.thread.ref, f"lapsed:{approval.id}:{after.version}", text)
        return self._result(state, done=done, changes=(change,), post=(notice,))

    def _not_used(
        self, approval: Approval, state: GraphState, why: Standing, done: tuple[str, ...]
    ) -> StepResult:
        """The card says why, and the thread how to go on."""
        review = next(review for review in self._work.open if review.approval.id == approval.id)
        change = Change(after=approval.withdrawn(_NOT_USED[why]), event=Event.WITHDRAWN, detail=why.value)
        text = f"{_NOT_USED[why]} It was the answer to: {review.shown.title}\n{_how_to_go_on(state)}"
        notice = note(self._work.thread.ref, f"not-used:{approval.id}", text)
        return self._result(state, done=done, changes=(change,), post=(notice,))

    async def _failed_after(self, approval: Approval, error: RunFailed, done: tuple[str, ...]) -> StepResult:
        """The graph raised after the decision, which stands for a retry if the graph did not take it."""
        state = await self._graph.read()
        took_it = await _standing(approval, state) is Standing.TAKEN
        taken = (Change(after=approval.resumed(), event=Event.RESUMED),) if took_it else ()
        return self._failed(state, error, done, taken)

    async def _continue_if_unfinished(self, state: GraphState) -> None:
        if state.unfinished and not state.pending:
            await self._graph.continue_run()

    async def _continue(self, state: GraphState, first: Inbound) -> StepResult:
        return await self._run(self._continue_if_unfinished(state), (), (first.key,))

    async def _start(self, state: GraphState, first: Inbound) -> StepResult:
        refusal = await self._start_permission.refusal(first.user)
        if refusal is not None:
            nothing = self._result(state, done=(first.key,))
            return replace(nothing, notices=(Notice(user=first.user, text=refusal),))
        new = state.checkpoint_id is None
        if first.kind is InboundKind.MESSAGE and self._info.needs_form(new=new):
            form = start_form(self._work.thread, self._info, self._without_name(first, state))
            return self._result(state, done=(first.key,), post=(form,))
        given = self._without_name(first, state)
        given = replace(given, text=text_for_graph(given))
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
            return self._failed(await self._graph.read(), error, done, changes)
        return self._at_rest(await self._graph.read(), done, changes)

    def _stopped(self, approval: Approval, state: GraphState) -> tuple[Outgoing, ...]:
        """That the run is over because a breakpoint was rejected; nothing where the graph had more to say."""
        kinds = {vote.decision.kind for vote in approval.votes if vote is not None}
        over = not state.unfinished and not state.pending
        review = next(review for review in self._work.open if review.approval.id == approval.id)
        about_a_tool = any(row.action for row in review.request.rows)
        if (
            not over
            or about_a_tool
            or not is_breakpoint(approval.interrupt_id)
            or kinds != {DecisionKind.REJECT}
        ):
            return ()
        step = f"the step `{approval.node}`" if approval.node else "its next step"
        return (note(self._work.thread.ref, f"stopped:{approval.id}", _STOPPED.format(step=step)),)

    def _at_rest(
        self,
        state: GraphState,
        done: tuple[str, ...],
        changes: tuple[Change, ...],
        post: tuple[Outgoing, ...] = (),
    ) -> StepResult:
        """The run is over: at its end, at a question, or, with neither, at a breakpoint that is not seen."""
        if state.pending or state.orphaned:
            return self._result(state, done=done, changes=changes, post=post)
        if not state.unfinished:
            before = None if post else self._before  # a note that the run is over is its last word
            return self._result(state, done=done, changes=changes, post=post, before=before)
        error_id = f"breakpoint-{state.checkpoint_id}"
        stopped = failure(self._work.thread.ref, error_id, _HIDDEN_BREAKPOINT)
        return self._result(state, done=done, changes=changes, post=(stopped,), halted=error_id)

    async def _ask_again(self, first: Inbound, state: GraphState) -> StepResult:
        """Have the failed step's questions asked again: their first answers cannot be replaced."""
        withdrawn = tuple(
            Change(after=a.withdrawn(_ASKED_AGAIN), event=Event.WITHDRAWN) for a in self._decided()
        )
        at_breakpoint = any(is_breakpoint(pending.interrupt_id) for pending in state.pending)
        if not withdrawn or not state.pending or at_breakpoint:
            return self._result(state, done=(first.key,), halted=self._work.thread.halted)
        return await self._run(self._graph.ask_again(), withdrawn, (first.key,))

    def _failed(
        self, state: GraphState, error: RunFailed, done: tuple[str, ...], changes: tuple[Change, ...]
    ) -> StepResult:
        decided = {approval.id for approval in self._decided()}
        again = bool(decided - {change.after.id for change in changes})
        again = again and not any(is_breakpoint(pending.interrupt_id) for pending in state.pending)
        stopped = failure(self._work.thread.ref, error.error_id, error.hint, ask_again=again)
        result = self._result(state, done=done, changes=changes, post=(stopped,), halted=error.error_id)
        return replace(result, error=error.report)

    def _result(
        self,
        state: GraphState,
        *,
        done: tuple[str, ...] = (),
        changes: tuple[Change, ...] = (),
        post: tuple[Outgoing, ...] = (),
        halted: str | None = None,
        before: GraphState | None = None,
    ) -> StepResult:
        return reconcile(
            self._work,
            state,
            self._clock,
            done=done,
            changes=changes,
            post=post,
            halted=halted,
            before=before,
        )


def _state_change(approval: Approval) -> StateChange | None:
    after = approval.state_changes
    return StateChange(after=after, before=approval.state_before) if after else None


def _would_pass_breakpoint(approval: Approval, state: GraphState) -> bool:
    """Whether to resume with this answer would let another part of the run past a breakpoint, unasked."""
    ids = {pending.interrupt_id for pending in state.pending} - {approval.interrupt_id}
    return any(map(is_breakpoint, ids))


async def _standing(approval: Approval, state: GraphState) -> Standing:
    """In a thread: where the graph's code has changed, the answer is judged anew."""
    return await asyncio.to_thread(standing, approval, state)


def _how_to_go_on(state: GraphState) -> str:
    if state.pending:
        return "What is asked now has a card of its own."
    return "To continue, send a new message here. The agent then starts with it."
