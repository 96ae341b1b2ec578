"""A person, and their standing in the workspace."""

from dataclasses import dataclass
from enum import StrEnum

from countersign.i18n import N_, AnyText, recorded_text

THE_RULE = N_("the rule “{rule}”")
THE_REQUEST = N_("the deadline in the request")


class Standing(StrEnum):
    MEMBER = "member"  # a full member of the workspace that the bot is installed in
    GUEST = "guest"  # a single- or multi-channel guest
    STRANGER = "stranger"  # from another workspace, through Slack Connect
    BOT = "bot"
    OUTSIDE = "outside"  # a full member, but not of the private channel that this is about
    GONE = "gone"  # deactivated, or Slack does not know the id


@dataclass(frozen=True, kw_only=True)
class Person:
    id: str
    name: str
    standing: Standing

    @property
    def label(self) -> AnyText:
        """Their name; in words if it is a rule or a deadline that decided, which has no id."""
        return self.name if self.id else recorded_text(self.name, (THE_RULE, THE_REQUEST))
