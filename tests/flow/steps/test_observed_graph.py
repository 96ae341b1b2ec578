"""A graph whose runs are observed does what it is asked, and each run is noted under its name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from countersign.flow.observability.observer import Observer
from countersign.flow.steps.observed_graph import ObservedGraph
from tests.flow.rows import REF, a_message, a_state


class Graph:
    """Notes what was asked of it, and gives it back."""

    def __init__(self) -> None:
        self.did: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        async def noted(*given: Any) -> Any:
            self.did.append((name, *given))
            return a_state()

        return noted


class Runs(Observer):
    def __init__(self) -> None:
        super().__init__()
        self.began: list[str] = []

    @contextmanager
    def run(self, graph: str, thread_id: str, mode: str) -> Iterator[None]:
        assert (graph, thread_id) == ("agent", REF.id)
        self.began.append(mode)
        yield


async def test_each_call_reaches_the_graph_and_each_run_the_observer() -> None:
    graph, runs, message = Graph(), Runs(), a_message(1)
    inner: Any = graph
    observed = ObservedGraph(inner, "agent", REF.id, runs)

    await observed.start(message)
    await observed.resume("i1", True, None)
    await observed.continue_run()
    await observed.ask_again()
    assert runs.began == ["start", "resume", "continue", "ask_again"]
    assert await observed.read() == a_state()
    await observed.is_asked("i1")
    await observed.abandon()
    await observed.forget()

    assert graph.did == [
        ("start", message),
        ("resume", "i1", True, None),
        ("continue_run",),
        ("ask_again",),
        ("read",),
        ("is_asked", "i1"),
        ("abandon",),
        ("forget",),
    ]
    assert len(runs.began) == 4, "what runs nothing is no run"
