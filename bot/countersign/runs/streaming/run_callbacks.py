"""A LangChain callback handler that reports a run's text and tool calls.

LangGraph's own stream of messages is not used: it has the text of every model call, also of internal ones,
and it gives ids to messages that have none.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterator
from typing import Any, TypeVar
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, LLMResult
from langchain_core.tracers._streaming import _StreamingCallbackHandler
from langgraph.errors import GraphBubbleUp

from countersign.flow.live.events import RunEvent, TextAdded, TextEnded, ToolEnded, ToolRequested, ToolStarted
from countersign.runs.run_control import ModelCallStopped
from countersign.runs.streaming.node_paths import namespace, node_path

T = TypeVar("T")

_HIDDEN = "nostream"  # LangGraph's tag for a model call whose words are not to be shown
_LOSES_TOOL_CALLS = {"generic-fake-chat-model"}  # models whose stream leaves out the tool calls


class StreamUnfaithful(Exception):
    """The model's stream would lose something, so the run must not ask for one."""


class RunCallbacks(BaseCallbackHandler, _StreamingCallbackHandler[Any]):
    """`message_nodes` are the paths of nodes whose model calls end up as messages of the graph's output."""

    run_inline = True  # in order, on the thread that the model is called from
    raise_error = True  # StreamUnfaithful and ModelCallStopped have to end the call

    def __init__(
        self,
        report: Callable[[RunEvent], None],
        message_nodes: Collection[tuple[str, ...]],
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """`report` may be called from any thread.

        Once `stopping`, a message node ends within its model's call, but not if a tool ran in that node: its
        effect would be in no state.
        """
        self._report = report
        self._message_nodes = message_nodes
        self._stopping = stopping
        self._acted: set[str] = set()  # the checkpoint namespaces of nodes in which a tool ran
        self._namespaces: dict[UUID, str] = {}  # of the calls whose text is streamed
        self._ids: dict[UUID, str | None] = {}  # of the message that each of these calls writes
        self._tools: dict[UUID, str] = {}

    # The two that make chat models stream.
    def tap_output_aiter(self, run_id: UUID, output: AsyncIterator[T]) -> AsyncIterator[T]:
        return output

    def tap_output_iter(self, run_id: UUID, output: Iterator[T]) -> Iterator[T]:
        return output

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[Any]],
        *,
        run_id: UUID,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        parameters = kwargs.get("invocation_params") or {}
        if parameters.get("_type") in _LOSES_TOOL_CALLS:
            raise StreamUnfaithful
        for message in messages[0] if messages else ():
            if isinstance(message, ToolMessage):  # also of a call that a person rejected or answered
                failed = message.status == "error"
                self._report(ToolEnded(call_id=message.tool_call_id, failed=failed))
        if _HIDDEN not in (tags or ()) and node_path(metadata or {}) in self._message_nodes:
            self._ids[run_id] = None
            self._namespaces[run_id] = namespace(metadata or {})
            self._end_if_stopping(run_id)

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, run_id: UUID, **kwargs: Any) -> None:
        if run_id not in self._ids or not isinstance(chunk, ChatGenerationChunk):
            return
        self._end_if_stopping(run_id)
        message = chunk.message
        known = self._ids[run_id]
        if known is None and message.id:
            known = self._ids[run_id] = message.id
        text = _text(message.content)
        if text and known:
            self._report(TextAdded(message_id=known, text=text))

    def _end_if_stopping(self, run_id: UUID) -> None:
        if self._stopping() and self._namespaces[run_id] not in self._acted:
            raise ModelCallStopped("stopped")

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        self._namespaces.pop(run_id, None)
        if (known := self._ids.pop(run_id, None)) is not None:
            self._report(TextEnded(message_id=known))
        for generations in response.generations:
            for generation in generations:
                if isinstance(generation, ChatGeneration) and isinstance(generation.message, AIMessage):
                    self._request(generation.message)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        self._ids.pop(run_id, None)
        self._namespaces.pop(run_id, None)

    def on_tool_start(
        self,
        serialized: dict[str, Any],
        input_str: str,
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self._acted.add(namespace(metadata or {}))
        call = kwargs.get("tool_call_id")
        if call:
            self._tools[run_id] = str(call)
            name = kwargs.get("name") or (serialized or {}).get("name") or ""
            self._report(ToolStarted(call_id=str(call), tool=str(name)))

    def on_tool_end(self, output: Any, *, run_id: UUID, **kwargs: Any) -> None:
        if (call := self._tools.pop(run_id, None)) is not None:
            failed = isinstance(output, ToolMessage) and output.status == "error"
            self._report(ToolEnded(call_id=call, failed=failed))

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        if (call := self._tools.pop(run_id, None)) is not None:
            waits = isinstance(error, GraphBubbleUp)
            self._report(ToolEnded(call_id=call, failed=not waits, waits=waits))

    def _request(self, message: AIMessage) -> None:
        for call in message.tool_calls:
            if call["id"]:
                self._report(ToolRequested(call_id=call["id"], tool=call["name"]))


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else ()
    return "".join(
        str(block.get("text") or "")
        for block in blocks
        if isinstance(block, dict) and block.get("type") in {"text", "output_text"}
    )
