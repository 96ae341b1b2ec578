"""A breakpoint of an agent that a tool calls: no card shows it, so nobody gets past it, nor by a crash."""

import json
from pathlib import Path

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from tests.scenario.kinds.conftest import Host

SOURCE = """
    from pathlib import Path

    from langchain_core.messages import AIMessage
    from langchain_core.tools import tool
    from langgraph.graph import START, MessagesState, StateGraph
    from langgraph.prebuilt import ToolNode

    PAID = Path(__file__).with_name("paid.txt")

    def calls(name):
        def model(state: MessagesState):
            if state["messages"][-1].type == "tool":
                return {"messages": [AIMessage("All is done.")]}
            call = {"name": name, "args": {"amount": 5}, "id": f"call_{name}"}
            return {"messages": [AIMessage("", tool_calls=[call])]}
        return model

    def agent(tool, **breakpoints):
        graph = StateGraph(MessagesState)
        graph.add_node("model", calls(tool.name))
        graph.add_node("tools", ToolNode([tool]))
        graph.add_edge(START, "model")
        graph.add_edge("model", "tools")
        return graph.compile(**breakpoints)

    @tool
    def pay(amount: int) -> str:
        "Pay money."
        PAID.write_text(str(amount))
        return "paid"

    clerk = agent(pay, interrupt_before=["tools"])

    @tool
    def delegate(amount: int) -> str:
        "Have the clerk pay."
        return clerk.invoke({"messages": [("user", f"pay {amount}")]})["messages"][-1].text

    office = agent(delegate)
"""


def paid_in(folder: Path) -> list[Path]:
    return list(folder.rglob("paid.txt"))


async def test_a_tool_behind_a_breakpoint_that_no_card_shows_never_runs(host: Host, tmp_path: Path) -> None:
    async with host({"agents.py": SOURCE}, graphs={"office": "./agents.py:office"}) as hosted:
        thread = await hosted.says("office: pay the bill")
        stopped = await thread.wait_for("This run stopped.", limit=20)

        assert "can't be approved here" in full_text(stopped)
        assert "Try again" not in json.dumps(stopped.blocks)
        assert not thread.cards()

        await hosted.stage.ws.carol.replies(thread, "go on, approve")
        await thread.wait_for(lambda m: "This run stopped." in m.text and m.ts != stopped.ts, limit=20)
        assert not any("All is done." in full_text(message) for message in thread.from_bot())
    assert not paid_in(tmp_path)


KILLED = """
    import os
    import signal
    from pathlib import Path

    DIED = Path(__file__).with_name("died.txt")

    def dies_once():
        # As if the process was killed between the last checkpoint and the bot's own record of the stop.
        if not DIED.exists():
            DIED.write_text("yes")
            os.kill(os.getpid(), signal.SIGKILL)
"""
WATCHED = """
    from agents import agent, clerk
    from killed import dies_once
    from langchain_core.tools import tool

    @tool
    def delegate(amount: int) -> str:
        "Have the clerk pay."
        try:
            return clerk.invoke({"messages": [("user", f"pay {amount}")]})["messages"][-1].text
        except BaseException:
            dies_once()
            raise

    office = agent(delegate)
"""
BESIDE = """
    from agents import delegate
    from langgraph.graph import START, MessagesState, StateGraph
    from langgraph.types import interrupt

    def asks(state: MessagesState):
        return {"messages": [("ai", f"They said {interrupt('Shall it be done?') is True}.")]}

    def works(state: MessagesState):
        return {"messages": [("ai", delegate.invoke({"amount": 5}))]}

    builder = StateGraph(MessagesState)
    builder.add_node("asks", asks)
    builder.add_node("works", works)
    builder.add_edge(START, "asks")
    builder.add_edge(START, "works")
    beside = builder.compile()
"""
UNWATCHED = """
    from pathlib import Path

    from langchain_core.messages import AIMessage
    from langgraph.graph import START, MessagesState, StateGraph
    from killed import dies_once

    COUNTED = Path(__file__).with_name("counted.txt")

    def first(state: MessagesState):
        with COUNTED.open("a") as file:
            file.write("first ")
        return {"messages": [AIMessage("One.")]}

    def second(state: MessagesState):
        dies_once()
        return {"messages": [AIMessage("Two.")]}

    inner = StateGraph(MessagesState)
    inner.add_node("first", first)
    inner.add_node("second", second)
    inner.add_edge(START, "first")
    inner.add_edge("first", "second")
    helper = inner.compile()

    def calls(state: MessagesState):
        return {"messages": helper.invoke({"messages": [("user", "go")]})["messages"][-1:]}

    outer = StateGraph(MessagesState)
    outer.add_node("calls", calls)
    outer.add_edge(START, "calls")
    plain = outer.compile()
"""


async def test_a_process_that_dies_at_a_hidden_breakpoint_is_followed_by_none_that_passes_it(
    host: Host, tmp_path: Path
) -> None:
    files = {"agents.py": SOURCE, "killed.py": KILLED, "watched.py": WATCHED}
    async with host(files, graphs={"office": "./watched.py:office"}) as hosted:
        thread = await hosted.says("office: pay the bill")
        await hosted.bot.ends(20)
        await hosted.bot.again()
        await thread.wait_for("This run stopped.", limit=30)
        assert not any("All is done." in full_text(message) for message in thread.from_bot())
    assert not paid_in(tmp_path)


async def test_an_answer_beside_a_hidden_breakpoint_lets_nothing_pass_it(host: Host, tmp_path: Path) -> None:
    files = {"agents.py": SOURCE, "besides.py": BESIDE}
    async with host(files, graphs={"beside": "./besides.py:beside"}) as hosted:
        thread = await hosted.says("beside: go")
        card = await approval_card(thread)
        await card.approve(hosted.stage.ws.bob)
        refused = "may stand at a breakpoint"
        await thread.wait_until(lambda: refused in card.text, what="the refusal", limit=20)
        assert not any("They said" in full_text(message) for message in thread.from_bot())
    assert not paid_in(tmp_path)


async def test_a_graph_inside_a_step_goes_on_after_a_crash_where_no_code_has_breakpoints(
    host: Host, tmp_path: Path
) -> None:
    files = {"killed.py": KILLED, "plain.py": UNWATCHED}
    async with host(files, graphs={"plain": "./plain.py:plain"}) as hosted:
        thread = await hosted.says("plain: go")
        await hosted.bot.ends(20)
        await hosted.bot.again()
        await thread.wait_for("Two.", limit=30)
    assert (tmp_path / "project" / "counted.txt").read_text() == "first ", "it is not done again"
