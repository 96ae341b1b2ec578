"""App Home and `/approvals`, with a bot process over Socket Mode and over HTTP."""

import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest_asyncio

from countersign.testing.cards import approval_card
from slack_local.model.records import View
from slack_local.people.person import Person
from slack_local.people.threads import Thread
from tests.scenario.policy.governing import asked, open_governed, resumed
from tests.support.place import Place
from tests.support.stage import Stage

POLICY = """
[[rule]]
name = "urgent"
action = "urgent"
expire_after = "2h"

[[rule]]
name = "soon"
action = "soon"
expire_after = "3d"

[[rule]]
name = "treasury"
action = "refund"
approvers = [{group = "@treasury"}]
requester_may_decide = false
reason = "reject"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def governed(place: Place) -> AsyncIterator[Stage]:
    """bob is in @treasury, carol asks."""
    async with open_governed(place, POLICY) as stage:
        yield stage


def saying(*texts: str) -> Callable[[View], bool]:
    return lambda view: all(text in str(view.definition["blocks"]) for text in texts)


async def press(person: Person, action_id: str, about: str) -> None:
    """Press a button of the Home tab, in the entry that says this."""
    view = person.home
    assert view is not None
    blocks = view.definition["blocks"]
    start = next(n for n, block in enumerate(blocks) if about in str(block))
    block = next(
        b for b in blocks[start:] if any(e.get("action_id") == action_id for e in b.get("elements", ()))
    )
    pressed = await person.clicks(view, action_id, block["block_id"])
    assert pressed.error is None


def decided_via(stage: Stage, thread: Thread) -> str:
    """Where the ledger says that the only approval of this thread was decided."""
    ((via,),) = stage.rows(
        "SELECT detail ->> 'via' FROM countersign.ledger WHERE thread_id = %s AND event = 'decided'",
        thread.id,
    )
    return str(via)


async def test_home_follows_what_waits_and_decides_it(governed: Stage) -> None:
    ws = governed.ws
    await ws.bob.opens_home()
    await ws.bob.home_shows(saying("Nothing waits for you"), limit=20)

    card = await asked(governed, "refund", amount=129.9)
    began = time.monotonic()
    await ws.bob.home_shows(saying("Waiting for you (1)", "Requested by", "129.90", "Rule: treasury"))
    assert time.monotonic() - began < 2
    await ws.alice.opens_home()
    await ws.alice.home_shows(saying("Nothing waits for you"))
    await ws.carol.opens_home()
    await ws.carol.home_shows(saying("Asked by you (1)"))

    await press(ws.bob, "approval:approve", "Refund")
    assert (await resumed(governed, card.thread)) == {"type": "approve"}
    assert "Approved by bob" in (await card.closes(limit=20)).text
    await ws.bob.home_shows(saying("Nothing waits for you", "Recently decided", "*Approved*"))
    await ws.carol.home_shows(saying("Recently decided", "*Approved*"))
    assert [event for event, _ in governed.ledger(card.thread)] == ["opened", "decided", "resumed"]
    assert decided_via(governed, card.thread) == "home"


async def test_an_approver_who_cannot_see_the_private_channel_is_shown_nothing_until_they_are_in_it(
    governed: Stage,
) -> None:
    ws = governed.ws
    vault = ws.slack.state.channels[ws.add_channel("vault", [ws.alice, ws.carol], private=True)]
    vault.members[ws.slack.app.bot_user] = None
    wish = {"ask": {"type": "tool_approval", "name": "refund", "args": {"for": "the merger"}}}
    thread = await ws.carol.mentions(f"ask: {json.dumps(wish)}", channel=vault.id)
    card = await approval_card(thread)

    await ws.bob.opens_home()
    await ws.bob.home_shows(saying("Nothing waits for you"), limit=20)
    assert "Nothing is waiting for you" in (await ws.bob.runs("/approvals")).text
    assert "merger" not in json.dumps([m.text for m in ws.bob.direct().messages.values()])
    assert card.is_open

    await ws.alice.invites(ws.bob.id, vault.id)
    await ws.bob.opens_home()
    await ws.bob.home_shows(saying("Waiting for you (1)", "merger"), limit=20)
    await press(ws.bob, "approval:approve", "merger")
    assert (await resumed(governed, thread)) == {"type": "approve"}


async def test_a_decision_in_the_thread_leaves_every_inbox(governed: Stage) -> None:
    ws = governed.ws
    await ws.bob.opens_home()
    card = await asked(governed, "refund", amount=7)
    await ws.bob.home_shows(saying("Waiting for you (1)"), limit=20)
    await card.reject(by=ws.bob, reason="too late")
    began = time.monotonic()
    await ws.bob.home_shows(saying("Nothing waits for you", "*Rejected*"))
    assert time.monotonic() - began < 2


BATCH = {
    "action_requests": [
        {"name": "ship", "args": {"parcel": 17}},
        {"name": "notify", "args": {"customer": "Ada"}},
        {"name": "archive", "args": {"folder": "2026"}},
    ]
}


async def test_a_batch_is_decided_on_home_a_row_alone_and_the_others_together(governed: Stage) -> None:
    ws = governed.ws
    card = await governed.card(BATCH)
    await ws.bob.opens_home()
    await ws.bob.home_shows(saying("*1.* *Ship*", "17", "*2.* *Notify*", "*3.* *Archive*"), limit=20)

    await press(ws.bob, "approval:reject", "*1.* *Ship*")
    form = await ws.bob.modal_opens(title="Reject")
    await ws.bob.submits(form, {"/message": "not this one"})
    await ws.bob.home_shows(saying("not this one", "Approve other 2"), limit=20)
    await press(ws.bob, "approval:approve_rest", "*2.* *Notify*")

    assert (await resumed(governed, card.thread)) == {
        "decisions": [
            {"type": "reject", "message": "not this one"},
            {"type": "approve"},
            {"type": "approve"},
        ]
    }
    await ws.bob.home_shows(saying("Nothing waits for you"), limit=20)


async def test_a_batch_is_decided_in_the_list_which_follows_the_form_that_it_opened(governed: Stage) -> None:
    ws = governed.ws
    card = await governed.card(BATCH)
    await ws.alice.runs("/approvals")
    shown = await ws.alice.sees_ephemeral("*1 waiting for you:*", limit=20)
    block = next(b["block_id"] for b in shown.blocks if str(b.get("block_id", "")).startswith("row:1:"))

    await ws.alice.clicks(shown, "approval:reject", block)
    form = await ws.alice.modal_opens(title="Reject")
    await ws.alice.submits(form, {"/message": "not now"})

    followed = await ws.alice.sees_ephemeral("not now", limit=20)
    assert followed is shown, "the list is replaced, not repeated"
    await ws.alice.clicks(shown, "approval:approve_rest")
    await ws.alice.sees_ephemeral(
        lambda seen: seen is shown and "Nothing is waiting for you" in seen.text, limit=20
    )
    assert (await resumed(governed, card.thread)) == {
        "decisions": [
            {"type": "approve"},
            {"type": "reject", "message": "not now"},
            {"type": "approve"},
        ]
    }


async def test_the_soonest_to_expire_comes_first_then_the_oldest(governed: Stage) -> None:
    ws = governed.ws
    cards = [await asked(governed, name) for name in ("oldest", "later", "soon", "urgent")]
    await ws.alice.opens_home()
    view = await ws.alice.home_shows(saying("Waiting for you (4)", "Rejected if nobody answers by"), limit=20)
    said = str(view.definition["blocks"])
    places = [said.index(f"|{name}>") for name in ("Urgent", "Soon", "Oldest", "Later")]
    assert places == sorted(places)

    listed: Any = (await ws.alice.runs("/approvals")).payload
    places = [listed["text"].index(f"|{name}>") for name in ("Urgent", "Soon", "Oldest", "Later")]
    assert places == sorted(places)
    for left in (4, 3, 2, 1):
        shown = await ws.alice.sees_ephemeral(f"*{left} waiting for you:*", limit=20)
        await ws.alice.clicks(shown, "approval:approve")
    await ws.alice.sees_ephemeral("Nothing is waiting for you", limit=20)
    for card in cards:
        assert (await resumed(governed, card.thread)) == {"type": "approve"}
        assert card.thread.cards() == []
        assert decided_via(governed, card.thread) == "list"
