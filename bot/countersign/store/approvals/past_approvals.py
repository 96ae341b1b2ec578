"""The approvals that were opened since a moment, for `policy replay`: a stream, since there may be many."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from countersign.approvals.json import Json
from countersign.approvals.policy.rule import Rule
from countersign.error_translation import translate_errors
from countersign.store.columns.stored_policy import rules_from
from countersign.store.connections.pool import Pool
from countersign.store.queries import QUERIES

_FETCH = 500  # rows per round trip


@dataclass(frozen=True, kw_only=True)
class PastApproval:
    """What an approval asked, and the rules that it was opened under: one per row, none without a policy."""

    approval_id: UUID
    team: str
    channel: str
    graph: str | None
    value: Json
    schema: Json
    answer_shape: Json
    requester: str | None
    rules: tuple[Rule, ...]
    opened_at: datetime


async def past_approvals(pool: Pool, since: datetime) -> AsyncGenerator[PastApproval]:
    """Oldest first. Whoever stops early closes it (`contextlib.aclosing`): it holds a cursor.

    Approvals that `RETENTION` deleted are not among them. Raises UnreadableRule.
    """
    async with (
        translate_errors(),
        pool.connection() as connection,
        connection.transaction(),
        connection.cursor(name="past_approvals") as cursor,
    ):
        cursor.itersize = _FETCH
        await cursor.execute(QUERIES["past_approvals"], {"since": since})
        async for row in cursor:
            yield PastApproval(
                approval_id=row["id"],
                team=row["thread_id"].split("/")[0],
                channel=row["thread_id"].split("/")[1],
                graph=row["graph_name"],
                value=row["value"],
                schema=row["schema"],
                answer_shape=row["answer_shape"],
                requester=row["requester"],
                rules=rules_from(row["rules"]),
                opened_at=row["opened_at"],
            )
