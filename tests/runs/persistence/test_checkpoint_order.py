"""Checkpoints stay in order whatever the clock of the machine says that wrote the one before."""

from langgraph.checkpoint.base.id import UUID, uuid6

from countersign.runs.persistence.checkpoint_order import continue_after

MINUTE = 60 * 10**7  # of UUID version 6, in units of 100 ns


def written(by: int) -> str:
    """The id that a machine gives whose clock is so much ahead."""
    time = uuid6().time + by
    high, low = time >> 12, time & 0xFFF
    return str(UUID(int=high << 80 | low << 64 | 1, version=6))


def test_what_is_written_next_is_later_than_what_was_read() -> None:
    ahead, behind = written(10 * MINUTE), written(-10 * MINUTE)
    assert str(uuid6()) < ahead
    continue_after(ahead)
    later = str(uuid6(clock_seq=-2))
    assert later > ahead
    continue_after(behind)
    assert str(uuid6(clock_seq=1)) > later
