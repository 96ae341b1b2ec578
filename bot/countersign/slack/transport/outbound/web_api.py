"""Slack's Web API: one HTTP session, no hidden retries, errors translated to the flow's error classes.

slack-sdk's default retry posts a message twice when the connection drops after Slack took it. So it is off,
and the caller decides whether a call may be repeated.
"""

import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from opentelemetry.trace import SpanKind
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from tenacity import wait_none

from countersign.approvals.errors import CountersignError
from countersign.flow.channel_ids import ChannelIds
from countersign.flow.errors import DatabaseUnavailable, RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.observability.metrics import Metrics
from countersign.flow.observability.tracing import span
from countersign.flow.tools.retry import with_retries
from countersign.i18n import lazy_text

log = structlog.get_logger()

TIMEOUT = 10  # seconds for one call
_CONNECTION_ERRORS = (aiohttp.ClientError, SlackClientError, TimeoutError, ssl.SSLError, OSError)
_CHANNEL_ARGUMENTS = {"channel", "channel_id"}
_TEAM_METHODS = {  # which an organisation's token calls for one of its workspaces
    *("users.list", "users.conversations", "conversations.list", "usergroups.list", "usergroups.users.list"),
}
_MAX_READ_WAIT = 2.0  # seconds between two tries of a call that only reads
_DEFAULT_RETRY_AFTER = 30.0  # seconds to wait if Slack's 429 has no Retry-After


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """The workspace that the bot is installed in, and its identity there."""

    team: str
    url: str  # https://<name>.slack.com/
    bot_user: str
    bot_id: str
    scopes: frozenset[str] | None  # None if Slack does not say
    app_id: str | None = None  # None if Slack does not say

    def link(self, channel: str, ts: str, thread_ts: str | None = None) -> str:
        """The permalink of a message, as Slack writes it."""
        link = f"{self.url}archives/{channel}/p{ts.replace('.', '')}"
        return link + (f"?thread_ts={thread_ts}&cid={channel}" if thread_ts and thread_ts != ts else "")


@asynccontextmanager
async def open_web(base_url: str, token: str | None) -> AsyncIterator[AsyncWebClient]:
    """A client with its own session, which is closed at the end."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield AsyncWebClient(
            token=token, base_url=base_url, session=session, timeout=TIMEOUT, retry_handlers=[]
        )


def client_with_token(web: AsyncWebClient, token: str | None) -> AsyncWebClient:
    """Another client on the same HTTP session."""
    return AsyncWebClient(
        token=token, base_url=web.base_url, session=web.session, timeout=web.timeout, retry_handlers=[]
    )


class WebApi:
    """Raises RateLimited, SlackRefused and SlackUnreachable, and no error of the library."""

    def __init__(self, web: AsyncWebClient, metrics: Metrics | None = None) -> None:
        self.web = web
        self._metrics = metrics or Metrics()
        self.channel_ids: ChannelIds | None = None  # known once the workspace is
        self.team: str | None = None  # the workspace, where the token is that of an organisation
        self.renew_token: Callable[[str], Awaitable[str | None]] | None = None  # from one that expired

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        answer, _ = await self.call_with_headers(method, **arguments)
        return answer

    async def call_with_headers(self, method: str, **arguments: Any) -> tuple[dict[str, Any], Any]:
        """The answer and the headers of the response."""
        began, outcome = time.perf_counter(), "ok"
        try:
            with span(f"slack {method}", {"slack.method": method}, SpanKind.CLIENT):
                return await self._call(method, arguments)
        except RateLimited:
            outcome = "rate_limited"
            raise
        except SlackRefused:
            outcome = "refused"
            raise
        except BaseException:
            outcome = "unreachable"
            raise
        finally:
            label = self._metrics.method(method)
            self._metrics.slack.calls.labels(method=label, outcome=outcome).inc()
            self._metrics.slack.call_seconds.labels(method=label).observe(time.perf_counter() - began)

    async def _call(self, method: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], Any]:
        given = {name: value for name, value in arguments.items() if value is not None}
        await self._map_channel(given)
        if self.team is not None and method in _TEAM_METHODS:
            given.setdefault("team_id", self.team)
        token = self.web.token
        try:
            return await self._request(method, given)
        except SlackRefused as refused:
            if refused.error != "token_expired" or not await self._renewed(token):
                raise
        return await self._request(method, given)  # Slack refused the first one, so nothing is done twice

    async def _renewed(self, expired: str | None) -> bool:
        """Whether there is another token by now than the one that expired."""
        if self.web.token == expired and self.renew_token is not None and expired is not None:
            self.web.token = await self.renew_token(expired) or expired
        return self.web.token != expired

    async def _request(self, method: str, given: dict[str, Any]) -> tuple[dict[str, Any], Any]:
        try:
            # Methods that write messages or views need JSON; older methods ignore a JSON body.
            if method.startswith(("chat.", "views.")):
                response = await self.web.api_call(method, json=given)
            else:
                response = await self.web.api_call(method, data={k: _form_value(v) for k, v in given.items()})
        except SlackApiError as error:
            raise _translate_error(method, error) from error
        except _CONNECTION_ERRORS as error:
            raise _unreachable(method, type(error).__name__) from error
        if not isinstance(response.data, dict):
            raise SlackUnreachable(lazy_text("Slack's answer to {method} is not JSON.", method=method))
        return response.data, response.headers

    async def _map_channel(self, given: dict[str, Any]) -> None:
        """Replace a channel's former id by its current one."""
        for name in _CHANNEL_ARGUMENTS & given.keys():
            if isinstance(given[name], str):
                given[name] = await self.current_channel(given[name])

    async def current_channel(self, channel: str) -> str:
        """The id that Slack knows now for a channel that had this one."""
        if self.channel_ids is None:
            return channel
        try:
            await self.channel_ids.refresh()
        except DatabaseUnavailable as error:
            log.info("channel_ids_not_read", reason=str(error))
        return self.channel_ids.current(channel)

    async def read(self, method: str, *, tries: int = 3, **arguments: Any) -> dict[str, Any]:
        """A call that changes nothing, so it is repeated when Slack does not answer."""
        return await with_retries(
            lambda: self.call(method, **arguments),
            if_unreachable=True,
            attempts=tries,
            max_wait=_MAX_READ_WAIT,
            backoff=wait_none(),
        )

    async def check(self) -> None:
        """Raise unless Slack answers and accepts the token."""
        await self.call("auth.test")

    async def check_reachable(self) -> None:
        """Raise unless Slack answers, whatever the token."""
        await self.call("api.test")

    async def check_app_token(self, app_token: str) -> None:
        """Raise SlackRefused for an app-level token that Slack refuses.

        Other errors pass: Socket Mode retries the connection.
        """
        with suppress(SlackUnreachable, RateLimited):
            await self.open_connection(app_token)

    async def open_connection(self, app_token: str) -> str:
        """A one-use URL of a Socket Mode connection. Raises as `call` does."""
        try:
            response = await self.web.apps_connections_open(app_token=app_token)
        except SlackApiError as error:
            raise _translate_error("apps.connections.open", error) from error
        except _CONNECTION_ERRORS as error:
            raise _unreachable("apps.connections.open", type(error).__name__) from error
        return str(response["url"])

    async def workspace(self) -> Workspace:
        """The workspace and bot of the token, from auth.test. Raises SlackRefused for an invalid token."""
        answer, headers = await self.call_with_headers("auth.test")
        scopes = headers.get("x-oauth-scopes") or headers.get("X-OAuth-Scopes")
        return Workspace(
            team=answer["team_id"],
            url=answer.get("url") or "https://slack.com/",
            bot_user=answer["user_id"],
            bot_id=answer.get("bot_id") or "",
            scopes=frozenset(scope.strip() for scope in scopes.split(",")) if scopes else None,
            app_id=await self._app_id(answer.get("bot_id")),
        )

    async def _app_id(self, bot_id: str | None) -> str | None:
        """The app of a bot. None if Slack does not say: then payloads are matched by workspace only."""
        if not bot_id:
            return None
        try:
            answer = await self.call("bots.info", bot=bot_id)
        except CountersignError as error:
            log.info("app_id_unknown", reason=str(error))
            return None
        return (answer.get("bot") or {}).get("app_id")


def _form_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _translate_error(method: str, error: SlackApiError) -> Exception:
    """slack-sdk raises the same class for a refusal, a 429, a 500 and an answer that is not JSON."""
    response = error.response
    status = getattr(response, "status_code", getattr(response, "status", 0))
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    if status == 429 or code == "ratelimited":
        return RateLimited(retry_after(getattr(response, "headers", {})))
    if isinstance(code, str) and status < 500 and code not in {"internal_error", "fatal_error"}:
        return SlackRefused(method, code)
    return _unreachable(method, code or f"HTTP {status}")


def _unreachable(method: str, error: str) -> SlackUnreachable:
    return SlackUnreachable(lazy_text("Slack did not answer {method}: {error}.", method=method, error=error))


def retry_after(headers: Any) -> float:
    """The seconds that a 429 asks to wait."""
    seconds = headers.get("Retry-After") or headers.get("retry-after")
    try:
        return max(float(seconds), 0.1) if seconds else _DEFAULT_RETRY_AFTER
    except ValueError:
        return _DEFAULT_RETRY_AFTER
