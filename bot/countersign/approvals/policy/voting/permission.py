"""Who may vote on a row under its rule, and why others may not."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.approver_set import ApproverSet, Source
from countersign.approvals.policy.clock.freeze_calendar import Freeze
from countersign.approvals.policy.rule import ReasonRequired, Rule
from countersign.approvals.policy.voting.active_delegation import ActiveDelegation
from countersign.approvals.policy.voting.membership import Memberships, Unreadable
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.votes.eligibility import check_may_decide
from countersign.i18n import AnyText, Text, TextList, lazy_text

_NOT_ALLOWED = {
    DecisionKind.APPROVE: lazy_text("The rule for this doesn't allow approving it."),
    DecisionKind.EDIT: lazy_text("The rule for this doesn't allow editing it."),
    DecisionKind.REJECT: lazy_text("The rule for this doesn't allow rejecting it."),
    DecisionKind.RESPOND: lazy_text("The rule for this doesn't allow answering it."),
}


class ReasonMissing(MayNotDecide):
    """A reason is required here. Add one and send it again."""


@dataclass(frozen=True, kw_only=True)
class VotingContext:
    """The rule and all facts that counting votes depends on, as of now."""

    rule: Rule
    memberships: Memberships
    freeze: Freeze | None = None  # one that lasts now
    escalated: bool = False  # `escalate_after` is over: `escalate_to` may fill any seat too
    unfillable: bool = False  # a seat cannot be filled by who is left: `shortages` found some
    stuck: bool = False  # nor by `escalate_to`
    delegations: tuple[ActiveDelegation, ...] = ()  # of those who vote, as their delegations are now

    def fills(self, source: Source, user_id: str) -> bool:
        """Whether this person may sit in a seat of this source, by membership alone."""
        if self.memberships.includes(source, user_id) is True:
            return True
        return self.substitutes_may_decide and self._is_any(self.rule.timers.escalate_to, user_id)

    def fills_for(self, source: Source, delegation: ActiveDelegation) -> bool:
        """Whether whoever is away could sit in this seat by their own membership, and delegated it."""
        away = delegation.delegator.id
        if self.memberships.includes(source, away) is True and _is_for(delegation, source):
            return True
        substitutes = (each for each in self.rule.timers.escalate_to if _is_for(delegation, each.source))
        return self.substitutes_may_decide and self._is_any(substitutes, away)

    def counts_as_themselves(self, voters: Collection[str]) -> bool:
        """Whether nobody's delegation changes anything: the only voter sits in the only kind of seat.

        A second voter, or seats of another source, may make it better for them to count for somebody else.
        """
        if len(voters) != 1 or len(self.rule.approvers) != 1:
            return False
        (voter,) = voters
        return self.fills(self.rule.approvers[0].source, voter)

    def usable_delegations(self, row: RowVotes, user_id: str) -> tuple[ActiveDelegation, ...]:
        """Those for whom this person may vote on the row now.

        Without people who vote themselves, who could not be approvers, or who may not decide this.
        """
        return tuple(
            each
            for each in self.delegations
            if each.delegate == user_id
            and each.delegator.standing is Standing.MEMBER
            and row.of(each.delegator.id) is None
            and not self.is_shut_out(row, each.delegator.id)
            and any(self.fills_for(approvers.source, each) for approvers in self.rule.approvers)
        )

    def is_shut_out(self, row: RowVotes, user_id: str) -> bool:
        """Whether `requester_may_decide = false` keeps this person from approving."""
        if self.rule.requester_may_decide:
            return False
        return user_id in {self.memberships.requester, row.editor}

    @property
    def substitutes_may_decide(self) -> bool:
        return self.escalated or self.unfillable

    def is_approver(self, user_id: str) -> bool:
        return any(self.fills(each.source, user_id) for each in self.rule.approvers)

    def may_break_glass(self, user_id: str) -> bool:
        """Whether this person may decide alone now: in a freeze, or where seats cannot be filled."""
        return (self.freeze is not None or self.unfillable) and self._is_any(self.rule.break_glass, user_id)

    def breaks_glass(self, user_id: str) -> bool:
        """Whether a vote of this person that is cast now decides alone, and so needs a reason.

        An approver votes as ever while the seats can be filled, by the fallback at least.
        """
        needed = self.freeze is not None or self.stuck or not self.is_approver(user_id)
        return needed and self.may_break_glass(user_id)

    def unreadable(self) -> dict[Source, AnyText]:
        """The sources whose members are not known, and why."""
        substitutes = self.rule.timers.escalate_to if self.substitutes_may_decide else ()
        looked_up = {
            each.source: self.memberships.people(each.source) for each in (*self.rule.approvers, *substitutes)
        }
        return {source: found.reason for source, found in looked_up.items() if isinstance(found, Unreadable)}

    def _is_any(self, sets: Iterable[ApproverSet], user_id: str) -> bool:
        return any(self.memberships.includes(each.source, user_id) is True for each in sets)


def check_may_vote(context: VotingContext, row: RowVotes, person: Person, decision: Decision) -> None:
    """Raise MayNotDecide, with the reason, unless this person may vote like this now.

    ReasonMissing where that is all that is wrong.
    """
    check_may_open(context, row, person, decision.kind)
    if _needs_reason(context, person, decision.kind) and not _has_reason(decision):
        raise ReasonMissing


def check_may_open(context: VotingContext, row: RowVotes, person: Person, kind: DecisionKind) -> None:
    """The same without what the person has still to write: for a click that opens a form."""
    check_may_decide(person)
    if kind not in context.rule.decisions:
        raise MayNotDecide(_NOT_ALLOWED[kind])
    _check_not_shut_out(context, row, person.id, kind)
    breaks_glass = context.may_break_glass(person.id)
    if kind is not DecisionKind.REJECT and context.freeze is not None and not breaks_glass:
        raise MayNotDecide(_frozen(context.freeze))
    if breaks_glass or context.is_approver(person.id) or context.usable_delegations(row, person.id):
        return
    raise MayNotDecide(_not_an_approver(context, row, person.id))


def reason_required(context: VotingContext, person: Person, kind: DecisionKind) -> bool:
    """Whether a vote of this kind needs a reason in words, so that its button opens a form."""
    return _needs_reason(context, person, kind)


def counts(context: VotingContext, row: RowVotes, person: Person, decision: Decision) -> AnyText | None:
    """Why a vote that was cast does not count now; None if it does. People may have left since."""
    try:
        check_may_vote(context, row, person, decision)
    except MayNotDecide as refusal:
        return refusal.message
    return None


def _check_not_shut_out(context: VotingContext, row: RowVotes, user_id: str, kind: DecisionKind) -> None:
    if context.rule.requester_may_decide:
        return
    if user_id == context.memberships.requester:
        raise MayNotDecide(lazy_text("You asked for this, so somebody else has to decide it."))
    if user_id == row.editor and kind is not DecisionKind.EDIT:
        raise MayNotDecide(lazy_text("You edited this last, so somebody else has to decide it."))


def _needs_reason(context: VotingContext, person: Person, kind: DecisionKind) -> bool:
    """An answer is its own reason."""
    match kind:
        case DecisionKind.RESPOND:
            return False
        case DecisionKind.REJECT:
            return context.rule.reason is not ReasonRequired.NEVER
        case _:
            return context.rule.reason is ReasonRequired.ALWAYS or context.breaks_glass(person.id)


def _has_reason(decision: Decision) -> bool:
    return bool(decision.message and decision.message.strip())


def _is_for(delegation: ActiveDelegation, source: Source) -> bool:
    return delegation.sources is None or source in delegation.sources


def _frozen(freeze: Freeze) -> Text:
    if freeze.until is None:
        return lazy_text(
            "A freeze is on ({summary}). Approvals count only from people who may break the glass.",
            summary=freeze.summary,
        )
    return lazy_text(
        "A freeze is on until {until} UTC ({summary}). Approvals count only from people who may break the "
        "glass.",
        until=freeze.until.strftime("%Y-%m-%d %H:%M"),
        summary=freeze.summary,
    )


def _not_an_approver(context: VotingContext, row: RowVotes, user_id: str) -> Text:
    for delegation in context.delegations:
        if delegation.delegate != user_id:
            continue
        away = delegation.delegator
        if context.is_shut_out(row, away.id):
            return lazy_text(
                "You decide for {name}, who asked for this or edited it. Somebody else has to decide.",
                name=away.name,
            )
        if row.of(away.id) is not None:
            return lazy_text("{name} has voted on this, so you can't vote for them as well.", name=away.name)
    unreadable = context.unreadable()
    if unreadable:
        source, why = next(iter(unreadable.items()))
        return lazy_text(
            "I couldn't check whether you're one of {source}: {why}. Nothing was changed; please try again.",
            source=source,
            why=why,
        )
    sources = dict.fromkeys(each.source for each in context.rule.approvers)
    return lazy_text("Only {sources} can decide this.", sources=TextList(tuple(sources)))
