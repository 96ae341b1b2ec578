"""The Bolt app: authorised for one workspace, and acknowledging after the work is saved."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import structlog
from opentelemetry.trace import SpanKind
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from countersign.flow.observability.metrics import Metrics
from countersign.flow.observability.tracing import failed, trace_of
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, _
from countersign.slack.listeners import register
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.transport.inbound.installation import installation_check
from countersign.slack.transport.inbound.reader_language import reader_language_middleware
from countersign.slack.transport.outbound.channel_id_mapping import channel_id_mapping

_BOLT_VARIABLES = (
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_VERIFICATION_TOKEN",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
)
_FAILURE_TEXT = N_(
    "Something went wrong. Nothing was changed, so you can try again. "
    "Error ID {error_id}. Give it to your admin if this keeps happening."
)

log = structlog.get_logger()


class SingleWorkspaceAuthorize(AsyncAuthorize):
    """Authorises without a call. Bolt would call auth.test at the first event, and drop it on failure."""

    def __init__(self, context: ListenerContext) -> None:
        self._context = context

    async def __call__(self, *, enterprise_id: str | None, **_others: object) -> AuthorizeResult:
        workspace = self._context.workspace
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=workspace.team,
            bot_user_id=workspace.bot_user,
            bot_id=workspace.bot_id,
            bot_token=self._context.api.web.token,
        )


class MeasuredApp(AsyncApp):
    """Measures how long Slack waits for an acknowledgement, over HTTP and Socket Mode alike."""

    metrics: Metrics

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        began = time.perf_counter()
        kind = _request_kind(req.body)
        with trace_of(f"slack.{kind}", None, kind=SpanKind.SERVER) as span:
            response: BoltResponse = await super().async_dispatch(req)
            if response.status >= 500:
                failed(span, str(response.status))
        self.metrics.slack.acknowledgements.labels(kind=kind).observe(time.perf_counter() - began)
        if response.status >= 500:
            self.metrics.slack.unacknowledged.labels(kind=kind).inc()
        return response


def _request_kind(body: dict[str, Any]) -> str:
    if body.get("command"):
        return "command"
    return "event" if body.get("type") == "event_callback" else "interaction"


def build_bolt_app(
    context: ListenerContext, *, signing_secret: str | None, metrics: Metrics | None = None
) -> AsyncApp:
    """The app with all its listeners. `signing_secret` is needed over HTTP only.

    `process_before_response`: an event whose listener raises is not acknowledged, so Slack retries it.
    """
    with _without_bolt_variables():
        app = MeasuredApp(
            name="slack_bolt",  # names a logger whose level Bolt sets: not one of ours
            client=_client_without_token(context.api.web),
            signing_secret=signing_secret or "",
            authorize=SingleWorkspaceAuthorize(context),
            process_before_response=True,
            # Bolt's default is a warning with the whole payload in it.
            raise_error_for_unhandled_request=True,
            # Bolt takes the deletion of the bot's message by a person for an event of the bot itself.
            ignoring_self_events_enabled=False,
        )
    app.metrics = metrics or Metrics()
    app.use(installation_check(context.workspace))
    app.use(channel_id_mapping(context.channel_ids))
    app.use(reader_language_middleware(context.client.users.known_locale))
    register(app, context)

    async def on_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            log.info("payload_unhandled", kind=str(body.get("type") or "command"))
            return BoltResponse(status=404, body="")
        return _report_failure(context, error, body)

    app.error(on_error)
    return app


def _client_without_token(web: AsyncWebClient) -> AsyncWebClient:
    """A client for Bolt, which sets the token of `SingleWorkspaceAuthorize` at each request."""
    return AsyncWebClient(base_url=web.base_url, session=web.session, timeout=web.timeout, retry_handlers=[])


@contextmanager
def _without_bolt_variables() -> Iterator[None]:
    """Hides the variables that Bolt reads: with SLACK_CLIENT_ID it would drop the bot token."""
    kept = {name: os.environ.pop(name) for name in _BOLT_VARIABLES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def _report_failure(context: ListenerContext, error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Log the error, show its Error ID to the person, and leave an event or click unacknowledged."""
    error_id = uuid4().hex[:8]
    log.error("listener_failed", error_id=error_id, kind=body.get("type") or "command", exc_info=error)
    text = _(_FAILURE_TEXT).format(error_id=error_id)
    if body.get("type") == "view_submission":
        inputs = [block["block_id"] for block in body["view"]["blocks"] if block["type"] == "input"]
        if inputs:
            answer = {"response_action": "errors", "errors": {inputs[0]: text}}
            return BoltResponse(
                status=200, body=json.dumps(answer), headers={"content-type": "application/json"}
            )
    if body.get("command"):
        answer = {"response_type": "ephemeral", "text": text}
        return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": "application/json"})
    if body.get("type") == "block_actions" and (channel := (body.get("channel") or {}).get("id")):
        message = body.get("message") or {}
        ts = str(message.get("thread_ts") or message.get("ts") or "")
        thread = ThreadRef(team=context.workspace.team, channel=str(channel), ts=ts)
        context.notify_user(thread, str(body["user"]["id"]), text)
    return BoltResponse(status=500, body="")
