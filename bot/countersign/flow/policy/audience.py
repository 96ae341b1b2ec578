"""Who is notified about an approval by direct message: people of the rule's sets, as Slack lists them now."""

import asyncio
from collections.abc import Iterable

import structlog

from countersign.approvals.approval import Approval
from countersign.approvals.person import Standing
from countersign.approvals.policy.approver_set import ApproverSet, Source, SourceKind
from countersign.approvals.policy.rule import Notify, Rule
from countersign.approvals.policy.voting.membership import Unreadable
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.policy.active_delegations import ActiveDelegations
from countersign.flow.ports import ApproverDirectory

_CHANNELS = {SourceKind.CHANNEL, SourceKind.THREAD_CHANNEL}
MAX_PEOPLE = 50  # direct messages about one approval: of a larger set, whoever comes first by id

log = structlog.get_logger()


class Audience:
    def __init__(
        self, directory: ApproverDirectory | None, delegations: ActiveDelegations | None = None
    ) -> None:
        """Without a directory groups and channels have no members."""
        self._directory = directory
        self._active_delegations = delegations

    async def of_rule(self, approval: Approval, rule: Rule) -> tuple[str, ...]:
        """Whom the rule's `notify` names. Never raises: what Slack does not tell is logged."""
        match rule.notify:
            case Notify.NOBODY:
                return ()
            case Notify.APPROVERS:
                return await self.members(approval, rule, rule.approvers)
            case users:
                named = Source(kind=SourceKind.USERS, names=users)
                delegates = await self._delegates(approval, named, frozenset(users))
                shut_out = {approval.requester} if not rule.requester_may_decide else set()
                return tuple(dict.fromkeys([*users, *sorted(delegates - shut_out)]))

    async def members(self, approval: Approval, rule: Rule, sets: Iterable[ApproverSet]) -> tuple[str, ...]:
        """The people of these sets who may decide under the rule, and who stands in for them.

        A set of all members of the workspace notifies nobody.
        """
        sets = tuple(sets)
        found: set[str] = set()
        for source in dict.fromkeys(each.source for each in sets):
            people = await self._people(approval, source)
            if not rule.requester_may_decide:
                people -= {approval.requester}
            found |= people | await self._delegates(approval, source, people)
        if not rule.requester_may_decide and approval.requester:
            found.discard(approval.requester)
        if len(found) > MAX_PEOPLE:
            log.warning("too_many_to_notify", approval_id=str(approval.id), people=len(found))
        chosen = tuple(sorted(found))[:MAX_PEOPLE]
        channels = any(each.source.kind in _CHANNELS for each in sets)
        return await self._full_members(chosen) if channels else chosen

    async def _full_members(self, users: tuple[str, ...]) -> tuple[str, ...]:
        """Without the guests and apps that are in a channel, this bot among them: they decide nothing."""
        may = await asyncio.gather(*map(self._is_full_member, users))
        return tuple(user for user, is_member in zip(users, may, strict=True) if is_member)

    async def _is_full_member(self, user: str) -> bool:
        """Also where Slack does not say."""
        if self._directory is None:
            return True
        try:
            return await self._directory.standing(user) is Standing.MEMBER
        except (RateLimited, SlackRefused, SlackUnreachable):
            return True

    async def _people(self, approval: Approval, source: Source) -> frozenset[str]:
        match source.kind:
            case SourceKind.USERS:
                return frozenset(source.names)
            case SourceKind.REQUESTER:
                return frozenset({approval.requester} if approval.requester else ())
            case SourceKind.GROUP | SourceKind.CHANNEL | SourceKind.THREAD_CHANNEL if self._directory:
                people = await self._directory.roster(source, approval.thread_id.split("/")[1])
                if not isinstance(people, Unreadable):
                    return people
                log.warning("approvers_not_notified", source=str(source), reason=people.reason)
        return frozenset()

    async def _delegates(self, approval: Approval, source: Source, people: frozenset[str]) -> set[str]:
        if self._active_delegations is None or not people:
            return set()
        try:
            return await self._active_delegations.delegates_of(approval, source, people)
        except (RateLimited, SlackRefused, SlackUnreachable) as error:
            log.warning("delegates_not_notified", source=str(source), reason=str(error))
            return set()
