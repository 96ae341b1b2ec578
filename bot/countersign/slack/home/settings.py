"""A person's grants, delegations and quiet hours, on their Home tab."""

from countersign.approvals.assignment.delegation import Delegation
from countersign.flow.home.inbox_content import Inbox
from countersign.flow.home.quiet_hours import QuietHours
from countersign.i18n import N_, _
from countersign.slack.block_kit.builders import (
    Block,
    actions,
    button,
    confirmation,
    context_block,
    header,
    section,
)
from countersign.slack.block_kit.escaping import escape
from countersign.slack.block_kit.formatting import format_datetime
from countersign.slack.home.grants import grant_block
from countersign.slack.home.links import CardLinks

DELEGATE = "home:delegate"  # the button, and the callback of the form behind it
STOP_DELEGATING = "home:delegate:stop"
QUIET_HOURS = "home:quiet"  # the button, and the callback of the form behind it
NO_QUIET_HOURS = "home:quiet:off"
_MAX_GRANTS = 5
_MAX_DELEGATIONS = 5
_MORE_GRANTS = N_("`/approvals grants` lists {count} more.")
_THEY_DECIDE = N_("<@{user}> decides in your place{scope} until {until}.")
_YOU_DECIDE = N_("You decide in the place of <@{user}>{scope} until {until}.")
_NOBODY = N_("Nobody decides in your place. Choose somebody for the time while you're away.")
_QUIET = N_("No direct messages from {begins} to {ends} ({zone}). They come afterwards.")
_NOT_QUIET = N_("Direct messages come at any time.")


def settings_blocks(inbox: Inbox, links: CardLinks) -> list[Block]:
    """Empty for guests, who cannot decide."""
    if not inbox.reader.decides:
        return []
    return [*_grants(inbox, links), *_delegations(inbox), *_quiet_hours(inbox.quiet_hours)]


def _grants(inbox: Inbox, links: CardLinks) -> list[Block]:
    if not inbox.grants:
        return []
    more = len(inbox.grants) - _MAX_GRANTS
    blocks = [header(_("Approved without asking"))]
    blocks += [grant_block(each, links) for each in inbox.grants[:_MAX_GRANTS]]
    return [*blocks, context_block(_(_MORE_GRANTS).format(count=more))] if more > 0 else blocks


def _delegations(inbox: Inbox) -> list[Block]:
    user = inbox.reader.person.id
    lines = [_delegation(each, user) for each in inbox.delegations[:_MAX_DELEGATIONS]]
    buttons = [button(DELEGATE, _("Delegate…"), "delegate")]
    if any(each.delegator == user for each in inbox.delegations):
        stop = button(STOP_DELEGATING, _("Stop delegating"), "stop")
        question = _("Nobody decides in your place any more.")
        buttons.append(stop | {"confirm": confirmation(question, _("Stop delegating"))})
    text = "\n".join(lines) if lines else _(_NOBODY)
    return [header(_("While you're away")), section(text), actions("home:delegations", buttons)]


def _delegation(delegation: Delegation, user: str) -> str:
    scope = f" ({escape(delegation.group.handle)})" if delegation.group is not None else ""
    until = format_datetime(delegation.ends_at)
    if delegation.delegator == user:
        return _(_THEY_DECIDE).format(user=delegation.delegate, scope=scope, until=until)
    return _(_YOU_DECIDE).format(user=delegation.delegator, scope=scope, until=until)


def _quiet_hours(hours: QuietHours | None) -> list[Block]:
    if hours is None:
        text, buttons = _(_NOT_QUIET), [button(QUIET_HOURS, _("Set quiet hours…"), "set")]
    else:
        begins, ends = f"{hours.begins:%H:%M}", f"{hours.ends:%H:%M}"
        text = _(_QUIET).format(begins=begins, ends=ends, zone=escape(hours.zone))
        buttons = [
            button(QUIET_HOURS, _("Change…"), "set"),
            button(NO_QUIET_HOURS, _("Turn off"), "off"),
        ]
    return [header(_("Quiet hours")), section(text), actions("home:quiet", buttons)]
