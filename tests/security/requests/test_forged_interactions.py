"""Forged, replayed and stale interactions, over both transports: none decides, and none is our error."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.approvals.policy.approver_set import MEMBERS, ApproverSet
from countersign.approvals.policy.rule import Rule
from countersign.testing.cards import ApprovalCard
from slack_local.payloads import interactions
from slack_local.people.person import Person
from tests.slack.conftest import Bot
from tests.slack.stored_approval import stored

TOOL: Json = {"type": "tool_approval", "name": "transfer", "args": {"to": "bob", "amount": 12}}
OTHER_TOOL: Json = {"type": "tool_approval", "name": "transfer", "args": {"to": "eve", "amount": 99_999}}
BATCH: Json = {"action_requests": [{"name": "first", "args": {"n": 1}}, {"name": "second", "args": {"n": 2}}]}
OPTIONS: Json = {"question": "Which?", "options": ["one", "two", "three"]}
RULE = Rule(name="r", approvers=(ApproverSet(source=MEMBERS),), quorum=2)
Payload = dict[str, Any]


def forged(person: Person, card: ApprovalCard, action_id: str, value: object = None, **more: Any) -> Payload:
    """A click of the card's first button, with another action and another value."""
    payload = copy.deepcopy(person.click_payload(card.message, card.actions[0]))
    action = payload["actions"][0]
    action["action_id"] = action_id
    if value is not None:
        action["value"] = value
    action.update(more)
    return payload


def values(approval: Approval, other: Approval) -> dict[str, Callable[[], str]]:
    digest = approval.shown_digest
    return {
        "another approval": lambda: f"{other.id}.0.{other.shown_digest}",
        "another digest": lambda: f"{approval.id}.0.{other.shown_digest}",
        "no approval": lambda: f"{uuid4()}.0.{digest}",
        "a row that is not there": lambda: f"{approval.id}.7.{digest}",
        "a huge row": lambda: f"{approval.id}.99999.{digest}",
        "a negative row": lambda: f"{approval.id}.-1.{digest}",
        "several rows": lambda: f"{approval.id}.1,2.{digest}",
        "a row in other digits": lambda: f"{approval.id}.٠.{digest}",
        "an upper-case id": lambda: f"{str(approval.id).upper()}.0.{digest}",
        "a short digest": lambda: f"{approval.id}.0.{digest[:63]}",
        "JSON": lambda: '{"approval": 1}',
        "nothing": lambda: " ",
        "a long text": lambda: "x" * 2000,
    }


FORGERIES = [
    *("another approval", "another digest", "no approval", "a row that is not there", "a huge row"),
    *("a negative row", "several rows", "a row in other digits", "an upper-case id", "a short digest"),
    *("JSON", "nothing", "a long text"),
]
DECIDING = ["approve", "reject", "edit", "respond", "approve_rest", "reject_rest", "grant", "other", "update"]


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_no_button_does_anything_with_a_value_of_another_card(either_bot: Bot, forgery: str) -> None:
    """The card of the click is one, the approval of the value is another, or none."""
    bot = either_bot
    card, other = await bot.asks(TOOL, rules=(RULE,)), await bot.asks(OTHER_TOOL)
    approval, behind = await bot.approval(card), await bot.approval(other)
    value = values(approval, behind)[forgery]()
    for action in (*DECIDING, "option:0", "withdraw", "undo", "cancel", "claim"):
        payload = forged(bot.ws.bob, card, f"approval:{action}", value)
        assert (await bot.ws.bob.clicks_raw(payload)).error is None

    after = [await stored(bot, each) for each in (approval, behind)]
    assert [each.status for each in after] == ["pending", "pending"]
    assert all(vote is None for each in after for vote in each.votes)
    assert all(not each.votes_on(0).votes for each in after)


@pytest.mark.parametrize("who", ["gus", "eve"])
async def test_no_button_is_for_a_guest_or_a_stranger(either_bot: Bot, who: str) -> None:
    bot = either_bot
    card = await bot.asks(TOOL, rules=(RULE,))
    approval = await bot.approval(card)
    person = bot.ws.people[who]
    value = f"{approval.id}.0.{approval.shown_digest}"

    for action in (*DECIDING, "option:0", "withdraw", "undo", "cancel", "claim"):
        payload = forged(bot.ws.bob, card, f"approval:{action}", value)
        payload["user"] |= {"id": person.id}
        assert (await person.clicks_raw(payload)).error is None

    assert (await stored(bot, approval)).version == 1


@pytest.mark.parametrize("choice", ["3", "99", "-1", "0x1", "١", "²", "", "one", "00001", "1.0"])
async def test_an_option_that_is_not_there_answers_nothing(either_bot: Bot, choice: str) -> None:
    bot = either_bot
    card = await bot.asks(OPTIONS)
    approval = await bot.approval(card)
    value = f"{approval.id}.0.{approval.shown_digest}"
    clicks = [forged(bot.ws.bob, card, f"approval:option:{choice}", value)]
    chosen = {"value": choice, "text": {"type": "plain_text", "text": "x"}}
    menu = {"block_id": f"row:0:{value}", "selected_option": chosen}
    clicks += [forged(bot.ws.bob, card, "approval:options", None, **menu)]
    for payload in clicks:
        await bot.ws.bob.clicks_raw(payload)

    after = await stored(bot, approval)
    assert after.status == "pending" or choice in {"١", "00001"}  # the same number, the same option
    if after.status != "pending":
        assert after.votes[0] is not None
        assert after.votes[0].decision.value == "two"


async def test_a_row_is_named_by_the_value_and_not_by_its_block(either_bot: Bot) -> None:
    """The block id of row 1 around the value of row 0: row 0 is decided, as the button's own value says."""
    bot = either_bot
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    for at, block in enumerate(["row:1:x", "row:9:x", "row:-1:", "row:", "card:0"]):
        payload = forged(
            bot.ws.bob, card, "approval:approve", f"{approval.id}.5.{approval.shown_digest}", block_id=block
        )
        await bot.ws.bob.clicks_raw(payload)
        assert (await stored(bot, approval)).version == 1, at
    payload = forged(
        bot.ws.bob, card, "approval:approve", f"{approval.id}.0.{approval.shown_digest}", block_id="row:1:x"
    )
    await bot.ws.bob.clicks_raw(payload)
    assert (await stored(bot, approval)).open_rows == (1,)


@pytest.mark.parametrize("rows", ["", ",", "0,", "0,0,5", "7", "-1,0", "0;1", ",".join(["0"] * 101), "0,1,2"])
async def test_rows_that_are_not_there_approve_nothing(either_bot: Bot, rows: str) -> None:
    bot = either_bot
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    for action in ("approve_rest", "reject_rest"):
        value = f"{approval.id}.{rows}.{'0' * 64}"
        await bot.ws.bob.clicks_raw(forged(bot.ws.bob, card, f"approval:{action}", value))

    assert (await stored(bot, approval)).version == 1


async def test_a_submission_that_is_sent_again_decides_nothing_more(either_bot: Bot) -> None:
    bot = either_bot
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    blocks = [str(block.get("block_id")) for block in card.message.blocks]
    row = next(block for block in blocks if block.startswith("row:0:"))
    form = await card.form("approval:reject", bot.ws.bob, row)
    await bot.ws.bob.fills(form, {"/message": "no"})
    payload = interactions.view_submission(bot.ws.slack, bot.ws.bob.id, form)
    await bot.ws.bob.submits_raw(form, copy.deepcopy(payload))
    once = await stored(bot, approval)
    assert once.version == 2

    await bot.ws.bob.submits_raw(form, copy.deepcopy(payload))
    replayed = copy.deepcopy(payload)
    replayed["user"]["id"] = bot.ws.alice.id
    await bot.ws.alice.submits_raw(form, replayed)

    after = await stored(bot, approval)
    assert after == replace(once, rendered_version=after.rendered_version)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("json", '{"a": NaN}'),
        ("json", "Infinity"),
        ("json", '{"a": 1} trailing'),
        ("json", "[" * 100_000),
        ("json", "__import__('os')"),
        ("number", "1e999"),
        ("number", "0x10"),
        ("number", "١٢ or 13"),
        ("yes_no", "maybe"),
        ("python", "True"),
        ("", "True"),
        ("json\u200b", "true"),
    ],
)
async def test_another_answer_is_of_the_kind_that_was_chosen_or_refused(
    either_bot: Bot, kind: str, text: str
) -> None:
    bot = either_bot
    card = await bot.asks({"question": "How much?", "unit": "EUR"})
    approval = await bot.approval(card)
    form = await card.form("approval:other", bot.ws.bob)
    payload = copy.deepcopy(interactions.view_submission(bot.ws.slack, bot.ws.bob.id, form))
    state = payload["view"]["state"]["values"]
    state["/"]["value"] = {"type": "plain_text_input", "value": text}
    state["/as"]["value"] = {"type": "static_select", "selected_option": {"value": kind}}
    sent = await bot.ws.bob.submits_raw(form, payload)

    assert sent.error is None
    assert (await stored(bot, approval)).version == 1


async def test_a_declared_dialect_takes_no_other_answer(either_bot: Bot) -> None:
    bot = either_bot
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    form = await card.form("approval:edit", bot.ws.bob)
    for callback in ("approval:other", "approval:update", "approval:answer", "approval:approve_rest", "x"):
        payload = copy.deepcopy(interactions.view_submission(bot.ws.slack, bot.ws.bob.id, form))
        payload["view"]["callback_id"] = callback
        payload["view"]["state"]["values"] = {
            "/": {"value": {"type": "plain_text_input", "value": '{"type": "approve"}'}},
            "/as": {"value": {"type": "static_select", "selected_option": {"value": "json"}}},
        }
        await bot.ws.bob.submits_raw(form, payload)

    assert (await stored(bot, approval)).version == 1


async def test_whoever_left_the_channel_reads_no_more_of_its_card(either_bot: Bot) -> None:
    bot = either_bot
    channel = bot.ws.add_channel("board", [bot.ws.alice, bot.ws.bob], private=True)
    thread = await bot.ws.alice.mentions("please", channel=channel)
    secrets: Json = {"type": "tool_approval", "name": "x", "args": {"text": "word " * 20_000 + "the end"}}
    card = await bot.asks(secrets, thread=thread)
    click = bot.ws.bob.click_payload(card.message, "approval:view")
    view = await card.form("approval:view", bot.ws.bob)
    bot.ws.slack.state.channels[channel].members.pop(bot.ws.bob.id)

    await bot.ws.bob.clicks(view, "approval:page:1")
    shown = await bot.ws.slack.changes.wait_for(
        "anything", lambda: "not in this channel" in str(view.definition) or None, limit=10, what="a refusal"
    )
    assert shown
    assert "word word" not in str(view.definition)
    await bot.ws.bob.closes(view)
    await bot.ws.bob.clicks_raw(click)

    def refused() -> bool | None:
        told = [str(call.arguments) for call in bot.ws.log.calls("chat.postEphemeral")]
        return any("not in this channel" in each for each in told) or None

    await bot.ws.slack.changes.wait_for("anything", refused, limit=10, what="a refusal")
    assert bot.ws.bob.modal is None
