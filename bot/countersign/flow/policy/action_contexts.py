"""The contexts that rules are matched with: a request's rows as actions, with channel and requester."""

from countersign.approvals.policy.matching import ActionContext, Channel, Requester
from countersign.approvals.policy.policy import Policy
from countersign.flow.ports import ApproverDirectory
from countersign.flow.review import Review


async def action_contexts(
    review: Review, policy: Policy, directory: ApproverDirectory | None
) -> tuple[ActionContext, ...]:
    """A context for each row. Slack is asked for names and groups only where the policy uses them.

    Without a directory channels have no names and requesters no groups. Raises RateLimited, SlackRefused or
    SlackUnreachable.
    """
    requester = review.approval.requester
    channel = Channel(id=review.thread.channel)
    if policy.uses_channel_names and directory is not None:
        channel = await directory.channel(channel.id)
    groups = frozenset[str]()
    if policy.uses_groups and requester is not None and directory is not None:
        groups = await directory.groups_of(requester)
    request = review.unrestricted_request
    return tuple(
        ActionContext(
            graph=review.approval.graph or "",
            action=row.action or request.dialect,
            args=dict(row.args),
            channel=channel,
            requester=Requester(id=requester, groups=groups) if requester is not None else None,
        )
        for row in request.rows
    )
