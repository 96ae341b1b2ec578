"""What votes come to: held against a brute-force count, and each rule of the count on its own."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Standing
from countersign.approvals.policy.approver_set import MEMBERS, REQUESTER, ApproverSet, Source, SourceKind
from countersign.approvals.policy.clock.freeze_calendar import Freeze
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.membership import Memberships, Unreadable
from countersign.approvals.policy.voting.needed import Needed
from countersign.approvals.policy.voting.permission import (
    ReasonMissing,
    VotingContext,
    check_may_open,
    check_may_vote,
    reason_required,
)
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.shortages import find_shortages
from countersign.approvals.policy.voting.verdict import Outcome, Verdict, count_votes
from tests.approvals.policy.policies import a_rule, person, vote

APPROVE, EDIT, REJECT, RESPOND = (
    DecisionKind.APPROVE,
    DecisionKind.EDIT,
    DecisionKind.REJECT,
    DecisionKind.RESPOND,
)
FINANCE = Source(kind=SourceKind.GROUP, names=("@finance",))
SECURITY = Source(kind=SourceKind.GROUP, names=("@security",))
LEADS = Source(kind=SourceKind.GROUP, names=("@leads",))
ONCALL = Source(kind=SourceKind.GROUP, names=("@oncall",))
EVERYBODY = frozenset({"UANN", "UBOB", "UCID", "UDAN"})


def context(
    keys: str,
    *,
    finance: frozenset[str] | Unreadable = frozenset({"UBOB", "UCID"}),
    security: frozenset[str] | Unreadable = frozenset({"UBOB"}),
    requester: str | None = "UREQ",
    freeze: Freeze | None = None,
    escalated: bool = False,
    unfillable: bool = False,
) -> VotingContext:
    rosters: dict[Source, frozenset[str] | Unreadable] = {
        FINANCE: finance,
        SECURITY: security,
        LEADS: frozenset({"ULEAD"}),
        ONCALL: frozenset({"UONC"}),
    }
    return VotingContext(
        rule=a_rule(keys),
        memberships=Memberships(rosters=rosters, requester=requester),
        freeze=freeze,
        escalated=escalated,
        unfillable=unfillable,
    )


def counted(where: VotingContext, *votes: object) -> Verdict:
    row = RowVotes()
    for each in votes:
        row = row.cast(each)  # type: ignore[arg-type]
    return count_votes(where, row)


BOTH = 'approvers = [{group = "@finance"}, {group = "@security"}]'

# --- against brute force


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
    verdict = counted(
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
    if len(no) >= rejections:
        expected = Outcome.REJECTED
    elif seated and len(yes) >= rule.quorum:
        expected = Outcome.APPROVED
    else:
        expected = Outcome.OPEN
    assert verdict.outcome is expected
    assert bool(verdict.needed) == (expected is Outcome.OPEN)
    if expected is Outcome.OPEN:
        missing = sum(needed.count for needed in verdict.needed)
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
    if late in yes or before.outcome is not Outcome.OPEN:
        return
    after = counted(where, *(vote(user) for user in [*yes, late]))
    named = {source for needed in before.needed for source in needed.any_of}
    fewer = sum(needed.count for needed in after.needed) < sum(needed.count for needed in before.needed)
    would_help = any(where.memberships.includes(source, late) for source in named)
    # Beyond the seats anybody's approval counts towards the quorum, so more may help than fill a seat.
    assert fewer == would_help


# --- seats and quorum


def test_one_person_in_two_groups_fills_one_seat() -> None:
    verdict = counted(context(BOTH), vote("UBOB"))
    assert verdict.outcome is Outcome.OPEN
    assert verdict.needed == (Needed(count=1, any_of=(FINANCE, SECURITY)),), "Bob can take either seat"
    assert [seat.voter for seat in verdict.seats].count("UBOB") == 1
    carol = counted(context(BOTH), vote("UCID"))
    assert carol.needed == (Needed(count=1, any_of=(SECURITY,)),), "Cid can take the one seat alone"


@pytest.mark.parametrize("order", [("UBOB", "UCID"), ("UCID", "UBOB")])
def test_two_people_who_can_fill_both_seats_do_in_either_order(order: tuple[str, str]) -> None:
    verdict = counted(context(BOTH), *(vote(user) for user in order))
    assert verdict.outcome is Outcome.APPROVED
    assert verdict.decision == Decision(kind=APPROVE)
    assert [seat.voter for seat in verdict.seats] == ["UCID", "UBOB"]


def test_the_same_person_twice_is_one_approval() -> None:
    verdict = counted(context('approvers = "members"\nquorum = 2'), vote("UANN"), vote("UANN"))
    assert (verdict.outcome, len(verdict.approvals)) == (Outcome.OPEN, 1)


def test_a_quorum_above_the_seats_takes_more_of_those_who_may() -> None:
    keys = 'approvers = [{group = "@finance"}]\nquorum = 2'
    verdict = counted(context(keys), vote("UBOB"))
    assert verdict.needed == (Needed(count=1, any_of=(FINANCE,)),)
    assert str(verdict.needed[0]) == "one of @finance"
    assert counted(context(keys), vote("UBOB"), vote("UCID")).outcome is Outcome.APPROVED


def test_who_is_none_of_the_approvers_does_not_count_and_gets_the_reason() -> None:
    verdict = counted(context(BOTH), vote("UEVE"))
    assert [str(each.reason) for each in verdict.uncounted] == [
        "Only @finance and @security can decide this."
    ]
    assert verdict.approvals == ()


# --- rejections


def test_one_rejection_ends_it_unless_the_rule_says_more() -> None:
    assert counted(context(BOTH), vote("UBOB", REJECT, message="no")).outcome is Outcome.REJECTED
    two = 'approvers = [{group = "@finance"}]\nrejections = 2'
    assert counted(context(two), vote("UBOB", REJECT)).outcome is Outcome.OPEN
    verdict = counted(context(two), vote("UBOB", REJECT), vote("UCID", REJECT, message="no budget"))
    assert verdict.outcome is Outcome.REJECTED
    assert verdict.decision == Decision(kind=REJECT, message="no budget")


def test_a_rejection_wins_over_an_approval_that_would_do() -> None:
    where = context('approvers = "members"')
    row = RowVotes(votes=(vote("UANN"), vote("UBOB", REJECT)))
    assert count_votes(where, row).outcome is Outcome.REJECTED


# --- edits, answers and the requester

FOUR_EYES = 'approvers = "members"\nrequester_may_decide = false'


def test_the_requester_is_shut_out_where_the_rule_says_so() -> None:
    assert counted(context('approvers = "members"'), vote("UREQ")).outcome is Outcome.APPROVED
    verdict = counted(context(FOUR_EYES), vote("UREQ"))
    assert verdict.outcome is Outcome.OPEN
    assert "You asked for this" in str(verdict.uncounted[0].reason)


def test_where_nobody_asked_nobody_is_shut_out() -> None:
    assert counted(context(FOUR_EYES, requester=None), vote("UREQ")).outcome is Outcome.APPROVED


def test_whoever_edits_needs_somebody_else_and_the_edit_is_what_runs() -> None:
    edit = vote("UBOB", EDIT, value={"amount": 5})
    alone = counted(context(FOUR_EYES), edit)
    assert (alone.outcome, alone.uncounted) == (Outcome.OPEN, ())
    together = counted(context(FOUR_EYES), edit, vote("UCID"))
    assert together.outcome is Outcome.APPROVED
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
    assert counted(where, answer).outcome is Outcome.OPEN
    assert counted(where, answer, vote("UBOB", RESPOND, message="Tuesday")).outcome is Outcome.OPEN
    assert counted(where, answer, vote("UBOB", RESPOND, message="Monday")).decision == answer.decision
    assert counted(where, answer, vote("UBOB")).decision == answer.decision


def test_the_requester_alone() -> None:
    where = context('approvers = "requester"')
    assert counted(where, vote("UREQ")).outcome is Outcome.APPROVED
    assert str(counted(where, vote("UBOB")).uncounted[0].reason) == "Only the requester can decide this."


# --- failing closed


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.MEMBER])
def test_only_full_members_accounts_count_whatever_group_they_are_in(standing: Standing) -> None:
    verdict = counted(context('approvers = [{group = "@finance"}]'), vote("UBOB", standing=standing))
    assert (verdict.outcome, len(verdict.uncounted)) == (Outcome.OPEN, 1)


def test_a_group_that_cannot_be_read_lets_nobody_decide_and_says_why() -> None:
    where = context(BOTH, finance=Unreadable(reason="Slack did not answer"))
    with pytest.raises(MayNotDecide, match=r"one of @finance: Slack did not answer"):
        check_may_vote(where, RowVotes(), person("UCID"), Decision(kind=APPROVE))
    assert counted(where, vote("UCID"), vote("UBOB")).outcome is Outcome.OPEN


def test_a_group_that_was_not_looked_up_lets_nobody_decide() -> None:
    rule = a_rule('approvers = [{group = "@forgotten"}]')
    verdict = counted(VotingContext(rule=rule, memberships=Memberships()), vote("UANN"))
    assert verdict.outcome is Outcome.OPEN
    assert "not looked up" in str(verdict.uncounted[0].reason)


def test_a_vote_stops_counting_when_the_voter_leaves_the_group() -> None:
    there = context('approvers = [{group = "@finance"}]\nquorum = 2')
    gone = context('approvers = [{group = "@finance"}]\nquorum = 2', finance=frozenset({"UCID", "UDAN"}))
    assert counted(there, vote("UBOB"), vote("UCID")).outcome is Outcome.APPROVED
    verdict = counted(gone, vote("UBOB"), vote("UCID"))
    assert (verdict.outcome, [each.vote.by.id for each in verdict.uncounted]) == (Outcome.OPEN, ["UBOB"])


def test_a_decision_that_the_rule_leaves_out_is_refused() -> None:
    where = context('decisions = ["approve", "reject"]')
    for kind in (EDIT, RESPOND):
        with pytest.raises(MayNotDecide, match="doesn't allow"):
            check_may_vote(where, RowVotes(), person("UANN"), Decision(kind=kind))


# --- reasons


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


# --- escalation, freezes, break glass

GLASS = f"""{BOTH}
break_glass = [{{group = "@oncall"}}]
escalate_after = "1h"
escalate_to = {{group = "@leads"}}"""
FREEZE = Freeze(summary="year end", until=None)


def test_after_the_escalation_its_people_may_fill_any_seat() -> None:
    assert str(counted(context(GLASS), vote("ULEAD")).uncounted[0].reason).startswith("Only")
    assert counted(context(GLASS, escalated=True), vote("ULEAD"), vote("UCID")).outcome is Outcome.APPROVED
    assert counted(context(GLASS, escalated=True), vote("ULEAD")).outcome is Outcome.OPEN, (
        "one seat is one seat"
    )


def test_in_a_freeze_approvals_count_only_from_people_who_break_the_glass_with_a_reason() -> None:
    frozen = context(GLASS, freeze=FREEZE)
    assert "A freeze is on (year end)" in str(counted(frozen, vote("UBOB"), vote("UCID")).uncounted[0].reason)
    with pytest.raises(ReasonMissing):
        check_may_vote(frozen, RowVotes(), person("UONC"), Decision(kind=APPROVE))
    verdict = counted(frozen, vote("UONC", message="payroll is due"))
    assert verdict.outcome is Outcome.APPROVED
    assert verdict.broke_glass is not None
    assert verdict.broke_glass.by.id == "UONC"


def test_in_a_freeze_a_rejection_counts_as_ever() -> None:
    assert counted(context(GLASS, freeze=FREEZE), vote("UBOB", REJECT)).outcome is Outcome.REJECTED


def test_votes_from_before_a_freeze_count_again_after_it() -> None:
    votes = (vote("UBOB"), vote("UCID"))
    assert counted(context(GLASS, freeze=FREEZE), *votes).outcome is Outcome.OPEN
    assert counted(context(GLASS), *votes).outcome is Outcome.APPROVED


def test_without_need_nobody_breaks_the_glass() -> None:
    verdict = counted(context(GLASS), vote("UONC", message="I want to"))
    assert (verdict.outcome, verdict.broke_glass) == (Outcome.OPEN, None)


def test_where_seats_cannot_be_filled_the_glass_may_be_broken_or_the_substitutes_decide() -> None:
    empty = context(GLASS, finance=frozenset(), security=frozenset(), unfillable=True)
    assert counted(empty, vote("UONC", message="all are ill")).broke_glass is not None
    assert counted(empty, vote("ULEAD")).outcome is Outcome.OPEN


def test_breaking_the_glass_does_not_get_around_the_requester_being_shut_out() -> None:
    keys = f"{GLASS}\nrequester_may_decide = false"
    verdict = counted(context(keys, freeze=FREEZE, requester="UONC"), vote("UONC", message="mine"))
    assert verdict.outcome is Outcome.OPEN


# --- sets that nobody can fill


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


def test_the_decision_is_that_of_whoever_decided_last() -> None:
    where = context('approvers = "members"\nquorum = 2\nrejections = 2')
    for kind in (APPROVE, REJECT):
        last = counted(
            where, vote("UBOB", kind, message="first"), vote("UCID", kind, message="last")
        ).decision
        assert last is not None
        assert last.message == "last"


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
    verdict = counted(where, *(vote(user) for user in [*sorted(EVERYBODY), *crowd]))
    assert bool(find_shortages(where)) == (verdict.outcome is not Outcome.APPROVED)


def test_a_requester_who_is_nobody_leaves_a_seat_that_nobody_can_fill() -> None:
    rule = a_rule('approvers = "requester"')
    assert rule.approvers == (ApproverSet(source=REQUESTER),)
    assert find_shortages(VotingContext(rule=rule, memberships=Memberships()))
