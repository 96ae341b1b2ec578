"""Grants as lines, each with a button that revokes it."""

from countersign.approvals.policy.grants import Grant, GrantState
from countersign.approvals.policy.rule import GrantScope
from countersign.flow.grants.listed_grant import ListedGrant
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, _, ngettext
from countersign.interrupts import display_name, single_line
from countersign.slack.block_kit.builders import Block, button, section
from countersign.slack.block_kit.escaping import code, escape, truncate_escaped
from countersign.slack.block_kit.formatting import format_datetime, user_mention
from countersign.slack.cards.buttons import card_actions
from countersign.slack.home.links import CardLinks

_TEXT_LIMIT = 150


_WHAT = N_("*{action}* {where}")
_WHAT_WHILE = N_("*{action}* {where} while {condition}")
_LINE = N_("{what}\n{state} · rule “{rule}” · given by {by} {at} · {id}")
_IN_THREAD = N_("in {thread} of {channel}")
_FOR_REQUESTER = N_("for requests of <@{user}>")
_USED_OF = N_("used {uses} of {most} times")
_WITHOUT_EFFECT = N_(":warning: *Without effect:* its rule was changed or removed · {used}")
_UNTIL = N_(":white_check_mark: Until {until} · {used}")
_REVOKED = N_(":no_entry_sign: *Revoked* {at} · {used}")
_USED_UP = N_(":no_entry_sign: *Used up* · {used}")
_EXPIRED = N_(":hourglass: *Expired* {at} · {used}")


def grant_block(listed: ListedGrant, links: CardLinks) -> Block:
    """Without a button once it is over."""
    block = section(grant_line(listed, links))
    if listed.state is not GrantState.ACTIVE:
        return block
    revoke = button(card_actions.REVOKE_GRANT, _("Revoke"), str(listed.grant.id), "danger")
    return block | {"accessory": revoke}


def grant_line(listed: ListedGrant, links: CardLinks) -> str:
    """What it covers, until when, and who gave it, in mrkdwn."""
    grant = listed.grant
    action, where = truncate_escaped(display_name(grant.action), _TEXT_LIMIT), _where(grant, links)
    what = _(_WHAT).format(action=action, where=where)
    if grant.condition:
        what = _(_WHAT_WHILE).format(action=action, where=where, condition=code(_short(grant.condition)))
    return _(_LINE).format(
        what=what,
        state=_state(listed),
        rule=truncate_escaped(single_line(grant.rule_name), _TEXT_LIMIT),
        by=user_mention(grant.granted_by),
        at=format_datetime(grant.granted_at),
        id=code(str(grant.id)[:8]),
    )


def _where(grant: Grant, links: CardLinks) -> str:
    thread = ThreadRef.parse(grant.thread_id)
    channel = links.channel_ids.current(thread.channel)
    if grant.scope is GrantScope.THREAD:
        link = links.workspace.link(channel, thread.ts, thread.ts)
        label = _("this thread")
        return _(_IN_THREAD).format(thread=f"<{link}|{label}>", channel=f"<#{channel}>")
    return _(_FOR_REQUESTER).format(user=escape(grant.holder))


def _state(listed: ListedGrant) -> str:
    grant = listed.grant
    used = ngettext("used {count} time", "used {count} times", grant.uses).format(count=grant.uses)
    if grant.max_uses:
        used = _(_USED_OF).format(uses=grant.uses, most=grant.max_uses)
    match listed.state:
        case GrantState.ACTIVE if listed.rule_changed:
            return _(_WITHOUT_EFFECT).format(used=used)
        case GrantState.ACTIVE:
            return _(_UNTIL).format(until=format_datetime(grant.expires_at), used=used)
        case GrantState.REVOKED if grant.revoked_at is not None:
            return _(_REVOKED).format(at=format_datetime(grant.revoked_at), used=used)
        case GrantState.USED_UP:
            return _(_USED_UP).format(used=used)
        case _other:
            return _(_EXPIRED).format(at=format_datetime(grant.expires_at), used=used)


def _short(text: str) -> str:
    text = single_line(text)
    return text if len(text) <= _TEXT_LIMIT else text[: _TEXT_LIMIT - 1] + "…"
