"""The messages in a graph's state that people see."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage, convert_to_messages
from langgraph.channels import LastValue
from langgraph.types import StateSnapshot

from countersign.flow.graph_state import AgentMessage, OutputFile, ToolResult
from countersign.runs.loading import AnyGraph
from countersign.runs.state.message_content import is_handover, text_of
from countersign.runs.state.output_files import artifact_files, files_of


def messages_in(values: Any) -> list[BaseMessage]:
    found = values.get("messages") if isinstance(values, dict) else None
    if not isinstance(found, Sequence) or isinstance(found, str):
        return []
    return convert_to_messages(found)


def agent_messages(messages: Sequence[BaseMessage], run: str = "") -> tuple[AgentMessage, ...]:
    """The messages that say something to people, keyed by id, or by position and content where there is none.

    `run` becomes a part of each key: the messages are those of one run alone.
    """
    found = []
    for place, message in enumerate(messages):
        text, files = _said(message)
        if text or files:
            key = message.id or f"{place}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
            key = f"{key}-{hashlib.sha256(run.encode()).hexdigest()[:8]}" if run else key
            found.append(AgentMessage(key=key, text=text, files=files, has_id=message.id is not None))
    return tuple(found)


def _said(message: BaseMessage) -> tuple[str, tuple[OutputFile, ...]]:
    """The words and the files that are for people."""
    if isinstance(message, AIMessage):
        return text_of(message), tuple(file for file in files_of(message) if file.data)
    if isinstance(message, ToolMessage) and message.artifact is not None and not is_handover(message):
        return "", artifact_files(message)
    return "", ()


def replaces_messages(graph: AnyGraph) -> bool:
    """Whether each run begins with an empty list, since the graph's messages have no reducer."""
    return isinstance(graph.channels.get("messages"), LastValue)


def nested_messages(snapshot: StateSnapshot, known: Sequence[BaseMessage]) -> tuple[AgentMessage, ...]:
    """The messages of interrupted subgraphs so far. `snapshot` was read with its subgraphs.

    `known` are the outermost graph's messages, which a subgraph may have been given.
    """
    ids = {message.id for message in known if message.id}
    texts = {text_of(message) for message in known if isinstance(message, AIMessage)}
    found: dict[str, AgentMessage] = {}
    for state in _waiting_states(snapshot):
        own = [message for message in messages_in(state.values) if not message.id or message.id not in ids]
        for message in agent_messages(own):
            if message.has_id or message.text not in texts:
                found.setdefault(message.key, message)
    return tuple(found.values())


def _waiting_states(snapshot: StateSnapshot) -> Iterator[StateSnapshot]:
    for task in snapshot.tasks:
        if isinstance(task.state, StateSnapshot) and task.interrupts:
            yield task.state
            yield from _waiting_states(task.state)


def tool_results(messages: Sequence[BaseMessage]) -> tuple[ToolResult, ...]:
    """Tool results since the last message of a person or the agent."""
    since = max((at for at, each in enumerate(messages) if _says_something(each)), default=-1)
    return tuple(
        ToolResult(tool=message.name or "tool", text=str(message.text).strip())
        for message in messages[since + 1 :]
        if isinstance(message, ToolMessage) and not is_handover(message)
    )


def _says_something(message: BaseMessage) -> bool:
    return isinstance(message, HumanMessage) or (isinstance(message, AIMessage) and bool(text_of(message)))
