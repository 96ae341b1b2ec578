"""Errors of encrypted values, one class per thing that an operator can act on."""

from countersign.approvals.errors import CountersignError


class EncryptionError(CountersignError):
    """A stored value can't be decrypted."""


class EncryptionKeyError(EncryptionError):
    """ENCRYPTION_KEY is not valid."""


class EncryptionKeyMissing(EncryptionError):
    """A stored value is encrypted with a key that ENCRYPTION_KEY does not have."""


class DecryptionError(EncryptionError):
    """An encrypted value was changed, or moved from where it was written."""
