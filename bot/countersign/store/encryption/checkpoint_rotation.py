"""Encrypts LangGraph's checkpoints: blobs, pending writes, and texts in a checkpoint's own JSON."""

from collections.abc import AsyncIterator
from typing import Any

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from psycopg import sql
from psycopg.types.json import Jsonb

from countersign.encryption import CHECKPOINT_PLACE, ENCRYPTED_TYPE, KeyRing
from countersign.store.connections.pool import Connection
from countersign.store.queries import QUERIES

_BATCH = 200
_KEYS = {
    "checkpoint_blobs": ("thread_id", "checkpoint_ns", "channel", "version"),
    "checkpoint_writes": ("thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "idx"),
    "checkpoints": ("thread_id", "checkpoint_ns", "checkpoint_id"),
}


async def rotate_checkpoints(connection: Connection, key_ring: KeyRing) -> AsyncIterator[tuple[str, int]]:
    """Give each table's name and how many of its values were encrypted."""
    yield "checkpoints", await _rotate_inline_values(connection, key_ring)
    for table in ("checkpoint_blobs", "checkpoint_writes"):
        yield table, await _rotate_blobs(connection, table, key_ring)


async def _rotate_blobs(connection: Connection, table: str, key_ring: KeyRing) -> int:
    count = 0
    condition = sql.SQL(
        "length(blob) > 0 AND (type NOT LIKE '%%+countersign' OR substring(blob FROM 2 FOR 4) <> %s)"
    )
    current = bytes.fromhex(key_ring.key_id)
    async for row in _rows(connection, table, ("type", "blob"), condition, [current]):
        kind, blob = row["type"], bytes(row["blob"])
        if kind.endswith(ENCRYPTED_TYPE):
            blob = key_ring.decrypt(blob, CHECKPOINT_PLACE)
        update = sql.SQL(
            "UPDATE {table} SET type = %s, blob = %s WHERE ({keys}) = ({values}) AND type = %s AND blob = %s"
        ).format(table=sql.Identifier(table), keys=_columns(table), values=_placeholders(table))
        new = kind.removesuffix(ENCRYPTED_TYPE) + ENCRYPTED_TYPE, key_ring.encrypt(blob, CHECKPOINT_PLACE)
        cursor = await connection.execute(update, [*new, *_key(table, row), kind, row["blob"]])
        count += cursor.rowcount
    return count


async def _rotate_inline_values(connection: Connection, key_ring: KeyRing) -> int:
    """Move them into the table of blobs, where whoever reads a checkpoint looks first."""
    count = 0
    condition = sql.SQL("checkpoint -> 'channel_values' <> '{{}}'").format()
    async for row in _rows(connection, "checkpoints", ("checkpoint",), condition, []):
        before: dict[str, Any] = row["checkpoint"]
        versions, values = before["channel_versions"], before["channel_values"]
        inline = {name: value for name, value in values.items() if value is not None and name in versions}
        if not inline:
            continue
        key = {name: row[name] for name in _KEYS["checkpoints"]}
        async with connection.transaction():
            for name, value in inline.items():
                kind, data = JsonPlusSerializer().dumps_typed(value)
                stored = {"type": kind + ENCRYPTED_TYPE, "blob": key_ring.encrypt(data, CHECKPOINT_PLACE)}
                place = {**key, "channel": name, "version": versions[name]}
                await connection.execute(QUERIES["store_inline_value"], {**place, **stored})
            left = {name: value for name, value in values.items() if name not in inline}
            after = {**before, "channel_values": left}
            cursor = await connection.execute(
                QUERIES["replace_checkpoint"], {**key, "before": Jsonb(before), "after": Jsonb(after)}
            )
            count += cursor.rowcount and len(inline)
    return count


async def _rows(
    connection: Connection, table: str, columns: tuple[str, ...], condition: sql.Composable, given: list[Any]
) -> AsyncIterator[dict[str, Any]]:
    """All rows that fulfil the condition, in the order of their keys, a batch at a time."""
    after: list[Any] = []
    while True:
        beyond = sql.SQL("({keys}) > ({values}) AND ").format(
            keys=_columns(table), values=_placeholders(table)
        )
        query = sql.SQL(
            "SELECT {keys}, {columns} FROM {table} WHERE {beyond}{condition} ORDER BY {keys} LIMIT %s"
        ).format(
            keys=_columns(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            table=sql.Identifier(table),
            beyond=beyond if after else sql.SQL(""),
            condition=condition,
        )
        found = await (await connection.execute(query, [*after, *given, _BATCH])).fetchall()
        for row in found:
            yield row
        if len(found) < _BATCH:
            return
        after = _key(table, found[-1])


def _key(table: str, row: dict[str, Any]) -> list[Any]:
    return [row[name] for name in _KEYS[table]]


def _columns(table: str) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, _KEYS[table]))


def _placeholders(table: str) -> sql.Composed:
    return sql.SQL(", ").join([sql.Placeholder()] * len(_KEYS[table]))
