"""Projects of other people, as files: what is written where, by their own layout."""

from textwrap import dedent

_GRAPH = dedent("""
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt
    from typing_extensions import TypedDict
    {imports}

    class Order(TypedDict):
        item: str

    class Outcome(TypedDict):
        outcome: str

    class State(Order, Outcome):
        pass

    def ask(state: State) -> Outcome:
        yes = interrupt({{"question": QUESTION, "item": state["item"], "price": PRICE}})
        return {{"outcome": f"{{state['item']}}: ordered for {{PRICE}}." if yes else "Nothing ordered."}}

    graph = StateGraph(State, input_schema=Order, output_schema=Outcome)
    graph.add_node("ask", ask)
    graph.add_edge(START, "ask")
""")

# A package `bot`, a folder `graphs` without __init__.py, and three graphs that import from both.
OWN_BOT_AND_GRAPHS = {
    "langgraph.json": """
        {"dependencies": ["."],
         "graphs": {"orders": "./graphs/orders.py:graph",
                    "samples": "./bot/samples.py:graph",
                    "returns": "./graphs/returns.py:make"}}
    """,
    "bot/__init__.py": "",
    "bot/prices.py": "PRICE = 25\n",
    "bot/samples.py": _GRAPH.format(
        imports="from bot.prices import PRICE\nfrom graphs.texts import QUESTION"
    ),
    "graphs/texts.py": 'QUESTION = "Order it?"\n',
    "graphs/orders.py": _GRAPH.format(
        imports="from bot.prices import PRICE\nfrom graphs.texts import QUESTION"
    ),
    "graphs/returns.py": "from graphs.orders import graph\n\n\ndef make():\n    return graph\n",
    "story.txt": """
        alice mentions "orders: two chairs"
        expect card "Order it?"
        bob approves
        expect "two chairs: ordered for 25."
        alice mentions "samples: a lamp"
        expect card "Order it?"
        bob approves
        expect "a lamp: ordered for 25."
        alice mentions "returns: a table"
        expect card "Order it?"
        bob rejects "Too late."
        expect "Nothing ordered."
    """,
}

# A package below src/, which the project's pyproject.toml says, and which nobody installed.
SRC_LAYOUT = {
    "langgraph.json": '{"dependencies": ["."], "graphs": {"orders": "./src/shop/orders.py:graph"}}',
    "pyproject.toml": """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "shop"
version = "1"
dependencies = ["langgraph>=1"]

[tool.setuptools.packages.find]
where = ["src"]
""",
    "src/shop/__init__.py": "",
    "src/shop/words.py": 'QUESTION = "Order it?"\nPRICE = 25\n',
    "src/shop/orders.py": _GRAPH.format(imports="from shop.words import PRICE, QUESTION"),
    "story.txt": """
        alice mentions "two chairs"
        expect card "Order it?"
        bob approves
        expect "two chairs: ordered for 25."
    """,
}

# The fixtures that the wheel brings for other people's tests.
TESTS = {
    "pytest.ini": "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
    "test_orders.py": """
from countersign.testing.cards import approval_card


async def test_an_order_is_approved(workspace, countersign):
    thread = await workspace.alice.mentions("orders: two chairs")
    card = await approval_card(thread)
    await card.approve(by=workspace.bob)
    await thread.wait_for("two chairs: ordered for 25.")
""",
}
