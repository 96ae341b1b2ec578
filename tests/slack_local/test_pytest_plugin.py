"""The fixture for other people's tests works as its documentation says."""

import pytest

pytest_plugins = ["pytester"]

TEST = """
from slack_bolt.async_app import AsyncApp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

BLOCKS = [{"type": "actions", "elements": [
    {"type": "button", "action_id": "approval:approve", "text": {"type": "plain_text", "text": "Approve"}}]}]

async def test_refund(workspace):
    settings = workspace.environment()
    client = AsyncWebClient(token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret=settings["SLACK_SIGNING_SECRET"])

    @app.event("app_mention")
    async def ask(event, say):
        await say(text="Refund?", blocks=BLOCKS, thread_ts=event["ts"])

    @app.action("approval:approve")
    async def approve(ack, respond):
        await ack()
        await respond(text="Approved", replace_original=True)

    handler = AsyncSocketModeHandler(app, settings["SLACK_APP_TOKEN"])
    await handler.connect_async()
    await workspace.connected()
    thread = await workspace.alice.mentions("refund 12")
    card = await thread.card()
    await card.click("Approve", by=workspace.bob)
    closed = await card.closes()
    assert closed.text == "Approved"
    await handler.close_async()
"""


def test_the_documented_example(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile(TEST)
    pytester.runpytest_inprocess("-p", "countersign.testing.pytest_plugin").assert_outcomes(passed=1)
