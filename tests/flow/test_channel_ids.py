"""Channels whose id changed, once or several times: what Slack knows, and what a thread keeps."""

from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from countersign.flow.channel_ids import MAX_AGE, ChannelIds
from countersign.flow.ports import ChannelIdChange


@dataclass
class Changes:
    """The store, in memory. `reads` counts how often it was asked."""

    changes: dict[str, ChannelIdChange] = field(default_factory=dict)
    reads: int = 0

    async def add(self, team: str, change: ChannelIdChange) -> None:
        self.changes.setdefault(change.old, change)

    async def all(self, team: str) -> tuple[ChannelIdChange, ...]:
        self.reads += 1
        return tuple(self.changes.values())


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_thread_keeps_the_id_that_its_channel_had_when_it_began() -> None:
    ids = ChannelIds(Changes(), "T1", Clock())
    await ids.changed("G1", "C2", "100.000000")
    await ids.changed("C2", "C3", "200.000000")

    assert [ids.at("C3", ts) for ts in ("99.9", "100.000000", "199.9", "200.000001")] == [
        "G1",
        "C2",
        "C2",
        "C3",
    ]
    assert [ids.current(each) for each in ("G1", "C2", "C3", "C9")] == ["C3", "C3", "C3", "C9"]
    assert ids.at("C9", "1.0") == "C9"
    assert ids.at("C3", "no number") == "C3"
    assert ids.with_former(["C9", "C3"]) == ["C9", "C3", "C2", "G1"]


async def test_a_change_that_is_reported_twice_or_in_a_circle_ends() -> None:
    ids = ChannelIds(Changes(), "T1", Clock())
    await ids.changed("C1", "C2", "100.0")
    await ids.changed("C1", "C2", "300.0")
    await ids.changed("C2", "C1", "200.0")

    assert ids.at("C2", "50.0") in {"C1", "C2"}
    assert ids.current("C1") in {"C1", "C2"}


async def test_the_change_of_another_process_is_seen_within_a_second() -> None:
    store, clock = Changes(), Clock()
    here, there = ChannelIds(store, "T1", clock), ChannelIds(store, "T1", clock)
    await here.refresh()
    await there.changed("C1", "C2", "100.0")
    await here.refresh()
    assert here.current("C1") == "C1"

    clock.now = MAX_AGE
    await here.refresh()

    assert here.current("C1") == "C2"
    reads = store.reads
    await here.refresh()
    assert store.reads == reads


@given(st.lists(st.integers(1, 10**6), unique=True, max_size=6).map(sorted), st.integers(0, 10**6 + 1))
def test_the_way_in_and_the_way_out_meet(moments: list[int], began: int) -> None:
    ids = ChannelIds(Changes(), "T1", Clock())
    changes = [
        ChannelIdChange(old=f"C{at}", new=f"C{at + 1}", ts=Decimal(ts)) for at, ts in enumerate(moments)
    ]
    ids._by_old = {change.old: change for change in changes}
    ids._by_new = {change.new: change for change in changes}
    newest = f"C{len(moments)}"

    kept = ids.at(newest, str(began))

    assert kept == f"C{sum(ts <= began for ts in moments)}"
    assert ids.current(kept) == newest
