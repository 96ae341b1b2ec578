"""What the ledger keeps of a decision on a row, word for word."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.active_delegation import ActiveDelegation
from countersign.approvals.policy.voting.missing_approvals import MissingApprovals
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.voting_result import VotingOutcome, VotingResult
from countersign.approvals.votes.vote import Vote
from countersign.flow.decisions.answer_validation import validate_decisions, validated_resume_value
from countersign.flow.decisions.evidence.decision_detail import row_detail
from countersign.flow.review import Review
from countersign.interrupts import InvalidDecision
from tests.approvals.policy.policies import NOW, a_rule, person, vote
from tests.approvals.test_record import an_approval

APPROVE, EDIT, REJECT = DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT
RESPOND = DecisionKind.RESPOND
CALL: Json = {"type": "tool_approval", "name": "pay", "args": {"amount": 5, "iban": "DE02 1203"}}
PAID: Json = {"amount": 6, "iban": "DE02 1203"}


def review(value: Json = CALL, rule: Rule | None = None, **changes: Any) -> Review:
    return Review(replace(an_approval(rule or a_rule(""), value=value), **changes))


def voting_result(outcome: VotingOutcome = VotingOutcome.APPROVED, **changes: Any) -> VotingResult:
    """One vote, which was all that was needed."""
    return replace(
        VotingResult(
            outcome=outcome,
            decision=None,
            seats=(),
            approvals=(),
            rejections=(),
            quorum=1,
            needed=(),
            uncounted=(),
        ),
        **changes,
    )


def detail(asked: Review, decision: Decision, came_to: VotingResult | None = None) -> Mapping[str, Json]:
    return row_detail(asked, 0, decision, came_to or voting_result())


def test_one_vote_that_was_all_that_was_needed_is_its_decision_alone() -> None:
    kept = detail(review(), Decision(kind=REJECT, message="no budget"))
    assert kept == {"kind": "reject", "message": "no budget", "value": None}


def test_an_edit_is_kept_with_what_it_replaces() -> None:
    kept = detail(review(), Decision(kind=EDIT, value=PAID))
    assert kept == {
        "kind": "edit",
        "message": None,
        "value": PAID,
        "before": {"amount": 5, "iban": "DE02 1203"},
    }


def test_an_edit_of_a_proposal_is_kept_with_what_was_proposed_and_not_with_what_was_asked() -> None:
    proposed = vote("UBOB", EDIT, value=PAID)
    asked = review(row_votes=(RowVotes(votes=(proposed,), proposal=proposed),))
    kept = detail(asked, Decision(kind=EDIT, value={"amount": 7, "iban": "DE02 1203"}))
    assert kept["before"] == PAID


def test_a_proposal_that_is_no_edit_is_not_what_an_edit_replaces() -> None:
    proposed = vote("UBOB", RESPOND, message="pay it twice")
    asked = review(row_votes=(RowVotes(votes=(proposed,), proposal=proposed),))
    kept = detail(asked, Decision(kind=EDIT, value=PAID))
    assert kept["before"] == {"amount": 5, "iban": "DE02 1203"}


def test_an_edit_of_what_has_no_form_replaces_nothing() -> None:
    kept = detail(review({"question": "Pay?", "amount": 5}), Decision(kind=EDIT, value={"amount": 6}))
    assert kept["before"] is None


def test_what_the_rule_redacts_is_in_neither_side_of_an_edit() -> None:
    kept = detail(review(rule=a_rule('redact = ["/iban"]')), Decision(kind=EDIT, value=PAID))
    assert kept["value"] == {"amount": 6, "iban": "Redacted"}
    assert kept["before"] == {"amount": 5, "iban": "Redacted"}


def test_what_is_new_in_a_redacted_place_is_not_kept_either() -> None:
    rule = a_rule('redact = ["/iban"]')
    edited = detail(review(rule=rule), Decision(kind=EDIT, value={"amount": 5, "iban": "DE99 4711"}))
    assert edited["value"] == {"amount": 5, "iban": "Redacted"}
    answered = detail(review(rule=rule), Decision(kind=RESPOND, value={"iban": "any"}))
    assert answered["value"] == {"iban": "any"}


def test_an_answer_that_quotes_what_is_redacted_is_kept_without_it() -> None:
    rule = a_rule('redact = ["/iban"]')
    kept = detail(review(rule=rule), Decision(kind=RESPOND, value="use DE02 1203 instead"))
    assert kept["value"] == "use Redacted instead"


@pytest.mark.parametrize("name", ["ends_run", "verbatim"])
def test_what_a_decision_does_beside_its_value_is_kept_where_it_does_it(name: str) -> None:
    plain = Decision(kind=RESPOND, value="yes")
    changed: Mapping[str, Any] = {name: True}
    assert name not in detail(review(), plain)
    assert detail(review(), replace(plain, **changed))[name] is True


def test_a_change_of_the_state_is_kept_field_by_field_with_what_was_there() -> None:
    asked = review(state={"schema": {"type": "object"}, "values": {"amount": 5}})
    kept = detail(asked, Decision(kind=APPROVE, state={"amount": 7, "note": "new"}))
    assert kept["state"] == {"amount": {"before": 5, "after": 7}, "note": {"after": "new"}}
    assert "state" not in detail(asked, Decision(kind=APPROVE))


# --- votes


@pytest.mark.parametrize(
    "came_to",
    [
        voting_result(VotingOutcome.OPEN),
        voting_result(quorum=2),
        voting_result(broke_glass=vote("UCAROL")),
        voting_result(VotingOutcome.OPEN, quorum=2),
    ],
)
def test_where_one_vote_was_not_all_that_was_needed_the_votes_are_kept(came_to: VotingResult) -> None:
    came_to = replace(
        came_to,
        approvals=(vote("UBOB"), vote("UCAROL")),
        rejections=(vote("UDAVE", REJECT),),
        needed=(MissingApprovals(count=1, any_of=()),),
    )
    kept = detail(review(), Decision(kind=APPROVE), came_to)
    assert kept["outcome"] == came_to.outcome.value
    assert kept["approvals"] == ["UBOB", "UCAROL"]
    assert kept["rejections"] == ["UDAVE"]
    assert kept["needed"] == [str(came_to.needed[0])]
    assert kept["broke_glass"] is (came_to.broke_glass is not None)


def test_who_agrees_to_an_edit_decides_what_was_proposed() -> None:
    proposed = Decision(kind=EDIT, value=PAID)
    kept = detail(review(), Decision(kind=APPROVE), voting_result(decision=proposed))
    assert kept["kind"] == "approve"
    assert kept["decided"] == {
        "kind": "edit",
        "message": None,
        "value": PAID,
        "before": {"amount": 5, "iban": "DE02 1203"},
    }


@pytest.mark.parametrize(
    ("own", "came_to"),
    [
        (Decision(kind=EDIT, value=PAID), voting_result(decision=Decision(kind=EDIT, value=PAID))),
        (Decision(kind=APPROVE), voting_result(decision=None)),
        (Decision(kind=APPROVE, message="fine"), voting_result(decision=Decision(kind=APPROVE))),
        (Decision(kind=APPROVE), voting_result(VotingOutcome.OPEN, decision=Decision(kind=EDIT, value=PAID))),
        (
            Decision(kind=APPROVE),
            voting_result(VotingOutcome.REJECTED, decision=Decision(kind=EDIT, value=PAID)),
        ),
    ],
    ids=["it is one's own", "nothing", "as asked", "it is open", "it is rejected"],
)
def test_no_other_decision_is_kept_where_ones_own_counts_or_nothing_is_decided(
    own: Decision, came_to: VotingResult
) -> None:
    assert "decided" not in detail(review(), own, came_to)


def test_for_whom_a_vote_counts_is_kept_with_the_delegation() -> None:
    delegation = ActiveDelegation(delegate="UBOB", delegator=person("UALICE"), delegation_id=UUID(int=7))
    kept = detail(review(), Decision(kind=APPROVE), voting_result(delegations={"UBOB": delegation}))
    assert kept["on_behalf_of"] == {
        "UBOB": {"user": "UALICE", "name": "Alice", "delegation": str(UUID(int=7))}
    }
    assert "on_behalf_of" not in detail(review(), Decision(kind=APPROVE))


# --- judging


async def test_a_decision_is_judged_on_each_row_that_it_is_on() -> None:
    await validate_decisions(review(), {0: Decision(kind=APPROVE)})
    with pytest.raises(InvalidDecision):
        await validate_decisions(review(), {0: Decision(kind=EDIT, value="no object")})


async def test_the_graph_gets_the_answer_of_its_dialect() -> None:
    decisions = [Vote(decision=Decision(kind=APPROVE), by=person("UBOB"), at=NOW).decision]
    assert await validated_resume_value(review(), decisions) == {"type": "approve"}
    with pytest.raises(InvalidDecision):
        await validated_resume_value(review(), [Decision(kind=EDIT, value="no object")])
