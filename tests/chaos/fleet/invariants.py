"""Invariants of a workspace and its database once all work is finished, whatever was killed."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from slack_local.model.records import Message
from tests.chaos.fleet.bot_fleet import Fleet

UNFINISHED = """
SELECT 'inbox ' || key AS what FROM countersign.inbox WHERE done_at IS NULL
UNION ALL SELECT 'outbox ' || key || ' ' || coalesce(error, '') FROM countersign.outbox
    WHERE posted_at IS NULL
    AND NOT (key LIKE 'waiting:%' AND given_up_at IS NOT NULL)
UNION ALL SELECT 'approval ' || id || ' ' || status FROM countersign.approvals
    WHERE status IN ('pending', 'decided')
UNION ALL SELECT 'card of ' || id FROM countersign.approvals a WHERE rendered_version < version
    AND (card_ts IS NOT NULL OR EXISTS (
        SELECT 1 FROM countersign.outbox o WHERE o.approval_id = a.id AND o.kind = 'card'))
UNION ALL SELECT 'message ' || key FROM countersign.approval_messages WHERE outdated_at IS NOT NULL
UNION ALL SELECT 'thread ' || id || ' halted ' || halted FROM countersign.threads WHERE halted IS NOT NULL
UNION ALL SELECT 'job ' || id || ' ' || status FROM procrastinate_jobs
    WHERE task_name = 'advance' AND status IN ('todo', 'doing')
"""
DIAGNOSTICS = """
SELECT 'job ' || row_to_json(j)::text AS what FROM procrastinate_jobs j WHERE task_name = 'advance'
UNION ALL SELECT 'worker ' || row_to_json(w)::text FROM procrastinate_workers w
UNION ALL SELECT 'backend ' || row_to_json(a)::text FROM (
    SELECT pid, application_name, state, wait_event, now() - state_change AS since, query
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()) a
UNION ALL SELECT 'lock ' || row_to_json(l)::text FROM (
    SELECT pid, objid, granted FROM pg_locks WHERE locktype = 'advisory') l
"""
MESSAGES = """
SELECT key FROM countersign.outbox o
WHERE kind <> 'removal' AND NOT (key LIKE 'waiting:%' AND given_up_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM countersign.outbox r WHERE r.key = o.key || ':removal')
"""
MISSING = """
SELECT o.key, o.kind, o.channel, o.attempts, o.posted_at, o.posted_ts, o.given_up_at, o.error,
       (SELECT array_agg(concat_ws(' ', l.event, l.at)  ORDER BY l.id) FROM countersign.ledger l
        WHERE l.approval_id = o.approval_id) AS events
FROM countersign.outbox o WHERE o.key = ANY (%s)
"""
LEDGER = """
SELECT a.id, a.status, array_agg(l.event ORDER BY l.version) AS events,
       array_agg(l.version ORDER BY l.version) AS versions
FROM countersign.approvals a
LEFT JOIN countersign.ledger l ON l.approval_id = a.id AND l.event NOT LIKE 'grant%'
    AND l.event NOT IN ('shown', 'refused', 'card_deleted')
GROUP BY a.id, a.status
"""
SHOWN_TWICE = """
SELECT approval_id, version, detail ->> 'as' AS shown_as, detail ->> 'message_ts' AS ts, count(*) AS times
FROM countersign.ledger WHERE event = 'shown' GROUP BY 1, 2, 3, 4 HAVING count(*) > 1
"""


@dataclass(frozen=True)
class Rows:
    """Queries on a new connection each time."""

    url: str

    async def of(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        async with await psycopg.AsyncConnection.connect(
            self.url, autocommit=True, row_factory=dict_row
        ) as connection:
            found = await connection.execute(query.encode(), arguments or None)
            return await found.fetchall()

    async def unfinished(self) -> list[str]:
        return [str(row["what"]) for row in await self.of(UNFINISHED)]

    async def diagnostics(self) -> str:
        """The state of the database, to debug a test that does not finish."""
        found = await self.of(UNFINISHED) + await self.of(DIAGNOSTICS)
        return "\n".join(str(row["what"]) for row in found)

    async def wait_until_finished(self, seconds: float = 60.0) -> None:
        """Wait until no work is left."""
        deadline = asyncio.get_running_loop().time() + seconds
        while unfinished := await self.unfinished():
            assert asyncio.get_running_loop().time() < deadline, f"still to be done: {unfinished}"
            await asyncio.sleep(0.1)


async def check_invariants(fleet: Fleet, seconds: float = 60.0) -> None:
    """Wait until all work is finished, then check every invariant."""
    rows = Rows(fleet.stage.database_url)
    await fleet.ws.delivery.idle(seconds)
    await rows.wait_until_finished(seconds)
    await _every_message_was_handled(fleet, rows)
    await _every_approval_was_decided_once(rows)
    await _everything_was_posted_once(fleet, rows)
    _every_card_is_closed(fleet)
    assert fleet.ws.delivery.undelivered == []
    assert fleet.ws.log.violations() == []


async def _every_message_was_handled(fleet: Fleet, rows: Rows) -> None:
    handled = {row["key"] for row in await rows.of("SELECT key FROM countersign.inbox")}
    acknowledged = {
        f"message:{body['team_id']}/{body['event']['channel']}/{body['event']['ts']}"
        for attempt in fleet.ws.log.attempts()
        if attempt.name in ("app_mention", "message") and attempt.outcome == "acknowledged"
        for body in [attempt.body]
        if body["event"].get("subtype") is None
        and "bot_id" not in body["event"]
        and body["event"]["channel"] != fleet.ws.channel_id("ops")
    }
    assert acknowledged <= handled, f"acknowledged and forgotten: {acknowledged - handled}"


async def _every_approval_was_decided_once(rows: Rows) -> None:
    for row in await rows.of(LEDGER):
        events = Counter(row["events"])
        told = f"approval {row['id']}: {row['events']}"
        assert row["versions"] == list(range(1, len(row["versions"]) + 1)), told
        assert events["opened"] == 1, told
        assert events["decided"] + events["timed_out"] <= 1, told
        closed = {"resumed": {"resumed", "expired", "cancelled"}}.get(row["events"][-1], {row["events"][-1]})
        assert row["status"] in closed, told
        assert events["resumed"] <= events["decided"] + events["timed_out"], told
    assert await rows.of(SHOWN_TWICE) == []


async def _everything_was_posted_once(fleet: Fleet, rows: Rows) -> None:
    posted = Counter(key for message in all_messages(fleet) if (key := key_of(message)))
    twice = {key: count for key, count in posted.items() if count > 1}
    assert not twice, f"posted more than once: {twice}"
    outbox = {row["key"] for row in await rows.of(MESSAGES)}
    missing = outbox - posted.keys()
    told = await rows.of(MISSING, sorted(missing)) if missing else []
    assert not missing, f"recorded as posted and not there: {told}"
    approvals = await rows.of(
        "SELECT id, card_ts FROM countersign.approvals a WHERE card_ts IS NOT NULL OR EXISTS "
        "(SELECT 1 FROM countersign.outbox o WHERE o.approval_id = a.id AND o.kind = 'card')"
    )
    cards = {key: message.ts for message in all_messages(fleet) if (key := key_of(message))}
    assert {f"card:{row['id']}": row["card_ts"] for row in approvals} == {
        key: ts for key, ts in cards.items() if key.startswith("card:")
    }


def _every_card_is_closed(fleet: Fleet) -> None:
    live = [m for m in all_messages(fleet) if m.by_bot and "approval:approve" in str(m.blocks)]
    assert not live, f"cards with buttons: {[message.text for message in live]}"


def all_messages(fleet: Fleet) -> list[Message]:
    return [
        message for channel in fleet.ws.slack.state.channels.values() for message in channel.messages.values()
    ]


def key_of(message: Message) -> str | None:
    payload = (message.metadata or {}).get("event_payload") or {}
    key = payload.get("key")
    return str(key) if key else None


def effect_counts(fleet: Fleet) -> Counter[str]:
    """How often each request had its effect."""
    texts = [m.text for m in all_messages(fleet) if m.text.startswith("effect of ")]
    return Counter(text.removeprefix("effect of ") for text in texts)
