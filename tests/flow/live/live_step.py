"""One step that is shown while it goes on, and what it shows."""

from dataclasses import replace
from typing import Any

from countersign.flow.live.content import Plan, PlanTask, TaskStatus
from countersign.flow.live.events import (
    RunEvent,
    TextAdded,
    ToolRequested,
    ToolStarted,
)
from countersign.flow.live.live_message import Timing
from countersign.flow.live.live_run import LiveRun, LiveRuns
from countersign.flow.messages.outgoing import OutgoingKind, message_key, outgoing
from countersign.flow.work import StepResult
from tests.flow.live.live_doubles import Display, Streams
from tests.flow.rows import REF, work

PENDING, IN_PROGRESS, COMPLETE, ERROR = TaskStatus
KEY = message_key(REF, "m1")
PLAN = f"plan:{REF.id}:7"
WORK = work(requester="UALICE", fence=7, step_starts=1)
HELLO = TextAdded(message_id="m1", text="Hello")


class Stage:
    """A run whose messages are shown at once, or `later` never by themselves."""

    def __init__(self, *left: Any, later: bool = False) -> None:
        self.streams, self.display = Streams(*left), Display()
        timing = Timing(show_after=1000 if later else 0, every=1000 if later else 0)
        self.runs = LiveRuns(self.streams, self.display, timing)

    async def run(self, *events: RunEvent, step_starts: int = 1) -> LiveRun:
        opened = await self.runs.open(replace(WORK, thread=replace(WORK.thread, step_starts=step_starts)))
        for event in events:
            opened.on_event(event)
        return opened

    async def shows(self, method: str, content: object) -> None:
        calls = self.display.calls
        await calls.until(lambda: any(content in given for given in calls.named(method)))

    def discarded(self) -> list[str]:
        return [key for keys in self.streams.calls.named("discard") for key in keys]

    def plans(self) -> list[Plan]:
        given = [*self.display.calls.named("start"), *self.display.calls.named("extend")]
        return [each[1] for each in given if isinstance(each[1], Plan)]


def result(*posted: str, waits: bool = False) -> StepResult:
    post = tuple(outgoing(REF, key, OutgoingKind.AGENT_MESSAGE) for key in posted)
    return StepResult(thread=WORK.thread, post=post, waits=waits)


def plan(*tasks: PlanTask, **more: bool) -> Plan:
    return Plan(tasks=tasks, **more)


def pay(status: TaskStatus = PENDING, *, not_run: bool = False) -> PlanTask:
    return PlanTask(id="c1", tool="pay", status=status, not_run=not_run)


ASKED = ToolRequested(call_id="c1", tool="pay")
RUNS = ToolStarted(call_id="c1", tool="pay")
