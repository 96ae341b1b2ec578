"""HTTP mode: the signing secret, and the bot's public address as Slack calls it."""

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import AsyncIterator

import aiohttp

from countersign.commands.doctor.check import CheckContext
from countersign.commands.doctor.check_result import CheckResult, fail, ok, skip, warn
from countersign.slack.app_manifest.manifest import REQUEST_PATH

_TIMEOUT = aiohttp.ClientTimeout(total=5)  # Slack waits for 3 s
_SECRET = re.compile(r"[0-9a-f]{32}")
_UNLIKELY = "SLACK_SIGNING_SECRET is not 32 characters of 0-9 and a-f."
_COPY = (
    "Copy it again from your Slack app's settings, “Basic Information”, “App Credentials”, “Signing Secret”."
)
_UNREACHED = "{url} could not be reached ({error})."
_SERVE = (
    "Run `countersign serve` first. Slack needs a public address with a valid certificate, and a "
    "proxy that passes "
    "requests on to HOST:PORT."
)
_ANSWERED = "{url} answered {status} to a signed request."
_ADVICE = {
    401: "The running bot has another SLACK_SIGNING_SECRET, or a clock that is 5 minutes off.",
    403: "Something before the bot refuses Slack. Let it pass POST requests to this path.",
    404: "The path does not lead to the bot, or the bot runs in Socket Mode (SLACK_APP_TOKEN is set).",
    502: "The proxy does not reach the bot. Check that it runs, and HOST and PORT.",
    503: "The bot is starting, or it cannot reach its database. Look at /readyz.",
}
_OPEN = "{url} took a request with a wrong signature."
_OPEN_ADVICE = "This is not the bot. Let the address lead to `countersign serve`."


async def check_http(examination: CheckContext) -> AsyncIterator[CheckResult]:
    settings, given = examination.settings, examination.options.url
    if settings.slack_app_token is not None and given is None:
        yield skip("The bot uses Socket Mode.")
        return
    if settings.slack_signing_secret is None:
        yield skip("There is no usable SLACK_SIGNING_SECRET.")
        return
    secret = settings.slack_signing_secret.get_secret_value().strip()
    if not _SECRET.fullmatch(secret):
        yield warn(_UNLIKELY, _COPY)
    if given is None:
        yield skip(
            "The public address was not tested.",
            "Run `countersign doctor --url https://…` while the bot runs.",
        )
        return
    url = given.rstrip("/").removesuffix(REQUEST_PATH) + REQUEST_PATH
    try:
        status, challenged = await _call(url, secret)
        forged, _ = await _call(url, secrets.token_hex(16))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        yield fail(_UNREACHED.format(url=url, error=type(error).__name__), _SERVE)
        return
    if not challenged:
        yield fail(_ANSWERED.format(url=url, status=status), _ADVICE.get(status, _SERVE))
    elif forged < 400:
        yield fail(_OPEN.format(url=url), _OPEN_ADVICE)
    else:
        yield ok(f"{url} answers Slack, and refuses a wrong signature.")


async def _call(url: str, secret: str) -> tuple[int, bool]:
    """Slack's handshake: the status, and whether the challenge came back."""
    challenge, now = secrets.token_hex(16), str(int(time.time()))
    body = json.dumps({"type": "url_verification", "challenge": challenge, "token": "doctor"})
    signature = hmac.new(secret.encode(), f"v0:{now}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "x-slack-request-timestamp": now,
        "x-slack-signature": f"v0={signature}",
    }
    async with (
        aiohttp.ClientSession(timeout=_TIMEOUT) as session,
        session.post(url, data=body, headers=headers, allow_redirects=False) as response,
    ):
        return response.status, challenge in await response.text()
