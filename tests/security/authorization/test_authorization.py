"""Who somebody is, and what they can see, counts at the click and at the submission, as it is then."""

from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.slack.listeners.events.message_events import message_from, revision_from
from countersign.slack.transport.outbound.web_api import Workspace
from countersign.testing.cards import ApprovalCard
from slack_local.fault_injection import ApiFault
from slack_local.model.records import User
from tests.slack.conftest import Bot
from tests.slack.stored_approval import stored

TOOL: Json = {"type": "tool_approval", "name": "transfer", "args": {"to": "bob", "amount": 12}}
BATCH: Json = {"action_requests": [{"name": "first", "args": {"n": 1}}, {"name": "second", "args": {"n": 2}}]}
OURS = Workspace(team="T1", url="https://x.slack.com/", bot_user="U1", bot_id="B1", scopes=None)


@pytest.mark.parametrize("change", ["deleted", "is_restricted"])
async def test_whoever_was_a_member_a_moment_ago_decides_nothing(either_bot: Bot, change: str) -> None:
    bot = either_bot
    bob = bot.ws.bob
    batch = await bot.asks(BATCH)
    other = await bot.asks(TOOL)
    approvals = [await bot.approval(card) for card in (batch, other)]
    await batch.click("approval:approve", bob)  # a first decision, so that the bot has just looked him up
    form = await other.form("approval:edit", bob)
    clicks = [
        bob.click_payload(other.message, "approval:approve"),
        bob.click_payload(batch.message, "approval:approve_rest"),
    ]

    users: dict[str, User] = bot.ws.slack.state.users
    users[bob.id] = replace(
        users[bob.id], deleted=change == "deleted", is_restricted=change == "is_restricted"
    )
    sent = await bob.submits(form, {"/amount": "13"})
    for payload in clicks:
        await bob.clicks_raw(payload)

    assert sent.outcome == "updated"
    assert [(await stored(bot, approval)).version for approval in approvals] == [2, 1]


async def card_in_private_channel(bot: Bot) -> tuple[str, ApprovalCard]:
    channel = bot.ws.add_channel("board", [bot.ws.alice, bot.ws.bob], private=True)
    thread = await bot.ws.alice.mentions("please", channel=channel)
    return channel, await bot.asks(TOOL, thread=thread)


async def test_whoever_was_removed_from_a_private_channel_decides_nothing_there(either_bot: Bot) -> None:
    bot = either_bot
    bob = bot.ws.bob
    channel, card = await card_in_private_channel(bot)
    approval = await bot.approval(card)
    form = await card.form("approval:edit", bob)
    click = bob.click_payload(card.message, "approval:approve")

    bot.ws.slack.state.channels[channel].members.pop(bob.id)
    sent = await bob.submits(form, {"/amount": "13"})
    await bob.clicks_raw(click)

    assert sent.outcome == "updated"
    assert sent.view is not None
    assert "not in this channel" in str(sent.view.definition)
    assert (await stored(bot, approval)).version == 1
    await card.approve(by=bot.ws.alice)
    assert (await stored(bot, approval)).version == 2


async def test_a_public_channel_can_be_seen_without_being_in_it(http_bot: Bot) -> None:
    card = await http_bot.asks(TOOL)
    approval = await http_bot.approval(card)
    click = http_bot.ws.bob.click_payload(card.message, "approval:approve")
    http_bot.ws.slack.state.channels[card.thread.channel].members.pop(http_bot.ws.bob.id)
    await http_bot.ws.bob.clicks_raw(click)
    assert (await stored(http_bot, approval)).version == 2


@pytest.mark.parametrize("call", ["users.info", "conversations.info", "conversations.members"])
@pytest.mark.parametrize("fault", [ApiFault.SERVER_ERROR, ApiFault.ERROR])
async def test_nobody_decides_while_slack_does_not_say(http_bot: Bot, call: str, fault: ApiFault) -> None:
    _, card = await card_in_private_channel(http_bot)
    approval = await http_bot.approval(card)
    more: dict[str, Any] = {"error": "missing_scope"} if fault is ApiFault.ERROR else {}
    http_bot.ws.faults.on_call(call, fault, times=3, **more)
    await card.approve(by=http_bot.ws.bob)
    await http_bot.ws.bob.sees_ephemeral("Nothing was changed")
    assert (await stored(http_bot, approval)).version == 1


async def test_retrying_a_step_takes_somebody_who_sees_the_channel(http_bot: Bot) -> None:
    channel = http_bot.ws.add_channel("board", [http_bot.ws.alice, http_bot.ws.bob], private=True)
    thread = await http_bot.ws.alice.mentions("please", channel=channel)
    await http_bot.posts(thread, OutgoingKind.FAILURE, {"text": "It broke.", "error_id": "abc12345"})
    failure = await thread.card()
    click = http_bot.ws.bob.click_payload(failure.message, "run:retry")
    http_bot.ws.slack.state.channels[channel].members.pop(http_bot.ws.bob.id)

    await http_bot.ws.bob.clicks_raw(click)

    assert [row for row in await http_bot.outstanding(thread) if row.kind is InboundKind.RETRY] == []


MESSAGE = {
    "type": "message",
    "channel": "C1",
    "user": "U2",
    "text": "approve",
    "ts": "2.0",
    "thread_ts": "1.0",
}


@pytest.mark.parametrize(
    "trace",
    [
        {"bot_id": "B2"},
        {"app_id": "A2"},
        {"bot_profile": {"id": "B2"}},
        {"workflow_id": "Wf1"},
        {"workflow": {"id": "Wf1"}},
        {"subtype": "bot_message"},
        {"user": "U1"},
        {"user": "USLACKBOT"},
    ],
)
def test_a_message_with_any_trace_of_a_bot_is_nobodys(trace: dict[str, Any]) -> None:
    assert message_from(MESSAGE, "Ev1", OURS) is not None
    assert message_from(MESSAGE | trace, "Ev1", OURS) is None
    if "subtype" not in trace and "user" not in trace:
        changed = {"type": "message", "subtype": "message_deleted", "channel": "C1", "event_ts": "3.0"}
        assert revision_from(changed | {"previous_message": MESSAGE}, "Ev2", OURS) is not None
        assert revision_from(changed | {"previous_message": MESSAGE | trace}, "Ev2", OURS) is None


@pytest.mark.parametrize("harmless", [{"app_id": None}, {"bot_id": ""}, {"client_msg_id": "x"}])
def test_a_message_without_such_a_trace_is_a_persons(harmless: dict[str, Any]) -> None:
    assert message_from(MESSAGE | harmless, "Ev1", OURS) is not None


@pytest.mark.parametrize("change", ["deleted", "is_restricted", "removed"])
async def test_whoever_was_a_member_a_moment_ago_starts_nothing_with_a_form(
    either_bot: Bot, change: str
) -> None:
    bot = either_bot
    bob = bot.ws.bob
    channel = bot.ws.add_channel("board", [bot.ws.alice, bob], private=True)
    thread = await bot.ws.alice.mentions("order:", channel=channel)
    await bot.posts(thread, OutgoingKind.START_FORM, {"graph": "order"})
    start = await thread.card()
    click = bob.click_payload(start.message, "start:open")
    view = await start.form("start:open", bob)

    if change == "removed":
        bot.ws.slack.state.channels[channel].members.pop(bob.id)
    else:
        users: dict[str, User] = bot.ws.slack.state.users
        users[bob.id] = replace(
            users[bob.id], deleted=change == "deleted", is_restricted=change == "is_restricted"
        )
    sent = await bob.submits(view, {"/name": "tea", "/count": "3"})
    assert sent.outcome == "updated"
    await bob.closes(view)
    await bob.clicks_raw(click)

    assert InboundKind.FORM not in [row.kind for row in await bot.outstanding(thread)]
    assert bob.modal is None
