"""Whoever acts is answered in the language of their Slack; what many read is in the workspace's."""

import json
import re
from collections.abc import AsyncIterator

import pytest_asyncio

from countersign.i18n import _, reader_language
from slack_local.people.person import Person
from tests.scenario.policy.governing import DirectMessages
from tests.support.place import Place
from tests.support.stage import Stage, open_stage

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}
GUESTS = "Guests can't decide approvals. Ask a full member."
PAY = {"question": "Pay?", "amount": 3, "urgent": True}
POLICY = """
[[rule]]
name = "everything"
approvers = [{group = "@signers"}]
notify = "approvers"
"""


def korean(text: str) -> str:
    with reader_language("ko"):
        assert _(text) != text
        return _(text)


async def person(stage: Stage, name: str, **more: bool) -> Person:
    known = stage.ws.people.get(name)
    return known or stage.ws.add_person(name, locale="ko-KR", **more)


async def test_a_refusal_is_in_the_language_of_whoever_is_refused(either: Stage) -> None:
    card = await either.card(RISKY)
    guest = await person(either, "minjun", is_restricted=True)

    await card.approve(by=guest)

    await guest.sees_ephemeral(lambda each: each.text == korean(GUESTS))
    await card.approve(by=either.ws.bob)


async def test_the_card_stays_in_the_workspaces_language_whoever_decides(either: Stage) -> None:
    card = await either.card(RISKY)
    member = await person(either, "jisoo")

    await card.approve(by=member)

    assert "Approved" in (await card.closes()).text


async def test_a_form_is_in_the_language_of_whoever_opens_it(either: Stage) -> None:
    card = await either.card(PAY)
    member = await person(either, "haeun")

    view = await card.form("approval:reject", by=member)

    shown = json.dumps(view.definition, ensure_ascii=False)
    for text in ("Reason", "Reject", "Kept with the decision. The graph isn't told the reason."):
        assert korean(text) in shown
    await card.approve(by=either.ws.bob)
    assert "Approved" in (await card.closes()).text


async def test_what_is_wrong_at_a_field_is_said_in_the_language_of_whoever_typed_it(either: Stage) -> None:
    schema = {"type": "object", "properties": {"ticket": {"type": "string", "format": "uuid"}}}
    card = await either.card({"question": "Which ticket?"}, schema)
    member = await person(either, "haeun")

    view = await card.form("approval:respond", by=member)
    refused = await member.submits(view, {"/ticket": "x"})

    assert refused.errors == {"/ticket": korean("This is not a valid UUID.")}
    taken = await member.submits(view, {"/ticket": "5f0c7e5e-9a3a-4a66-8d2b-6a1d0a6c9a11"})
    assert taken.outcome == "closed"


async def test_a_list_and_the_history_are_in_the_language_of_whoever_asks_for_them(either: Stage) -> None:
    card = await either.card(RISKY)
    member = await person(either, "yuna")
    listed = await member.runs("/approvals")
    assert korean("*{count} waiting for you:*").partition("{count}")[0] in listed.text
    assert korean("Reject") in json.dumps(listed.payload, ensure_ascii=False)
    await card.approve(by=member)
    await either.resumed(card.thread)

    history = (await member.runs("/approvals history")).text
    assert korean("*Recently decided* among your requests and votes:") in history
    assert korean("Approved") in history
    assert "*Recently decided*" in (await either.ws.carol.runs("/approvals history")).text


async def test_help_is_in_the_language_of_whoever_asks_for_it(either: Stage) -> None:
    member = await person(either, "yuna")
    for command in ("/approvals help", "/approvals nonsense", "/agent help", "/agent graphs"):
        own, english = (await member.runs(command)).text, (await either.ws.carol.runs(command)).text
        assert own != english
        assert re.search("[가-힣]", own)
        assert not re.search("[가-힣]", english)
    assert "/approvals history" in (await member.runs("/approvals help")).text


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def korean_stage(place: Place) -> AsyncIterator[Stage]:
    async with open_stage(place.folder, place.url, mode=place.mode) as stage:
        stage.ws.add_user_group("signers", [stage.ws.bob, await person(stage, "seoyeon")])
        (place.folder / "approvals.toml").write_text(POLICY)
        policy = str(place.folder / "approvals.toml")
        async with stage.bot(BOT_LANGUAGE="ko", POLICY_FILE=policy) as bot:
            yield stage
            assert await bot.stop() == 0, bot.said


async def test_in_a_korean_workspace_cards_and_notes_are_korean(korean_stage: Stage) -> None:
    card = await korean_stage.card(PAY)
    shown = json.dumps(card.message.blocks, ensure_ascii=False)
    assert korean("Approve") in shown
    assert korean("Yes") in shown
    assert korean("one of {sources}").format(sources="@signers", count=1) in shown

    await card.reject(korean_stage.ws.bob, "너무 많아요")

    said = korean("Rejected by {by}: “{title}”.").format(by="bob", title="Pay?")
    note = await card.thread.wait_for(said, limit=15)
    assert korean("Reason: {reason}").format(reason="너무 많아요") in note.text
    assert "Rejected" not in json.dumps(card.message.blocks, ensure_ascii=False)


async def test_a_direct_message_is_in_the_language_of_its_reader(korean_stage: Stage) -> None:
    ws = korean_stage.ws
    card = await korean_stage.card(PAY)

    await DirectMessages(korean_stage, ws.bob.direct()).saying("Your approval is needed", "Pay?")
    hers = DirectMessages(korean_stage, ws.people["seoyeon"].direct())
    await hers.saying(korean("Your approval is needed"), "Pay?")
    await card.approve(by=ws.bob)
