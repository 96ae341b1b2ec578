"""Builds step results: at rest, after an error, or with nothing run."""

import asyncio
from dataclasses import replace

from countersign.approvals.approval import Approval
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Status
from countersign.flow.errors import RunFailed
from countersign.flow.graph_state import GraphState, is_breakpoint
from countersign.flow.messages.inbound import Inbound
from countersign.flow.messages.outgoing import Outgoing, failure, note
from countersign.flow.ports import Clock
from countersign.flow.steps.results.reconciliation import reconcile
from countersign.flow.work import StepResult, Work
from countersign.i18n import N_, lazy_text

_HIDDEN_BREAKPOINT = N_(
    "A graph that runs inside a step stopped at a breakpoint, or was interrupted where it may stand at one. "
    "That can't be approved here, because the bot can't see what comes next. Nothing after it has run. "
    "To start over, send a new message. To have it approved, its author can call `interrupt()` there, "
    "or add that graph as a node."
)
_HIDDEN_BREAKPOINT_ID = "breakpoint-"  # begins the Error ID of a thread that stopped at one


class StepResults:
    """Builds the results of one step, each reconciled with the state that the graph is in."""

    def __init__(self, work: Work, clock: Clock, before: GraphState) -> None:
        """`before` is the state that the step began with."""
        self._work = work
        self._clock = clock
        self._before = before

    @property
    def decided(self) -> list[Approval]:
        """The approvals whose answer the graph has not taken yet, the oldest decision first.

        Before them those that end the run: once it has ended, no answer to it may look as if it was taken.
        """
        decided = [
            r.approval
            for r in self._work.open
            if r.approval.status is Status.DECIDED and not r.approval.is_undoable
        ]
        return sorted(decided, key=lambda approval: not approval.ends_run)

    async def build(
        self,
        state: GraphState,
        *,
        done: tuple[str, ...] = (),
        changes: tuple[Change, ...] = (),
        post: tuple[Outgoing, ...] = (),
        halted: str | None = None,
        before: GraphState | None = None,
    ) -> StepResult:
        # In a thread: a question that opens an approval is parsed, however large it is.
        return await asyncio.to_thread(
            reconcile,
            self._work,
            state,
            self._clock,
            done=done,
            changes=changes,
            post=post,
            halted=halted,
            before=before,
        )

    async def at_rest(
        self,
        state: GraphState,
        done: tuple[str, ...],
        changes: tuple[Change, ...],
        post: tuple[Outgoing, ...] = (),
    ) -> StepResult:
        """The run is over: at its end, at a question, or, with neither, at a breakpoint that is not seen."""
        if state.pending or state.orphaned:
            return await self.build(state, done=done, changes=changes, post=post)
        if not state.unfinished:
            before = None if post else self._before  # a note that the run is over is its last word
            return await self.build(state, done=done, changes=changes, post=post, before=before)
        error_id = f"{_HIDDEN_BREAKPOINT_ID}{state.checkpoint_id}"
        stopped = failure(self._work.thread.ref, error_id, lazy_text(_HIDDEN_BREAKPOINT), try_again=False)
        return await self.build(state, done=done, changes=changes, post=(stopped,), halted=error_id)

    @property
    def at_hidden_breakpoint(self) -> bool:
        """Whether the thread stopped at a breakpoint that nobody can approve. To continue would pass it."""
        return (self._work.thread.halted or "").startswith(_HIDDEN_BREAKPOINT_ID)

    async def not_continued(self, state: GraphState, retry: Inbound) -> StepResult:
        """The thread stays at its hidden breakpoint, whoever asked to try again."""
        said = note(self._work.thread.ref, retry.key, lazy_text(_HIDDEN_BREAKPOINT))
        return await self.build(state, done=(retry.key,), post=(said,), halted=self._work.thread.halted)

    async def failed(
        self, state: GraphState, error: RunFailed, done: tuple[str, ...], changes: tuple[Change, ...]
    ) -> StepResult:
        decided = {approval.id for approval in self.decided}
        again = bool(decided - {change.after.id for change in changes})
        again = again and not any(is_breakpoint(pending.interrupt_id) for pending in state.pending)
        stopped = failure(self._work.thread.ref, error.error_id, error.hint, ask_again=again)
        result = await self.build(state, done=done, changes=changes, post=(stopped,), halted=error.error_id)
        return replace(result, error=error.report)
