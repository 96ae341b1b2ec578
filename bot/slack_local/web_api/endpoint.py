"""Where Web API requests come in: injected faults, tokens, scopes, arguments, the answer, the log."""

import asyncio
import email.utils
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from slack_local.fault_injection import ApiFault, ApiFaultRule
from slack_local.model.errors import SlackError
from slack_local.model.records import JsonObject, new_id
from slack_local.model.slack import Slack
from slack_local.model.wire_log import ApiCall
from slack_local.transport.delivery import Delivery
from slack_local.transport.socket_mode import SocketMode
from slack_local.web_api.call import Call, Method

_SECRET = ("token",)


class WebApiEndpoint:
    """Answers `POST` and `GET` on `/api/<method>`."""

    def __init__(
        self, slack: Slack, delivery: Delivery, socket: SocketMode | None, methods: Mapping[str, Method]
    ) -> None:
        self._slack = slack
        self._delivery = delivery
        self._socket = socket
        self._methods = methods

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One call, from the request to the logged answer."""
        name = request.match_info["method"]
        given = await _read(request)
        slack = self._slack
        shown = {k: v for k, v in given.arguments.items() if k not in _SECRET}
        entry = ApiCall(seq=slack.log.next_seq(), at=slack.clock.now(), method=name, arguments=shown)
        slack.log.add(entry)
        started = asyncio.get_running_loop().time()
        rule = slack.faults.next_for_call(name)
        try:
            return await self._answer(request, entry, given, rule)
        finally:
            entry.took = asyncio.get_running_loop().time() - started
            slack.changes.notify("calls", "anything")

    async def _answer(
        self,
        request: web.Request,
        entry: ApiCall,
        given: "RequestInput",
        rule: ApiFaultRule | None,
    ) -> web.StreamResponse:
        if self._slack.faults.latency:
            await asyncio.sleep(self._slack.faults.latency)
        if rule is not None:
            entry.fault = rule.fault
            refused = await _refuse(request, rule)
            if refused is not None:
                entry.status, entry.answer = refused.status, {"ok": False, "error": rule.fault}
                return refused
        wait = self._slack.faults.must_wait(
            entry.method, str(given.arguments.get("channel", "")), self._slack.clock.now()
        )
        if wait is not None:
            entry.status, entry.answer = 429, {"ok": False, "error": "ratelimited"}
            return _ratelimited(wait)
        entry.answer = await self.run(entry.method, given)
        entry.status = 200
        if rule is not None and rule.fault is ApiFault.DROP_AFTER:
            _drop_connection(request)
        return web.json_response(entry.answer, headers=self._headers())

    async def run(self, name: str, given: "RequestInput") -> JsonObject:
        method = self._methods.get(name)
        arguments = given.arguments
        warnings: list[str] = []
        try:
            if method is None:
                raise SlackError("unknown_method", req_method=name)
            if given.is_json and not method.takes_json:
                # Slack reads no arguments from a JSON body where it documents form encoding only.
                arguments = {}
                warnings.append("unsupported_content_type")
            call = Call(
                slack=self._slack,
                delivery=self._delivery,
                socket=self._socket,
                method=name,
                arguments=arguments,
                warnings=warnings,
            )
            self._authenticate(method, given.token)
            if method.token == "bot" and method.scopes:  # noqa: S105  # a kind of token, not one
                call.needs_scope(*method.scopes)
            answer: JsonObject = {"ok": True, **await method.run(call)}
        except SlackError as refused:
            self._slack.violation(name, refused.error, refused.messages)
            answer = {"ok": False, "error": refused.error, **refused.more}
            if refused.messages:
                answer["response_metadata"] = {"messages": list(refused.messages)}
        if warnings:
            answer["warning"] = ",".join(warnings)
            answer.setdefault("response_metadata", {})["warnings"] = warnings
        return answer

    def _authenticate(self, method: Method, token: str | None) -> None:
        slack = self._slack
        if method.token == "none":  # noqa: S105  # a kind of token, not one
            return
        if not token:
            raise SlackError("not_authed")
        if token in slack.expired_tokens:
            raise SlackError("token_expired")
        if token == slack.bot_token and not slack.installed:
            raise SlackError("account_inactive")
        if token not in (slack.bot_token, slack.app_token):
            raise SlackError("invalid_auth")
        if (token == slack.app_token) is not (method.token == "app"):  # noqa: S105  # a kind of token, not one
            raise SlackError("not_allowed_token_type")

    def _headers(self) -> dict[str, str]:
        return {
            "Date": email.utils.formatdate(self._slack.clock.now(), usegmt=True),
            "X-Slack-Req-Id": new_id("R"),
            "X-OAuth-Scopes": ",".join(sorted(self._slack.app.scopes)),
        }


@dataclass(frozen=True, kw_only=True)
class RequestInput:
    """What came with a request: the arguments, the token, and whether the body was JSON."""

    arguments: JsonObject
    token: str | None
    is_json: bool


async def _read(request: web.Request) -> RequestInput:
    arguments: dict[str, Any] = dict(request.query)
    is_json = request.content_type == "application/json"
    if is_json:
        raw = await request.text()
        if raw.strip():
            try:
                body = json.loads(raw)
            except ValueError:
                body = None
            if isinstance(body, dict):
                arguments |= body
    elif request.method == "POST":
        arguments |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    token = bearer.strip() if kind.lower() == "bearer" else arguments.get("token")
    return RequestInput(arguments=arguments, token=token or None, is_json=is_json)


async def _refuse(request: web.Request, rule: ApiFaultRule) -> web.StreamResponse | None:
    """The answer of a fault that keeps the call from being done; None when it is to be done after all."""
    match rule.fault:
        case ApiFault.RATE_LIMITED:
            return _ratelimited(rule.seconds)
        case ApiFault.SERVER_ERROR:
            return web.Response(status=500, text="upstream connect error")
        case ApiFault.ERROR:
            return web.json_response({"ok": False, "error": rule.error})
        case ApiFault.HANG:
            await asyncio.sleep(rule.seconds)
            _drop_connection(request)
            return web.Response(status=504)
        case ApiFault.DROP:
            _drop_connection(request)
            return web.Response(status=502)
        case ApiFault.DELAY:
            await asyncio.sleep(rule.seconds)
            return None
        case ApiFault.DROP_AFTER:
            return None


def _ratelimited(seconds: float) -> web.Response:
    return web.json_response(
        {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": f"{seconds:g}"}
    )


def _drop_connection(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
