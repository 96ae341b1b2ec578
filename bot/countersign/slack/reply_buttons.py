"""A notice for one person, with the buttons of what it offers to do with a message of theirs."""

import re
from uuid import UUID

from countersign.flow.decisions.replies.reply_offer import ChosenReply, ReplyChoice, ReplyOffer
from countersign.flow.work import Notice
from countersign.i18n import N_, _
from countersign.slack.block_kit.builders import Block, RenderedMessage, Style, actions, button, section
from countersign.slack.block_kit.escaping import escape
from countersign.slack.cards.values.references import InvalidReference

PREFIX = "reply:"
PATTERN = re.compile(rf"{PREFIX}(?:{'|'.join(ReplyChoice)})")
_VALUE = re.compile(
    r"(?P<approval>[0-9a-f-]{36})\.(?P<digest>[0-9a-f]{64})\.(?P<message>message:[A-Z0-9./]{1,120})"
)
_LABELS: dict[ReplyChoice, tuple[str, Style | None]] = {
    ReplyChoice.USE: (N_("Use as answer"), "primary"),
    ReplyChoice.KEEP: (N_("Keep for later"), None),
    ReplyChoice.REJECT: (N_("Reject with this reason"), "danger"),
    ReplyChoice.FEEDBACK: (N_("Send as feedback"), None),
    ReplyChoice.IGNORE: (N_("Not an answer"), None),
}


def render_notice(notice: Notice) -> RenderedMessage:
    """The text is mrkdwn of the bot's own; it is escaped, since it may quote people."""
    text = escape(str(notice.text))
    if notice.offer is None:
        return RenderedMessage(text=text, blocks=[])
    return RenderedMessage(text=text, blocks=[section(text), actions("reply", _buttons(notice.offer))])


def chosen_reply(action_id: str, value: object) -> ChosenReply:
    """What a click on one of the buttons means. Raises `InvalidReference`."""
    found = _VALUE.fullmatch(value) if isinstance(value, str) else None
    if found is None or not PATTERN.fullmatch(action_id):
        raise InvalidReference
    try:
        approval_id = UUID(found["approval"])
    except ValueError:
        raise InvalidReference from None
    return ChosenReply(
        message=found["message"],
        approval_id=approval_id,
        digest=found["digest"],
        choice=ReplyChoice(action_id.removeprefix(PREFIX)),
    )


def _buttons(offer: ReplyOffer) -> list[Block]:
    value = f"{offer.approval_id}.{offer.digest}.{offer.message}"
    return [
        button(f"{PREFIX}{choice}", _(label), value, style)
        for choice in offer.choices
        for label, style in [_LABELS[choice]]
    ]
