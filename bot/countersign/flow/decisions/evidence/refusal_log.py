"""Records refusals in the ledger: who tried to decide, and why they may not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from cachetools import TTLCache

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import CountersignError, MayNotDecide
from countersign.approvals.ledger import Observation
from countersign.approvals.person import Person
from countersign.approvals.policy.voting.permission import ReasonMissing
from countersign.flow.ports import Ledger

_REPEAT_SECONDS = 60.0  # the same refusal is recorded once in this time, so clicks cannot fill the ledger
_REMEMBERED = 10_000  # refusals; the oldest is forgotten first

log = structlog.get_logger()


class RefusalLog:
    def __init__(self, ledger: Ledger | None) -> None:
        """Without a ledger nothing is recorded."""
        self._ledger = ledger
        self._recent: TTLCache[tuple[object, ...], bool] = TTLCache(_REMEMBERED, _REPEAT_SECONDS)

    @asynccontextmanager
    async def kept(
        self, approval: Approval, row: int, person: Person, kind: DecisionKind | None
    ) -> AsyncIterator[None]:
        """Record a MayNotDecide that is raised inside. ReasonMissing is not a refusal."""
        try:
            yield
        except ReasonMissing:
            raise
        except MayNotDecide as refusal:
            await self._keep(approval, row, person, kind, refusal.source)
            raise

    async def _keep(
        self, approval: Approval, row: int, person: Person, kind: DecisionKind | None, why: str
    ) -> None:
        key = (approval.id, row, person.id, kind, why)
        if self._ledger is None or key in self._recent:
            return
        self._recent[key] = True
        try:
            await self._ledger.append(
                approval_id=approval.id,
                thread_id=approval.thread_id,
                version=approval.version,
                event=Observation.REFUSED.value,
                by=person,
                detail={"why": why, "row": row, "kind": kind.value if kind is not None else None},
            )
        except CountersignError as error:  # the person is still told why, even if recording fails
            log.warning("refusal_not_recorded", approval_id=str(approval.id), error=str(error))
