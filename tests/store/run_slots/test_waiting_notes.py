"""The note that says behind how many a thread waits for its slot."""

from countersign.flow.slots import slot_limits
from countersign.flow.thread import ThreadRef
from tests.store.run_slots.slot_queue import line, notes, told
from tests.support.harness import Harness


async def test_a_wait_that_is_over_in_a_moment_is_not_posted(harness: Harness) -> None:
    slots = line(harness, slot_limits(2))
    first, second = await slots.starts("UALICE", 2)
    await slots.slots.post_waiting_notes()
    assert await slots.ends(first) == [second]
    assert await told(slots) == {}


async def test_the_note_counts_those_who_are_before_and_is_written_once(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    alices = await slots.starts("UALICE", 5)
    await slots.enter(alices[3])  # another message in the thread: nothing new
    assert await told(slots) == {alices[2]: (0, 2), alices[3]: (1, 2), alices[4]: (2, 2)}
    bobs = await slots.starts("UBOB", 4, channel="C2")
    # His second thread comes after her next two, his third after her last one as well.
    later = await told(slots)
    assert [later[each] for each in bobs[1:]] == [(2, 1), (4, 1), (5, 1)]
    assert [later[each] for each in alices[2:]] == [(0, 2), (1, 2), (2, 2)], "as they were told"


async def test_a_note_that_was_not_posted_yet_is_dropped_when_the_run_starts(harness: Harness) -> None:
    slots = line(harness, slot_limits(2))
    first, second = await slots.starts("UALICE", 2)
    assert await told(slots) == {second: (0, 1)}
    assert await slots.ends(first) == [second]
    (note,) = await notes(harness)
    assert note["given_up_at"] is not None


async def test_a_note_that_was_posted_is_removed_when_the_run_starts(harness: Harness) -> None:
    slots = line(harness, slot_limits(2))
    first, second = await slots.starts("UALICE", 2)
    await told(slots)
    ref = ThreadRef.parse(second)
    await harness.delivery.deliver_thread(ref.channel, ref.ts)
    await slots.ends(first)
    await slots.slots.enter(second)  # after a crash, say
    note, removal = await notes(harness)
    assert (note["kind"], removal["kind"]) == ("waiting", "removal")
    assert removal["body"] == {"key": note["key"]}
    assert (removal["channel"], removal["thread_ts"]) == (ref.channel, ref.ts)
