"""OpenTelemetry spans of a run's model and tool calls, named by the GenAI conventions, without contents."""

from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langchain_core.runnables import RunnableConfig
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind

from countersign.flow.observability.tracing import failed, open_span

_CHAT, _TOOL = "chat", "execute_tool"


class SpanCallbacks(BaseCallbackHandler):
    """Spans below the one that is current when it is made."""

    run_inline = True  # not in a thread: it only notes times

    def __init__(self) -> None:
        self._parent = trace.get_current_span()
        self._open: dict[UUID, Span] = {}

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002
        messages: list[list[BaseMessage]],  # noqa: ARG002 -- contents are not for a trace
        *,
        run_id: UUID,
        **more: Any,
    ) -> None:
        self._model_started(run_id, more)

    def on_llm_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002
        prompts: list[str],  # noqa: ARG002 -- contents are not for a trace
        *,
        run_id: UUID,
        **more: Any,
    ) -> None:
        self._model_started(run_id, more)

    def _model_started(self, run_id: UUID, more: dict[str, Any]) -> None:
        about = more.get("metadata") or {}
        model = _text(about.get("ls_model_name"))
        attributes = {
            "gen_ai.operation.name": _CHAT,
            "gen_ai.request.model": model,
            "gen_ai.provider.name": _text(about.get("ls_provider")),
        }
        name = f"{_CHAT} {model}" if model else _CHAT
        self._open[run_id] = open_span(name, self._parent, attributes, SpanKind.CLIENT)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_more: Any) -> None:
        if (span := self._open.pop(run_id, None)) is None:
            return
        for kind, tokens in _usage(response).items():
            span.set_attribute(f"gen_ai.usage.{kind}", tokens)
        span.end()

    def on_tool_start(
        self,
        serialized: dict[str, Any],
        input_str: str,  # noqa: ARG002 -- contents are not for a trace
        *,
        run_id: UUID,
        **more: Any,
    ) -> None:
        name = _text((serialized or {}).get("name")) or "tool"
        attributes = {
            "gen_ai.operation.name": _TOOL,
            "gen_ai.tool.name": name,
            "gen_ai.tool.call.id": _text(more.get("tool_call_id")),
        }
        self._open[run_id] = open_span(f"{_TOOL} {name}", self._parent, attributes, SpanKind.INTERNAL)

    def on_tool_end(self, output: Any, *, run_id: UUID, **_more: Any) -> None:  # noqa: ARG002
        self._ended(run_id, None)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_more: Any) -> None:
        self._ended(run_id, error)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **_more: Any) -> None:
        self._ended(run_id, error)

    def _ended(self, run_id: UUID, error: BaseException | None) -> None:
        if (span := self._open.pop(run_id, None)) is None:
            return
        if error is not None:
            failed(span, type(error).__name__)
        span.end()


def with_span_callbacks(config: RunnableConfig) -> RunnableConfig:
    """The config, with spans for what runs under it where a trace is recorded."""
    if not trace.get_current_span().is_recording():
        return config
    return {**config, "callbacks": [SpanCallbacks()]}


def _usage(response: LLMResult) -> dict[str, int]:
    """The tokens of all generations, by `input_tokens` and `output_tokens`."""
    total: dict[str, int] = {}
    for generation in (each for several in response.generations for each in several):
        used = generation.message if isinstance(generation, ChatGeneration) else None
        for kind in ("input_tokens", "output_tokens"):
            tokens = (getattr(used, "usage_metadata", None) or {}).get(kind)
            if isinstance(tokens, int):
                total[kind] = total.get(kind, 0) + tokens
    return total


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
