"""Modals and the Home tab, by the real client and people's hands: triggers, stacks, errors, response URLs."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.model.records import Message
from slack_local.people.person import ClickResult
from slack_local.workspace import LocalWorkspace
from tests.slack_local.conftest import bolt_app, over_socket

Obj = dict[str, Any]


def plain(text: str) -> Obj:
    return {"type": "plain_text", "text": text}


def field(block_id: str, **element: Any) -> Obj:
    element = {"type": "plain_text_input", **element, "action_id": "value"}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element}


def form(*blocks: Obj, **more: Any) -> Obj:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Form"),
        "submit": plain("Send"),
        "blocks": list(blocks or (field("/a"),)),
        **more,
    }


class Bot:
    """A bolt app whose answers a test sets."""

    def __init__(self, ws: LocalWorkspace) -> None:
        self.app: AsyncApp = bolt_app(ws)
        self.ack: Obj = {}
        self.bodies: list[Obj] = []

        @self.app.action("go")
        async def on_action(ack: Any, body: Obj) -> None:
            self.bodies.append(body)
            await ack()

        @self.app.view("form")
        async def on_view(ack: Any, body: Obj) -> None:
            self.bodies.append(body)
            await ack(**self.ack)

        @self.app.view_closed("form")
        async def on_closed(ack: Any, body: Obj) -> None:
            self.bodies.append(body)
            await ack()


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


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as error:
        await call
    return str(error.value.response["error"])


async def press(ws: LocalWorkspace, card: Message) -> ClickResult:
    return await ws.alice.clicks(card, "go")


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


async def test_a_trigger_opens_one_view_within_three_seconds(
    ws: LocalWorkspace, card: Message, web_client: AsyncWebClient
) -> None:
    trigger = (await press(ws, card)).payload["trigger_id"]
    await web_client.views_open(trigger_id=trigger, view=form())
    assert await refused(web_client.views_open(trigger_id=trigger, view=form())) == "exchanged_trigger_id"
    late = (await press(ws, card)).payload["trigger_id"]
    ws.slack.clock.advance(3.1)
    assert await refused(web_client.views_open(trigger_id=late, view=form())) == "expired_trigger_id"
    assert await refused(web_client.views_open(trigger_id="1.2.3", view=form())) == "invalid_trigger_id"
    fresh = (await press(ws, card)).payload["trigger_id"]
    assert (
        await refused(web_client.views_open(trigger_id=fresh, view={"type": "modal"})) == "invalid_arguments"
    )


async def opened(ws: LocalWorkspace, card: Message, web_client: AsyncWebClient, view: Obj) -> Any:
    trigger = (await press(ws, card)).payload["trigger_id"]
    await web_client.views_open(trigger_id=trigger, view=view)
    return await ws.alice.modal_opens()


async def test_a_submission_carries_the_typed_values(
    ws: LocalWorkspace, bot: Bot, card: Message, web_client: AsyncWebClient
) -> None:
    options = [{"text": plain(v), "value": v} for v in ("x", "y")]
    view = form(
        field("/text", multiline=True),
        field("/number", type="number_input", is_decimal_allowed=True),
        field("/choice", type="static_select", options=options),
        field("/several", type="checkboxes", options=options, initial_options=options[:1]),
        field("/date", type="datepicker"),
        private_metadata="id-7",
    )
    modal = await opened(ws, card, web_client, view)
    bot.bodies.clear()
    sent = await ws.alice.submits(
        modal, {"/text": "two\nlines", "/number": "1.5", "/choice": "y", "/date": "2026-11-20"}
    )
    assert sent.outcome == "closed"
    (body,) = bot.bodies
    values = {block: held["value"] for block, held in body["view"]["state"]["values"].items()}
    assert values["/text"] == {"type": "plain_text_input", "value": "two\nlines"}
    assert values["/number"] == {"type": "number_input", "value": "1.5"}
    assert values["/choice"]["selected_option"]["value"] == "y"
    assert [o["value"] for o in values["/several"]["selected_options"]] == ["x"]
    assert values["/date"] == {"type": "datepicker", "selected_date": "2026-11-20"}
    assert body["view"]["private_metadata"] == "id-7"
    assert body["view"]["root_view_id"] == modal.id


async def test_slacks_client_keeps_an_incomplete_form(
    ws: LocalWorkspace, bot: Bot, card: Message, web_client: AsyncWebClient
) -> None:
    view = form(
        field("/a"), field("/n", type="number_input", is_decimal_allowed=False, min_value="1", max_value="9")
    )
    modal = await opened(ws, card, web_client, view)
    bot.bodies.clear()
    for number in ("", "10", "0", "2.5", "many"):
        kept = await ws.alice.submits(modal, {"/n": number})
        assert kept.outcome == "incomplete"
        assert set(kept.errors) == {"/a", "/n"}
    assert bot.bodies == []
    with pytest.raises(NotPossibleError):
        await ws.alice.fills(modal, {"/nowhere": "x"})
    with pytest.raises(NotPossibleError):
        await ws.alice.fills(modal, {"/a": "two\nlines"})


async def test_errors_stay_until_they_are_dealt_with(
    ws: LocalWorkspace, bot: Bot, card: Message, web_client: AsyncWebClient
) -> None:
    modal = await opened(ws, card, web_client, form())
    bot.ack = {"response_action": "errors", "errors": {"/a": "No."}}
    told = await ws.alice.submits(modal, {"/a": "typed"})
    assert (told.outcome, told.errors) == ("errors", {"/a": "No."})
    assert modal.values["/a"]["value"]["value"] == "typed"
    bot.ack = {"response_action": "errors", "errors": {"/b": "No."}}
    assert (await ws.alice.submits(modal)).outcome == "failed"
    bot.ack = {}
    assert (await ws.alice.submits(modal)).outcome == "closed"
    assert [v.where for v in ws.log.violations()] == ["view_submission answer"]


async def test_a_submission_updates_pushes_and_clears(
    ws: LocalWorkspace, bot: Bot, card: Message, web_client: AsyncWebClient
) -> None:
    modal = await opened(ws, card, web_client, form())
    bot.ack = {"response_action": "update", "view": form(title=plain("Second"))}
    assert (await ws.alice.submits(modal, {"/a": "x"})).outcome == "updated"
    assert modal.definition["title"]["text"] == "Second"
    assert modal.values["/a"]["value"]["value"] == "x"
    bot.ack = {"response_action": "push", "view": form(title=plain("Third"))}
    pushed = await ws.alice.submits(modal)
    assert pushed.view is not None
    assert (pushed.view.previous_view_id, pushed.view.root_view_id) == (modal.id, modal.id)
    with pytest.raises(NotPossibleError):
        await ws.alice.submits(modal)
    bot.ack = {"response_action": "clear"}
    assert (await ws.alice.submits(pushed.view, {"/a": "x"})).outcome == "cleared"
    assert ws.alice.modal is None


async def test_a_stack_holds_three_views(
    ws: LocalWorkspace, card: Message, web_client: AsyncWebClient
) -> None:
    await opened(ws, card, web_client, form())
    for number in range(3):
        trigger = (await press(ws, card)).payload["trigger_id"]
        push = web_client.views_push(trigger_id=trigger, view=form())
        if number < 2:
            await push
        else:
            assert await refused(push) == "push_limit_reached"
    assert len(ws.slack.state.modals[ws.alice.id]) == 3


async def test_updating_a_view_guards_against_an_old_hash(
    ws: LocalWorkspace, card: Message, web_client: AsyncWebClient
) -> None:
    modal = await opened(ws, card, web_client, form())
    old = modal.hash
    await web_client.views_update(view_id=modal.id, hash=old, view=form(title=plain("New")))
    assert await refused(web_client.views_update(view_id=modal.id, hash=old, view=form())) == "hash_conflict"
    assert await refused(web_client.views_update(view_id="V0GONE", view=form())) == "not_found"
    assert modal.definition["title"]["text"] == "New"


async def test_closing_is_sent_to_the_bot_only_if_it_asked(
    ws: LocalWorkspace, bot: Bot, card: Message, web_client: AsyncWebClient
) -> None:
    modal = await opened(ws, card, web_client, form())
    bot.bodies.clear()
    await ws.alice.closes(modal)
    assert bot.bodies == []
    again = await opened(ws, card, web_client, form(notify_on_close=True))
    bot.bodies.clear()
    await ws.alice.closes(again)
    assert [(b["type"], b["is_cleared"]) for b in bot.bodies] == [("view_closed", False)]


async def test_a_late_answer_leaves_the_form_open(
    ws: LocalWorkspace, card: Message, web_client: AsyncWebClient
) -> None:
    modal = await opened(ws, card, web_client, form())
    ws.delivery.ack_limit = 0.01
    await ws.socket.disconnect("warning")
    failed = await ws.alice.submits(modal, {"/a": "x"})
    assert failed.outcome == "failed"
    assert ws.alice.modal is modal


async def test_the_home_tab(ws: LocalWorkspace, web_client: AsyncWebClient) -> None:
    assert await ws.alice.opens_home() is None
    home = {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Hi"}}]}
    await web_client.views_publish(user_id=ws.alice.id, view=home)
    shown = await ws.alice.opens_home()
    assert shown is not None
    assert shown.definition["blocks"][0]["text"]["text"] == "Hi"
    assert ws.bob.home is None
    assert await refused(web_client.views_publish(user_id=ws.alice.id, view=form())) == "invalid_arguments"
    assert (
        await refused(web_client.views_publish(user_id=ws.alice.id, view=home, hash="0.0")) == "hash_conflict"
    )


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


async def test_an_unknown_response_url(ws: LocalWorkspace) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{ws.address}/hooks/actions/{ws.slack.team}/x", json={"text": "x"}) as response,
    ):
        assert response.status == 404


async def test_a_button_of_an_attachment(
    ws: LocalWorkspace, bot: Bot, card: Message, web_client: AsyncWebClient
) -> None:
    coloured = [{"color": "#d00", "fallback": "x", "blocks": card.blocks}]
    posted = await web_client.chat_postMessage(channel=card.channel, text="x", attachments=coloured)
    message = ws.slack.state.channels[card.channel].messages[posted["ts"]]
    await ws.alice.clicks(message, "go")
    assert bot.bodies[-1]["container"]["attachment_id"] == 1
    assert bot.bodies[-1]["actions"][0]["value"] == "7"


async def test_an_external_id_is_unique_and_finds_its_view(
    ws: LocalWorkspace, card: Message, web_client: AsyncWebClient
) -> None:
    await opened(ws, card, web_client, form(external_id="mine"))
    again = (await press(ws, card)).payload["trigger_id"]
    second = web_client.views_open(trigger_id=again, view=form(external_id="mine"))
    assert await refused(second) == "duplicate_external_id"
    await web_client.views_update(external_id="mine", view=form(external_id="mine", title=plain("New")))
    assert (await ws.alice.modal_opens(title="New")).definition["external_id"] == "mine"


async def test_a_view_can_be_too_large(ws: LocalWorkspace, card: Message, web_client: AsyncWebClient) -> None:
    text = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
    view = form(*[text] * 87, private_metadata="x" * 3000)
    trigger = (await press(ws, card)).payload["trigger_id"]
    assert await refused(web_client.views_open(trigger_id=trigger, view=view)) == "view_too_large"


async def test_an_answer_that_is_none_leaves_the_form(
    ws: LocalWorkspace, bot: Bot, card: Message, web_client: AsyncWebClient
) -> None:
    modal = await opened(ws, card, web_client, form())
    bot.ack = {"response_action": "update", "view": {"type": "modal", "blocks": []}}
    failed = await ws.alice.submits(modal, {"/a": "x"})
    assert (failed.outcome, failed.view) == ("failed", modal)
    assert ws.log.violations()[-1].where == "view_submission answer"


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


async def test_closing_everything_is_sent_for_each_view(
    ws: LocalWorkspace, bot: Bot, card: Message, web_client: AsyncWebClient
) -> None:
    await opened(ws, card, web_client, form(notify_on_close=True))
    trigger = (await press(ws, card)).payload["trigger_id"]
    await web_client.views_push(trigger_id=trigger, view=form(notify_on_close=True))
    top = ws.alice.modal
    assert top is not None
    bot.bodies.clear()
    await ws.alice.closes(top, everything=True)
    assert [(b["type"], b["is_cleared"]) for b in bot.bodies] == [("view_closed", True)] * 2
    assert ws.alice.modal is None
