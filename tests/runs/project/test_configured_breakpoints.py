"""Breakpoints that langgraph.json sets on a graph."""

from contextlib import AsyncExitStack
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from countersign.runs.loading import load_graphs
from countersign.runs.project.config import GraphConfigError
from tests.runs.conftest import Project
from tests.runs.project.small_graph import SMALL


@pytest.mark.parametrize("attribute", ["compiled", "builder", "plain", "with_config"])
@pytest.mark.parametrize("nodes", [["node"], "*"])
async def test_a_graph_stops_at_a_breakpoint_of_the_config(
    project: Project, attribute: str, nodes: object
) -> None:
    entry: Any = {"path": f"./small.py:{attribute}", "interrupt_before": nodes}
    config = project({"small.py": SMALL}, g=entry)
    async with AsyncExitStack() as stack:
        loaded = (await load_graphs(config, stack))["g"]
        run: Any = {"configurable": {"thread_id": "1", "slack_channel_id": "hi"}}
        async with loaded.open(run, InMemorySaver()) as graph:
            await graph.ainvoke({"text": "bob"}, run)
            assert (await graph.aget_state(run)).next == ("node",)
            assert await graph.ainvoke(None, run) == {"text": "hi bob"}


async def test_the_breakpoints_of_the_author_stay(project: Project) -> None:
    source = SMALL + "\n    both = build().compile(interrupt_after=['node'])\n"
    entry: Any = {"path": "./small.py:both", "interrupt_before": ["node"], "interrupt_after": ["node"]}
    async with AsyncExitStack() as stack:
        sample = (await load_graphs(project({"small.py": source}, g=entry), stack))["g"].sample
        assert list(sample.interrupt_before_nodes) == ["node"]
        assert list(sample.interrupt_after_nodes) == ["node"]


async def test_a_breakpoint_at_a_node_that_is_not_there_is_refused(project: Project) -> None:
    entry: Any = {"path": "./small.py:compiled", "interrupt_before": ["nod"]}
    async with AsyncExitStack() as stack:
        with pytest.raises(GraphConfigError, match=r"nod.*is no node of it: node"):
            await load_graphs(project({"small.py": SMALL}, g=entry), stack)


@pytest.mark.parametrize("given", ["node", [1], {"node": True}])
def test_breakpoints_of_another_shape_are_refused(project: Project, given: object) -> None:
    with pytest.raises(GraphConfigError, match="interrupt_before"):
        project({"small.py": SMALL}, g={"path": "./small.py:compiled", "interrupt_before": given})
