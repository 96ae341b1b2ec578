"""Claims on outbox rows: a lease during which only the claiming process posts them."""

from collections.abc import Iterable
from typing import Any

from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.store.columns import rows

KNOWN_KINDS = [kind.value for kind in OutgoingKind]  # others are left to a newer version
CLAIM_SECONDS = 20  # longer than the claimer keeps posting, and longer than one post may take


def claim_arguments(team: str | None, channel: str, thread_ts: str) -> dict[str, Any]:
    """Parameters of the query `claim_thread`. Without `team`, those of every workspace."""
    return {
        "team": team,
        "channel": channel,
        "thread_ts": thread_ts,
        "claim": CLAIM_SECONDS,
        "kinds": KNOWN_KINDS,
    }


def claimed_messages(found: Iterable[rows.Row]) -> tuple[Outgoing, ...]:
    """The rows that `claim_thread` returned, in the order in which they must be posted."""
    return tuple(rows.outgoing_from(row) for row in sorted(found, key=lambda row: row["seq"]))
