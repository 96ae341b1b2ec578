"""A graph's description and state as plain values, without LangGraph's types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from countersign.approvals.json import Json
from countersign.flow.files.kinds import FileKinds
from countersign.i18n import _
from countersign.interrupts.code import UNKNOWN, AnswerShape

BREAKPOINT = "breakpoint:"
"""Begins the id of what a breakpoint asks. LangGraph has no interrupt for it, so the id is our own: behind
this are the keys of the checkpoints at which the graph and its subgraphs stand, with commas between."""


def is_breakpoint(interrupt_id: str) -> bool:
    return interrupt_id.startswith(BREAKPOINT)


def checkpoint_keys(breakpoint_id: str) -> frozenset[str]:
    """The keys in the id of what a breakpoint asks."""
    return frozenset(breakpoint_id.removeprefix(BREAKPOINT).split(","))


@dataclass(frozen=True, kw_only=True)
class PendingInterrupt:
    """A pending question: an interrupt, or a breakpoint at which the graph stopped."""

    interrupt_id: str
    value: Json
    schema: Json
    digest: str
    node: str | None = None  # of the outermost graph
    shape: AnswerShape = UNKNOWN  # of an answer, as the graph's code reads it


@dataclass(frozen=True, kw_only=True)
class OutputFile:
    """An image or another file that a graph gave: its content in base64, or the address where it is."""

    mime: str = ""
    data: str = ""
    url: str | None = None
    name: str = ""

    @property
    def is_image(self) -> bool:
        return self.mime.startswith("image/")


@dataclass(frozen=True, kw_only=True)
class AgentMessage:
    """One AI message with text or files, or a tool's with files alone.

    `key` is the same whenever the state is read again.
    """

    key: str
    text: str
    files: tuple[OutputFile, ...] = ()
    has_id: bool = True  # a message without an id gets one when another graph's state takes it


@dataclass(frozen=True, kw_only=True)
class ToolResult:
    tool: str
    text: str


@dataclass(frozen=True, kw_only=True)
class GraphState:
    pending: tuple[PendingInterrupt, ...] = ()
    orphaned: frozenset[str] = frozenset()  # ids of unanswered interrupts whose task is not in today's graph
    unfinished: bool = False  # there are nodes still to run, or writes of theirs still to be applied
    last_input_key: str | None = None  # None: the bot did not write this state
    chats: bool = False  # whether its output has messages
    messages: tuple[AgentMessage, ...] = ()  # in order
    nested: tuple[AgentMessage, ...] = ()  # of interrupted subgraphs; not yet in the outermost graph's state
    output: Json = None  # without the messages; None where there is nothing else
    files: tuple[OutputFile, ...] = ()  # taken out of `output`
    structured: Json = None  # the structured response of an agent
    tool_results: tuple[ToolResult, ...] = ()  # since the last message, without hand-overs
    checkpoint_id: str | None = None  # they grow with time; None: the thread has no state yet
    graph_version: str | None = None  # a digest of the graph's code; None: unknown
    tools: tuple[str, ...] = ()  # the names of all tools of the graph
    changeable: Json = None  # what people may change of it: {"schema", "values"}; None: nothing, or not asked
    positions: frozenset[str] = frozenset()  # keys of the checkpoints where it and its subgraphs are
    passed: frozenset[str] = frozenset()  # those of them whose breakpoint was passed
    hidden_breakpoint: bool = (
        False  # a graph called inside a step may have stopped at a breakpoint that is not reported
    )


@dataclass(frozen=True, kw_only=True)
class StateChange:
    """New values of fields of the state, by name, and what was there when people were shown them."""

    after: Mapping[str, Json]
    before: Mapping[str, Json]


EMPTY_STATE = GraphState()
"""The state of a thread in which no graph ever ran."""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A message that people may begin with, and what it is called."""

    title: str
    message: str


class StartsWith(StrEnum):
    MESSAGES = "messages"  # {"messages": [{"role": "user", "content": text}]}
    MESSAGE_LIST = "message_list"  # [{"role": "user", "content": text}]
    TEXT = "text"  # the one required string property
    VALUE = "value"  # the text itself
    FORM = "form"  # a form made from the input schema


@dataclass(frozen=True, kw_only=True)
class GraphInfo:
    """`form_schema` describes what a person gives in the form that starts the graph; its property
    `message_field` is prefilled with the message that they wrote."""

    name: str
    starts_with: StartsWith
    form_schema: Json
    form_first: bool = False  # a new thread begins with the form: a message alone is not enough
    message_field: str | None = None
    own_titles: Mapping[str, str] = field(default_factory=dict)
    """Titles that the bot gave, by property of the form; `""` is the whole form."""
    version: str | None = None  # a digest of the graph's code; None: unknown
    tools: tuple[str, ...] = ()  # the names of all its tools
    description: str = ""  # one line for people who choose a graph; empty: nobody wrote one
    prompts: tuple[Prompt, ...] = ()  # suggested to whoever opens the agent
    file_kinds: FileKinds = frozenset()  # of files that it is given along with a message
    answer_file_kinds: FileKinds = frozenset()  # of files whose text becomes part of an answer

    @property
    def form_in_words(self) -> Json:
        """`form_schema` with the titles that the bot gave in the reader's language."""
        schema = self.form_schema
        if not self.own_titles or not isinstance(schema, dict):
            return schema
        if "" in self.own_titles:
            return {**schema, "title": _(self.own_titles[""])}
        properties = schema["properties"]
        assert isinstance(properties, dict)
        titled = {
            name: {**each, "title": _(self.own_titles[name])}
            if name in self.own_titles and isinstance(each, dict)
            else each
            for name, each in properties.items()
        }
        return {**schema, "properties": titled}

    def needs_form(self, *, new: bool) -> bool:
        """Whether a message does not start it; `new`: nothing ran in the thread yet."""
        return self.starts_with is StartsWith.FORM or (self.form_first and new)
