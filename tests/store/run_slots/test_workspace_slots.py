"""Slots where one deployment serves several workspaces."""

from countersign.flow.slots import slot_limits
from countersign.flow.thread import ThreadRef
from tests.store.run_slots.slot_queue import SlotQueue, line, told
from tests.support.harness import Harness, a_thread, message


async def install(harness: Harness, *teams: str) -> None:
    for team in teams:
        await harness.rows(
            "INSERT INTO countersign.installations"
            " (id, name, url, bot_id, bot_user, scopes, token, installed_by)"
            " VALUES (%s, '', '', '', '', '', '', '')",
            team,
        )


async def begins_in(slots: SlotQueue, team: str, count: int) -> None:
    """So many people of a workspace begin a thread each, in a channel each."""
    for number in range(count):
        user = f"U{team}{number}"
        thread = ThreadRef(team=team, channel=f"C{number}", ts=a_thread().ts)
        assert await slots.harness.threads.accept(message(thread, "hi", user=user))
        slots.owner[thread.id] = user
        await slots.enter(thread.id)


def running_in(slots: SlotQueue, team: str) -> int:
    return sum(thread_id.startswith(f"{team}/") for thread_id in slots.running)


async def test_a_busy_workspace_leaves_slots_to_another_and_takes_turns_with_it(harness: Harness) -> None:
    await install(harness, "T1", "T2")
    slots = line(harness, slot_limits(12))
    await begins_in(slots, "T1", 30)
    assert running_in(slots, "T1") == 9

    await begins_in(slots, "T2", 30)
    assert running_in(slots, "T2") == 3
    for _ in range(3):
        ended = next(each for each in slots.running if each.startswith("T1/"))
        assert all(admitted.startswith("T2/") for admitted in await slots.ends(ended))
    assert (running_in(slots, "T1"), running_in(slots, "T2")) == (6, 5)  # and one stays free for a third


async def test_one_workspace_alone_takes_every_slot(harness: Harness) -> None:
    await install(harness, "T1")
    slots = line(harness, slot_limits(12))
    await begins_in(slots, "T1", 30)
    assert running_in(slots, "T1") == 12


async def test_the_place_in_the_queue_is_that_within_the_workspace(harness: Harness) -> None:
    await install(harness, "T1", "T2")
    slots = line(harness, slot_limits(4))
    await begins_in(slots, "T1", 20)
    await begins_in(slots, "T2", 4)
    before = [place for thread_id, (place, _) in (await told(slots)).items() if thread_id.startswith("T2/")]
    assert sorted(before) == list(range(len(before)))
