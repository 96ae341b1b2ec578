"""Who may start a run: START says members (the default), guests as well, or everyone."""

from enum import StrEnum

from countersign.approvals.errors import CountersignError
from countersign.approvals.person import Standing
from countersign.flow.observability.observer import Observer
from countersign.flow.ports import Slack
from countersign.i18n import Text, lazy_text


class StartPolicy(StrEnum):
    MEMBERS = "members"  # full members of the workspace
    GUESTS = "guests"  # its guests as well
    EVERYONE = "everyone"  # people of other workspaces as well


_ALLOWED = {
    StartPolicy.MEMBERS: {Standing.MEMBER},
    StartPolicy.GUESTS: {Standing.MEMBER, Standing.GUEST},
    StartPolicy.EVERYONE: {Standing.MEMBER, Standing.GUEST, Standing.STRANGER},
}
_MAX_AGE = 60.0  # seconds, of who wrote a message: it was in the channel when Slack took it
_REFUSALS = {
    Standing.GUEST: lazy_text("Guests can't start an agent here. Ask a full member to do it."),
    Standing.STRANGER: lazy_text(
        "People from other workspaces can't start an agent here. Ask a member of this one."
    ),
    Standing.BOT: lazy_text("Apps can't start an agent here."),
    Standing.OUTSIDE: lazy_text("You're not in this channel. Ask one of its members to add you."),
    Standing.GONE: lazy_text("Slack doesn't know you as an active member, so you can't start an agent here."),
}


class MayNotStart(CountersignError):
    """You can't start an agent here."""


class StartPermission:
    def __init__(
        self,
        slack: Slack,
        policy: StartPolicy = StartPolicy.MEMBERS,
        observer: Observer | None = None,
    ) -> None:
        self._observer = observer or Observer()
        self._slack = slack
        self._policy = policy

    async def refusal(
        self, user: str, channel: str | None = None, thread_id: str | None = None
    ) -> Text | None:
        """Why this person may not start a run, in words for them; None if they may.

        `channel`: they click or submit in it, so Slack is asked who they are now and whether they see it.
        Raises RateLimited, SlackRefused or SlackUnreachable where Slack does not say who it is.
        """
        if self._policy is StartPolicy.EVERYONE:
            return None
        person = await self._slack.person(user, channel, max_age=_MAX_AGE if channel is None else 0.0)
        if person.standing in _ALLOWED[self._policy]:
            return None
        self._observer.refused(MayNotStart(), thread_id=thread_id, by=user)
        return _REFUSALS[person.standing]

    async def check(self, user: str, channel: str) -> None:
        """Raises MayNotStart with its refusal, and what `refusal` raises."""
        refusal = await self.refusal(user, channel)
        if refusal is not None:
            raise MayNotStart(refusal)
