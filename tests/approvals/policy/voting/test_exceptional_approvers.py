"""Who decides besides the approvers: after an escalation, in a freeze, and where the glass is broken."""

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.policy.clock.freeze_calendar import Freeze
from countersign.approvals.policy.voting.permission import (
    ReasonMissing,
    check_may_vote,
)
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.voting_result import VotingOutcome
from tests.approvals.policy.policies import person, vote
from tests.approvals.policy.voting.voting_contexts import BOTH, context, counted

APPROVE, EDIT, REJECT, RESPOND = (
    DecisionKind.APPROVE,
    DecisionKind.EDIT,
    DecisionKind.REJECT,
    DecisionKind.RESPOND,
)
GLASS = f"""{BOTH}
break_glass = [{{group = "@oncall"}}]
escalate_after = "1h"
escalate_to = {{group = "@leads"}}"""
FREEZE = Freeze(summary="year end", until=None)


def test_after_the_escalation_its_people_may_fill_any_seat() -> None:
    assert str(counted(context(GLASS), vote("ULEAD")).uncounted[0].reason).startswith("Only")
    assert (
        counted(context(GLASS, escalated=True), vote("ULEAD"), vote("UCID")).outcome is VotingOutcome.APPROVED
    )
    assert counted(context(GLASS, escalated=True), vote("ULEAD")).outcome is VotingOutcome.OPEN, (
        "one seat is one seat"
    )


def test_in_a_freeze_approvals_count_only_from_people_who_break_the_glass_with_a_reason() -> None:
    frozen = context(GLASS, freeze=FREEZE)
    assert "A freeze is on (year end)" in str(counted(frozen, vote("UBOB"), vote("UCID")).uncounted[0].reason)
    with pytest.raises(ReasonMissing):
        check_may_vote(frozen, RowVotes(), person("UONC"), Decision(kind=APPROVE))
    result = counted(frozen, vote("UONC", message="payroll is due"))
    assert result.outcome is VotingOutcome.APPROVED
    assert result.broke_glass is not None
    assert result.broke_glass.by.id == "UONC"


def test_in_a_freeze_a_rejection_counts_as_ever() -> None:
    assert counted(context(GLASS, freeze=FREEZE), vote("UBOB", REJECT)).outcome is VotingOutcome.REJECTED


def test_votes_from_before_a_freeze_count_again_after_it() -> None:
    votes = (vote("UBOB"), vote("UCID"))
    assert counted(context(GLASS, freeze=FREEZE), *votes).outcome is VotingOutcome.OPEN
    assert counted(context(GLASS), *votes).outcome is VotingOutcome.APPROVED


def test_without_need_nobody_breaks_the_glass() -> None:
    result = counted(context(GLASS), vote("UONC", message="I want to"))
    assert (result.outcome, result.broke_glass) == (VotingOutcome.OPEN, None)


def test_where_seats_cannot_be_filled_the_glass_may_be_broken_or_the_substitutes_decide() -> None:
    empty = context(GLASS, finance=frozenset(), security=frozenset(), unfillable=True)
    assert counted(empty, vote("UONC", message="all are ill")).broke_glass is not None
    assert counted(empty, vote("ULEAD")).outcome is VotingOutcome.OPEN


def test_breaking_the_glass_does_not_get_around_the_requester_being_shut_out() -> None:
    keys = f"{GLASS}\nrequester_may_decide = false"
    result = counted(context(keys, freeze=FREEZE, requester="UONC"), vote("UONC", message="mine"))
    assert result.outcome is VotingOutcome.OPEN
