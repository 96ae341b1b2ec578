"""Who fills which seat, held against trying every way there is."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.policy.voting.seats import assign, open_to

PEOPLE = ("ann", "bob", "cid", "dan", "eve")

fits = st.lists(st.frozensets(st.sampled_from(PEOPLE)), max_size=5)
queues = st.lists(st.sampled_from(PEOPLE), max_size=7)


def most_filled(seats: list[frozenset[str]], people: set[str]) -> int:
    """The most seats that different people can fill, by trying all orders."""
    crowd = [*people, *[None] * len(seats)]
    return max(
        sum(who in seat for seat, who in zip(seats, order, strict=True))
        for order in set(permutations(crowd, len(seats)))
    )


@given(fits, queues)
def test_as_many_seats_are_filled_as_can_be_and_by_different_people_who_fit(
    seats: list[frozenset[str]], queue: list[str]
) -> None:
    assigned = assign(len(seats), queue, lambda seat, who: who in seats[seat])
    sitting = [who for who in assigned if who is not None]
    assert len(sitting) == len(set(sitting)) == most_filled(seats, set(queue))
    assert all(
        who is None or (who in seat and who in queue) for seat, who in zip(seats, assigned, strict=True)
    )


@given(fits, queues, st.sampled_from(PEOPLE))
def test_whoever_had_a_seat_keeps_one_when_somebody_joins(
    seats: list[frozenset[str]], queue: list[str], late: str
) -> None:
    before = assign(len(seats), queue, lambda seat, who: who in seats[seat])
    after = assign(len(seats), [*queue, late], lambda seat, who: who in seats[seat])
    assert {who for who in before if who} <= {who for who in after if who}


@given(fits, queues, st.frozensets(st.integers(0, 4)))
def test_a_new_person_fills_an_empty_seat_if_they_fit_one_of_those_that_are_named(
    seats: list[frozenset[str]], queue: list[str], new_fits: frozenset[int]
) -> None:
    def can_fill(seat: int, who: str) -> bool:
        return seat in new_fits if who == "new" else who in seats[seat]

    before = assign(len(seats), queue, can_fill)
    after = assign(len(seats), [*queue, "new"], can_fill)
    helps = sum(who is not None for who in after) > sum(who is not None for who in before)
    named = {
        seat for empty, who in enumerate(before) if who is None for seat in open_to(empty, before, can_fill)
    }
    assert helps == bool(named & new_fits)


def test_the_one_who_is_in_both_groups_makes_room_for_the_one_who_is_in_one() -> None:
    finance, security = {"bob", "carol"}, {"bob"}
    seats = [finance, security]
    for queue in (["bob", "carol"], ["carol", "bob"]):
        assert assign(2, queue, lambda seat, who: who in seats[seat]) == ("carol", "bob")


def test_a_hundred_seats_and_a_thousand_people_take_no_time() -> None:
    assigned = assign(
        100, [f"u{number}" for number in range(1000)], lambda seat, who: int(who[1:]) >= 900 - seat
    )
    assert None not in assigned
