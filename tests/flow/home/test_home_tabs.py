"""When a Home tab is published again, by what came of the last attempt, and how an inbox is put together."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from countersign.approvals.person import Person, Standing
from countersign.flow.errors import DatabaseUnavailable, RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.home.counting import shown_total
from countersign.flow.home.home_tabs import HomeTabs
from countersign.flow.home.inbox_content import ApprovalPage, Inbox, Reader
from countersign.flow.ports import OpenedHome

BOB = Reader(person=Person(id="UBOB", name="Bob", standing=Standing.MEMBER), keys=("UBOB",), channels=("C1",))


@dataclass
class Home:
    """The store, the inbox and the display of one tab, and what was done to them."""

    error: Exception | None = None
    due: int = 0
    stale: bool = True
    did: list[tuple[Any, ...]] = field(default_factory=list)

    async def open_home(self, team: str, user: str, page: int) -> None:
        self.did.append(("opened", team, user, page))

    async def touch_home(self, team: str, user: str) -> None:
        self.did.append(("touched", team, user))

    async def claim_home(self, team: str, user: str) -> OpenedHome | None:
        return OpenedHome(user=user, page=2, shown="before") if self.stale else None

    async def claim_due_homes(self, team: str, limit: int) -> tuple[OpenedHome, ...]:
        homes = [OpenedHome(user=f"U{number}", page=0, shown=None) for number in range(self.due)]
        return tuple(homes[:limit])

    async def set_home_keys(self, team: str, user: str, keys: Sequence[str]) -> None:
        self.did.append(("keys", user, keys))

    async def home_published(self, team: str, home: OpenedHome, shown: str, page: int, wait: float) -> None:
        self.did.append(("published", home.user, shown, page, wait))

    async def home_failed(self, team: str, user: str, seconds: float) -> None:
        self.did.append(("failed", user, seconds))

    async def mark_stale_homes(self, limit: int) -> None:
        self.did.append(("marked", limit))

    async def reader(self, user: str) -> Reader:
        return BOB

    async def read(self, reader: Reader, page: int = 0) -> Inbox:
        assert reader is BOB
        return Inbox(reader=reader, waiting=ApprovalPage(page=page - 1 if page else 0), asked=ApprovalPage())

    async def publish(self, inbox: Inbox, shown: str | None) -> str:
        if self.error is not None:
            raise self.error
        return f"after {shown}"


def tabs(home: Home) -> HomeTabs:
    ports: Any = home
    return HomeTabs(ports, ports, ports, "T1")


async def test_a_stale_tab_is_published_with_the_page_that_is_there() -> None:
    home = Home()
    await tabs(home).publish("UBOB")
    assert home.did == [("keys", "UBOB", ("UBOB",)), ("published", "UBOB", "after before", 1, 1.2)]


async def test_a_tab_that_is_not_stale_costs_nothing() -> None:
    home = Home(stale=False)
    await tabs(home).publish("UBOB")
    assert home.did == []


async def test_opening_and_touching_are_remembered() -> None:
    home = Home(stale=False)
    await tabs(home).opened("UBOB", 3)
    await tabs(home).opened("UBOB")
    await tabs(home).refresh("UBOB")
    assert home.did == [("opened", "T1", "UBOB", 3), ("opened", "T1", "UBOB", 0), ("touched", "T1", "UBOB")]


@pytest.mark.parametrize(
    ("error", "seconds", "level"),
    [
        (RateLimited(2.0), 5.0, "info"),
        (RateLimited(40.0), 40.0, "info"),
        (SlackUnreachable("gone"), 30.0, "warning"),
        (SlackRefused("views.publish", "not_enabled"), 30.0, "warning"),
        (ValueError("broken"), 60.0, "error"),
    ],
    ids=str,
)
async def test_what_could_not_be_published_is_tried_again_later(
    logged: list[MutableMapping[str, Any]], error: Exception, seconds: float, level: str
) -> None:
    home = Home(error)

    await tabs(home).publish("UBOB")

    assert home.did[1:] == [("failed", "UBOB", seconds)]
    assert [entry["log_level"] for entry in logged] == [level]


async def test_without_the_database_the_lease_lapses() -> None:
    home = Home(DatabaseUnavailable("gone"))
    with pytest.raises(DatabaseUnavailable):
        await tabs(home).publish("UBOB")
    assert home.did == [("keys", "UBOB", ("UBOB",))]


async def test_a_round_publishes_twenty_tabs_at_most() -> None:
    home = Home(due=25)

    assert await tabs(home).publish_stale() == 20

    assert home.did[0] == ("marked", 1000)
    assert sum(each[0] == "published" for each in home.did) == 20


@pytest.mark.parametrize(
    ("total", "size", "pages"),
    [(0, 8, 1), (1, 8, 1), (8, 8, 1), (9, 8, 2), (16, 8, 2), (17, 8, 3), (3, 1, 3)],
)
def test_how_many_pages_there_are(total: int, size: int, pages: int) -> None:
    assert ApprovalPage(total=total, size=size).pages == pages


@pytest.mark.parametrize(
    ("total", "listed", "shown"),
    [(999, 0, "999"), (1_000, 0, "1,000"), (1_001, 0, "1,000+"), (7, 5, "2"), (1_001, 5, "995+")],
)
def test_what_was_not_counted_to_its_end_says_so(total: int, listed: int, shown: str) -> None:
    assert shown_total(total, listed=listed) == shown


def test_only_members_decide() -> None:
    assert BOB.decides
    guest = Person(id="UGUEST", name="Guest", standing=Standing.GUEST)
    assert not Reader(person=guest, keys=(), channels=()).decides
