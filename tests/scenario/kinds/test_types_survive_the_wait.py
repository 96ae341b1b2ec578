"""Types of a project's own in a checkpoint: they come back after a restart, and a stranger's do not."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from countersign.testing.cards import approval_card
from tests.scenario.kinds.conftest import Host
from tests.support.processes.bots import ROOT

MODELS = """
    import dataclasses
    import enum
    from typing import NamedTuple

    from pydantic import BaseModel

    class Order(BaseModel):
        number: int

    @dataclasses.dataclass
    class Line:
        what: str

    class Size(enum.Enum):
        LARGE = "large"

    class Point(NamedTuple):
        x: int
"""
GRAPH = """
    import sys
    from typing import Annotated, Any

    from langchain_core.messages import AIMessage, ToolMessage
    from langgraph.graph import START, MessagesState, StateGraph
    from langgraph.types import interrupt
    from typing_extensions import TypedDict

    from types_of_mine.models import Line, Order, Point, Size

    class State(MessagesState):
        order: Order
        things: Any

    class Outside:
        pass

    def begin(state):
        from stranger_outside import Foreign
        from types_of_mine.late import Late  # imported by no module at its top

        things = {
            "model": Order(number=1), "dataclass": Line(what="x"), "enum": Size.LARGE, "tuple": Point(3),
            "late": Late(number=2), "foreign": Foreign(number=3),
        }
        call = AIMessage("", tool_calls=[{"name": "look", "args": {}, "id": "1"}])
        answer = ToolMessage("seen", tool_call_id="1", artifact=[Order(number=4), Line(what="y")])
        return {"order": Order(number=5), "things": things, "messages": [call, answer]}

    def ask(state):
        value = interrupt(Order(number=6))
        names = {name: type(thing).__name__ for name, thing in state["things"].items()}
        names["typed"] = type(state["order"]).__name__
        tool = next(message for message in state["messages"] if message.type == "tool")
        names["artifact"] = ",".join(type(thing).__name__ for thing in tool.artifact)
        return {"messages": [AIMessage(repr(names))]}

    graph = StateGraph(State)
    graph.add_node("begin", begin)
    graph.add_node("ask", ask)
    graph.add_edge(START, "begin")
    graph.add_edge("begin", "ask")
"""
LATE = """
    from pydantic import BaseModel

    class Late(BaseModel):
        number: int
"""
FILES = {
    "src/types_of_mine/__init__.py": "",
    "src/types_of_mine/models.py": MODELS,
    "src/types_of_mine/late.py": LATE,
    "src/types_of_mine/graph.py": GRAPH,
    "pyproject.toml": '[project]\nname = "types-of-mine"\nversion = "1"\n',
    # On the import path, and no part of the project.
    "../outside/stranger_outside.py": LATE.replace("Late", "Foreign"),
}
KEPT = {
    "model": "Order",
    "dataclass": "Line",
    "enum": "Size",
    "tuple": "Point",
    "late": "Late",
    "artifact": "Order,Line",
    "typed": "Order",
}
FOREIGN = [["stranger_outside", "Foreign"]]


@pytest.mark.parametrize(
    ("serde", "expected"),
    [
        (None, {**KEPT, "foreign": "dict"}),
        ({"allowed_msgpack_modules": FOREIGN}, {**KEPT, "foreign": "Foreign"}),
        (
            {"allowed_msgpack_modules": None},
            {
                **dict.fromkeys(KEPT, "dict"),
                "foreign": "dict",
                "enum": "str",
                **dict.fromkeys(("model", "typed"), "Order"),  # the state's annotation names it
                "artifact": "Order,dict",
            },
        ),
    ],
    ids=["own", "listed", "none"],
)
async def test_types_come_back_after_the_wait(
    host: Host, tmp_path: Path, serde: dict[str, Any] | None, expected: dict[str, str]
) -> None:
    graphs = {"g": "./src/types_of_mine/graph.py:graph"}
    more = {"checkpointer": {"serde": serde}} if serde is not None else {}
    paths = [str(ROOT), os.environ["PYTHONPATH"], str(tmp_path / "outside")]
    env = {"PYTHONPATH": os.pathsep.join(paths)}
    async with host(FILES, env=env, graphs=graphs, **more) as hosted:
        thread = await hosted.says("go")
        card = await approval_card(thread)
        assert await hosted.bot.stop() == 0
        await hosted.bot.again()
        await hosted.stage.ws.connected()

        await card.submit("approval:respond", hosted.stage.ws.bob, {"/": "fine", "/as": "text"})

        told = (await thread.wait_for("artifact", limit=20)).text
        assert json.loads(told.replace("'", '"').replace("&quot;", '"')) == expected
