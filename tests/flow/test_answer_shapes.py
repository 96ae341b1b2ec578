"""What the graph's code does with an answer is stored with the approval that asks for it."""

from typing import Any, NotRequired

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from countersign.interrupts.code import UNKNOWN, Boolean, Number, OneOf, shape_from_json
from tests.support.house import a_thread, open_house


class Order(TypedDict):
    text: str
    outcome: NotRequired[str]


def pays_if_true(state: Order) -> dict[str, str]:
    approved = interrupt({"question": "Pay?", "amount": 5})
    return {"outcome": "paid" if approved else "kept"}


def wants_a_number(state: Order) -> dict[str, str]:
    return {"outcome": f"paid {int(interrupt('How much?'))}"}


def one_of_two(state: Order) -> dict[str, str]:
    if interrupt("Who pays?") == "Alice":
        return {"outcome": "Alice pays"}
    return {"outcome": f"{interrupt('And what does Bob say?')}"}


def graph_of(node: Any, name: str = "ask") -> Any:
    builder: Any = StateGraph(Order)
    builder.add_node(name, node)
    builder.add_edge(START, name)
    return builder


async def test_the_shape_is_stored_with_the_node_that_asked(database_url: str) -> None:
    async with open_house(database_url, {"g": graph_of(pays_if_true)}) as house:
        thread = a_thread()
        await house.say(thread, "five")
        approval = await house.the_card(thread)
        assert approval.node == "ask"
        assert shape_from_json(approval.answer_shape) == Boolean()


async def test_each_question_has_its_own(database_url: str) -> None:
    graphs = {"number": graph_of(wants_a_number), "two": graph_of(one_of_two)}
    async with open_house(database_url, graphs) as house:
        first, second = a_thread(), a_thread()
        await house.say(first, "number: five")
        await house.say(second, "two: lunch")
        assert shape_from_json((await house.the_card(first)).answer_shape) == Number(integer=True)
        assert shape_from_json((await house.the_card(second)).answer_shape) == OneOf(("Alice",))


async def test_what_the_code_does_not_show_is_unknown(database_url: str) -> None:
    asks_elsewhere = eval("lambda state: {'outcome': str(interrupt('?'))}", {"interrupt": interrupt})
    async with open_house(database_url, {"g": graph_of(asks_elsewhere)}) as house:
        thread = a_thread()
        await house.say(thread, "five")
        approval = await house.the_card(thread)
        assert approval.node == "ask"
        assert shape_from_json(approval.answer_shape) == UNKNOWN
