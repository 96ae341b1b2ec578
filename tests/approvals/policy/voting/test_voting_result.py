"""What votes come to: held against a brute-force count, and each rule of the count on its own."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Standing
from countersign.approvals.policy.approver_set import ApproverSet, Source, SourceKind
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.membership import Memberships, Unreadable
from countersign.approvals.policy.voting.missing_approvals import MissingApprovals
from countersign.approvals.policy.voting.permission import (
    ReasonMissing,
    VotingContext,
    check_may_open,
    check_may_vote,
    reason_required,
)
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.voting_result import VotingOutcome, count_votes
from tests.approvals.policy.policies import a_rule, person, vote
from tests.approvals.policy.voting.voting_contexts import BOTH, FINANCE, SECURITY, context, counted

APPROVE, EDIT, REJECT, RESPOND = (
    DecisionKind.APPROVE,
    DecisionKind.EDIT,
    DecisionKind.REJECT,
    DecisionKind.RESPOND,
)
EVERYBODY = frozenset({"UANN", "UBOB", "UCID", "UDAN"})


@given(
    sets=st.lists(st.frozensets(st.sampled_from(sorted(EVERYBODY))), min_size=1, max_size=3),
    extra=st.integers(0, 2),
    rejections=st.integers(1, 2),
    votes=st.lists(
        st.tuples(st.sampled_from(sorted(EVERYBODY)), st.sampled_from([APPROVE, REJECT])), max_size=5
    ),
)
def test_the_verdict_is_what_trying_everything_comes_to(
    sets: list[frozenset[str]], extra: int, rejections: int, votes: list[tuple[str, DecisionKind]]
) -> None:
    sources = [Source(kind=SourceKind.GROUP, names=(f"@g{number}",)) for number in range(len(sets))]
    rule = Rule(
        name="r",
        approvers=tuple(ApproverSet(source=source) for source in sources),
        quorum=len(sets) + extra,
        rejections=rejections,
    )
    memberships = Memberships(rosters=dict(zip(sources, sets, strict=True)), requester=None)
    result = counted(
        VotingContext(rule=rule, memberships=memberships), *(vote(user, kind) for user, kind in votes)
    )
    last = dict(votes)
    may = frozenset[str]().union(*sets)
    yes = sorted(user for user, kind in last.items() if kind is APPROVE and user in may)
    no = [user for user, kind in last.items() if kind is REJECT and user in may]
    seated = any(
        all(user in members for user, members in zip(order, sets, strict=True))
        for order in permutations(yes, len(sets))
    )
    enough = seated and len(yes) >= rule.quorum
    rejects = bool(votes) and votes[-1][1] is REJECT  # whoever rejects approves nothing by it
    if len(no) >= rejections:
        expected = VotingOutcome.REJECTED
    elif enough and not rejects:
        expected = VotingOutcome.APPROVED
    else:
        expected = VotingOutcome.OPEN
    assert result.outcome is expected
    assert bool(result.needed) == (expected is VotingOutcome.OPEN and not enough)
    if result.needed:
        missing = sum(needed.count for needed in result.needed)
        assert missing >= rule.quorum - len(yes)


@given(
    sets=st.lists(st.frozensets(st.sampled_from(sorted(EVERYBODY))), min_size=1, max_size=3),
    yes=st.lists(st.sampled_from(sorted(EVERYBODY)), max_size=3, unique=True),
    late=st.sampled_from(sorted(EVERYBODY)),
)
def test_what_is_still_needed_names_whoever_would_help_and_nobody_else(
    sets: list[frozenset[str]], yes: list[str], late: str
) -> None:
    sources = [Source(kind=SourceKind.GROUP, names=(f"@g{number}",)) for number in range(len(sets))]
    rule = Rule(name="r", approvers=tuple(ApproverSet(source=each) for each in sources), quorum=len(sets))
    where = VotingContext(rule=rule, memberships=Memberships(rosters=dict(zip(sources, sets, strict=True))))
    before = counted(where, *(vote(user) for user in yes))
    if late in yes or before.outcome is not VotingOutcome.OPEN:
        return
    after = counted(where, *(vote(user) for user in [*yes, late]))
    named = {source for needed in before.needed for source in needed.any_of}
    fewer = sum(needed.count for needed in after.needed) < sum(needed.count for needed in before.needed)
    would_help = any(where.memberships.includes(source, late) for source in named)
    # Beyond the seats anybody's approval counts towards the quorum, so more may help than fill a seat.
    assert fewer == would_help


def test_one_person_in_two_groups_fills_one_seat() -> None:
    result = counted(context(BOTH), vote("UBOB"))
    assert result.outcome is VotingOutcome.OPEN
    assert result.needed == (MissingApprovals(count=1, any_of=(FINANCE, SECURITY)),), (
        "Bob can take either seat"
    )
    assert [seat.voter for seat in result.seats].count("UBOB") == 1
    carol = counted(context(BOTH), vote("UCID"))
    assert carol.needed == (MissingApprovals(count=1, any_of=(SECURITY,)),), "Cid can take the one seat alone"


@pytest.mark.parametrize("order", [("UBOB", "UCID"), ("UCID", "UBOB")])
def test_two_people_who_can_fill_both_seats_do_in_either_order(order: tuple[str, str]) -> None:
    result = counted(context(BOTH), *(vote(user) for user in order))
    assert result.outcome is VotingOutcome.APPROVED
    assert result.decision == Decision(kind=APPROVE)
    assert [seat.voter for seat in result.seats] == ["UCID", "UBOB"]


def test_the_same_person_twice_is_one_approval() -> None:
    result = counted(context('approvers = "members"\nquorum = 2'), vote("UANN"), vote("UANN"))
    assert (result.outcome, len(result.approvals)) == (VotingOutcome.OPEN, 1)


def test_a_quorum_above_the_seats_takes_more_of_those_who_may() -> None:
    keys = 'approvers = [{group = "@finance"}]\nquorum = 2'
    result = counted(context(keys), vote("UBOB"))
    assert result.needed == (MissingApprovals(count=1, any_of=(FINANCE,)),)
    assert str(result.needed[0]) == "one of @finance"
    assert counted(context(keys), vote("UBOB"), vote("UCID")).outcome is VotingOutcome.APPROVED


def test_who_is_none_of_the_approvers_does_not_count_and_gets_the_reason() -> None:
    result = counted(context(BOTH), vote("UEVE"))
    assert [str(each.reason) for each in result.uncounted] == ["Only @finance and @security can decide this."]
    assert result.approvals == ()


def test_one_rejection_ends_it_unless_the_rule_says_more() -> None:
    assert counted(context(BOTH), vote("UBOB", REJECT, message="no")).outcome is VotingOutcome.REJECTED
    two = 'approvers = [{group = "@finance"}]\nrejections = 2'
    assert counted(context(two), vote("UBOB", REJECT)).outcome is VotingOutcome.OPEN
    result = counted(context(two), vote("UBOB", REJECT), vote("UCID", REJECT, message="no budget"))
    assert result.outcome is VotingOutcome.REJECTED
    assert result.decision == Decision(kind=REJECT, message="no budget")


def test_a_rejection_wins_over_an_approval_that_would_do() -> None:
    where = context('approvers = "members"')
    row = RowVotes(votes=(vote("UANN"), vote("UBOB", REJECT)))
    assert count_votes(where, row).outcome is VotingOutcome.REJECTED


FOUR_EYES = 'approvers = "members"\nrequester_may_decide = false'


def test_the_requester_is_shut_out_where_the_rule_says_so() -> None:
    assert counted(context('approvers = "members"'), vote("UREQ")).outcome is VotingOutcome.APPROVED
    result = counted(context(FOUR_EYES), vote("UREQ"))
    assert result.outcome is VotingOutcome.OPEN
    assert "You asked for this" in str(result.uncounted[0].reason)


def test_where_nobody_asked_nobody_is_shut_out() -> None:
    assert counted(context(FOUR_EYES, requester=None), vote("UREQ")).outcome is VotingOutcome.APPROVED


def test_whoever_edits_needs_somebody_else_and_the_edit_is_what_runs() -> None:
    edit = vote("UBOB", EDIT, value={"amount": 5})
    alone = counted(context(FOUR_EYES), edit)
    assert (alone.outcome, alone.uncounted) == (VotingOutcome.OPEN, ())
    together = counted(context(FOUR_EYES), edit, vote("UCID"))
    assert together.outcome is VotingOutcome.APPROVED
    assert together.decision == edit.decision
    assert [each.by.id for each in together.approvals] == ["UCID"]


def test_the_editor_may_not_approve_their_own_edit_but_may_edit_again() -> None:
    row = RowVotes().cast(vote("UBOB", EDIT, value={"amount": 5}))
    where = context(FOUR_EYES)
    with pytest.raises(MayNotDecide, match="edited this last"):
        check_may_vote(where, row, person("UBOB"), Decision(kind=APPROVE))
    check_may_vote(where, row, person("UBOB"), Decision(kind=EDIT, value={"amount": 6}))


def test_an_edit_is_an_approval_where_the_requester_may_decide() -> None:
    edit = vote("UBOB", EDIT, value={"amount": 5})
    assert counted(context('approvers = "members"'), edit).decision == edit.decision


def test_an_answer_needs_its_quorum_too() -> None:
    where = context('approvers = "members"\nquorum = 2')
    answer = vote("UANN", RESPOND, message="Monday")
    assert counted(where, answer).outcome is VotingOutcome.OPEN
    assert counted(where, answer, vote("UBOB", RESPOND, message="Tuesday")).outcome is VotingOutcome.OPEN
    assert counted(where, answer, vote("UBOB", RESPOND, message="Monday")).decision == answer.decision
    assert counted(where, answer, vote("UBOB")).decision == answer.decision


def test_the_requester_alone() -> None:
    where = context('approvers = "requester"')
    assert counted(where, vote("UREQ")).outcome is VotingOutcome.APPROVED
    assert str(counted(where, vote("UBOB")).uncounted[0].reason) == "Only the requester can decide this."


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.MEMBER])
def test_only_full_members_accounts_count_whatever_group_they_are_in(standing: Standing) -> None:
    result = counted(context('approvers = [{group = "@finance"}]'), vote("UBOB", standing=standing))
    assert (result.outcome, len(result.uncounted)) == (VotingOutcome.OPEN, 1)


def test_a_group_that_cannot_be_read_lets_nobody_decide_and_says_why() -> None:
    where = context(BOTH, finance=Unreadable(reason="Slack did not answer"))
    with pytest.raises(MayNotDecide, match=r"one of @finance: Slack did not answer"):
        check_may_vote(where, RowVotes(), person("UCID"), Decision(kind=APPROVE))
    assert counted(where, vote("UCID"), vote("UBOB")).outcome is VotingOutcome.OPEN


def test_a_group_that_was_not_looked_up_lets_nobody_decide() -> None:
    rule = a_rule('approvers = [{group = "@forgotten"}]')
    result = counted(VotingContext(rule=rule, memberships=Memberships()), vote("UANN"))
    assert result.outcome is VotingOutcome.OPEN
    assert "not looked up" in str(result.uncounted[0].reason)


def test_a_vote_stops_counting_when_the_voter_leaves_the_group() -> None:
    there = context('approvers = [{group = "@finance"}]\nquorum = 2')
    gone = context('approvers = [{group = "@finance"}]\nquorum = 2', finance=frozenset({"UCID", "UDAN"}))
    assert counted(there, vote("UBOB"), vote("UCID")).outcome is VotingOutcome.APPROVED
    result = counted(gone, vote("UBOB"), vote("UCID"))
    assert (result.outcome, [each.vote.by.id for each in result.uncounted]) == (VotingOutcome.OPEN, ["UBOB"])


def test_a_decision_that_the_rule_leaves_out_is_refused() -> None:
    where = context('decisions = ["approve", "reject"]')
    for kind in (EDIT, RESPOND):
        with pytest.raises(MayNotDecide, match="doesn't allow"):
            check_may_vote(where, RowVotes(), person("UANN"), Decision(kind=kind))


@pytest.mark.parametrize(
    ("keys", "needing"),
    [("", set()), ('reason = "reject"', {REJECT}), ('reason = "always"', {APPROVE, EDIT, REJECT})],
)
def test_who_must_give_a_reason(keys: str, needing: set[DecisionKind]) -> None:
    where = context(keys)
    for kind in DecisionKind:
        check_may_open(where, RowVotes(), person("UANN"), kind)
        assert reason_required(where, person("UANN"), kind) == (kind in needing)
        check_may_vote(where, RowVotes(), person("UANN"), Decision(kind=kind, message="because"))
        for empty in (None, "", "  "):
            if kind in needing:
                with pytest.raises(ReasonMissing):
                    check_may_vote(where, RowVotes(), person("UANN"), Decision(kind=kind, message=empty))
            else:
                check_may_vote(where, RowVotes(), person("UANN"), Decision(kind=kind, message=empty))


def test_the_decision_is_that_of_whoever_decided_last() -> None:
    where = context('approvers = "members"\nquorum = 2\nrejections = 2')
    for kind in (APPROVE, REJECT):
        last = counted(
            where, vote("UBOB", kind, message="first"), vote("UCID", kind, message="last")
        ).decision
        assert last is not None
        assert last.message == "last"
