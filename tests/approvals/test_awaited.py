"""Whom an approval waits for, whom it does not need any more, and whose inbox it is in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from countersign.approvals.assignment.inbox_index import awaited, concerned, deadline, excused
from countersign.approvals.assignment.referral import Referral
from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.clock.timers import Fired, TimerKind
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.missing_approvals import MissingApprovals
from countersign.approvals.policy.voting.row_votes import RowVotes
from tests.approvals.policy.policies import a_rule, person, vote
from tests.approvals.test_record import OPENED, an_approval

APPROVE, EDIT, REJECT, _ = DecisionKind
HERE = "in:C1"
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        ("", (HERE,)),
        ('approvers = "channel"', (HERE,)),
        ('approvers = "requester"', ("UREQ",)),
        ('approvers = [{users = ["U2", "U1"]}]', ("U1", "U2")),
        ('approvers = [{group = "@finance"}, {channel = "#ops"}]', ("@finance", "of:#ops")),
    ],
)
def test_it_waits_for_whoever_could_fill_a_seat(rule: str, keys: tuple[str, ...]) -> None:
    assert awaited(an_approval(a_rule(rule), requester="UREQ")) == keys


def test_a_card_in_another_channel_waits_for_both_channels_and_nobody_for_a_missing_requester() -> None:
    assert awaited(an_approval(a_rule(""), posted_to="C9")) == (HERE, "in:C9")
    assert awaited(an_approval(a_rule('approvers = "channel"'), posted_to="C9")) == (HERE,)
    assert awaited(an_approval(a_rule('approvers = "requester"'))) == ()


def test_once_somebody_has_voted_it_waits_for_the_seats_that_are_left() -> None:
    rule = a_rule('approvers = [{group = "@finance"}, {group = "@security"}]')
    left = MissingApprovals(count=1, any_of=(rule.approvers[1].source,))
    half = an_approval(rule, row_votes=(RowVotes(votes=(vote("UBOB"),), needed=(left,)),))
    assert awaited(half) == ("@security",)


def test_an_escalation_and_a_referral_add_people() -> None:
    rule = a_rule(
        'approvers = [{group = "@finance"}]\nescalate_after = "1h"\nescalate_to = [{group = "@leads"}]'
    )
    waiting = an_approval(rule, rule)
    assert awaited(waiting) == ("@finance",)

    for row in (0, 1):
        escalated = replace(waiting, fired=frozenset({Fired(row=row, kind=TimerKind.ESCALATE)}))
        assert awaited(escalated) == ("@finance", "@leads")
    reminded = replace(waiting, fired=frozenset({Fired(row=0, kind=TimerKind.REMIND)}))
    assert awaited(reminded) == ("@finance",)
    referral = Referral(by=person("UBOB"), to=person("UDORA"), note="", at=AT)
    assert awaited(replace(waiting, referrals=(referral,))) == ("@finance", "UDORA")


def test_what_is_decided_waits_for_nobody() -> None:
    rule = a_rule('expire_after = "1h"')
    for approval in (
        an_approval(rule).with_votes({0: vote("UBOB")}),
        an_approval(rule, status=Status.WITHDRAWN),
    ):
        assert (awaited(approval), excused(approval), deadline(approval)) == ((), (), None)


def test_a_row_that_is_decided_waits_for_nobody() -> None:
    rows = an_approval(a_rule('approvers = [{group = "@a"}]'), a_rule('approvers = [{group = "@b"}]'))
    assert awaited(rows.with_votes({0: vote("UBOB")})) == ("@b",)


NOT_BY_REQUESTER = a_rule("quorum = 2\nrequester_may_decide = false")
TWO = a_rule("quorum = 2")


def votes_on(*users: str, editor: str | None = None) -> RowVotes:
    edit = vote(editor, EDIT, value={"amount": 2}) if editor else None
    return RowVotes(votes=tuple(map(vote, users)), proposal=edit)


@pytest.mark.parametrize(
    ("rules", "row_votes", "ids"),
    [
        ((TWO,), (votes_on("UBOB"),), ("UBOB",)),
        ((TWO,), (votes_on(),), ()),
        ((NOT_BY_REQUESTER,), (votes_on("UBOB"),), ("UBOB", "UREQ")),
        ((NOT_BY_REQUESTER,), (votes_on(),), ("UREQ",)),
        ((NOT_BY_REQUESTER,), (votes_on(editor="UDORA"),), ("UDORA", "UREQ")),
        ((TWO,), (votes_on(editor="UDORA"),), ()),
        ((TWO, TWO), (votes_on("UBOB"), votes_on("UBOB", "UANN")), ("UBOB",)),
        ((TWO, NOT_BY_REQUESTER), (votes_on("UBOB"), votes_on("UBOB")), ("UBOB",)),
    ],
)
def test_who_has_voted_on_all_that_is_open_or_may_not_is_excused(
    rules: tuple[Rule, ...], row_votes: tuple[RowVotes, ...], ids: tuple[str, ...]
) -> None:
    assert excused(an_approval(*rules, requester="UREQ", row_votes=row_votes)) == ids


def test_it_is_in_the_inbox_of_the_requester_and_of_everybody_who_voted() -> None:
    approval = an_approval(TWO, TWO, requester="UREQ", row_votes=(votes_on("UBOB"), votes_on("UANN", "UBOB")))
    assert concerned(approval) == ("UANN", "UBOB", "UREQ")
    assert concerned(replace(approval, requester=None)) == ("UANN", "UBOB")
    assert concerned(an_approval()) == ()


def test_the_deadline_is_that_of_the_first_open_row_to_expire() -> None:
    late, soon = a_rule('expire_after = "3h"'), a_rule('expire_after = "1h"')
    approval = an_approval(late, soon, TWO)

    assert deadline(approval) == OPENED + timedelta(hours=1)
    assert deadline(approval.with_votes({1: vote("UBOB")})) == OPENED + timedelta(hours=3)
    assert deadline(an_approval(TWO)) is None
