"""What the thread reads of the clock and of the outcome, word for word."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.recorded_reasons import not_decided_by
from countersign.approvals.votes.vote import Vote
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.notices.thread_notes import escalation, outcome_note, overdue, reminder
from countersign.flow.review import Review
from tests.approvals.policy.policies import a_rule, person, vote
from tests.approvals.test_record import an_approval

APPROVE, EDIT, REJECT, RESPOND = DecisionKind
RULE = a_rule("")
FINANCE = a_rule('approvers = [{group = "@finance"}, {group = "@security"}]')
CALL: Json = {"name": "pay", "args": {"amount": 1}}
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


def asked(*rules: Any, **changes: Any) -> Approval:
    value: Json = {"action_requests": [CALL] * (len(rules) or 1), "review_configs": []}
    return an_approval(*(rules or (RULE,)), **{"value": value, "requester": "UREQ", **changes})


def text_of(row: Outgoing | None) -> str:
    assert row is not None
    assert isinstance(row.body, dict)
    return str(row.body["text"])


def decided(*votes: Vote, rules: tuple[Any, ...] = (), **changes: Any) -> Review:
    approval = asked(*rules).with_votes(dict(enumerate(votes)))
    return Review(replace(approval, **changes))


def test_a_reminder_says_what_is_missing_of_its_rows() -> None:
    approval = asked(FINANCE, RULE, RULE)

    one, all_rows = (reminder(Review(approval), rows) for rows in ((0,), (0, 1, 2)))

    assert text_of(one).startswith("Reminder: “")
    assert text_of(one).endswith(
        "” waits for a decision. Still needed: one of @finance and one of @security."
    )
    assert text_of(all_rows).count(";") == 1, "what two rows need is said once"
    assert one.key == f"note:reminder:{approval.id}:1"


@pytest.mark.parametrize(
    ("posted_to", "card_ts", "place"),
    [(None, "5.0", ("C1", "1.0")), ("C9", None, ("C1", "1.0")), ("C9", "5.0", ("C9", "5.0"))],
)
def test_a_reminder_is_below_a_card_in_another_channel(
    posted_to: str | None, card_ts: str | None, place: tuple[str, str]
) -> None:
    row = reminder(Review(asked(posted_to=posted_to, card_ts=card_ts)), (0,))
    assert (row.channel, row.thread_ts) == place


def test_an_escalation_says_who_may_decide_by_now() -> None:
    rule = a_rule(
        'escalate_after = "2h"\nescalate_to = [{group = "@leads"}, {group = "@oncall"}, {group = "@leads"}]'
    )
    text = text_of(escalation(Review(asked(rule)), rule, (0,)))
    assert text.startswith(
        "Escalated: nobody has decided “Pay” within 2 hours, so @leads or @oncall may decide it too. "
    )


@pytest.mark.parametrize(
    ("on_expiry", "frozen", "why"),
    [
        ("keep", False, "It stays open."),
        ("keep", True, "It stays open."),
        ("reject", False, "It stays open, because this question can't be rejected."),
        ("approve", True, "It stays open: a freeze is on."),
    ],
)
def test_what_is_overdue_says_why_it_stays_open(on_expiry: str, frozen: bool, why: str) -> None:
    rule = a_rule(f'expire_after = "2h"\non_expiry = "{on_expiry}"')
    row = overdue(Review(asked(rule)), rule, not_decided_by(AT, voted=False), frozen=frozen)
    assert text_of(row) == f"Overdue: “Pay”. Nobody answered by 2026-11-26 12:00 UTC. {why}"


def test_the_requester_reads_who_decided_and_why() -> None:
    row = outcome_note(decided(vote("UBOB", REJECT, message="Too\n  much.")))

    assert text_of(row) == "Rejected by Bob: “Pay”. Reason: Too much."
    assert row is not None
    assert isinstance(row.body, dict)
    assert row.body["mentions"] == ["UREQ"]


def test_each_of_several_votes_is_named_once() -> None:
    votes = [vote("UBOB"), vote("UBOB"), vote("UCAROL", REJECT)]
    text = text_of(outcome_note(decided(*votes, rules=(RULE, RULE, RULE))))
    assert text.endswith("”. Approved by Bob. Rejected by Carol.")


@pytest.mark.parametrize(
    ("kind", "named"), [(APPROVE, "Approved by Bob and Carol"), (REJECT, "Rejected by Carol")]
)
def test_everybody_whose_vote_counted_is_named(kind: DecisionKind, named: str) -> None:
    bob, carol, dave = vote("UBOB"), vote("UCAROL", kind), vote("UDAVE")
    cast = RowVotes(votes=(bob, dave, carol), uncounted=frozenset({"UDAVE"}))
    approval = asked().with_row_votes({0: cast}, {0: carol})
    assert text_of(outcome_note(Review(approval))) == f"{named}: “Pay”."


def test_a_requester_who_was_the_last_of_two_reads_who_else_it_was() -> None:
    own = vote("UREQ")
    approval = asked().with_row_votes({0: RowVotes(votes=(vote("UBOB"), own))}, {0: own})
    assert text_of(outcome_note(Review(approval))).startswith("Approved by Bob and ")


def test_who_breaks_the_glass_decided_it_alone() -> None:
    alone = replace(vote("UCAROL"), broke_glass=True)
    cast = RowVotes(votes=(vote("UBOB"), vote("UCAROL")))
    approval = asked().with_row_votes({0: cast}, {0: alone})
    assert text_of(outcome_note(Review(approval))) == "Approved by Carol: “Pay”."


def by_two(*votes: Vote, proposal: Vote | None = None, rule: Any = RULE) -> str:
    """What the requester reads of these votes on one row; the last one decided."""
    last = votes[-1]
    made = replace(last, decision=(proposal or last).decision)
    cast = RowVotes(votes=votes, proposal=proposal)
    return text_of(outcome_note(Review(asked(rule).with_row_votes({0: cast}, {0: made}))))


def test_of_an_edit_that_others_agreed_to_its_editor_alone_edited() -> None:
    edit = vote("UBOB", EDIT, value={"amount": 2})
    assert by_two(edit, vote("UCAROL"), proposal=edit) == (
        "Edited by Bob and approved by Bob and Carol: “Pay”."
    )
    assert by_two(edit, proposal=edit) == "Edited and approved by Bob: “Pay”."


def test_an_editor_who_may_not_decide_only_edited() -> None:
    edit = vote("UDAVE", EDIT, value={"amount": 2})
    text = by_two(
        edit, vote("UBOB"), vote("UCAROL"), proposal=edit, rule=a_rule("requester_may_decide = false")
    )
    assert text == "Edited by Dave and approved by Bob and Carol: “Pay”."


def test_an_answer_is_its_authors_and_the_others_agreed() -> None:
    answer, same = (vote(user, RESPOND, message="42") for user in ("UBOB", "UDAVE"))
    assert by_two(answer, same, vote("UCAROL"), proposal=answer) == (
        "Answered by Bob and approved by Carol: “Pay”."
    )
    assert by_two(answer, same, proposal=answer) == "Answered by Bob and Dave: “Pay”."


def test_every_reason_is_told_with_whose_it_is() -> None:
    edit = vote("UBOB", EDIT, value={"amount": 2}, message="Two is enough.")
    text = by_two(edit, vote("UEVE"), vote("UCAROL", message="Checked\nwith legal."), proposal=edit)
    assert text.endswith("”. Reason of Bob: Two is enough. Reason of Carol: Checked with legal.")


def test_a_reason_against_what_was_decided_is_told_as_such() -> None:
    against = vote("UDAVE", REJECT, message="Too much.")
    text = by_two(against, vote("UBOB", message="It is fine."))
    assert text.endswith("Approved by Bob: “Pay”. Reason of Bob: It is fine. Dave was against it: Too much.")
    text = by_two(vote("UBOB", message="It is fine."), against)
    assert text.endswith("Rejected by Dave: “Pay”. Reason of Dave: Too much. Bob was for it: It is fine.")


def test_a_reason_is_cut_at_five_hundred_characters() -> None:
    for length, shown in ((500, 500), (501, 500)):
        assert text_of(outcome_note(decided(vote("UBOB", message="x" * length)))).count("x") == shown


def test_a_vote_for_somebody_else_or_by_a_grant_says_so() -> None:
    for_ann = replace(vote("UBOB"), on_behalf_of=person("UANN"))
    granted = replace(vote("UBOB"), grant=uuid4())

    assert text_of(outcome_note(decided(for_ann))).startswith("Approved by Bob for Ann: “Pay”.")
    both = decided(granted, vote("UCAROL"), rules=(RULE, RULE))
    assert "Approved by Bob's grant. Approved by Carol." in text_of(outcome_note(both))


@pytest.mark.parametrize(
    "review",
    [
        decided(vote("UREQ")),
        decided(vote("UREQ"), vote("UREQ"), rules=(RULE, RULE)),
        decided(vote("UBOB"), requester=None),
        decided(vote("UBOB"), rules=(RULE,), status=Status.RESUMED),
        Review(asked()),
        Review(replace(asked(), rules=()).with_votes({0: vote("UBOB")})),
    ],
    ids=["by themselves", "all by themselves", "nobody asked", "long ago", "open", "without rules"],
)
def test_nothing_is_said_to_whoever_knows(review: Review) -> None:
    assert outcome_note(review) is None


def test_a_requester_who_decided_a_part_reads_the_rest() -> None:
    review = decided(vote("UREQ"), vote("UBOB", REJECT), rules=(RULE, RULE))
    assert "Rejected by Bob." in text_of(outcome_note(review))


def test_a_cancelled_one_is_reported_to_the_others() -> None:
    cancelled = asked().cancelled(vote("UREQ", REJECT), None, "Alice cancelled it.")

    row = outcome_note(Review(cancelled))

    assert text_of(row) == "Cancelled: “Pay”. Alice cancelled it."
    assert row is not None
    assert row.body == {"text": text_of(row)}, "nobody is mentioned"
    assert text_of(outcome_note(Review(replace(cancelled, status_reason=None)))) == "Cancelled: “Pay”."


@pytest.mark.parametrize(
    ("kind", "message", "said"),
    [
        (REJECT, None, "The rule rejected it."),
        (APPROVE, None, "The rule approved it."),
        (RESPOND, "Ask again tomorrow.", "The rule answered it. The agent is told: Ask again tomorrow."),
        (RESPOND, None, "The rule answered it."),
        (REJECT, "Too late.", "The rule rejected it."),
    ],
)
def test_an_expiry_says_what_the_rule_did(kind: DecisionKind, message: str | None, said: str) -> None:
    by_clock = Vote(decision=Decision(kind=kind, message=message), by=person("UBOT"), at=AT, expired=True)
    for requester in ("UREQ", None):
        review = decided(by_clock, requester=requester, closes_as=Status.EXPIRED)
        row = outcome_note(review)
        assert text_of(row).startswith("Expired: “Pay”. Nobody answered")
        assert text_of(row).endswith(said)


def test_an_expiry_that_some_had_voted_before_says_so_and_why_they_did() -> None:
    by_clock = Vote(decision=Decision(kind=REJECT), by=person("UBOT"), at=AT, expired=True)
    cast = RowVotes(votes=(vote("UBOB", message="It is fine."), vote("UCAROL")))
    approval = replace(asked(), row_votes=(cast,)).timed_out((0,), {0: by_clock}, "Not enough votes.")
    assert text_of(outcome_note(Review(approval))) == (
        "Expired: “Pay”. Not enough votes by 2026-11-26 12:00 UTC. The rule rejected it. "
        "Bob was for it: It is fine."
    )
