"""`/approvals grants`: the grants that concern somebody, with a button to revoke each."""

from typing import Any

from countersign.flow.notices.grant_notes import covered
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, _
from countersign.slack.block_kit.builders import section
from countersign.slack.block_kit.escaping import escape
from countersign.slack.home.grants import grant_block, grant_line
from countersign.slack.listeners.context import ListenerContext

MAX_LISTED = 20
USAGE = N_("`/approvals grants` lists your grants. `/approvals grants revoke ID` revokes one.")
_NOTHING = N_(
    "You have no grants. A card whose rule offers one has the button “Approve and don't ask again”."
)


async def grants(context: ListenerContext, user: str, text: str) -> dict[str, Any]:
    """The answer to `/approvals grants`, by the words after that."""
    words = text.split()
    if len(words) == 2 and words[0].casefold() == "revoke":
        return _ephemeral(escape(await revoke(context, user, words[1])))
    if words:
        return _ephemeral(_(USAGE))
    listed = await context.grants.of(user)
    if not listed:
        return _ephemeral(_(_NOTHING))
    heading = f"*{len(listed)} {'grant' if len(listed) == 1 else 'grants'}:*"
    lines = [grant_line(each, context.links) for each in listed[:MAX_LISTED]]
    more = (
        [_("… and {count} older ones.").format(count=len(listed) - MAX_LISTED)]
        if len(listed) > MAX_LISTED
        else []
    )
    blocks = [section(heading)]
    blocks += [grant_block(each, context.links) for each in listed[:MAX_LISTED]]
    blocks += [section(text) for text in more]
    return {**_ephemeral("\n".join([heading, *lines, *more])), "blocks": blocks}


async def revoke(context: ListenerContext, user: str, grant_id: str) -> str:
    """Revoke a grant by its ID or the first characters of it, and give what to tell about it, not escaped.

    Raises UnknownGrant and GrantOver.
    """
    person = await context.client.person(user)
    revoked = await context.grants.revoke(grant_id, person)
    thread = ThreadRef.parse(revoked.thread_id)
    context.background_tasks.start(
        "tell_revocation", context.delivery.deliver_thread(thread.channel, thread.ts)
    )
    context.background_tasks.start("refresh_home", context.home_tabs.refresh(user))
    return _("Revoked: {revoked} is asked about again.").format(revoked=covered(revoked))


def _ephemeral(text: str) -> dict[str, Any]:
    return {"response_type": "ephemeral", "text": text, "unfurl_links": False, "unfurl_media": False}
