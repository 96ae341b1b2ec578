"""A bot with a card in a channel."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.model.records import Message
from slack_local.workspace import LocalWorkspace
from tests.slack_local.conftest import over_socket
from tests.slack_local.web_api.modals import Bot, plain


@pytest.fixture
async def bot(ws: LocalWorkspace) -> AsyncIterator[Bot]:
    running = Bot(ws)
    async with over_socket(running.app, ws):
        yield running


@pytest.fixture
async def card(ws: LocalWorkspace, bot: Bot, web_client: AsyncWebClient) -> Message:
    button = {"type": "button", "action_id": "go", "value": "7", "text": plain("Go")}
    blocks = [{"type": "actions", "block_id": "row", "elements": [button]}]
    posted = await web_client.chat_postMessage(channel=ws.channel_id("ops"), text="card", blocks=blocks)
    return ws.slack.state.channels[posted["channel"]].messages[posted["ts"]]
