"""What is kept of a refusal, once a minute, and that whoever is refused hears why whatever becomes of it."""

from collections.abc import Mapping, MutableMapping
from typing import Any

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Person
from countersign.approvals.policy.voting.permission import ReasonMissing
from countersign.flow.decisions.evidence.refusal_log import RefusalLog
from countersign.flow.errors import DatabaseUnavailable
from countersign.flow.ports import Ledger
from tests.approvals.policy.policies import person
from tests.approvals.test_record import an_approval

YES = DecisionKind.APPROVE
BOB = person("UBOB")
ASKED = an_approval(rows=2)


class LedgerInMemory(Ledger):
    def __init__(self, error: Exception | None = None) -> None:
        self.kept: list[Mapping[str, Any]] = []
        self._error = error

    async def append(self, **entry: Any) -> None:
        if self._error is not None:
            raise self._error
        self.kept.append(entry)


async def refuse(
    log: RefusalLog,
    error: MayNotDecide,
    *,
    row: int = 0,
    by: Person = BOB,
    kind: DecisionKind | None = YES,
) -> None:
    with pytest.raises(type(error)):
        async with log.kept(ASKED, row, by, kind):
            raise error


async def test_it_is_kept_with_who_wanted_what_and_why_not() -> None:
    ledger = LedgerInMemory()
    await refuse(RefusalLog(ledger), MayNotDecide("Not you."))
    await refuse(RefusalLog(ledger), MayNotDecide("Not you."), row=1, kind=None)
    first, second = ledger.kept
    assert (first["approval_id"], first["thread_id"], first["by"]) == (ASKED.id, ASKED.thread_id, BOB)
    assert (first["event"], first["version"]) == ("refused", ASKED.version)
    assert first["detail"] == {"why": "Not you.", "row": 0, "kind": "approve"}
    assert second["detail"] == {"why": "Not you.", "row": 1, "kind": None}


async def test_the_same_again_is_not_kept_again_but_what_differs_is() -> None:
    ledger = LedgerInMemory()
    log = RefusalLog(ledger)
    for _ in range(3):
        await refuse(log, MayNotDecide("Not you."))
    assert len(ledger.kept) == 1
    await refuse(log, MayNotDecide("Not now."))
    await refuse(log, MayNotDecide("Not you."), row=1)
    await refuse(log, MayNotDecide("Not you."), by=person("UCAROL"))
    await refuse(log, MayNotDecide("Not you."), kind=DecisionKind.REJECT)
    assert len(ledger.kept) == 5


async def test_whoever_has_to_give_a_reason_is_not_refused() -> None:
    ledger = LedgerInMemory()
    await refuse(RefusalLog(ledger), ReasonMissing("Say why."))
    async with RefusalLog(ledger).kept(ASKED, 0, BOB, YES):
        pass
    assert ledger.kept == []


async def test_without_a_ledger_it_is_told_all_the_same() -> None:
    await refuse(RefusalLog(None), MayNotDecide("Not you."))


async def test_if_it_cannot_be_kept_it_is_told_all_the_same_and_logged(
    logged: list[MutableMapping[str, Any]],
) -> None:
    await refuse(RefusalLog(LedgerInMemory(DatabaseUnavailable())), MayNotDecide("Not you."))
    assert [entry["event"] for entry in logged] == ["refusal_not_recorded"]
