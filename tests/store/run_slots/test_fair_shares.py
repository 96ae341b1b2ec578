"""Who gets the next slot: shares of people and channels, turns, and decisions before starts."""

from countersign.flow.slots import slot_limits
from tests.store.run_slots.slot_queue import line
from tests.support.harness import Harness


async def test_one_person_gets_half_and_two_get_a_third_each(harness: Harness) -> None:
    slots = line(harness, slot_limits(12))
    await slots.starts("UALICE", 20)
    assert slots.of("UALICE") == 6
    await slots.starts("UBOB", 20, channel="C2")
    await slots.starts("UCAROL", channel="C3")
    assert slots.of("UBOB") == 3, "as many as stay free"
    assert slots.of("UCAROL") == 1


async def test_a_channel_leaves_a_quarter_to_the_others(harness: Harness) -> None:
    slots = line(harness, slot_limits(16))
    for number in range(20):
        await slots.starts(f"U{number}", channel="C1")
    assert len(slots.running) == 12
    await slots.starts("UELSEWHERE", channel="C2")
    assert slots.of("UELSEWHERE") == 1


async def test_those_who_wait_are_taken_in_turn(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    alices = await slots.starts("UALICE", 10)
    bobs = await slots.starts("UBOB", 4, channel="C2")
    order = []
    while slots.running:
        order += await slots.ends(next(iter(slots.running)))
    assert sorted(order + alices[:2] + bobs[:1]) == sorted(alices + bobs), "each got one, once"
    last_of_bob = order.index(bobs[-1])
    assert sum(each in alices for each in order[:last_of_bob]) <= 4, "Alice's crowd is not taken first"


async def test_with_one_slot_they_are_taken_in_turn_as_well(harness: Harness) -> None:
    slots = line(harness, slot_limits(1))
    alices = await slots.starts("UALICE", 6)
    bobs = await slots.starts("UBOB", 2)
    (carols,) = await slots.starts("UCAROL")
    order = []
    while slots.running:
        order += await slots.ends(next(iter(slots.running)))
    assert order == [alices[1], bobs[0], carols, alices[2], bobs[1], *alices[3:]]


async def test_of_one_person_whoever_waits_longest_is_next(harness: Harness) -> None:
    slots = line(harness, slot_limits(2))
    alices = await slots.starts("UALICE", 5)
    order = []
    while slots.running:
        order += await slots.ends(next(iter(slots.running)))
    assert order == alices[1:]


async def test_no_start_takes_the_slots_of_decisions(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    for number in range(10):
        await slots.starts(f"U{number}", 3, channel=f"C{number}")
    assert len(slots.running) == 4
    await slots.resumes("UALICE")
    assert slots.of("UALICE") == 1


async def test_decisions_come_before_starts_and_leave_room_too(harness: Harness) -> None:
    slots = line(harness, slot_limits(8))  # and 2 for decisions
    alices = await slots.resumes("UALICE", 12)
    assert slots.of("UALICE") == 5, "half of all"
    started = await slots.starts("UALICE", 6)
    await slots.starts("UBOB", channel="C2")
    await slots.resumes("UCAROL")
    assert (slots.of("UBOB"), slots.of("UCAROL")) == (1, 1)
    order = []
    while slots.running:
        order += await slots.ends(next(iter(slots.running)))
    assert [each for each in order if each in alices] == alices[5:], "each comes in its turn"
    first_start = next(at for at, each in enumerate(order) if each in started)
    assert first_start > 0
    assert order[0] in alices


async def test_a_limit_of_its_own_is_kept(harness: Harness) -> None:
    slots = line(harness, slot_limits(16, per_person=2, per_channel=3))
    await slots.starts("UALICE", 5)
    await slots.starts("UBOB", 5)
    await slots.starts("UCAROL", 5, channel="C2")
    assert (slots.of("UALICE"), slots.of("UBOB"), slots.of("UCAROL")) == (2, 1, 2)


async def test_a_limit_of_a_workspace_is_kept_and_holds_up_no_other(harness: Harness) -> None:
    slots = line(harness, slot_limits(16, per_workspace=3))
    for user in ("UALICE", "UBOB", "UCAROL"):
        await slots.starts(user, 2, channel=f"C{user}")
    assert len(slots.running) == 3
    await slots.starts("UEVE", 2, team="T2")
    assert slots.of("UEVE") == 2
    await slots.resumes("UALICE")
    assert len(slots.running) == 6, "a decision is no start"

    first = next(thread for thread in slots.running if slots.owner[thread] == "UBOB")
    (admitted,) = await slots.ends(first)
    assert admitted.startswith("T1/"), "the next of the same workspace"
