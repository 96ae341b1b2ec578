"""`store` of langgraph.json: the index and its embeddings, and a store of the project's own."""

import json
from contextlib import AsyncExitStack
from typing import Any

import pytest
from langgraph.store.memory import InMemoryStore

from countersign.runs.graphs import open_graphs
from countersign.runs.persistence.long_term_store import load_index, open_project_store, sweep_interval
from countersign.runs.project.config import GraphConfig, GraphConfigError, read_graph_config
from countersign.runs.project.config_sections import TtlSection
from tests.runs.conftest import Project

FILES = {
    "agent_with_store.py": """
        from langgraph.graph import START, MessagesState, StateGraph

        graph = StateGraph(MessagesState)
        graph.add_node("node", lambda state: {})
        graph.add_edge(START, "node")
    """,
    "own_store_of_mine.py": """
        from contextlib import asynccontextmanager
        from langchain_core.embeddings import Embeddings
        from langgraph.store.memory import InMemoryStore

        events = []
        ready = InMemoryStore()

        class Lengths(Embeddings):
            def embed_documents(self, texts):
                return embed(texts)

            def embed_query(self, text):
                return embed([text])[0]

        embeddings = Lengths()
        number = 7

        def plain():
            return InMemoryStore()

        async def coroutine():
            return InMemoryStore()

        @asynccontextmanager
        async def context():
            events.append("open")
            yield InMemoryStore()
            events.append("close")

        def broken():
            raise OSError("no disk")

        def embed(texts):
            return [[float(len(text)), 0.0, 1.0] for text in texts]
    """,
}


def with_store(project: Project, store: Any, **more: Any) -> GraphConfig:
    path = project(FILES, g="./agent_with_store.py:graph").path
    path.write_text(json.dumps({**json.loads(path.read_text()), "store": store, **more}))
    return read_graph_config(path)


@pytest.mark.parametrize("attribute", ["ready", "plain", "coroutine", "context"])
async def test_a_store_of_the_projects_own_takes_the_place_of_postgresqls(
    project: Project, attribute: str
) -> None:
    config = with_store(project, {"path": f"./own_store_of_mine.py:{attribute}"})
    async with open_graphs(config, None, lambda _: None) as graphs:
        assert isinstance(graphs.project.store, InMemoryStore)
    if attribute == "context":
        import own_store_of_mine  # type: ignore[import-not-found]  # the project's own, just written

        assert own_store_of_mine.events == ["open", "close"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("./own_store_of_mine.py:number", "gives a int; it must be a BaseStore"),
        ("./own_store_of_mine.py:broken", "failed: OSError: no disk"),
        ("./own_store_of_mine.py:absent", '"absent" is not in ./own_store_of_mine.py'),
        ("./nowhere.py:store", "names ./nowhere.py, and there is no such file"),
        ("own_store_of_mine", 'must be "./path/file.py:attribute"'),
        ("no_such_module:store", "cannot be imported: ModuleNotFoundError"),
    ],
)
async def test_what_is_no_store_is_named(project: Project, path: str, told: str) -> None:
    config = with_store(project, {"path": path})
    async with AsyncExitStack() as stack:
        with pytest.raises(GraphConfigError) as raised:
            await open_project_store(config, stack)
    assert str(raised.value).startswith(f'{config.path}: "store.path"')
    assert told in str(raised.value)


@pytest.mark.parametrize("attribute", ["embeddings", "embed"])
def test_embeddings_are_an_object_or_a_function_of_the_project(project: Project, attribute: str) -> None:
    index = {"embed": f"./own_store_of_mine.py:{attribute}", "dims": 3, "fields": ["title"]}
    found: Any = load_index(with_store(project, {"index": index}))
    assert (found["dims"], found["fields"]) == (3, ["title"])
    assert len(found["embed"].embed_query("a text")) == 3


@pytest.mark.parametrize(
    ("embed", "told"),
    [
        ("./own_store_of_mine.py:number", "is a int; it must be an Embeddings object, or a function"),
        ("./own_store_of_mine.py:absent", '"absent" is not in'),
        ("nobody:no-such-model", "nobody:no-such-model is not available"),
        ("cohere:embed-english-v3.0", "cohere:embed-english-v3.0 is not available"),
    ],
)
def test_embeddings_that_cannot_be_had_are_named(project: Project, embed: str, told: str) -> None:
    config = with_store(project, {"index": {"embed": embed, "dims": 3}})
    with pytest.raises(GraphConfigError) as raised:
        load_index(config)
    assert str(raised.value).startswith(f'{config.path}: "store.index.embed"')
    assert told in str(raised.value)


def test_without_an_index_there_is_none(project: Project) -> None:
    assert load_index(with_store(project, {})) is None
    assert sweep_interval(None) == 300
    assert sweep_interval(TtlSection(sweep_interval_minutes=2)) == 120


async def test_what_is_known_and_not_used_is_reported(project: Project, logged: list[dict[str, Any]]) -> None:
    checkpointer = {"path": "./saver.py:make", "ttl": {"default_ttl": 5}}
    config = with_store(project, {}, checkpointer=checkpointer)
    async with open_graphs(config, None, lambda _: None):
        pass
    (told,) = [entry for entry in logged if entry["event"] == "config_not_used"]
    assert told["text"] == f"{config.path}: not used: checkpointer.path, checkpointer.ttl."
