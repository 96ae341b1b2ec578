"""Every statement that something waits for, timed on a database of a size.

A statement runs with the plan that PostgreSQL keeps for any parameters, as in the bot, in a transaction that
is rolled back. Beside the milliseconds stand the pages of 8 kB that it touched, in memory or not: they do not
depend on what else the machine does.
"""

import re
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Json

from countersign.flow.home.counting import COUNTED
from countersign.flow.ports.database.retention import BEFORE_ALL
from countersign.store.queries import QUERIES

LOOK_BACK = 10_000  # entries, as in a quick round of the sealer
PARAMETER = re.compile(r"%\((\w+)\)s")
# An operator's commands read all that there is; the others have no table.
NOT_TIMED = {
    "waiting_questions", "past_approvals", "halt_after_restore", "redraw_cards", "look_before_posting",
    "approvals_of_person", "threads_of_person", "threads_requested_by", "messages_of_person",
    "erase_messages", "delete_posts_of_thread", "sealed_entries", "unsealed_entries", "exported_entries",
    "approvals_without_entry", "open_approvals_of_team", "delete_expired_effects", "begin_transaction",
    "commit_transaction", "configure_session", "limit_statement_time", "vector_version",
    "vector_dimensions", "vector_tables_exist", "replace_checkpoint", "store_inline_value",
    "rewrite_contents", "rewrite_ledger_content", "erase_entries", "release_thread_locks",
    "lock_delegations", "end_workspace", "own_tables", "workspace_entries",
    "workspaces_with_threads",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Timed:
    name: str
    milliseconds: float  # the median
    pages: int


def time_statements(
    url: str,
    names: list[str] | None = None,
    *,
    counted: int = COUNTED,
    look_back: int = LOOK_BACK,
    times: int = 5,
) -> dict[str, Timed]:
    """All that are timed, or these. An inbox is counted so far, and a sealer looks back so many entries."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        connection.execute("SET plan_cache_mode = 'force_generic_plan'")
        connection.execute("SET jit = off")  # it is for statements that last seconds
        connection.commit()
        arguments = _arguments(connection, look_back) | {"counted": counted}
        wanted = sorted(QUERIES.keys() - NOT_TIMED) if names is None else names
        return {name: _time(connection, name, arguments, times) for name in wanted}


class CannotTime(Exception):
    """A statement cannot be run with these arguments; the message says which ones it wants."""


def _time(connection: psycopg.Connection[Any], name: str, arguments: Mapping[str, Any], times: int) -> Timed:
    found = [_explained(connection, name, arguments) for _ in range(times + 1)][1:]
    plans = [each["Plan"] for each in found]
    return Timed(
        name=name,
        milliseconds=statistics.median(each["Execution Time"] for each in found),
        pages=int(statistics.median(p["Shared Hit Blocks"] + p["Shared Read Blocks"] for p in plans)),
    )


def _explained(
    connection: psycopg.Connection[Any], name: str, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    names = list(dict.fromkeys(PARAMETER.findall(QUERIES[name])))
    body = PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", QUERIES[name]).replace("%%", "%")
    try:
        connection.execute(f"PREPARE timed AS {body}".encode())
        given = [OWN.get(name, {}).get(each, arguments.get(each)) for each in names]
        literals = sql.SQL(", ").join(map(sql.Literal, given))
        call = sql.SQL("timed({})").format(literals) if names else sql.SQL("timed")
        row = connection.execute(
            sql.SQL("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE {}").format(call)
        ).fetchone()
        assert row is not None
        return dict(row["QUERY PLAN"][0])
    except psycopg.Error as error:
        raise CannotTime(f"Give {name} its arguments {names} in {__name__}.OWN: {error}") from error
    finally:
        connection.rollback()
        connection.execute("DEALLOCATE ALL")
        connection.commit()


def _arguments(connection: psycopg.Connection[Any], look_back: int) -> dict[str, Any]:
    """What the statements are asked: about the pending approval in the middle of #general, for alice."""
    row = connection.execute(
        "SELECT id, thread_id, version, card_ts, awaits, checkpoint_id FROM countersign.approvals"
        " WHERE status = 'pending' AND awaits && '{in:C0GENERAL0}' ORDER BY opened_at"
        " OFFSET (SELECT count(*) / 20 FROM countersign.approvals WHERE status = 'pending') LIMIT 1"
    ).fetchone()
    assert row is not None
    position = connection.execute(
        "SELECT max(position) AS last, max(entry_id) AS entry FROM countersign.ledger_chain"
    ).fetchone()
    assert position is not None
    now = datetime.now(UTC)
    later = now + timedelta(days=1)
    team, channel, thread_ts = str(row["thread_id"]).split("/")
    texts = dict.fromkeys(_TEXTS, "x")
    return {
        **texts,
        **dict.fromkeys(_NOTHING),
        **dict.fromkeys(("at", "now", "since", "before", "granted_at", "opened_at", "begun_at"), now),
        **dict.fromkeys(("until", "expires_at", "due_at", "ends_at", "starts_at"), later),
        **dict.fromkeys(("answer_shape", "body", "detail", "value", "schema"), Json({"kind": "x"})),
        **dict.fromkeys(("id", "approval_id"), row["id"]),
        **dict.fromkeys(("user", "user_id", "actor_id", "by", "requester"), "U0ALICE001"),
        **dict.fromkeys(("ts", "card"), row["card_ts"]),
        **dict.fromkeys(("thread_id", "holder"), row["thread_id"]),
        **dict.fromkeys(("page", "read", "offset", "row", "attempts"), 0),
        "line": 1,
        "fence": 0,
        "version": row["version"],
        "expected": row["version"],
        "rendered_version": row["version"],
        "limit": 50,
        "claim": 15.0,
        "seconds": 3600.0,
        "milliseconds": "9",
        "starts": 16,
        "decisions": 4,
        "per_person": 4,
        "per_channel": 8,
        "team": team,
        "channel": channel,
        "thread_ts": thread_ts,
        "place": f"{team}/{channel}/%",
        "channels": [channel, "C100000001"],
        "keys": [f"in:{channel}", "U0ALICE001", "@finance"],
        "holders": [row["thread_id"]],
        "thread_ids": [row["thread_id"]],
        "teams": [team],
        "awaits": row["awaits"],
        "concerned": ["U0ALICE001"],
        "excused": [],
        "deadline": None,
        "ids": [],
        "rows": [0],
        "early_keys": [],
        "asks": False,
        "may_open": True,
        "native": False,
        "positions": [position["last"] + 1],
        "entry_ids": [10**12],
        "links": ["x"],
        "votes": Json([None]),
        "status": "pending",
        "closes_as": "resumed",
        "phase": "open",
        "shows": "open",
        "kind": "card",
        "after": max(0, position["entry"] - look_back),
        "key": "no such key",
        "begins": "08:00",
        "ends": "17:00",
        "zone": "UTC",
        "event": "shown",
        "hash": "sha256:x",
        "scope": "thread",
        "old": "C9",
        "new": "C8",
        "after_touched": BEFORE_ALL.touched_at,
        "after_id": "",
        "seen": 1,
        "running": "1",
        "checkpoint_id": row["checkpoint_id"],
        "observations": ["shown"],
        "max_uses": None,
    }


_TEXTS = (
    "action", "actor_name", "app_id", "bot_id", "bot_user", "code", "condition", "delegate",
    "delegate_name", "delegator", "delegator_name", "digest", "enterprise_id", "error", "error_id",
    "event_id", "file", "function", "granted_by", "granted_by_name", "graph", "graph_version",
    "group_handle", "group_id", "installed_by", "interrupt_id", "key_id", "last_posted_key", "message",
    "name", "node", "note", "reason", "rule", "rule_fingerprint", "rule_name", "shown", "text", "token",
    "traceback", "traceparent", "type", "url", "verdict",
)  # fmt: skip
_NOTHING = (
    "answer", "asked_at", "digest_key", "fired", "halted", "look_alikes", "posted_to", "referrals",
    "refresh_token", "result", "row_votes", "rules", "state", "status_reason", "undo_until", "scopes",
)  # fmt: skip
_UUID = "00000000-0000-4000-8000-000000000000"
# Where a name has another type or meaning than elsewhere.
OWN: Mapping[str, Mapping[str, Any]] = {
    "open_approval": {"id": _UUID},
    "insert_grant": {"id": _UUID, "key": "x"},
    "insert_glass_break": {"id": _UUID},
    "start_delegation": {"id": _UUID},
    "graph_posted_between": {"after": "1", "before": "9999999999"},
    "asked_by": {"user": "U0BOB00001", "limit": 5},
    "waiting_for": {"limit": 8},
    "decided_lately": {"limit": 6},
    "try_sealing": {"key": 1},
    "keep_settled": {"settled_to": 1},
    "save_workspace_heads": {"sealed": [1]},
    "entries_to_seal": {"limit": 5000},
    "save_installation": {"scopes": ["x"]},
    "change_approval": {"claim": None, "votes": Json([None])},
    "erase_votes": {"claim": None},
    "report_process": {"id": _UUID, "version": "1.0", "host": "h", "key_ids": []},
}
