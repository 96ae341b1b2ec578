"""What waits for one person, what they asked for, and what was decided, for App Home and `/approvals`."""

import asyncio
from collections.abc import Iterable, Sequence

from countersign.approvals.assignment.delegation import Delegation
from countersign.approvals.assignment.inbox_index import in_channel, of_channel
from countersign.approvals.policy.grants import GrantState
from countersign.flow.channel_ids import ChannelIds
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.grants.manage import Grants
from countersign.flow.home.inbox_content import PAGE, ApprovalPage, HistoryPage, Inbox, Reader
from countersign.flow.ports import Clock, Delegations, InboxStore, Memberships, OwnChannel
from countersign.flow.review import Review

_ASKED = 5  # of a person's own requests
_DECIDED = 5
_MAX_ELSEWHERE = 50  # channels that somebody is not in, with cards that wait for them by name
_SAME_PERSON = 15.0  # seconds in which somebody's standing is not asked again; it is at each decision


class InboxReader:
    def __init__(
        self,
        store: InboxStore,
        memberships: Memberships,
        channel_ids: ChannelIds,
        delegations: Delegations,
        grants: Grants,
        clock: Clock,
        team: str,
    ) -> None:
        self._store = store
        self._memberships = memberships
        self._channel_ids = channel_ids
        self._delegations = delegations
        self._grants = grants
        self._clock = clock
        self._team = team

    async def reader(self, user: str) -> Reader:
        """Raises RateLimited, SlackRefused and SlackUnreachable."""
        await self._channel_ids.refresh()
        person, channels, groups = await asyncio.gather(
            self._memberships.person(user, max_age=_SAME_PERSON),
            self._memberships.channels_of(user),
            self._memberships.groups_of(user),
        )
        active = await self._delegations.active(self._team, self._clock())
        mine = tuple(each for each in active if each.delegate == user)
        ids = self._channel_ids.with_former([each.id for each in channels])
        named = {user, *groups, *await self._delegated(mine), *_named(channels, ids)}
        elsewhere = await self._visible_elsewhere(user, tuple(sorted(named)), ids)
        return Reader(
            person=person,
            keys=tuple(sorted(named | set(map(in_channel, ids)))),
            channels=(*ids, *elsewhere),
        )

    async def read(self, reader: Reader, page: int = 0) -> Inbox:
        """Everything that the Home tab shows. A page that is not there any more is the last one."""
        user = reader.person.id
        waiting, asked, decided, grants = await asyncio.gather(
            self.waiting(reader, page),
            self.asked(reader),
            self.decided(reader, 0, _DECIDED),
            self._grants.of(user),
        )
        active = await self._delegations.active(self._team, self._clock())
        return Inbox(
            reader=reader,
            waiting=waiting,
            asked=asked,
            decided=decided.reviews,
            grants=tuple(each for each in grants if each.state is GrantState.ACTIVE),
            delegations=tuple(each for each in active if user in {each.delegator, each.delegate}),
            quiet_hours=await self._store.quiet_hours(self._team, user),
        )

    async def waiting(self, reader: Reader, page: int = 0, size: int = PAGE) -> ApprovalPage:
        """What this person could decide, the soonest to expire first, then the oldest first."""
        if not reader.decides:
            return ApprovalPage(size=size)
        page = max(page, 0)
        for _ in range(2):
            reviews, total = await self._store.waiting_for(
                self._team, reader.person.id, reader.keys, reader.channels, page * size, size
            )
            if reviews or page == 0:
                break
            _, total = await self._store.waiting_for(
                self._team, reader.person.id, reader.keys, reader.channels, 0, 1
            )
            page = ApprovalPage(total=total, size=size).pages - 1
        return ApprovalPage(reviews=reviews, total=total, page=page, size=size)

    async def asked(self, reader: Reader) -> ApprovalPage:
        """What this person asked for, the oldest first."""
        reviews, total = await self._store.asked_by(self._team, reader.person.id, _ASKED)
        return ApprovalPage(reviews=await self._visible(reader, reviews), total=total, size=_ASKED)

    async def decided(self, reader: Reader, page: int, size: int) -> HistoryPage:
        """What this person asked for or voted on and what is closed, the latest first."""
        found = await self._store.decided_lately(self._team, reader.person.id, page * size, size + 1)
        return HistoryPage(reviews=await self._visible(reader, found[:size]), more=len(found) > size)

    async def _delegated(self, mine: Iterable[Delegation]) -> set[str]:
        """The keys of the people who delegated to this person."""
        keys: set[str] = set()
        for each in mine:
            if each.group is not None:
                keys |= {each.group.id, each.group.handle}
                continue
            keys |= {each.delegator, *await self._memberships.groups_of(each.delegator)}
            channels = await self._memberships.channels_of(each.delegator)
            keys |= _named(channels, [channel.id for channel in channels])
        return keys

    async def _visible_elsewhere(self, user: str, keys: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
        found = await self._store.waiting_elsewhere(self._team, keys, own, _MAX_ELSEWHERE)
        seen = await asyncio.gather(*(self._can_see(user, channel) for channel in found))
        return tuple(channel for channel, visible in zip(found, seen, strict=True) if visible)

    async def _visible(self, reader: Reader, reviews: Sequence[Review]) -> tuple[Review, ...]:
        """Without those in channels that this person has left."""
        user, own = reader.person.id, set(reader.channels)
        places = [each.approval.channel for each in reviews]
        others = tuple(dict.fromkeys(place for place in places if place not in own))
        seen = await asyncio.gather(*(self._can_see(user, channel) for channel in others))
        visible = own | {channel for channel, can in zip(others, seen, strict=True) if can}
        return tuple(each for each, place in zip(reviews, places, strict=True) if place in visible)

    async def _can_see(self, user: str, channel: str) -> bool:
        """False too where Slack does not say."""
        if channel.startswith("D"):  # the person's own is among their channels
            return False
        try:
            return await self._memberships.can_see(user, channel)
        except (RateLimited, SlackRefused, SlackUnreachable):
            return False


def _named(channels: Iterable[OwnChannel], ids: Iterable[str]) -> set[str]:
    """The keys of the channels' members, for rules that name the channels."""
    names = (f"#{each.name}" for each in channels if each.name)
    return {of_channel(each) for each in (*ids, *names)}
