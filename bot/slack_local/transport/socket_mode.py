"""Socket Mode: one-use URLs, envelopes, acknowledgements, and the ways a connection ends.

Source: docs.slack.dev/apis/events-api/using-socket-mode.
"""

import asyncio
import itertools
import json
import secrets
import uuid
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from slack_local.model.slack import Slack
from slack_local.model.wire_log import Attempt, Connection
from slack_local.transport.delivery import Ack

MAX_CONNECTIONS = 10
TICKET_TTL = 30.0


@dataclass(eq=False)
class _Socket:
    """One open connection and the envelopes that wait for their acknowledgement on it."""

    id: str
    ws: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[Ack]] = field(default_factory=dict)
    leaving: bool = False


class SocketMode:
    """The transport behind `apps.connections.open`; a payload goes to any one of the open connections."""

    name = "socket"

    def __init__(self, slack: Slack, *, ping_interval: float = 30.0) -> None:
        self._slack = slack
        self._tickets: dict[str, float] = {}
        self._sockets: list[_Socket] = []
        self._turn = itertools.count()
        self._ping_interval = ping_interval
        self.enabled = True
        self.dead_urls = 0  # how many of the next tickets are refused when they are used

    @property
    def connections(self) -> int:
        """How many connections are open and not asked to disconnect."""
        return sum(not socket.leaving for socket in self._sockets)

    def new_url(self) -> str:
        """A URL that opens one connection, once, within half a minute."""
        now = self._slack.clock.now()
        for stale in [t for t, until in self._tickets.items() if until < now]:
            del self._tickets[stale]
        ticket = str(uuid.uuid4())
        if self.dead_urls > 0:
            self.dead_urls -= 1
        else:
            self._tickets[ticket] = now + TICKET_TTL
        address = self._slack.address.replace("http://", "ws://", 1)
        return f"{address}/link/?ticket={ticket}&app_id={self._slack.app.id}"

    def issued(self, ticket: str) -> bool:
        """Whether this ticket is one of `new_url`'s that nobody used yet."""
        return ticket in self._tickets

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket endpoint; a used, old or invented ticket is refused with 401."""
        until = self._tickets.pop(request.query.get("ticket", ""), 0.0)
        if until < self._slack.clock.now():
            raise web.HTTPUnauthorized(text="invalid_ticket")
        ws = web.WebSocketResponse(heartbeat=self._ping_interval, max_msg_size=1 << 20)
        await ws.prepare(request)
        socket = _Socket(id=secrets.token_hex(4), ws=ws)
        if len(self._sockets) >= MAX_CONNECTIONS:
            await ws.send_json(
                {"type": "disconnect", "reason": "too_many_websockets", "debug_info": _debug()}
            )
            await ws.close()
            return ws
        self._sockets.append(socket)
        self._note(socket, "opened")
        try:
            await ws.send_json(self._hello())
            self._slack.changes.notify("connections", "anything")
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    self._receive(socket, message.data)
        finally:
            self._sockets.remove(socket)
            self._note(socket, "closed")
            for future in socket.waiting.values():
                if not future.done():
                    future.set_result(Ack(error="connection_failed"))
            self._slack.changes.notify("connections", "anything")
        return ws

    def _hello(self) -> dict[str, object]:
        return {
            "type": "hello",
            "num_connections": self.connections,
            "debug_info": _debug() | {"build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._slack.app.id},
        }

    def _receive(self, socket: _Socket, data: str) -> None:
        try:
            message = json.loads(data)
            envelope_id = message["envelope_id"]
        except (ValueError, KeyError, TypeError):
            self._slack.violation("socket", "bad_acknowledgement", (data[:200],))
            return
        future = socket.waiting.get(envelope_id)
        if future is not None and not future.done():
            future.set_result(Ack(answer=message.get("payload") or None))

    async def attempt(self, attempt: Attempt, limit: float) -> Ack:
        """Send one envelope over one connection and wait for its acknowledgement there."""
        socket = self._pick()
        if socket is None:
            return Ack(error="no_connection")
        envelope_id = str(uuid.uuid4())
        attempt.envelope_id = envelope_id
        envelope = {
            "envelope_id": envelope_id,
            "type": attempt.kind,
            "payload": attempt.body,
            "accepts_response_payload": attempt.kind != "events_api",
        }
        if attempt.kind == "events_api":
            envelope["retry_attempt"] = attempt.attempt
            envelope["retry_reason"] = attempt.retry_reason or ""
        future: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        socket.waiting[envelope_id] = future
        try:
            await socket.ws.send_str(json.dumps(envelope))
            async with asyncio.timeout(limit):
                return await future
        except TimeoutError:
            return Ack(error="timeout")
        except ConnectionError:
            return Ack(error="connection_failed")
        finally:
            del socket.waiting[envelope_id]

    def _pick(self) -> _Socket | None:
        usable = [s for s in self._sockets if not s.leaving and not s.ws.closed]
        return usable[next(self._turn) % len(usable)] if usable else None

    async def disconnect(
        self, reason: str = "warning", *, grace: float = 0.0, count: int | None = None
    ) -> None:
        """Tell connections (the `count` oldest, or all) to go, and close them after `grace` seconds.

        `reason` is Slack's: `warning`, `refresh_requested` or `link_disabled`.
        """
        chosen = [s for s in self._sockets if not s.leaving][:count]
        if reason == "link_disabled":
            self.enabled = False
        for socket in chosen:
            socket.leaving = True
            self._note(socket, f"disconnect: {reason}")
            await socket.ws.send_json({"type": "disconnect", "reason": reason, "debug_info": _debug()})
        if grace:
            await asyncio.sleep(grace)
        for socket in chosen:
            await socket.ws.close()

    def cut(self, count: int | None = None) -> None:
        """Break connections without a closing handshake, as a lost network does."""
        for socket in self._sockets[:count]:
            self._note(socket, "cut")
            # aiohttp has no public way to drop a connection without the closing handshake.
            transport = socket.ws._req.transport if socket.ws._req else None  # noqa: SLF001
            if transport is not None:
                transport.abort()

    async def close(self) -> None:
        """Close every connection."""
        for socket in tuple(self._sockets):
            await socket.ws.close(code=1001, message=b"going away")

    def _note(self, socket: _Socket, what: str) -> None:
        log = self._slack.log
        log.add(Connection(seq=log.next_seq(), at=self._slack.clock.now(), connection=socket.id, what=what))


def _debug() -> dict[str, object]:
    return {"host": "applink-local"}
