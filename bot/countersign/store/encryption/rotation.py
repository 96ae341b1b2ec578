"""Encrypts what is stored in plain or with an older key, row by row, while the bot runs.

Each row is compared and set on its own: one that the bot writes meanwhile is left as the bot wrote it, with
the current key. So a run that is stopped can be started again, and does only what is left.
"""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import psycopg
from psycopg import sql

from countersign.approvals.errors import CountersignError
from countersign.encryption import KeyRing, is_encrypted
from countersign.store.connections.address import Address
from countersign.store.connections.pool import Connection, open_session
from countersign.store.encryption.checkpoint_rotation import rotate_checkpoints
from countersign.store.encryption.protected_columns import (
    PROTECTED_TABLES,
    ProtectedTable,
    encrypted_again,
    place_of,
)
from countersign.store.queries import QUERIES

_BATCH = 500  # rows that are read at once
_HEAD = 18  # characters of a ciphertext up to the end of its key id: `encrypted:` and 8 of base64


class NotTheOwner(CountersignError):
    """Only the role that owns the tables may rewrite the ledger's content. Use its DATABASE_URL."""


async def rotate(address: Address, key_ring: KeyRing) -> AsyncIterator[tuple[str, int]]:
    """Give each table's name and how many of its values were encrypted.

    Raises NotTheOwner and EncryptionError.
    """
    async with await open_session(address, application_name="countersign encryption") as connection:
        await connection.execute(QUERIES["rewrite_contents"])
        for table in PROTECTED_TABLES:
            try:
                yield table.name, await _rotate_table(connection, table, key_ring)
            except psycopg.errors.InsufficientPrivilege:
                raise NotTheOwner from None
        async for name, count in rotate_checkpoints(connection, key_ring):
            yield name, count


async def count_values(address: Address) -> AsyncIterator[tuple[str, dict[str | None, int]]]:
    """Per table how many values each key encrypted, by key id; None counts those in plain."""
    async with await open_session(address, application_name="countersign encryption") as connection:
        for table in PROTECTED_TABLES:
            counts: dict[str | None, int] = {}
            for column in table.columns:
                query = sql.SQL(
                    "SELECT CASE WHEN starts_with(ltrim({c}::text, '\"'), 'encrypted:')"
                    " THEN left(ltrim({c}::text, '\"'), %s) END AS head, count(*) AS count"
                    " FROM {t} WHERE {c} IS NOT NULL GROUP BY 1"
                ).format(c=sql.Identifier(column), t=_name(table))
                for row in await (await connection.execute(query, (_HEAD,))).fetchall():
                    key_id = KeyRing.key_id_of_text(row["head"]) if row["head"] else None
                    counts[key_id] = counts.get(key_id, 0) + row["count"]
            yield table.name, counts
        for name in ("checkpoint_blobs", "checkpoint_writes"):
            query = sql.SQL(
                "SELECT CASE WHEN type LIKE '%%+countersign'"
                " THEN encode(substring(blob FROM 2 FOR 4), 'hex') END AS key_id,"
                " count(*) AS count FROM {t} WHERE length(blob) > 0 GROUP BY 1"
            ).format(t=sql.Identifier(name))
            rows = await (await connection.execute(query, ())).fetchall()
            yield name, {row["key_id"]: row["count"] for row in rows}


async def _rotate_table(connection: Connection, table: ProtectedTable, key_ring: KeyRing) -> int:
    count, after = 0, None
    while rows := await _page(connection, table, after):
        for row in rows:
            count += await _rotate_row(connection, table, row, key_ring)
        after = rows[-1]["primary_key"]
    return count


async def _page(connection: Connection, table: ProtectedTable, after: Any) -> Sequence[dict[str, Any]]:
    columns = [
        sql.SQL("{c}::text AS {c}").format(c=sql.Identifier(column))
        for column in (*table.identity, *table.columns)
    ]
    beyond = sql.SQL("WHERE {key} > %(after)s") if after is not None else sql.SQL("")
    query = sql.SQL(
        "SELECT {key} AS primary_key, {columns} FROM {table} {beyond} ORDER BY {key} LIMIT %(limit)s"
    )
    cursor = await connection.execute(
        query.format(
            key=sql.Identifier(table.primary_key),
            columns=sql.SQL(", ").join(columns),
            table=_name(table),
            beyond=beyond.format(key=sql.Identifier(table.primary_key)),
        ),
        {"after": after, "limit": _BATCH},
    )
    return await cursor.fetchall()


async def _rotate_row(
    connection: Connection, table: ProtectedTable, row: dict[str, Any], key_ring: KeyRing
) -> int:
    count = 0
    for column in table.columns:
        stored, is_json = row[column], column in table.json
        if stored is None or _is_current(stored, is_json=is_json, key_ring=key_ring):
            continue
        place = place_of(column, *(row[name] for name in table.identity))
        update = sql.SQL("UPDATE {t} SET {c} = %(new)s WHERE {key} = %(key)s AND {c}::text = %(old)s").format(
            t=_name(table), c=sql.Identifier(column), key=sql.Identifier(table.primary_key)
        )
        new = encrypted_again(stored, place, key_ring, is_json=is_json)
        cursor = await connection.execute(update, {"new": new, "key": row["primary_key"], "old": stored})
        count += cursor.rowcount
    return count


def _is_current(stored: str, *, is_json: bool, key_ring: KeyRing) -> bool:
    text = json.loads(stored) if is_json and stored.startswith('"') else stored
    return is_encrypted(text) and key_ring.is_current(text)


def _name(table: ProtectedTable) -> sql.Identifier:
    return sql.Identifier(*table.name.split("."))
