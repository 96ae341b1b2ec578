"""`/approvals grants`: the grants that concern somebody, with a button to revoke each."""

from typing import Any

from countersign.approvals.errors import CountersignError
from countersign.approvals.policy.grants import Grant, GrantState
from countersign.approvals.policy.rule import GrantScope
from countersign.flow.grants.manage import ListedGrant
from countersign.flow.notices.grant_notes import covered
from countersign.flow.thread import ThreadRef
from countersign.interrupts import display_name, single_line
from countersign.slack.block_kit.builders import Block, button, section
from countersign.slack.block_kit.escaping import code, escape, truncate_escaped
from countersign.slack.block_kit.formatting import format_datetime, user_mention
from countersign.slack.cards.buttons import card_actions
from countersign.slack.listeners.context import ListenerContext, describe_error

MAX_LISTED = 20
USAGE = "`/approvals grants` lists your grants. `/approvals grants revoke ID` revokes one."
_NOTHING = "You have no grants. A card whose rule offers one has the button “Approve and don't ask again”."
_TEXT_LIMIT = 150


async def grants(context: ListenerContext, user: str, text: str) -> dict[str, Any]:
    """The answer to `/approvals grants`, by the words after that."""
    words = text.split()
    if len(words) == 2 and words[0].casefold() == "revoke":
        return _ephemeral(escape(await revoke(context, user, words[1])))
    if words:
        return _ephemeral(USAGE)
    listed = await context.grants.of(user)
    if not listed:
        return _ephemeral(_NOTHING)
    heading = f"*{len(listed)} {'grant' if len(listed) == 1 else 'grants'}:*"
    lines = [_line(context, each) for each in listed[:MAX_LISTED]]
    more = [f"… and {len(listed) - MAX_LISTED} older ones."] if len(listed) > MAX_LISTED else []
    blocks = [section(heading)]
    blocks += [_block(each, line) for each, line in zip(listed, lines, strict=False)]
    blocks += [section(text) for text in more]
    return {**_ephemeral("\n".join([heading, *lines, *more])), "blocks": blocks}


async def revoke(context: ListenerContext, user: str, grant_id: str) -> str:
    """Revoke a grant by its ID or the first characters of it, and give what to tell about it, not escaped."""
    try:
        person = await context.client.person(user)
        revoked = await context.grants.revoke(grant_id, person)
    except CountersignError as error:
        return describe_error(error)
    thread = ThreadRef.parse(revoked.thread_id)
    context.background_tasks.start(
        "tell_revocation", context.delivery.deliver_thread(thread.channel, thread.ts)
    )
    return f"Revoked: {covered(revoked)} is asked about again."


def _block(listed: ListedGrant, line: str) -> Block:
    block = section(line)
    if listed.state is not GrantState.ACTIVE:
        return block
    return block | {"accessory": button(card_actions.REVOKE_GRANT, "Revoke", str(listed.grant.id), "danger")}


def _line(context: ListenerContext, listed: ListedGrant) -> str:
    grant = listed.grant
    condition = f" while {code(_short(grant.condition))}" if grant.condition else ""
    what = (
        f"*{truncate_escaped(display_name(grant.action), _TEXT_LIMIT)}* {_where(context, grant)}{condition}"
    )
    rule = f"rule “{truncate_escaped(single_line(grant.rule_name), _TEXT_LIMIT)}”"
    by = f"given by {user_mention(grant.granted_by)} {format_datetime(grant.granted_at)}"
    return f"{what}\n{_state(listed)} · {rule} · {by} · {code(str(grant.id)[:8])}"


def _where(context: ListenerContext, grant: Grant) -> str:
    thread = ThreadRef.parse(grant.thread_id)
    channel = context.channel_ids.current(thread.channel)
    link = context.workspace.link(channel, thread.ts, thread.ts)
    if grant.scope is GrantScope.THREAD:
        return f"in <{link}|this thread> of <#{channel}>"
    return f"for requests of <@{escape(grant.holder)}>"


def _state(listed: ListedGrant) -> str:
    grant = listed.grant
    used = f"used {grant.uses} of {grant.max_uses} times" if grant.max_uses else f"used {_times(grant.uses)}"
    match listed.state:
        case GrantState.ACTIVE if listed.rule_changed:
            return f":warning: *Without effect:* its rule was changed or removed · {used}"
        case GrantState.ACTIVE:
            return f":white_check_mark: Until {format_datetime(grant.expires_at)} · {used}"
        case GrantState.REVOKED if grant.revoked_at is not None:
            return f":no_entry_sign: *Revoked* {format_datetime(grant.revoked_at)} · {used}"
        case GrantState.USED_UP:
            return f":no_entry_sign: *Used up* · {used}"
        case _:
            return f":hourglass: *Expired* {format_datetime(grant.expires_at)} · {used}"


def _times(number: int) -> str:
    return f"{number} {'time' if number == 1 else 'times'}"


def _short(text: str) -> str:
    text = single_line(text)
    return text if len(text) <= _TEXT_LIMIT else text[: _TEXT_LIMIT - 1] + "…"


def _ephemeral(text: str) -> dict[str, Any]:
    return {"response_type": "ephemeral", "text": text, "unfurl_links": False, "unfurl_media": False}
