"""Where a grant is offered, who may give one, and when one that was given does not count."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Standing
from countersign.approvals.policy.clock.freeze_calendar import Freeze
from countersign.approvals.policy.grant_permission import (
    check_may_grant,
    is_offered,
    why_never_given,
    why_not_backed,
)
from countersign.approvals.policy.grants import NoGrantOffered
from countersign.approvals.policy.rule import ReasonRequired, Rule
from countersign.approvals.policy.voting.membership import Memberships
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.row_votes import RowVotes
from tests.approvals.policy.policies import NOW, a_rule, person, vote

GRANT = a_rule('grant = {for = "1h", scope = "thread"}')
PERSONAL = a_rule('grant = {for = "1h", scope = "requester"}')
UNTOUCHED = RowVotes()
VOTED = RowVotes(votes=(vote("UBOB"),))
PROPOSED = RowVotes(proposal=vote("UBOB", DecisionKind.EDIT, value={"amount": 2}))
BOB = person("UBOB")


def context(rule: Rule = GRANT, *, frozen: bool = False) -> VotingContext:
    freeze = Freeze(summary="Year end", until=NOW + timedelta(hours=1)) if frozen else None
    return VotingContext(rule=rule, memberships=Memberships(), freeze=freeze)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (GRANT, None),
        (replace(GRANT, auto=DecisionKind.APPROVE), "the rule decides without asking"),
        (replace(GRANT, decisions=frozenset({DecisionKind.REJECT})), "the rule doesn't allow approving"),
        (replace(GRANT, quorum=2), "it takes 2 people to approve, and a grant is one person's"),
        (
            replace(GRANT, reason=a_rule('reason = "always"').reason),
            "each approval needs a reason of its own",
        ),
        (replace(GRANT, reason=ReasonRequired.REJECT), None),
    ],
)
def test_a_grant_stands_for_one_decision_of_one_person(rule: Rule, why: str | None) -> None:
    never = why_never_given(rule)
    assert (None if never is None else str(never)) == why
    assert is_offered(rule, UNTOUCHED, "UREQ") is (why is None)
    if why is not None:
        with pytest.raises(NoGrantOffered, match=why):
            check_may_grant(context(rule), UNTOUCHED, BOB)


@pytest.mark.parametrize(
    ("rule", "votes", "requester", "offered"),
    [
        (GRANT, UNTOUCHED, None, True),
        (PERSONAL, UNTOUCHED, "UREQ", True),
        (PERSONAL, UNTOUCHED, None, False),
        (a_rule(""), UNTOUCHED, "UREQ", False),
        (GRANT, VOTED, "UREQ", False),
        (GRANT, PROPOSED, "UREQ", False),
    ],
)
def test_it_is_offered_on_a_row_that_waits_as_it_was_asked(
    rule: Rule, votes: RowVotes, requester: str | None, offered: bool
) -> None:
    assert is_offered(rule, votes, requester) is offered


def test_whoever_may_approve_alone_may_give_it() -> None:
    check_may_grant(context(), UNTOUCHED, BOB)
    with pytest.raises(MayNotDecide):
        check_may_grant(context(), UNTOUCHED, person("UGUEST", Standing.GUEST))


@pytest.mark.parametrize(
    ("given", "votes", "why"),
    [
        (context(a_rule("")), UNTOUCHED, "^" + re.escape(str(NoGrantOffered())) + "$"),
        (context(), VOTED, "Somebody has voted here"),
        (context(), PROPOSED, "Somebody has voted here"),
        (context(frozen=True), UNTOUCHED, "during a freeze"),
    ],
)
def test_nobody_may_give_it_elsewhere(given: VotingContext, votes: RowVotes, why: str) -> None:
    with pytest.raises(NoGrantOffered, match=why):
        check_may_grant(given, votes, BOB)


def test_a_grant_counts_as_long_as_who_gave_it_could_approve() -> None:
    assert why_not_backed(context(), BOB) is None
    assert str(why_not_backed(context(frozen=True), BOB)) == "a freeze is on"
    assert why_not_backed(context(), person("UGUEST", Standing.GUEST)) is not None


def test_a_substitute_of_an_escalation_gives_none() -> None:
    """They decide what is asked of them, and nothing later."""
    rule = a_rule(
        'approvers = [{users = ["UANN"]}]\ngrant = {for = "1h", scope = "thread"}\n'
        'escalate_after = "1h"\nescalate_to = [{users = ["UBOB"]}]'
    )
    for given in (
        context(rule),
        replace(context(rule), escalated=True),
        replace(context(rule), unfillable=True),
    ):
        with pytest.raises(MayNotDecide):
            check_may_grant(given, UNTOUCHED, BOB)
        assert why_not_backed(given, BOB) is not None
