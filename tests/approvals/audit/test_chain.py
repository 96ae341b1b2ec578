"""A chain shows the first entry that was changed, cut, added or reordered, whoever did it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.audit import Anchor, ChainedEntry, EntryHasher, FindingKind, next_link, verify
from tests.approvals.audit.chains import chain, entry

KEYED = EntryHasher(b"a key that the database does not hold")
HASHERS = pytest.mark.parametrize("hasher", [EntryHasher(), KEYED], ids=["plain", "keyed"])


@HASHERS
def test_an_untouched_chain_verifies_to_its_head(hasher: EntryHasher) -> None:
    rows = chain([entry(n) for n in range(1, 8)], hasher, sealed=5)

    found = verify(rows, hasher)

    assert found.finding is None
    assert (found.sealed, found.unsealed, found.head) == (5, 2, rows[4].link)


@HASHERS
@pytest.mark.parametrize(
    "change",
    [
        {"detail": '{"amount":129.91,"note":"Nr. 3"}'},
        {"actor_name": "Mallory"},
        {"actor_id": "UMALLORY"},
        {"event": "decided"},
        {"version": 9},
        {"thread_id": "T1/C1/1.1"},
        {"at": entry(4).at},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_changed_field_is_found_at_its_entry(hasher: EntryHasher, change: dict[str, object]) -> None:
    rows = chain([entry(n) for n in range(1, 6)], hasher)
    rows[2] = rows[2]._replace(entry=entry(3, **change))

    finding = verify(rows, hasher).finding

    assert finding is not None
    assert (finding.kind, finding.position) == (FindingKind.CHANGED, 3)


@pytest.mark.parametrize(
    ("sealed", "named"),
    [(5, "Entry 3 (opened of "), (2, "The entry with id 3 (opened of ")],
    ids=["sealed", "not sealed yet"],
)
def test_a_changed_entry_is_named_by_its_place_or_by_its_id(sealed: int, named: str) -> None:
    rows = chain([entry(n) for n in range(1, 6)], EntryHasher(), sealed=sealed)
    rows[2] = rows[2]._replace(entry=entry(3, actor_name="Mallory"))

    finding = verify(rows, EntryHasher()).finding

    assert finding is not None
    assert finding.text.startswith(named)


@HASHERS
def test_a_deleted_entry_whose_link_is_left_is_found(hasher: EntryHasher) -> None:
    rows = chain([entry(n) for n in range(1, 6)], hasher)
    rows[1] = rows[1]._replace(entry=None, entry_hash=None, entry_id=None)

    finding = verify(rows, hasher).finding

    assert finding is not None
    assert (finding.kind, finding.position) == (FindingKind.CUT, 2)


@HASHERS
def test_an_entry_deleted_with_its_link_is_found(hasher: EntryHasher) -> None:
    rows = chain([entry(n) for n in range(1, 6)], hasher)
    del rows[2]

    finding = verify(rows, hasher).finding

    assert finding is not None
    assert (finding.kind, finding.position) == (FindingKind.CUT, 3)


@HASHERS
def test_two_entries_that_changed_places_are_found(hasher: EntryHasher) -> None:
    rows = chain([entry(n) for n in range(1, 6)], hasher)
    rows[1], rows[2] = (
        rows[2]._replace(position=2, link=rows[1].link),
        rows[1]._replace(position=3, link=rows[2].link),
    )

    finding = verify(rows, hasher).finding

    assert finding is not None
    assert (finding.kind, finding.position) == (FindingKind.REORDERED, 2)


def test_an_entry_added_by_somebody_without_the_key_is_found() -> None:
    rows = chain([entry(n) for n in range(1, 4)], KEYED)
    forged = entry(4, actor_name="Alice")
    rows.append(
        ChainedEntry(entry_id=4, position=None, entry=forged, entry_hash=EntryHasher()(forged), link=None)
    )

    finding = verify(rows, KEYED).finding

    assert finding is not None
    assert (finding.kind, finding.entry_id) == (FindingKind.ADDED, 4)


def test_a_rewritten_and_resealed_entry_is_found_with_the_key_and_not_without() -> None:
    """The owner of the database knows how plain hashes are made; what they cannot make is an HMAC."""

    def rewritten(hasher: EntryHasher) -> list[ChainedEntry]:
        return chain([entry(n) if n != 2 else entry(2, actor_name="Mallory") for n in range(1, 5)], hasher)

    assert verify(rewritten(EntryHasher()), EntryHasher()).finding is None
    forged = verify(rewritten(EntryHasher(b"not the key")), KEYED).finding
    assert forged is not None
    assert (forged.kind, forged.position) == (FindingKind.CHANGED, 1)


def test_a_rewritten_chain_is_found_by_its_anchor() -> None:
    hasher = EntryHasher()
    honest = chain([entry(n) for n in range(1, 6)], hasher)
    assert honest[3].link
    anchor = Anchor(position=4, link=honest[3].link)
    rewritten = chain([entry(n) if n != 2 else entry(2, actor_name="Mallory") for n in range(1, 6)], hasher)

    assert verify(honest, hasher, [anchor]).anchors == 1
    assert verify(honest, hasher).anchors == 0
    finding = verify(rewritten, hasher, [anchor]).finding
    assert finding is not None
    assert (finding.kind, finding.position) == (FindingKind.CHANGED, 4)


def test_a_cut_tail_and_an_older_backup_are_found_by_the_anchor() -> None:
    hasher = EntryHasher()
    rows = chain([entry(n) for n in range(1, 6)], hasher)
    assert rows[4].link
    anchor = Anchor(position=5, link=rows[4].link)

    assert verify(rows[:3], hasher).finding is None
    finding = verify(rows[:3], hasher, [anchor]).finding

    assert finding is not None
    assert (finding.kind, finding.position) == (FindingKind.CUT, 4)


def test_entries_from_before_the_key_was_set_are_checked_too() -> None:
    before, after = [entry(1), entry(2)], [entry(3), entry(4)]
    rows = chain(before, EntryHasher())
    link = rows[-1].link
    for position, made in enumerate(after, start=3):
        hashed = KEYED(made)
        assert link
        link = next_link(link, position, hashed)
        rows.append(
            ChainedEntry(entry_id=position, position=position, entry=made, entry_hash=hashed, link=link)
        )

    assert verify(rows, KEYED).finding is None
    without = verify(rows, EntryHasher()).finding
    assert without is not None
    assert (without.kind, without.position) == (FindingKind.UNCHECKED, 3)


@given(
    st.integers(min_value=2, max_value=9).flatmap(
        lambda n: st.tuples(
            st.just(n), st.permutations(range(n)).filter(lambda order: list(order) != sorted(order))
        )
    )
)
def test_no_other_order_verifies(drawn: tuple[int, list[int]]) -> None:
    count, order = drawn
    rows = chain([entry(n + 1) for n in range(count)], KEYED)
    shuffled = [
        rows[at]._replace(position=position, link=rows[position - 1].link)
        for position, at in enumerate(order, start=1)
    ]

    assert verify(shuffled, KEYED).finding is not None
