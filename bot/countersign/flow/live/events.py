"""What a run reports while it goes on."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True)
class TextAdded:
    """The model wrote a piece of a message that will be in the graph's output."""

    message_id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class TextEnded:
    """The model ended that message."""

    message_id: str


@dataclass(frozen=True, kw_only=True)
class ToolCall:
    call_id: str
    tool: str


class ToolRequested(ToolCall):
    """The model asks for a tool call, or one that it asked for before this run has no result yet."""


class ToolStarted(ToolCall):
    """The tool runs."""


@dataclass(frozen=True, kw_only=True)
class ToolEnded:
    """`waits`: the tool did not end, but asks a person."""

    call_id: str
    failed: bool = False
    waits: bool = False


@dataclass(frozen=True, kw_only=True)
class GraphStep:
    """A node of the graph that people read as a step."""

    step_id: str
    title: str


class StepExpected(GraphStep):
    """It runs after one that has begun."""


class StepStarted(GraphStep):
    """It runs, perhaps not for the first time."""


@dataclass(frozen=True, kw_only=True)
class StepEnded:
    """`waits`: it did not end, but asks a person."""

    step_id: str
    failed: bool = False
    waits: bool = False


RunEvent: TypeAlias = (
    TextAdded | TextEnded | ToolRequested | ToolStarted | ToolEnded | StepExpected | StepStarted | StepEnded
)
