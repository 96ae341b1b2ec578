"""Threads and cards as tests hold them: what they wait for, what they press, what they say when it fails."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.model.change_feed import WaitTimeoutError
from slack_local.people.threads import Thread
from slack_local.workspace import LocalWorkspace
from tests.slack_local.conftest import bolt_app, over_socket

Obj = dict[str, Any]


def button(action_id: str) -> Obj:
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": action_id[9:].title()},
    }


def card_blocks(*action_ids: str) -> list[Obj]:
    return [{"type": "actions", "elements": [button(action_id) for action_id in action_ids]}]


def form(word: str, block_id: str) -> Obj:
    return {
        "type": "modal",
        "callback_id": f"approval:{word}",
        "title": {"type": "plain_text", "text": word.title()},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [
            {
                "type": "input",
                "block_id": block_id,
                "optional": True,
                "label": {"type": "plain_text", "text": "Value"},
                "element": {"type": "plain_text_input", "action_id": "value"},
            }
        ],
    }


@pytest.fixture
async def thread(ws: LocalWorkspace) -> Thread:
    return await ws.alice.says("#ops", "root")


async def test_a_button_is_pressed_by_its_label_or_its_action_id(
    ws: LocalWorkspace, thread: Thread, web_client: AsyncWebClient
) -> None:
    app, sent = bolt_app(ws), list[str | None]()

    @app.action("approval:reject")
    async def press(ack: Any, body: Obj, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form("reject", "/message"))

    @app.view("approval:reject")
    async def submit(ack: Any, view: Obj) -> None:
        sent.append(view["state"]["values"]["/message"]["value"]["value"])
        await ack()

    async with over_socket(app, ws):
        blocks = card_blocks("approval:approve", "approval:reject")
        await web_client.chat_postMessage(
            channel=thread.channel, thread_ts=thread.ts, text="card", blocks=blocks
        )
        card = await thread.card()
        assert card.labels == ["Approve", "Reject"]
        assert (await card.submit("Reject", by=ws.bob, values={"/message": "no"})).outcome == "closed"
        assert (await card.submit("approval:reject", by=ws.bob, values={})).outcome == "closed"
        with pytest.raises(NotPossibleError):
            await card.click("Cancel", by=ws.bob)
    assert sent == ["no", None]


async def test_cards_are_counted_from_the_oldest_open_one(
    ws: LocalWorkspace, thread: Thread, web_client: AsyncWebClient
) -> None:
    sent = [
        await web_client.chat_postMessage(
            channel=thread.channel,
            thread_ts=thread.ts,
            text=f"card {n}",
            blocks=card_blocks("approval:approve"),
        )
        for n in range(2)
    ]
    second = await thread.card(1)
    assert (second.message.text, second.is_open, second.actions) == ("card 1", True, ["approval:approve"])
    await web_client.chat_update(channel=thread.channel, ts=sent[0]["ts"], text="closed")
    assert [card.message.text for card in thread.cards()] == ["card 1"]
    with pytest.raises(NotPossibleError):
        await second.click("approval:edit", by=ws.bob)


async def test_a_wait_in_vain_says_what_was_there(thread: Thread, web_client: AsyncWebClient) -> None:
    await web_client.chat_postMessage(
        channel=thread.channel, thread_ts=thread.ts, text="look", blocks=card_blocks("approval:approve")
    )
    with pytest.raises(WaitTimeoutError, match=r"(?s)'something else'.*bot: look \[Approve\]"):
        await thread.wait_for("something else", limit=0.05)
    found = await thread.wait_for("Approve")
    assert found.text == "look"


async def test_a_thread_has_the_id_that_the_bot_uses(ws: LocalWorkspace, thread: Thread) -> None:
    assert thread.id == f"{ws.slack.team}/{ws.channel_id('ops')}/{thread.ts}"
