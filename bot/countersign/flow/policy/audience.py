"""Who is told about an approval by direct message: people of the rule's sets, as Slack lists them now."""

from collections.abc import Iterable

import structlog

from countersign.approvals.approval import Approval
from countersign.approvals.policy.approver_set import ApproverSet, SourceKind
from countersign.approvals.policy.rule import Notify, Rule
from countersign.approvals.policy.voting.membership import Unreadable
from countersign.flow.ports import ApproverDirectory

MAX_PEOPLE = 50  # direct messages about one approval: of a larger set, whoever comes first by id

log = structlog.get_logger()


class Audience:
    def __init__(self, directory: ApproverDirectory | None) -> None:
        """Without a directory groups and channels have no members."""
        self._directory = directory

    async def of_rule(self, approval: Approval, rule: Rule) -> tuple[str, ...]:
        """Whom the rule's `notify` names. Never raises: what Slack does not tell is logged."""
        match rule.notify:
            case Notify.NOBODY:
                return ()
            case Notify.APPROVERS:
                return await self.members(approval, rule, rule.approvers)
            case users:
                return tuple(dict.fromkeys(users))

    async def members(self, approval: Approval, rule: Rule, sets: Iterable[ApproverSet]) -> tuple[str, ...]:
        """The people of these sets who may decide under the rule. All members of a workspace are nobody."""
        found: set[str] = set()
        for source in dict.fromkeys(each.source for each in sets):
            match source.kind:
                case SourceKind.MEMBERS:
                    continue
                case SourceKind.USERS:
                    found |= set(source.names)
                case SourceKind.REQUESTER:
                    found |= {approval.requester} if approval.requester else set()
                case _ if self._directory is not None:
                    people = await self._directory.roster(source, approval.thread_id.split("/")[1])
                    if isinstance(people, Unreadable):
                        log.warning("approvers_not_notified", source=str(source), reason=people.reason)
                    else:
                        found |= people
        if not rule.requester_may_decide and approval.requester:
            found.discard(approval.requester)
        if len(found) > MAX_PEOPLE:
            log.warning("too_many_to_notify", approval_id=str(approval.id), people=len(found))
        return tuple(sorted(found))[:MAX_PEOPLE]
