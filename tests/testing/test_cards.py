"""Countersign's cards as tests hold them: each method presses its button and submits its form."""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from countersign.testing.cards import approval_card, approval_cards
from slack_local.workspace import LocalWorkspace
from tests.slack_local.conftest import bolt_app, over_socket, web_client, ws
from tests.slack_local.people.test_threads import Obj, card_blocks, form

__all__ = ["web_client", "ws"]


async def test_each_press_opens_its_form_and_submits_it(
    ws: LocalWorkspace, web_client: AsyncWebClient
) -> None:
    thread = await ws.alice.says("#ops", "root")
    app, sent = bolt_app(ws), dict[str, Any]()
    places = {"reject": "/message", "respond": "/message", "edit": "/amount", "answer": "/"}
    for word, place in places.items():

        def listen(word: str, place: str) -> None:
            @app.action(f"approval:{word}")
            async def press(ack: Any, body: Obj, client: Any) -> None:
                await ack()
                await client.views_open(trigger_id=body["trigger_id"], view=form(word, place))

            @app.view(f"approval:{word}")
            async def submit(ack: Any, view: Obj) -> None:
                sent[word] = view["state"]["values"][place]["value"]["value"]
                await ack()

        listen(word, place)
    async with over_socket(app, ws):
        blocks = card_blocks(*(f"approval:{word}" for word in places))
        await web_client.chat_postMessage(
            channel=thread.channel, thread_ts=thread.ts, text="card", blocks=blocks
        )
        card = await approval_card(thread)
        assert (await card.reject(by=ws.bob, reason="no")).outcome == "closed"
        assert (await card.respond(by=ws.bob, message="words")).outcome == "closed"
        assert (await card.edit(by=ws.bob, values={"/amount": "5"})).outcome == "closed"
        assert (await card.answer(by=ws.bob, value="42")).outcome == "closed"
        assert (await card.reject(by=ws.bob)).outcome == "closed"
    assert sent == {"reject": None, "respond": "words", "edit": "5", "answer": "42"}


async def test_a_message_whose_button_starts_a_run_is_no_card(
    ws: LocalWorkspace, web_client: AsyncWebClient
) -> None:
    thread = await ws.alice.says("#ops", "root")
    for action in ("start:open", "approval:approve"):
        await web_client.chat_postMessage(
            channel=thread.channel, thread_ts=thread.ts, text=action, blocks=card_blocks(action)
        )
    card = await approval_card(thread)
    assert card.actions == ["approval:approve"]
    assert [each.ts for each in approval_cards(thread)] == [card.ts]
    assert len(thread.cards()) == 2
