"""A decision that changes what will be done is held against the rules with what it makes of the request."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.flow.policy.edits.decided_arguments import decided_arguments
from countersign.flow.thread import ThreadRef
from countersign.interrupts import parse
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.amount_graphs import asking_for_an_amount, ordering_under_another_name
from tests.flow.graphs.state_graphs import ordering
from tests.support.harness import Harness, a_thread, open_harness

YES, NO, EDIT, ANSWER = (
    DecisionKind.APPROVE,
    DecisionKind.REJECT,
    DecisionKind.EDIT,
    DecisionKind.RESPOND,
)
RULES = """
[[rule]]
name = "large"
when = "args.{argument} > 1000"
approvers = [{{group = "@finance"}}, {{group = "@leads"}}]
state_changes = true

[[rule]]
name = "small"
approvers = [{{group = "@finance"}}]
state_changes = true
"""


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    graphs = {
        "order": ordering(),
        "total": ordering_under_another_name(),
        "answer": asking_for_an_amount(),
    }
    async with open_harness(database_url, graphs) as opened:
        opened.directory.groups = {"@finance": {"UBOB"}, "@leads": {"ULEA"}}
        yield opened


async def asked(harness: Harness, graph: str, argument: str = "amount") -> Approval:
    harness.policy.policy = a_policy(RULES.format(argument=argument))
    thread = a_thread()
    await harness.say(thread, f"{graph}: lamps")
    card = await harness.the_card(thread)
    assert card.rule(0).name == "small"
    return card


TOO_MUCH: dict[str, tuple[str, str, Decision]] = {
    "a change of the state": ("order", "amount", Decision(kind=YES, state={"amount": 7000})),
    "a change that comes with a no": ("order", "amount", Decision(kind=NO, state={"amount": 7000})),
    "a field that is asked about under another name": (
        "total",
        "total",
        Decision(kind=YES, state={"amount": 7000}),
    ),
    "an answer with an amount": ("answer", "amount", Decision(kind=ANSWER, value={"amount": 7000})),
    "an edit of an answer": ("answer", "amount", Decision(kind=EDIT, value={"amount": 7000})),
    "any json": ("order", "amount", Decision(kind=ANSWER, value={"amount": 7000}, verbatim=True)),
}


@pytest.mark.parametrize(("graph", "argument", "decision"), TOO_MUCH.values(), ids=TOO_MUCH.keys())
async def test_no_decision_carries_a_request_past_what_its_rule_is_for(
    harness: Harness, graph: str, argument: str, decision: Decision
) -> None:
    """Bob of finance decides small orders alone; large ones take a lead too."""
    card = await asked(harness, graph, argument)
    with pytest.raises(MayNotDecide, match="With these values the rule “large” applies"):
        await harness.decide_row(card, decision)
    review = await harness.threads.approval(card.id)
    assert review is not None
    assert review.approval.status is Status.PENDING
    assert review.approval.votes_on(0).votes == ()
    assert await harness.ledger(ThreadRef.parse(card.thread_id)) == ["opened", "refused"]


@pytest.mark.parametrize(
    ("graph", "decision"),
    [
        ("order", Decision(kind=YES, state={"amount": 70})),
        ("order", Decision(kind=YES, state={"colour": "blue"})),
        ("answer", Decision(kind=ANSWER, value={"amount": 70})),
        ("answer", Decision(kind=EDIT, value={"amount": 70})),
    ],
)
async def test_what_stays_within_the_rule_decides(harness: Harness, graph: str, decision: Decision) -> None:
    card = await asked(harness, graph)
    assert (await harness.decide_row(card, decision)).status is Status.DECIDED


def changing(**state: Json) -> Decision:
    return Decision(kind=YES, state=state)


OSLO: dict[str, Json] = {"place": {"city": "Oslo"}}
ROME: dict[str, Json] = {"place": {"city": "Rome"}}
ARGUMENTS: list[tuple[dict[str, Json], Decision, dict[str, Json], dict[str, Json]]] = [
    # names, at any depth
    ({"order": {"amount": 5}}, changing(amount=7), {}, {"order": {"amount": 7}}),
    ({"items": [{"amount": 5}]}, changing(amount=7), {}, {"items": [{"amount": 7}]}),
    # another name, with the value that it had: not where there is one of its own, and not a truth
    ({"total": 5.0}, changing(amount=7), {"amount": 5}, {"total": 7}),
    ({"amount": 6, "n": 5}, changing(amount=7), {"amount": 5}, {"amount": 7, "n": 5}),
    ({"express": True}, changing(paid=False), {"paid": True}, {"express": True}),
    ({"n": 5}, changing(amount=7), {}, {"n": 5}),
    # in other words: the argument stays what a rule's condition compares
    ({"total": "5 EUR"}, changing(amount=7), {"amount": 5}, {"total": 7}),
    ({"total": 5}, changing(amount="7 EUR"), {"amount": "5 EUR"}, {"total": 7.0}),
    ({"total": "15 EUR"}, changing(amount=7), {"amount": 5}, {"total": "15 EUR"}),
    ({"total": "5 EUR"}, changing(amount="7 EUR"), {"amount": 5}, {"total": "7 EUR"}),
    ({"total": 5}, changing(amount="a lot"), {"amount": 5}, {"total": "a lot"}),
    # a field inside of another counts with its value alone
    ({"to": {"city": "Rome"}}, changing(**OSLO), ROME, {"to": {"city": "Oslo"}}),
    ({"city": "Bonn"}, changing(**OSLO), ROME, {"city": "Bonn"}),
    # a field that had fields and has none any more, or the other way round
    ({"place": ROME["place"]}, changing(place="Oslo"), ROME, {"place": "Oslo"}),
    ({"place": "Rome"}, changing(**OSLO), {"place": "Rome"}, OSLO),
    # what was not changed, and what was beside it
    ({"amount": 5}, changing(colour="red", amount=7), {"colour": "red", "amount": 5}, {"amount": 7}),
    ({"amount": 6}, changing(amount=5), {"amount": 5.0}, {"amount": 6}),
    # an answer's fields
    ({"amount": 5}, Decision(kind=ANSWER, value={"amount": 7, "why": "w"}), {}, {"amount": 7}),
]


@pytest.mark.parametrize(("payload", "decision", "before", "found"), ARGUMENTS)
def test_what_it_makes_of_the_arguments(
    payload: dict[str, Json], decision: Decision, before: dict[str, Json], found: dict[str, Json]
) -> None:
    row = parse({"title": "t", **payload}, None).rows[0]
    assert decided_arguments(row, row.args, decision, before) == {"title": "t", **found}


def test_an_edit_of_the_one_text_of_a_payload_leaves_what_else_it_says() -> None:
    row = parse({"instruction": "Review this", "draft": "Dear Ann"}).rows[0]
    edited = decided_arguments(row, row.args, Decision(kind=EDIT, value="Dear Bob"), {})
    assert edited == {"instruction": "Review this", "draft": "Dear Bob"}


def test_an_edit_by_a_schema_leaves_the_payloads_other_fields_and_takes_away_its_own() -> None:
    payload: Json = {"question": "Pay?", "to": "Ann", "amount": 5, "note": "n"}
    fields: dict[str, Any] = {"amount": {"type": "integer"}, "note": {"type": "string"}}
    row = parse(payload, {"type": "object", "properties": fields, "required": ["amount"]}).rows[0]
    edited = decided_arguments(row, row.args, Decision(kind=EDIT, value={"amount": 7}), {})
    assert edited == {"question": "Pay?", "to": "Ann", "amount": 7}
