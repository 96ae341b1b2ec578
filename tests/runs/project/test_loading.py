"""Every form in which langgraph.json may name a graph."""

from contextlib import AsyncExitStack

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from countersign.runs.loading import load_graphs
from countersign.runs.project.config import GraphConfig
from tests.runs.conftest import Project
from tests.runs.project.small_graph import SMALL


@pytest.mark.parametrize(
    "attribute",
    ["builder", "compiled", "plain", "coroutine", "context", "plain_context", "generator", "function"],
)
async def test_a_form_without_a_config(project: Project, attribute: str) -> None:
    config = project({"small.py": SMALL}, g=f"./small.py:{attribute}")
    async with AsyncExitStack() as stack:
        loaded = (await load_graphs(config, stack))["g"]
        for _ in range(2):
            saver = InMemorySaver()
            async with loaded.open({"configurable": {}}, saver) as graph:
                result = await graph.ainvoke({"text": "bob"}, {"configurable": {"thread_id": "1"}})
            assert result == {"text": "hi bob"}
            assert saver.get_tuple({"configurable": {"thread_id": "1"}}) is not None, "on our checkpointer"


@pytest.mark.parametrize("attribute", ["with_config", "coroutine_with_config", "context_with_config"])
async def test_a_factory_that_takes_the_config_is_called_for_each_run(
    project: Project, attribute: str
) -> None:
    config = project({"small.py": SMALL}, g=f"./small.py:{attribute}")
    async with AsyncExitStack() as stack:
        loaded = (await load_graphs(config, stack))["g"]
        for channel in ("C1", "C2"):
            run = {"slack_channel_id": channel, "thread_id": channel}
            async with loaded.open({"configurable": run}, InMemorySaver()) as graph:
                result = await graph.ainvoke({"text": "bob"}, {"configurable": run})
            assert result == {"text": f"{channel} bob"}


async def test_a_factory_may_count_on_the_keys_of_a_run_at_the_start_too(project: Project) -> None:
    source = """
        from langgraph.graph import START, MessagesState, StateGraph

        def make(config):
            here = config["configurable"]
            assert here["slack_user_id"] is not None and here["slack_team_id"] is not None
            graph = StateGraph(MessagesState)
            graph.add_node(here["thread_id"] or "none", lambda state: {"messages": []})
            graph.add_edge(START, here["thread_id"] or "none")
            return graph
    """
    config = project({"counting.py": source}, g="./counting.py:make")
    async with AsyncExitStack() as stack:
        assert (await load_graphs(config, stack))["g"].built_per_run


@pytest.mark.parametrize("takes", ["runtime: ServerRuntime", "config, runtime: ServerRuntime[Context]"])
async def test_a_factory_is_given_the_runtime_of_the_server(project: Project, takes: str) -> None:
    source = f"""
        from __future__ import annotations
        from dataclasses import dataclass
        from contextlib import asynccontextmanager
        from langgraph.graph import START, StateGraph
        from langgraph_sdk.runtime import ServerRuntime
        from typing_extensions import TypedDict

        @dataclass
        class Context:
            city: str

        class State(TypedDict):
            text: str

        @asynccontextmanager
        async def make({takes}):
            run = runtime.execution_runtime
            word = f"{{run.context.city}} for {{runtime.ensure_user().identity}}" if run else "nowhere"
            graph = StateGraph(State, context_schema=Context)
            graph.add_node("node", lambda state: {{"text": f"{{word}} in {{type(runtime.store).__name__}}"}})
            graph.add_edge(START, "node")
            yield graph
    """
    config = project({"runtimes.py": source}, g={"path": "./runtimes.py:make", "context": {"city": "Rome"}})
    run = {"slack_user_id": "U1", "thread_id": "1"}
    async with AsyncExitStack() as stack:
        loaded = (await load_graphs(config, stack))["g"]
        async with loaded.open({"configurable": run}, InMemorySaver()) as graph:
            result = await graph.ainvoke({"text": "?"}, {"configurable": run}, context={"city": "Rome"})
    assert result == {"text": "Rome for U1 in InMemoryStore"}


async def test_contexts_stay_open_as_long_as_they_are_used_and_close(project: Project) -> None:
    config = project({"ctx.py": SMALL}, once="./ctx.py:context", each="./ctx.py:context_with_config")
    async with AsyncExitStack() as stack:
        graphs = await load_graphs(config, stack)
        import ctx  # type: ignore[import-not-found]  # the project's own, just written

        assert ctx.events == ["open", "open"]
        async with graphs["each"].open({"configurable": {}}, InMemorySaver()):
            assert ctx.events == ["open", "open", "open"]
        assert ctx.events[3:] == ["close"]
    assert ctx.events[4:] == ["close", "close"]


async def test_the_files_of_a_project_import_each_other(project: Project) -> None:
    files = {
        "inner/__init__.py": "",
        "inner/words.py": "WORD = 'hello'",
        "inner/agent.py": SMALL + "\n    from .words import WORD\n    from shared import END\n"
        "    graph = build(WORD + END)\n",
        "shared.py": "END = '!'",
    }
    assert await answer_of(project(files, g="./inner/agent.py:graph")) == {"text": "hello! bob"}


async def test_a_namesake_of_an_imported_module_is_another_file(project: Project) -> None:
    files = {f"{name}/agent.py": SMALL + f"\n    graph = build('{name}')\n" for name in ("one", "two")}
    config = project(files, g="./one/agent.py:graph", h="./two/agent.py:graph")
    async with AsyncExitStack() as stack:
        graphs = await load_graphs(config, stack)
    assert await graphs["g"].sample.ainvoke({"text": "x"}) == {"text": "one x"}
    assert await graphs["h"].sample.ainvoke({"text": "x"}) == {"text": "two x"}
    first = project({"json.py": SMALL + "\n    graph = build('own')\n"}, "third", g="./json.py:graph")
    assert await answer_of(first) == {"text": "own bob"}, "not the standard library's module"


async def answer_of(config: GraphConfig) -> object:
    async with AsyncExitStack() as stack:
        return await (await load_graphs(config, stack))["g"].sample.ainvoke({"text": "bob"})
