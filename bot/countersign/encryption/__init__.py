"""Encryption of stored values with the keys of ENCRYPTION_KEY; each value fits only its own place."""

from countersign.encryption.checkpoints import CHECKPOINT_PLACE, ENCRYPTED_TYPE
from countersign.encryption.errors import (
    DecryptionError,
    EncryptionError,
    EncryptionKeyError,
    EncryptionKeyMissing,
)
from countersign.encryption.key_ring import KEY_SIZE, KeyRing, is_encrypted, key_id_of
from countersign.encryption.keys import generate_key, parse_keys

__all__ = [
    "CHECKPOINT_PLACE",
    "ENCRYPTED_TYPE",
    "KEY_SIZE",
    "DecryptionError",
    "EncryptionError",
    "EncryptionKeyError",
    "EncryptionKeyMissing",
    "KeyRing",
    "generate_key",
    "is_encrypted",
    "key_id_of",
    "parse_keys",
]
