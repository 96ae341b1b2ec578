"""As whom each voter counts: as themselves, or for somebody who delegated to them.

A voter counts once, and so does whoever is voted for, however many vote for them. A seat is filled by who is
counted, so that nobody fills two.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from countersign.approvals.policy.approver_set import Source
from countersign.approvals.policy.voting.missing_approvals import MissingApprovals
from countersign.approvals.policy.voting.seats import assign, open_to

_MOST_WAYS = 256  # to share out those for whom several people vote; beyond it, some seats may stay empty

Fills = Callable[[Source, str, str], bool]  # source, voter, the person as whom they count


@dataclass(frozen=True, kw_only=True)
class Representation:
    counted: Mapping[str, str]  # by voter: themselves, or the person for whom they count
    seats: tuple[str | None, ...]  # the voter in each seat
    needed: tuple[MissingApprovals, ...]  # empty once seats and quorum are filled

    @property
    def missing(self) -> int:
        return sum(each.count for each in self.needed)


def represent_all(voters: Sequence[str], options: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """As whom as many voters as possible count, each as another person."""
    people = list(dict.fromkeys([*voters, *(person for voter in voters for person in options[voter])]))
    assigned = assign(len(people), voters, lambda number, voter: people[number] in options[voter])
    return {voter: person for person, voter in zip(people, assigned, strict=True) if voter is not None}


def represent(
    sources: Sequence[Source],
    quorum: int,
    voters: Sequence[str],
    options: Mapping[str, Sequence[str]],
    fills: Fills,
) -> Representation:
    """The way to count these voters that leaves the least missing.

    `options`: by voter, the people as whom they may count, themselves first. Where several vote for the same
    person, each way to choose who does is tried: what somebody may fill depends on it.
    """
    contested = {
        person: rivals
        for person in dict.fromkeys(person for voter in voters for person in options[voter])
        if len(rivals := [voter for voter in voters if person in options[voter]]) > 1
    }
    ways = (
        _counted(sources, quorum, voters, options, fills, dict(zip(contested, chosen, strict=True)))
        for chosen in islice(product(*contested.values()), _MOST_WAYS)
    )
    return min(ways, key=lambda way: way.missing)


def _counted(
    sources: Sequence[Source],
    quorum: int,
    voters: Sequence[str],
    options: Mapping[str, Sequence[str]],
    fills: Fills,
    chosen: Mapping[str, str],
) -> Representation:
    allowed = {
        voter: [person for person in options[voter] if chosen.get(person, voter) == voter] for voter in voters
    }
    counting = [voter for voter in voters if allowed[voter]]

    def can_fill(number: int, voter: str) -> bool:
        return any(fills(sources[number], voter, person) for person in allowed[voter])

    assigned = assign(len(sources), counting, can_fill)
    seat_of = {voter: number for number, voter in enumerate(assigned) if voter is not None}
    counted = {
        voter: next(
            person
            for person in allowed[voter]
            if voter not in seat_of or fills(sources[seat_of[voter]], voter, person)
        )
        for voter in counting
    }
    return Representation(
        counted=counted, seats=assigned, needed=_needed(sources, quorum, assigned, len(counting), can_fill)
    )


def _needed(
    sources: Sequence[Source],
    quorum: int,
    assigned: Sequence[str | None],
    counting: int,
    can_fill: Callable[[int, str], bool],
) -> tuple[MissingApprovals, ...]:
    missing: dict[tuple[Source, ...], int] = {}
    for number, voter in enumerate(assigned):
        if voter is None:
            fits = sorted(open_to(number, assigned, can_fill))
            any_of = tuple(dict.fromkeys(sources[fit] for fit in fits))
            missing[any_of] = missing.get(any_of, 0) + 1
    extra = quorum - counting - sum(missing.values())
    if extra > 0:
        anybody = tuple(dict.fromkeys(sources))
        missing[anybody] = missing.get(anybody, 0) + extra
    return tuple(MissingApprovals(count=count, any_of=any_of) for any_of, count in missing.items())
