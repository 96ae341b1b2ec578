"""A card, form or view of every kind, for Slack to validate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.person import Person, Standing
from countersign.approvals.votes.vote import Vote
from countersign.flow.review import Review
from countersign.interrupts import digest, parse
from countersign.slack.block_kit.builders import Block
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.details_view import details_view
from countersign.slack.cards.open_card import render_card, render_fallback_card
from countersign.slack.cards.values.references import CardReference, ModalReference
from countersign.slack.forms.modal import form_view
from countersign.slack.listeners.buttons.card_decision import decision_form
from countersign.slack.listeners.forms.form_opening import form_modal

_REFUND: Json = {
    "type": "tool_approval",
    "tool_call_id": "call_1",
    "name": "refund",
    "args": {
        "customer": "Mara Meier",
        "amount": 129.9,
        "urgent": True,
        "due": "2026-12-04",
        "items": ["a", "b"],
    },
    "description": "Pays the customer back.",
}
_PAYLOADS: Mapping[str, Json] = {
    "tool call": _REFUND,
    "batch": {
        "action_requests": [
            {"name": "post_message", "args": {"channel": "#ops", "text": "Release 2.4 is out"}},
            {"name": "refund", "args": {"customer": "Mara Meier", "amount": 129.9}},
        ],
        "review_configs": [],
    },
    "approve or reject": {"question": "Pay this refund?", "amount": 129.9},
    "options": {"question": "Which city?", "options": ["Berlin", "Paris", "Rome"]},
    "many options": {"question": "Which day?", "options": [f"May {day}" for day in range(1, 32)]},
    "question": "Which environment is meant?",
    "draft": {"task": "Correct this letter.", "draft": "Dear Ms Meier,\n\nyour refund is on its way."},
    "own shape": {
        "title": "Delete the staging database?",
        "summary": "Nobody has used it since June.",
        "risk": "high",
        "why": "The ticket OPS-113 asks for it.",
        "details": {"size": "48 GB", "replicas": [{"zone": "a", "lag": 0}, {"zone": "b", "lag": 2}]},
    },
    "any JSON": {"a": [1, 2, {"b": None}], "c": "x"},
}
_BOB = Person(id="U0BOB00001", name="Bob Berger", standing=Standing.MEMBER)
_AT = datetime(2026, 11, 26, 14, 2, tzinfo=UTC)
_MESSAGE = ("C0GENERAL0", "1700000000.000001")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """`blocks` of a message, or a `view`. Without `fallback` the bot has no other way to show it."""

    name: str
    blocks: list[Block] | None = None
    view: Block | None = None
    fallback: list[Block] | None = None


def sample_cards() -> Iterator[Sample]:
    for name, payload in _PAYLOADS.items():
        card = render_card(Review(_asked(payload)))
        yield Sample(name=f"card ({name})", blocks=card.blocks, fallback=card.fallback)
    refund = _asked(_REFUND)
    review = Review(refund)
    yield Sample(name="card without its parts", blocks=render_fallback_card(review).blocks)
    edited = Decision(kind=DecisionKind.EDIT, value={"customer": "Mara Meier", "amount": 99.9})
    for name, decision in (("approved", Decision(kind=DecisionKind.APPROVE)), ("edited", edited)):
        closed = render_card(Review(refund.with_votes({0: Vote(decision=decision, by=_BOB, at=_AT)})))
        yield Sample(name=f"record ({name})", blocks=closed.blocks, fallback=closed.fallback)
    card_ref = CardReference(approval_id=refund.id, row=0, digest=refund.digest_of(0))
    reference = ModalReference(card=card_ref, channel=_MESSAGE[0], message_ts=_MESSAGE[1])
    yield Sample(name="details", view=details_view(review, reference))
    for action_id in ("approval:edit", "approval:reject", card_actions.OTHER):
        form = decision_form(review.shown.rows[0], action_id, reason=False)
        if form is not None:
            modal = form_modal(review, action_id, reference)
            yield Sample(name=f"form ({modal.title})", view=form_view(form, modal))


def _asked(value: Json) -> Approval:
    return open_approval(
        thread_id=f"T0LOCAL001/{_MESSAGE[0]}/{_MESSAGE[1]}",
        interrupt_id="doctor",
        digest=digest(value, None),
        value=value,
        schema=None,
        rows=len(parse(value, None).rows),
        at=_AT,
        requester="U0CAROL001",
    )
