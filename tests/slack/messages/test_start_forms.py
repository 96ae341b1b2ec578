"""The form with which somebody starts a graph that takes more than words."""

from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from slack_local.payloads.interactions import view_submission
from tests.slack.conftest import Bot
from tests.slack.messages.events import stored


async def test_a_start_form_fills_in_a_graphs_input(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("order:")
    await stored(bot, thread)
    await bot.posts(thread, OutgoingKind.START_FORM, {"graph": "order"})
    start = await thread.card()
    view = await start.form("start:open", bot.ws.carol)
    sent = await bot.ws.carol.submits(view, {"/name": "tea", "/count": "3"})
    assert sent.outcome == "closed"
    await start.closes()
    row = next(row for row in await bot.outstanding(thread) if row.kind is InboundKind.FORM)
    assert row.body == {"name": "tea", "count": 3}
    assert row.key == f"form:{view.id}"


async def test_who_may_not_start_gets_no_start_form_and_leaves_the_button_to_others(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("order:")
    await stored(bot, thread)
    await bot.posts(thread, OutgoingKind.START_FORM, {"graph": "order"})
    start = await thread.card()
    gus = bot.ws.gus

    await start.click("start:open", gus)

    await gus.sees_ephemeral("Guests can't start an agent")
    assert gus.modal is None

    view = await start.form("start:open", bot.ws.carol)
    await bot.ws.carol.fills(view, {"/name": "tea", "/count": "3"})
    refused = await gus.submits_raw(view, view_submission(bot.ws.slack, gus.id, view))

    assert refused.outcome == "updated"
    assert "Guests can't start an agent" in str(view.definition)
    assert InboundKind.FORM not in [row.kind for row in await bot.outstanding(thread)]
    again = await start.form("start:open", bot.ws.carol)
    assert (await bot.ws.carol.submits(again, {"/name": "tea", "/count": "3"})).outcome == "closed"
    await start.closes()


async def test_a_start_form_shows_errors_at_their_field(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("order:")
    await bot.posts(thread, OutgoingKind.START_FORM, {"graph": "order"})
    view = await (await thread.card()).form("start:open", bot.ws.carol)
    await bot.ws.carol.fills(view, {"/name": "tea", "/count": "3"})
    payload = view_submission(bot.ws.slack, bot.ws.carol.id, view)
    payload["view"]["state"]["values"]["/count"]["value"]["value"] = "0"
    sent = await bot.ws.carol.submits_raw(view, payload)
    assert sent.outcome == "errors"
    assert set(sent.errors) == {"/count"}
