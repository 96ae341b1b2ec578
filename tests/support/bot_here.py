"""The bot in the test's own process, on a stage, reached in the stage's transport."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from countersign.flow.ports import Clock
from tests.support.harness import until
from tests.support.in_process import bot_in_process
from tests.support.stage import Stage

_START_SECONDS = 40


@asynccontextmanager
async def bot_here(stage: Stage, *, clock: Clock | None = None, **more: str) -> AsyncIterator[None]:
    """A bot under the `approvals.toml` of the stage's folder. `more` is its environment."""
    ws, port = stage.ws, _free_port()
    rules = str(stage.folder / "approvals.toml")
    async with bot_in_process(stage.environment(POLICY_FILE=rules, PORT=str(port), **more), clock=clock):
        if ws.mode == "socket":
            await ws.connected(limit=_START_SECONDS)
        else:
            ws.request_url = f"http://127.0.0.1:{port}/slack/events"
            await until(ws.verify_request_url, _START_SECONDS)
        yield


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
