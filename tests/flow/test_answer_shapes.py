"""What the graph's code does with an answer is stored with the approval that asks for it."""

from typing import Any, NotRequired

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from countersign.approvals.decision import DecisionKind
from countersign.flow.outgoing import OutgoingKind
from countersign.interrupts.code import UNKNOWN, Boolean, Number, OneOf, shape_from_json
from tests.support.harness import a_thread, open_harness


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
    async with open_harness(database_url, {"g": graph_of(pays_if_true)}) as harness:
        thread = a_thread()
        await harness.say(thread, "five")
        approval = await harness.the_card(thread)
        assert approval.node == "ask"
        assert shape_from_json(approval.answer_shape) == Boolean()


async def test_each_question_has_its_own(database_url: str) -> None:
    graphs = {"number": graph_of(wants_a_number), "two": graph_of(one_of_two)}
    async with open_harness(database_url, graphs) as harness:
        first, second = a_thread(), a_thread()
        await harness.say(first, "number: five")
        await harness.say(second, "two: lunch")
        assert shape_from_json((await harness.the_card(first)).answer_shape) == Number(integer=True)
        assert shape_from_json((await harness.the_card(second)).answer_shape) == OneOf(("Alice",))


async def test_what_the_code_does_not_show_is_unknown(database_url: str) -> None:
    asks_elsewhere = eval("lambda state: {'outcome': str(interrupt('?'))}", {"interrupt": interrupt})
    async with open_harness(database_url, {"g": graph_of(asks_elsewhere)}) as harness:
        thread = a_thread()
        await harness.say(thread, "five")
        approval = await harness.the_card(thread)
        assert approval.node == "ask"
        assert shape_from_json(approval.answer_shape) == UNKNOWN


def pays_if_told_so(state: Order) -> dict[str, str]:
    """The code as it is after a deployment: it asks in the same words, and wants another answer."""
    approved = interrupt({"question": "Pay?", "amount": 5})
    return {"outcome": "paid" if approved == "pay" else "kept"}


def pays_if_it_is_true(state: Order) -> dict[str, str]:
    """The code as it is after a deployment that changes nothing that matters."""
    approved = interrupt({"question": "Pay?", "amount": 5})
    print("asked")
    return {"outcome": "paid" if approved is True else "kept"}


async def test_an_answer_that_new_code_reads_differently_is_not_used(database_url: str) -> None:
    thread = a_thread()
    async with open_harness(database_url, {"g": graph_of(pays_if_true)}) as harness:
        await harness.say(thread, "five")
        decided = await harness.vote(await harness.the_card(thread), DecisionKind.APPROVE)
        assert decided.answer is True

    async with open_harness(database_url, {"g": graph_of(pays_if_told_so)}) as harness:
        await harness.run_thread(thread.id)
        assert harness.slack.texts(OutgoingKind.RESULT) == []
        asked_again = await harness.the_card(thread)
        assert asked_again.id != decided.id
        assert shape_from_json(asked_again.answer_shape) == OneOf(("pay",))
        assert (await harness.ledger(thread))[-2:] == ["withdrawn", "opened"]


async def test_an_answer_that_new_code_reads_alike_is_used(database_url: str) -> None:
    thread = a_thread()
    async with open_harness(database_url, {"g": graph_of(pays_if_true)}) as harness:
        await harness.say(thread, "five")
        await harness.vote(await harness.the_card(thread), DecisionKind.APPROVE)

    async with open_harness(database_url, {"g": graph_of(pays_if_it_is_true)}) as harness:
        await harness.run_thread(thread.id)
        assert await harness.pending(thread) == []
        assert (await harness.ledger(thread))[-1] == "resumed"
