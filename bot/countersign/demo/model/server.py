"""The scripted model's HTTP server: `/v1/chat/completions`, streamed or not, and `/v1/models`."""

import asyncio
import json
import time
from collections import deque
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from countersign.demo.model.faults import Fault, FaultQueue
from countersign.demo.model.reply import chunks, completion
from countersign.demo.model.request import RefusedRequestError, parse
from countersign.demo.model.responder import reply_to

MODEL_NAME = "scripted"
MAX_KEPT_REQUESTS = 1_000


class ScriptedModel:
    """Serves the script on loopback while its context is open.

    `base_url` ends with `/v1`. `requests` holds the JSON bodies of the latest requests, in order of arrival,
    `MAX_KEPT_REQUESTS` at most, with those that were refused or met a fault. `pace` is the time in seconds
    between two chunks of a stream, for people to watch.
    """

    def __init__(self, *, port: int = 0, host: str = "127.0.0.1", pace: float = 0.0) -> None:
        self._host = host
        self._port = port
        self._pace = pace
        self._runner: web.AppRunner | None = None
        self._faults = FaultQueue()
        self.requests: deque[Any] = deque(maxlen=MAX_KEPT_REQUESTS)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.on_response_prepare.append(_close_afterwards)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        # Without cancellation a request that hangs would outlive its client and hold up the shutdown.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://{self._host}:{self._port}/v1"

    def inject(self, fault: Fault, *, times: int = 1) -> None:
        """Let the next `times` requests fail this way."""
        self._faults.add(fault, times)

    def clear_faults(self) -> None:
        """Drop the faults that no request has met yet."""
        self._faults.clear()

    async def _models(self, request: web.Request) -> web.Response:
        if not _has_key(request):
            return _no_key()
        model = {"id": MODEL_NAME, "object": "model", "created": 0, "owned_by": "countersign"}
        return web.json_response({"object": "list", "data": [model]})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        if not _has_key(request):
            return _no_key()
        try:
            body = await request.json()
        except ValueError:
            return _error(400, "The body is not valid JSON.", "invalid_request_error")
        self.requests.append(body)
        fault = self._faults.take()
        if fault not in (None, Fault.CUT):
            return await _answer_with_fault(fault)
        try:
            conversation = parse(body)
        except RefusedRequestError as refusal:
            return _error(400, str(refusal), "invalid_request_error", refusal.param)
        reply = reply_to(conversation)
        if conversation.stream:
            events = [json.dumps(chunk) for chunk in chunks(conversation, reply, created=int(time.time()))]
            return await self._stream(request, events, cut=fault is Fault.CUT)
        answer = json.dumps(completion(conversation, reply, created=int(time.time())))
        if fault is Fault.CUT:
            return await _send_half(request, answer)
        return web.json_response(text=answer)

    async def _stream(self, request: web.Request, events: list[str], *, cut: bool) -> web.StreamResponse:
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        for event in events[: len(events) // 2] if cut else [*events, "[DONE]"]:
            await response.write(f"data: {event}\n\n".encode())
            await asyncio.sleep(self._pace)
        if cut:
            _drop_connection(request)
        else:
            await response.write_eof()
        return response


async def _close_afterwards(_request: web.Request, response: web.StreamResponse) -> None:
    # langchain-openai shares one HTTP client per address among all event loops of a process and never
    # closes it: a kept connection would outlive its loop, and the next test would meet it.
    # The header is written here too: aiohttp has set its own by now.
    response.force_close()
    response.headers["Connection"] = "close"


async def _send_half(request: web.Request, answer: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(answer)
    await response.prepare(request)
    await response.write(answer[: len(answer) // 2].encode())
    _drop_connection(request)
    return response


def _drop_connection(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


async def _answer_with_fault(fault: Fault | None) -> web.Response:
    match fault:
        case Fault.RATE_LIMITED:
            response = _error(429, "Rate limit reached. Please try again in 1s.", "rate_limit_exceeded")
            response.headers["Retry-After"] = "1"
            return response
        case Fault.SERVER_ERROR:
            return _error(500, "The server had an error while processing your request.", "server_error")
        case Fault.GARBAGE:
            return web.Response(text="<html>upstream says hello</html>", content_type="text/html")
    await asyncio.Event().wait()
    raise AssertionError("nobody sets this event")


def _has_key(request: web.Request) -> bool:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return scheme == "Bearer" and bool(key.strip())


def _no_key() -> web.Response:
    return _error(401, "You didn't provide an API key: send it as a bearer token.", "invalid_request_error")


def _error(status: int, message: str, kind: str, param: str | None = None) -> web.Response:
    error = {"message": message, "type": kind, "param": param, "code": None}
    return web.json_response({"error": error}, status=status)
