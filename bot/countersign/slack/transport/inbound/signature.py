"""Verifies Slack's signature of a request on the raw body, before anything parses it.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from countersign.approvals.errors import CountersignError

MAX_AGE = 300  # seconds between Slack's timestamp and our clock, as Slack recommends
TIMESTAMP_HEADER = "x-slack-request-timestamp"
SIGNATURE_HEADER = "x-slack-signature"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class SignatureRejected(CountersignError):
    """This request is not signed by Slack."""


@dataclass(frozen=True, kw_only=True)
class RequestSignature:
    """The two headers of a signed request, well-formed and recent."""

    timestamp: str
    signature: str


class SignatureVerifier:
    """slack-sdk's verifier decodes the body first, and raises ValueError for a timestamp such as `NaN`."""

    def __init__(self, signing_secret: str, clock: Callable[[], float] = time.time) -> None:
        if not signing_secret.strip():
            raise ValueError("a signing secret is needed: with an empty one anybody could sign")
        self._key = signing_secret.encode()
        self._clock = clock

    def read_headers(self, headers: Mapping[str, Sequence[str]]) -> RequestSignature:
        """The signature of a request, from its headers by lower-case name, each with all its values.

        Needs no body. Raises SignatureRejected.
        """
        timestamp = _only_value(headers, TIMESTAMP_HEADER, _TIMESTAMP)
        signature = _only_value(headers, SIGNATURE_HEADER, _SIGNATURE)
        if abs(self._clock() - int(timestamp)) > MAX_AGE:
            raise SignatureRejected("timestamp too old")
        return RequestSignature(timestamp=timestamp, signature=signature)

    def verify(self, signed: RequestSignature, body: bytes) -> None:
        """Raise SignatureRejected unless Slack signed exactly this body."""
        base = b"v0:" + signed.timestamp.encode() + b":" + body
        expected = "v0=" + hmac.new(self._key, base, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, signed.signature):
            raise SignatureRejected("signature mismatch")


def _only_value(headers: Mapping[str, Sequence[str]], name: str, form: re.Pattern[str]) -> str:
    values = headers.get(name, ())
    if len(values) != 1 or not form.fullmatch(values[0]):
        raise SignatureRejected(f"{name} {'malformed' if values else 'missing'}")
    return values[0]
