"""An Enterprise Grid organisation installs the app once for its workspaces: they stay apart all the same."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from countersign.testing.cards import approval_card
from slack_local.model.records import User, new_id
from slack_local.model.slack import Organisation
from slack_local.people.person import Person
from slack_local.people.threads import Thread
from slack_local.workspace import LocalWorkspace
from tests.support.place import Place
from tests.support.processes.bots import printed_on_failure, until
from tests.support.several_workspaces import (
    FIRST,
    NOT_ACKNOWLEDGED,
    SECOND,
    Browser,
    TwoWorkspaces,
    two_workspaces,
)

ORGANISATION = "E0GRID0001"


def as_in_a_grid(first: LocalWorkspace, second: LocalWorkspace) -> None:
    """Everybody is in both workspaces, and no two channels have the same id."""
    for ws in (first, second):
        state = ws.slack.state
        for user in list(state.users.values()):
            if not user.is_stranger:
                state.users[user.id] = replace(user, teams=(FIRST, SECOND))
    for channel in list(second.slack.state.channels.values()):
        if not channel.is_direct:
            second.slack.state.change_channel_id(channel, new_id("C"))


def person_of_second(both: TwoWorkspaces) -> Person:
    """A member of the second workspace alone, who is in the first one's channels that both share."""
    wanda = both.second.add_person("wanda", id=new_id("W"), teams=(SECOND,))
    user: User = wanda.user
    state = both.first.slack.state
    state.users[user.id] = user
    for channel in state.channels.values():
        if not channel.is_direct:
            channel.members[user.id] = None
    there = Person(both.first.slack, both.first.delivery, user)
    both.first.people["wanda"] = there
    return there


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def grid(place: Place) -> AsyncIterator[TwoWorkspaces]:
    """Two workspaces of an organisation that installed the app for both."""
    organisation = Organisation(ORGANISATION, "Acme", [FIRST, SECOND])
    async with two_workspaces(
        place.folder, place.url, mode=place.mode, organisation=organisation, INSTALL_WORKSPACES=ORGANISATION
    ) as both:
        as_in_a_grid(both.first, both.second)
        with printed_on_failure(both.bot):
            status, page = await Browser(both.bot).install(ORGANISATION)
            assert status == 200, page
            yield both


async def asks(person: Person, tool: str = "wipe", channel: str = "#general") -> Thread:
    risky = {"type": "tool_approval", "name": tool, "args": {"disk": "sda"}}
    return await person.mentions(f"ask: {json.dumps({'ask': risky})}", channel=channel)


def threads(both: TwoWorkspaces, thread: Thread) -> list[str]:
    found = both.rows(
        "SELECT id FROM countersign.threads WHERE id LIKE %s", f"%/{thread.channel}/{thread.ts}"
    )
    return [team.split("/")[0] for (team,) in found]


def statuses(both: TwoWorkspaces, thread: Thread) -> list[str]:
    like = f"%/{thread.channel}/{thread.ts}"
    found = both.rows("SELECT status FROM countersign.approvals WHERE thread_id LIKE %s", like)
    return [status for (status,) in found]


async def test_one_installation_serves_each_workspace_on_its_own(grid: TwoWorkspaces) -> None:
    assert grid.rows("SELECT id, enterprise_id FROM countersign.installations") == [
        (ORGANISATION, ORGANISATION)
    ]
    for ws in (grid.first, grid.second):
        thread = await asks(ws.carol)
        card = await approval_card(thread)
        await card.click("approval:approve", by=ws.bob)
        await thread.wait_for("Resumed.", limit=15)
        assert threads(grid, thread) == [ws.slack.team]


async def test_a_form_whose_payload_names_the_organisation_alone_reaches_its_card(
    grid: TwoWorkspaces,
) -> None:
    """Slack puts the organisation's id where a modal's workspace would be."""
    thread = await asks(grid.second.carol)
    card = await approval_card(thread)
    await card.click("approval:reject", by=grid.second.bob)
    form = await grid.second.bob.modal_opens()
    submitted = await grid.second.bob.submits(form, {"/message": "not today"})
    assert submitted.outcome == "closed"
    await thread.wait_for("Resumed.", limit=15)

    def outcomes() -> set[str]:  # what the bot itself wrote is still on its way to it
        return {attempt.outcome for attempt in grid.second.log.attempts()}

    await until(lambda: "sent" not in outcomes(), lambda: f"the end of all attempts: {outcomes()}")
    assert outcomes() == {"acknowledged"}


async def test_a_person_of_another_workspace_of_the_organisation_decides_nothing(grid: TwoWorkspaces) -> None:
    """In a channel that both share: what she does is about the thread, and the thread is the first one's."""
    wanda = person_of_second(grid)
    thread = await asks(grid.first.carol)
    card = await approval_card(thread)
    clicked = await wanda.clicks_raw(wanda.click_payload(card.message, "approval:approve"))
    assert clicked.error is None
    notice = await wanda.sees_ephemeral(lambda seen: "workspace" in seen.text)
    assert "other workspaces can't decide" in notice.text
    await wanda.replies(thread, "approve")
    await grid.first.delivery.idle()
    assert threads(grid, thread) == [FIRST]
    assert statuses(grid, thread) == ["pending"]

    await card.click("approval:approve", by=grid.first.bob)
    await thread.wait_for("Resumed.", limit=15)


async def test_a_direct_message_belongs_to_one_workspace(grid: TwoWorkspaces) -> None:
    """Direct messages are the organisation's."""
    direct = grid.first.slack.state.directs[frozenset((grid.first.slack.app.bot_user, grid.first.carol.id))]
    thread = await grid.first.carol.says(direct, f"ask: {json.dumps({'ask': 'May I?'})}")
    await thread.wait_for("May I?", limit=15)
    assert threads(grid, thread) == [FIRST]


async def test_a_workspace_that_the_app_was_taken_from_is_closed_and_the_other_goes_on(
    grid: TwoWorkspaces,
) -> None:
    cards = [await approval_card(await asks(ws.carol)) for ws in (grid.first, grid.second)]
    stays, gone = cards
    grid.app.grant(FIRST)
    await until(
        lambda: statuses(grid, gone.thread) == ["withdrawn"] or None, lambda: str(grid.bot.said[-3000:])
    )
    await stays.click("approval:approve", by=grid.first.bob)
    await stays.thread.wait_for("Resumed.", limit=15)
    refused = await grid.second.bob.clicks_raw(
        grid.second.bob.click_payload(gone.message, "approval:approve")
    )
    assert refused.error == NOT_ACKNOWLEDGED[grid.second.mode]

    grid.app.grant(FIRST, SECOND)
    await until(
        lambda: (
            grid.rows("SELECT 1 FROM countersign.organisation_workspaces WHERE team = %s", SECOND) or None
        ),
        lambda: grid.bot.said,
    )
    again = await approval_card(await asks(grid.second.carol))
    await again.click("approval:approve", by=grid.second.bob)
    await again.thread.wait_for("Resumed.", limit=15)
