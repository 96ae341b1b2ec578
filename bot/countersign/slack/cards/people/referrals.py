"""Who asked whom to decide, on the card."""

from countersign.approvals.approval import Approval
from countersign.approvals.assignment.referral import Referral
from countersign.i18n import _
from countersign.interrupts import single_line
from countersign.slack.block_kit.builders import Block, context_block
from countersign.slack.block_kit.escaping import truncate_escaped
from countersign.slack.block_kit.formatting import user_mention

_SHOWN = 3  # the latest
_NOTE_LIMIT = 300


def referral_blocks(approval: Approval) -> list[Block]:
    """`@bob asked @carol: note`, one line each; nothing where nobody was asked."""
    lines = [referral_line(each) for each in approval.referrals[-_SHOWN:]]
    return [context_block("\n".join(lines))] if lines else []


def referral_line(referral: Referral) -> str:
    note = truncate_escaped(single_line(referral.note), _NOTE_LIMIT)
    people = {"by": user_mention(referral.by), "to": user_mention(referral.to)}
    if not note:
        return _(":point_right: {by} asked {to}").format(**people)
    return _(":point_right: {by} asked {to}: {note}").format(note=note, **people)
