"""Who fills which seat: a maximum bipartite matching, so that nobody takes a seat that another needs.

Giving out seats greedily can leave two approvers short who could fill both: the one who is in both groups
takes the seat that the other one needs.
"""

from collections.abc import Callable, Sequence

CanFill = Callable[[int, str], bool]


def assign(seats: int, people: Sequence[str], can_fill: CanFill) -> tuple[str | None, ...]:
    """Who sits in each seat, as many filled as possible, nobody in two.

    Augmenting paths (Kuhn). People are seated in order and keep a seat from then on, though not always the
    same one: a later vote never takes an earlier one's part in the result.
    """
    taken: list[str | None] = [None] * seats

    def seat(person: str, tried: set[int]) -> bool:
        for number in range(seats):
            if number in tried or not can_fill(number, person):
                continue
            tried.add(number)
            sitting = taken[number]
            if sitting is None or seat(sitting, tried):
                taken[number] = person
                return True
        return False

    for person in dict.fromkeys(people):
        if None not in taken:
            break
        seat(person, set())
    return tuple(taken)


def open_to(number: int, assigned: Sequence[str | None], can_fill: CanFill) -> frozenset[int]:
    """The seats of which a new person needs to fit one, for the empty seat `number` to be filled.

    That is the seat itself, and every seat whose person could move towards it.
    """
    reachable = {number}
    todo = [number]
    while todo:
        empty = todo.pop()
        for other, person in enumerate(assigned):
            if other not in reachable and person is not None and can_fill(empty, person):
                reachable.add(other)
                todo.append(other)
    return frozenset(reachable)
