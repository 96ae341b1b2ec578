"""What the use cases need of the database for channels whose id changed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class ChannelIdChange:
    old: str
    new: str
    ts: Decimal  # when, by Slack's clock


class ChannelIdStore(Protocol):
    """Raises DatabaseUnavailable."""

    async def add(self, team: str, change: ChannelIdChange) -> None: ...

    async def all(self, team: str) -> tuple[ChannelIdChange, ...]: ...
