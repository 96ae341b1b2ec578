"""The database: reached, recent enough, with our tables, rights and room for connections."""

import time
from collections.abc import AsyncIterator

import psycopg

from countersign.commands.doctor.check import CheckContext
from countersign.commands.doctor.check_result import CheckResult, fail, ok, warn
from countersign.flow.slots import slot_limits
from countersign.store.connections.database import DatabaseError, open_database
from countersign.store.connections.pool import STORE_CONNECTIONS
from countersign.store.examination import DatabaseExamination, examine_database
from countersign.store.schema.migrate import MigrationError

OLDEST = 15  # the oldest major version of PostgreSQL

_NOT_YET = "An embedded PostgreSQL under {folder}; the first start makes it."
_CHECK_URL = "Check DATABASE_URL, that PostgreSQL runs, and that this machine may connect to it."
_TOO_OLD = "PostgreSQL is {version}."
_STANDBY = "This server is a standby, which takes no writes."
_MAY_NOT_CREATE = "{count} migrations are missing, and the role {role} may not create tables."
_GRANT = (
    "As an administrator: GRANT CREATE ON DATABASE … TO {role}; GRANT CREATE ON SCHEMA public TO "
    "{role}; or run "
    "`countersign migrate` with a role that may."
)
_UNUSABLE = "The role {role} may not read or write {count} tables, such as {table}."
_OWN = (
    "Give the tables to the role: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "
    "countersign, public."
)
_FEW = "The role {role} may open {free} more connections, and one process of the bot takes up to {needed}."
_MORE = "Raise max_connections (or the role's or the database's limit), or lower CONCURRENCY."
_NO_NOTIFY = "A notification did not arrive, so sessions are not kept: is there a pooler in transaction mode?"
_NO_POOLER = (
    "Connect to PostgreSQL itself, or set the pooler to session mode: locks and LISTEN need a session."
)


async def check_database(examination: CheckContext) -> AsyncIterator[CheckResult]:
    settings = examination.settings
    if "DATABASE_URL" in examination.problems:
        return  # the check of the settings says so
    given = settings.database
    if given is None and not (settings.data_dir / "postgres").exists():
        yield ok(_NOT_YET.format(folder=settings.data_dir))
        return
    try:
        async with open_database(given, settings.data_dir, migrated=False) as url:
            found = await examine_database(url)
            examination.database_now = (found.now, time.time())
    except MigrationError as error:
        yield fail(str(error), "Run the version of the bot that fits the tables.")
        return
    except DatabaseError as error:
        yield fail(str(error), _CHECK_URL if given else "Look at the log beside its data.")
        return
    except psycopg.Error as error:
        yield fail(f"PostgreSQL refused: {_first_line(error)}", _CHECK_URL)
        return
    wrong = list(_problems(found, _needed(settings.concurrency)))
    for finding in wrong:
        yield finding
    if not wrong:
        yield ok(f"PostgreSQL {found.version.split()[0]}, {_tables(found)}.")


def _tables(found: DatabaseExamination) -> str:
    if found.newer:
        return f"tables of a newer version of the bot ({', '.join(found.newer)}), with which this one runs"
    if found.pending:
        return f"{len(found.pending)} migrations are applied at the next start"
    return "tables up to date"


def _problems(found: DatabaseExamination, needed: int) -> list[CheckResult]:
    wrong: list[CheckResult] = []
    if found.version_number < OLDEST * 10_000:
        wrong.append(fail(_TOO_OLD.format(version=found.version), f"Use PostgreSQL {OLDEST} or newer."))
    if found.standby:
        wrong.append(fail(_STANDBY, "Let DATABASE_URL name the primary."))
    if found.pending and not found.may_create:
        seen = _MAY_NOT_CREATE.format(count=len(found.pending), role=found.role)
        wrong.append(fail(seen, _GRANT.format(role=found.role)))
    if found.unusable:
        seen = _UNUSABLE.format(role=found.role, count=len(found.unusable), table=found.unusable[0])
        wrong.append(fail(seen, _OWN))
    if not found.notifies:
        wrong.append(fail(_NO_NOTIFY, _NO_POOLER))
    if found.free_connections < needed:
        seen = _FEW.format(role=found.role, free=max(found.free_connections, 0), needed=needed)
        wrong.append(warn(seen, _MORE))
    return wrong


def _needed(concurrency: int) -> int:
    """The most connections that one process opens: two pools, the store's, and one that listens."""
    return concurrency + 4 + slot_limits(concurrency).jobs + 1 + STORE_CONNECTIONS + 1


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
