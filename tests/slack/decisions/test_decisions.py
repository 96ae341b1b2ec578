"""Decisions off the straight way: forms with errors, several rows, late, forged and forbidden clicks."""

from typing import Any

from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from slack_local.fault_injection import ApiFault, DeliveryFault
from slack_local.payloads.interactions import view_submission
from tests.slack.conftest import Bot
from tests.slack.stored_approval import stored

TOOL: Json = {"type": "tool_approval", "name": "transfer", "args": {"to": "bob", "amount": 12}}


async def test_a_form_keeps_what_was_typed_and_shows_the_error_at_its_field(bot: Bot) -> None:
    schema: Json = {
        "type": "object",
        "properties": {
            "amount": {"type": "integer", "minimum": 5},
            "on": {"type": "string", "format": "date"},
        },
        "required": ["amount", "on"],
    }
    card = await bot.asks({"why": "budget"}, schema)
    approval = await bot.approval(card)
    opens = next(action for action in card.actions if action != "approval:view")
    view = await card.form(opens, bot.ws.bob)

    refused = await bot.ws.bob.submits_raw(
        view, await filled(bot, view, {"/amount": "2", "/on": "2026-11-20"})
    )
    assert refused.outcome == "errors"
    assert set(refused.errors) == {"/amount"}
    assert (await stored(bot, approval)).status is Status.PENDING

    sent = await bot.ws.bob.submits(view, {"/amount": "7"})
    assert sent.outcome == "closed"
    assert (await stored(bot, approval)).answer == {"amount": 7, "on": "2026-11-20"}


async def filled(bot: Bot, view: Any, values: dict[str, Any]) -> Any:
    """A submission's payload as a client without its own checks would send it."""
    payload = view_submission(bot.ws.slack, bot.ws.bob.id, view)
    for block in payload["view"]["blocks"]:
        if block["type"] == "input" and block["block_id"] in values:
            value = values[block["block_id"]]
            kind = block["element"]["type"]
            name = {"datepicker": "selected_date"}.get(kind, "value")
            payload["view"]["state"]["values"][block["block_id"]] = {"value": {"type": kind, name: value}}
            view.values[block["block_id"]] = payload["view"]["state"]["values"][block["block_id"]]
    return payload


async def test_a_second_click_changes_nothing_and_gets_the_reason(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    late = bot.ws.alice.click_payload(card.message, "approval:approve")
    await card.approve(by=bot.ws.bob)
    await bot.ws.alice.clicks_raw(late)

    await bot.ws.alice.sees_ephemeral("approved by bob already")
    assert bot.ws.bob.ephemerals == []
    decided = await stored(bot, approval)
    assert [vote.by.name for vote in decided.votes if vote] == ["bob"]


async def test_a_click_that_arrives_twice_counts_once(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    bot.ws.faults.on_delivery("block_actions", DeliveryFault.TWICE)
    await card.approve(by=bot.ws.bob)
    await card.closes()
    assert (await stored(bot, approval)).version == 2


async def test_guests_and_strangers_may_not_decide(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    await card.approve(by=bot.ws.gus)
    await card.approve(by=bot.ws.eve)
    await card.click("approval:edit", bot.ws.gus)
    await bot.ws.gus.sees_ephemeral("Guests")
    await bot.ws.eve.sees_ephemeral("other workspaces")
    assert bot.ws.gus.modal is None
    assert (await stored(bot, approval)).version == 1


async def test_a_form_opened_in_time_and_sent_too_late_changes_nothing_and_says_so(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    view = await card.form("approval:edit", bot.ws.alice)
    await card.approve(by=bot.ws.bob)
    sent = await bot.ws.alice.submits(view, {"/amount": "13"})

    assert sent.outcome == "updated"
    assert sent.view is not None
    assert "approved by bob already" in str(sent.view.definition["blocks"])
    assert (await stored(bot, approval)).answer == {"type": "approve"}


async def test_a_form_sent_by_somebody_who_may_not_decide_is_refused(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    view = await card.form("approval:reject", bot.ws.bob)
    forged = view_submission(bot.ws.slack, bot.ws.bob.id, view)
    forged["user"]["id"] = bot.ws.gus.id
    sent = await bot.ws.bob.submits_raw(view, forged)
    assert sent.outcome == "updated"
    assert (await stored(bot, approval)).status is Status.PENDING


async def test_tampered_and_truncated_values_are_refused_in_words(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    good = bot.ws.bob.click_payload(card.message, "approval:approve")["actions"][0]["value"]
    bad = [
        good[:-1],
        good[:20],
        "",
        "{}",
        good.replace(str(approval.id), "0" * 36),
        good + "x" * 5000,
        good.replace(".0.", ".7."),
        good.replace(approval.digest, "0" * 64),
    ]
    for value in bad:
        payload = bot.ws.bob.click_payload(card.message, "approval:approve")
        payload["actions"][0]["value"] = value
        clicked = await bot.ws.bob.clicks_raw(payload)
        assert clicked.error is None
    await bot.ws.slack.changes.wait_for(
        ("screen", bot.ws.bob.id),
        lambda: len(bot.ws.bob.ephemerals) == len(bad) or None,
        limit=5,
        what="as many words as clicks",
    )
    assert (await stored(bot, approval)).version == 1


async def test_a_decision_that_is_not_allowed_is_refused_even_if_forged(bot: Bot) -> None:
    value: Json = {
        "action_requests": [{"name": "first", "args": {"n": 1}}],
        "review_configs": [{"action_name": "first", "allowed_decisions": ["reject"]}],
    }
    card = await bot.asks(value)
    approval = await bot.approval(card)
    payload = bot.ws.bob.click_payload(card.message, "approval:reject")
    payload["actions"][0]["action_id"] = "approval:approve"
    await bot.ws.bob.clicks_raw(payload)
    await bot.ws.bob.sees_ephemeral("not possible here")
    assert (await stored(bot, approval)).version == 1


async def test_a_click_on_another_message_than_the_card_is_refused(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    payload = bot.ws.bob.click_payload(card.message, "approval:approve")
    payload["container"]["message_ts"] = payload["message"]["ts"] = card.thread.ts
    await bot.ws.bob.clicks_raw(payload)
    await bot.ws.bob.sees_ephemeral("outdated")
    assert (await stored(bot, approval)).version == 1


async def test_a_click_while_slack_does_not_say_who_it_is_changes_nothing(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    bot.ws.faults.on_call("users.info", ApiFault.SERVER_ERROR, times=3)
    await card.approve(by=bot.ws.bob)
    await bot.ws.bob.sees_ephemeral("Try again")
    assert (await stored(bot, approval)).version == 1
    await card.approve(by=bot.ws.bob)
    await card.closes()


async def test_a_failing_database_leaves_the_click_unacknowledged_and_says_so(
    bot: Bot, monkeypatch: Any
) -> None:
    card = await bot.asks(TOOL)

    async def fail(*_: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(bot.store, "decide", fail)
    clicked = await card.approve(by=bot.ws.bob)
    assert clicked.error is not None
    told = await bot.ws.bob.sees_ephemeral("Error ID")
    assert "database" not in told.text
