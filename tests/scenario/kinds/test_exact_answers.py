"""Answers that have to be exact: no digit of an amount is lost, no key that the code reads is left out."""

from countersign.testing.cards import approval_card
from tests.scenario.kinds.conftest import Host

AMOUNTS = """
    from decimal import Decimal
    from typing import TypedDict

    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class Bill(TypedDict):
        item: str

    class Paid(TypedDict, total=False):
        item: str
        told: str

    def pay(state: Bill):
        return {"told": f"paid {Decimal(interrupt('How much?'))} for it"}

    builder = StateGraph(Paid, input_schema=Bill)
    builder.add_node("pay", pay)
    builder.add_edge(START, "pay")
    graph = builder.compile()
"""


async def test_a_decimal_arrives_with_all_its_digits(host: Host) -> None:
    async with host({"bills.py": AMOUNTS}, graphs={"bills": "./bills.py:graph"}) as hosted:
        carol, bob = hosted.stage.ws.people["carol"], hosted.stage.ws.people["bob"]
        thread = await hosted.says("bills: a chair")
        card = await approval_card(thread, limit=20)
        refused = await card.answer(bob, "twelve")
        assert "a number" in refused.errors["/"]
        await card.answer(bob, "12.10")
        assert "paid 12.10 for it" in await hosted.result(thread)

        other = await hosted.says("bills: a table")
        await approval_card(other, limit=20)
        await carol.replies(other, "0.1")
        assert "paid 0.1 for it" in await hosted.result(other)


SOURCES = """
    from typing import TypedDict

    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class Wish(TypedDict):
        wish: str

    class Import(TypedDict, total=False):
        wish: str
        told: str

    def fetch(state: Wish):
        source = interrupt({"question": "From where?", "wish": state["wish"]})
        if "url" in source:
            return {"told": "from the web: " + source["url"].strip()}
        elif "path" in source:
            return {"told": "from a file: " + source["path"].strip()}
        else:
            raise ValueError("a url or a path")

    builder = StateGraph(Import, input_schema=Wish)
    builder.add_node("fetch", fetch)
    builder.add_edge(START, "fetch")
    graph = builder.compile()
"""


async def test_one_of_two_keys_is_needed(host: Host) -> None:
    async with host({"sources.py": SOURCES}, graphs={"sources": "./sources.py:graph"}) as hosted:
        bob = hosted.stage.ws.people["bob"]
        thread = await hosted.says("sources: the prices")
        card = await approval_card(thread, limit=20)

        refused = await card.submit("approval:respond", bob, {"/url": ""})
        assert set(refused.errors) == {"/url", "/path"}

        await card.submit("approval:respond", bob, {"/path": "prices.csv"})
        assert "from a file: prices.csv" in await hosted.result(thread)
