"""What votes for somebody who is away come to under a rule."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Standing
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.clock.freeze_calendar import Freeze
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.active_delegation import ActiveDelegation
from countersign.approvals.policy.voting.membership import Memberships
from countersign.approvals.policy.voting.permission import VotingContext, check_may_open
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.voting_result import VotingOutcome, VotingResult, count_votes
from countersign.approvals.votes.vote import Vote
from tests.approvals.policy.policies import a_rule, person, vote

APPROVE, REJECT, EDIT = DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.EDIT
FINANCE = a_rule('approvers = [{group = "@finance"}]')
BOTH = a_rule('approvers = [{group = "@finance"}, {group = "@legal"}]')
STRICT = replace(FINANCE, requester_may_decide=False)


def group(name: str) -> Source:
    return Source(kind=SourceKind.GROUP, names=(name,))


def office(
    rule: Rule, *delegations: ActiveDelegation, requester: str = "UREQ", **groups: set[str]
) -> VotingContext:
    rosters = {group(f"@{name}"): frozenset(people) for name, people in groups.items()}
    memberships = Memberships(rosters=rosters, requester=requester)
    return VotingContext(rule=rule, memberships=memberships, delegations=delegations)


def delegation(
    delegate: str, away: str, *sources: str, standing: Standing = Standing.MEMBER
) -> ActiveDelegation:
    return ActiveDelegation(
        delegate=delegate,
        delegator=person(away, standing),
        sources=frozenset(map(group, sources)) if sources else None,
    )


def count(context: VotingContext, *votes: Vote) -> VotingResult:
    row = RowVotes()
    for each in votes:
        row = row.cast(each)
    return count_votes(context, row, votes[-1].by.id if votes else None)


def why_not(context: VotingContext, user: str, *votes: Vote, kind: DecisionKind = APPROVE) -> str:
    row = RowVotes()
    for each in votes:
        row = row.cast(each)
    with pytest.raises(MayNotDecide) as refused:
        check_may_open(context, row, person(user), kind)
    return str(refused.value)


def test_a_delegate_fills_the_seat_of_whoever_is_away_and_it_says_so() -> None:
    context = office(FINANCE, delegation("UCAROL", "UBOB"), finance={"UBOB"})
    result = count(context, vote("UCAROL"))
    assert result.outcome is VotingOutcome.APPROVED
    assert result.on_behalf_of == {"UCAROL": person("UBOB")}
    assert count(office(FINANCE, finance={"UBOB"}), vote("UCAROL")).outcome is VotingOutcome.OPEN


def test_who_may_decide_anyway_votes_as_themselves() -> None:
    context = office(FINANCE, delegation("UCAROL", "UBOB"), finance={"UBOB", "UCAROL"})
    assert count(context, vote("UCAROL")).on_behalf_of == {}


def test_whoever_is_away_and_their_delegate_count_once() -> None:
    rule = replace(FINANCE, quorum=2)
    context = office(rule, delegation("UCAROL", "UBOB"), finance={"UBOB", "UDORA"})
    both = count(context, vote("UCAROL"), vote("UBOB"))
    assert both.outcome is VotingOutcome.OPEN
    assert [each.vote.by.id for each in both.uncounted] == ["UCAROL"]
    assert "Bob has voted on this" in why_not(context, "UCAROL", vote("UBOB"))
    assert count(context, vote("UCAROL"), vote("UDORA")).outcome is VotingOutcome.APPROVED


def test_one_person_never_fills_two_seats() -> None:
    context = office(BOTH, delegation("UCAROL", "UBOB"), finance={"UCAROL"}, legal={"UBOB"})
    assert count(context, vote("UCAROL")).outcome is VotingOutcome.OPEN
    alone = office(BOTH, delegation("UCAROL", "UBOB"), finance={"UBOB"}, legal={"UBOB"})
    assert count(alone, vote("UCAROL")).outcome is VotingOutcome.OPEN


def test_a_delegate_makes_room_for_another_approver() -> None:
    """Carol could sit for finance herself, or for legal in Bob's place: Dora can only do finance."""
    context = office(BOTH, delegation("UCAROL", "UBOB"), finance={"UCAROL", "UDORA"}, legal={"UBOB"})
    for votes in ((vote("UCAROL"), vote("UDORA")), (vote("UDORA"), vote("UCAROL"))):
        result = count(context, *votes)
        assert result.outcome is VotingOutcome.APPROVED
        assert result.on_behalf_of == {"UCAROL": person("UBOB")}


def test_two_who_stand_in_for_one_person_count_once() -> None:
    split = (delegation("UCAROL", "UBOB", "@finance"), delegation("UDORA", "UBOB", "@legal"))
    context = office(BOTH, *split, finance={"UBOB"}, legal={"UBOB"})
    assert count(context, vote("UCAROL"), vote("UDORA")).outcome is VotingOutcome.OPEN
    with_ann = office(BOTH, *split, finance={"UBOB", "UANN"}, legal={"UBOB"})
    assert count(with_ann, vote("UCAROL"), vote("UDORA"), vote("UANN")).outcome is VotingOutcome.APPROVED


def test_a_delegation_for_a_group_is_for_no_other_seat() -> None:
    for_legal = delegation("UCAROL", "UBOB", "@legal")
    context = office(FINANCE, for_legal, finance={"UBOB"})
    assert count(context, vote("UCAROL")).outcome is VotingOutcome.OPEN
    assert why_not(context, "UCAROL") == "Only @finance can decide this."


def test_delegations_are_not_passed_on() -> None:
    chain = (delegation("UCAROL", "UBOB"), delegation("UDORA", "UCAROL"))
    context = office(FINANCE, *chain, finance={"UBOB"})
    assert count(context, vote("UDORA")).outcome is VotingOutcome.OPEN
    assert count(context, vote("UCAROL")).outcome is VotingOutcome.APPROVED


def test_nobody_gets_around_requester_may_decide() -> None:
    asked_by_bob = office(STRICT, delegation("UCAROL", "UBOB"), requester="UBOB", finance={"UBOB", "UDORA"})
    assert "You decide for Bob" in why_not(asked_by_bob, "UCAROL")
    assert "You decide for Bob" in why_not(asked_by_bob, "UCAROL", kind=REJECT)
    assert count(asked_by_bob, vote("UCAROL")).outcome is VotingOutcome.OPEN

    asked_by_carol = office(STRICT, delegation("UCAROL", "UBOB"), requester="UCAROL", finance={"UBOB"})
    assert "You asked for this" in why_not(asked_by_carol, "UCAROL")
    assert count(asked_by_carol, vote("UCAROL")).outcome is VotingOutcome.OPEN


def test_a_delegate_does_not_approve_what_whoever_is_away_edited() -> None:
    context = office(STRICT, delegation("UCAROL", "UBOB"), finance={"UBOB", "UDORA"})
    edit = vote("UBOB", EDIT, value={"amount": 1})
    assert count(context, edit, vote("UCAROL")).outcome is VotingOutcome.OPEN
    assert count(context, edit, vote("UDORA")).outcome is VotingOutcome.APPROVED


@pytest.mark.parametrize("standing", [standing for standing in Standing if standing is not Standing.MEMBER])
def test_both_have_to_be_full_members_now(standing: Standing) -> None:
    gone = office(FINANCE, delegation("UCAROL", "UBOB", standing=standing), finance={"UBOB"})
    assert count(gone, vote("UCAROL")).outcome is VotingOutcome.OPEN
    here = office(FINANCE, delegation("UCAROL", "UBOB"), finance={"UBOB"})
    assert count(here, vote("UCAROL", standing=standing)).outcome is VotingOutcome.OPEN


def test_whoever_left_the_group_delegates_nothing() -> None:
    context = office(FINANCE, delegation("UCAROL", "UBOB"), finance={"UDORA"})
    assert count(context, vote("UCAROL")).outcome is VotingOutcome.OPEN


def test_rejections_for_the_same_person_count_once() -> None:
    rule = replace(FINANCE, rejections=2)
    split = (delegation("UCAROL", "UBOB"), delegation("UDORA", "UBOB"))
    context = office(rule, *split, finance={"UBOB", "UANN"})
    assert count(context, vote("UCAROL", REJECT), vote("UDORA", REJECT)).outcome is VotingOutcome.OPEN
    assert count(context, vote("UCAROL", REJECT), vote("UANN", REJECT)).outcome is VotingOutcome.REJECTED
    mixed = count(context, vote("UCAROL", REJECT), vote("UDORA"))
    assert (len(mixed.rejections), len(mixed.approvals)) == (1, 0), "a rejection comes first"


def test_escalation_is_delegated_as_other_seats_are_and_breaking_the_glass_is_not() -> None:
    escalating = a_rule(
        'approvers = [{group = "@finance"}]\nescalate_after = "1h"\nescalate_to = {group = "@oncall"}'
    )
    context = office(escalating, delegation("UCAROL", "UBOB"), finance={"UANN"}, oncall={"UBOB"})
    assert count(context, vote("UCAROL")).outcome is VotingOutcome.OPEN
    assert count(replace(context, escalated=True), vote("UCAROL")).outcome is VotingOutcome.APPROVED

    frozen = a_rule(
        'approvers = [{group = "@finance"}]\nfreeze = "f.ics"\nbreak_glass = [{group = "@oncall"}]',
        f="BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR\n",
    )
    context = office(frozen, delegation("UCAROL", "UBOB"), finance={"UBOB"}, oncall={"UBOB"})
    context = replace(context, freeze=Freeze(summary="weekend", until=None))
    assert count(context, vote("UCAROL", message="it burns")).outcome is VotingOutcome.OPEN
    assert count(context, vote("UBOB", message="it burns")).broke_glass is not None


PEOPLE = ["UREQ", "UBOB", "UCAROL", "UDORA"]
RULES = [
    FINANCE,
    BOTH,
    STRICT,
    a_rule('approvers = [{group = "@finance", count = 2}]'),
    replace(FINANCE, quorum=2, rejections=2),
]


@given(
    st.sampled_from(RULES),
    st.sets(st.sampled_from(PEOPLE)),
    st.sets(st.sampled_from(PEOPLE)),
    st.sampled_from([APPROVE, REJECT, EDIT]),
    st.sets(st.sampled_from(PEOPLE)),
)
def test_delegations_change_nothing_where_they_are_not_looked_up(
    rule: Rule, finance: set[str], legal: set[str], kind: DecisionKind, away: set[str]
) -> None:
    delegations = [delegation("UCAROL", each) for each in sorted(away - {"UCAROL"})]
    without = office(rule, finance=finance, legal=legal)
    if not without.counts_as_themselves({"UCAROL"}):
        return
    cast = vote("UCAROL", kind)
    assert count(office(rule, *delegations, finance=finance, legal=legal), cast) == count(without, cast)


def test_delegations_are_looked_up_where_they_may_matter() -> None:
    member = office(FINANCE, finance={"UCAROL"})
    assert member.counts_as_themselves({"UCAROL"})
    assert not member.counts_as_themselves({"UBOB"}), "not a member"
    assert not member.counts_as_themselves({"UCAROL", "UDORA"}), "two may vote for each other"
    two_kinds = office(BOTH, finance={"UCAROL"}, legal={"UCAROL"})
    assert not two_kinds.counts_as_themselves({"UCAROL"}), "the other seat may be somebody's who is away"
