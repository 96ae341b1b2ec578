"""Publishes the heads of the ledger's chains to every target, when there are new ones."""

from collections.abc import Sequence
from typing import Protocol

import structlog

from countersign.anchoring.targets import AnchorTarget
from countersign.approvals.audit import Anchor

log = structlog.get_logger()


class ChainHeads(Protocol):
    async def heads(self) -> Sequence[Anchor]:
        """The last position of each chain; none while nothing is sealed."""
        ...


class Anchoring:
    """`every` is the pause between two looks, in seconds. A target that fails is tried again at the next."""

    def __init__(self, ledger: ChainHeads, targets: Sequence[AnchorTarget], every: float) -> None:
        self._ledger = ledger
        self._targets = tuple(targets)
        self._published: dict[tuple[str, str | None], Anchor] = {}  # by target and workspace
        self.every = every

    async def publish(self) -> int:
        """Publish every head where it is not yet; returns how many were written down."""
        heads = await self._ledger.heads() if self._targets else ()
        return sum([await self._publish(target, head) for head in heads for target in self._targets])

    async def _publish(self, target: AnchorTarget, head: Anchor) -> bool:
        key = (target.name, head.workspace)
        if self._published.get(key) == head:
            return False
        try:
            await target.publish(head)
        except Exception as error:  # noqa: BLE001 -- one target that is away must not keep the others
            log.warning("anchor_failed", target=target.name, anchor=str(head), reason=str(error))
            return False
        self._published[key] = head
        log.info("anchored", target=target.name, anchor=str(head))
        return True
