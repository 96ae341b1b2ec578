"""Whose entries are erased, and how it is known that nothing else of them was changed."""

import pytest

from countersign.approvals.audit import EntryHasher
from countersign.approvals.audit.entry import detail_text
from countersign.approvals.audit.erasure import ErasureVerifier, PersonEntries, erasure_detail
from countersign.approvals.json import Json
from tests.approvals.audit.chains import entry

HASHER = EntryHasher()
APPROVAL, OTHER = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


@pytest.mark.parametrize("asked", [{"requester": "UANN"}, {"requested_by": "UANN"}])
def test_what_a_person_asked_for_is_theirs_with_all_that_became_of_it(asked: dict[str, Json]) -> None:
    entries = PersonEntries("UANN")
    opened = entry(1, event="opened", approval_id=APPROVAL, detail=detail_text(asked))
    decided = entry(2, event="decided", approval_id=APPROVAL, actor_id="UBOB")
    elsewhere = entry(3, event="decided", approval_id=OTHER, actor_id="UBOB")
    assert [entries.concerns(each) for each in (decided, opened, decided, elsewhere)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("detail", [{"requester": "UBOB"}, {}, ["requester"], None, "requester"])
def test_what_somebody_else_asked_for_is_not_theirs(detail: Json) -> None:
    entries = PersonEntries("UANN")
    opened = entry(1, event="opened", approval_id=APPROVAL, detail=detail_text(detail))
    decided = entry(2, event="decided", approval_id=APPROVAL, actor_id="UBOB")
    assert [entries.concerns(each) for each in (opened, decided)] == [False, False]


def test_what_they_did_and_what_names_them_is_theirs() -> None:
    entries = PersonEntries("UANN", frozenset({OTHER}))
    assert entries.concerns(entry(1, event="voted", approval_id=APPROVAL, actor_id="UANN"))
    assert entries.concerns(entry(2, event="referred", approval_id=APPROVAL, detail=detail_text(["UANN"])))
    assert entries.concerns(entry(3, event="decided", approval_id=OTHER, actor_id="UBOB")), "known before"
    assert not entries.concerns(entry(4, event="decided", approval_id=APPROVAL, actor_id="UBOB"))


def test_a_record_of_an_erasure_and_another_workspace_are_left_alone() -> None:
    erased = entry(1, event="erased", actor_id="UANN")
    assert not PersonEntries("UANN").concerns(erased)
    acted = entry(2, actor_id="UANN")
    assert PersonEntries("UANN", workspace="T1").concerns(acted)
    assert not PersonEntries("UANN", workspace="T2").concerns(acted)


def test_what_is_left_of_an_erased_entry_fits_the_record_of_its_erasure() -> None:
    kept, changed = entry(1), entry(2)
    left = erasure_detail("UANN", {1: kept, 2: changed}, HASHER)
    assert left["person"] == "UANN"
    record = entry(9, event="erased", detail=detail_text(left))
    verifier = ErasureVerifier(HASHER)
    verifier.take_erased("Entry 1", 1, kept.without_content())
    assert verifier.unrecorded() == "Entry 1"
    assert verifier.take_erasure(record) is None
    assert verifier.unrecorded() is None

    verifier.take_erased("Entry 2", 2, changed.without_content()._replace(actor_id="UEVE"))
    assert verifier.take_erasure(record) == "Entry 2 was changed after its content was erased."


def test_an_entry_without_a_number_cannot_be_in_a_record() -> None:
    verifier = ErasureVerifier(HASHER)
    verifier.take_erased("Entry 1", None, entry(1).without_content())
    assert verifier.unrecorded() is None
