"""Bots for hostile requests, one per transport: whole ones, and the Slack side alone."""

from collections.abc import AsyncIterator

import pytest

from countersign.slack.transport.inbound.bolt_app import build_bolt_app
from countersign.slack.transport.inbound.socket_mode import SocketMode
from slack_local.workspace import LocalWorkspace
from tests.scenario.conftest import either
from tests.slack.conftest import Bot, http_bot, slack_side
from tests.support.place import place
from tests.support.proxies import no_proxies

__all__ = ["either", "http_bot", "no_proxies", "place"]


@pytest.fixture
async def socket_bot(database_url: str) -> AsyncIterator[Bot]:
    async with (
        LocalWorkspace(retry_schedule=(), ack_limit=2.2) as ws,
        slack_side(ws, database_url) as side,
    ):
        socket = SocketMode(build_bolt_app(side.context, signing_secret=None), ws.app_token)
        await socket.start()
        await ws.connected(2)
        yield side
        await side.context.background_tasks.close()
        await socket.close()


@pytest.fixture(params=["socket_bot", "http_bot"])
def either_bot(request: pytest.FixtureRequest) -> Bot:
    """The same bot over Socket Mode and over HTTP."""
    bot: Bot = request.getfixturevalue(request.param)
    return bot
