"""Modals and the Home tab, by the real client and people's hands: triggers, stacks, submissions, errors."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.model.records import Message
from slack_local.workspace import LocalWorkspace
from tests.slack_local.web_api.modals import Bot, Obj, field, form, plain, press


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as error:
        await call
    return str(error.value.response["error"])


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
