"""As whom voters count, held against trying every way there is."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.voting.representation import represent, represent_all

PEOPLE = ("ann", "bob", "cid", "dan")
GROUPS = ("@a", "@b", "@c")
sources = st.lists(st.sampled_from(GROUPS), min_size=1, max_size=3)
memberships = st.dictionaries(st.sampled_from(PEOPLE), st.frozensets(st.sampled_from(GROUPS)))
# By voter and the person who delegated to them: the groups that it is for.
delegated = st.dictionaries(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).filter(lambda pair: pair[0] != pair[1]),
    st.frozensets(st.sampled_from(GROUPS), min_size=1),
    max_size=4,
)
crowds = st.lists(st.sampled_from(PEOPLE), unique=True, max_size=4)


def group(name: str) -> Source:
    return Source(kind=SourceKind.GROUP, names=(name,))


class Office:
    def __init__(
        self,
        members: Mapping[str, frozenset[str]],
        away: Mapping[tuple[str, str], frozenset[str]],
        voters: Sequence[str],
    ) -> None:
        self.members, self.away, self.voters = members, away, voters
        self.options = {voter: self.may_count_as(voter) for voter in voters}

    def may_count_as(self, voter: str) -> list[str]:
        own = [voter] if self.members.get(voter) else []
        delegators = [
            person
            for (delegate, person), groups in self.away.items()
            if delegate == voter and self.members.get(person, frozenset()) & groups
        ]
        return [*own, *(person for person in delegators if person not in self.voters)]

    def fills(self, source: Source, voter: str, person: str) -> bool:
        allowed = frozenset(GROUPS) if voter == person else self.away[voter, person]
        return source.names[0] in self.members.get(person, frozenset()) & allowed

    def ways(self, voters: Sequence[str]) -> Iterator[dict[str, str]]:
        """Every way to count voters, each as one person and nobody as the same."""
        for people in product(*([None, *self.options[voter]] for voter in voters)):
            counted = {v: p for v, p in zip(voters, people, strict=True) if p is not None}
            if len(set(counted.values())) == len(counted):
                yield counted

    def least_missing(self, wanted: Sequence[Source], quorum: int, voters: Sequence[str]) -> int:
        best = len(wanted) + quorum
        for counted in self.ways(voters):
            for sitting in product([None, *counted], repeat=len(wanted)):
                seated = [voter for voter in sitting if voter is not None]
                if len(set(seated)) != len(seated):
                    continue
                if all(
                    voter is None or self.fills(source, voter, counted[voter])
                    for source, voter in zip(wanted, sitting, strict=True)
                ):
                    empty = len(wanted) - len(seated)
                    best = min(best, max(empty, quorum - len(counted)))
        return best


@given(sources, memberships, delegated, crowds, st.integers(0, 2))
def test_no_way_to_count_leaves_less_missing(
    wanted: list[str],
    members: dict[str, frozenset[str]],
    away: dict[tuple[str, str], frozenset[str]],
    voters: list[str],
    more: int,
) -> None:
    office = Office(members, away, voters)
    seats = [group(name) for name in wanted]
    quorum = len(seats) + more

    found = represent(seats, quorum, voters, office.options, office.fills)

    assert (found.missing == 0) == (office.least_missing(seats, quorum, voters) == 0)
    assert len(set(found.counted.values())) == len(found.counted), "somebody counts twice"
    seated = [voter for voter in found.seats if voter is not None]
    assert len(set(seated)) == len(seated), "somebody fills two seats"
    for source, voter in zip(seats, found.seats, strict=True):
        assert voter is None or office.fills(source, voter, found.counted[voter])
    for voter, person in found.counted.items():
        assert person in office.options[voter]


@given(memberships, delegated, crowds)
def test_as_many_voters_count_as_can(
    members: dict[str, frozenset[str]], away: dict[tuple[str, str], frozenset[str]], voters: list[str]
) -> None:
    office = Office(members, away, voters)
    found = represent_all(voters, office.options)
    assert len(found) == len(set(found.values())) == max(len(way) for way in office.ways(voters))
