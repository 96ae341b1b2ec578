"""The groups and channels of a workspace as a test sets them, in place of Slack's answers."""

from dataclasses import dataclass, field

from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.matching import Channel
from countersign.approvals.policy.voting.membership import Roster, Unreadable
from countersign.flow.errors import SlackUnreachable


@dataclass
class FakeDirectory:
    """`groups` by handle, `channels` by `#name` or id; `deactivated` are people who were deactivated."""

    groups: dict[str, set[str]] = field(default_factory=dict)
    channels: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of channels, by id
    deactivated: set[str] = field(default_factory=set)
    bots: set[str] = field(default_factory=set)
    accounts_asked: list[str] = field(default_factory=list)  # of whom `standing` was asked
    private: dict[str, set[str]] = field(default_factory=dict)  # members of private channels, by id
    unavailable: bool = False  # whether Slack does not answer

    async def person(self, user_id: str, channel_id: str | None) -> Person:
        standing = Standing.GONE if user_id in self.deactivated else Standing.MEMBER
        viewers = self.private.get(channel_id or "")
        standing = Standing.BOT if user_id in self.bots else standing
        if standing is Standing.MEMBER and viewers is not None and user_id not in viewers:
            standing = Standing.OUTSIDE
        return Person(id=user_id, name=user_id.lower(), standing=standing)

    async def standing(self, user_id: str) -> Standing:
        self.accounts_asked.append(user_id)
        if self.unavailable:
            raise SlackUnreachable
        return (await self.person(user_id, None)).standing

    async def viewers(self, channel_id: str) -> frozenset[str] | None:
        viewers = self.private.get(channel_id)
        return frozenset(viewers) if viewers is not None else None

    async def roster(self, source: Source, thread_channel: str) -> Roster:
        if self.unavailable:
            return Unreadable(reason="Slack did not answer")
        if source.kind is SourceKind.GROUP:
            members = self.groups.get(source.names[0])
            missing = f"there is no user group {source.names[0]}"
        else:
            name = thread_channel if source.kind is SourceKind.THREAD_CHANNEL else source.names[0]
            members = self.channels.get(name)
            missing = f"there is no channel {name}"
        return Unreadable(reason=missing, permanent=True) if members is None else frozenset(members)

    async def channel(self, channel_id: str) -> Channel:
        return Channel(id=channel_id, name=self.names.get(channel_id))

    async def channel_id(self, name: str) -> str | None:
        if not name.startswith("#"):
            return name
        return next((channel for channel, known in self.names.items() if f"#{known}" == name), None)

    async def group_id(self, name: str) -> str | None:
        return name if name in self.groups else None

    async def groups_of(self, user_id: str) -> frozenset[str]:
        return frozenset(handle for handle, members in self.groups.items() if user_id in members)
