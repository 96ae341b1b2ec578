"""The delegations in force, with the delegators as Slack knows them now."""

import asyncio

from countersign.approvals.approval import Approval
from countersign.approvals.assignment.delegation import Delegation, UserGroup
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.active_delegation import ActiveDelegation
from countersign.flow.ports import ApproverDirectory, Clock, Delegations
from countersign.flow.thread import ThreadRef


class ActiveDelegations:
    def __init__(
        self, delegations: Delegations | None, directory: ApproverDirectory | None, clock: Clock
    ) -> None:
        """Without delegations or a directory there are none."""
        self._delegations = delegations
        self._directory = directory
        self._clock = clock

    async def of(
        self, approval: Approval, rule: Rule, voters: frozenset[str]
    ) -> tuple[ActiveDelegation, ...]:
        """Those whom these voters stand in for. Raises RateLimited, SlackRefused, SlackUnreachable."""
        directory = self._directory
        if directory is None or not voters or _open_to_all(rule):
            return ()
        found = [each for each in await self._active(approval) if each.delegate in voters]
        delegators = await asyncio.gather(
            *(directory.person(each.delegator, approval.channel) for each in found)
        )
        return tuple(
            [
                ActiveDelegation(
                    delegate=each.delegate,
                    delegator=delegator,
                    sources=await self._sources(rule, each.group),
                    delegation_id=each.id,
                )
                for each, delegator in zip(found, delegators, strict=True)
            ]
        )

    async def delegates_of(self, approval: Approval, source: Source, people: frozenset[str]) -> set[str]:
        """The delegates of these people for seats of the source. Raises what `of` raises."""
        found = set()
        for each in await self._active(approval):
            if each.delegator in people and (each.group is None or await self._is_group(source, each.group)):
                found.add(each.delegate)
        return found

    async def _active(self, approval: Approval) -> tuple[Delegation, ...]:
        if self._delegations is None:
            return ()
        team = ThreadRef.parse(approval.thread_id).team
        return await self._delegations.active(team, self._clock())

    async def _sources(self, rule: Rule, group: UserGroup | None) -> frozenset[Source] | None:
        if group is None:
            return None
        sources = {each.source for each in (*rule.approvers, *rule.timers.escalate_to)}
        return frozenset([source for source in sources if await self._is_group(source, group)])

    async def _is_group(self, source: Source, group: UserGroup) -> bool:
        """Whether a rule's source is this group, by the id: handles change."""
        if source.kind is not SourceKind.GROUP or self._directory is None:
            return False
        return await self._directory.group_id(source.names[0]) == group.id


def _open_to_all(rule: Rule) -> bool:
    """Whether any member fills any seat, so that nobody needs to stand in."""
    return all(each.source.kind is SourceKind.MEMBERS for each in rule.approvers)
