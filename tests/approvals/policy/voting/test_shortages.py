"""Sets of approvers that nobody can fill: they are found, counted, and said with their reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.person import Standing
from countersign.approvals.policy.approver_set import MEMBERS, REQUESTER, ApproverSet, Source, SourceKind
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.membership import Memberships, Unreadable
from countersign.approvals.policy.voting.permission import (
    VotingContext,
)
from countersign.approvals.policy.voting.shortages import find_shortages
from countersign.approvals.policy.voting.voting_result import VotingOutcome
from tests.approvals.policy.policies import a_rule, vote
from tests.approvals.policy.voting.voting_contexts import BOTH, FINANCE, LEADS, context, counted

EVERYBODY = frozenset({"UANN", "UBOB", "UCID", "UDAN"})


def shortage_texts(where: VotingContext, editor: str | None = None) -> list[str]:
    return [str(each) for each in find_shortages(where, editor)]


def test_a_set_that_can_be_filled_is_no_shortage() -> None:
    assert shortage_texts(context(BOTH)) == []


@pytest.mark.parametrize(
    ("finance", "reason"),
    [
        (frozenset(), "@finance: it has no members"),
        (Unreadable(reason="there is no such group", permanent=True), "@finance: there is no such group"),
        (frozenset({"UREQ"}), "@finance: its only members asked for this or edited it"),
    ],
)
def test_why_nobody_can_fill_a_set(finance: frozenset[str] | Unreadable, reason: str) -> None:
    keys = 'approvers = [{group = "@finance"}]\nrequester_may_decide = false'
    assert shortage_texts(context(keys, finance=finance)) == [reason]


def test_how_many_are_missing_is_counted_for_each_set() -> None:
    where = context('approvers = [{group = "@finance", count = 3}]', finance=frozenset({"UBOB"}))
    assert [each.missing for each in find_shortages(where)] == [2]


def test_the_requester_is_all_there_is_of_their_set() -> None:
    asked = Memberships(requester="UREQ")
    assert (asked.people(REQUESTER), Memberships().people(REQUESTER)) == (frozenset({"UREQ"}), frozenset())
    assert asked.includes(REQUESTER, "UREQ") is True
    assert asked.includes(REQUESTER, "UBOB") is False


def test_two_sets_of_the_same_one_person_cannot_both_be_filled() -> None:
    assert len(shortage_texts(context(BOTH, finance=frozenset({"UBOB"})))) == 1


AWAY = Unreadable(reason="Slack did not answer")


def test_slack_that_may_answer_in_a_moment_is_no_shortage() -> None:
    assert shortage_texts(context(BOTH, finance=AWAY)) == []


@pytest.mark.parametrize(
    ("escalated", "substitutes", "short"),
    [
        (False, frozenset({"ULEAD"}), True),
        (True, frozenset({"ULEAD"}), False),
        (True, frozenset(), True),
        (True, AWAY, False),
    ],
)
def test_after_the_escalation_a_seat_is_short_only_if_its_substitutes_are_known_not_to_fill_it(
    escalated: bool, substitutes: frozenset[str] | Unreadable, short: bool
) -> None:
    rosters = {FINANCE: frozenset[str](), LEADS: substitutes}
    where = VotingContext(
        rule=a_rule(
            'approvers = [{group = "@finance"}]\nescalate_after = "1h"\nescalate_to = {group = "@leads"}'
        ),
        memberships=Memberships(rosters=rosters),
        escalated=escalated,
    )
    assert bool(shortage_texts(where)) is short


def test_guests_fill_no_seat() -> None:
    rule = a_rule('approvers = [{group = "@finance"}]')
    memberships = Memberships(
        rosters={FINANCE: frozenset({"UBOB"})}, standings={"UBOB": Standing.GUEST}, requester=None
    )
    assert [str(each) for each in find_shortages(VotingContext(rule=rule, memberships=memberships))] == [
        "@finance: none of its members has a full member's account"
    ]


def test_a_quorum_that_more_people_are_needed_for_than_there_are() -> None:
    keys = 'approvers = [{group = "@finance"}]\nquorum = 3'
    assert [each.missing for each in find_shortages(context(keys))] == [1]


@given(
    sets=st.lists(
        st.tuples(st.frozensets(st.sampled_from(sorted(EVERYBODY))), st.integers(1, 2)),
        min_size=1,
        max_size=3,
    ),
    extra=st.integers(0, 2),
    members=st.booleans(),
)
def test_there_is_a_shortage_if_and_only_if_all_votes_together_do_not_approve(
    sets: list[tuple[frozenset[str], int]], extra: int, members: bool
) -> None:
    sources = [Source(kind=SourceKind.GROUP, names=(f"@g{number}",)) for number in range(len(sets))]
    approvers = [
        ApproverSet(source=source, count=count) for source, (_, count) in zip(sources, sets, strict=True)
    ]
    if members:
        approvers.append(ApproverSet(source=MEMBERS))
    rule = Rule(name="r", approvers=tuple(approvers), quorum=sum(each.count for each in approvers) + extra)
    rosters = {source: people for source, (people, _) in zip(sources, sets, strict=True)}
    where = VotingContext(rule=rule, memberships=Memberships(rosters=rosters))
    crowd = [f"UX{number}" for number in range(10)] if members else []
    result = counted(where, *(vote(user) for user in [*sorted(EVERYBODY), *crowd]))
    assert bool(find_shortages(where)) == (result.outcome is not VotingOutcome.APPROVED)


def test_a_requester_who_is_nobody_leaves_a_seat_that_nobody_can_fill() -> None:
    rule = a_rule('approvers = "requester"')
    assert rule.approvers == (ApproverSet(source=REQUESTER),)
    assert find_shortages(VotingContext(rule=rule, memberships=Memberships()))
