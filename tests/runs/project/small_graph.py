"""A graph in a few lines, in each form that langgraph.json takes."""

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
