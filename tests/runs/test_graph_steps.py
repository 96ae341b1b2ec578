"""The plan of steps that real graphs report while they run: which nodes are steps, and in which order."""

from collections.abc import Callable
from typing import Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import Command, Send, interrupt

from countersign.flow.live.events import RunEvent, StepEnded, StepExpected, StepStarted
from countersign.runs.streaming.graph_steps import graph_steps
from countersign.runs.streaming.step_callbacks import StepCallbacks

Node = Callable[[Any], Any]


def nothing(_state: Any) -> dict[str, Any]:
    return {}


def chain(*names: str, **nodes: Any) -> Any:
    graph: Any = StateGraph(MessagesState)
    for before, name in zip([START, *names], names, strict=False):
        graph.add_node(name, nodes.get(name, nothing))
        graph.add_edge(before, name)
    return graph


class Talker(FakeListChatModel):
    def bind_tools(self, tools: Any, **_more: Any) -> "Talker":
        return self


class Seen(list[str]):
    """What was reported, a line each: `+` expected, `>` begun, `=` ended, `!` failed, `?` asks a person."""

    def __init__(self) -> None:
        super().__init__()
        self.titles: dict[str, str] = {}

    def __call__(self, event: RunEvent) -> None:
        match event:
            case StepExpected() | StepStarted():
                self.titles[event.step_id] = event.title
                self.append(f"{'+' if isinstance(event, StepExpected) else '>'} {event.title}")
            case StepEnded():
                mark = "?" if event.waits else "!" if event.failed else "="
                self.append(f"{mark} {self.titles[event.step_id]}")


async def seen(graph: Any, given: Any = None) -> Seen:
    compiled = graph.compile(checkpointer=InMemorySaver()) if isinstance(graph, StateGraph) else graph
    found = Seen()
    config: RunnableConfig = {
        "configurable": {"thread_id": "t"},
        "callbacks": [StepCallbacks(found, graph_steps(compiled))],
    }
    try:
        await compiled.ainvoke({"messages": []} if given is None else given, config)
    except ValueError:
        found.append("raised")
    return found


async def test_what_follows_without_a_condition_is_expected_when_the_first_step_begins() -> None:
    assert await seen(chain("check_stock", "ask_price", "write_offer")) == [
        *("> Check stock", "+ Ask price", "+ Write offer", "= Check stock"),
        *("> Ask price", "= Ask price"),
        *("> Write offer", "= Write offer"),
    ]


async def test_a_step_that_asks_waits_and_one_that_raises_failed() -> None:
    def raises(_state: Any) -> None:
        raise ValueError

    asks = await seen(chain("draft", "review", review=lambda _state: interrupt("ok?")))
    fails = await seen(chain("draft", "review", review=raises))

    assert asks[-1] == "? Review"
    assert fails[-2:] == ["! Review", "raised"]


async def test_the_steps_of_a_subgraph_come_after_its_own_and_before_what_follows() -> None:
    inner = chain("read_page", "sum_up").compile()
    found = await seen(chain("research", "publish", research=inner))

    assert found[:4] == ["> Research", "+ Research › Read page", "+ Research › Sum up", "+ Publish"]
    assert [line for line in found if line[0] == "="] == [
        *("= Research › Read page", "= Research › Sum up", "= Research", "= Publish"),
    ]


async def test_a_graph_that_code_calls_has_steps_as_well() -> None:
    inner = chain("read_page").compile()

    async def research(state: Any) -> Any:
        return await inner.ainvoke(state)

    found = await seen(chain("research", research=research))
    assert found == [
        "> Research",
        *("> Research › Read page", "= Research › Read page"),
        "= Research",
    ]


async def test_nothing_is_expected_behind_a_condition_and_a_join_is_once() -> None:
    graph: Any = StateGraph(MessagesState)
    for name in ("triage", "refund", "decline", "left", "right", "report"):
        graph.add_node(name, nothing)
    graph.add_edge(START, "triage")
    graph.add_conditional_edges("triage", lambda _state: "refund", ["refund", "decline"])
    graph.add_edge("refund", "left")
    graph.add_edge("refund", "right")
    graph.add_edge(["left", "right"], "report")
    graph.add_edge("decline", END)

    found = await seen(graph)
    assert found[:2] == ["> Triage", "= Triage"]
    assert found[2:6] == ["> Refund", "+ Left", "+ Report", "+ Right"]
    assert "> Decline" not in found


class Fan(TypedDict):
    at: int


async def test_a_node_that_runs_several_times_at_once_is_one_step() -> None:
    graph: Any = StateGraph(Fan)
    graph.add_node("split", lambda _state: Command(goto=[Send("look_up", {"at": n}) for n in range(3)]))
    graph.add_node("look_up", lambda _state: None)
    graph.add_edge(START, "split")

    found = await seen(graph, {"at": 0})
    assert found.count("= Look up") == 1
    assert found[-1] == "= Look up"


async def test_the_tasks_of_an_entrypoint_are_steps() -> None:
    @task
    async def fetch_order(number: int) -> int:
        return number

    @task
    async def price_order(number: int) -> int:
        return number

    @entrypoint()
    async def workflow(number: int) -> int:
        return await price_order(await fetch_order(number))

    found = await seen(workflow, 1)
    assert found == ["> Fetch order", "= Fetch order", "> Price order", "= Price order"]


async def test_an_agents_own_nodes_are_no_steps() -> None:
    def look_up() -> str:
        """Look it up."""
        return "found"

    agent = create_agent(Talker(responses=["Hello"]), [look_up])
    assert await seen(agent) == []
    assert await seen(chain("research", "publish", research=agent)) == [
        *("> Research", "= Research", "> Publish", "= Publish"),
    ]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("check_stock", "Check stock"),
        ("Check the stock", "Check the stock"),
        ("재고_확인", "재고 확인"),
        ("agent", None),
        ("tools", None),
        ("call_model", None),
        ("a", None),
        ("n1", None),
        ("_private", None),
        ("HumanInTheLoopMiddleware.after_model", None),
        ("x" * 80, None),
    ],
)
async def test_a_name_that_says_something_is_a_step(name: str, title: str | None) -> None:
    found = await seen(chain(name))
    assert [line.removeprefix("> ") for line in found[:1]] == ([title] if title else [])


async def test_an_author_names_or_hides_a_step() -> None:
    graph: Any = StateGraph(MessagesState)
    graph.add_node("a", nothing, metadata={"title": "Check  the\nstock"})
    graph.add_node("clean_up", nothing, metadata={"title": ""})
    graph.add_node("long", nothing, metadata={"title": "x" * 200})
    graph.add_edge(START, "a")
    graph.add_edge("a", "clean_up")
    graph.add_edge("clean_up", "long")

    found = await seen(graph)
    long = "x" * 74 + "…"
    assert found == ["> Check the stock", f"+ {long}", "= Check the stock", f"> {long}", f"= {long}"]
