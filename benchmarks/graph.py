"""The graph that every side runs: one gated tool, asked for per call, and a model that answers at once.

The model is no network call, so that what is measured is the engine and what stands around it.
"""

import asyncio
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.graph.state import CompiledStateGraph

ANSWER = "The transfer is done"
HOLD = "hold"  # a message that begins so keeps the model busy until the file `go` is there


class InstantModel(BaseChatModel):
    """Asks for one transfer, then says that it is done."""

    @property
    def _llm_type(self) -> str:
        return "instant"

    def bind_tools(self, tools: Any, **_more: Any) -> "InstantModel":  # noqa: ARG002 -- langchain's signature
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 -- langchain's signature
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 -- langchain's signature
        **_more: Any,
    ) -> ChatResult:
        if isinstance(messages[-1], ToolMessage):
            said = AIMessage(f"{ANSWER}: {messages[-1].text}")
        else:
            arguments = {"amount": 12, "to": "ACME Ltd", "reason": "Invoice 2026-114, the second reminder"}
            said = AIMessage("", tool_calls=[{"name": "transfer", "args": arguments, "id": uuid4().hex}])
        return ChatResult(generations=[ChatGeneration(message=said)])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002 -- langchain's signature
        **more: Any,
    ) -> ChatResult:
        if isinstance(messages[-1], HumanMessage) and messages[-1].text.startswith(HOLD):
            await _held(Path(os.environ["BENCHMARK_FOLDER"]))
        return self._generate(messages, stop, **more)


async def _held(folder: Path) -> None:
    """Say which process is at it, and wait to be let go."""
    (folder / f"held.{os.getpid()}").touch()
    while not (folder / "go").exists():  # noqa: ASYNC110 -- the file is another process's
        await asyncio.sleep(0.005)


@tool
def transfer(amount: int, to: str, reason: str) -> str:
    """Transfer money."""
    return f"{amount} to {to} for {reason}"


def graph() -> CompiledStateGraph[Any, Any, Any, Any]:
    gate = HumanInTheLoopMiddleware({"transfer": True}, interrupt_mode="per_call")
    return create_agent(InstantModel(), [transfer], middleware=[gate])
