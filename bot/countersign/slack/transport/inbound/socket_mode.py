"""Socket Mode over several connections, each with a watchdog.

The SDK closes an expiring socket before it opens the new one, so a single connection leaves a gap; Slack
sends each payload over any one of the open connections. The SDK's client can also retry a used-up URL
forever: the watchdog clears that URL, so that the client asks for a new one.
"""

import asyncio
from contextlib import suppress

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

CONNECTIONS = 2
WATCHDOG_INTERVAL = 2.0  # seconds between two checks of a connection
PING_INTERVAL = 5.0  # seconds between two pings; after four without an answer the connection is lost

log = structlog.get_logger()


async def _connect(client: SocketModeClient) -> None:
    await client.connect()  # type: ignore[no-untyped-call]  # slack-sdk


class SocketMode:
    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        *,
        connections: int = CONNECTIONS,
        ping_interval: float = PING_INTERVAL,
        watchdog_interval: float = WATCHDOG_INTERVAL,
    ) -> None:
        self._app = app
        self._app_token = app_token
        self._connections = connections
        self._ping_interval = ping_interval
        self._watchdog_interval = watchdog_interval
        self._clients: list[SocketModeClient] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start connecting, and retry until Slack answers; see `connected`."""
        for _ in range(self._connections):
            handler = AsyncSocketModeHandler(self._app, self._app_token, ping_interval=self._ping_interval)
            self._clients.append(handler.client)
            self._tasks.append(asyncio.create_task(_connect(handler.client)))
            self._tasks.append(asyncio.create_task(self._watchdog(handler.client)))

    @property
    def connected(self) -> bool:
        """Whether at least one connection is open."""
        return self.open_connections > 0

    @property
    def open_connections(self) -> int:
        return sum(
            client.current_session is not None and not client.current_session.closed and not client.stale
            for client in self._clients
        )

    async def check(self) -> None:
        """Raise ConnectionError while no connection is open."""
        if not self.connected:
            raise ConnectionError("no Socket Mode connection is open")

    async def _watchdog(self, client: SocketModeClient) -> None:
        while not client.closed:
            await asyncio.sleep(self._watchdog_interval)
            if client.wss_uri is not None and not await client.is_connected():
                log.info("socket_mode_reconnects")
                client.wss_uri = None

    async def close(self) -> None:
        """Stop receiving, and wait until the connections are closed."""
        for client in self._clients:
            await client.close()  # type: ignore[no-untyped-call]  # slack-sdk
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._clients.clear()
        self._tasks.clear()
