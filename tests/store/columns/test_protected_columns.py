"""Encrypted columns: what is stored, what comes back, and a value that was copied to another row."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.encryption import DecryptionError, EncryptionKeyMissing, KeyRing
from countersign.store.connections.pool import Pool, configure_for_statements, open_pool
from countersign.store.effects import Effects
from countersign.store.encryption.protected_columns import (
    decrypt_row,
    encrypted_again,
    place_of,
    protected_json,
    protected_names,
    protected_text,
    stored_json,
    stored_text,
)

OLD, NEW = KeyRing(bytes(range(32))), KeyRing(bytes(range(32, 64)), bytes(range(32)))
ID = UUID(int=7)
MARKED = st.sampled_from(["encrypted:", "literal:", "literal:encrypted:", '"encrypted:', "encrypted"])
TEXTS = st.text() | st.builds("{}{}".format, MARKED, st.text(max_size=5))
VALUES = TEXTS | st.integers() | st.booleans() | st.lists(TEXTS, max_size=2)


@pytest.mark.parametrize("key_ring", [None, OLD, NEW], ids=["plain", "encrypted", "rotating"])
@given(value=VALUES, text=TEXTS)
def test_every_value_comes_back_as_it_was(key_ring: KeyRing | None, value: Any, text: str) -> None:
    json_column, text_column = protected_json(value, "value", ID), protected_text(text, "reason", ID)
    assert json_column is not None
    assert text_column is not None
    row = {
        "id": ID,
        "value": json.loads(stored_json(json_column, key_ring)),
        "reason": stored_text(text_column, key_ring),
    }
    assert decrypt_row(row, protected_names(row), key_ring) == {"id": ID, "value": value, "reason": text}


@given(value=VALUES, text=TEXTS)
def test_every_value_comes_back_after_it_was_encrypted_later_and_rotated(value: Any, text: str) -> None:
    json_column, text_column = protected_json(value, "value", ID), protected_text(text, "reason", ID)
    assert json_column is not None
    assert text_column is not None
    first = encrypted_again(stored_json(json_column, None), place_of("value", ID), OLD, is_json=True)
    second = encrypted_again(stored_text(text_column, None), place_of("reason", ID), OLD, is_json=False)
    row = {
        "id": ID,
        "value": json.loads(encrypted_again(first, place_of("value", ID), NEW, is_json=True)),
        "reason": encrypted_again(second, place_of("reason", ID), NEW, is_json=False),
    }
    assert decrypt_row(row, protected_names(row), KeyRing(bytes(range(32, 64)))) == {
        "id": ID,
        "value": value,
        "reason": text,
    }


def test_a_value_that_was_copied_to_another_row_or_column_is_refused() -> None:
    column = protected_json({"amount": 10}, "value", ID)
    assert column is not None
    stored = json.loads(stored_json(column, OLD))
    with pytest.raises(DecryptionError):
        decrypt_row({"id": UUID(int=8), "value": stored}, ("value",), OLD)
    with pytest.raises(DecryptionError):
        decrypt_row({"id": ID, "answer": stored}, ("answer",), OLD)


async def test_a_connection_encrypts_and_decrypts_by_itself(database_url: str) -> None:
    async with await _pool(database_url, OLD) as pool, await _pool(database_url, None) as plain:
        effects = Effects(pool)
        await effects.begin("k")
        await effects.finish("k", {"amount": 10})
        assert await effects.finished("k") == (True, {"amount": 10})
        await Effects(plain).begin("p")
        await Effects(plain).finish("p", "encrypted:by nobody")
        assert await effects.finished("p") == (True, "encrypted:by nobody")
        with pytest.raises(EncryptionKeyMissing, match="ENCRYPTION_KEY is not set"):
            await Effects(plain).finished("k")


async def _pool(url: str, key_ring: KeyRing | None) -> Pool:
    return await open_pool(url, min_size=1, max_size=1, configure=configure_for_statements, key_ring=key_ring)
