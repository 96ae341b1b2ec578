"""Who may give a grant, and whether one that was given still has that person behind it.

A grant is one person's decision for later times, so it is offered only where one decision is enough, and only
as long as that person could decide the same thing by a click.
"""

from dataclasses import replace

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Person
from countersign.approvals.policy.grants import NoGrantOffered
from countersign.approvals.policy.rule import GrantScope, ReasonRequired, Rule
from countersign.approvals.policy.voting.permission import VotingContext, check_may_vote
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.i18n import AnyText, Text, lazy_text

_APPROVE = Decision(kind=DecisionKind.APPROVE)


def why_never_given(rule: Rule) -> Text | None:
    """Why nobody can ever give the grant that the rule offers; None if somebody can."""
    if rule.auto is not None:
        return lazy_text("the rule decides without asking")
    if DecisionKind.APPROVE not in rule.decisions:
        return lazy_text("the rule doesn't allow approving")
    if rule.quorum > 1:
        return lazy_text(
            "it takes {quorum} people to approve, and a grant is one person's", quorum=rule.quorum
        )
    if rule.reason is ReasonRequired.ALWAYS:
        return lazy_text("each approval needs a reason of its own")
    return None


def is_offered(rule: Rule, votes: RowVotes, requester: str | None) -> bool:
    """Whether a card offers it: on a row that waits as it was asked, with nobody's vote on it."""
    offer = rule.grant
    if offer is None or why_never_given(rule) is not None:
        return False
    if offer.scope is GrantScope.REQUESTER and requester is None:
        return False
    return not votes.votes and votes.proposal is None


def check_may_grant(context: VotingContext, votes: RowVotes, person: Person) -> None:
    """Raise NoGrantOffered or MayNotDecide, with the reason, unless this person may give a grant now."""
    never = why_never_given(context.rule)
    if context.rule.grant is None or never is not None:
        raise NoGrantOffered(
            lazy_text("There is no grant for this: {reason}.", reason=never) if never else None
        )
    if votes.votes or votes.proposal is not None:
        raise NoGrantOffered(
            lazy_text("Somebody has voted here or proposed something else, so this can only be decided once.")
        )
    if context.freeze is not None:
        raise NoGrantOffered(lazy_text("No grants are given during a freeze."))
    check_may_vote(_by_the_rule_alone(context), RowVotes(), person, _APPROVE)


def why_not_backed(context: VotingContext, person: Person) -> AnyText | None:
    """Why a grant of this person does not count now; None if they could approve the same by themselves."""
    if context.freeze is not None:
        return lazy_text("a freeze is on")
    try:
        check_may_vote(_by_the_rule_alone(context), RowVotes(), person, _APPROVE)
    except MayNotDecide as refusal:
        return refusal.message
    return None


def _by_the_rule_alone(context: VotingContext) -> VotingContext:
    """Without substitutes and delegations: those decide the present request only."""
    return replace(context, escalated=False, unfillable=False, stuck=False, delegations=())
