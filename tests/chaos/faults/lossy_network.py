"""A proxy between the bot and PostgreSQL that can drop packets silently: no error, no closed connection.

A BPF filter on the socket makes the kernel discard what arrives, without acknowledging it. That needs neither
privileges nor a firewall.
"""

import asyncio
import ctypes
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

# Linux' numbers, for which Python's socket module has no names.
_SO_ATTACH_FILTER, _SO_DETACH_FILTER = 26, 27
_DROP = struct.pack("HBBI", 6, 0, 0, 0)  # the filter's program: of what comes, keep 0 bytes


class PacketLoss(Enum):
    LOST = "lost"  # packets vanish in both directions, unacknowledged
    BLACKHOLED = "blackholed"  # a middlebox accepts what is sent and forwards nothing


class Network:
    """Stands between the bot and the server that a URL names; `url` leads through it."""

    def __init__(self, given: str) -> None:
        found = conninfo_to_dict(given)
        self._host, self._port = str(found["host"]), int(found.get("port") or 5432)
        self._sockets: list[socket.socket] = []
        self._doors = socket.create_server(("127.0.0.1", 0))
        self._keep(self._doors)
        self._lines: set[_Relay] = set()
        self._silence: PacketLoss | None = None
        port = self._doors.getsockname()[1]
        self.url = f"postgresql://{found['user']}@127.0.0.1:{port}/{found['dbname']}"

    def drop_packets(self, loss: PacketLoss) -> None:
        """From now on, for the connections that there are and for those that somebody tries to make."""
        self._silence = loss
        for line in self._lines:
            line.drop(loss)

    def recover(self, *, old_connections: bool) -> None:
        """Connections that are made from now on work; those of before are silent for ever, or speak again."""
        self._silence = None
        for line in self._lines if old_connections else ():
            line.recover()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            while True:
                client, _ = await loop.sock_accept(self._doors)
                self._keep(client)
                group.create_task(self._carry(client))

    def close(self) -> None:
        for each in self._sockets:
            each.close()

    def _keep(self, opened: socket.socket) -> None:
        opened.setblocking(False)
        self._sockets.append(opened)

    async def _carry(self, client: socket.socket) -> None:
        upstream = await self._reach()
        line = _Relay(client, upstream)
        if self._silence:
            line.drop(self._silence)
        self._lines.add(line)
        try:
            await line.carry()
        finally:
            self._lines.discard(line)

    async def _reach(self) -> socket.socket:
        target: str | tuple[str, int] = (self._host, self._port)
        if self._host.startswith("/"):
            target = str(Path(self._host) / f".s.PGSQL.{self._port}")
        upstream = socket.socket(socket.AF_UNIX if isinstance(target, str) else socket.AF_INET)
        self._keep(upstream)
        await asyncio.get_running_loop().sock_connect(upstream, target)
        return upstream


class _Relay:
    """One connection of the bot's, and its way on to the server."""

    def __init__(self, client: socket.socket, upstream: socket.socket) -> None:
        self._near = client
        self._far = upstream
        self._silence: PacketLoss | None = None
        self._speaks = asyncio.Event()
        self._speaks.set()

    def drop(self, loss: PacketLoss) -> None:
        self._silence = loss
        self._speaks.clear()
        if loss is PacketLoss.LOST:
            for end in self._tcp_ends():
                program = ctypes.create_string_buffer(_DROP)
                end.setsockopt(
                    socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program))
                )

    def recover(self) -> None:
        if self._silence is PacketLoss.LOST:
            for end in self._tcp_ends():
                end.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, 0)
        self._silence = None
        self._speaks.set()

    async def carry(self) -> None:
        """Pass on what is said until one end is closed, which a silent line does not tell the other."""
        ways = [
            asyncio.create_task(self._pass_on(self._near, self._far)),
            asyncio.create_task(self._pass_on(self._far, self._near)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            await self._speaks.wait()
        finally:
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)
            self._near.close()
            self._far.close()

    async def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while said := await loop.sock_recv(source, 65_536):
                if self._silence is PacketLoss.BLACKHOLED:
                    continue
                if self._silence is PacketLoss.LOST:
                    await self._speaks.wait()  # it is sent again until it arrives, as TCP would
                await loop.sock_sendall(target, said)

    def _tcp_ends(self) -> list[socket.socket]:
        return [end for end in (self._near, self._far) if end.family == socket.AF_INET]


@asynccontextmanager
async def open_network(url: str) -> AsyncIterator[Network]:
    network = Network(url)
    running = asyncio.create_task(network.run())
    try:
        yield network
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        network.close()
