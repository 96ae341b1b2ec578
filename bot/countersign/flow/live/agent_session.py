"""The state of Slack's agent session in a thread: working, waiting for a person, at rest, or over.

A session at rest stays active, since any message continues it. A reset closes it, and so does retention when
it deletes the thread; the next message opens it again, after a reset with a new title.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum

import structlog

from countersign.approvals.errors import CountersignError
from countersign.flow.errors import RateLimited
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.ports.slack.live import SessionDisplay
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult, Work

SHOW_AFTER = 1.0  # seconds; what is quicker needs no Stop button
TITLE_LIMIT = 80  # characters of the first message; Slack takes 200

log = structlog.get_logger()


class SessionStatus(StrEnum):
    """Slack's own words."""

    PROCESSING = "processing"
    SUSPENDED = "suspended"
    ACTIVE = "active"
    CLOSED = "closed"


class AgentSessions:
    def __init__(self, display: SessionDisplay, show_after: float = SHOW_AFTER) -> None:
        self._display = display
        self._show_after = show_after

    def open(self, work: Work) -> "AgentSession":
        return AgentSession(work, self._display, self._show_after)

    async def close(self, thread: ThreadRef) -> None:
        """The conversation was deleted. What Slack refuses is not retried. Raises RateLimited."""
        try:
            await self._display.set_session(thread, SessionStatus.CLOSED.value, None, None)
        except RateLimited:
            raise
        except CountersignError as error:
            log.info("session_status_not_set", thread_id=thread.id, reason=str(error))


class AgentSession:
    """The session of one step. A status that Slack refuses is not retried, and never fails the step."""

    def __init__(self, work: Work, display: SessionDisplay, show_after: float) -> None:
        self._ref: ThreadRef = work.thread.ref
        self._title = _title(work)
        self._initiator = work.thread.requester
        self._display = display
        self._show_after = show_after
        self._waited = any(review.approval.posted_to is None for review in work.open)
        self._shown = False
        self._task = asyncio.create_task(self._show())

    async def finish(self, result: StepResult | None) -> None:
        """`result`: None if another attempt follows."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        if result is None:
            return
        if result.closed:
            await self._set(SessionStatus.CLOSED)
        elif result.waits:
            await self._set(SessionStatus.SUSPENDED)
        elif self._shown or self._waited:
            await self._set(SessionStatus.ACTIVE)

    async def _show(self) -> None:
        await asyncio.sleep(self._show_after)
        self._shown = True
        await self._set(SessionStatus.PROCESSING)

    async def _set(self, status: SessionStatus) -> None:
        title, self._title = self._title, None
        try:
            known = await self._display.set_session(self._ref, status.value, title, self._initiator)
            if title is not None and known not in {title, None}:  # of the conversation before a reset
                await self._display.rename_session(self._ref, title)
        except CountersignError as error:
            log.info("session_status_not_set", thread_id=self._ref.id, reason=str(error))


def _title(work: Work) -> str | None:
    """Of a conversation that begins: the message that begins it. Later on, people may have renamed it."""
    first = work.inbound[0] if work.inbound else None
    begins = work.thread.last_posted_key is None and not work.open
    if first is None or first.kind is not InboundKind.MESSAGE or not begins:
        return None
    line = " ".join(first.text.split())
    return line if len(line) <= TITLE_LIMIT else f"{line[: TITLE_LIMIT - 1]}…"


def with_feedback(result: StepResult) -> StepResult:
    """The result, with feedback buttons below the last message of a finished run."""
    said = [row for row in result.post if row.kind is OutgoingKind.AGENT_MESSAGE]
    at_its_end = not (result.waits or result.stopped or result.thread.halted)
    if not at_its_end or not said or not isinstance(said[-1].body, dict):
        return result
    asking = replace(said[-1], body={**said[-1].body, "feedback": True})
    return replace(result, post=tuple(asking if row is said[-1] else row for row in result.post))
