"""Where the card of a new approval is posted, and who is notified."""

from dataclasses import replace

import structlog

from countersign.flow.errors import SlackRefused
from countersign.flow.messages.outgoing import Outgoing, card, note, pointer
from countersign.flow.notices.direct_messages import NoticeReason, direct_messages
from countersign.flow.notices.shortage_notices import ShortageNotices
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import ApproverDirectory
from countersign.flow.review import Review
from countersign.i18n import Text, lazy_text

log = structlog.get_logger()


class OpeningNotices:
    def __init__(self, directory: ApproverDirectory | None, audience: Audience, voting: Voting) -> None:
        """Without a directory cards are posted in their threads."""
        self._directory = directory
        self._audience = audience
        self._shortages = ShortageNotices(audience, voting)

    async def __call__(self, review: Review, misplaced: tuple[Outgoing, ...] = ()) -> tuple[Outgoing, ...]:
        """The messages for a new approval whose channel is known."""
        approval = review.approval
        users: dict[str, None] = {}
        for rule in dict.fromkeys(approval.rule(row) for row in approval.open_rows):
            users |= dict.fromkeys(await self._audience.of_rule(approval, rule))
        return (
            *card_messages(review),
            *misplaced,
            *await self._shortages(review),
            *direct_messages(approval, users, NoticeReason.ASKED),
        )

    async def placed(self, review: Review) -> tuple[Review, tuple[Outgoing, ...]]:
        """The channel that all rows' rules agree on; with a note if the card cannot be posted there.

        Raises RateLimited and SlackUnreachable if Slack does not tell where a channel is.
        """
        approval, thread = review.approval, review.thread
        wanted = {rule.post_to for rule in approval.rules}
        if len(wanted) != 1 or wanted == {"thread"} or self._directory is None:
            return review, ()
        (name,) = wanted
        try:
            found: str | None = await self._directory.channel_id(name)
            why = lazy_text("there is no such channel that I can see")
        except SlackRefused as refused:
            found, why = None, lazy_text("Slack refused to find it ({error})", error=refused.error)
        if found is None:
            return review, (misplaced_card(review, name, why),)
        if found == thread.channel:
            return review, ()
        return review.with_approval(replace(approval, posted_to=found)), ()


def card_messages(review: Review) -> tuple[Outgoing, ...]:
    """The card in its thread; or in another channel, with a pointer to it in the thread."""
    approval = review.approval
    in_thread = card(review.thread, approval)
    if approval.posted_to is None:
        return (in_thread,)
    elsewhere = replace(in_thread, channel=approval.posted_to, thread_ts=None)
    return (elsewhere, pointer(review.thread, approval))


def misplaced_card(review: Review, channel: str, why: Text) -> Outgoing:
    """The note that the card is in the thread, because it cannot be where the rule says."""
    log.error(
        "card_channel_unavailable", approval_id=str(review.approval.id), channel=channel, reason=why.source
    )
    text = lazy_text(
        "This should be decided in {channel}, but {why}. The card is here instead. Tell your admin.",
        channel=channel if channel.startswith("#") else lazy_text("its channel"),
        why=why,
    )
    return note(review.thread, f"misplaced:{review.approval.id}", text)
