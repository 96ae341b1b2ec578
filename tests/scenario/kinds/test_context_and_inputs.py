"""Graphs that need more than a message: a context, other keys of their state, names with spaces."""

from typing import Any

import pytest

from slack_local.block_kit.text import full_text
from slack_local.model.records import View
from slack_local.people.threads import Thread
from tests.scenario.kinds.conftest import Host, Hosted, card_saying
from tests.scenario.test_interface import inputs

SOURCE = """
    from dataclasses import dataclass
    from typing import Literal, NotRequired

    from langchain_core.messages import AIMessage
    from langchain_core.runnables import RunnableConfig
    from langgraph.graph import START, MessagesState, StateGraph
    from langgraph.runtime import Runtime
    from langgraph.types import interrupt
    from typing_extensions import TypedDict

    @dataclass
    class Context:
        model: str
        effort: Literal["low", "high"] = "low"

    def said(state):
        return state["messages"][-1].content

    def answer(state: MessagesState, config: RunnableConfig, runtime: Runtime[Context]):
        approved = interrupt({"question": "Use the model?", "model": runtime.context.model}) is True
        mirrored = config["configurable"]["model"]
        text = f"{said(state)} / {mirrored} / {runtime.context.effort} / {approved}"
        return {"messages": [AIMessage(text)]}

    class Ticket(MessagesState):
        customer: str
        urgent: NotRequired[bool]
        summary: str

    def file_ticket(state: Ticket):
        text = f"{said(state)} for {state['customer']}, urgent: {state.get('urgent')}"
        return {"messages": [AIMessage(text)], "summary": text}

    class Essay(TypedDict):
        topic: str
        outline: str
        text: str

    def outline(state: Essay):
        return {"outline": f"1. {state['topic']}"}

    def write(state: Essay):
        return {"text": f"{state['outline']}. The end."}

    with_context = StateGraph(MessagesState, context_schema=Context)
    with_context.add_node("answer", answer)
    with_context.add_edge(START, "answer")

    ticket = StateGraph(Ticket)
    ticket.add_node("file", file_ticket)
    ticket.add_edge(START, "file")

    essay = StateGraph(Essay)
    essay.add_node("outline", outline)
    essay.add_node("write", write)
    essay.add_edge(START, "outline")
    essay.add_edge("outline", "write")
"""
FILES = {"kinds_inputs.py": SOURCE}
GRAPHS: dict[str, Any] = {
    "set": {"path": "./kinds_inputs.py:with_context", "context": {"model": "big", "effort": "high"}},
    "asked": {"path": "./kinds_inputs.py:with_context", "context": {"effort": "high"}},
    "ticket": "./kinds_inputs.py:ticket",
    "Essay writer (v2)": "./kinds_inputs.py:essay",
}


async def form(hosted: Hosted, thread: Thread) -> View:
    await (await thread.card(limit=20)).click("start:open", hosted.stage.ws.bob)
    return await hosted.stage.ws.bob.modal_opens(title="Start")


async def test_more_than_a_message(host: Host) -> None:
    async with host(FILES, graphs=GRAPHS) as hosted:
        bob, carol = hosted.stage.ws.bob, hosted.stage.ws.carol

        given = await hosted.says("set: Hello")
        card = await card_saying(given, "big")
        await card.approve(bob)
        await given.wait_for("Hello / big / high / True", limit=20)

        asked = await hosted.says("asked: Good morning")
        view = await form(hosted, asked)
        assert list(inputs(view)) == ["/messages", "/context/model"]
        assert inputs(view)["/messages"]["initial_value"] == "Good morning"
        assert (await bob.submits(view, {})).outcome in {"errors", "incomplete"}
        assert (await bob.submits(view, {"/context/model": "small"})).outcome == "closed"
        card = await card_saying(asked, "small")
        assert await hosted.bot.stop() == 0
        await hosted.bot.again()
        await hosted.stage.ws.connected()
        await card.approve(bob)
        await asked.wait_for("Good morning / small / high / True", limit=20)
        await carol.replies(asked, "And again")
        await (await card_saying(asked, "small")).reject(bob)
        await asked.wait_for("And again / small / high / False", limit=20)

        ticket = await hosted.says("ticket: The printer burns")
        view = await form(hosted, ticket)
        assert list(inputs(view)) == ["/messages", "/customer", "/urgent"]
        words = {"/messages": "The printer smokes", "/customer": "Ann"}
        assert (await bob.submits(view, words)).outcome == "closed"
        await ticket.wait_for("The printer smokes for Ann, urgent: None", limit=20)
        await carol.replies(ticket, "It is out")
        await ticket.wait_for("It is out for Ann", limit=20)

        long = await hosted.says("ticket: " + "word " * 700)
        view = await form(hosted, long)
        done = await bob.submits(view, {"/customer": "Bo"})
        assert done.outcome == "closed", (done, list(inputs(view)))
        said = await long.wait_for("for Bo", limit=20)
        assert full_text(said).count("word") >= 700, "an input holds 3,000 characters"

        essay = await hosted.says("Essay writer (v2): Tea")
        assert "1. Tea. The end." in await hosted.result(essay)


@pytest.mark.parametrize(
    ("graphs", "told"),
    [
        (
            {"g": {"path": "./kinds_inputs.py:with_context", "context": {"effort": 3}}},
            r'graph "g": its "context" in langgraph\.json does not fit at "/effort"',
        ),
        ({"a:b": "./kinds_inputs.py:essay"}, r"langgraph\.json: rename the graph 'a:b'"),
    ],
)
async def test_what_is_wrong_stops_the_start_with_one_line(
    host: Host, graphs: dict[str, Any], told: str
) -> None:
    with pytest.raises(AssertionError, match=told):
        async with host(FILES, graphs=graphs):
            raise NotImplementedError
