"""What the graph's code does with an answer is stored with the approval that asks for it."""

from langgraph.types import interrupt

from countersign.approvals.decision import Decision, DecisionKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.interrupts.code import UNKNOWN, Boolean, Number, OneOf, shape_from_json
from tests.flow.graphs.answer_graphs import (
    graph_of,
    one_of_two,
    pays_if_it_is_true,
    pays_if_told_so,
    pays_if_true,
    wants_a_number,
)
from tests.support.harness import a_thread, open_harness


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


async def test_a_word_that_meant_no_is_no_yes_to_code_that_tests_truth_alone(database_url: str) -> None:
    thread = a_thread()
    async with open_harness(database_url, {"g": graph_of(pays_if_told_so)}) as harness:
        await harness.say(thread, "five")
        another_way = Decision(kind=DecisionKind.RESPOND, value="not before Friday", verbatim=True)
        decided = await harness.decide_row(await harness.the_card(thread), another_way)
        assert decided.answer == "not before Friday"

    async with open_harness(database_url, {"g": graph_of(pays_if_true)}) as harness:
        await harness.run_thread(thread.id)
        assert harness.slack.texts(OutgoingKind.RESULT) == []
        assert (await harness.the_card(thread)).id != decided.id
        assert (await harness.ledger(thread))[-2:] == ["withdrawn", "opened"]


async def test_what_was_typed_for_code_that_could_be_read_goes_to_none_that_cannot(database_url: str) -> None:
    thread = a_thread()
    async with open_harness(database_url, {"g": graph_of(pays_if_told_so)}) as harness:
        await harness.say(thread, "five")
        another_way = Decision(kind=DecisionKind.RESPOND, value="not before Friday", verbatim=True)
        decided = await harness.decide_row(await harness.the_card(thread), another_way)

    source = "lambda state: {'outcome': 'paid' if interrupt({'question': 'Pay?', 'amount': 5}) else 'kept'}"
    unread = eval(source, {"interrupt": interrupt})
    async with open_harness(database_url, {"g": graph_of(unread)}) as harness:
        await harness.run_thread(thread.id)
        assert harness.slack.texts(OutgoingKind.RESULT) == []
        assert (await harness.the_card(thread)).id != decided.id
