"""Somebody decides in the place of whoever is away, through Slack's wire, both ways."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.scenario.policy.governing import DirectMessages, asked, open_governed, resumed, shows
from tests.support.place import Place
from tests.support.stage import Stage

POLICY = """
[[rule]]
name = "money"
action = "pay"
approvers = [{group = "@finance"}, {group = "@legal"}]
requester_may_decide = false
notify = "approvers"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(place: Place) -> AsyncIterator[Stage]:
    """Bob is in finance, alice in legal, carol asks; dora and erin are in neither."""

    def groups(stage: Stage) -> None:
        stage.ws.add_user_group("finance", [stage.ws.bob])
        stage.ws.add_user_group("legal", [stage.ws.alice])

    async with open_governed(place, POLICY, groups=groups) as stage:
        yield stage


async def test_a_delegate_is_notified_decides_for_who_is_away_and_the_ledger_has_both(office: Stage) -> None:
    ws = office.ws
    dora = ws.add_person("dora")
    answer = await ws.bob.runs(f"/approvals delegate <@{dora.id}|dora> until friday for @finance")
    assert "decides in your place for @finance" in answer.text
    messages = DirectMessages(office, dora.direct())
    await messages.saying("asked you to decide in their place for @finance", "away")

    card = await asked(office, "pay")
    await messages.saying("Your approval is needed", "Pay")
    await card.approve(by=dora)
    await shows(card, f"<@{dora.id}> for <@{ws.bob.id}> :white_check_mark: · still needed: one of @legal")
    await card.approve(by=ws.alice)
    assert await resumed(office, card.thread) == {"type": "approve"}
    await card.closes(limit=20)
    assert f"*Approved* by <@{dora.id}> for <@{ws.bob.id}> and <@{ws.alice.id}>" in card.text

    ((voted,),) = office.rows(
        "SELECT detail FROM countersign.ledger WHERE thread_id = %s AND event = 'voted'", card.thread.id
    )
    used = voted["rows"]["0"]["on_behalf_of"][dora.id]
    assert used["user"] == ws.bob.id
    started = office.rows(
        "SELECT event, actor_id, detail FROM countersign.ledger WHERE approval_id = %s", used["delegation"]
    )
    assert [(event, actor) for event, actor, _ in started] == [("delegation_started", ws.bob.id)]

    assert "Stopped." in (await ws.bob.runs("/approvals delegate stop")).text
    await messages.saying("is back", "for @finance")
    again = await asked(office, "pay")
    await again.approve(by=dora)
    await dora.sees_ephemeral("Only @finance and @legal can decide this.")


async def test_a_requester_hands_their_seat_to_nobody_for_their_own_request(office: Stage) -> None:
    ws = office.ws
    erin = ws.add_person("erin")
    finance = next(group for group in ws.slack.state.user_groups.values() if group.handle == "finance")
    finance.members.append(ws.carol.id)
    await ws.carol.runs(f"/approvals delegate <@{erin.id}> for 1h")
    card = await asked(office, "pay")
    await card.approve(by=erin)
    await erin.sees_ephemeral("You decide for")
    assert [event for event, _ in office.ledger(card.thread)] == ["opened", "refused"]
    await ws.carol.runs("/approvals delegate stop")


async def test_a_card_is_passed_to_a_colleague_who_is_notified(office: Stage) -> None:
    ws = office.ws
    card = await asked(office, "pay")
    assert (await card.ask_someone_else(ws.bob, ws.alice.id, "your customer")).outcome == "closed"
    await shows(card, f"<@{ws.bob.id}> asked <@{ws.alice.id}>: your customer")
    await DirectMessages(office, ws.alice.direct()).saying("You were asked to decide", "your customer")
    await card.approve(by=ws.alice)
    await card.approve(by=ws.bob)
    assert await resumed(office, card.thread) == {"type": "approve"}
    events = [event for event, _ in office.ledger(card.thread)]
    assert events == ["opened", "referred", "voted", "decided", "resumed"]
