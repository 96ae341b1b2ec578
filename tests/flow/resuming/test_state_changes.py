"""An answer that changes the graph's state with it: where a rule allows it, once, and only what was shown."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.flow.graph_state import StateChange
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.interrupts import FormValidationError, InvalidDecision, answer_and_change
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.state_graphs import ordering, side_by_side
from tests.support.harness import Harness, a_thread, open_harness
from tests.support.under_policy import stored

ALLOWED = '[[rule]]\nname = "state"\nstate_changes = true\n'


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    async with open_harness(database_url, {"order": ordering(), "both": side_by_side()}) as opened:
        opened.policy.policy = a_policy(ALLOWED)
        yield opened


async def begun(harness: Harness, graph: str = "order") -> tuple[ThreadRef, Approval]:
    thread = a_thread()
    await harness.say(thread, f"{graph}: a lamp")
    return thread, (await harness.pending(thread))[0]


async def decide(
    harness: Harness, approval: Approval, decision: Decision, *, user: str = "UBOB", run: bool = True
) -> Approval:
    after = await harness.decide_row(approval, decision, user=user)
    if run:
        await harness.run_thread(approval.thread_id)
    return after


def filled(approval: Approval, **raw: str) -> Decision:
    row = Review(approval).request.rows[0]
    return answer_and_change(row, {f"/{name.replace('__', '/')}": value for name, value in raw.items()})


def results(harness: Harness) -> list[Any]:
    bodies: list[Any] = [row.body for row in harness.slack.of(OutgoingKind.RESULT)]
    return [body["values"] for body in bodies]


async def test_without_a_rule_that_allows_it_nobody_can_and_nothing_is_stored(harness: Harness) -> None:
    harness.policy.policy = a_policy('[[rule]]\nname = "other"\ngraph = "both"\nstate_changes = true\n')
    _, card = await begun(harness)
    assert Review(card).request.rows[0].update is None
    assert card.state is None

    with pytest.raises(InvalidDecision):
        await decide(harness, card, Decision(kind=DecisionKind.APPROVE, state={"amount": 9}))


async def test_the_form_has_the_fields_of_the_state_that_people_may_change(harness: Harness) -> None:
    _, card = await begun(harness)
    form = Review(card).request.rows[0].update
    assert form is not None
    assert [field.pointer for field in form.fields] == [
        "/as",
        "/",
        "/state/text",
        "/state/amount",
        "/state/colour",
        "/state/place/city",
        "/state/place/zip",
        "/state/log",
        "/state/secret",
    ]
    choices = [option.key for option in form.fields[0].options]
    assert choices == ["approve", "reject", "text", "number", "yes_no", "json"]


async def test_the_graph_gets_the_answer_and_the_state_as_it_was_changed(harness: Harness) -> None:
    thread, card = await begun(harness)

    changed = {"state__amount": "7", "state__colour": "blue", "state__place__city": "Oslo"}
    made = filled(card, **{"as": "approve"}, **changed)
    await decide(harness, card, made)

    (result,) = results(harness)
    assert result["log"] == ["prepared", "yes: 7 blue in Oslo"]
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
    (row,) = await harness.rows(
        "SELECT detail FROM countersign.ledger WHERE thread_id = %s AND event = 'decided'", thread.id
    )
    assert row["detail"]["rows"]["0"]["state"] == {
        "amount": {"before": 5, "after": 7},
        "colour": {"before": "red", "after": "blue"},
        "place": {"before": {"city": "Rome", "zip": ""}, "after": {"city": "Oslo", "zip": ""}},
    }


async def test_a_change_replaces_the_field_past_its_reducer(harness: Harness) -> None:
    _, card = await begun(harness)
    await decide(harness, card, filled(card, **{"as": "reject", "state__log": "one\ntwo"}))
    assert results(harness)[0]["log"] == ["one", "two", "no: 5 red in Rome"]


async def test_an_answer_of_any_kind_may_come_with_a_change(harness: Harness) -> None:
    _, card = await begun(harness)
    await decide(harness, card, filled(card, **{"as": "json", "": "[1]", "state__amount": "8"}))
    assert results(harness)[0]["log"][-1] == "yes: 8 red in Rome"


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ({"as": "approve", "state__amount": "many"}, "/state/amount"),
        ({"as": "approve", "state__colour": "green"}, "/state/colour"),
        ({"state__amount": "7"}, "/as"),
        ({"as": "number", "": "many"}, "/"),
        ({"as": "approve", "state__steps": "9"}, "/state/text"),  # there is no such field
    ],
)
async def test_what_does_not_fit_is_an_error_at_its_field(
    harness: Harness, raw: dict[str, str], place: str
) -> None:
    _, card = await begun(harness)
    with pytest.raises(FormValidationError) as refused:
        filled(card, **raw)
    assert set(refused.value.errors) == {place}


@pytest.mark.parametrize("state", [{"steps": 9}, {"hidden": "y"}, {"amount": "many"}, {"nothing": 1}])
async def test_a_decision_that_changes_what_may_not_be_changed_is_refused(
    harness: Harness, state: dict[str, Json]
) -> None:
    _, card = await begun(harness)
    with pytest.raises(InvalidDecision):
        await decide(harness, card, Decision(kind=DecisionKind.APPROVE, state=state))


async def test_a_change_survives_a_run_that_died_after_it_stored_it(harness: Harness) -> None:
    thread, card = await begun(harness)
    made = filled(card, **{"as": "approve", "state__amount": "7", "state__log": "one"})
    decided = await decide(harness, card, made, run=False)
    async with (
        harness.locks.hold(thread.id) as session,
        harness.graphs.bind("order", thread, session) as graph,
    ):
        await graph.read()
        # The update alone, as a process leaves it that dies before the node has asked again.
        graph._graph.interrupt_before_nodes = "*"
        await graph.resume(
            card.interrupt_id,
            decided.answer,
            StateChange(after=decided.state_changes, before=decided.state_before),
        )
    await harness.rows("UPDATE countersign.threads SET step_starts = 1 WHERE id = %s", thread.id)

    await harness.run_thread(thread.id)

    assert results(harness)[0]["log"] == ["one", "yes: 7 red in Rome"]
    assert (await stored(harness, card)).status is Status.RESUMED


async def test_a_state_that_changed_meanwhile_is_shown_again(harness: Harness) -> None:
    thread, _ = await begun(harness, "both")
    left, right = await harness.pending(thread)
    await decide(harness, left, filled(left, **{"as": "approve", "state__amount": "7"}))

    await decide(harness, right, filled(right, **{"as": "approve", "state__amount": "9"}))

    again = await stored(harness, right)
    assert again.status is Status.PENDING
    assert "amount" in str(again.status_reason)
    assert again.state_before["amount"] == 7
    await decide(harness, again, filled(again, **{"as": "approve"}))
    assert sorted(results(harness)[0]["log"]) == ["left yes 7", "prepared", "right yes 7"]


async def test_a_change_is_a_proposal_that_others_approve(harness: Harness) -> None:
    harness.policy.policy = a_policy(ALLOWED + "quorum = 2\nrequester_may_decide = false\n")
    _, card = await begun(harness)
    proposed = await decide(harness, card, filled(card, **{"as": "approve", "state__amount": "7"}))
    assert proposed.status is Status.PENDING
    assert proposed.digest_of(0) != card.digest

    again = await stored(harness, card)
    one = await decide(harness, again, Decision(kind=DecisionKind.APPROVE), user="UCAROL")
    assert one.status is Status.PENDING, "whoever changed it does not count"
    await decide(harness, await stored(harness, card), Decision(kind=DecisionKind.APPROVE), user="UDAVE")

    assert results(harness)[0]["log"][-1] == "yes: 7 red in Rome"
