"""What Slack did not sign: 401 before anything decodes or parses it, and nothing of it in the log."""

import asyncio
import gzip
import hashlib
import hmac
import io
import json
import logging
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp

from countersign.slack.transport.inbound.http import MAX_BODY
from countersign.slack.transport.inbound.rejection_log import INTERVAL, RejectionLog
from countersign.slack.transport.inbound.signature import SignatureVerifier
from tests.slack.conftest import Bot

MARK = "attackers-text"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def dispatched(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The requests that came as far as Bolt."""
    seen: list[object] = []
    dispatch = AsyncApp.async_dispatch

    async def spy(app: AsyncApp, request: Any) -> Any:
        seen.append(request)
        return await dispatch(app, request)

    monkeypatch.setattr(AsyncApp, "async_dispatch", spy)
    return seen


def sign(secret: str, body: bytes, at: str) -> str:
    base = b"v0:" + at.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


async def post(bot: Bot, body: bytes, headers: dict[str, str], kind: str = JSON) -> int:
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session,
        session.post(
            bot.ws.request_url, data=io.BytesIO(body), headers={"content-type": kind} | headers
        ) as answer,
    ):
        return answer.status


async def post_signed(bot: Bot, body: bytes, kind: str = JSON, **headers: str) -> int:
    at = str(int(time.time()))
    signed = {"x-slack-request-timestamp": at, "x-slack-signature": sign(bot.ws.signing_secret, body, at)}
    return await post(
        bot, body, signed | {name.replace("_", "-"): value for name, value in headers.items()}, kind
    )


def event(bot: Bot, text: str = "hi") -> bytes:
    message = {
        "type": "message",
        "channel_type": "im",
        "channel": "D1",
        "user": "U0BOB00001",
        "ts": "1.000001",
    }
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": bot.context.workspace.team}
    return json.dumps(body | {"event": message | {"text": text}}).encode()


def now() -> str:
    return str(int(time.time()))


Headers = Callable[[str, bytes], dict[str, str]]

FORGED: dict[str, Headers] = {
    "none": lambda secret, body: {},
    "no_signature": lambda secret, body: {"x-slack-request-timestamp": now()},
    "no_timestamp": lambda secret, body: {"x-slack-signature": sign(secret, body, now())},
    "another_secret": lambda secret, body: headers_for("0" * 32, body, now()),
    "empty_secret": lambda secret, body: headers_for("", body, now()),
    "another_body": lambda secret, body: headers_for(secret, b"{}", now()),
    "old": lambda secret, body: headers_for(secret, body, str(int(time.time()) - 301)),
    "from_the_future": lambda secret, body: headers_for(secret, body, str(int(time.time()) + 301)),
    "nan": lambda secret, body: headers_for(secret, body, "nan"),
    "infinite": lambda secret, body: headers_for(secret, body, "inf"),
    "fraction": lambda secret, body: headers_for(secret, body, f"{now()}.0"),
    "negative": lambda secret, body: headers_for(secret, body, "-1"),
    "underscores": lambda secret, body: headers_for(secret, body, "1_0"),
    "huge": lambda secret, body: headers_for(secret, body, "9" * 5000),
    "upper_case": lambda secret, body: headers_for(secret, body, now(), str.upper),
    "v1": lambda secret, body: headers_for(secret, body, now(), lambda s: s.replace("v0", "v1")),
    "cut": lambda secret, body: headers_for(secret, body, now(), lambda s: s[:-1]),
    "empty_signature": lambda secret, body: headers_for(secret, body, now(), lambda s: ""),
    "latin": lambda secret, body: headers_for(secret, body, now(), lambda s: s[:-1] + "é"),
}


def headers_for(
    secret: str, body: bytes, at: str, change: Callable[[str], str] = lambda signature: signature
) -> dict[str, str]:
    return {"x-slack-request-timestamp": at, "x-slack-signature": change(sign(secret, body, at))}


@pytest.mark.parametrize("forgery", FORGED)
async def test_a_request_without_slacks_signature_is_refused(
    http_bot: Bot, dispatched: list[object], forgery: str
) -> None:
    body = event(http_bot)
    assert await post(http_bot, body, FORGED[forgery](http_bot.ws.signing_secret, body)) == 401
    assert dispatched == []
    assert await http_bot.jobs() == []


async def test_a_signature_that_comes_twice_is_refused(http_bot: Bot, dispatched: list[object]) -> None:
    body = event(http_bot)
    at = now()
    twice = [
        ("content-type", JSON),
        ("x-slack-request-timestamp", at),
        ("x-slack-signature", sign(http_bot.ws.signing_secret, body, at)),
        ("x-slack-signature", sign("0" * 32, body, at)),
    ]
    async with (
        aiohttp.ClientSession() as session,
        session.post(http_bot.ws.request_url, data=body, headers=twice) as answer,
    ):
        assert answer.status == 401
    assert dispatched == []


HOSTILE: dict[str, tuple[bytes, str, dict[str, str]]] = {
    "nothing": (b"", JSON, {}),
    "no_json": (b"{" + MARK.encode(), JSON, {}),
    "nested": (b"[" * 500_000, JSON, {}),
    "nested_form": (b"payload=" + b"[" * 500_000, FORM, {}),
    "brace_form": (b"{" * 500_000, FORM, {}),
    "fields": (b"&".join(b"a%d=1" % n for n in range(200_000)), FORM, {}),
    "gzip": (gzip.compress(b"a" * 50_000_000), JSON, {"content-encoding": "gzip"}),
    "deflate": (zlib.compress(b"a" * 50_000_000), JSON, {"content-encoding": "deflate"}),
    "no_gzip": (MARK.encode(), JSON, {"content-encoding": "gzip"}),
    "brotli": (b"\x8b\x07\x80" + MARK.encode(), JSON, {"content-encoding": "br"}),
    "utf_7": (b"+AGEAYg-", "application/json; charset=utf-7", {}),
    "unknown_charset": (b"{}", "application/json; charset=" + MARK, {}),
    "hex_charset": (b"zz", "application/json; charset=hex", {}),
    "no_utf_8": (b'{"a": "\xff\xfe"}', JSON, {}),
    "no_type": (b"{}", "", {}),
    "multipart": (b"--b\r\n\r\n--b--", "multipart/form-data; boundary=b", {}),
    "nul": (b"\x00" * 1000, JSON, {}),
    "long_number": (b'{"a": ' + b"1" * 100_000 + b"}", JSON, {}),
}


@pytest.mark.parametrize("body", HOSTILE)
async def test_whatever_an_unsigned_body_is_it_is_not_parsed(
    http_bot: Bot, dispatched: list[object], caplog: pytest.LogCaptureFixture, body: str
) -> None:
    content, kind, headers = HOSTILE[body]
    with caplog.at_level(logging.DEBUG):
        assert await post(http_bot, content, headers, kind) == 401
        wrong = headers_for("0" * 32, content, now())
        assert await post(http_bot, content, headers | wrong, kind) == 401
    assert dispatched == []
    assert MARK not in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("body", [name for name in HOSTILE if name != "nothing"])
async def test_even_signed_it_is_an_error_of_the_sender_and_not_in_the_log(
    http_bot: Bot, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    content, kind, headers = HOSTILE[body]
    with caplog.at_level(logging.DEBUG):
        status = await post_signed(http_bot, content, kind, **headers)
    assert status in {400, 403}
    assert await http_bot.jobs() == []
    assert MARK not in caplog.text


async def test_a_body_above_the_limit_is_not_read_to_its_end(http_bot: Bot, dispatched: list[object]) -> None:
    async def endless() -> Any:
        while True:
            yield b"a" * 65_536

    body = b"a" * (MAX_BODY + 1)
    assert await post(http_bot, body, headers_for("0" * 32, body, now())) == 413

    wrong = headers_for("0" * 32, b"", now()) | {"content-type": JSON}
    async with aiohttp.ClientSession() as session:
        try:
            async with session.post(http_bot.ws.request_url, data=endless(), headers=wrong) as answer:
                assert answer.status == 413
        except aiohttp.ClientError:
            pass  # the bot closed the connection while the client was still sending
    assert dispatched == []


async def test_a_body_that_never_comes_is_given_up(http_bot: Bot) -> None:
    host, port = http_bot.ws.request_url.removeprefix("http://").split("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = ["POST /slack/events HTTP/1.1", "Host: bot", "Content-Length: 100", f"Content-Type: {JSON}"]
    lines += [f"{name}: {value}" for name, value in headers_for("0" * 32, b"", now()).items()]
    writer.write("\r\n".join([*lines, "", "begin"]).encode())
    await writer.drain()

    async with asyncio.timeout(10):
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 408")
    writer.close()


async def test_a_signed_request_is_taken(http_bot: Bot) -> None:
    assert await post_signed(http_bot, event(http_bot)) == 200
    assert len(await http_bot.jobs()) == 1


async def test_bolts_own_headers_steer_nothing_from_outside(http_bot: Bot) -> None:
    steering = {"X-Slack-Bolt-Lazy-Only": "1", "x_slack_bolt_lazy_function_name": "on_message"}
    assert await post_signed(http_bot, event(http_bot), **steering) == 200
    assert len(await http_bot.jobs()) == 1


@pytest.mark.parametrize("secret", ["", " ", "\n"])
def test_nothing_is_verified_with_an_empty_secret(secret: str) -> None:
    with pytest.raises(ValueError, match="signing secret"):
        SignatureVerifier(secret)


def test_rejections_are_logged_at_once_and_then_counted(caplog: pytest.LogCaptureFixture) -> None:
    clock = iter([0.0, 1.0, 2.0, INTERVAL + 1])
    rejections = RejectionLog(clock=lambda: next(clock))
    with caplog.at_level(logging.INFO):
        for _ in range(4):
            rejections.add("signature mismatch")
    assert [_counts(record) for record in caplog.records] == [1, 3]


def _counts(record: logging.LogRecord) -> int:
    assert isinstance(record.msg, dict)
    return int(record.msg["counts"]["signature mismatch"])


@pytest.fixture(autouse=True)
def structured_logs() -> Iterator[None]:
    """structlog's events as records of the standard library, as the bot has them."""
    import structlog

    structlog.configure(
        processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    yield
    structlog.reset_defaults()
