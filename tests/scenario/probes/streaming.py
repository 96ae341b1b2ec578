"""An agent whose model writes what the message tells it to, in pieces, as JSON.

{"say": [pieces], "call": tool, "then": [pieces]}: it says the first, calls the tool, and says the last. A
piece `wait:NAME` is not said: the model goes on once the test makes the file NAME in $PROBE_FOLDER. A piece
`until:NAME` is a word that it says again and again until there is that file. The
tool `slow` waits for the file `slow`, and the tool `gated` needs an approval.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import AIMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.tools import tool

WAIT = "wait:"
UNTIL = "until:"


def is_released(name: str) -> bool:
    return (Path(os.environ["PROBE_FOLDER"]) / name).exists()


async def released(name: str) -> None:
    (Path(os.environ["PROBE_FOLDER"]) / f"{name}.reached").touch()
    while not is_released(name):  # noqa: ASYNC110 -- the test is another process
        await asyncio.sleep(0.02)


class PiecewiseModel(BaseChatModel):
    @property
    def _llm_type(self) -> str:
        return "piecewise"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> "PiecewiseModel":
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        pieces, calls = _reply(messages)
        said = "".join(piece for piece in pieces if not piece.startswith(WAIT))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(said, tool_calls=calls))])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        pieces, calls = _reply(messages)
        for piece in pieces:
            if piece.startswith(WAIT):
                await released(piece.removeprefix(WAIT))
            elif piece.startswith(UNTIL):
                while not is_released(piece.removeprefix(UNTIL)):
                    yield ChatGenerationChunk(message=AIMessageChunk(content="more "))
                    await asyncio.sleep(0.05)
            else:
                yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        chunks = [
            {"name": call["name"], "args": json.dumps(call["args"]), "id": call["id"], "index": at}
            for at, call in enumerate(calls)
        ]
        yield ChatGenerationChunk(
            message=AIMessageChunk(content="", tool_call_chunks=chunks, chunk_position="last")
        )


def _reply(messages: list[BaseMessage]) -> tuple[list[str], list[Any]]:
    human = next(message for message in reversed(messages) if message.type == "human")
    wish = json.loads(human.text)
    if messages[-1].type == "tool":
        return wish.get("then", ["Done."]), []
    calls = wish.get("call", [])
    named = [calls] if isinstance(calls, str) else calls
    return wish.get("say", []), [
        {"name": name, "args": {}, "id": f"{human.id}-{at}"} for at, name in enumerate(named)
    ]


@tool
async def slow() -> str:
    """Take a while."""
    await released("slow")
    return "slow is done"


@tool
async def gated() -> str:
    """Do what needs an approval."""
    await released("gated")
    return "gated is done"


graph = create_agent(
    PiecewiseModel(),
    [slow, gated],
    middleware=[HumanInTheLoopMiddleware(interrupt_on={"gated": True}, interrupt_mode="per_call")],
)
