"""What the timers of waiting approvals cost at rest: as due times in their rows, and as scheduled jobs.

    python -m benchmarks.timers [--approvals 100000]

A real database. Times the look for what is due, which each worker does once a second, and the queue's fetch
of a job, which it does four times a second, before and after as many jobs are scheduled for later.
"""

import argparse
import statistics
import time
from datetime import UTC, datetime
from typing import Any

import psycopg

from countersign.store.queries import QUERIES
from tests.support.postgres.databases import database, migrated_template, server

_FILL = """
    INSERT INTO countersign.threads (id) SELECT 'T1/C1/' || n || '.000000' FROM generate_series(1, {n}) n;
    INSERT INTO countersign.approvals
        (id, thread_id, interrupt_id, digest, status, votes, version, opened_at, due_at)
    SELECT gen_random_uuid(), 'T1/C1/' || n || '.000000', 'i', 'd', 'pending', '[null]', 1, now(),
           now() + n * interval '1 minute'
    FROM generate_series(1, {n}) n;
    ANALYZE countersign.approvals
"""
_SCHEDULE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, scheduled_at)
    SELECT 'default', 'timer', 0, '{{}}', 'todo', now() + n * interval '1 minute'
    FROM generate_series(1, {n}) n;
    ANALYZE procrastinate_jobs
"""
MOST_PERCENT = 0.1  # of a core: nothing that is seen beside a worker's other work at rest
_FETCH = "SELECT * FROM procrastinate_fetch_job_v2(NULL, NULL)"


def milliseconds(connection: psycopg.Connection[Any], query: str, arguments: Any = None) -> float:
    """The median of thirty runs."""
    times = []
    for _ in range(30):
        began = time.perf_counter()
        connection.execute(query.encode(), arguments).fetchall()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def processor_shares(url: str, approvals: int) -> list[float]:
    """Per cent of a core that a worker's look for what is due takes with so many approvals, over none.

    It looks once a second, so its milliseconds are tenths of a per cent.
    """
    look = QUERIES["due_approvals"]
    due = {"now": datetime.now(UTC), "limit": 50, "team": None}
    with psycopg.connect(url, autocommit=True) as connection:
        before = milliseconds(connection, look, due)
        connection.execute(_FILL.format(n=approvals).encode())
        return [max(0.0, milliseconds(connection, look, due) - before) / 10 for _ in range(5)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--approvals", type=int, default=100_000)
    count = parser.parse_args().approvals
    with (
        server() as url,
        migrated_template(url) as template,
        database(url, template=template) as own,
        psycopg.connect(own, autocommit=True) as connection,
    ):
        look = QUERIES["due_approvals"]
        due = {"now": datetime.now(UTC), "limit": 50, "team": None}
        print(f"due times, none: {milliseconds(connection, look, due):.2f} ms")
        connection.execute(_FILL.format(n=count).encode())
        print(f"due times, {count:,}: {milliseconds(connection, look, due):.2f} ms")
        print(f"fetching a job, none scheduled: {milliseconds(connection, _FETCH):.2f} ms")
        connection.execute(_SCHEDULE.format(n=count).encode())
        print(f"fetching a job, {count:,} scheduled: {milliseconds(connection, _FETCH):.2f} ms")


if __name__ == "__main__":
    main()
