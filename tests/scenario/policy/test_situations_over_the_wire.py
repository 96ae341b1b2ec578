"""The situations of docs/policy.md, each with the page's own text, through Slack's wire, both ways.

What they mean to the rules is in tests/approvals/policy/test_policy_page.py; here people press the buttons.
The freeze at the weekend has a file of its own.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from countersign.testing.cards import ApprovalCard, approval_card
from slack_local.model.records import UserGroup
from slack_local.payloads.events import event_body
from slack_local.people.person import Person
from tests.approvals.policy.test_policy_page import BLOCK, PAGE, SECTION, SITUATIONS
from tests.scenario.policy.governing import asked, calling, resumed, shows
from tests.support.bot_here import bot_here
from tests.support.place import Place
from tests.support.stage import Stage, open_stage

ELSEWHERE = {"A freeze at the weekend"}


def page_rules(title: str) -> str:
    """The rules of a situation as the page has them."""
    (body,) = [each["body"] for each in SECTION.finditer(PAGE.read_text()) if each["title"] == title]
    (rules,) = [each["text"] for each in BLOCK.finditer(body) if each["kind"] == "toml"]
    return rules


def policy(people: dict[str, Person]) -> str:
    """All of them in one file: `[defaults]` first, and the people of this workspace for those of the page."""
    titles = sorted(set(SITUATIONS) - ELSEWHERE, key=lambda title: title != "A one-person shop")
    text = "\n".join(map(page_rules, titles))
    for user, person in people.items():
        assert user in text
        text = text.replace(user, person.id)
    return text


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(place: Place) -> AsyncIterator[Stage]:
    """Bob is in most groups and runs the shop, alice leads and is a lawyer, ann and ben are of the board."""
    async with open_stage(place.folder, place.url, mode=place.mode) as stage:
        set_up(stage, place.folder)
        async with bot_here(stage, LANGGRAPH_CONFIG=str(place.folder / "office.json")):
            yield stage


def set_up(stage: Stage, folder: Path) -> None:
    ws = stage.ws
    board = {f"U0{name.upper()}": ws.add_person(name) for name in ("ann", "ben", "cem")}
    for name in ("release", "dba", "support", "security", "service-owners"):
        ws.add_user_group(name, [ws.bob])
    group(stage, "finance").members[:] = [ws.bob.id]
    ws.add_user_group("leads", [ws.alice, ws.bob])
    ws.add_user_group("legal", [ws.alice])
    ws.add_user_group("oncall", [ws.alice])
    config = json.loads(stage.config.read_text())
    config["graphs"]["contracts"] = config["graphs"]["ask"]
    (folder / "office.json").write_text(json.dumps(config))
    (folder / "approvals.toml").write_text(policy({**board, "U0ME": ws.bob}))


def group(stage: Stage, handle: str) -> UserGroup:
    return next(each for each in stage.ws.slack.state.user_groups.values() if each.handle == handle)


async def test_production_is_deployed_by_the_release_group_and_staging_by_anybody(office: Stage) -> None:
    ws = office.ws
    production = await asked(office, "deploy", environment="production")
    await production.approve(by=ws.alice)
    await ws.alice.sees_ephemeral("Only @release can decide this.")
    await production.approve(by=ws.bob)
    assert await resumed(office, production.thread) == {"type": "approve"}
    staging = await asked(office, "deploy", environment="staging")
    await staging.approve(by=ws.alice)
    assert await resumed(office, staging.thread) == {"type": "approve"}


async def test_a_large_refund_takes_finance_and_a_lead_and_a_small_one_nobody(office: Stage) -> None:
    ws = office.ws
    large = await asked(office, "refund", amount=1000, currency="EUR", customer="Dora")
    assert "Refund 1000 EUR to Dora" in large.text
    await large.approve(by=ws.bob)
    await shows(large, "*1 of 2*")
    await large.approve(by=ws.alice)
    assert await resumed(office, large.thread) == {"type": "approve"}
    small = await office.asks({"ask": calling("refund", amount=49.99)})
    assert await resumed(office, small) == {"type": "approve"}
    assert small.cards() == []


async def test_a_statement_that_writes_is_asked_about_and_its_editor_needs_a_colleague(office: Stage) -> None:
    bob = office.ws.bob
    reads = await office.asks({"ask": calling("run_sql", statement="SELECT 1")})
    assert await resumed(office, reads) == {"type": "approve"}
    card = await asked(office, "run_sql", statement="UPDATE orders SET paid = true")
    assert "Run this on the production database?" in str(card.message.blocks)
    await card.submit(
        "approval:edit",
        bob,
        {"/statement": "UPDATE orders SET paid = true WHERE id = 1", "reason": "WHERE"},
    )
    await shows(card, f"<@{bob.id}>")
    await card.click("approval:approve", by=bob)
    await bob.sees_ephemeral("You edited this last, so somebody else has to decide it.")


async def test_mail_to_a_customer_hides_the_address_and_waits_for_support(office: Stage) -> None:
    card = await asked(office, "send_email", to="dora@customer.org", text="Hello")
    assert "dora@customer.org" not in str(card.message.blocks)
    assert "Rejected if nobody answers" not in card.text
    await card.approve(by=office.ws.bob)
    assert await resumed(office, card.thread) == {"type": "approve"}
    ours = await office.asks({"ask": calling("send_email", to="bob@example.com", text="Hello")})
    assert await resumed(office, ours) == {"type": "approve"}


async def test_access_can_be_undone_before_it_is_given(office: Stage) -> None:
    card = await asked(office, "grant_access", to="carol")
    await card.approve(by=office.ws.bob)
    await shows(card, "Approved")
    assert "approval:undo" in card.actions
    await card.click("approval:undo", by=office.ws.bob)
    await card.thread.wait_until(
        lambda: "approval:approve" in card.actions or None, limit=20, what="the card to be open again"
    )
    assert office.noted(card.thread) == []


async def test_a_contract_takes_two_of_the_board_and_a_lawyer(office: Stage) -> None:
    ws = office.ws
    ann, ben = ws.people["ann"], ws.people["ben"]
    card = await contract(office)
    assert {"approval:edit", "approval:respond"}.isdisjoint(card.actions)
    for person, so_far in ((ann, "*1 of 3*"), (ben, "*2 of 3*")):
        await card.approve(by=person)
        await shows(card, so_far)
    await card.approve(by=ws.alice)
    assert await resumed(office, card.thread) == {"type": "approve"}

    card = await contract(office)
    await card.reject(by=ann, reason="too long")
    await shows(card, ":no_entry:")
    await card.reject(by=ws.alice, reason="not lawful")
    assert (await resumed(office, card.thread))["type"] == "reject"


async def contract(office: Stage) -> ApprovalCard:
    question = json.dumps({"ask": calling("sign_lease", months=12)})
    return await approval_card(await office.ws.carol.mentions(f"contracts: {question}"), limit=20)


async def test_the_owners_restart_while_their_group_has_somebody(office: Stage) -> None:
    ws = office.ws
    card = await asked(office, "restart_api")
    await card.approve(by=ws.alice)
    await ws.alice.sees_ephemeral("Only @service-owners can decide this.")
    owners = group(office, "service-owners")
    owners.members.clear()
    changed = {"type": "subteam_members_changed", "subteam_id": owners.id, "event_ts": "1.000100"}
    ws.delivery.events([event_body(ws.slack, changed)])
    await card.thread.wait_for("There is nobody who could decide", limit=20)  # it waits, and hears of it
    try:
        again = await asked(office, "restart_db")
        await again.thread.wait_for("There is nobody who could decide", limit=20)
        await again.approve(by=ws.alice)
        assert await resumed(office, again.thread) == {"type": "approve"}
    finally:
        owners.members.append(ws.bob.id)


async def test_short_posts_are_approved_by_a_grant_and_long_ones_asked_about(office: Stage) -> None:
    ws = office.ws
    card = await asked(office, "post_message", text="Hello")
    await card.click("approval:grant", by=ws.bob)
    await card.thread.wait_for("Resumed.", limit=20)
    await ws.carol.replies(card.thread, json.dumps({"ask": calling("post_message", text="x" * 500)}))
    long = await approval_card(card.thread, limit=20)
    assert "approval:grant" not in long.actions
    await long.reject(by=ws.bob)
    await ws.carol.replies(card.thread, json.dumps({"ask": calling("post_message", text="Again")}))
    await card.thread.wait_for("Approved by bob's grant", limit=20)


async def test_who_is_alone_decides_what_they_asked_for(office: Stage) -> None:
    ws = office.ws
    thread = await ws.bob.mentions(f"ask: {json.dumps({'ask': calling('pay', amount=3)})}")
    card = await approval_card(thread, limit=20)
    await card.approve(by=ws.carol)
    await ws.carol.sees_ephemeral("can decide this")
    await card.approve(by=ws.bob)
    assert await resumed(office, thread) == {"type": "approve"}
    read = await office.asks({"ask": calling("read_file", path="a")})
    assert await resumed(office, read) == {"type": "approve"}
