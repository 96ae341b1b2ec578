"""Driving a graph as the bot does: from langgraph.json, in a thread, answered by interrupt id."""

import importlib
import inspect
import json
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph import StateGraph
from langgraph.types import Command, Interrupt

from tests.graphs.memory_host import MemoryHost

LANGGRAPH_JSON = Path(__file__).parents[2] / "langgraph.json"
ALICE = "U00000001"
HERE = "C00000002"


def graph_names() -> list[str]:
    """Return the names in langgraph.json."""
    return list(json.loads(LANGGRAPH_JSON.read_text())["graphs"])


def load(name: str) -> Any:
    """Return what langgraph.json names, as a compiled graph without a checkpointer."""
    place = json.loads(LANGGRAPH_JSON.read_text())["graphs"][name]
    path, attribute = place.split(":")
    module = importlib.import_module(path.removeprefix("./").removesuffix(".py").replace("/", "."))
    return compiled(getattr(module, attribute))


def compiled(found: Any) -> Any:
    """Return a compiled graph for a compiled one, a builder, or a function that returns either."""
    if inspect.isfunction(found):
        found = found()
    return found.compile() if isinstance(found, StateGraph) else found


class Thread:
    """One conversation with one graph."""

    def __init__(self, graph: Any, host: MemoryHost | None, *, asker: str = ALICE) -> None:
        # Nothing but LangGraph's own types may be needed to read a checkpoint, as in the bot.
        saver = InMemorySaver(serde=JsonPlusSerializer(allowed_msgpack_modules=None))
        self.graph = graph.copy(update={"checkpointer": saver})
        self.id = f"T00000001/{HERE}/1700000000.000100"
        place = {"thread_id": self.id, "slack_channel_id": HERE, "slack_user_id": asker}
        self.config: RunnableConfig = {
            "configurable": place if host is None else place | {"countersign": host}
        }
        self.told: list[Any] = []

    async def say(self, text: str) -> None:
        """Write a message, which starts or continues the run."""
        await self.start({"messages": [{"role": "user", "content": text}]})

    async def start(self, given: Any) -> None:
        """Run with this input to the next pause or the end."""
        async for part in self.graph.astream(
            given, self.config, stream_mode="custom", subgraphs=True, version="v2"
        ):
            self.told.append(part["data"])

    async def pending(self) -> tuple[Interrupt, ...]:
        """Return the interrupts that wait."""
        state = await self.graph.aget_state(self.config)
        return tuple(state.interrupts)

    async def the_pending(self) -> Any:
        """Return the value of the only interrupt that waits."""
        (only,) = await self.pending()
        return only.value

    async def answer(self, value: Any, which: Interrupt | None = None) -> None:
        """Answer one interrupt, the only one unless it is named, by its id."""
        if which is None:
            (which,) = await self.pending()
        await self.start(Command(resume={which.id: value}))

    async def values(self) -> dict[str, Any]:
        """Return the state."""
        return dict((await self.graph.aget_state(self.config)).values)

    async def last_words(self) -> str:
        """Return the text of the last message."""
        return str((await self.values())["messages"][-1].text)

    async def is_over(self) -> bool:
        """Tell whether the run has ended rather than paused."""
        return not (await self.graph.aget_state(self.config)).next
