"""Clicks: their payload, old copies of a card, ephemeral messages, attachments, two people at once."""

import asyncio

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.model.records import Message
from slack_local.workspace import LocalWorkspace
from tests.slack_local.web_api.modals import Bot, press


async def test_a_click_carries_what_slack_sends(ws: LocalWorkspace, bot: Bot, card: Message) -> None:
    await press(ws, card)
    (body,) = bot.bodies
    assert body["type"] == "block_actions"
    assert body["user"] == {
        "id": ws.alice.id,
        "username": "alice",
        "name": "alice",
        "team_id": ws.slack.team,
    }
    assert body["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": card.channel,
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == card.ts
    assert body["channel"] == {"id": card.channel, "name": "ops"}
    (action,) = body["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("go", "row", "7")
    assert body["state"] == {"values": {}}


async def test_what_is_not_there_cannot_be_pressed(ws: LocalWorkspace, card: Message) -> None:
    with pytest.raises(NotPossibleError):
        await ws.alice.clicks(card, "stop")
    card.blocks[0]["elements"][0]["visible_to_user_ids"] = [ws.bob.id]
    with pytest.raises(NotPossibleError):
        await ws.alice.clicks(card, "go")
    assert (await ws.bob.clicks(card, "go")).error is None


async def test_an_old_copy_of_a_card_can_still_be_sent(
    ws: LocalWorkspace, bot: Bot, card: Message, web_client: AsyncWebClient
) -> None:
    stale = ws.bob.click_payload(card, "go")
    await web_client.chat_update(channel=card.channel, ts=card.ts, text="closed")
    with pytest.raises(NotPossibleError):
        await ws.bob.clicks(card, "go")
    assert (await ws.bob.clicks_raw(stale)).error is None
    assert bot.bodies[-1]["message"]["text"] == "card"


async def test_a_button_of_an_ephemeral_message(
    ws: LocalWorkspace, bot: Bot, card: Message, web_client: AsyncWebClient
) -> None:
    await web_client.chat_postEphemeral(
        channel=card.channel, user=ws.alice.id, text="psst", blocks=card.blocks
    )
    (seen,) = ws.alice.ephemerals
    payload = (await ws.alice.clicks(seen, "go")).payload
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in bot.bodies[-1]
    await AsyncWebhookClient(payload["response_url"]).send(delete_original=True)
    assert ws.alice.ephemerals == []


async def test_two_people_press_at_once(ws: LocalWorkspace, bot: Bot, card: Message) -> None:
    await asyncio.gather(ws.alice.clicks(card, "go"), ws.bob.clicks(card, "go"))
    assert {body["user"]["id"] for body in bot.bodies} == {ws.alice.id, ws.bob.id}


async def test_a_button_of_an_attachment(
    ws: LocalWorkspace, bot: Bot, card: Message, web_client: AsyncWebClient
) -> None:
    coloured = [{"color": "#d00", "fallback": "x", "blocks": card.blocks}]
    posted = await web_client.chat_postMessage(channel=card.channel, text="x", attachments=coloured)
    message = ws.slack.state.channels[card.channel].messages[posted["ts"]]
    await ws.alice.clicks(message, "go")
    assert bot.bodies[-1]["container"]["attachment_id"] == 1
    assert bot.bodies[-1]["actions"][0]["value"] == "7"
