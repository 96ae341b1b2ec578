"""Who asks for what, when and at which risk: the line below a card's title, with the button *Details*."""

import re
from collections.abc import Mapping

from countersign.approvals.approval import Approval
from countersign.flow.review import Review
from countersign.i18n import N_, _
from countersign.interrupts import ReviewRequest, Risk, action_label
from countersign.slack.block_kit.builders import Block, button, section
from countersign.slack.block_kit.escaping import escape, truncate_escaped
from countersign.slack.block_kit.formatting import format_datetime
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.values.references import CardReference

_NAME_LIMIT = 150  # characters of the name of an agent or a tool
_AGENT = re.compile(r"\b(?:agent|assistant|bot)\b", re.IGNORECASE)
_RISKS = {
    Risk.LOW: N_(":large_green_circle: Low risk"),
    Risk.MEDIUM: N_(":large_yellow_circle: *Medium risk*"),
    Risk.HIGH: N_(":red_circle: *High risk*"),
}


def request_block(review: Review, *, truncated: bool) -> Block:
    """`truncated`: the button that shows what did not fit is among the others."""
    approval, request = review.shown_approval, review.shown
    lines = [request_text(approval, request)]
    if request.risk is not None:
        lines.append(risk_label(request.risk))
    block = section("\n".join(lines))
    return block if truncated or not has_details(review) else block | {"accessory": details_button(review)}


def details_button(review: Review) -> Block:
    """*Details*, where the card leaves out nothing but ids and the payload as it was sent."""
    approval = review.shown_approval
    value = CardReference(approval_id=approval.id, row=0, digest=approval.shown_digest).pack()
    return button(card_actions.DETAILS, _("Details"), value)


def risk_label(risk: Risk) -> str:
    """In mrkdwn."""
    return _(_RISKS[risk])


def has_details(review: Review) -> bool:
    """A question in a conversation has none, unless its answer has a schema, which is read there."""
    in_conversation = review.shown.plain_question or review.shown.answered_by_reply
    return not in_conversation or review.approval.schema is not None


def request_text(approval: Approval, request: ReviewRequest) -> str:
    """`Requested by @carol today at 15:42 · refunds agent · Post message`, in mrkdwn.

    "Asked": the payload is not an object but a text or a list.
    """
    asks = not isinstance(approval.value, Mapping)
    at = format_datetime(approval.opened_at)
    if approval.requester:
        template = _("Asked by {person} {at}") if asks else _("Requested by {person} {at}")
        pieces = [template.format(person=f"<@{escape(approval.requester)}>", at=at)]
    else:
        pieces = [(_("Asked {at}") if asks else _("Requested {at}")).format(at=at)]
    return " · ".join([*pieces, *_what_for(approval, request)])


def own_request_text(approval: Approval, request: ReviewRequest) -> str:
    """The same for whoever asked: `today at 15:42 · refunds agent · Post message`."""
    return " · ".join([format_datetime(approval.opened_at), *_what_for(approval, request)])


def _what_for(approval: Approval, request: ReviewRequest) -> list[str]:
    """The agent, and the tool where the title does not say it."""
    pieces = [_agent(approval.graph)] if approval.graph else []
    action = request.rows[0].action if len(request.rows) == 1 else None
    if action is not None and action_label(action) != request.title:
        pieces.append(truncate_escaped(action_label(action), _NAME_LIMIT))
    return pieces


def _agent(graph: str) -> str:
    name = graph.replace("_", " ")
    label = name if _AGENT.search(name) else _("{name} agent").format(name=name)
    return truncate_escaped(label, _NAME_LIMIT)
