"""Who belongs to which approver set, as it was looked up. What could not be looked up has nobody in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from countersign.approvals.person import Standing
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.i18n import AnyText, lazy_text


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """Members that are not known: nobody may decide as one of them."""

    reason: AnyText  # for people: "Slack did not answer"
    permanent: bool = False  # to ask again would not help: the group is unknown, the channel is gone


Roster = frozenset[str] | Unreadable

_NOT_LOOKED_UP = Unreadable(reason=lazy_text("its members were not looked up"))


@dataclass(frozen=True, kw_only=True)
class Memberships:
    """A moment's answer of Slack: user ids per source, and what kind of account people have."""

    rosters: Mapping[Source, Roster] = field(default_factory=dict)  # groups and channels
    standings: Mapping[str, Standing] = field(default_factory=dict)  # by user id
    requester: str | None = None  # None: a bot or a schedule started the run
    viewers: frozenset[str] | None = None  # of the card's channel; None: all members, or not known

    def includes(self, source: Source, user_id: str) -> bool | Unreadable:
        """Whether this person is one of the source. Says nothing about their account."""
        match source.kind:
            case SourceKind.MEMBERS:
                return True
            case SourceKind.REQUESTER:
                return user_id == self.requester
            case SourceKind.USERS:
                return user_id in source.names
            case _:
                roster = self.rosters.get(source, _NOT_LOOKED_UP)
                return roster if isinstance(roster, Unreadable) else user_id in roster

    def people(self, source: Source) -> frozenset[str] | Unreadable | None:
        """Everybody of the source; None for the whole workspace, which is not listed.

        Of the workspace's members, those matter who can see the card, where it is known who can.
        """
        match source.kind:
            case SourceKind.MEMBERS:
                return self.viewers
            case SourceKind.REQUESTER:
                return frozenset({self.requester} if self.requester else ())
            case SourceKind.USERS:
                return frozenset(source.names)
            case _:
                return self.rosters.get(source, _NOT_LOOKED_UP)

    def may_hold_a_seat(self, user_id: str) -> bool:
        """False for accounts that are known not to be a full member's, and who cannot see the card."""
        return self.has_full_account(user_id) and (self.viewers is None or user_id in self.viewers)

    def has_full_account(self, user_id: str) -> bool:
        """False for accounts that are known not to be a full member's."""
        return self.standings.get(user_id, Standing.MEMBER) is Standing.MEMBER
