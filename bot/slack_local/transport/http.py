"""Signed HTTP delivery: events, interactions and commands posted to the bot's request URL.

Sources: docs.slack.dev/authentication/verifying-requests-from-slack and
/apis/events-api/using-http-request-urls.
"""

import asyncio
import hashlib
import hmac
import json
from urllib.parse import urlencode

import aiohttp

from slack_local.model.records import JsonObject, new_id
from slack_local.model.slack import Slack
from slack_local.model.wire_log import Attempt
from slack_local.payloads.events import VERIFICATION_TOKEN
from slack_local.transport.delivery import Ack


def sign(secret: str, timestamp: int, body: str) -> str:
    """The `x-slack-signature` of `body` sent at `timestamp`."""
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpDelivery:
    """The transport to a bot that listens on `request_url`."""

    name = "http"

    def __init__(self, slack: Slack, request_url: str) -> None:
        self._slack = slack
        self.request_url = request_url
        self._session: aiohttp.ClientSession | None = None

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"},
                connector=aiohttp.TCPConnector(limit=0),
            )
        return self._session

    async def verify_url(self) -> bool:
        """Slack's `url_verification` handshake: whether the bot was reached and gave the challenge back."""
        challenge = new_id("challenge")
        body = json.dumps({"token": VERIFICATION_TOKEN, "challenge": challenge, "type": "url_verification"})
        try:
            async with self._client().post(
                self.request_url, data=body.encode(), headers=self._headers(body, "application/json")
            ) as response:
                return response.status == 200 and challenge in await response.text()
        except aiohttp.ClientError:
            return False

    def _headers(self, body: str, content_type: str) -> dict[str, str]:
        now = int(self._slack.clock.now())
        return {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": str(now),
            "X-Slack-Signature": sign(self._slack.signing_secret, now, body),
        }

    async def attempt(self, attempt: Attempt, limit: float) -> Ack:
        """Post once; an event must get 2xx within `limit` seconds, an interaction 200."""
        if attempt.kind == "events_api":
            body, content_type = json.dumps(attempt.body), "application/json"
        else:
            fields = (
                attempt.body if attempt.kind == "slash_commands" else {"payload": json.dumps(attempt.body)}
            )
            body, content_type = urlencode(fields), "application/x-www-form-urlencoded"
        headers = self._headers(body, content_type)
        if attempt.attempt:
            headers["X-Slack-Retry-Num"] = str(attempt.attempt)
            headers["X-Slack-Retry-Reason"] = attempt.retry_reason or "unknown_error"
        try:
            async with (
                asyncio.timeout(limit),
                self._client().post(
                    self.request_url, data=body.encode(), headers=headers, allow_redirects=False
                ) as response,
            ):
                text = await response.text()
                if response.status // 100 != 2:
                    return Ack(error="http_error", final=response.headers.get("X-Slack-No-Retry") == "1")
                return Ack(answer=_answer(text, response.content_type))
        except TimeoutError:
            return Ack(error="http_timeout")
        except aiohttp.ClientError:
            return Ack(error="connection_failed")

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _answer(text: str, content_type: str) -> JsonObject | None:
    if not text.strip():
        return None
    if content_type == "application/json":
        try:
            parsed = json.loads(text)
        except ValueError:
            return {"text": text}
        return parsed if isinstance(parsed, dict) else None
    return {"text": text}
