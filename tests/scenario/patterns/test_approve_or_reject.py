"""`approve_or_reject`: started by a form, routed by the answer."""

from typing import Any

import pytest

from countersign.testing.cards import approval_cards
from slack_local.block_kit.text import full_text
from slack_local.people.threads import Thread
from tests.support.stage import Stage

REFUND = {
    "/customer": "Mallory & Sons",
    "/amount": "12.5",
    "/currency": "EUR",
    "/goodwill": "true",
    "/reason": "Late <!channel> again",
}


async def started(stage: Stage, values: dict[str, Any] = REFUND) -> Thread:
    thread = await stage.ws.carol.mentions("approve_or_reject: please")
    button = await thread.card()
    await button.click("start:open", stage.ws.carol)
    form = await stage.ws.carol.modal_opens(title="Start")
    submission = await stage.ws.carol.submits(form, values)
    assert submission.outcome == "closed", submission
    return thread


async def test_a_yes_pays(stage: Stage) -> None:
    thread = await started(stage)
    card = await thread.wait_until(
        lambda: next((c for c in approval_cards(thread) if "approval:approve" in c.actions), None),
        what="the card",
    )
    assert "Pay this refund?" in card.text
    assert "Mallory &amp; Sons" in card.text
    assert "&lt;!channel&gt;" in card.text
    assert "<!channel>" not in card.text
    assert {*card.actions} == {"approval:approve", "approval:reject", "approval:other"}

    await card.approve(by=stage.ws.bob)

    told = await thread.wait_for("Released: 12.50 EUR")
    assert "Mallory &amp; Sons" in full_text(told)


async def test_a_no_skips_it(stage: Stage) -> None:
    thread = await started(stage)
    card = await thread.wait_until(
        lambda: next((c for c in approval_cards(thread) if "approval:reject" in c.actions), None),
        what="the card",
    )

    await card.reject(by=stage.ws.alice, reason="We owe them nothing")

    await thread.wait_for("Declined: nothing is paid")
    assert "We owe them nothing" in full_text(card.message)


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        *(
            ({"/amount": amount}, "/amount")
            for amount in ("-5", "0", "-0.0", "NaN", "Infinity", "lots", None)
        ),
        ({"/customer": None}, "/customer"),
    ],
)
async def test_the_form_says_at_the_field_what_is_wrong(stage: Stage, wrong: dict[str, Any], at: str) -> None:
    thread = await stage.ws.carol.mentions("approve_or_reject: please")
    await (await thread.card()).click("start:open", stage.ws.carol)
    form = await stage.ws.carol.modal_opens(title="Start")

    refused = await stage.ws.carol.submits(form, {**REFUND, **wrong})

    assert refused.outcome in {"errors", "incomplete"}
    assert set(refused.errors) == {at}
    assert stage.ws.carol.modal is form
    assert form.values["/reason"]["value"]["value"] == REFUND["/reason"]
    again = await stage.ws.carol.submits(form, {at: REFUND[at]})
    assert again.outcome == "closed"
    await thread.wait_for("Pay this refund?")
