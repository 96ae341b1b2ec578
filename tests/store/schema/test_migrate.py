"""Migrations: each once, in order, all or nothing, and by one process at a time."""

import asyncio
import shutil
import sys
from pathlib import Path

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from procrastinate.schema import SchemaManager
from psycopg import errors

from countersign.store.connections.pool import open_session
from countersign.store.schema import migrate as migrate_module
from countersign.store.schema.migrate import MIGRATIONS, MigrationError, migrate
from tests.support.postgres.embedded_probe import ROOT, ask

ALIVE = """
INSERT INTO countersign.processes (id, version, host) VALUES (gen_random_uuid(), '{}', 'here') RETURNING 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations, of which the second needs the first and fails if it is run twice."""
    (tmp_path / "0001_colours.sql").write_text("CREATE TABLE colours (name text); -- 100% ours\nSELECT 1;")
    (tmp_path / "0002_red.sql").write_text(
        "ALTER TABLE colours ADD UNIQUE (name); INSERT INTO colours VALUES ('red')"
    )
    return tmp_path


async def test_what_is_missing_is_applied_in_order_and_once(empty_database_url: str, folder: Path) -> None:
    assert await migrate(empty_database_url, folder=folder) == ("procrastinate", "0001_colours", "0002_red")
    assert await migrate(empty_database_url, folder=folder) == ()
    (folder / "0003_blue.sql").write_text("INSERT INTO colours VALUES ('blue')")
    assert await migrate(empty_database_url, folder=folder) == ("0003_blue",)
    assert ask(empty_database_url, "SELECT string_agg(name, ' ') FROM colours") == "red blue"


async def test_the_tables_of_procrastinate_and_langgraph_are_there(
    empty_database_url: str, folder: Path
) -> None:
    await migrate(empty_database_url, folder=folder)
    for table in ("procrastinate_jobs", "procrastinate_workers", "checkpoints", "checkpoint_writes"):
        assert ask(empty_database_url, f"SELECT count(*) FROM {table}") == 0
    last = ask(empty_database_url, "SELECT max(v) FROM checkpoint_migrations")
    assert last == len(AsyncPostgresSaver.MIGRATIONS) - 1


async def test_a_migration_that_fails_leaves_nothing_and_is_tried_again(
    empty_database_url: str, folder: Path
) -> None:
    broken = folder / "0003_broken.sql"
    broken.write_text("CREATE TABLE half (n int); SELECT 1 / 0")
    with pytest.raises(errors.DivisionByZero):
        await migrate(empty_database_url, folder=folder)
    assert ask(empty_database_url, "SELECT to_regclass('half')") is None
    assert ask(empty_database_url, "SELECT to_regclass('colours')::text") == "colours"
    broken.write_text("CREATE TABLE half (n int)")
    assert await migrate(empty_database_url, folder=folder) == ("0003_broken",)


async def test_an_edited_migration_is_refused(empty_database_url: str, folder: Path) -> None:
    await migrate(empty_database_url, folder=folder)
    (folder / "0001_colours.sql").write_text("CREATE TABLE colours (name text, rgb int)")
    with pytest.raises(MigrationError, match=r"0001_colours\.sql was edited after"):
        await migrate(empty_database_url, folder=folder)


async def test_tables_to_which_a_newer_version_added_suit_this_one(
    empty_database_url: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await migrate(empty_database_url, folder=folder)
    (folder / "0002_red.sql").unlink()
    assert await migrate(empty_database_url, folder=folder) == ()
    assert "tables_are_newer" in capsys.readouterr().out


async def test_tables_from_which_a_newer_version_took_something_away_are_refused(
    empty_database_url: str, folder: Path
) -> None:
    contract = folder / "0003_contract.sql"
    contract.write_text("-- contract: unused since 1.10\nDROP TABLE colours")
    await migrate(empty_database_url, folder=folder, version="1.10.2")
    contract.unlink()
    assert await migrate(empty_database_url, folder=folder, version="1.10") == ()
    with pytest.raises(MigrationError, match=r"\(0003_contract\).*this one \(1\.9\).*Run version 1\.10 or"):
        await migrate(empty_database_url, folder=folder, version="1.9")


async def test_what_takes_something_away_waits_for_the_end_of_older_processes(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(MIGRATIONS, tmp_path, dirs_exist_ok=True)
    number = len(list(MIGRATIONS.glob("*.sql"))) + 1
    contract, later = f"{number:04}_contract", f"{number + 1:04}_later"
    (tmp_path / f"{contract}.sql").write_text(
        "-- contract: unused since 1.3\nALTER TABLE countersign.homes DROP COLUMN shown"
    )
    (tmp_path / f"{later}.sql").write_text("ALTER TABLE countersign.homes ADD COLUMN colour text")
    ask(database_url, ALIVE.format("1.2"))
    assert await migrate(database_url, folder=tmp_path, version="1.3") == (later,)
    assert "migration_deferred" in capsys.readouterr().out
    assert await migrate(database_url, folder=tmp_path, version="1.3") == ()
    ask(database_url, "UPDATE countersign.processes SET seen_at = now() - interval '2 min' RETURNING 1")
    ask(database_url, ALIVE.format("1.3"))
    assert await migrate(database_url, folder=tmp_path, version="1.3") == (contract,)


async def test_a_gap_or_a_number_given_twice_is_refused(empty_database_url: str, folder: Path) -> None:
    (folder / "0002_blue.sql").write_text("SELECT 1")
    with pytest.raises(
        MigrationError, match=r"Migration 3 must be 0003_<name>\.sql, and it is 0002_red\.sql"
    ):
        await migrate(empty_database_url, folder=folder)


async def test_six_processes_at_once(empty_database_url: str, folder: Path) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path; from countersign.store.schema.migrate import migrate;"
        "print(*asyncio.run(migrate(sys.argv[1], folder=Path(sys.argv[2]))))"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            script,
            empty_database_url,
            str(folder),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(6)
    ]
    said = [(await process.communicate())[0].decode().split() for process in processes]
    assert [process.returncode for process in processes] == [0] * 6
    assert sorted(said, key=len) == [[]] * 5 + [["procrastinate", "0001_colours", "0002_red"]]


@pytest.mark.parametrize("table", ["checkpoint_migrations", "store_migrations"])
async def test_who_starts_while_langgraphs_tables_are_being_made_waits_for_the_rest(
    empty_database_url: str, folder: Path, table: str
) -> None:
    """LangGraph creates the table of its versions first, and fills it with each migration."""
    await migrate(empty_database_url, folder=folder)
    last = ask(empty_database_url, f"SELECT max(v) FROM {table}")
    ask(empty_database_url, f"WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT count(*) FROM gone")
    assert await migrate(empty_database_url, folder=folder) == ()
    assert ask(empty_database_url, f"SELECT max(v) FROM {table}") == last


async def test_who_waits_for_the_lock_does_not_stop_who_has_it(
    empty_database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate_module, "LOCK_SECONDS", 0.3)
    async with await open_session(empty_database_url) as holder:
        await holder.execute("SELECT pg_advisory_lock(%s)", (migrate_module.LOCK,))
        waiting = asyncio.create_task(migrate(empty_database_url, folder=folder))
        # What LangGraph does: it waits for every statement that began before it.
        await holder.execute("CREATE TABLE big (n int)")
        await asyncio.wait_for(holder.execute("CREATE INDEX CONCURRENTLY ON big (n)"), timeout=5)
        with pytest.raises(MigrationError, match="Another process has been changing"):
            await waiting


async def test_a_newer_procrastinates_own_migrations_are_applied(
    empty_database_url: str,
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs = tmp_path_factory.mktemp("procrastinate")
    (theirs / "03.00.00_01_known.sql").write_text("SELECT 1 / 0")
    monkeypatch.setattr(SchemaManager, "get_migrations_path", lambda: str(theirs))
    await migrate(empty_database_url, folder=folder)
    pre, post = (theirs / f"09.00.00_{name}_new.sql" for name in ("01_pre", "50_post"))
    pre.write_text("CREATE TABLE theirs (n int); SELECT '100%'")
    assert await migrate(empty_database_url, folder=folder) == (f"procrastinate/{pre.stem}",)
    assert ask(empty_database_url, "SELECT to_regclass('theirs')::text") == "theirs"
    post.write_text("SELECT 1")
    assert await migrate(empty_database_url, folder=folder) == (f"procrastinate/{post.stem}",)
    pre.unlink()
    assert await migrate(empty_database_url, folder=folder) == ()
    post.unlink()
    with pytest.raises(MigrationError, match="newer version of procrastinate"):
        await migrate(empty_database_url, folder=folder)
