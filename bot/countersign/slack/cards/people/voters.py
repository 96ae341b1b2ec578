"""A voter's mention, with the person for whom the vote counts by delegation."""

from countersign.approvals.votes.vote import Vote
from countersign.i18n import _
from countersign.slack.block_kit.formatting import user_mention


def voter_mention(vote: Vote) -> str:
    """`@carol for @bob`, or `@bob's grant`, in mrkdwn."""
    if vote.grant is not None:
        return _("{person}'s grant").format(person=user_mention(vote.by))
    if vote.on_behalf_of is None:
        return user_mention(vote.by)
    return _("{person} for {absent}").format(
        person=user_mention(vote.by), absent=user_mention(vote.on_behalf_of)
    )
