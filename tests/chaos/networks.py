"""A network between the bot and PostgreSQL that can fall silent: it tells nobody, and closes nothing.

Packets are lost as in a real one: by a filter on a socket, the kernel throws away what comes in for it, and
confirms none of it. That needs neither rights nor a firewall.
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


class Silence(Enum):
    LOST = "lost"  # packets vanish in both directions, and nobody confirms one
    SWALLOWED = "swallowed"  # something in between takes all that is sent, and passes nothing on


class Network:
    """Stands between the bot and the server that a URL names; `url` leads through it."""

    def __init__(self, given: str) -> None:
        found = conninfo_to_dict(given)
        self._host, self._port = str(found["host"]), int(found.get("port") or 5432)
        self._sockets: list[socket.socket] = []
        self._doors = socket.create_server(("127.0.0.1", 0))
        self._keep(self._doors)
        self._lines: set[_Line] = set()
        self._silence: Silence | None = None
        port = self._doors.getsockname()[1]
        self.url = f"postgresql://{found['user']}@127.0.0.1:{port}/{found['dbname']}"

    def fall_silent(self, silence: Silence) -> None:
        """From now on, for the connections that there are and for those that somebody tries to make."""
        self._silence = silence
        for line in self._lines:
            line.fall(silence)

    def come_back(self, *, old_ones: bool) -> None:
        """Connections that are made from now on work; those of before are silent for ever, or speak again."""
        self._silence = None
        for line in self._lines if old_ones else ():
            line.rise()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            while True:
                near, _ = await loop.sock_accept(self._doors)
                self._keep(near)
                group.create_task(self._carry(near))

    def close(self) -> None:
        for each in self._sockets:
            each.close()

    def _keep(self, opened: socket.socket) -> None:
        opened.setblocking(False)
        self._sockets.append(opened)

    async def _carry(self, near: socket.socket) -> None:
        far = await self._reach()
        line = _Line(near, far)
        if self._silence:
            line.fall(self._silence)
        self._lines.add(line)
        try:
            await line.carry()
        finally:
            self._lines.discard(line)

    async def _reach(self) -> socket.socket:
        target: str | tuple[str, int] = (self._host, self._port)
        if self._host.startswith("/"):
            target = str(Path(self._host) / f".s.PGSQL.{self._port}")
        far = socket.socket(socket.AF_UNIX if isinstance(target, str) else socket.AF_INET)
        self._keep(far)
        await asyncio.get_running_loop().sock_connect(far, target)
        return far


class _Line:
    """One connection of the bot's, and its way on to the server."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self._near = near
        self._far = far
        self._silence: Silence | None = None
        self._speaks = asyncio.Event()
        self._speaks.set()

    def fall(self, silence: Silence) -> None:
        self._silence = silence
        self._speaks.clear()
        if silence is Silence.LOST:
            for end in self._tcp_ends():
                program = ctypes.create_string_buffer(_DROP)
                end.setsockopt(
                    socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program))
                )

    def rise(self) -> None:
        if self._silence is Silence.LOST:
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
                if self._silence is Silence.SWALLOWED:
                    continue
                if self._silence is Silence.LOST:
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
