"""What a run can tell of itself, free of LangGraph's types."""

from dataclasses import dataclass
from enum import StrEnum

from countersign.approvals.errors import CountersignError
from countersign.approvals.json import Json


@dataclass(frozen=True, kw_only=True)
class PendingInterrupt:
    interrupt_id: str
    value: Json
    schema: Json
    digest: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """One AI message with text. `key` is the same whenever the state is read again."""

    key: str
    text: str


@dataclass(frozen=True, kw_only=True)
class GraphState:
    pending: tuple[PendingInterrupt, ...]
    unfinished: bool  # there are nodes still to run, or to be taken note of
    applied: str | None  # the key of the last input; None: somebody else than the bot wrote this state
    said: tuple[Said, ...]  # in order
    fields: Json  # the output of a graph without messages, None for the others
    checkpoint: str | None  # None: the thread has no state yet


NOTHING_YET = GraphState(pending=(), unfinished=False, applied=None, said=(), fields=None, checkpoint=None)
"""The state of a thread in which no graph ever ran."""


class StartsWith(StrEnum):
    MESSAGES = "messages"  # {"messages": [{"role": "user", "content": text}]}
    TEXT = "text"  # the one required string property
    FORM = "form"  # a form made from the input schema


@dataclass(frozen=True, kw_only=True)
class GraphInfo:
    name: str
    starts_with: StartsWith
    input_schema: Json
    text_property: str | None = None  # for TEXT


class RunFailed(CountersignError):
    """The graph raised. `reference` stands in the log too; `hint` is safe to show to people."""

    def __init__(self, reference: str, hint: str) -> None:
        super().__init__(hint)
        self.reference = reference
        self.hint = hint


class AnswerRefused(CountersignError):
    """The graph would not take this answer; it can be answered again."""


class ThreadBusy(CountersignError):
    """Another worker holds this thread."""


class Drained(CountersignError):
    """This process is stopping, so the run was handed back at its next step."""
