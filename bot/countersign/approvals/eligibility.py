"""Who may decide. Without a policy of their own, approvals are for the workspace's full members."""

from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Person, Standing

_REFUSALS = {
    Standing.GUEST: "Guests of this workspace may not decide approvals. A full member can.",
    Standing.STRANGER: "People from other workspaces may not decide approvals. A member of this one can.",
    Standing.BOT: "Apps may not decide approvals. A person can.",
    Standing.OUTSIDE: "You're not in this channel. Ask one of its members to add you.",
    Standing.GONE: "Slack does not know you as an active member of this workspace, so you may not decide.",
}


def check_may_decide(person: Person) -> None:
    """Raise MayNotDecide, with the reason, unless this person may decide."""
    if person.standing is not Standing.MEMBER:
        raise MayNotDecide(_REFUSALS[person.standing])
