"""How an inbox is put together: whose keys count, where they may look, and which page there is."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from countersign.approvals.assignment.delegation import Delegation, UserGroup
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.grants import GrantState
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.home.inbox import InboxReader
from countersign.flow.home.inbox_content import HistoryPage, Reader
from countersign.flow.ports import OwnChannel
from countersign.flow.review import Review
from tests.approvals.test_record import an_approval

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
BOB = Person(id="UBOB", name="Bob", standing=Standing.MEMBER)
READER = Reader(person=BOB, keys=("UBOB", "in:C1"), channels=("C1",))


def delegation(delegator: str, delegate: str) -> Delegation:
    return Delegation(
        id=uuid4(),
        team="T1",
        delegator=delegator,
        delegator_name=delegator,
        delegate=delegate,
        delegate_name=delegate,
        group=None,
        starts_at=NOW,
        ends_at=NOW,
    )


@dataclass
class Workspace:
    """Slack and the database, as far as an inbox asks them."""

    channels: dict[str, list[OwnChannel]] = field(default_factory=dict)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    visible: dict[str, bool | Exception] = field(default_factory=dict)  # channels that one is not in
    delegations: list[Delegation] = field(default_factory=list)
    elsewhere: tuple[str, ...] = ()
    grants: list[Any] = field(default_factory=list)
    waiting: int = 0
    reviews: tuple[Review, ...] = ()
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    refreshed: int = 0

    async def refresh(self) -> None:
        self.refreshed += 1

    def with_former(self, ids: Sequence[str]) -> tuple[str, ...]:
        return (*ids, *(f"former-{each}" for each in ids if each == "C2"))

    async def person(self, user_id: str, *, max_age: float = 0.0) -> Person:
        assert max_age == 15.0
        return replace(BOB, id=user_id)

    async def channels_of(self, user_id: str) -> tuple[OwnChannel, ...]:
        return tuple(self.channels.get(user_id, ()))

    async def groups_of(self, user_id: str) -> frozenset[str]:
        return self.groups.get(user_id, frozenset())

    async def can_see(self, user_id: str, channel_id: str) -> bool:
        found = self.visible.get(channel_id, False)
        if isinstance(found, Exception):
            raise found
        return found

    async def active(self, team: str, at: datetime) -> tuple[Delegation, ...]:
        assert (team, at) == ("T1", NOW)
        return tuple(self.delegations)

    async def waiting_elsewhere(
        self, team: str, keys: Sequence[str], own: Sequence[str], limit: int
    ) -> tuple[str, ...]:
        self.asked.append(("elsewhere", tuple(keys), tuple(own), limit))
        return self.elsewhere

    async def waiting_for(
        self, team: str, user: str, keys: Sequence[str], channels: Sequence[str], offset: int, limit: int
    ) -> tuple[tuple[Review, ...], int]:
        self.asked.append(("waiting", offset, limit))
        page = [Review(an_approval()) for _ in range(self.waiting)][offset : offset + limit]
        return tuple(page), self.waiting if page else 0

    async def asked_by(self, team: str, user: str, limit: int) -> tuple[tuple[Review, ...], int]:
        return self.reviews[:limit], len(self.reviews)

    async def decided_lately(self, team: str, user: str, offset: int, limit: int) -> tuple[Review, ...]:
        return self.reviews[offset : offset + limit]

    async def of(self, user: str) -> list[Any]:
        return self.grants

    async def quiet_hours(self, team: str, user: str) -> None:
        return None


def inbox(workspace: Workspace) -> InboxReader:
    ports: Any = workspace
    return InboxReader(ports, ports, ports, ports, ports, lambda: NOW, "T1")


async def test_a_persons_keys_are_their_own_their_groups_and_their_channels() -> None:
    workspace = Workspace(
        channels={"UBOB": [OwnChannel(id="C1", name="ops"), OwnChannel(id="C2", name=None)]},
        groups={"UBOB": frozenset({"@finance", "S1"})},
    )

    reader = await inbox(workspace).reader("UBOB")

    ids = ("C1", "C2", "former-C2")
    named = {"UBOB", "@finance", "S1", "of:#ops", *(f"of:{each}" for each in ids)}
    assert set(reader.keys) == named | {f"in:{each}" for each in ids}
    assert reader.keys == tuple(sorted(reader.keys))
    assert reader.channels == ids
    assert workspace.asked == [("elsewhere", tuple(sorted(named)), ids, 50)]
    assert workspace.refreshed == 1


async def test_a_delegate_has_the_keys_of_whom_they_stand_in_for_and_nobody_elses() -> None:
    workspace = Workspace(
        channels={"UANN": [OwnChannel(id="C7", name="board")]},
        groups={"UANN": frozenset({"@leads"})},
        delegations=[delegation("UANN", "UBOB"), delegation("UCAROL", "UDORA")],
    )

    reader = await inbox(workspace).reader("UBOB")

    assert set(reader.keys) == {"UBOB", "UANN", "@leads", "of:C7", "of:#board"}
    assert reader.channels == (), "their channels are not for the delegate to look into"


async def test_a_delegation_for_a_group_gives_the_groups_key_alone() -> None:
    group = UserGroup(id="S1", handle="@finance")
    workspace = Workspace(
        channels={"UANN": [OwnChannel(id="C7", name="board")]},
        delegations=[replace(delegation("UANN", "UBOB"), group=group), delegation("UCAROL", "UBOB")],
    )
    reader = await inbox(workspace).reader("UBOB")
    assert set(reader.keys) == {"UBOB", "S1", "@finance", "UCAROL"}


@pytest.mark.parametrize(
    ("channel", "seen", "visible"),
    [
        ("C9", True, True),
        ("C9", False, False),
        ("C9", RateLimited(1.0), False),
        ("C9", SlackRefused("conversations.info", "channel_not_found"), False),
        ("C9", SlackUnreachable("gone"), False),
        ("D9", True, False),
    ],
    ids=str,
)
async def test_cards_elsewhere_are_shown_where_the_person_may_look(
    channel: str, seen: bool | Exception, visible: bool
) -> None:
    workspace = Workspace(elsewhere=(channel,), visible={channel: seen})
    assert (await inbox(workspace).reader("UBOB")).channels == ((channel,) if visible else ())

    in_it, here = Review(an_approval(posted_to=channel)), Review(an_approval())
    workspace.reviews = (in_it, here)
    expected = (in_it, here) if visible else (here,)
    assert await inbox(workspace).decided(READER, 0, 5) == HistoryPage(reviews=expected, more=False)
    found = await inbox(workspace).asked(READER)
    assert (found.reviews, found.total, found.size) == (expected, 2, 5)


@pytest.mark.parametrize(
    ("waiting", "page", "size", "shown", "on_page", "total"),
    [
        (0, 0, 8, 0, 0, 0),
        (3, 0, 8, 3, 0, 3),
        (20, 1, 8, 8, 1, 20),
        (20, 2, 8, 4, 2, 20),
        (20, 3, 8, 4, 2, 20),
        (16, 9, 8, 8, 1, 16),
        (3, -1, 8, 3, 0, 3),
        (0, 4, 8, 0, 0, 0),
        (1, 1, 8, 1, 0, 1),
    ],
)
async def test_a_page_that_is_not_there_any_more_is_the_last_one(
    waiting: int, page: int, size: int, shown: int, on_page: int, total: int
) -> None:
    found = await inbox(Workspace(waiting=waiting)).waiting(READER, page, size)
    assert (len(found.reviews), found.page, found.total, found.size) == (shown, on_page, total, size)


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        (0, [(0, 8)]),
        (-1, [(0, 8)]),
        (2, [(16, 8)]),
        (3, [(24, 8), (0, 1), (16, 8)]),
    ],
)
async def test_the_database_is_asked_once_for_a_page_that_is_there(
    page: int, asked: list[tuple[int, int]]
) -> None:
    workspace = Workspace(waiting=20)
    await inbox(workspace).waiting(READER, page, 8)
    assert workspace.asked == [("waiting", *each) for each in asked]


@pytest.mark.parametrize(
    ("page", "size", "first", "count", "more"),
    [(0, 3, 0, 3, True), (1, 3, 3, 3, True), (2, 3, 6, 1, False), (0, 7, 0, 7, False)],
)
async def test_a_page_of_what_was_decided_says_whether_there_is_more(
    page: int, size: int, first: int, count: int, more: bool
) -> None:
    reviews = tuple(Review(an_approval()) for _ in range(7))
    found = await inbox(Workspace(reviews=reviews)).decided(READER, page, size)
    assert found == HistoryPage(reviews=reviews[first : first + count], more=more)


async def test_who_may_not_decide_has_nothing_waiting() -> None:
    workspace = Workspace(waiting=3)
    guest = replace(READER, person=replace(BOB, standing=Standing.GUEST))

    found = await inbox(workspace).waiting(guest, 0, 5)

    assert (found.reviews, found.total, found.size) == ((), 0, 5)
    assert workspace.asked == []


async def test_the_home_tab_has_all_of_it() -> None:
    mine, to_me, other = delegation("UBOB", "UANN"), delegation("UANN", "UBOB"), delegation("UX", "UY")
    workspace = Workspace(
        waiting=2,
        reviews=tuple(Review(an_approval()) for _ in range(7)),
        delegations=[mine, to_me, other],
        grants=[SimpleNamespace(state=state) for state in GrantState],
    )

    found = await inbox(workspace).read(READER)

    assert found.waiting.total == 2
    assert (len(found.asked.reviews), found.asked.total) == (5, 7)
    assert len(found.decided) == 5
    assert found.delegations == (mine, to_me)
    assert [each.state for each in found.grants] == [GrantState.ACTIVE]
    assert (found.reader, found.quiet_hours) == (READER, None)
