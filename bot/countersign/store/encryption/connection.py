"""Makes a connection encrypt the parameters and decrypt the rows of the protected columns."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from psycopg import AsyncConnection, AsyncCursor
from psycopg.adapt import Dumper
from psycopg.pq.abc import PGresult
from psycopg.rows import DictRow, dict_row

from countersign.encryption import KeyRing
from countersign.store.encryption.protected_columns import (
    ProtectedJson,
    ProtectedText,
    decrypt_row,
    protected_names,
    stored_json,
    stored_text,
)

_JSON_OID, _TEXT_OID = 114, 25


def protect(connection: AsyncConnection[Any], key_ring: KeyRing | None) -> None:
    """Without a key ring values are stored as they are, and an encrypted one raises EncryptionKeyMissing."""

    class JsonDumper(Dumper):
        oid = _JSON_OID

        def dump(self, obj: ProtectedJson) -> bytes:
            return stored_json(obj, key_ring).encode()

    class TextDumper(Dumper):
        oid = _TEXT_OID

        def dump(self, obj: ProtectedText) -> bytes:
            return stored_text(obj, key_ring).encode()

    connection.adapters.register_dumper(ProtectedJson, JsonDumper)
    connection.adapters.register_dumper(ProtectedText, TextDumper)
    connection.row_factory = decrypting_rows(key_ring)


def decrypting_rows(
    key_ring: KeyRing | None,
) -> Callable[[AsyncCursor[Any]], Callable[[Sequence[Any]], DictRow]]:
    """A row factory: rows are dicts, and what is encrypted in them is decrypted."""

    def factory(cursor: AsyncCursor[Any]) -> Callable[[Sequence[Any]], DictRow]:
        make = dict_row(cursor)
        columns = _protected_in(cursor.pgresult)
        if not columns:
            return make

        def decrypted(values: Sequence[Any]) -> DictRow:
            return decrypt_row(make(values), columns, key_ring)

        return decrypted

    return factory


def _protected_in(result: PGresult | None) -> tuple[str, ...]:
    # Not by `cursor.description`, which makes an object for each column of each result.
    names = () if result is None else tuple(map(result.fname, range(result.nfields)))
    return _protected_among(names)


@lru_cache(1_000)
def _protected_among(names: tuple[bytes | None, ...]) -> tuple[str, ...]:
    return protected_names(name.decode() for name in names if name)
