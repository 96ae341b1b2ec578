"""The keys of the policy file that say when, where and what people see, through Slack's wire, both ways."""

from collections.abc import AsyncIterator

import pytest_asyncio

from countersign.testing.cards import approval_card
from tests.scenario.policy.governing import DirectMessages, asked, calling, open_governed, resumed, shows
from tests.support.place import Place
from tests.support.stage import Stage

POLICY = """
[[rule]]
name = "reminded"
action = "reminded"
approvers = [{group = "@finance"}]
notify = "approvers"
remind_after = "1s"

[[rule]]
name = "escalated"
action = "escalated"
approvers = [{group = "@finance"}]
escalate_after = "1s"
escalate_to = {group = "@oncall"}

[[rule]]
name = "expires"
action = "expires"
expire_after = "1s"
on_expiry = "reject"

[[rule]]
name = "answered"
action = "answered"
expire_after = "1s"
on_expiry = "respond: Nobody is here."

[[rule]]
name = "kept"
action = "kept"
expire_after = "1s"
on_expiry = "keep"

[[rule]]
name = "approved"
action = "approved"
expire_after = "1s"
on_expiry = "approve"

[[rule]]
name = "undone"
action = "undone"
undo = 3600

[[rule]]
name = "sent"
action = "sent"
undo = 1

[[rule]]
name = "lapsed"
action = "lapsed"
undo = 2
valid_for = "1s"

[[rule]]
name = "hidden"
action = "hidden"
summary = "Pay {amount} to {iban}"
redact = ["/iban"]

[[rule]]
name = "stops"
graph = "stops"
redact = ["/state/iban", "/salary"]

[[rule]]
name = "elsewhere"
action = "elsewhere"
post_to = "#signatures"

[[rule]]
name = "archived"
action = "archived"
post_to = "#old"

[[rule]]
name = "claimed"
action = "claimed"
approvers = [{group = "@finance"}, {group = "@oncall"}]

[[rule]]
name = "cancelled"
action = "cancelled"
approvers = [{group = "@finance"}]
requester_may_decide = false
notify = "approvers"

[[rule]]
name = "empty"
action = "empty"
approvers = [{group = "@nobody"}]
escalate_to = {group = "@oncall"}
escalate_after = "1h"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def governed(place: Place) -> AsyncIterator[Stage]:
    """A bot under this policy: alice is on call, bob is in finance, carol asks."""
    async with open_governed(place, POLICY) as stage:
        yield stage


async def test_a_reminder_in_the_thread_and_to_who_was_notified_before(governed: Stage) -> None:
    card = await asked(governed, "reminded")
    bob = DirectMessages(governed, governed.ws.bob.direct())
    first = await bob.saying("Your approval is needed", "Reminded")
    again = await bob.saying("Reminder: your approval is still needed", "Reminded")
    note = await card.thread.wait_for("Reminder: “Reminded” waits", limit=20)
    assert "one of @finance" in note.text

    await card.approve(by=governed.ws.bob)

    assert await resumed(governed, card.thread) == {"type": "approve"}
    await governed.ws.slack.changes.wait_for(
        "anything",
        lambda: all("Approved" in bob.place.messages[message.ts].text for message in (first, again)),
        limit=20,
        what="the direct messages to say so",
    )
    told = await card.thread.wait_for("Approved by bob: “Reminded”", limit=20)
    assert told.text.startswith(f"<@{governed.ws.carol.id}>")


async def test_an_escalation_adds_the_fallback_and_notifies_them(governed: Stage) -> None:
    card = await asked(governed, "escalated")
    await card.thread.wait_for("Escalated: nobody has decided", limit=20)
    await DirectMessages(governed, governed.ws.alice.direct()).saying("Escalated to you", "Escalated")
    assert "Escalated: @oncall may decide too" in await shows(card, "Escalated: @oncall")

    await card.approve(by=governed.ws.alice)

    assert await resumed(governed, card.thread) == {"type": "approve"}


async def test_what_nobody_answers_expires_and_says_so_everywhere(governed: Stage) -> None:
    card = await asked(governed, "expires")
    answer = await resumed(governed, card.thread)
    assert answer["type"] == "reject"
    assert answer["message"].startswith("Expired: nobody answered by")
    await card.closes(limit=20)
    assert "Expired:" in card.text
    assert "nobody answered by" in card.text
    told = await card.thread.wait_for("Expired: “Expires”", limit=20)
    assert told.text.startswith(f"<@{governed.ws.carol.id}>")
    assert [event for event, _ in governed.ledger(card.thread)] == ["opened", "timed_out", "resumed"]


async def test_on_expiry_says_what_the_graph_gets(governed: Stage) -> None:
    answered = await asked(governed, "answered")
    approved = await asked(governed, "approved")
    assert await resumed(governed, answered.thread) == {"type": "respond", "message": "Nobody is here."}
    assert await resumed(governed, approved.thread) == {"type": "approve"}
    assert "Expired:" in await shows(approved, "Expired:")

    kept = await asked(governed, "kept")
    await kept.thread.wait_for("It stays open.", limit=20)
    assert "Overdue since" in await shows(kept, "Overdue since")
    await kept.reject(by=governed.ws.bob)
    assert (await resumed(governed, kept.thread))["type"] == "reject"


async def test_a_decision_is_undone_before_the_graph_hears_of_it(governed: Stage) -> None:
    card = await asked(governed, "undone")
    await card.approve(by=governed.ws.bob)
    await shows(card, "Can be undone until")
    assert card.actions == ["approval:undo"]

    await card.undo(by=governed.ws.alice)
    assert card.actions == ["approval:undo"], "they had no vote on it"
    await card.undo(by=governed.ws.bob)

    await card.thread.wait_until(
        lambda: "approval:approve" in card.actions or None, limit=20, what="the card to open again"
    )
    events = [event for event, _ in governed.ledger(card.thread)]
    assert events == ["opened", "decided", "undone"]
    assert governed.noted(card.thread) == []


async def test_a_decision_that_is_not_undone_reaches_the_graph(governed: Stage) -> None:
    card = await asked(governed, "sent")
    await card.approve(by=governed.ws.bob)
    assert await resumed(governed, card.thread) == {"type": "approve"}
    events = [event for event, _ in governed.ledger(card.thread)]
    assert events == ["opened", "decided", "sent", "resumed"]
    await card.closes(limit=20)


async def test_an_approval_that_is_too_old_is_asked_again(governed: Stage) -> None:
    """It can be undone for longer than it counts, so the graph never gets it."""
    card = await asked(governed, "lapsed")
    await card.approve(by=governed.ws.bob)
    await card.thread.wait_for("was approved too long ago and is asked again", limit=20)
    await shows(card, "Nothing was done yet. Decide again.")
    assert "approval:approve" in card.actions
    assert governed.noted(card.thread) == []


async def test_who_is_looking_is_on_the_card_and_keeps_nobody_from_deciding(governed: Stage) -> None:
    ws = governed.ws
    card = await asked(governed, "claimed")
    outsider = ws.add_person("dora")
    await card.claim(by=outsider)
    await outsider.sees_ephemeral("Only @finance and @oncall")
    await card.claim(by=ws.bob)
    await shows(card, f":eyes: <@{ws.bob.id}> is looking")
    await card.claim(by=ws.alice)
    await shows(card, f":eyes: <@{ws.alice.id}> is looking")
    await card.claim(by=ws.alice)
    await card.thread.wait_until(lambda: "is looking" not in card.text or None, limit=20, what="nobody looks")
    await card.claim(by=ws.alice)
    await shows(card, f":eyes: <@{ws.alice.id}> is looking")

    await card.approve(by=ws.bob)
    await shows(card, "*1 of 2*")
    assert "is looking" in card.text, "alice has not decided"
    await card.approve(by=ws.alice)

    assert await resumed(governed, card.thread) == {"type": "approve"}
    await card.closes(limit=20)
    assert "is looking" not in card.text
    events = [event for event, _ in governed.ledger(card.thread)]
    claims = ["refused", "claimed", "claimed", "released", "claimed"]
    assert events == ["opened", *claims, "voted", "decided", "resumed"]


async def test_the_requester_cancels_and_everybody_reads_so(governed: Stage) -> None:
    ws = governed.ws
    card = await asked(governed, "cancelled")
    told = await DirectMessages(governed, ws.bob.direct()).saying("Your approval is needed", "Cancelled")
    assert card.actions[-1] == "approval:cancel"

    await card.cancel(by=ws.bob)
    await ws.bob.sees_ephemeral("Only the person who started this can cancel it.")
    assert governed.noted(card.thread) == []
    await card.approve(by=ws.carol)
    await ws.carol.sees_ephemeral("You asked for this")
    await card.cancel(by=ws.carol)

    assert await resumed(governed, card.thread) == {
        "type": "reject",
        "message": "Cancelled by the requester.",
    }
    await card.closes(limit=20)
    assert f"*Cancelled* by <@{ws.carol.id}>" in card.text
    assert "Rejected" not in card.text
    await card.thread.wait_for("Cancelled: “Cancelled”. Cancelled by", limit=20)
    place = ws.bob.direct()
    await ws.slack.changes.wait_for(
        "anything",
        lambda: ":no_entry_sign: Cancelled" in place.messages[told.ts].text,
        limit=20,
        what="the direct message to say so",
    )
    events = [event for event, _ in governed.ledger(card.thread)]
    assert events == ["opened", "refused", "refused", "cancelled", "resumed"]


async def test_the_title_is_the_rules_and_what_is_redacted_is_nowhere(governed: Stage) -> None:
    secret = "DE02 1203 0000"
    card = await asked(governed, "hidden", iban=secret, amount=12)
    assert "Pay 12 to Redacted" in card.text
    view = await card.form("approval:edit", governed.ws.bob)
    assert [block["block_id"] for block in view.definition["blocks"] if block["type"] == "input"] == [
        "/amount"
    ]
    await governed.ws.bob.submits(view, {"/amount": "11"})
    answer = await resumed(governed, card.thread)
    assert answer["edited_action"]["args"] == {"iban": secret, "amount": 11}
    await card.closes(limit=20)
    bot_said = [f"{m.text} {m.blocks}" for m in card.thread.from_bot()]
    ledger = governed.rows("SELECT detail::text FROM countersign.ledger WHERE thread_id = %s", card.thread.id)
    for text in [*bot_said, str(view.definition), str(ledger)]:
        assert secret not in text


async def test_at_a_breakpoint_what_is_redacted_of_the_state_is_nowhere(governed: Stage) -> None:
    bob = governed.ws.bob
    thread = await governed.ws.carol.mentions("stops: go")
    card = await approval_card(thread, limit=20)
    view = await card.form("approval:edit", bob)
    inputs = [block["block_id"] for block in view.definition["blocks"] if block["type"] == "input"]
    assert "/amount" in inputs
    assert not {"/iban", "/salary", "/note"} & set(inputs)
    await bob.submits(view, {"/amount": "11"})
    await thread.wait_for("Paid 11.", limit=20)
    await card.closes(limit=20)
    ledger = governed.rows("SELECT detail::text FROM countersign.ledger WHERE thread_id = %s", thread.id)
    assert '"Redacted"' in str(ledger)
    shown = [f"{m.text} {m.blocks}" for m in thread.from_bot()]
    for text in [*shown, str(view.definition), str(ledger)]:
        assert "DE02 1203 0000" not in text
        assert "483920" not in text


async def test_the_card_is_in_the_other_channel_and_the_thread_follows_it(governed: Stage) -> None:
    thread = await governed.asks({"ask": calling("elsewhere")})
    pointer = await thread.wait_for("Waits for a decision: Elsewhere", limit=20)
    place = await governed.ws.bot_thread("signatures", limit=20)
    assert f"{place.ts.replace('.', '')}|Open the card" in str(pointer.blocks)
    card = await approval_card(place, limit=20)

    await card.approve(by=governed.ws.bob)

    assert await resumed(governed, thread) == {"type": "approve"}
    await thread.wait_until(
        lambda: any(":white_check_mark: Approved" in m.text for m in thread.from_bot()) or None,
        limit=20,
        what="the pointer to say so",
    )
    await card.closes(limit=20)


async def test_the_requester_cancels_in_their_thread_what_is_decided_elsewhere(governed: Stage) -> None:
    ws = governed.ws
    thread = await governed.asks({"ask": calling("elsewhere")})
    pointer = await thread.wait_for("Waits for a decision: Elsewhere", limit=20)
    place = next(each for each in ws.slack.state.channels.values() if each.name == "signatures")

    await ws.bob.clicks(pointer, "approval:cancel")
    await ws.bob.sees_ephemeral("Only the person who started this can cancel it.")
    assert governed.noted(thread) == []
    await ws.carol.clicks(pointer, "approval:cancel")

    assert (await resumed(governed, thread))["message"] == "Cancelled by the requester."
    await thread.wait_until(
        lambda: any(":no_entry_sign: Cancelled" in m.text for m in thread.from_bot()) or None,
        limit=20,
        what="the pointer to say so",
    )
    assert "approval:cancel" not in str(pointer.blocks)
    assert ws.carol.id not in place.members, "they need not be where the card is"


async def test_an_archived_channel_leaves_the_card_in_the_thread(governed: Stage) -> None:
    card = await asked(governed, "archived")
    await card.thread.wait_for("This should be decided in #old, but", limit=20)
    await card.approve(by=governed.ws.bob)
    assert await resumed(governed, card.thread) == {"type": "approve"}


async def test_an_empty_group_is_reported_and_its_fallback_decides(governed: Stage) -> None:
    card = await asked(governed, "empty")
    told = await card.thread.wait_for("There is nobody who could decide", limit=20)
    assert "@nobody: it has no members" in told.text
    await DirectMessages(governed, governed.ws.alice.direct()).saying("Escalated to you", "Empty")
    await card.approve(by=governed.ws.alice)
    assert await resumed(governed, card.thread) == {"type": "approve"}
