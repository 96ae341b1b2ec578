"""Authenticated encryption of single values, with keys that can be rotated.

A value is encrypted by AES-256-GCM with a random nonce. The key id in front says which key it was, and the
associated data binds the ciphertext to its context, such as `approvals.value/<id>`: copied to another row or
column it cannot be decrypted.
"""

import base64
import binascii
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from countersign.encryption.errors import DecryptionError, EncryptionKeyError, EncryptionKeyMissing

KEY_SIZE = 32  # bytes
_KEY_ID_SIZE = 4  # bytes
_NONCE_SIZE = 12  # bytes; NIST SP 800-38D allows 2^32 random ones per key
_TAG_SIZE = 16  # bytes
_VERSION = b"\x01"  # of the format below
_PREFIX = "encrypted:"  # of a ciphertext that is stored as text


class KeyRing:
    """The first key encrypts; all of them decrypt.

    To rotate: add the new key at the end and restart every process, move it to the front and restart them
    again, encrypt everything that is stored once more, then drop the old key.
    """

    def __init__(self, *keys: bytes) -> None:
        """Each has KEY_SIZE random bytes. Raises EncryptionKeyError."""
        if not keys or any(len(key) != KEY_SIZE for key in keys):
            raise EncryptionKeyError(f"a key has {KEY_SIZE} bytes")
        self._ciphers = {key_id_of(key): AESGCM(key) for key in keys}
        if len(self._ciphers) != len(keys):
            raise EncryptionKeyError("two keys have the same key id")
        self.key_id = key_id_of(keys[0])
        self._encrypting = self._ciphers[self.key_id]

    def __repr__(self) -> str:
        return f"<KeyRing {', '.join(self._ciphers)}>"

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, the encrypting one first: what logs and `doctor` may show."""
        return tuple(self._ciphers)

    def encrypt(self, plaintext: bytes, context: str) -> bytes:
        """`context` names the place of the value; decrypting needs the same one."""
        nonce = secrets.token_bytes(_NONCE_SIZE)
        head = _VERSION + bytes.fromhex(self.key_id)
        return head + nonce + self._encrypting.encrypt(nonce, plaintext, head + context.encode())

    def decrypt(self, ciphertext: bytes, context: str) -> bytes:
        """Raises EncryptionKeyMissing, which names the key by its id, and DecryptionError."""
        key_id = _key_id(ciphertext)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise EncryptionKeyMissing(
                f"A stored value is encrypted with the key {key_id}, which ENCRYPTION_KEY does not have."
            )
        head, rest = ciphertext[: 1 + _KEY_ID_SIZE], ciphertext[1 + _KEY_ID_SIZE :]
        try:
            return cipher.decrypt(rest[:_NONCE_SIZE], rest[_NONCE_SIZE:], head + context.encode())
        except InvalidTag:
            raise DecryptionError from None

    def encrypt_text(self, plaintext: str, context: str) -> str:
        """The same for a column of type text: `encrypted:` and URL-safe base64."""
        data = self.encrypt(plaintext.encode("utf-8", "surrogatepass"), context)
        return _PREFIX + base64.urlsafe_b64encode(data).decode()

    def decrypt_text(self, stored: str, context: str) -> str:
        """Raises EncryptionKeyMissing, and DecryptionError: also for a text that is not encrypted."""
        return self.decrypt(_decoded(stored), context).decode("utf-8", "surrogatepass")

    @staticmethod
    def key_id_of_text(stored: str) -> str:
        """The key id of a ciphertext, or of its first 18 characters. Raises DecryptionError."""
        head = _decoded(stored[: len(_PREFIX) + 8])
        if len(head) < 1 + _KEY_ID_SIZE or not head.startswith(_VERSION):
            raise DecryptionError
        return head[1 : 1 + _KEY_ID_SIZE].hex()

    def is_current(self, stored: str) -> bool:
        """Whether the first key encrypted this text. Raises DecryptionError if none did."""
        return _key_id(_decoded(stored)) == self.key_id


def is_encrypted(stored: str) -> bool:
    """Whether a text is what `encrypt_text` writes. Nobody but Countersign writes a text that begins so."""
    return stored.startswith(_PREFIX)


def key_id_of(key: bytes) -> str:
    """Eight hex digits that identify a key and reveal nothing of it."""
    return hashlib.sha256(b"countersign encryption key id\n" + key).digest()[:_KEY_ID_SIZE].hex()


def _key_id(ciphertext: bytes) -> str:
    if len(ciphertext) < 1 + _KEY_ID_SIZE + _NONCE_SIZE + _TAG_SIZE or not ciphertext.startswith(_VERSION):
        raise DecryptionError
    return ciphertext[1 : 1 + _KEY_ID_SIZE].hex()


def _decoded(stored: str) -> bytes:
    if not is_encrypted(stored):
        raise DecryptionError
    try:
        return base64.b64decode(stored.removeprefix(_PREFIX), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise DecryptionError from None
