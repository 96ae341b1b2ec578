"""The button "Approve and don't ask again for 1 hour", and the dialog that says what exactly it covers."""

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.grant_permission import is_offered
from countersign.approvals.policy.rule import GrantOffer, GrantScope, Rule
from countersign.i18n import _, duration_in_words, ngettext
from countersign.interrupts import ReviewRequest, display_name, single_line
from countersign.slack.block_kit.builders import Block, button, confirmation
from countersign.slack.cards.buttons import card_actions

_CONFIRM_LIMIT = 300  # characters of a dialog's text
_NAME_LIMIT = 40


def grant_buttons(approval: Approval, request: ReviewRequest, row: int, value: str) -> list[Block]:
    """The button, where the rule of the row offers a grant that one person can give now."""
    rule, asked = approval.rule(row), request.rows[row]
    offer = rule.grant
    if offer is None or DecisionKind.APPROVE not in asked.allowed:
        return []
    if not is_offered(rule, approval.votes_on(row), approval.requester):
        return []
    label = _("Approve and don't ask again for {lasts}").format(lasts=duration_in_words(offer.lasts))
    question = scope_in_words(rule, offer, asked.action or request.dialect)
    if rule.confirm:
        question = f"{rule.confirm[: _CONFIRM_LIMIT - len(question) - 1]}\n{question}"
    made = button(card_actions.GRANT, label, value)
    return [made | {"confirm": confirmation(question, _("Approve and don't ask"))}]


def scope_in_words(rule: Rule, offer: GrantOffer, action: str) -> str:
    """What the grant covers beside this request, within what a dialog holds."""
    where = (
        _("in this thread")
        if offer.scope is GrantScope.THREAD
        else _("from the same requester, in any thread")
    )
    words = {
        "action": _short(display_name(action)),
        "where": where,
        "duration": duration_in_words(offer.lasts),
        "rule": _short(rule.name),
    }
    if offer.max_uses is None:
        start = _(
            "Also approves “{action}” {where}, without asking, for {duration}, while the rule “{rule}” "
            "applies"
        ).format(**words)
    else:
        start = ngettext(
            "Also approves “{action}” {where}, without asking, for {duration}, at most {count} time, while "
            "the rule “{rule}” applies",
            "Also approves “{action}” {where}, without asking, for {duration}, at most {count} times, while "
            "the rule “{rule}” applies",
            offer.max_uses,
        ).format(count=offer.max_uses, **words)
    end = _(". You can revoke it with /approvals grants.")
    when = f" ({single_line(rule.selector.when)})" if rule.selector.when else _(", whatever the arguments")
    if len(start) + len(when) + len(end) > _CONFIRM_LIMIT:
        when = _(" with its condition")
    return f"{start}{when}{end}"


def _short(text: str) -> str:
    text = single_line(text)
    return text if len(text) <= _NAME_LIMIT else text[: _NAME_LIMIT - 1] + "…"
