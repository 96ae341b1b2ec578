"""Response URLs: how often and how long they take an answer, and what they do to a message."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from slack_local.model.records import Message
from slack_local.workspace import LocalWorkspace
from tests.slack_local.web_api.modals import Bot, press


async def test_a_response_url_takes_five_answers_for_half_an_hour(ws: LocalWorkspace, card: Message) -> None:
    hook = AsyncWebhookClient((await press(ws, card)).payload["response_url"])
    for number in range(4):
        assert (await hook.send(text=str(number))).status_code == 200
    assert (await hook.send(text="replaced", replace_original=True)).status_code == 200
    assert (await hook.send(text="too much")).status_code == 404
    assert [e.text for e in ws.alice.ephemerals] == ["0", "1", "2", "3"]
    assert (card.text, card.blocks) == ("replaced", [])


async def test_a_response_url_can_speak_to_all_delete_and_grow_old(ws: LocalWorkspace, card: Message) -> None:
    hook = AsyncWebhookClient((await press(ws, card)).payload["response_url"])
    await hook.send(text="for all", response_type="in_channel")
    await hook.send(delete_original=True)
    messages = ws.slack.state.channels[card.channel].messages
    assert [m.text for m in messages.values()] == ["for all"]
    ws.slack.clock.advance(1801)
    assert (await hook.send(text="late")).status_code == 404


async def test_an_unknown_response_url(ws: LocalWorkspace) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{ws.address}/hooks/actions/{ws.slack.team}/x", json={"text": "x"}) as response,
    ):
        assert response.status == 404


async def test_an_ephemeral_message_is_replaced_by_its_response_url(
    ws: LocalWorkspace, bot: Bot, card: Message, web_client: AsyncWebClient
) -> None:
    await web_client.chat_postEphemeral(
        channel=card.channel, user=ws.alice.id, text="psst", blocks=card.blocks
    )
    (seen,) = ws.alice.ephemerals
    hook = AsyncWebhookClient((await ws.alice.clicks(seen, "go")).payload["response_url"])
    assert (await hook.send(text="done", replace_original=True)).status_code == 200
    assert [(e.text, e.blocks) for e in ws.alice.ephemerals] == [("done", [])]
    assert (await hook.send(text="")).status_code == 400
