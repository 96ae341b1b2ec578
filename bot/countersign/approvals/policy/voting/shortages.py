"""Finds approver sets that the available people cannot fill."""

from dataclasses import dataclass

from countersign.approvals.policy.approver_set import MEMBERS, Source
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.membership import Unreadable
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.seats import assign
from countersign.i18n import AnyText, Text, TextLines, lazy_text


@dataclass(frozen=True, kw_only=True)
class Shortage:
    source: Source
    missing: int  # seats, or approvals beyond the seats, that nobody is left for
    reason: AnyText
    unseen: bool = False  # whether more people could decide if they could see the card

    @property
    def label(self) -> TextLines:
        return TextLines((self.source.label, self.reason), ": ")

    def __str__(self) -> str:
        return str(self.label)


@dataclass(frozen=True, kw_only=True)
class SeatCheck:
    shortages: tuple[Shortage, ...] = ()
    # Without shortages: people with whom all seats can be filled. Their accounts may still be unknown.
    relied_on: frozenset[str] = frozenset()


def find_shortages(context: VotingContext, editor: str | None = None) -> tuple[Shortage, ...]:
    """What cannot be filled now by different people who may decide; empty if all can."""
    return check_seats(context, editor).shortages


def check_seats(context: VotingContext, editor: str | None = None) -> SeatCheck:
    """What cannot be filled now by different people who may decide, or by whom it can be.

    Accounts that are not known count as full members. The workspace's members never run short where they can
    see the card, nor do people of whom Slack may tell in a moment.
    """
    rule, memberships = context.rule, context.memberships
    if _all_are_members(rule) and memberships.viewers is None:
        return SeatCheck()
    shut_out = set() if rule.requester_may_decide else {memberships.requester, editor}
    sources = [each.source for each in rule.approvers for _ in range(each.count)]
    substitutes = rule.timers.escalate_to if context.substitutes_may_decide else ()
    people: dict[Source, frozenset[str] | None] = {}
    unreadable: dict[Source, AnyText] = {}
    for source in dict.fromkeys([*sources, *(each.source for each in substitutes)]):
        found = memberships.people(source)
        if isinstance(found, Unreadable):
            unreadable[source] = found.reason
            people[source] = frozenset() if found.permanent else None
        elif found is None:
            people[source] = None
        else:
            people[source] = frozenset(user for user in found - shut_out if memberships.may_hold_a_seat(user))
    if any(people[each.source] is None for each in substitutes):
        return SeatCheck()
    spare = frozenset[str]().union(*(people[each.source] or frozenset() for each in substitutes))
    limited = [source for source in sources if people[source] is not None]
    # A source with as many people as there are seats can always fill its own: more need not be looked at.
    enough = {source: sorted((people[source] or frozenset()) | spare)[: rule.quorum] for source in limited}
    candidates = sorted({user for users in enough.values() for user in users})
    if len(limited) == len(sources) == 1 and len(candidates) == rule.quorum:
        return SeatCheck(relied_on=frozenset(candidates))  # the usual case
    assigned = assign(len(limited), candidates, lambda number, user: user in enough[limited[number]])
    empty: dict[Source, int] = {}
    for source, user in zip(limited, assigned, strict=True):
        if user is None:
            empty[source] = empty.get(source, 0) + 1
    relied_on = {user for user in assigned if user is not None}
    if not empty and len(limited) == len(sources):
        everybody = spare.union(*(people[source] or frozenset() for source in limited))
        if len(everybody) < rule.quorum:
            empty[sources[0]] = rule.quorum - len(everybody)
        relied_on |= set(sorted(everybody - relied_on)[: rule.quorum - len(relied_on)])
    return SeatCheck(
        relied_on=frozenset(relied_on),
        shortages=tuple(
            _shortage(source, missing, unreadable.get(source), context, shut_out)
            for source, missing in empty.items()
        ),
    )


def _all_are_members(rule: Rule) -> bool:
    return all(each.source == MEMBERS for each in rule.approvers)


def _shortage(
    source: Source,
    missing: int,
    unreadable: AnyText | None,
    context: VotingContext,
    shut_out: set[str | None],
) -> Shortage:
    found = context.memberships.people(source)
    if unreadable is not None or found is None or isinstance(found, Unreadable):
        return Shortage(source=source, missing=missing, reason=unreadable or _NO_MEMBERS)
    may = {user for user in found - shut_out if context.memberships.has_full_account(user)}
    able = {user for user in may if context.memberships.may_hold_a_seat(user)}
    unseen = len(able) < len(may) or source == MEMBERS
    reason = _few_viewers(able) if source == MEMBERS else _reason(found, shut_out, may, able)
    return Shortage(source=source, missing=missing, reason=reason, unseen=unseen)


def _few_viewers(able: set[str]) -> Text:
    if not able:
        return lazy_text("nobody else can see the card's channel")
    return lazy_text("too few of them can see the card's channel ({able})", able=len(able))


def _reason(found: frozenset[str], shut_out: set[str | None], may: set[str], able: set[str]) -> Text:
    if not found:
        return _NO_MEMBERS
    if found & shut_out and not may:
        return lazy_text("its only members asked for this or edited it")
    if not may:
        return lazy_text("none of its members has a full member's account")
    if not able:
        return lazy_text("none of its members can see the card's channel")
    if len(able) < len(may):
        return lazy_text("too few of its members can see the card's channel ({able})", able=len(able))
    return lazy_text("it has too few members who may decide ({able})", able=len(able))


_NO_MEMBERS = lazy_text("it has no members")
