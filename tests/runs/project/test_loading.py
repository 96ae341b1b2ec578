"""Every form in which langgraph.json may name a graph, and what is said of those that are none."""

import json
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from countersign.runs.graphs import open_graphs
from countersign.runs.loading import load_graphs
from countersign.runs.project.config import GraphConfig, GraphConfigError, read_graph_config
from tests.runs.conftest import Project

SMALL = """
    from contextlib import asynccontextmanager, contextmanager
    from typing import TypedDict
    from langgraph.func import entrypoint
    from langgraph.graph import START, StateGraph

    class State(TypedDict):
        text: str

    events = []

    def build(word="hi"):
        graph = StateGraph(State)
        graph.add_node("node", lambda state: {"text": word + " " + state["text"]})
        graph.add_edge(START, "node")
        return graph

    builder = build()
    compiled = build().compile()

    def plain():
        return build()

    def with_config(config):
        return build(config.get("configurable", {}).get("slack_channel_id", "nowhere"))

    async def coroutine():
        return build().compile()

    async def coroutine_with_config(config):
        return build(config.get("configurable", {}).get("slack_channel_id", "nowhere"))

    @asynccontextmanager
    async def context():
        events.append("open")
        yield build()
        events.append("close")

    @asynccontextmanager
    async def context_with_config(config):
        events.append("open")
        yield build(config.get("configurable", {}).get("slack_channel_id", "nowhere"))
        events.append("close")

    @contextmanager
    def plain_context():
        events.append("open")
        yield build()
        events.append("close")

    async def generator():
        events.append("open")
        yield build()
        events.append("close")

    @entrypoint()
    async def function(text: dict) -> dict:
        return {"text": "hi " + text["text"]}

    number = 7

    def no_graph():
        return number

    def breaks():
        raise OSError("no model here")

    def two(config, more):
        return build()
"""


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


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ("absent", r'graph "g": "absent" is not in .*small\.py'),
        ("number", 'graph "g" is a int; it must be a compiled graph'),
        ("no_graph", 'graph "g": its function returned a int, not a graph'),
        ("breaks", 'graph "g" cannot be built: OSError: no model here'),
        ("two", 'graph "g" cannot be built: TypeError'),
    ],
)
async def test_what_is_no_graph_is_named(project: Project, attribute: str, message: str) -> None:
    config = project({"small.py": SMALL}, g=f"./small.py:{attribute}")
    async with AsyncExitStack() as stack:
        with pytest.raises(GraphConfigError, match=message):
            await load_graphs(config, stack)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nosuchmodule", "ModuleNotFoundError"),
        ("def (", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
async def test_a_file_that_cannot_be_imported_is_named_with_the_reason(
    project: Project, text: str, message: str
) -> None:
    config = project({"broken.py": text}, g="./broken.py:graph")
    async with AsyncExitStack() as stack:
        with pytest.raises(GraphConfigError, match=f'graph "g" cannot be imported: {message}'):
            await load_graphs(config, stack)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "names no graphs"),
        ("{}", "names no graphs"),
        ('{"graphs": {}}', "names no graphs"),
        ('{"graphs": {"g": "./file.py"}}', "must be"),
        ('{"graphs": {"g": 7}}', "must be"),
        ('{"graphs": {"a:b": "./file.py:x"}}', "rename the graph 'a:b'"),
        ('{"graphs": {"a\\nb": "./file.py:x"}}', r"rename the graph 'a\\nb'"),
        ('{"graphs": {" a": "./file.py:x"}}', "rename the graph ' a'"),
        ('{"graphs": {"": "./file.py:x"}}', "rename the graph ''"),
        ('{"graphs": {"g": {"path": 7}}}', r'"graphs\.g\.path" is not valid: input should be a valid string'),
        ('{"graphs": {"g": {"description": "x"}}}', r'"graphs\.g\.path" is not valid: it is required'),
        ('{"graphs": {"g": {"path": "./a.py:g", "prompts": [" "]}}}', r'"graphs\.g\.prompts\.0'),
        ('{"graphs": {"g": {"path": "./a.py:g", "prompts": [{"title": "Go"}]}}}', r"prompts\.0"),
        (
            '{"graphs": {"g": {"path": "./langgraph.json.py:x", "context": []}}}',
            r'"graphs\.g\.context" is not valid',
        ),
        ('{"context": 1, "graphs": {"g": "m:x"}}', '"context" must be an object'),
        ('{"store": [], "graphs": {"g": "m:x"}}', '"store" is not valid: it must be an object'),
        (
            '{"store": {"index": {"embed": "a:b"}}, "graphs": {"g": "m:x"}}',
            r'"store\.index\.dims" is not valid: it is required',
        ),
        (
            '{"store": {"index": {"embed": "a:b", "dims": "3"}}, "graphs": {"g": "m:x"}}',
            r'"store\.index\.dims" is not valid: input should be a valid integer',
        ),
        (
            '{"store": {"ttl": {"default_ttl": "1h"}}, "graphs": {"g": "m:x"}}',
            r'"store\.ttl\.default_ttl" is not valid: input should be a valid number',
        ),
        ('{"checkpointer": 7, "graphs": {"g": "m:x"}}', '"checkpointer" is not valid: it must be an object'),
        (
            '{"checkpointer": {"serde": {"pickle_fallback": "yes"}}, "graphs": {"g": "m:x"}}',
            r'"checkpointer\.serde\.pickle_fallback" is not valid: input should be a valid boolean',
        ),
        (
            '{"checkpointer": {"serde": {"allowed_msgpack_modules": "m"}}, "graphs": {"g": "m:x"}}',
            r'"checkpointer\.serde\.allowed_msgpack_modules" is not valid: input should be a valid list',
        ),
        (
            '{"checkpointer": {"serde": {"allowed_msgpack_modules": [["m", 1]]}}, "graphs": {"g": "m:x"}}',
            r'"checkpointer\.serde\.allowed_msgpack_modules\.0\.1" is not valid',
        ),
    ],
)
def test_a_bad_config_is_named_with_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "langgraph.json"
    file.write_text(text)
    with pytest.raises(GraphConfigError, match=message) as raised:
        read_graph_config(file)
    assert str(file) in str(raised.value)


@pytest.mark.parametrize("name", ["nowhere", "n" * 5000, "no\0where"])
async def test_a_file_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    file = tmp_path / "langgraph.json"
    file.write_text(json.dumps({"graphs": {"g": f"./{name}.py:graph"}}))
    async with AsyncExitStack() as stack:
        with pytest.raises(GraphConfigError, match=r'graph "g" names .*no such file') as raised:
            await load_graphs(read_graph_config(file), stack)
    assert str(file) in str(raised.value)


def test_a_config_that_is_not_there_is_named_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(GraphConfigError, match='"graphs"') as raised:
        read_graph_config(tmp_path / "langgraph.json")
    assert "LANGGRAPH_CONFIG" in str(raised.value)


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


async def test_the_default_graph_has_to_exist(project: Project) -> None:
    config = project({"small.py": SMALL}, g="./small.py:builder", h="./small.py:compiled")
    for given, expected in ((None, "g"), ("h", "h")):
        async with open_graphs(config, given, lambda _: None) as graphs:
            assert graphs.default == expected
    with pytest.raises(GraphConfigError, match="DEFAULT_GRAPH is x"):
        async with open_graphs(config, "x", lambda _: None):
            raise AssertionError


async def answer_of(config: GraphConfig) -> object:
    async with AsyncExitStack() as stack:
        return await (await load_graphs(config, stack))["g"].sample.ainvoke({"text": "bob"})
