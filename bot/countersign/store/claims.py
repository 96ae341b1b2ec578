"""A claim on what is to be posted: for a while nobody but its claimer posts these rows."""

from collections.abc import Iterable
from typing import Any

from countersign.flow.outgoing import Outgoing
from countersign.store import rows

CLAIM = 20  # seconds: longer than its claimer goes on, and than a post may take


def of_thread(channel: str, thread_ts: str) -> dict[str, Any]:
    """What the query `claim_thread` asks for."""
    return {"channel": channel, "thread_ts": thread_ts, "claim": CLAIM}


def claimed(found: Iterable[rows.Row]) -> tuple[Outgoing, ...]:
    """The rows that it gave, in the order in which they are to be posted."""
    return tuple(rows.outgoing_from(row) for row in sorted(found, key=lambda row: row["seq"]))
