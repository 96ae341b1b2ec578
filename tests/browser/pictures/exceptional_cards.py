"""Cards with what few have: no requester, a freeze, somebody away, a question passed on, a grant on offer."""

from collections.abc import Iterator
from dataclasses import replace

from countersign.approvals.assignment.referral import Referral
from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.clock.timers import Fired, TimerKind
from countersign.approvals.policy.voting.missing_approvals import MissingApprovals
from countersign.approvals.policy.voting.row_votes import RowVotes
from tests.approvals.policy.policies import a_rule
from tests.browser.pictures.card_gallery import (
    ALICE,
    BATCH,
    BOB,
    LARGE,
    NOW,
    REFUND,
    Shown,
    a_card,
    asked,
    every_card,
    vote,
)


def all_cards() -> Iterator[Shown]:
    yield from every_card()
    yield from exceptional_cards()


def exceptional_cards() -> Iterator[Shown]:
    still = (MissingApprovals(count=1, any_of=(Source(kind=SourceKind.GROUP, names=("@security",)),)),)
    nobodys = asked(REFUND, rules=(LARGE,))
    yield a_card("no-requester", replace(nobodys, requester=None), ordinary=True)
    voted = RowVotes(votes=(vote(DecisionKind.APPROVE),), needed=still)
    yield a_card("no-requester-voted", replace(nobodys, requester=None, row_votes=(voted,)))
    freeze = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR\n"
    frozen = a_rule(
        'approvers = [{group = "@release"}]\nfreeze = "f.ics"\nbreak_glass = [{group = "@oncall-leads"}]',
        f=freeze,
    )
    yield a_card("freeze", asked(REFUND, rules=(replace(frozen, name="changes"),)), ordinary=True)
    for_alice = replace(vote(DecisionKind.APPROVE), on_behalf_of=ALICE)
    away = RowVotes(votes=(for_alice,), needed=still)
    yield a_card("delegate", asked(REFUND, rules=(LARGE,), row_votes=(away,)))
    passed_on = Referral(by=BOB, to=ALICE, note="You know this customer.", at=NOW)
    yield a_card("referred", asked(REFUND, rules=(LARGE,), referrals=(passed_on,)))
    grant = a_rule('approvers = [{group = "@finance"}]\ngrant = {for = "1h", max_uses = 20}')
    yield a_card("grant", asked(REFUND, rules=(replace(grant, name="small refunds"),)), ordinary=True)
    kept = replace(a_rule('expire_after = "2h"\non_expiry = "keep"'), name="kept")
    overdue = frozenset({Fired(row=0, kind=TimerKind.EXPIRE)})
    yield a_card("overdue", asked(REFUND, rules=(kept,), fired=overdue))
    own = (LARGE, LARGE, replace(grant, name="invitations"), frozen)
    rejected = RowVotes(votes=(vote(DecisionKind.REJECT, message="No cake today."),), needed=still)
    split = (voted, rejected, RowVotes(), RowVotes())
    yield a_card("batch-under-rules", asked(BATCH, rules=own, row_votes=split))
    glass = vote(DecisionKind.APPROVE, ALICE, message="Production is down.", broke_glass=True)
    some = {0: glass, 1: vote(DecisionKind.REJECT), 2: glass, 3: vote(DecisionKind.APPROVE)}
    yield a_card("break-glass-batch", asked(BATCH, rules=(LARGE,)).with_votes(some))
