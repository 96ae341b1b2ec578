"""Gives the graph the answer of a decided approval, if its question is still the one that was decided."""

import asyncio
from dataclasses import replace

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.recorded_reasons import (
    AGENT_CHANGED_SINCE,
    BREAKPOINT_FIRST,
    HIDDEN_BREAKPOINT,
    LAPSED_COUNTS_FOR,
    NOT_TAKEN,
    QUESTION_CHANGED,
    RUN_CANCELLED,
)
from countersign.flow.decisions.evidence.evidence import run_result
from countersign.flow.errors import AnswerRefused, RunFailed, Stopped
from countersign.flow.graph_state import GraphInfo, GraphState, StateChange, is_breakpoint
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import Outgoing, note
from countersign.flow.notices.thread_notes import run_cancelled_note
from countersign.flow.ports import Clock, GraphThread
from countersign.flow.steps.results.step_results import StepResults
from countersign.flow.steps.resuming.resume_check import ResumeStatus, resume_status
from countersign.flow.work import StepResult, Work
from countersign.i18n import Text, TextLines, lazy_text, sentences

NOT_USED = {
    ResumeStatus.QUESTION_CHANGED: QUESTION_CHANGED,
    ResumeStatus.GRAPH_CHANGED: AGENT_CHANGED_SINCE,
    ResumeStatus.ASKED: NOT_TAKEN,
}


class Resumption:
    """One decided approval on its way to the graph."""

    def __init__(
        self, work: Work, info: GraphInfo, graph: GraphThread, results: StepResults, clock: Clock
    ) -> None:
        self._work = work
        self._info = info
        self._graph = graph
        self._results = results
        self._clock = clock

    async def resume(self, approval: Approval, state: GraphState, first: Inbound | None) -> StepResult:
        done = (first.key,) if first and first.kind is InboundKind.RETRY else ()
        now = await _resume_status(approval, state)
        if approval.ends_run:
            return await self._end_run(approval, state, now, done)
        try:
            if now is ResumeStatus.ASKED and _would_pass_breakpoint(approval, state):
                raise AnswerRefused(lazy_text(BREAKPOINT_FIRST))
            if now is ResumeStatus.ASKED and state.hidden_breakpoint:
                raise AnswerRefused(lazy_text(HIDDEN_BREAKPOINT))
            if now is ResumeStatus.ASKED and self._must_look_again(approval):
                state, now = await self._look_again(approval, state)
            if now is ResumeStatus.ASKED and (rows := approval.too_old_rows(self._clock())):
                return await self._lapsed(approval, state, rows, done)
            if now is ResumeStatus.ASKED:
                await self._graph.resume(approval.interrupt_id, approval.answer, _state_change(approval))
                state = await self._graph.read()
                now = await _resume_status(approval, state)
            elif now is ResumeStatus.TAKEN:
                await continue_if_unfinished(self._graph, state)
                state = await self._graph.read()
        except AnswerRefused as error:
            state = await self._graph.read()
            reopened = approval.reopened(error.source, self._clock(), state.changeable)
            change = Change(after=reopened, event=Event.REOPENED, detail=error.source)
            return await self._results.build(state, done=done, changes=(change,))
        except RunFailed as error:
            return await self._failed_after(approval, error, done)
        except Stopped:
            return replace(await self._stopped_after(approval, done), stopped=True)
        if now is not ResumeStatus.TAKEN:
            return await self._not_used(approval, state, now, done)
        taken = Change(after=approval.resumed(), event=Event.RESUMED, detail=run_result(approval, state))
        return await self._results.at_rest(state, done, (taken,), self._stopped(approval, state))

    async def _end_run(
        self, approval: Approval, state: GraphState, now: ResumeStatus, done: tuple[str, ...]
    ) -> StepResult:
        """The graph gets no answer. What else this run waits for has no use any more, decided or not."""
        try:
            if now is ResumeStatus.ASKED:
                await self._graph.abandon()
                state = await self._graph.read()
                now = await _resume_status(approval, state)
        except RunFailed as error:
            return await self._results.failed(await self._graph.read(), error, done, ())
        goes_on = bool(state.pending or state.orphaned or state.unfinished)
        if now is not ResumeStatus.TAKEN or goes_on:
            why = ResumeStatus.QUESTION_CHANGED if now is ResumeStatus.TAKEN else now
            return await self._not_used(approval, state, why, done)
        ended = Change(after=approval.run_ended(), event=Event.RUN_CANCELLED, detail={"run": "cancelled"})
        others = [
            Change(after=each.approval.withdrawn(RUN_CANCELLED), event=Event.WITHDRAWN)
            for each in self._work.open
            if each.approval.id != approval.id
        ]
        review = next(review for review in self._work.open if review.approval.id == approval.id)
        said = run_cancelled_note(review.with_approval(ended.after))
        return await self._results.build(state, done=done, changes=(ended, *others), post=(said,))

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

    async def _look_again(self, approval: Approval, state: GraphState) -> tuple[GraphState, ResumeStatus]:
        """Run the pending step without a new answer: it asks its question again, or goes on with an answer
        that it has. Raises RunFailed."""
        if not await self._graph.is_asked(approval.interrupt_id):
            return state, ResumeStatus.GRAPH_CHANGED
        await self._graph.continue_run()
        state = await self._graph.read()
        return state, await _resume_status(approval, state)

    async def _lapsed(
        self, approval: Approval, state: GraphState, rows: tuple[int, ...], done: tuple[str, ...]
    ) -> StepResult:
        """The approval is older than its rule lets it count, so it is asked again."""
        review = next(review for review in self._work.open if review.approval.id == approval.id)
        valid_for = min(filter(None, (approval.rule(row).valid_for for row in rows)))
        reason = lazy_text(LAPSED_COUNTS_FOR, duration=valid_for)
        after = approval.lapsed(reason.source, self._clock())
        change = Change(
            after=after,
            event=Event.LAPSED,
            detail={"rows": list(rows), "rules": [approval.rule(row).name for row in rows]},
        )
        asked_again = lazy_text(
            "“{title}” was approved too long ago and is asked again.", title=review.shown.title
        )
        text = sentences(asked_again, reason)
        notice = note(self._work.thread.ref, f"lapsed:{approval.id}:{after.version}", text)
        return await self._results.build(state, done=done, changes=(change,), post=(notice,))

    async def _not_used(
        self, approval: Approval, state: GraphState, why: ResumeStatus, done: tuple[str, ...]
    ) -> StepResult:
        """The card says why, and the thread how to go on."""
        review = next(review for review in self._work.open if review.approval.id == approval.id)
        change = Change(after=approval.withdrawn(NOT_USED[why]), event=Event.WITHDRAWN, detail=why.value)
        about = lazy_text("It was the answer to: {title}", title=review.shown.title)
        text = TextLines((sentences(lazy_text(NOT_USED[why]), about), _how_to_go_on(state)), "\n")
        notice = note(self._work.thread.ref, f"not-used:{approval.id}", text)
        return await self._results.build(state, done=done, changes=(change,), post=(notice,))

    async def _failed_after(self, approval: Approval, error: RunFailed, done: tuple[str, ...]) -> StepResult:
        """The graph raised after the decision, which stands for a retry if the graph did not take it."""
        state = await self._graph.read()
        took_it = await _resume_status(approval, state) is ResumeStatus.TAKEN
        if not took_it:
            return await self._results.failed(state, error, done, ())
        detail = run_result(approval, state, error.error_id)
        taken = Change(after=approval.resumed(), event=Event.RESUMED, detail=detail)
        return await self._results.failed(state, error, done, (taken,))

    async def _stopped_after(self, approval: Approval, done: tuple[str, ...]) -> StepResult:
        """Somebody stopped the run after the decision; who did is next in line."""
        state = await self._graph.read()
        now = await _resume_status(approval, state)
        if now is ResumeStatus.TAKEN:
            taken = Change(after=approval.resumed(), event=Event.RESUMED, detail=run_result(approval, state))
            return await self._results.build(state, done=done, changes=(taken,))
        if now is ResumeStatus.ASKED:
            return await self._results.build(state, done=done)
        return await self._not_used(approval, state, now, done)

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
        text = lazy_text("The run was stopped before its next step, as decided. To go on, write here again.")
        if approval.node:
            text = lazy_text(
                "The run was stopped before the step `{step}`, as decided. To go on, write here again.",
                step=approval.node,
            )
        return (note(self._work.thread.ref, f"stopped:{approval.id}", text),)


def _state_change(approval: Approval) -> StateChange | None:
    after = approval.state_changes
    return StateChange(after=after, before=approval.state_before) if after else None


def _would_pass_breakpoint(approval: Approval, state: GraphState) -> bool:
    """Whether to resume with this answer would let another part of the run past a breakpoint, unasked."""
    ids = {pending.interrupt_id for pending in state.pending} - {approval.interrupt_id}
    return any(map(is_breakpoint, ids))


async def _resume_status(approval: Approval, state: GraphState) -> ResumeStatus:
    """In a thread: where the graph's code has changed, the answer is validated again."""
    return await asyncio.to_thread(resume_status, approval, state)


def _how_to_go_on(state: GraphState) -> Text:
    if state.pending:
        return lazy_text("What is asked now has a card of its own.")
    return lazy_text("To continue, send a new message here. The agent then starts with it.")


async def continue_if_unfinished(graph: GraphThread, state: GraphState) -> None:
    if state.unfinished and not state.pending and not state.hidden_breakpoint:
        await graph.continue_run()
