"""The key ring: what it encrypts fits one place alone, keys rotate, and a wrong key is named by its id."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.encryption import (
    DecryptionError,
    EncryptionKeyError,
    EncryptionKeyMissing,
    KeyRing,
    generate_key,
    is_encrypted,
    key_id_of,
    parse_keys,
)

OLD, NEW, OTHER = (bytes(range(start, start + 32)) for start in (0, 32, 64))
PLACE = "approvals.value/1"


@given(st.binary(), st.text())
def test_what_was_encrypted_is_decrypted_in_its_place(plaintext: bytes, context: str) -> None:
    ring = KeyRing(NEW, OLD)
    assert ring.decrypt(ring.encrypt(plaintext, "place"), "place") == plaintext
    stored = ring.encrypt_text(context, PLACE)
    assert is_encrypted(stored)
    assert ring.decrypt_text(stored, PLACE) == context


def test_a_ciphertext_has_nothing_of_its_text_and_is_another_each_time() -> None:
    ring = KeyRing(NEW)
    first, second = ring.encrypt(b"transfer", PLACE), ring.encrypt(b"transfer", PLACE)
    assert first != second
    assert b"transfer" not in first + second


@pytest.mark.parametrize("elsewhere", ["approvals.value/2", "approvals.answer/1", ""])
def test_a_value_that_was_moved_is_refused(elsewhere: str) -> None:
    ring = KeyRing(NEW)
    with pytest.raises(DecryptionError):
        ring.decrypt(ring.encrypt(b"amount: 10", PLACE), elsewhere)


def test_a_changed_byte_anywhere_is_refused() -> None:
    ring = KeyRing(NEW)
    ciphertext = ring.encrypt(b"amount: 10", PLACE)
    for index in range(len(ciphertext)):
        changed = ciphertext[:index] + bytes([ciphertext[index] ^ 1]) + ciphertext[index + 1 :]
        with pytest.raises((DecryptionError, EncryptionKeyMissing)):
            ring.decrypt(changed, PLACE)
    for length in range(len(ciphertext)):
        with pytest.raises(DecryptionError):
            ring.decrypt(ciphertext[:length], PLACE)


@pytest.mark.parametrize("stored", ["plain text", "encrypted:", "encrypted:%%%", "encrypted:AAAA"])
def test_a_text_that_is_no_ciphertext_is_refused(stored: str) -> None:
    with pytest.raises(DecryptionError):
        KeyRing(NEW).decrypt_text(stored, PLACE)
    with pytest.raises(DecryptionError):
        KeyRing(NEW).is_current(stored)


def test_old_keys_decrypt_and_the_first_one_encrypts() -> None:
    stored = KeyRing(OLD).encrypt_text("amount: 10", PLACE)
    rotating = KeyRing(NEW, OLD)
    assert rotating.decrypt_text(stored, PLACE) == "amount: 10"
    assert not rotating.is_current(stored)
    again = rotating.encrypt_text("amount: 10", PLACE)
    assert rotating.is_current(again)
    assert KeyRing(NEW).decrypt_text(again, PLACE) == "amount: 10"
    assert rotating.key_ids == (key_id_of(NEW), key_id_of(OLD))


def test_a_missing_key_is_named_by_its_id_and_no_key_is_shown() -> None:
    stored = KeyRing(OLD).encrypt_text("amount: 10", PLACE)
    with pytest.raises(EncryptionKeyMissing, match=key_id_of(OLD)):
        KeyRing(NEW, OTHER).decrypt_text(stored, PLACE)
    assert re.fullmatch(r"<KeyRing [0-9a-f]{8}>", repr(KeyRing(NEW)))


def test_keys_are_read_in_both_alphabets_with_or_without_padding() -> None:
    high = bytes(range(255, 223, -1))  # has + and / in base64
    standard, urlsafe = base64.b64encode(high).decode(), base64.urlsafe_b64encode(high).decode().rstrip("=")
    assert standard != urlsafe
    assert parse_keys(standard).key_id == parse_keys(urlsafe).key_id == key_id_of(high)
    texts = [base64.b64encode(key).decode() for key in (NEW, OLD, OTHER)]
    ring = parse_keys(f"{texts[0]}, {texts[1]}\n{texts[2]}\n")
    assert ring.key_ids == tuple(key_id_of(key) for key in (NEW, OLD, OTHER))
    assert parse_keys(generate_key()).key_id != parse_keys(generate_key()).key_id


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has no key"),
        (" , ", "has no key"),
        ("secretive password!", "key 1 is not base64"),
        (base64.b64encode(OLD[:16]).decode(), "key 1 has 16 bytes instead of 32"),
        (base64.b64encode(bytes(32)).decode(), "key 1 is not random"),
        (base64.b64encode(OLD).decode() + " short", "key 2"),
        (" ".join([base64.b64encode(OLD).decode()] * 2), "same key twice"),
    ],
)
def test_a_key_that_is_none_is_refused_without_being_shown(text: str, problem: str) -> None:
    with pytest.raises(EncryptionKeyError, match=problem) as refused:
        parse_keys(text)
    assert "secretive" not in str(refused.value)
