"""The lines of a card where somebody decided alone, by `break_glass`."""

from countersign.approvals.approval import Approval
from countersign.approvals.recorded_reasons import ANSWERED_ALONE
from countersign.approvals.votes.vote import Vote
from countersign.i18n import _
from countersign.interrupts import single_line
from countersign.slack.block_kit.builders import Block, section
from countersign.slack.block_kit.escaping import truncate_escaped
from countersign.slack.block_kit.formatting import user_mention

_REASON_LIMIT = 1000


def break_glass_blocks(approval: Approval) -> list[Block]:
    """Empty where no row was decided by break glass."""
    return [
        section(
            _(
                ":rotating_light: *Break glass* · {by} decided this alone. An approver has to "
                "review it.\n*Reason:* {reason}"
            ).format(by=user_mention(vote.by), reason=truncate_escaped(reason, _REASON_LIMIT))
        )
        for vote, reason in _uses(approval)
    ]


def break_glass_reasons(approval: Approval) -> str:
    """Each reason once, on one line."""
    return " ".join(dict.fromkeys(reason for _, reason in _uses(approval)))


def _uses(approval: Approval) -> list[tuple[Vote, str]]:
    found: dict[tuple[str, str], tuple[Vote, str]] = {}
    for row, vote in enumerate(approval.votes):
        if vote is None or not vote.broke_glass:
            continue
        cast = approval.votes_on(row).of(vote.by.id) or vote  # the decision may be an earlier proposal
        reason = single_line(cast.decision.message or _(ANSWERED_ALONE))
        found.setdefault((vote.by.id, reason), (vote, reason))
    return list(found.values())
