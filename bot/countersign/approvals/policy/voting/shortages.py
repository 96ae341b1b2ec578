"""Approver sets that nobody can fill, with the people that there are."""

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

    @property
    def label(self) -> TextLines:
        return TextLines((self.source.label, self.reason), ": ")

    def __str__(self) -> str:
        return str(self.label)


def find_shortages(context: VotingContext, editor: str | None = None) -> tuple[Shortage, ...]:
    """What cannot be filled now by different people who may decide; empty if all can.

    Accounts that are not known count as full members. The workspace's members never run short, nor do people
    of whom Slack may tell in a moment.
    """
    rule = context.rule
    if _all_are_members(rule):
        return ()
    shut_out = set() if rule.requester_may_decide else {context.memberships.requester, editor}
    sources = [each.source for each in rule.approvers for _ in range(each.count)]
    substitutes = rule.timers.escalate_to if context.substitutes_may_decide else ()
    people: dict[Source, frozenset[str] | None] = {}
    unreadable: dict[Source, AnyText] = {}
    for source in dict.fromkeys([*sources, *(each.source for each in substitutes)]):
        found = context.memberships.people(source)
        if isinstance(found, Unreadable):
            unreadable[source] = found.reason
            people[source] = frozenset() if found.permanent else None
        elif found is None:
            people[source] = None
        else:
            people[source] = frozenset(
                user for user in found - shut_out if context.memberships.may_hold_a_seat(user)
            )
    if any(people[each.source] is None for each in substitutes):
        return ()
    spare = frozenset[str]().union(*(people[each.source] or frozenset() for each in substitutes))
    limited = [source for source in sources if people[source] is not None]
    if len(limited) == len(sources) == 1 and len((people[sources[0]] or spare) | spare) >= rule.quorum:
        return ()  # the usual case
    # A source with as many people as there are seats can always fill its own: more need not be looked at.
    enough = {source: sorted((people[source] or frozenset()) | spare)[: rule.quorum] for source in limited}
    candidates = sorted({user for users in enough.values() for user in users})
    assigned = assign(len(limited), candidates, lambda number, user: user in enough[limited[number]])
    empty: dict[Source, int] = {}
    for source, user in zip(limited, assigned, strict=True):
        if user is None:
            empty[source] = empty.get(source, 0) + 1
    if not empty and len(limited) == len(sources):
        everybody = spare.union(*(people[source] or frozenset() for source in limited))
        if len(everybody) < rule.quorum:
            empty[sources[0]] = rule.quorum - len(everybody)
    return tuple(
        Shortage(
            source=source,
            missing=missing,
            reason=unreadable.get(source)
            or _reason(source, context, people[source] or frozenset(), shut_out),
        )
        for source, missing in empty.items()
    )


def _all_are_members(rule: Rule) -> bool:
    return all(each.source == MEMBERS for each in rule.approvers)


def _reason(source: Source, context: VotingContext, able: frozenset[str], shut_out: set[str | None]) -> Text:
    found = context.memberships.people(source)
    if not found or isinstance(found, Unreadable):
        return lazy_text("it has no members")
    if found & shut_out and not able:
        return lazy_text("its only members asked for this or edited it")
    if not able:
        return lazy_text("none of its members has a full member's account")
    return lazy_text("it has too few members who may decide ({able})", able=len(able))
