"""A chat model that makes the tool calls listed as JSON in the person's message, then tells their results."""

import json
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult


class ToolCallingModel(BaseChatModel):
    """Answers words that are no list of calls with `Heard: ...`."""

    @property
    def _llm_type(self) -> str:
        return "tool calling"

    def bind_tools(self, *_args: Any, **_settings: Any) -> Any:
        return self

    def _generate(self, messages: list[BaseMessage], *_args: Any, **_more: Any) -> ChatResult:
        check_history(messages)
        last = max(at for at, message in enumerate(messages) if isinstance(message, HumanMessage))
        results = [m for m in messages[last:] if isinstance(m, ToolMessage)]
        if results:
            answer = AIMessage("Results: " + " | ".join(m.text for m in results))
        else:
            answer = reply(messages[last].text)
        return ChatResult(generations=[ChatGeneration(message=answer)])


def reply(words: str) -> AIMessage:
    try:
        return AIMessage("", tool_calls=json.loads(words))
    except (ValueError, TypeError):
        return AIMessage(f"Heard: {words}")


def check_history(messages: list[BaseMessage]) -> None:
    """As providers do: every call has its result before anybody speaks again."""
    waiting: set[str | None] = set()
    for message in messages:
        if isinstance(message, ToolMessage):
            assert message.tool_call_id in waiting, "a result without a call"
            waiting.discard(message.tool_call_id)
            continue
        assert not waiting, f"calls without results: {waiting}"
        if isinstance(message, AIMessage):
            waiting = {call["id"] for call in message.tool_calls}
    assert not waiting
