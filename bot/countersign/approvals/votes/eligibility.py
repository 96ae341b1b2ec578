"""Who may decide. Without a policy of their own, approvals are for the workspace's full members."""

from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Person, Standing
from countersign.i18n import lazy_text

_REFUSALS = {
    Standing.GUEST: lazy_text("Guests can't decide approvals. Ask a full member."),
    Standing.STRANGER: lazy_text(
        "People from other workspaces can't decide approvals. Ask a member of this one."
    ),
    Standing.BOT: lazy_text("Apps can't decide approvals. Ask a person."),
    Standing.OUTSIDE: lazy_text("You're not in this channel. Ask one of its members to add you."),
    Standing.GONE: lazy_text(
        "Slack doesn't know you as an active member of this workspace, so you can't decide."
    ),
}


def check_may_decide(person: Person) -> None:
    """Raise MayNotDecide, with the reason, unless this person may decide."""
    if person.standing is not Standing.MEMBER:
        raise MayNotDecide(_REFUSALS[person.standing])
