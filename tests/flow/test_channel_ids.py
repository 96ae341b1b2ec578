"""A channel that got a new id is one channel: on the way in, on the way out, and among those of a person."""

from decimal import Decimal

import pytest

from countersign.flow.channel_ids import MAX_AGE, ChannelIdChange, ChannelIds


class Changes:
    """The changes of one workspace, in memory, with a count of how often they were read."""

    def __init__(self, *changes: tuple[str, str, str]) -> None:
        self.changes = tuple(ChannelIdChange(old=old, new=new, ts=Decimal(ts)) for old, new, ts in changes)
        self.reads = 0

    async def add(self, team: str, change: ChannelIdChange) -> None:
        assert team == "T1"
        self.changes = (*dict.fromkeys((*self.changes, change)),)

    async def all(self, team: str) -> tuple[ChannelIdChange, ...]:
        assert team == "T1"
        self.reads += 1
        return self.changes


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


TWICE = (("C1", "C2", "100"), ("C2", "C3", "200.5"))


async def ids(*changes: tuple[str, str, str]) -> ChannelIds:
    found = ChannelIds(Changes(*changes), "T1")
    await found.refresh()
    return found


@pytest.mark.parametrize(
    ("channel", "now"), [("C1", "C3"), ("C2", "C3"), ("C3", "C3"), ("C9", "C9"), ("", "")]
)
async def test_every_id_that_a_channel_had_leads_to_the_one_that_it_has(channel: str, now: str) -> None:
    assert (await ids(*TWICE)).current(channel) == now


@pytest.mark.parametrize(
    ("began", "had"),
    [("99.9", "C1"), ("100", "C2"), ("150", "C2"), ("200.4", "C2"), ("200.5", "C3"), ("300", "C3")],
)
async def test_a_thread_is_in_the_channel_that_there_was_when_it_began(began: str, had: str) -> None:
    assert (await ids(*TWICE)).at("C3", began) == had


async def test_what_is_no_time_leaves_the_channel_as_it_is() -> None:
    assert (await ids(*TWICE)).at("C3", "soon") == "C3"


async def test_a_circle_of_ids_ends() -> None:
    circle = await ids(("C1", "C2", "100"), ("C2", "C1", "200"))
    assert circle.current("C1") in {"C1", "C2"}
    assert circle.at("C1", "1") in {"C1", "C2"}
    assert circle.with_former(["C1"]) == ["C1", "C2"]


async def test_a_list_of_channels_has_all_their_former_ids_once() -> None:
    found = await ids(*TWICE)
    assert found.with_former(["C3", "C9"]) == ["C3", "C9", "C2", "C1"]
    assert found.with_former(["C3", "C1"]) == ["C3", "C1", "C2"]
    assert found.with_former(["C1"]) == ["C1"]


async def test_changes_are_read_anew_when_they_are_older_than_a_second_and_not_before() -> None:
    store, clock = Changes(), Clock()
    found = ChannelIds(store, "T1", clock)
    await found.refresh()
    store.changes = (ChannelIdChange(old="C1", new="C2", ts=Decimal(1)),)

    clock.now += MAX_AGE - 0.01
    await found.refresh()
    assert (store.reads, found.current("C1")) == (1, "C1")

    clock.now += 0.01
    await found.refresh()
    assert (store.reads, found.current("C1")) == (2, "C2")


async def test_a_change_counts_at_once_and_being_told_twice_changes_nothing() -> None:
    store, clock = Changes(), Clock()
    found = ChannelIds(store, "T1", clock)
    await found.refresh()

    for _ in range(2):
        await found.changed("C1", "C2", "100.5")

    assert found.current("C1") == "C2"
    assert store.changes == (ChannelIdChange(old="C1", new="C2", ts=Decimal("100.5")),)
