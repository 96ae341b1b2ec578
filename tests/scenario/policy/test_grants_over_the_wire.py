"""“Approve and don't ask again”, through Slack's wire, both ways: given, used, listed, revoked."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest_asyncio

from countersign.testing.cards import ApprovalCard, approval_card
from slack_local.people.threads import Thread
from tests.scenario.policy.governing import open_governed
from tests.support.place import Place
from tests.support.stage import Stage

POLICY = """
[[rule]]
name = "small payments"
action = "pay"
when = "args.amount < 100"
approvers = [{group = "@finance"}]
requester_may_decide = false
confirm = "Is the invoice there?"
summary = "Pay {amount} to {iban}"
redact = ["/iban"]
grant = {for = "1h", scope = "requester", max_uses = 2}

[[rule]]
name = "payments"
action = "pay"
approvers = [{group = "@finance"}]
redact = ["/iban"]

[[rule]]
name = "posts"
action = "post"
grant = {for = "2h30m", scope = "thread"}

[[rule]]
name = "mail"
action = "mail"
grant = {for = "1h", scope = "thread"}

[[rule]]
name = "two people"
action = "deploy"
quorum = 2
grant = {for = "1h"}

[[rule]]
name = "read only"
action = "read"
auto = "approve"
redact = ["/path"]
summary = "Read {path}"
"""
IBAN = "DE02120300000000202051"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def governed(place: Place) -> AsyncIterator[Stage]:
    """A bot under this policy: bob is in finance, carol asks."""
    async with open_governed(place, POLICY, unsaid=[IBAN]) as stage:
        yield stage


async def asks(stage: Stage, action: str, **args: Any) -> Thread:
    return await stage.asks({"ask": {"type": "tool_approval", "name": action, "args": args}})


async def card_for(stage: Stage, action: str, **args: Any) -> ApprovalCard:
    return await approval_card(await asks(stage, action, **args), limit=20)


def grant_button(card: ApprovalCard) -> dict[str, Any]:
    elements = [e for block in card.message.blocks for e in block.get("elements", ())]
    return next(e for e in elements if e.get("action_id") == "approval:grant")


async def gives_grant(stage: Stage, card: ApprovalCard) -> None:
    await card.click("approval:grant", by=stage.ws.bob)
    assert await stage.resumed(card.thread) == {"type": "approve"}
    await card.closes(limit=20)


async def test_a_grant_approves_what_it_covers_and_no_more(governed: Stage) -> None:
    bob = governed.ws.bob
    first = await card_for(governed, "pay", amount=5, iban=IBAN)
    button = grant_button(first)
    assert button["text"]["text"] == "Approve and don't ask again for 1 hour"
    question = button["confirm"]["text"]["text"]
    assert question.startswith("Is the invoice there?\nAlso approves “pay” from the same requester")
    assert (
        "for 1 hour, at most 2 times, while the rule “small payments” applies (args.amount < 100)" in question
    )

    await first.click("approval:grant", by=governed.ws.carol)
    await governed.ws.carol.sees_ephemeral("You asked for this")
    await gives_grant(governed, first)
    told = await first.thread.wait_for("gave a grant", limit=20)
    assert (
        "“pay” for the same requester under the rule “small payments” is not asked about until" in told.text
    )
    assert "at most 2 times" in told.text

    for left in (1, 0):
        thread = await asks(governed, "pay", amount=6, iban=IBAN)
        assert await governed.resumed(thread) == {"type": "approve"}
        line = await thread.wait_for("'s grant, ", limit=20)
        assert line.text.startswith("Approved by ")
        assert f"{left} of 2 uses left, until <!date^" in line.text
        assert line.text.endswith(": “Pay 6 to Redacted”")
        assert thread.cards() == []
        assert [event for event, _ in governed.ledger(thread)] == [
            "opened",
            "grant_used",
            "decided",
            "resumed",
        ]

    used_up = await card_for(governed, "pay", amount=6, iban=IBAN)
    large = await card_for(governed, "pay", amount=100, iban=IBAN)
    assert "approval:grant" not in large.actions
    for card in (used_up, large):
        await card.approve(by=bob)
        assert await governed.resumed(card.thread) == {"type": "approve"}
    listed = await bob.runs("/approvals grants")
    assert "*Used up* · used 2 of 2 times" in listed.text
    stored = governed.rows("SELECT json_agg(g)::text FROM countersign.grants g")
    assert IBAN not in str(stored)
    kept = governed.rows("SELECT event, detail::text FROM countersign.ledger")
    assert [event for event, detail in kept if IBAN in str(detail)] == []


async def test_it_is_listed_and_revoked_with_its_button_and_by_its_id(governed: Stage) -> None:
    ws = governed.ws
    for how in ("button", "command"):
        card = await card_for(governed, "post", text=how)
        assert grant_button(card)["text"]["text"] == "Approve and don't ask again for 2 hours 30 minutes"
        assert (
            "in this thread, without asking, for 2 hours 30 minutes, while the rule “posts” applies, whatever"
            in (grant_button(card)["confirm"]["text"]["text"])
        )
        await gives_grant(governed, card)

        listed = await ws.carol.runs("/approvals grants")
        assert "*post* in <" in listed.text, "it acts for carol's requests"
        assert "used 0 times" in listed.text
        assert "*post*" not in (await ws.alice.runs("/approvals grants")).text
        grant_id = governed.rows(
            "SELECT id::text FROM countersign.grants WHERE thread_id = %s", card.thread.id
        )[0][0]
        assert f"`{grant_id[:8]}`" in listed.text

        assert "no grant of yours" in (await ws.alice.runs(f"/approvals grants revoke {grant_id}")).text
        if how == "command":
            answer = await ws.bob.runs(f"/approvals grants revoke {grant_id[:8]}")
            assert (
                answer.text == "Revoked: “post” in this thread under the rule “posts” is asked about again."
            )
        else:
            await ws.bob.runs("/approvals grants")
            shown = await ws.bob.sees_ephemeral("*post* in <")
            await ws.bob.clicks(shown, "grant:revoke")
            await ws.bob.sees_ephemeral("Revoked: “post”")
        await card.thread.wait_for("revoked ", limit=20)
        assert "is revoked already" in (await ws.bob.runs(f"/approvals grants revoke {grant_id}")).text

        again = {"ask": {"type": "tool_approval", "name": "post", "args": {"text": "more"}}}
        await ws.carol.replies(card.thread, json.dumps(again))
        await (await approval_card(card.thread, limit=20)).reject(by=ws.bob)
        events = [event for event, _ in governed.ledger(card.thread)]
        assert events[:5] == ["opened", "grant_given", "decided", "resumed", "grant_revoked"]


async def test_where_two_have_to_agree_there_is_no_such_button(governed: Stage) -> None:
    card = await card_for(governed, "deploy", tag="v1")
    assert "approval:approve" in card.actions
    assert "approval:grant" not in card.actions


async def test_who_left_is_behind_no_grant_and_is_asked_for_again(governed: Stage) -> None:
    ws = governed.ws
    dora = ws.add_person("dora")
    card = await card_for(governed, "mail", to="ann")
    await card.click("approval:grant", by=dora)
    assert await governed.resumed(card.thread) == {"type": "approve"}
    ws.slack.state.users[dora.id] = replace(dora.user, deleted=True)

    wish = {"ask": {"type": "tool_approval", "name": "mail", "args": {"to": "bo"}}}
    await ws.carol.replies(card.thread, json.dumps(wish))

    again = await approval_card(card.thread, limit=20)
    await again.reject(by=ws.bob)
    assert "grant_used" not in [event for event, _ in governed.ledger(card.thread)]


async def test_what_a_rule_decides_is_one_line_that_shows_nothing_redacted(governed: Stage) -> None:
    thread = await asks(governed, "read", path="/etc/shadow")
    assert await governed.resumed(thread) == {"type": "approve"}
    line = await thread.wait_for("Approved by the rule “read only”", limit=20)
    assert line.text == "Approved by the rule “read only”: “Read Redacted”"
    assert thread.cards() == []
    assert [event for event, _ in governed.ledger(thread)] == ["opened", "decided", "resumed"]


async def test_how_it_is_used_is_said_where_it_is_not_understood(governed: Stage) -> None:
    for text in ("/approvals grants please", "/approvals grants revoke"):
        assert "`/approvals grants revoke ID` revokes one." in (await governed.ws.bob.runs(text)).text
    assert "You have no grants." in (await governed.ws.alice.runs("/approvals grants")).text
