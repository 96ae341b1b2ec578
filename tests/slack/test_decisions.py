"""Decisions off the straight way: forms with errors, several rows, late, forged and forbidden clicks."""

import asyncio
from random import Random
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.rule import ReasonRequired, Rule
from countersign.testing.cards import ApprovalCard
from slack_local.fault_injection import ApiFault, DeliveryFault
from slack_local.model.records import View
from slack_local.payloads.interactions import view_submission
from tests.slack.conftest import Bot

TOOL: Json = {"type": "tool_approval", "name": "transfer", "args": {"to": "bob", "amount": 12}}
BATCH: Json = {
    "action_requests": [{"name": "first", "args": {"n": 1}}, {"name": "second", "args": {"n": 2}}],
    "review_configs": [],
}


async def now(bot: Bot, approval: Approval) -> Approval:
    found = await bot.store.approval(approval.id)
    assert found is not None
    return found.approval


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
    assert (await now(bot, approval)).status is Status.PENDING

    sent = await bot.ws.bob.submits(view, {"/amount": "7"})
    assert sent.outcome == "closed"
    assert (await now(bot, approval)).answer == {"amount": 7, "on": "2026-11-20"}


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


async def test_rows_are_decided_apart_and_the_rest_at_once(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)

    await card.click("approval:reject", bot.ws.bob, row_block(card, 1))
    view = await bot.ws.slack.changes.wait_for(
        ("screen", bot.ws.bob.id), lambda: bot.ws.bob.modal, limit=5, what="the form"
    )
    await bot.ws.bob.submits(view, {"/message": "too much"})
    await card.thread.wait_until(lambda: ("*2.*" in card.text and ":no_entry:" in card.text) or None)
    assert (await now(bot, approval)).status is Status.PENDING

    await card.approve(by=bot.ws.alice, block_id=row_block(card, 0))
    await card.closes()
    assert (await now(bot, approval)).answer == {
        "decisions": [{"type": "approve"}, {"type": "reject", "message": "too much"}]
    }


def row_block(card: Any, row: int) -> str:
    return next(
        str(b["block_id"]) for b in card.message.blocks if str(b["block_id"]).startswith(f"row:{row}:")
    )


async def test_approve_rest_approves_what_is_open(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    await card.click("approval:approve_rest", bot.ws.bob)
    await card.closes()
    assert (await now(bot, approval)).answer == {"decisions": [{"type": "approve"}, {"type": "approve"}]}


async def test_approving_the_rest_of_a_card_that_is_closed_changes_nothing(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    late = bot.ws.alice.click_payload(card.message, "approval:approve_rest")
    await card.click("approval:approve_rest", bot.ws.bob)
    await card.closes()
    decided = await now(bot, approval)

    await bot.ws.alice.clicks_raw(late)

    await bot.ws.alice.sees_ephemeral("approved by bob already")
    after = await now(bot, approval)
    assert (after.version, after.status, after.votes) == (decided.version, decided.status, decided.votes)


async def test_approving_the_rest_goes_on_after_somebody_decided_a_row(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    late = bot.ws.alice.click_payload(card.message, "approval:approve_rest")
    await card.approve(by=bot.ws.bob, block_id=row_block(card, 0))

    await bot.ws.alice.clicks_raw(late)

    assert [vote.by.name for vote in (await now(bot, approval)).votes if vote] == ["bob", "alice"]


@pytest.mark.parametrize("rows", ["0,1,2,3,4,5,6,7,8,9,10", "39", "40", "9999"])
async def test_approving_rows_that_the_card_does_not_show_is_refused(bot: Bot, rows: str) -> None:
    actions: Json = [{"name": f"t{n}", "args": {"n": n}} for n in range(40)]
    card = await bot.asks({"action_requests": actions})
    approval = await bot.approval(card)
    payload = bot.ws.bob.click_payload(card.message, "approval:approve_rest")
    payload["actions"][0]["value"] = f"{approval.id}.{rows}.{approval.digest}"

    await bot.ws.bob.clicks_raw(payload)

    await bot.ws.bob.sees_ephemeral(lambda _: bool(bot.ws.bob.ephemerals))
    assert (await now(bot, approval)).version == 1


async def test_reject_rest_rejects_what_is_open_at_once(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    assert {"Approve all 2", "Reject all 2"} <= set(card.labels)
    await card.approve(by=bot.ws.bob, block_id=row_block(card, 0))
    await card.thread.wait_until(lambda: "Reject all 2" not in card.labels or None)
    assert "approval:reject_rest" not in card.actions, "one row has a button of its own"

    again = await bot.asks({"action_requests": [{"name": "t", "args": {"n": n}} for n in range(40)]})
    approval = await bot.approval(again)
    late = bot.ws.alice.click_payload(again.message, "approval:reject_rest")
    await again.click("approval:reject_rest", bot.ws.bob)
    await again.closes()
    rejected = await now(bot, approval)
    assert rejected.answer == {"decisions": [{"type": "reject"}] * 40}, "those that are not shown, too"

    await bot.ws.alice.clicks_raw(late)
    await bot.ws.alice.sees_ephemeral("rejected by bob already")


async def test_where_a_rejection_needs_a_reason_rows_are_rejected_one_by_one(bot: Bot) -> None:
    rules = (Rule(name="free"), Rule(name="reasons", reason=ReasonRequired.REJECT))
    free = await bot.asks(BATCH, rules=(Rule(name="free"),) * 2)
    card = await bot.asks(BATCH, rules=rules)
    approval = await bot.approval(card)
    assert "approval:reject_rest" in free.actions
    assert "approval:reject_rest" not in card.actions
    payload = bot.ws.bob.click_payload(free.message, "approval:reject_rest")
    message = bot.ws.bob.click_payload(card.message, "approval:approve_rest")
    message["actions"][0] |= {"action_id": "approval:reject_rest"}
    assert payload["actions"][0]["action_id"] == message["actions"][0]["action_id"]

    await bot.ws.bob.clicks_raw(message)

    await bot.ws.bob.sees_ephemeral("This card changed")
    assert (await now(bot, approval)).version == 1


async def test_a_long_batch_is_approved_as_far_as_it_is_shown(bot: Bot) -> None:
    actions: Json = [{"name": f"t{n}", "args": {"n": n}} for n in range(23)]
    card = await bot.asks({"action_requests": actions})
    approval = await bot.approval(card)
    decided = 0
    while (await now(bot, approval)).status is Status.PENDING:
        shown = {b["block_id"].split(":")[1] for b in card.message.blocks if b["block_id"].startswith("row:")}
        version = f"rest:{(await now(bot, approval)).version}"
        await card.click("approval:approve_rest", bot.ws.bob)
        decided += len(shown)
        assert len([vote for vote in (await now(bot, approval)).votes if vote]) == decided
        await rerendered(card, version)
    assert decided == 23


async def rerendered(card: ApprovalCard, block_id: str) -> None:
    """Wait until the card no longer has this block."""
    await card.thread.wait_until(lambda: block_id not in str(card.message.blocks) or None)


async def test_two_people_on_two_rows_in_the_same_moment_both_count(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    clicks = [
        bot.ws.alice.click_payload(card.message, "approval:approve", row_block(card, 0)),
        bot.ws.bob.click_payload(card.message, "approval:approve", row_block(card, 1)),
    ]
    await asyncio.gather(bot.ws.alice.clicks_raw(clicks[0]), bot.ws.bob.clicks_raw(clicks[1]))
    decided = await now(bot, approval)
    assert decided.status is Status.DECIDED
    assert [vote.by.name for vote in decided.votes if vote] == ["alice", "bob"]


async def test_a_second_click_changes_nothing_and_gets_the_reason(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    late = bot.ws.alice.click_payload(card.message, "approval:approve")
    await card.approve(by=bot.ws.bob)
    await bot.ws.alice.clicks_raw(late)

    await bot.ws.alice.sees_ephemeral("approved by bob already")
    assert bot.ws.bob.ephemerals == []
    decided = await now(bot, approval)
    assert [vote.by.name for vote in decided.votes if vote] == ["bob"]


async def test_a_click_that_arrives_twice_counts_once(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    bot.ws.faults.on_delivery("block_actions", DeliveryFault.TWICE)
    await card.approve(by=bot.ws.bob)
    await card.closes()
    assert (await now(bot, approval)).version == 2


async def test_guests_and_strangers_may_not_decide(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    await card.approve(by=bot.ws.gus)
    await card.approve(by=bot.ws.eve)
    await card.click("approval:edit", bot.ws.gus)
    await bot.ws.gus.sees_ephemeral("Guests")
    await bot.ws.eve.sees_ephemeral("other workspaces")
    assert bot.ws.gus.modal is None
    assert (await now(bot, approval)).version == 1


async def test_a_form_opened_in_time_and_sent_too_late_changes_nothing_and_says_so(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    view = await card.form("approval:edit", bot.ws.alice)
    await card.approve(by=bot.ws.bob)
    sent = await bot.ws.alice.submits(view, {"/amount": "13"})

    assert sent.outcome == "updated"
    assert sent.view is not None
    assert "approved by bob already" in str(sent.view.definition["blocks"])
    assert (await now(bot, approval)).answer == {"type": "approve"}


async def test_a_form_sent_by_somebody_who_may_not_decide_is_refused(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    view = await card.form("approval:reject", bot.ws.bob)
    forged = view_submission(bot.ws.slack, bot.ws.bob.id, view)
    forged["user"]["id"] = bot.ws.gus.id
    sent = await bot.ws.bob.submits_raw(view, forged)
    assert sent.outcome == "updated"
    assert (await now(bot, approval)).status is Status.PENDING


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
    assert (await now(bot, approval)).version == 1


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
    assert (await now(bot, approval)).version == 1


async def test_a_click_on_another_message_than_the_card_is_refused(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    payload = bot.ws.bob.click_payload(card.message, "approval:approve")
    payload["container"]["message_ts"] = payload["message"]["ts"] = card.thread.ts
    await bot.ws.bob.clicks_raw(payload)
    await bot.ws.bob.sees_ephemeral("outdated")
    assert (await now(bot, approval)).version == 1


async def test_everything_can_be_read_page_by_page(bot: Bot) -> None:
    value: Json = {
        "type": "tool_approval",
        "name": "write",
        "args": {"text": "".join(f"line {n}\n" for n in range(9000))},
    }
    card = await bot.asks(value)
    view = await card.form("approval:view", bot.ws.gus)
    seen = str(view.definition["blocks"])
    assert "line 0\\n" in seen

    def turned() -> View | None:
        modal = bot.ws.gus.modal
        return modal if modal is not None and modal.hash != before else None

    while "line 8999" not in seen:
        onward = [e for b in view.definition["blocks"] if b["type"] == "actions" for e in b["elements"]]
        forward = [e for e in onward if "›" in e["text"]["text"] and "‹" not in e["text"]["text"]]
        assert forward, "no way to the end"
        before = view.hash
        await bot.ws.gus.clicks(view, forward[0]["action_id"])
        view = await bot.ws.slack.changes.wait_for(
            ("screen", bot.ws.gus.id),
            turned,
            limit=5,
            what="the next page",
        )
        seen = str(view.definition["blocks"])


async def test_long_text_is_edited_in_parts_and_comes_back_whole(bot: Bot) -> None:
    text = "".join(f"line {n} of the text\n" for n in range(500))
    card = await bot.asks({"type": "tool_approval", "name": "write", "args": {"text": text}})
    approval = await bot.approval(card)
    view = await card.form("approval:edit", bot.ws.bob)
    first = next(b for b in view.definition["blocks"] if b.get("block_id") == "/text")
    await bot.ws.bob.submits(view, {"/text": "NEW " + first["element"]["initial_value"]})
    answer: Any = (await now(bot, approval)).answer
    assert answer["edited_action"]["args"] == {"text": "NEW " + text}


async def test_a_click_while_slack_does_not_say_who_it_is_changes_nothing(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    bot.ws.faults.on_call("users.info", ApiFault.SERVER_ERROR, times=3)
    await card.approve(by=bot.ws.bob)
    await bot.ws.bob.sees_ephemeral("Try again")
    assert (await now(bot, approval)).version == 1
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


async def test_a_form_of_several_pages_keeps_what_was_typed_on_each(bot: Bot) -> None:
    args: dict[str, Json] = {f"k{n}": "word " * 100 for n in range(400)}
    card = await bot.asks({"type": "tool_approval", "name": "transfer", "args": args})
    approval = await bot.approval(card)
    view = await card.form("approval:edit", bot.ws.bob)
    await bot.ws.bob.fills(view, {"/k3": "third"})
    await turned(bot, view, 1)
    await bot.ws.bob.fills(view, {"/k100": "hundredth"})
    await turned(bot, view, 0)
    assert view.values["/k3"]["value"]["value"] == "third"
    await bot.ws.bob.fills(view, {"/k4": "fourth"})
    await turned(bot, view, 4)

    sent = await bot.ws.bob.submits(view, {"/k399": "last"})

    assert sent.outcome == "closed"
    answer: Any = (await now(bot, approval)).answer
    changed = {"k3": "third", "k4": "fourth", "k100": "hundredth", "k399": "last"}
    assert answer["edited_action"]["args"] == {**args, **changed}


async def turned(bot: Bot, view: View, page: int) -> None:
    """Turn to a page of the form, counted from 0."""
    await bot.ws.bob.clicks(view, f"form:turn:{page}")
    await bot.ws.slack.changes.wait_for(
        ("screen", bot.ws.bob.id),
        lambda: f"pages:{page}" in str(view.definition["blocks"]),
        limit=10,
        what=f"page {page}",
    )


async def test_a_page_is_not_turned_over_more_than_can_be_kept(bot: Bot) -> None:
    args: dict[str, Json] = {f"k{n}": "word " * 100 for n in range(400)}
    card = await bot.asks({"type": "tool_approval", "name": "transfer", "args": args})
    view = await card.form("approval:edit", bot.ws.bob)
    much = {f"/k{n}": Random(n).randbytes(1400).hex() for n in range(9)}
    await bot.ws.bob.fills(view, much)

    await bot.ws.bob.clicks(view, "form:turn:1")

    await bot.ws.slack.changes.wait_for(
        ("screen", bot.ws.bob.id), lambda: "too long to keep" in str(view.definition), limit=10, what="a word"
    )
    assert view.values["/k8"]["value"]["value"] == much["/k8"]
    assert "pages:0" in str(view.definition["blocks"])


async def test_a_page_is_turned_for_nobody_who_may_not_decide(bot: Bot) -> None:
    args: dict[str, Json] = {f"k{n}": "word " * 100 for n in range(400)}
    card = await bot.asks({"type": "tool_approval", "name": "transfer", "args": args})
    view = await card.form("approval:edit", bot.ws.bob)
    await card.reject(bot.ws.alice)
    await card.closes()

    await bot.ws.bob.clicks(view, "form:turn:1")

    await bot.ws.slack.changes.wait_for(
        ("screen", bot.ws.bob.id), lambda: "Nothing was changed" in str(view.definition), limit=10, what="it"
    )
