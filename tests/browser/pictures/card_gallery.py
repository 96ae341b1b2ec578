"""Every kind of card as a value: what the pictures of cards show, and what is asserted about their layout."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.assignment.claim import Claim
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.clock.timers import Fired, TimerKind
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.missing_approvals import MissingApprovals
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.recorded_reasons import LAPSED, NO_LONGER_ASKED, QUESTION_CHANGED
from countersign.approvals.votes.vote import Vote
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.notices.direct_messages import NoticeReason
from countersign.flow.review import Review
from countersign.interrupts import digest, parse
from countersign.slack.block_kit.builders import RenderedMessage
from countersign.slack.cards.approval_messages import render_approval_message
from countersign.slack.cards.open_card import render_card, render_fallback_card
from tests.approvals.policy.policies import a_rule

ALICE = Person(id="U0ALICE001", name="Alice Arden", standing=Standing.MEMBER)
BOB = Person(id="U0BOB00001", name="Bob Berger", standing=Standing.MEMBER)
CAROL = Person(id="U0CAROL001", name="Carol Cruz", standing=Standing.MEMBER)
NOW = datetime(2026, 11, 26, 14, 2, tzinfo=UTC)
ROOT = "T0LOCAL001/C0GENERAL0/1.000001"
LETTER = "Dear Ms Meier,\n\nyour refund of 129.90 EUR is on its way.\nYou have it by Friday.\n\nYours, Ann"

POST: Json = {
    "type": "tool_approval",
    "tool_call_id": "call_f655f0d2b60d3d270284fa3a",
    "name": "post_message",
    "args": {"channel": "#ops", "text": "Deploy at noon, 5 minutes of downtime"},
    "description": "Post this message in the bot's name. Everyone in the channel will see it.",
}
REFUND: Json = {
    "type": "tool_approval",
    "tool_call_id": "call_1",
    "name": "refund",
    "args": {
        "customer": "Mara Meier, no. 2041",
        "amount": 129.9,
        "currency": "EUR",
        "urgent": True,
        "due": "2026-12-04",
        "reason": "Arrived broken, twice.",
    },
}
OWN: Json = {
    "title": "Delete the staging database?",
    "summary": "Nobody has used it since June.",
    "risk": "high",
    "why": "The ticket OPS-113 asks for it, and the backup of last night is complete.",
    "details": {
        "database": "staging_eu",
        "size": "48 GB",
        "owners": ["alice", "bob"],
        "last_backup": "2026-11-26T02:00:00Z",
        "replicas": [{"zone": "a", "lag": 0}, {"zone": "b", "lag": 2}],
    },
}
LONG: Json = {
    "type": "tool_approval",
    "name": "send_email",
    "args": {
        "to": ["mara@example.com", "office@example.com"],
        "subject": "Your refund",
        "body": LETTER,
        "headers": {"reply_to": "help@example.com", "priority": None},
    },
}
CODE: Json = {
    "type": "tool_approval",
    "name": "runQuery",
    "args": {
        "sql": "DELETE FROM orders\n  WHERE placed < '2020-01-01'\n    AND status = 'test';",
        "dry_run": False,
    },
    "description": "Runs on the production database.",
}
BATCH: Json = {
    "action_requests": [
        {"name": "post_message", "args": {"channel": "#ops", "text": "Release 2.4 is out"}},
        {"name": "post_message", "args": {"channel": "#general", "text": "Cake at 4"}},
        {"name": "invite_to_channel", "args": {"channel": "#approvals", "people": ["carol"]}},
        {"name": "refund", "args": {"customer": "Mara Meier", "amount": 129.9}},
    ],
    "review_configs": [],
}
STATE: Json = {
    "countersign_breakpoint": [
        {
            "before": ["send_report"],
            "after": ["write_report"],
            "state": {"report": "All is well.", "pages": 3, "approved_by": None},
            "schema": {"type": "object", "properties": {"report": {"type": "string"}}},
        }
    ]
}
TWO_SEATS = a_rule(
    'approvers = [{group = "@finance"}, {group = "@security"}]\nrequester_may_decide = false\n'
    'expire_after = "2h"\nundo = 60'
)

LARGE = replace(TWO_SEATS, name="large refunds")


@dataclass(frozen=True)
class Shown:
    """One card of the gallery. `ordinary`: on a phone its buttons are in view with its title."""

    name: str
    message: RenderedMessage
    ordinary: bool = False


def asked(value: Json, schema: Json = None, *, rules: tuple[Rule, ...] = (), **more: Any) -> Approval:
    rows = len(parse(value, schema).rows)
    approval = open_approval(
        thread_id=ROOT,
        interrupt_id="i1",
        digest=digest(value, schema),
        value=value,
        schema=schema,
        rows=rows,
        at=NOW,
        requester=CAROL.id,
        rules=rules * rows if len(rules) == 1 else rules,
    )
    return replace(approval, graph="refunds", **more)


def vote(kind: DecisionKind, by: Person = BOB, **more: Any) -> Vote:
    flags = {name: more.pop(name) for name in ("expired", "cancelled", "broke_glass") if name in more}
    return Vote(decision=Decision(kind=kind, **more), by=by, at=NOW + timedelta(minutes=3), **flags)


def decided(payload: Json, kind: DecisionKind, **more: Any) -> Approval:
    approval = asked(payload)
    return approval.with_votes(dict.fromkeys(range(len(approval.votes)), vote(kind, **more)))


def every_card() -> Iterator[Shown]:
    yield from _open()
    yield from _governed()
    yield from _closed()
    yield from _beside()


def a_card(name: str, approval: Approval, *, ordinary: bool = False) -> Shown:
    return Shown(name, render_card(Review(approval)), ordinary)


def _open() -> Iterator[Shown]:
    yield a_card("tool", asked(POST), ordinary=True)
    yield a_card("refund", asked(REFUND), ordinary=True)
    yield a_card("own-shape", asked(OWN))
    yield a_card("long-text", asked(LONG))
    yield a_card("code", asked(CODE), ordinary=True)
    yield a_card("batch", asked(BATCH))
    yield a_card("approve-or-reject", asked({"question": "Pay this refund?", "amount": 129.9}), ordinary=True)
    yield a_card("options", asked({"question": "Which city?", "options": ["Berlin", "Paris", "Rome"]}))
    yield a_card(
        "many-options", asked({"question": "Which day?", "options": [f"May {n}" for n in range(1, 32)]})
    )
    yield a_card("question", asked("Which environment is meant?"))
    yield a_card("assistance", asked({"query": "Which environment is meant?"}))
    yield a_card("draft", asked({"task": "Correct this letter.", "draft": LETTER}))
    yield a_card("revise", asked({"text_to_revise": LETTER}))
    yield a_card("json", asked({"a": [1, 2, {"b": None}], "c": "x"}))
    schema: Json = {
        "type": "object",
        "properties": {"score": {"type": "integer"}, "remark": {"type": "string"}},
        "required": ["score"],
    }
    yield a_card("form", asked({"question": "How good is Ada?", "experience": "3 years"}, schema))
    yield a_card("breakpoint", asked(STATE))
    asked_again = replace(asked(REFUND), status_reason="amount has to be at most 100")
    yield a_card("asked-again", asked_again)
    args: Json = {"body": ("word " * 5000).strip(), "to": "x"}
    yield a_card("too-long", asked({"type": "tool_approval", "name": "send_email", "args": args}))
    yield Shown("refused-by-slack", render_fallback_card(Review(asked(REFUND))))


def _governed() -> Iterator[Shown]:
    summary = a_rule('summary = "Refund {amount} {currency} to {customer}"')
    yield a_card("summary", asked(REFUND, rules=(replace(summary, name="small refunds"),)), ordinary=True)
    yield a_card("two-seats", asked(REFUND, rules=(LARGE,)), ordinary=True)
    still = (MissingApprovals(count=1, any_of=(Source(kind=SourceKind.GROUP, names=("@security",)),)),)
    one_of_two = RowVotes(votes=(vote(DecisionKind.APPROVE),), needed=still)
    yield a_card("one-of-two", asked(REFUND, rules=(LARGE,), row_votes=(one_of_two,)))
    edited = vote(DecisionKind.EDIT, value={**_args(REFUND), "amount": 99.9})
    both = (MissingApprovals(count=1, any_of=(Source(kind=SourceKind.GROUP, names=("@finance",)),)), *still)
    proposed = RowVotes(votes=(edited,), proposal=edited, needed=both)
    yield a_card("edit-proposed", asked(REFUND, rules=(LARGE,), row_votes=(proposed,)))
    yield a_card("escalated", _escalated(one_of_two))
    gone = RowVotes(votes=(vote(DecisionKind.APPROVE),), needed=still, uncounted=frozenset({BOB.id}))
    yield a_card("vote-that-no-longer-counts", asked(REFUND, rules=(LARGE,), row_votes=(gone,)))
    yield a_card("claimed", asked(REFUND, rules=(LARGE,), claim=Claim(by=BOB, at=NOW)))
    hidden = replace(a_rule('redact = ["/customer", "/reason"]'), name="personal data")
    yield a_card("redacted", asked(REFUND, rules=(hidden,)))
    careful = replace(a_rule('confirm = "Really pay this?"\ndecisions = ["approve", "reject"]'), name="pay")
    yield a_card("confirm", asked(REFUND, rules=(careful,)))
    yield a_card("lapsed", asked(REFUND, rules=(LARGE,), status_reason=LAPSED))
    partly = asked(BATCH).with_votes(
        {0: vote(DecisionKind.APPROVE), 1: vote(DecisionKind.REJECT, message="No cake today.")}
    )
    yield a_card("batch-partly-decided", partly)


def _closed() -> Iterator[Shown]:
    yield a_card("approved", decided(POST, DecisionKind.APPROVE).resumed())
    yield a_card("rejected", decided(REFUND, DecisionKind.REJECT, message="Not without a photo."))
    yield a_card("edited", decided(LONG, DecisionKind.EDIT, value=_edited()))
    yield a_card(
        "answered", decided({"query": "Which environment?"}, DecisionKind.RESPOND, message="Staging.")
    )
    yield a_card("batch-decided", decided(BATCH, DecisionKind.APPROVE))
    undoable = asked(REFUND, rules=(LARGE,)).with_votes({0: vote(DecisionKind.APPROVE)})
    yield a_card("undo", undoable.undoable(NOW + timedelta(minutes=4)))
    yield a_card("edit-agreed-to", _agreed())
    yield a_card("break-glass", _alone())
    too_few = RowVotes(votes=(vote(DecisionKind.APPROVE, ALICE, message="Seen the photo."),))
    nobody = Person(id="", name="the rule “large refunds”", standing=Standing.MEMBER)
    expired = vote(DecisionKind.REJECT, nobody, expired=True)
    yield a_card("expired", asked(REFUND, rules=(LARGE,)).with_votes({0: expired}))
    half_full = asked(REFUND, rules=(LARGE,), row_votes=(too_few,))
    yield a_card("expired-half-full", half_full.timed_out((0,), {0: expired}, "Not enough votes."))
    cancelled = vote(DecisionKind.REJECT, CAROL, message="Cancelled by the requester.", cancelled=True)
    yield a_card("cancelled", asked(REFUND, rules=(LARGE,)).with_votes({0: cancelled}))
    yield a_card("withdrawn", asked(REFUND).withdrawn(NO_LONGER_ASKED))
    unused = decided(REFUND, DecisionKind.APPROVE).withdrawn(QUESTION_CHANGED)
    yield a_card("not-used", unused)


def _escalated(votes: RowVotes) -> Approval:
    rule = a_rule(
        'approvers = [{group = "@finance"}, {group = "@security"}]\nexpire_after = "4h"\n'
        'escalate_after = "1h"\nescalate_to = {group = "@duty"}'
    )
    return asked(
        REFUND,
        rules=(replace(rule, name="large refunds"),),
        row_votes=(votes,),
        fired=frozenset({Fired(row=0, kind=TimerKind.ESCALATE)}),
    )


def _agreed() -> Approval:
    edit = vote(
        DecisionKind.EDIT, value={**_args(REFUND), "amount": 99.9}, message="The rest was paid in May."
    )
    against = vote(DecisionKind.REJECT, CAROL, message="The customer was promised all of it.")
    agrees = vote(DecisionKind.APPROVE, ALICE, message="Checked the ledger.")
    cast = RowVotes(votes=(edit, against, agrees), proposal=edit)
    decided_as = replace(agrees, decision=edit.decision)
    return asked(REFUND, rules=(LARGE,)).with_row_votes({0: cast}, {0: decided_as})


def _alone() -> Approval:
    glass = vote(DecisionKind.APPROVE, ALICE, message="Production is down.", broke_glass=True)
    return asked(REFUND, rules=(LARGE,)).with_votes({0: glass})


def _beside() -> Iterator[Shown]:
    link = "https://local.slack.test/archives/C0OPS00000/p1"
    elsewhere = Review(asked(REFUND, rules=(LARGE,), posted_to="C0OPS00000"))
    done = Review(decided(REFUND, DecisionKind.APPROVE))
    glass = Review(decided(REFUND, DecisionKind.APPROVE, broke_glass=True, message="Production is down."))
    for why in NoticeReason:
        body = {"why": why.value, "by": BOB.id, "note": "You know this customer."}
        about = glass if why in (NoticeReason.BROKE_GLASS, NoticeReason.REVIEW_DUE) else elsewhere
        yield Shown(f"direct-{why}", render_approval_message(OutgoingKind.DIRECT, body, about, link))
    yield Shown("direct-decided", render_approval_message(OutgoingKind.DIRECT, {}, done, link))
    yield Shown("pointer", render_approval_message(OutgoingKind.POINTER, {}, elsewhere, link))
    yield Shown("pointer-decided", render_approval_message(OutgoingKind.POINTER, {}, done, link))


def _args(value: Json) -> dict[str, Json]:
    args = value["args"] if isinstance(value, dict) else {}
    assert isinstance(args, Mapping)
    return dict(args)


def _edited() -> Json:
    args = _args(LONG)
    return {**args, "subject": "Your refund is here", "body": LETTER.replace("Friday", "Monday, 30 November")}
