"""How many steps a worker takes at once: decisions have slots that no start takes."""

import pytest

from countersign.flow.slots import SlotLimits, slot_limits


@pytest.mark.parametrize(
    ("concurrency", "decisions", "jobs"), [(1, 1, 4), (4, 1, 7), (7, 1, 10), (8, 2, 12), (40, 10, 52)]
)
def test_one_slot_for_decisions_comes_with_four_that_start_runs(
    concurrency: int, decisions: int, jobs: int
) -> None:
    limits = slot_limits(concurrency)
    assert (limits.starts, limits.decisions, limits.jobs) == (concurrency, decisions, jobs)


def test_no_limit_for_a_person_or_a_channel_is_the_largest_number_that_the_database_knows() -> None:
    assert slot_limits(4, per_person=3, per_channel=5, per_workspace=7) == SlotLimits(
        starts=4, decisions=1, per_person=3, per_channel=5, per_workspace=7
    )
    unlimited = slot_limits(4)
    assert unlimited.per_person == unlimited.per_channel == unlimited.per_workspace == 2**31 - 1
