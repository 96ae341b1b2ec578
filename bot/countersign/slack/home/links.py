"""Links to cards, with their titles."""

from dataclasses import dataclass

from countersign.flow.channel_ids import ChannelIds
from countersign.flow.review import Review
from countersign.interrupts import single_line
from countersign.slack.block_kit.escaping import truncate_escaped
from countersign.slack.transport.outbound.web_api import Workspace

_TITLE_LIMIT = 150


@dataclass(frozen=True, kw_only=True)
class CardLinks:
    workspace: Workspace
    channel_ids: ChannelIds

    def channel(self, review: Review) -> str:
        """The id that the card's channel has now."""
        return self.channel_ids.current(review.approval.channel)

    def url(self, review: Review) -> str:
        """The card's, or its thread's while there is no card."""
        approval, thread = review.approval, review.thread
        if approval.posted_to is not None and approval.card_ts is not None:
            return self.workspace.link(self.channel_ids.current(approval.posted_to), approval.card_ts)
        home = self.channel_ids.current(thread.channel)
        return self.workspace.link(home, approval.card_ts or thread.ts, thread.ts)

    def titled(self, review: Review) -> str:
        """The title as a link, in mrkdwn."""
        return f"<{self.url(review)}|{title(review)}>"


def title(review: Review) -> str:
    """The title, escaped, on one line, without characters that end a link's label."""
    return truncate_escaped(single_line(review.shown.title).replace("|", "¦"), _TITLE_LIMIT)
