"""POST /slack/events: events, interactions and slash commands over HTTP.

The signature is verified first, on the raw body: what Slack did not sign is never decoded or parsed, and
costs no more than reading `MAX_BODY` bytes. Nothing of a body is logged.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from countersign.approvals.errors import CountersignError
from countersign.flow.observability.metrics import Metrics
from countersign.slack.transport.inbound.rejection_log import RejectionLog
from countersign.slack.transport.inbound.signature import SignatureRejected, SignatureVerifier

PATH = "/slack/events"
MAX_BODY = 3 * 1024 * 1024  # bytes; the largest view_submission, percent-encoded, has less
_READ_TIMEOUT = 3.0  # seconds for the whole body: Slack waits no longer for the answer
_MAX_FORM_FIELDS = 100  # a slash command has about 15
_BOLT_HEADER_PREFIX = "x-slack-bolt-"  # Bolt obeys these headers, and nobody signs headers
_CONTENT_TYPES = {"application/json", "application/x-www-form-urlencoded"}
_CHARSETS = {"utf-8", "utf8"}
# What AsyncBoltRequest raises for fields of unexpected types; listeners raise nothing of theirs this far.
_BOLT_PARSING_ERRORS = (ValueError, TypeError, KeyError, AttributeError, RecursionError)

log = structlog.get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class MalformedRequest(CountersignError):
    """This request is signed, and not one that Slack sends."""


class _BodyTooLarge(CountersignError):
    """The body is longer than any that Slack sends."""


def events_handler(app: AsyncApp, signing_secret: str, metrics: Metrics | None = None) -> Handler:
    """The handler for `PATH`. Raises ValueError for an empty secret."""
    verifier = SignatureVerifier(signing_secret)
    rejections = RejectionLog(metrics=metrics)

    async def handle(request: web.Request) -> web.StreamResponse:
        headers = _headers(request)
        try:
            signed = verifier.read_headers(headers)
            body = await _read_body(request)
            verifier.verify(signed, body)
        except SignatureRejected as error:
            rejections.add(str(error))
            return _refusal(401, "not signed by Slack")
        except _BodyTooLarge:
            rejections.add("body too large")
            return _refusal(413, "body too large")
        except TimeoutError:
            rejections.add("body too slow")
            return _refusal(408, "body too slow")
        try:
            text = _decode(request, body)
            bolt_request = AsyncBoltRequest(body=text, headers=dict(headers))
        except MalformedRequest as error:
            log.warning("signed_request_malformed", reason=str(error))
            return _refusal(400, "malformed request")
        except _BOLT_PARSING_ERRORS as error:
            log.warning("signed_request_malformed", reason=type(error).__name__)
            return _refusal(400, "malformed request")
        return await to_aiohttp_response(await app.async_dispatch(bolt_request))

    return handle


def _headers(request: web.Request) -> Mapping[str, Sequence[str]]:
    """All values by lower-case name, without the headers that only Bolt itself may set."""
    names = {name.lower() for name in request.headers}
    return {name: request.headers.getall(name) for name in names if not name.startswith(_BOLT_HEADER_PREFIX)}


async def _read_body(request: web.Request) -> bytes:
    """The body as it was sent. Raises _BodyTooLarge and TimeoutError."""
    if (request.content_length or 0) > MAX_BODY:
        raise _BodyTooLarge
    chunks: list[bytes] = []
    size = 0
    async with asyncio.timeout(_READ_TIMEOUT):
        async for chunk in request.content.iter_any():
            size += len(chunk)
            if size > MAX_BODY:
                raise _BodyTooLarge
            chunks.append(chunk)
    return b"".join(chunks)


def _decode(request: web.Request, body: bytes) -> str:
    """The text of a signed body, which Bolt can parse. Raises MalformedRequest."""
    if request.content_type not in _CONTENT_TYPES:
        raise MalformedRequest("unknown content type")
    if (request.charset or "utf-8").lower() not in _CHARSETS:
        raise MalformedRequest("unknown charset")
    try:
        text = body.decode("utf-8")
        payload = text if request.content_type == "application/json" else _form_payload(text)
        if payload is not None and not isinstance(json.loads(payload), dict):
            raise MalformedRequest("the payload is not an object")
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, or nested too deep
        raise MalformedRequest(type(error).__name__) from None
    return text


def _form_payload(text: str) -> str | None:
    """The field `payload` of an interaction; None for a slash command. Raises ValueError."""
    fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FORM_FIELDS))
    if not fields:
        raise MalformedRequest("no form fields")
    return fields.get("payload")


def _refusal(status: int, error: str) -> web.Response:
    """Closes the connection: the rest of a refused body is not read."""
    response = web.json_response({"error": error}, status=status)
    response.force_close()
    return response
