"""SIGTERM: what runs ends or is handed to another worker, and the exit code is 0."""

import json
from pathlib import Path
from typing import Any

from countersign.testing.cards import approval_card
from tests.support.stage import Stage

# A plain function, which LangGraph runs in a thread that nobody can cancel.
IN_A_THREAD = """
import os, pathlib, time
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

FOLDER = pathlib.Path(os.environ["PROBE_FOLDER"])

def act(state: MessagesState):
    (FOLDER / "thread.reached").touch()
    while not (FOLDER / "thread").exists():
        time.sleep(0.05)
    return {"messages": [AIMessage("Resumed.")]}

graph = StateGraph(MessagesState).add_node(act).add_edge(START, "act")
"""


async def test_a_worker_that_is_asked_to_stop_hands_over_what_it_cannot_end(empty_stage: Stage) -> None:
    async with (
        empty_stage.bot("serve", "--no-worker", name="front", wait=False) as front,
        empty_stage.bot("worker", name="first", wait=False, SHUTDOWN_GRACE="0.5") as first,
    ):
        await front.ready()
        await first.ready()
        await empty_stage.ws.connected()
        stuck = await empty_stage.asks({"wait_for": "the_second", "ask": "Shall I?"})
        await empty_stage.reached("the_second")

        assert await first.stop() == 0, first.said
        empty_stage.release("the_second")
        waiting = await empty_stage.ws.carol.mentions("ask: is somebody there?")
        async with empty_stage.bot("worker", name="second") as second:
            await waiting.wait_for("Heard: is somebody there?", limit=20)
            card = await approval_card(stuck, limit=20)
            await card.answer(by=empty_stage.ws.bob, value="yes")
            assert await empty_stage.resumed(stuck) == "yes"

            ends = await empty_stage.asks({"wait_for": "the_end"})
            await empty_stage.reached("the_end")
            assert second.process is not None
            second.process.terminate()
            empty_stage.release("the_end")
            assert await second.ends() == 0, second.said
            await ends.wait_for("Resumed.")
        assert await front.stop() == 0, front.said
        for process in (front, first, second):
            assert empty_stage.leaked(process.said) == []


async def test_a_function_in_a_thread_that_never_returns_holds_up_no_stop(
    empty_stage: Stage, tmp_path: Path
) -> None:
    (empty_stage.folder / "in_a_thread.py").write_text(IN_A_THREAD)
    config = tmp_path / "langgraph.json"
    config.write_text(
        json.dumps({"dependencies": ["."], "graphs": {"slow": f"{empty_stage.folder}/in_a_thread.py:graph"}})
    )
    given: dict[str, Any] = {"LANGGRAPH_CONFIG": str(config), "DEFAULT_GRAPH": "slow"}
    async with empty_stage.bot(name="first", SHUTDOWN_GRACE="0.5", **given) as first:
        stuck = await empty_stage.ws.carol.mentions("go")
        await empty_stage.reached("thread")
        assert await first.stop() == 0, first.said
        assert first.events("graph_loop_still_blocked")
    empty_stage.release("thread")
    async with empty_stage.bot(name="second", **given) as second:
        await stuck.wait_for("Resumed.", limit=30)
        assert await second.stop() == 0
        assert not second.events("graph_loop_still_blocked")
