"""What a live message shows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TaskStatus(StrEnum):
    """Of a task in a plan; Slack's own words."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class PlanTask:
    """A tool call, whose arguments are for the card alone, or a step of the graph."""

    id: str
    tool: str = ""  # its name
    step: str = ""  # its title
    status: TaskStatus = TaskStatus.PENDING
    not_run: bool = False  # it was rejected


@dataclass(frozen=True, kw_only=True)
class Plan:
    tasks: tuple[PlanTask, ...] = ()
    ended: bool = False
    waits: bool = False  # ended at a question


@dataclass(frozen=True, kw_only=True)
class MessageStream:
    """A message that is streamed until the outbox row with this key takes it over."""

    key: str
    team: str
    channel: str
    thread_ts: str
    begun_at: datetime
    ts: str | None = None  # None: Slack's answer was lost, or has not come yet
    native: bool = True  # held by Slack's stream methods; else an ordinary message, or a stream that ended


@dataclass(frozen=True, kw_only=True)
class DisplayedMessage:
    """A live message as Slack has it now."""

    stream: MessageStream
    text: str = ""  # as it was sent
    plan: Plan | None = None
    order: tuple[str, ...] = ()  # of the plan's tasks as Slack shows them, by their ids

    @property
    def is_ordered(self) -> bool:
        """Whether Slack shows the tasks in the plan's order."""
        return self.plan is None or self.order == tuple(task.id for task in self.plan.tasks)
