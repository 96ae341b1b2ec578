"""How PostgreSQL looks for what the bot asks, with tables as large as a busy workspace makes them."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from countersign.store.queries import QUERIES
from tests.support.postgres import databases

MANY = 100_000
TABLES = (
    "threads", "inbox", "approvals", "ledger", "ledger_chain", "outbox", "effects", "procrastinate_jobs",
)  # fmt: skip
# Everything else is asked for while somebody waits, or every few seconds.
SELDOM = {
    "merge_pending_changes",  # it takes all that changed since the last time
    "vector_version",  # once, at the start, where LangGraph's store has an index
    "halted_threads",  # an operator's list
    "open_approvals_of_team",  # a workspace that removed the app
    "card_row_posted",  # a press on a card whose post nobody lived to record
    "delete_expired_inbox", "delete_expired_outbox", "delete_expired_effects",
    "idle_threads", "threads_to_compact", "mark_compacted",
    "begin_transaction", "commit_transaction",  # they have no plan
    "lock_thread_row", "delete_idle_thread",
}  # fmt: skip
AUDIT = {  # an operator's command, or what seals and checks the ledger now and then
    "waiting_questions",  # `graphs --check`: it reads all that waits
    "past_approvals",  # `policy replay`
    "approvals_of_person", "delete_posts_of_thread", "erase_messages", "messages_of_person",  # `people`
    "threads_of_person", "threads_requested_by", "delegations_of_person", "grants_about_person",
    "feedback_of_person", "quiet_hours_of_person", "erase_names_of_delegations", "erase_names_of_grants",
    "erase_reasons", "erase_reviews", "delete_home", "delete_quiet_hours_of", "delete_feedback_of",
    "workspaces_with_threads",
    "halt_after_restore", "redraw_cards", "look_before_posting", "unrevoked_grants",  # `restored`
    "rewrite_contents", "store_inline_value", "replace_checkpoint",  # `encryption rotate`
    "approvals_without_entry", "entries_to_seal", "exported_entries", "sealed_entries", "unsealed_entries",
    "workspace_entries",
}  # fmt: skip
HOT = sorted(QUERIES.keys() - SELDOM - AUDIT)
PARAMETER = re.compile(r"%\((\w+)\)s")
# One thread in two hundred has something to do, and one post in two hundred is due.
GROWN = {
    "countersign.threads (id)": "'T1/C1/' || n",
    "countersign.inbox (key, event_id, thread_id, kind, user_id, text, done_at)": (
        "'k' || n, 'e' || n, 'T1/C1/' || n, 'message', 'U', 't', CASE WHEN n % 200 > 0 THEN now() END"
    ),
    "countersign.approvals"
    " (id, thread_id, interrupt_id, digest, status, votes, version, rendered_version, card_ts, opened_at,"
    " awaits, excused)": (
        "gen_random_uuid(), 'T1/C1/' || n, 'i', 'd', 'pending', '[]', 1, 1, n || '.0', now(),"
        " ARRAY['in:C' || n / 10000], '{}'"
    ),
    "countersign.outbox (key, kind, team, channel, thread_ts, posted_at)": (
        "'o' || n, 'note', 'T1', 'C1', n::text, CASE WHEN n % 200 > 0 THEN now() END"
    ),
    "countersign.effects (key, done_at)": "'f' || n, now()",
    "procrastinate_jobs (queue_name, task_name, lock, status)": (
        "'default', 'advance', 'T1/C1/' || n, 'succeeded'"
    ),
}


@pytest.fixture(scope="module")
def grown(server_url: str, database_template: str) -> Iterator[str]:
    """A database with 100,000 threads, each with a message, a posted card and an approval that is pending."""
    with databases.database(server_url, template=database_template) as url:
        with psycopg.connect(url) as connection:
            for columns, values in GROWN.items():
                rows = f"SELECT {values} FROM generate_series(1, {MANY}) n"
                connection.execute(f"INSERT INTO {columns} {rows}".encode())
            connection.execute(
                "INSERT INTO countersign.ledger (approval_id, thread_id, version, event)"
                " SELECT id, thread_id, 1, 'opened' FROM countersign.approvals"
            )
            connection.execute(
                "INSERT INTO countersign.ledger_chain (position, entry_id, link)"
                " SELECT id, id, 'l' FROM countersign.ledger"
            )
            connection.execute("ANALYZE")
        yield url


@pytest.mark.parametrize("name", HOT)
def test_no_hot_query_reads_a_whole_table(grown: str, name: str) -> None:
    """Whatever is asked for: this is the plan that PostgreSQL keeps for a prepared statement."""
    with psycopg.connect(grown, autocommit=True) as connection:
        plan = generic_plan(connection, name)
    for table in TABLES:
        assert not re.search(rf"Seq Scan on {table}\b", plan), f"{name} reads all of {table}:\n{plan}"


def generic_plan(connection: psycopg.Connection, name: str) -> str:
    """The plan for any parameters. PostgreSQL 15 has no EXPLAIN (GENERIC_PLAN)."""
    names = set(PARAMETER.findall(QUERIES[name]))
    given = f"({', '.join(['NULL'] * len(names))})" if names else ""
    connection.execute("SET plan_cache_mode = 'force_generic_plan'")
    connection.execute(f"PREPARE asked AS {numbered(name)}".encode())
    return "\n".join(row[0] for row in connection.execute(f"EXPLAIN EXECUTE asked{given}".encode()))


def numbered(name: str) -> str:
    """The query with $1, $2 for its parameters, as a driver sends it."""
    names = list(dict.fromkeys(PARAMETER.findall(QUERIES[name])))
    return PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", QUERIES[name]).replace("%%", "%")


def test_the_tables_are_as_large_as_they_are_meant_to_be(grown: str) -> None:
    with psycopg.connect(grown) as connection:
        found = connection.execute(
            "SELECT count(*) FROM countersign.approvals WHERE status = 'pending'"
        ).fetchone()
    assert found == (MANY,)
