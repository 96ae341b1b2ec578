"""ENCRYPTION_KEY as it is written: 32 random bytes in base64, and behind it the keys that it replaced."""

import base64
import binascii
import re
import secrets

from countersign.encryption.errors import EncryptionKeyError
from countersign.encryption.key_ring import KEY_SIZE, KeyRing

_SEPARATORS = re.compile(r"[\s,]+")
_MIN_DISTINCT_BYTES = 8  # of 32 random bytes, fewer distinct ones occur once in 10^20 keys


def parse_keys(text: str) -> KeyRing:
    """Read keys that commas, spaces or line ends separate; the first one encrypts.

    Raises EncryptionKeyError, which says which key is wrong by its place and quotes none.
    """
    words = [word for word in _SEPARATORS.split(text) if word]
    if not words:
        raise EncryptionKeyError("has no key")
    keys = [_key(word, place) for place, word in enumerate(words, 1)]
    if len(set(keys)) != len(keys):
        raise EncryptionKeyError("has the same key twice")
    return KeyRing(*keys)


def generate_key() -> str:
    """A new random key, as ENCRYPTION_KEY takes it."""
    return base64.b64encode(secrets.token_bytes(KEY_SIZE)).decode()


def _key(word: str, place: int) -> bytes:
    padded = word.rstrip("=") + "=" * (-len(word.rstrip("=")) % 4)
    try:
        key = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise EncryptionKeyError(f"key {place} is not base64") from None
    if len(key) != KEY_SIZE:
        raise EncryptionKeyError(f"key {place} has {len(key)} bytes instead of {KEY_SIZE}")
    if len(set(key)) < _MIN_DISTINCT_BYTES:
        raise EncryptionKeyError(f"key {place} is not random")
    return key
