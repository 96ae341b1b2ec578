"""Migrations after a release keep the version before it running: they add, and take nothing away."""

import re

import pytest

from countersign.store.schema.migrate import MIGRATIONS

# The last migration of the last release; nothing was released yet. A release sets it.
RELEASED: str | None = None
_COMMENT = re.compile(r"--[^\n]*")
_NEXT_RELEASE = "-- contract:"  # with the version that no longer uses what is dropped
_BREAKING = {
    "drops": r"\bDROP\s+(?:TABLE|COLUMN|VIEW|FUNCTION|SCHEMA|TYPE|SEQUENCE)\b",
    "renames": r"\bRENAME\s+(?:TO|COLUMN|CONSTRAINT)?\b",
    "changes a type": r"\bALTER\s+COLUMN\s+\w+\s+(?:SET\s+DATA\s+)?TYPE\b",
    "requires a value that older code does not give": r"\bSET\s+NOT\s+NULL\b"
    r"|\bADD\s+COLUMN\s+(?:IF\s+NOT\s+EXISTS\s+)?\w+\s+(?![^,;]*\bDEFAULT\b)[^,;]*\bNOT\s+NULL\b",
    "checks what older code may write": r"\bADD\s+CONSTRAINT\b",
    "revokes a right": r"\bREVOKE\b",
}


def breaking(statements: str) -> list[str]:
    """What in this migration the version before it could not run with."""
    if _NEXT_RELEASE in statements:
        return []
    code = _COMMENT.sub("", statements)
    return [what for what, pattern in _BREAKING.items() if re.search(pattern, code, re.IGNORECASE)]


def test_no_migration_since_the_last_release_takes_anything_away() -> None:
    files = sorted(MIGRATIONS.glob("*.sql"))
    assert RELEASED is None or RELEASED in {file.stem for file in files}
    since = [file for file in files if RELEASED is not None and file.stem > RELEASED]
    assert {file.name: found for file in since if (found := breaking(file.read_text()))} == {}


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE countersign.approvals DROP COLUMN answer;",
        "DROP TABLE countersign.homes;",
        "ALTER TABLE countersign.approvals RENAME COLUMN value TO payload;",
        "ALTER TABLE countersign.approvals RENAME TO requests;",
        "ALTER TABLE countersign.approvals ALTER COLUMN version TYPE bigint;",
        "ALTER TABLE countersign.approvals ALTER COLUMN graph SET NOT NULL;",
        "ALTER TABLE countersign.approvals ADD COLUMN risk text NOT NULL;",
        "ALTER TABLE countersign.approvals ADD CONSTRAINT named CHECK (graph <> '');",
        "drop function countersign.next_step(text);",
    ],
)
def test_what_the_version_before_cannot_run_with_is_refused(statement: str) -> None:
    assert breaking(statement)
    assert not breaking(f"-- contract: unused since 1.3\n{statement}")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE countersign.approvals ADD COLUMN risk text;  -- never DROP COLUMN it",
        "ALTER TABLE countersign.ledger ADD COLUMN erased boolean NOT NULL DEFAULT false;",
        "CREATE TABLE countersign.homes (team text NOT NULL);",
        "DROP INDEX countersign.threads_age;",
        "CREATE OR REPLACE FUNCTION countersign.next_step(thread text) RETURNS void LANGUAGE sql AS '';",
    ],
)
def test_a_statement_that_only_adds_is_not_breaking(statement: str) -> None:
    assert breaking(statement) == []
