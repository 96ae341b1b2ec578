"""Publishes the chain's head to every target, when there is a new one."""

from collections.abc import Sequence
from typing import Protocol

import structlog

from countersign.anchoring.targets import AnchorTarget
from countersign.approvals.audit import Anchor

log = structlog.get_logger()


class ChainHead(Protocol):
    async def head(self) -> Anchor | None:
        """The chain's last position; None while nothing is sealed."""
        ...


class Anchoring:
    """`every` is the pause between two looks, in seconds. A target that fails is tried again at the next."""

    def __init__(self, ledger: ChainHead, targets: Sequence[AnchorTarget], every: float) -> None:
        self._ledger = ledger
        self._targets = tuple(targets)
        self._published: dict[str, Anchor] = {}
        self.every = every

    async def publish(self) -> int:
        """Publish the head where it is not yet; returns to how many targets."""
        head = await self._ledger.head() if self._targets else None
        if head is None:
            return 0
        done = 0
        for target in self._targets:
            if self._published.get(target.name) == head:
                continue
            try:
                await target.publish(head)
            except Exception as error:  # noqa: BLE001 -- one target that is away must not keep the others
                log.warning("anchor_failed", target=target.name, position=head.position, reason=str(error))
                continue
            self._published[target.name] = head
            log.info("anchored", target=target.name, position=head.position, link=head.link)
            done += 1
        return done
