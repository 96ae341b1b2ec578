"""Lets a role run the bot that owns none of its tables: it reads and writes rows, and changes no table.

It can switch off no trigger, so that the ledger stays append-only whoever has its password.
"""

import psycopg
from psycopg import sql

from countersign.approvals.errors import CountersignError
from countersign.store.connections.address import Address
from countersign.store.connections.pool import Connection, open_session
from countersign.store.queries import QUERIES

_APPEND_ONLY = ("countersign.ledger", "countersign.ledger_chain", "countersign.ledger_keys")
_READ_ONLY = ("countersign_migrations", "checkpoint_migrations", "store_migrations", "vector_migrations")


class RoleError(CountersignError):
    """The role cannot be given these rights."""


async def grant_runtime_role(address: Address, role: str) -> None:
    """Give an existing role what `serve` and `worker` need, and no more. May be called again.

    Raises RoleError.
    """
    async with await open_session(address, application_name="countersign migrate") as connection:
        try:
            async with connection.transaction():
                await _grant(connection, role)
        except psycopg.errors.UndefinedObject:
            raise RoleError(f"There is no role {role}. Create it with CREATE ROLE first.") from None
        except psycopg.errors.InsufficientPrivilege as error:
            raise RoleError(f"This role may not give rights on the tables: {_first_line(error)}") from None


async def _grant(connection: Connection, role: str) -> None:
    to = sql.Identifier(role)
    found = await (await connection.execute(QUERIES["own_tables"])).fetchall()
    schema = await (await connection.execute(QUERIES["current_schema"])).fetchone()
    assert schema is not None, "the tables are in one"
    for name in {"countersign", schema["name"]}:
        await connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(name), to))
    await connection.execute(sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA countersign TO {}").format(to))
    for each in found:
        table = each["name"]
        if each["kind"] == "S":
            statement = "GRANT USAGE ON SEQUENCE {table} TO {role}"
        elif table in _APPEND_ONLY:
            statement = "GRANT SELECT, INSERT ON {table} TO {role}"
        elif table in _READ_ONLY:
            statement = "GRANT SELECT ON {table} TO {role}"
        else:
            statement = "GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}"
        # Quoted by PostgreSQL, as regclass writes it.
        await connection.execute(sql.SQL(statement).format(table=sql.SQL(table), role=to))


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
