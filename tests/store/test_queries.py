"""Every query has a name and a description, and no statement is written anywhere else in the bot's code."""

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest

from countersign.store.connections.pool import open_session
from countersign.store.queries import QUERIES, read_queries
from countersign.store.table_columns import TABLE_COLUMNS

SOURCES = Path(__file__).parents[2] / "bot" / "countersign"
# The migrations' own bookkeeping, on a database in which our tables may not exist yet.
EXEMPT = {SOURCES / "store" / "schema" / "migrate.py"}
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|BEGIN|COMMIT|LOCK|SET)\b")


def test_every_query_is_described_in_a_sentence() -> None:
    queries = read_queries(files("countersign.store").joinpath("queries.sql").read_text(encoding="utf-8"))
    assert len(queries) > 40
    for query in queries.values():
        assert re.fullmatch(r"[A-Z].+[.]", query.description), query.name
        assert STATEMENT.match(query.sql), query.name


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("-- a --\nSELECT 1;\n", "no description"),
        ("-- a --\n-- Described.\n\n", "no SQL"),
        ("-- a --\n-- One.\nSELECT 1;\n-- a --\n-- Two.\nSELECT 2;\n", "two queries are named a"),
    ],
)
def test_a_query_without_description_or_sql_and_a_name_used_twice_are_refused(
    text: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_queries(text)


def test_no_statement_is_written_outside_the_file() -> None:
    found = [
        f"{path.relative_to(SOURCES)}:{call.lineno}"
        for path in SOURCES.rglob("*.py")
        if path not in EXEMPT
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"execute", "executemany"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
    ]
    assert found == []


def test_no_statement_that_runs_beside_an_upgrade_reads_all_columns_of_a_table() -> None:
    """A prepared `SELECT *` fails once a newer version adds a column."""
    everything = re.compile(r"(?:SELECT|RETURNING)\s(?:[^;]*,\s*)?(?:\w+\.)?\*")
    allowed = {
        "waiting_questions",  # `graphs --check`, before the tables are migrated
        "take_slot",  # of a function, whose columns the statement names
        "seal_entries",  # of unnest
    }
    found = {name for name, statement in QUERIES.items() if everything.search(statement)}
    assert found == allowed


async def test_the_columns_that_are_read_are_those_of_the_tables(database_url: str) -> None:
    being_dropped: set[str] = set()  # a column leaves the list one release before it is dropped: name it here
    async with await open_session(database_url) as connection:
        for table, columns in TABLE_COLUMNS.items():
            cursor = await connection.execute(f"SELECT * FROM countersign.{table}".encode())
            assert cursor.description is not None
            there = {f"{column.name}" for column in cursor.description}
            assert set(columns.split(", ")) == there - being_dropped, table
