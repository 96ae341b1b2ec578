"""What a rule's `summary` shows and its `redact` hides, on every card, form and message."""

import re
from pathlib import Path

from countersign.approvals.json import Json
from countersign.approvals.policy.rule import Rule
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.policy.redaction.redacted_request import shown_request
from countersign.flow.review import Review
from countersign.interrupts import parse
from countersign.slack import cards
from countersign.slack.cards.details_view import details_view
from countersign.slack.cards.open_card import render_card
from countersign.slack.cards.values.references import CardReference, ModalReference
from countersign.slack.forms.modal import form_view
from countersign.slack.listeners.forms.form_opening import form_modal
from tests.flow.policy.placement.conftest import EDIT, NAMED, SECRET, approve
from tests.support.harness import CHANNEL, Harness
from tests.support.under_policy import card_under, last_agent_message, notes, stored

# --- summary and redact


async def test_a_summary_is_the_title_and_stands_back_where_an_argument_is_missing(harness: Harness) -> None:
    _, card = await card_under(
        harness, NAMED + 'summary = "Pay {amount} <!channel> to {to.name}"\n', "call: go"
    )
    shown = render_card(Review(card))
    assert shown.blocks[0]["title"]["text"] == "Pay 3 &lt;!channel&gt; to Ann"
    _, card = await card_under(harness, NAMED + 'summary = "Pay {nothing}"\n', "call: go")
    assert render_card(Review(card)).blocks[0]["title"]["text"] == Review(card).shown.title
    _, card = await card_under(harness, NAMED + 'summary = "Refund {amount} to {to}"\n', "two: go")
    blocks = str(render_card(Review(card)).blocks)
    assert "Refund 50 to Ann" in blocks
    assert "Refund 5000 to Ann" in blocks


REDACTS = NAMED + 'redact = ["/iban", "/to/pin"]\nsummary = "Pay {amount} to {iban}"\nquorum = 2\n'


async def test_what_is_redacted_is_on_no_card_form_message_or_ledger_and_reaches_the_graph(
    harness: Harness,
) -> None:
    thread, card = await card_under(harness, REDACTS, "call: go")
    review = Review(card)
    assert render_card(review).text.startswith("Approval needed: Pay 3 to Redacted. ")
    reference = CardReference(approval_id=card.id, row=0, digest=card.shown_digest)
    modal = ModalReference(card=reference, channel=CHANNEL, message_ts="1.0")
    edit = review.request.rows[0].forms[EDIT]
    form = form_view(edit, form_modal(review, "approval:edit", modal))
    shown = [render_card(review).blocks, details_view(review, modal), form, review.shown.title]

    edited = review.request.rows[0].decide(EDIT, {"/amount": "2"})
    request = DecisionRequest(
        approval_id=card.id, digest=card.shown_digest, channel=CHANNEL, decisions={0: edited}, via="form"
    )
    half = await harness.decide(request, await harness.slack.person("UBOB"))
    shown += [render_card(half).blocks, details_view(half, modal)]
    await approve(harness, half.approval, CHANNEL, "UCAROL")
    await harness.run_thread(thread.id)
    shown += [render_card(Review(await stored(harness, card))).blocks, notes(harness)]
    ledger = await harness.rows("SELECT detail FROM countersign.ledger WHERE thread_id = %s", thread.id)
    for text in map(str, [*shown, *ledger]):
        assert SECRET not in text
        assert "'pin': 17" not in text
        assert '"pin": 17' not in text
    assert "Redacted" in str(shown[0])
    assert "Redacted" in str(ledger)
    assert SECRET in last_agent_message(harness)
    assert '"pin": 17' in last_agent_message(harness)
    assert '"amount": 2' in last_agent_message(harness)


def test_a_summary_does_not_quote_what_is_redacted_of_another_argument() -> None:
    args: dict[str, Json] = {"iban": SECRET, "note": f"rent to {SECRET}"}
    request = parse({"type": "tool_approval", "name": "pay", "args": args})
    rule = Rule(name="rents", summary="Pay: {note}", redact=("/iban",))
    assert shown_request(request, (rule,)).title == "Pay: rent to Redacted"


async def test_the_digest_is_that_of_the_whole_payload(harness: Harness) -> None:
    _, plain = await card_under(harness, NAMED, "call: go")
    _, redacted = await card_under(harness, REDACTS, "call: go")
    assert plain.digest == redacted.digest


async def test_arguments_that_are_one_field_cannot_be_edited_where_a_part_is_hidden(harness: Harness) -> None:
    _, card = await card_under(harness, NAMED + 'redact = ["/"]\n', "call: go")
    review = Review(card)
    assert EDIT not in review.request.rows[0].allowed
    assert SECRET not in str(render_card(review).blocks)


def test_cards_are_drawn_from_what_is_shown_alone() -> None:
    """A card that is drawn from the request itself would show what its rule redacts."""
    for file in Path(cards.__file__).parent.glob("*.py"):
        assert not re.search(r"\.request\b", file.read_text()), file
