"""What graphs remember beyond a thread: one store for all of them, shared by all processes."""

import asyncio
from typing import Any

import pytest

from tests.scenario.kinds.conftest import Host, Hosted

GRAPHS = """
    from langchain_core.messages import AIMessage
    from langgraph.config import get_store
    from langgraph.func import entrypoint
    from langgraph.graph import START, MessagesState, StateGraph
    from langgraph.runtime import Runtime
    from langgraph.store.base import BaseStore
    from langgraph.store.memory import InMemoryStore

    def graph_of(node, **options):
        graph = StateGraph(MessagesState)
        graph.add_node("node", node)
        graph.add_edge(START, "node")
        return graph.compile(**options)

    def text(state):
        return state["messages"][-1].content

    async def remember(state, runtime: Runtime):
        key, _, value = text(state).partition("=")
        await runtime.store.aput(("facts",), key, {"text": value})
        return {"messages": [AIMessage(f"Stored {key}.")]}

    def recall(state):
        found = get_store().get(("facts",), text(state))
        return {"messages": [AIMessage(f"Found {found.value['text'] if found else 'nothing'}.")]}

    async def search(state, *, store: BaseStore):
        found = await store.asearch(("facts",), query=text(state), limit=1)
        return {"messages": [AIMessage(f"Nearest: {found[0].key}, {found[0].score is not None}.")]}

    @entrypoint()
    def functional(question: str, *, store: BaseStore) -> str:
        return f"Functional: {store.get(('facts',), question).value['text']}"

    remember_graph = graph_of(remember, store=InMemoryStore())
    recall_graph = graph_of(recall)
    search_graph = graph_of(search)
"""
EMBEDDING = """
    def embed(texts):
        return [[float(word in text) for word in ("cat", "dog", "bird")] for text in texts]

    async def embed_later(texts):
        return embed(texts)
"""
NAMES = {
    "remember": "./memory.py:remember_graph",
    "recall": "./memory.py:recall_graph",
    "search": "./memory.py:search_graph",
    "functional": "./memory.py:functional",
}
FILES = {"memory.py": GRAPHS, "embedding.py": EMBEDDING}


async def said(hosted: Hosted, text: str, expected: str) -> None:
    thread = await hosted.says(text)
    await thread.wait_for(expected, limit=20)


async def test_every_graph_has_the_store_whatever_it_was_compiled_with(host: Host) -> None:
    async with (
        host(FILES, graphs=NAMES) as hosted,
        hosted.stage.bot(
            "worker",
            name="worker",
            LANGGRAPH_CONFIG=hosted.bot.environment["LANGGRAPH_CONFIG"],
            DEFAULT_GRAPH="",
        ) as worker,
    ):
        await said(hosted, "remember: lunch=at noon", "Stored lunch.")
        await said(hosted, "recall: lunch", "Found at noon.")
        await said(hosted, "functional: lunch", "Functional: at noon")
        assert await worker.stop() == 0
        assert await hosted.bot.stop() == 0
        await hosted.bot.again()
        await hosted.stage.ws.connected()

        await said(hosted, "recall: lunch", "Found at noon.")

        await asyncio.gather(*(said(hosted, f"remember: {n}=x", f"Stored {n}.") for n in range(12)))
        (open_connections,) = hosted.stage.rows(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'countersign store'"
            " AND datname = current_database()"
        )
        assert 1 <= open_connections[0] <= 4


@pytest.mark.parametrize("function", ["embed", "embed_later"])
async def test_items_are_found_by_meaning_where_an_index_is_asked_for(host: Host, function: str) -> None:
    index = {"embed": f"./embedding.py:{function}", "dims": 3, "fields": ["text"]}
    async with host(FILES, graphs=NAMES, store={"index": index}) as hosted:
        await said(hosted, "remember: tom=a cat", "Stored tom.")
        await said(hosted, "remember: rex=a dog", "Stored rex.")

        await said(hosted, "search: where is the dog?", "Nearest: rex, True.")
        await said(hosted, "search: where is the cat?", "Nearest: tom, True.")


async def test_what_has_expired_is_gone(host: Host) -> None:
    ttl = {"default_ttl": 60, "refresh_on_read": False, "sweep_interval_minutes": 0.01}
    async with host(FILES, graphs=NAMES, store={"ttl": ttl}) as hosted:
        await said(hosted, "remember: lunch=at noon", "Stored lunch.")
        await said(hosted, "recall: lunch", "Found at noon.")
        hosted.stage.rows("UPDATE store SET expires_at = now() - interval '1 second'")

        await said(hosted, "recall: lunch", "Found nothing.")

        async with asyncio.timeout(10):
            while hosted.stage.rows("SELECT 1 FROM store"):  # noqa: ASYNC110 -- the sweep tells nobody
                await asyncio.sleep(0.05)


async def test_other_vectors_than_those_in_the_database_are_refused_at_the_start(host: Host) -> None:
    def index(dims: int) -> dict[str, Any]:
        return {"index": {"embed": "./embedding.py:embed", "dims": dims}}

    async with host(FILES, graphs=NAMES, store=index(3)) as hosted:
        assert await hosted.bot.stop() == 0
    with pytest.raises(
        AssertionError, match=r'"store\.index\.dims" in langgraph\.json is 4, and the vectors'
    ):
        async with host(FILES, graphs=NAMES, store=index(4)):
            raise NotImplementedError
