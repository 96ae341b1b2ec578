"""One's own settings on the Home tab: quiet hours, delegation, grants. And `/approvals history`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from countersign.approvals.json import Json
from countersign.approvals.policy.rule import GrantOffer, Rule
from tests.slack.conftest import Bot
from tests.slack.home.test_home import home_of, press, saying


@pytest.fixture(autouse=True)
async def homes_follow(bot: Bot) -> AsyncIterator[None]:
    """A worker's round: what changes while a tab is on its way to Slack is published by the next one."""

    async def follow() -> None:
        while True:
            await bot.context.home_tabs.publish_stale()
            await asyncio.sleep(0.1)

    following = asyncio.create_task(follow())
    yield
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


TOOL: Json = {"type": "tool_approval", "name": "post_message", "args": {"channel": "#ops"}}


async def test_quiet_hours_are_set_changed_and_turned_off(bot: Bot) -> None:
    bob, team = bot.ws.bob, bot.context.workspace.team
    await home_of(bob, "Direct messages come at any time")
    await press(bob, "home:quiet")
    form = await bob.modal_opens(title="Quiet hours")
    same = await bob.submits(form, {"/begins": "21:00", "/ends": "21:00"})
    assert "at the same time" in same.errors["/ends"]
    assert (await bob.submits(form, {"/begins": "21:00", "/ends": "07:30"})).outcome == "closed"
    await bob.home_shows(saying("No direct messages from 21:00 to 07:30"))
    stored = await bot.context.quiet_hours.quiet_hours(team, bob.id)
    assert stored is not None
    assert stored.zone == (await bot.context.client.users.time_zone(bob.id)).key

    await press(bob, "home:quiet:off")
    await bob.home_shows(saying("Direct messages come at any time"))
    assert await bot.context.quiet_hours.quiet_hours(team, bob.id) is None


async def test_somebody_delegates_and_stops_there(bot: Bot) -> None:
    ws = bot.ws
    await home_of(ws.bob, "Nobody decides in your place")
    await press(ws.bob, "home:delegate")
    form = await ws.bob.modal_opens(title="Delegate")
    until = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    refused = await ws.bob.submits(form, {"/person": ws.gus.id, "/until": until})
    assert refused.outcome == "updated"
    assert refused.view is not None
    await ws.bob.closes(refused.view)

    await press(ws.bob, "home:delegate")
    form = await ws.bob.modal_opens(title="Delegate")
    assert (await ws.bob.submits(form, {"/person": ws.alice.id, "/until": until})).outcome == "closed"
    await ws.bob.home_shows(saying(f"<@{ws.alice.id}> decides in your place"))
    await home_of(ws.alice, f"You decide in the place of <@{ws.bob.id}>")

    await press(ws.bob, "home:delegate:stop")
    await ws.bob.home_shows(saying("Nobody decides in your place"))


async def test_what_a_command_delegates_is_on_both_home_tabs(bot: Bot) -> None:
    ws = bot.ws
    await home_of(ws.bob, "Nobody decides in your place")
    await home_of(ws.alice, "Nobody decides in your place")
    await ws.bob.runs(f"/approvals delegate <@{ws.alice.id}> for 3d")
    await ws.bob.home_shows(saying(f"<@{ws.alice.id}> decides in your place"))
    await ws.alice.home_shows(saying(f"You decide in the place of <@{ws.bob.id}>"))
    await ws.bob.runs("/approvals delegate stop")
    await ws.bob.home_shows(saying("Nobody decides in your place"))


async def test_a_grant_is_listed_and_revoked_there(bot: Bot) -> None:
    ws = bot.ws
    offer = GrantOffer(lasts=timedelta(hours=1))
    card = await bot.asks(TOOL, rules=(Rule(name="posts", grant=offer),))
    await home_of(ws.bob, "Waiting for you (1)")
    await press(ws.bob, "approval:grant")
    await card.closes()
    # The policy file has no such rule, which is said beside the grant.
    await ws.bob.home_shows(saying("Approved without asking", "*post_message*", "Without effect"))
    await press(ws.bob, "grant:revoke")
    await ws.bob.home_shows(lambda view: "Approved without asking" not in str(view.definition))


async def test_history_lists_what_was_decided_the_latest_first_with_pages(bot: Bot) -> None:
    ws = bot.ws
    assert "Nothing that you asked for" in (await ws.bob.runs("/approvals history")).text
    thread = await ws.carol.mentions("please")
    for number in range(12):
        action: Json = {"type": "tool_approval", "name": f"step{number}", "args": {}}
        card = await bot.asks(action, thread=thread)
        await (card.approve(by=ws.bob) if number % 2 else card.reject(by=ws.bob, reason="no"))
        await card.closes()

    answer = await ws.bob.runs("/approvals history")
    assert ":white_check_mark: *Approved* by" in answer.text
    assert ":no_entry: *Rejected* by" in answer.text
    assert answer.text.index("|Step11>") < answer.text.index("|Step2>")
    assert "|Step1>" not in answer.text
    shown = await ws.bob.sees_ephemeral("|Step11>")
    await ws.bob.clicks(shown, "history:page:1")
    assert "|Step0>" in (await ws.bob.sees_ephemeral("|Step1>")).text

    assert "|Step11>" in (await ws.carol.runs("/approvals history")).text, "she asked for it"
    assert "Nothing that you asked for" in (await ws.alice.runs("/approvals history")).text


async def test_history_says_of_each_what_its_card_says(bot: Bot) -> None:
    ws = bot.ws
    question = await bot.asks("Which environment?")
    await question.answer(ws.bob, "staging")
    draft = await bot.asks(TOOL)
    await draft.edit(ws.bob, {"/channel": "#general"})
    refused = await bot.asks("Which colour?")
    await refused.cancel_run(ws.bob)
    for card in (question, draft, refused):
        await card.closes()

    text = (await ws.bob.runs("/approvals history")).text
    assert ":speech_balloon: *Answered* by" in text
    assert ":pencil2: *Edited and approved* by" in text
    assert ":no_entry_sign: *Run cancelled* by" in text
    assert "*Approved*" not in text


async def test_help_names_every_subcommand(bot: Bot) -> None:
    told = (await bot.ws.bob.runs("/approvals help")).text
    for word in ("history", "delegate", "grants", "review"):
        assert f"`/approvals {word}" in told
