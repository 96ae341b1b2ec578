"""The columns that hold what people and agents wrote, and how their values are stored.

With a key ring they are encrypted, bound to their row and column: a json column then has a JSON text, a text
column the same text without quotes. Without one they are stored as they are. A reader takes both, so that
encryption can be turned on while the bot runs.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from countersign.encryption import EncryptionKeyMissing, KeyRing, is_encrypted

# In front of a text that would otherwise be taken for a ciphertext, or for a text that has this in front.
_LITERAL = "literal:"
_MARKS = ('"', "encrypted:", _LITERAL)  # what a text that is looked at again begins with


@dataclass(frozen=True, kw_only=True)
class ProtectedTable:
    """`identity` are the columns that name a row; they never change. `primary_key` orders all rows."""

    name: str
    identity: tuple[str, ...]
    primary_key: str
    json: tuple[str, ...] = ()
    text: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.json + self.text


PROTECTED_TABLES = (
    ProtectedTable(
        name="countersign.approvals",
        identity=("id",),
        primary_key="id",
        json=("value", "schema", "state", "answer", "votes", "row_votes", "claim", "referrals"),
        text=("status_reason",),
    ),
    ProtectedTable(
        name="countersign.ledger",
        identity=("approval_id", "version", "event"),
        primary_key="id",
        json=("detail",),
    ),
    ProtectedTable(
        name="countersign.inbox", identity=("key",), primary_key="key", json=("body",), text=("text",)
    ),
    ProtectedTable(name="countersign.outbox", identity=("key",), primary_key="key", json=("body",)),
    ProtectedTable(
        name="countersign.approval_messages", identity=("key",), primary_key="key", json=("body",)
    ),
    ProtectedTable(name="countersign.effects", identity=("key",), primary_key="key", json=("result",)),
    ProtectedTable(
        name="countersign.glass_breaks", identity=("id",), primary_key="id", text=("reason", "note")
    ),
    ProtectedTable(
        name="countersign.installations", identity=("id",), primary_key="id", text=("token", "refresh_token")
    ),
    ProtectedTable(
        name="countersign.run_errors",
        identity=("error_id",),
        primary_key="error_id",
        text=("message", "traceback"),
    ),
)
# By column: what names its row, the first alternative that a result has. A column of two tables has two.
_IDENTITIES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    column: tuple(dict.fromkeys(table.identity for table in PROTECTED_TABLES if column in table.columns))
    for table in PROTECTED_TABLES
    for column in table.columns
}


@dataclass(frozen=True, slots=True)
class ProtectedJson:
    """A parameter for a json column: its JSON text, and the place that it is bound to."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class ProtectedText:
    """A parameter for a text column, and the place that it is bound to."""

    text: str
    place: str


def place_of(column: str, *identity: object) -> str:
    """What a value is bound to: its column, and what names its row."""
    return "/".join((column, *map(str, identity)))


def protected_json(value: Any, column: str, *identity: object) -> ProtectedJson | None:
    """The parameter for a json column; None becomes NULL, not a JSON null."""
    return None if value is None else ProtectedJson(json.dumps(value), place_of(column, *identity))


def protected_text(value: str | None, column: str, *identity: object) -> ProtectedText | None:
    """The parameter for a text column."""
    return None if value is None else ProtectedText(value, place_of(column, *identity))


def stored_json(value: ProtectedJson, key_ring: KeyRing | None) -> str:
    """What a json column gets."""
    if key_ring is not None:
        return json.dumps(key_ring.encrypt_text(value.text, value.place))
    if value.text.startswith(('"encrypted:', f'"{_LITERAL}')):
        return f'"{_LITERAL}{value.text[1:]}'
    return value.text


def stored_text(value: ProtectedText, key_ring: KeyRing | None) -> str:
    """What a text column gets."""
    if key_ring is not None:
        return key_ring.encrypt_text(value.text, value.place)
    return f"{_LITERAL}{value.text}" if _is_marked(value.text) else value.text


def encrypted_again(stored: str, place: str, key_ring: KeyRing, *, is_json: bool) -> str:
    """A stored column's text as the first key encrypts it, whatever it was. Raises EncryptionError."""
    quoted = is_json and stored.startswith('"')
    text = stored[1:-1] if quoted else stored
    if text.startswith(_LITERAL) and (quoted or not is_json):
        literal = text.removeprefix(_LITERAL)
        plaintext = f'"{literal}"' if quoted else literal
    elif is_encrypted(text) and (quoted or not is_json):
        plaintext = key_ring.decrypt_text(text, place)
    else:
        plaintext = stored
    ciphertext = key_ring.encrypt_text(plaintext, place)
    return json.dumps(ciphertext) if is_json else ciphertext


def protected_names(columns: Iterable[str]) -> tuple[str, ...]:
    """Those of a result's columns in which something may be encrypted."""
    return tuple(column for column in columns if column in _IDENTITIES)


def decrypt_row(row: dict[str, Any], protected: tuple[str, ...], key_ring: KeyRing | None) -> dict[str, Any]:
    """Replace what is encrypted in these columns of a query's row by what it was. Raises EncryptionError."""
    for column in protected:
        stored = row[column]
        if not isinstance(stored, str) or not stored.startswith(_MARKS):
            continue
        if _is_marked(stored[1:] if _is_quoted(stored, column) else stored):
            row[column] = _decrypted(stored, column, _IDENTITIES[column], row, key_ring)
    return row


def _decrypted(
    stored: str,
    column: str,
    identities: tuple[tuple[str, ...], ...],
    row: Mapping[str, Any],
    key_ring: KeyRing | None,
) -> Any:
    quoted = _is_quoted(stored, column)
    text = stored[1:-1] if quoted else stored
    if text.startswith(_LITERAL):
        literal = text.removeprefix(_LITERAL)
        return f'"{literal}"' if quoted else literal
    if key_ring is None:
        raise EncryptionKeyMissing("Stored values are encrypted, and ENCRYPTION_KEY is not set.")
    identity = next(names for names in identities if all(name in row for name in names))
    plaintext = key_ring.decrypt_text(text, place_of(column, *(row[name] for name in identity)))
    is_text = any(column in table.text and table.identity == identity for table in PROTECTED_TABLES)
    return plaintext if quoted or is_text else json.loads(plaintext)


def _is_quoted(stored: str, column: str) -> bool:
    """Whether this is a json column that the query read as a text: only the ledger's are, always objects."""
    return column == "detail" and stored.startswith('"')


def _is_marked(text: str) -> bool:
    return is_encrypted(text) or text.startswith(_LITERAL)
