"""A breakpoint of an agent that a tool calls: no card can show it, so nobody gets past it."""

import json
from pathlib import Path

from countersign.testing.cards import approval_cards
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
        assert not approval_cards(thread)

        await hosted.stage.ws.carol.replies(thread, "go on, approve")
        await thread.wait_for(lambda m: "This run stopped." in m.text and m.ts != stopped.ts, limit=20)
        assert not any("All is done." in full_text(message) for message in thread.from_bot())
    assert not paid_in(tmp_path)
