"""Functional graphs (`@entrypoint`): every kind of input, and what they return."""

from collections.abc import Mapping

from slack_local.block_kit.text import full_text
from slack_local.model.records import View
from slack_local.people.threads import Thread
from tests.scenario.kinds.conftest import Host, Hosted, card_saying
from tests.scenario.test_interface import inputs

SOURCE = """
    import dataclasses
    from typing import Any, TypedDict

    from langchain_core.messages import AIMessage, BaseMessage
    from langgraph.func import entrypoint, task
    from langgraph.types import interrupt
    from pydantic import BaseModel

    class Order(BaseModel):
        number: int
        rush: bool = False

    @dataclasses.dataclass
    class Line:
        what: str
        count: int

    class Typed(TypedDict):
        topic: str
        pages: int

    @entrypoint()
    def text(topic: str) -> str:
        return f"text {topic!r}"

    @entrypoint()
    def number(value: int) -> int:
        return value + 1

    @entrypoint()
    def fraction(value: float) -> dict:
        return {"half": value / 2}

    @entrypoint()
    def flag(value: bool) -> str:
        return f"flag {value!r}"

    @entrypoint()
    def items(values: list[str]) -> str:
        return f"items {values!r}"

    @entrypoint()
    def keyed(inputs: dict) -> str:
        return f"keyed {inputs['topic']!r} {inputs.get('tone')!r}"

    @entrypoint()
    def loose(inputs: dict) -> str:
        return f"loose {sorted(inputs.items())!r}"

    @entrypoint()
    def model(order: Order) -> Order:
        return Order(number=order.number + 1, rush=order.rush)

    @entrypoint()
    def dataclass(line: Line) -> str:
        return f"dataclass {line.what!r} {line.count!r}"

    @entrypoint()
    def typed(given: Typed) -> str:
        return f"typed {given['topic']!r} {given['pages']!r}"

    @entrypoint()
    def untyped(anything):
        return f"untyped {anything!r}"

    @entrypoint()
    def chat(messages: list[BaseMessage], *, previous: Any = None):
        said = [*(previous or []), messages[-1]["content"]]
        return entrypoint.final(value=AIMessage(f"chat {said!r}"), save=said)

    @entrypoint()
    def nothing(topic: str) -> None:
        return None

    @task
    def draft(order):
        return f"draft of {order.number}"

    @entrypoint()
    async def asks(order: Order) -> dict:
        text = await draft(order)
        answer = interrupt({"question": "Send it?", "draft": text})
        return {"sent": answer is True, "order": type(order).__name__}
"""
GRAPHS = {
    name: f"./functional.py:{name}"
    for name in (
        *("text", "number", "fraction", "flag", "items", "keyed", "loose"),
        *("model", "dataclass", "typed", "untyped", "chat", "nothing", "asks"),
    )
}
FILES = {"functional.py": SOURCE}


async def form(hosted: Hosted, thread: Thread) -> View:
    await (await thread.card(limit=20)).click("start:open", hosted.stage.ws.bob)
    return await hosted.stage.ws.bob.modal_opens(title="Start")


async def start(hosted: Hosted, name: str, values: Mapping[str, str | None], words: str = "go") -> Thread:
    thread = await hosted.says(f"{name}: {words}")
    view = await form(hosted, thread)
    assert list(inputs(view)) == list(values), name
    done = await hosted.stage.ws.bob.submits(view, values)
    assert done.outcome == "closed", done
    return thread


async def test_every_kind_of_input_and_of_result(host: Host) -> None:
    async with host(FILES, graphs=GRAPHS) as hosted:
        bob = hosted.stage.ws.bob
        for name, expected in (("text", "text 'Red sky'"), ("untyped", "untyped 'Red sky'")):
            thread = await hosted.says(f"{name}: Red sky")
            assert expected in await hosted.result(thread)

        await (await hosted.says("nothing: at all")).wait_for("Done", limit=20)

        chat = await hosted.says("chat: one")
        assert (await chat.wait_for("chat", limit=20)).text == "chat ['one']"
        await hosted.stage.ws.carol.replies(chat, "two")
        await chat.wait_for("chat ['one', 'two']")

        for name, values, expected in (
            ("number", {"/": "41"}, "42"),
            ("fraction", {"/": "2.5"}, "1.25"),
            ("flag", {"/": "false"}, "flag False"),
            ("items", {"/": "a\nb"}, "items ['a', 'b']"),
            ("keyed", {"/tone": None, "/topic": "sky"}, "keyed 'sky' None"),
            ("loose", {"/": '{"a": 1}'}, "loose [('a', 1)]"),
            ("model", {"/number": "7", "/rush": "true"}, "8"),
            ("dataclass", {"/what": "pen", "/count": "3"}, "dataclass 'pen' 3"),
            ("typed", {"/topic": "sky", "/pages": "2"}, "typed 'sky' 2"),
        ):
            thread = await start(hosted, name, values)
            assert expected in await hosted.result(thread), name

        asking = await start(hosted, "asks", {"/number": "5", "/rush": None})
        card = await card_saying(asking, "draft of 5")
        await card.approve(bob)
        result = await hosted.result(asking)
        assert "Order" in result
        assert "true" in result.lower() or "yes" in result.lower()


async def test_what_is_missing_or_of_the_wrong_kind_is_said_at_its_field(host: Host) -> None:
    async with host(FILES, graphs={name: GRAPHS[name] for name in ("keyed", "number")}) as hosted:
        bob = hosted.stage.ws.bob
        thread = await hosted.says("go")
        refused = await bob.submits(await form(hosted, thread), {"/tone": "dry"})
        assert refused.outcome in {"errors", "incomplete"}
        assert bob.modal is not None
        await bob.closes(bob.modal)

        other = await hosted.says("number: go")
        wrong = await bob.submits(await form(hosted, other), {"/": "many"})

        assert wrong.outcome in {"errors", "incomplete"}
        assert not [m for each in (thread, other) for m in each.from_bot() if "*Result*" in full_text(m)]
