"""Which types of a project a checkpoint may bring back."""

import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from countersign.runs.loading import load_graphs
from countersign.runs.serialization.own_types import OwnTypes
from tests.runs.conftest import Project

SOURCE = """
    import subprocess
    from dataclasses import dataclass
    from enum import Enum
    from subprocess import Popen
    from typing import NamedTuple

    from langgraph.graph import START, MessagesState, StateGraph
    from pydantic import BaseModel

    class Order(BaseModel):
        number: int

    @dataclass
    class Line:
        what: str

    class Size(Enum):
        LARGE = "large"

    class Point(NamedTuple):
        x: int

    class Plain:
        pass

    def erase(path): ...

    Renamed = Order

    def node(state):
        from own_late.deeper import Later

    graph = StateGraph(MessagesState)
    graph.add_node("node", node)
    graph.add_edge(START, "node")
"""


async def test_only_what_own_modules_define_and_what_holds_data(project: Project) -> None:
    files = {
        "own_graph.py": SOURCE,
        "own_late/__init__.py": "",
        "own_late/deeper.py": "from .deepest import Deepest\nclass Later(Deepest): ...\nclass Bare: ...",
        "own_late/deepest.py": "from dataclasses import dataclass\n@dataclass\nclass Deepest: ...",
        "own_late/unused.py": "class Unused(dict): ...",
        ".venv/lib/python3/site-packages/own_installed.py": "class Installed(dict): ...",
    }
    config = project(files, g="./own_graph.py:graph")
    async with AsyncExitStack() as stack:
        await load_graphs(config, stack)
    names = OwnTypes([config.path.parent]).names()
    assert names == {
        ("own_graph", "Order"),
        ("own_graph", "Line"),
        ("own_graph", "Size"),
        ("own_graph", "Point"),
        ("own_late.deeper", "Later"),
        ("own_late.deepest", "Deepest"),
    }
    assert "own_late.deeper" not in sys.modules, "nothing is imported to find that out"


async def test_a_module_that_a_node_imports_is_found_once_it_is_loaded(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = project({"own_graph.py": SOURCE, "own_late_one.py": SOURCE}, g="./own_graph.py:graph")
    async with AsyncExitStack() as stack:
        await load_graphs(config, stack)
    types = OwnTypes([config.path.parent])
    assert ("own_late_one", "Order") not in types.names()
    __import__("own_late_one")
    assert ("own_late_one", "Order") in types.names()


async def test_what_was_read_is_not_read_again(project: Project) -> None:
    """Reading a large project takes seconds, in which its event loop would run nothing else."""
    config = project({"own_graph.py": SOURCE, "own_late_two.py": SOURCE}, g="./own_graph.py:graph")
    async with AsyncExitStack() as stack:
        await load_graphs(config, stack)
    folder = config.path.parent
    types = OwnTypes([folder])
    before = types.names()
    (folder / "own_new.py").write_text("class New(dict): ...")
    (folder / "own_graph.py").write_text("import own_new")
    __import__("own_late_two")
    assert {module for module, _ in types.names() - before} == {"own_late_two"}


def test_a_package_that_is_installed_is_own_where_it_is_named() -> None:
    assert ("packaging.version", "Version") not in OwnTypes([], {"packaging"}).names(), "no data"
    assert ("pydantic.networks", "NameEmail") not in OwnTypes([]).names()
    own = OwnTypes([Path("/nowhere")], {"structlog"}).names()
    assert own
    assert {module.split(".")[0] for module, _ in own} == {"structlog"}
