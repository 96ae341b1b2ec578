"""Posts an announcement once it is approved.

Pattern: an effect that happens once, whatever runs again.

Two rules. *Place*: a node runs again from its first line when its question is answered, so an effect
belongs after `interrupt()`, best in a node of its own. *Key*: a node can also run again because its process
died right after the effect, so the effect is keyed, and the key is made of what stays the same. The bot's
`post` remembers the key, and so does `once` for effects of any other kind.

`wrong` breaks both rules, and is not offered in langgraph.json: it posts before anyone has agreed, and
posts again with the answer.
"""

from typing import Any, NotRequired
from uuid import uuid4

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from graphs.host import host_of


class Announcement(TypedDict):
    """What to announce; one text, so a run is started by a plain message."""

    announcement: str


class State(Announcement):
    approved: NotRequired[bool]
    outcome: NotRequired[str]


class Result(TypedDict):
    outcome: str


QUESTION = "Post this announcement to the channel, outside the thread?"


async def post(text: str, key: str, config: RunnableConfig) -> str:
    """Post to the channel of this thread, once per key within the thread."""
    here = config["configurable"]
    if (host := host_of(config)) is None:
        return "Not posted: this graph runs without Countersign, so it has no Slack to post to."
    await host.post(f"{here['thread_id']}:{key}", here["slack_channel_id"], text)
    return "Posted."


def ask(state: State) -> dict[str, bool]:
    """Ask, and do nothing else."""
    answer = interrupt({"question": QUESTION, "announcement": state["announcement"]})
    return {"approved": answer is True}


async def act(state: State, config: RunnableConfig) -> Result:
    """Post, if that was agreed. Running this twice posts once, since the key stays the same."""
    if not state["approved"]:
        return {"outcome": "Not posted: it was rejected."}
    return {"outcome": await post(state["announcement"], "announcement", config)}


graph = StateGraph(State, input_schema=Announcement, output_schema=Result)
graph.add_node("ask", ask)
graph.add_node("act", act)
graph.add_edge(START, "ask")
graph.add_edge("ask", "act")
graph.add_edge("act", END)


async def act_and_ask(state: State, config: RunnableConfig) -> dict[str, Any]:
    """The wrong way: the effect stands before the question, under a key that is new each time."""
    outcome = await post(state["announcement"], key=f"announcement {uuid4()}", config=config)
    return {"approved": interrupt({"question": QUESTION}), "outcome": outcome}


wrong = StateGraph(State, input_schema=Announcement, output_schema=Result)
wrong.add_node("act_and_ask", act_and_ask)
wrong.add_edge(START, "act_and_ask")
