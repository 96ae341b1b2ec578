"""Shows what one step of a thread does while it runs. It never affects the step's result."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog

from countersign.approvals.errors import CountersignError
from countersign.flow.live.content import MessageStream, Plan, PlanTask, TaskStatus
from countersign.flow.live.events import (
    RunEvent,
    StepEnded,
    StepExpected,
    StepStarted,
    TextAdded,
    TextEnded,
    ToolEnded,
    ToolRequested,
    ToolStarted,
)
from countersign.flow.live.live_message import LiveMessage, Timing
from countersign.flow.messages.outgoing import OutgoingKind, message_key, outgoing
from countersign.flow.ports.database.live import StreamStore
from countersign.flow.ports.slack.live import StreamDisplay
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult, Work

STEPS_SHOWN_LATER = 2  # times the delay of tool calls: a plan stays in the thread
_DONE = {TaskStatus.COMPLETE, TaskStatus.ERROR}

log = structlog.get_logger()


@dataclass(kw_only=True)
class _Text:
    live: LiveMessage | None = None
    parts: list[str] = field(default_factory=list)
    ended: bool = False


class LiveRuns:
    """Makes a `LiveRun` for each step."""

    def __init__(self, store: StreamStore, display: StreamDisplay, timing: Timing | None = None) -> None:
        self._store = store
        self._display = display
        self._timing = timing or Timing()

    async def open(self, work: Work) -> "LiveRun":
        """After a crash, the streams that the earlier attempt left open are ended first."""
        left = await self._left_open(work.thread.ref) if work.thread.step_starts > 1 else ()
        return LiveRun(work, self._store, self._display, self._timing, left)

    async def sweep(self, limit: int = 20) -> int:
        """Remove discarded messages whose removal failed at first."""
        found = await self._store.discarded(limit)
        for stream in found:
            await remove_stream(self._store, self._display, stream)
        return len(found)

    async def _left_open(self, thread: ThreadRef) -> tuple[MessageStream, ...]:
        left = []
        for stream in await self._store.of_thread(thread):
            left.append(stream)
            if stream.native:
                try:
                    await self._store.update(await self._display.end(stream))
                except CountersignError as error:
                    log.info("stream_not_ended", post=stream.key, reason=str(error))
        return tuple(left)


class LiveRun:
    def __init__(
        self,
        work: Work,
        store: StreamStore,
        display: StreamDisplay,
        timing: Timing,
        left_open: Collection[MessageStream] = (),
    ) -> None:
        """`left_open` are streams of an earlier attempt: each becomes this step's message, or is removed."""
        self._ref = work.thread.ref
        self._recipient = work.thread.requester or ""
        self._run = f"{self._ref.id}:{work.thread.fence}"
        self._store = store
        self._display = display
        self._timing = timing
        self._left_open = left_open
        self._texts: dict[str, _Text] = {}
        self._tasks: dict[str, PlanTask] = {}
        self._expected: set[str] = set()  # steps that have not begun
        self._plan: LiveMessage | None = None
        self._closed = False
        self._end: Plan | None = None
        self._ending = asyncio.Event()
        self._closing: list[asyncio.Task[None]] = []

    def on_event(self, event: RunEvent) -> None:
        """Take what the run reports. Returns at once."""
        if self._closed:
            return
        match event:
            case TextAdded():
                self._add_text(event)
            case TextEnded():
                self._end_text(event)
            case ToolRequested():
                self._tasks.setdefault(event.call_id, PlanTask(id=event.call_id, tool=event.tool))
                self._show_plan()
            case ToolStarted():
                known = self._tasks.get(event.call_id) or PlanTask(id=event.call_id, tool=event.tool)
                self._tasks[event.call_id] = replace(known, status=TaskStatus.IN_PROGRESS)
                self._show_plan()
            case ToolEnded():
                self._end_task(event.call_id, failed=event.failed, waits=event.waits)
            case StepExpected():
                if event.step_id not in self._tasks:
                    self._expected.add(event.step_id)
                self._tasks.setdefault(event.step_id, PlanTask(id=event.step_id, step=event.title))
                self._show_plan()
            case StepStarted():
                if event.step_id in self._expected:  # listed from where it begins
                    self._expected.remove(event.step_id)
                    del self._tasks[event.step_id]
                self._tasks[event.step_id] = PlanTask(
                    id=event.step_id, step=event.title, status=TaskStatus.IN_PROGRESS
                )
                self._show_plan()
            case StepEnded():
                self._end_task(event.step_id, failed=event.failed, waits=event.waits)

    def with_words_cut_off(self, result: StepResult) -> StepResult:
        """The result; of a stopped run, with the streamed part of the message that was cut off.

        The graph's state has nothing of it.
        """
        if not result.stopped:
            return result
        said = {row.key for row in result.post}
        seen = [
            (text.live.stream.key, text)
            for text in self._texts.values()
            if text.live is not None and text.live.begun and not text.ended
        ]
        cut = [
            outgoing(self._ref, key, OutgoingKind.AGENT_MESSAGE, {"text": _cut_off(text)})
            for key, text in seen
            if key not in said
        ]
        return replace(result, post=(*result.post, *cut))

    async def finish(self, result: StepResult) -> None:
        """The run is over: end its plan, and remove streams that became no message of it."""
        waits = result.waits
        self._end = Plan(
            tasks=tuple(task if waits else _ended(task) for task in self._planned()),
            ended=True,
            waits=waits,
        )
        await self._close({row.key for row in result.post})

    async def abandon(self) -> None:
        """The step failed, or another process continues it: remove what was shown of it."""
        await self._close(frozenset())

    async def _close(self, said: Collection[str]) -> None:
        self._closed = True
        self._ending.set()
        await asyncio.gather(*self._closing)
        texts = [text.live for text in self._texts.values() if text.live is not None]
        for live in texts:
            await live.close()
        if self._plan is not None:
            await self._plan.close(show_rest=self._end is not None)
        begun = [live.stream.key for live in texts if live.begun]
        unsaid = {*begun, *(stream.key for stream in self._left_open)} - set(said)
        try:
            if self._plan is not None and self._plan.begun:
                if self._end is None or self._plan.stream.ts is None:
                    unsaid.add(self._plan.stream.key)
                else:
                    await self._store.remove(self._plan.stream.key)
            for stream in await self._store.discard(unsaid) if unsaid else ():
                await remove_stream(self._store, self._display, stream)
        except CountersignError as error:  # the sweep, or the next attempt, removes them
            log.info("streams_not_removed", thread_id=self._ref.id, reason=str(error))

    def _add_text(self, event: TextAdded) -> None:
        text = self._texts.setdefault(event.message_id, _Text())
        text.parts.append(event.text)
        if text.live is None:
            text.live = self._live(message_key(self._ref, event.message_id), text)
        text.live.touch()

    def _end_text(self, event: TextEnded) -> None:
        text = self._texts.get(event.message_id)
        if text is not None and text.live is not None:
            text.ended = True
            text.parts.append("\n")  # so that its last word is shown, too
            self._closing.append(asyncio.create_task(self._close_unless_step_ends(text.live)))

    async def _close_unless_step_ends(self, live: LiveMessage) -> None:
        """The message is complete and the run may go on for long. If it ends, its post shows the rest."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), self._timing.every)
            return
        await live.close(show_rest=True)

    def _live(self, key: str, text: _Text) -> LiveMessage:
        def content() -> str:
            return self._display.visible_text("".join(text.parts))

        return LiveMessage(
            self._stream(key), content, self._recipient, self._store, self._display, self._timing
        )

    def _end_task(self, key: str, *, failed: bool, waits: bool) -> None:
        task = self._tasks.get(key)
        if task is None or task.status in _DONE:
            return
        ended = TaskStatus.ERROR if failed else TaskStatus.COMPLETE
        self._tasks[key] = replace(
            task,
            status=TaskStatus.PENDING if waits else ended,
            not_run=failed and task.status is TaskStatus.PENDING,
        )
        self._show_plan()

    def _show_plan(self) -> None:
        tasks = self._planned()
        if not tasks:
            return
        if self._plan is None:
            of_steps = all(task.step for task in tasks)
            later = self._timing.show_after * STEPS_SHOWN_LATER if of_steps else self._timing.show_after
            self._plan = LiveMessage(
                self._stream(f"plan:{self._run}"),
                self._plan_now,
                self._recipient,
                self._store,
                self._display,
                replace(self._timing, show_after=later),
            )
        self._plan.touch()

    def _planned(self) -> tuple[PlanTask, ...]:
        """The tool calls, and the graph's steps where there are several: one alone is the run itself.

        What is only expected comes last. While its stream lasts, Slack shows last what is new to the plan.
        """
        tasks = sorted(self._tasks.values(), key=lambda task: task.id in self._expected)
        steps = sum(1 for task in tasks if task.step)
        return tuple(tasks) if steps > 1 else tuple(task for task in tasks if not task.step)

    def _plan_now(self) -> Plan:
        return self._end or Plan(tasks=self._planned())

    def _stream(self, key: str) -> MessageStream:
        ref = self._ref
        return MessageStream(
            key=key, team=ref.team, channel=ref.channel, thread_ts=ref.ts, begun_at=datetime.now(UTC)
        )


async def remove_stream(store: StreamStore, display: StreamDisplay, stream: MessageStream) -> None:
    """Delete the message of a stream that was discarded. Leaves it to the sweep if Slack does not."""
    try:
        await display.remove(stream)
    except CountersignError as error:
        log.info("stream_not_removed", post=stream.key, reason=str(error))
        return
    await store.remove(stream.key)


def _cut_off(text: _Text) -> str:
    return "".join(text.parts).rstrip() + " …"


def _ended(task: PlanTask) -> PlanTask:
    """A call without a result at the end of its run was rejected."""
    if task.status in _DONE:
        return task
    return replace(task, status=TaskStatus.ERROR, not_run=task.status is TaskStatus.PENDING)
