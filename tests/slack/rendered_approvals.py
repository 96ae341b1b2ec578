"""Approvals as their cards and views are rendered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.person import Person, Standing
from countersign.approvals.votes.vote import Vote
from countersign.flow.review import Review
from countersign.interrupts import digest, parse
from countersign.slack.block_kit.builders import Block, RenderedMessage
from countersign.slack.cards import details_view as details
from countersign.slack.cards import open_card
from countersign.slack.cards.values.references import CardReference, ModalReference
from tests.approvals.policy.policies import a_rule

BOB = Person(id="U0BOB00001", name="Bob <!here>", standing=Standing.MEMBER)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def render_card(approval: Approval) -> RenderedMessage:
    return open_card.render_card(Review(approval))


def render_fallback_card(approval: Approval) -> RenderedMessage:
    return open_card.render_fallback_card(Review(approval))


def details_view(approval: Approval, ref: ModalReference) -> Block:
    return details.details_view(Review(approval), ref)


def approval_of(value: Json, schema: Json = None) -> Approval:
    return open_approval(
        thread_id="T0LOCAL001/C0GENERAL0/1.000001",
        interrupt_id="i1",
        digest=digest(value, schema),
        value=value,
        schema=schema,
        rows=len(parse(value, schema).rows),
        at=NOW,
    )


def vote(kind: DecisionKind, **more: Any) -> Vote:
    return Vote(decision=Decision(kind=kind, **more), by=BOB, at=NOW)


def voted(approval: Approval, kind: DecisionKind, **more: Any) -> Approval:
    return approval.with_votes(dict.fromkeys(range(len(approval.votes)), vote(kind, **more)))


def everything(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from everything(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from everything(inner)
    elif isinstance(value, str):
        yield value


def buttons(blocks: list[dict[str, Any]]) -> list[str]:
    return [e["action_id"] for b in blocks if b["type"] == "actions" for e in b["elements"]]


def modal_of(approval: Approval, page: int = 0) -> ModalReference:
    ref = CardReference(approval_id=approval.id, row=0, digest=approval.digest)
    return ModalReference(card=ref, channel="C0GENERAL0", message_ts="1.000002", page=page)


def literal(value: object) -> str:
    """All the texts as people read them."""
    return unescape("\n".join(everything(value)))


def under_a_rule(value: Json, requester: str | None = BOB.id, name: str = "r") -> Approval:
    approval = approval_of(value)
    rules = (replace(a_rule('decisions = ["approve"]'), name=name),) * len(approval.votes)
    return replace(approval, requester=requester, rules=rules)
