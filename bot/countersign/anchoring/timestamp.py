"""RFC 3161: a time stamping authority signs that an anchor existed at a moment."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import aiohttp
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from countersign.approvals.audit import Anchor, parse_anchor
from countersign.approvals.errors import CountersignError

_MAX_SIZE = 256 * 1024  # bytes of an answer


class TimestampRefused(CountersignError):
    """The time stamping authority did not give a time stamp."""


class TimestampInvalid(CountersignError):
    """This is not a time stamp of that anchor."""


async def request_timestamp(client: aiohttp.ClientSession, url: str, anchor: Anchor) -> bytes:
    """The authority's answer (DER) for the anchor's text. Raises TimestampRefused or aiohttp.ClientError."""
    builder = TimestampRequestBuilder().data(str(anchor).encode()).hash_algorithm(HashAlgorithm.SHA256)
    headers = {"Content-Type": "application/timestamp-query"}
    async with client.post(url, data=builder.build().as_bytes(), headers=headers) as response:
        response.raise_for_status()
        answer = await response.content.read(_MAX_SIZE)
    try:
        granted = decode_timestamp_response(answer).status in {PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS}
    except ValueError as error:
        raise TimestampRefused("The time stamping authority's answer is not a time stamp.") from error
    if not granted:
        raise TimestampRefused
    _check_imprint(answer, anchor)
    return answer


def read_timestamp(path: Path, roots: Sequence[x509.Certificate] = ()) -> tuple[Anchor, datetime]:
    """The anchor that a kept answer stamps, and when; the signature is checked where `roots` are given.

    Raises TimestampInvalid.
    """
    answer = path.read_bytes()
    anchor = parse_anchor(_anchor_text(path.stem))
    _check_imprint(answer, anchor)
    response = decode_timestamp_response(answer)
    if roots:
        builder = VerifierBuilder()
        for root in roots:
            builder = builder.add_root_certificate(root)
        try:
            builder.build().verify_message(response, str(anchor).encode())
        except VerificationError as error:
            raise TimestampInvalid(f"{path.name}: {error}") from error
    return anchor, response.tst_info.gen_time


def timestamp_name(anchor: Anchor) -> str:
    """The file's name for an anchor: `<position>-<link>.tsr`, after `<workspace>-` where it has one."""
    return f"{str(anchor).replace('/', '-').replace(':', '-')}.tsr"


def _anchor_text(stem: str) -> str:
    place, _, link = stem.rpartition("-")
    workspace, dash, position = place.rpartition("-")
    return f"{workspace}/{position}:{link}" if dash else f"{position}:{link}"


def _check_imprint(answer: bytes, anchor: Anchor) -> None:
    try:
        stamped = decode_timestamp_response(answer).tst_info.message_imprint.message
    except ValueError as error:
        raise TimestampInvalid from error
    if stamped != hashlib.sha256(str(anchor).encode()).digest():
        raise TimestampInvalid
