"""Every key of the policy file does what it says, through Slack's wire, over Socket Mode and over HTTP.

Who decides, how many and how are here. When, where and what people see are in `test_policy_over_the_wire`.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from countersign.testing.cards import ApprovalCard, approval_card
from tests.scenario.policy.governing import asked, calling, open_governed, resumed, shows
from tests.support.place import Place
from tests.support.stage import Stage

_TODAY, _IN_THREE_DAYS = (
    (datetime.now(UTC) + timedelta(days=days)).strftime("%a") for days in (0, 3)
)  # whatever day it is there
POLICY = f"""
[defaults]
confirm = "Really?"

[[rule]]
name = "by channel"
action = "placed"
channel = "#signatures"
auto = "approve"

[[rule]]
name = "by channel, elsewhere"
action = "placed"
channel = ["#gen*", "#random"]
auto = "reject"

[[rule]]
name = "by requester"
action = "requested"
requester = "@treasury"
auto = "approve"

[[rule]]
name = "by anybody else"
action = "requested"
auto = "reject"

[[rule]]
name = "large"
action = "refund"
when = "args.amount > 1000.0 && action == 'refund'"
approvers = [{{group = "@treasury"}}]
confirm = false

[[rule]]
name = "small"
action = "refund"
auto = "approve"

[[rule]]
name = "sets"
action = "sets"
approvers = [{{users = ["UALICE"]}}, {{group = "@treasury"}}, {{channel = "#signatures"}}]

[[rule]]
name = "counted"
action = "counted"
approvers = [{{channel = "#signatures", count = 2}}]

[[rule]]
name = "in the channel"
action = "in_channel"
approvers = "channel"

[[rule]]
name = "own"
action = "own"
approvers = "requester"

[[rule]]
name = "quorum"
action = "quorum"
quorum = 2
rejections = 2

[[rule]]
name = "not oneself"
action = "not_oneself"
requester_may_decide = false

[[rule]]
name = "no edits"
action = "no_edits"
decisions = ["approve", "reject"]

[[rule]]
name = "reasons"
action = "reasons"
reason = "always"
replies = false

[[rule]]
name = "words"
action = "words"
confirm = false

[[rule]]
name = "large orders"
graph = "orders"
when = "args.amount > 100"
approvers = [{{group = "@oncall"}}]
state_changes = true

[[rule]]
name = "orders"
graph = "orders"
state_changes = true

[[rule]]
name = "drafts"
action = "review_and_edit"
rejections = 2
requester_may_decide = false

[[rule]]
name = "no revisions"
action = "text_to_revise"
auto = "reject"

[[rule]]
name = "closed"
action = "closed"
expire_after = "1s"
hours = {{days = "{_IN_THREE_DAYS}", from = "10:00", to = "11:00", zone = "Europe/Berlin", holidays = "DE"}}

[[rule]]
name = "open"
action = "open"
expire_after = "1s"
hours = {{days = "Mon-Sun", from = "00:00", to = "24:00", zone = "Pacific/Auckland"}}

[[rule]]
name = "frozen"
action = "frozen"
approvers = [{{group = "@treasury"}}]
freeze = "freeze.ics"
break_glass = [{{group = "@oncall"}}]
"""
FREEZE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//freezes//EN
BEGIN:VEVENT
UID:always
SUMMARY:Annual accounts
DTSTART:20200101T000000Z
DTEND:20990101T000000Z
END:VEVENT
END:VCALENDAR
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ruled(place: Place) -> AsyncIterator[Stage]:
    """A bot under this policy: alice is on call, bob is in treasury, both are in #signatures, carol asks."""
    (place.folder / "freeze.ics").write_text(FREEZE)

    def policy(stage: Stage) -> str:
        return POLICY.replace("UALICE", stage.ws.alice.id)

    async with open_governed(place, policy) as stage:
        yield stage


async def waits(card: ApprovalCard) -> None:
    assert "approval:approve" in card.actions


async def decided_by_rule(stage: Stage, action: str, **args: object) -> str:
    thread = await stage.asks({"ask": calling(action, **args)})
    answer = await resumed(stage, thread)
    return str(answer["type"])


async def test_a_rule_is_for_a_channel(ruled: Stage) -> None:
    assert await decided_by_rule(ruled, "placed") == "reject"
    thread = await ruled.ws.alice.mentions(
        'ask: {"ask": {"type": "tool_approval", "name": "placed", "args": {}}}', channel="#signatures"
    )
    assert await resumed(ruled, thread) == {"type": "approve"}


async def test_a_rule_is_for_a_requester(ruled: Stage) -> None:
    assert await decided_by_rule(ruled, "requested") == "reject"
    thread = await ruled.ws.bob.mentions(
        'ask: {"ask": {"type": "tool_approval", "name": "requested", "args": {}}}'
    )
    assert await resumed(ruled, thread) == {"type": "approve"}


async def test_a_rule_is_for_some_arguments_and_the_first_that_matches_counts(ruled: Stage) -> None:
    assert await decided_by_rule(ruled, "refund", amount=1000) == "approve"
    for amount in (1000.5, "many"):  # what cannot be compared is asked the strict way
        card = await asked(ruled, "refund", amount=amount)
        assert "Rule: large" in card.text
        await card.approve(by=ruled.ws.alice)
        await ruled.ws.alice.sees_ephemeral("Only @treasury can decide this.")
        await card.approve(by=ruled.ws.bob)
        assert await resumed(ruled, card.thread) == {"type": "approve"}


async def test_each_set_is_filled_by_somebody_else(ruled: Stage) -> None:
    """A person, a group and a channel: bob could be in two of them, and fills one."""
    ws = ruled.ws
    dora = ws.add_person("dora-sets")
    await dora.joins("#signatures")
    card = await asked(ruled, "sets")
    await card.approve(by=ws.alice)
    await shows(card, "*1 of 3*")
    await card.approve(by=ws.bob)
    await shows(card, "*2 of 3*")
    await card.approve(by=ws.carol)
    await ws.carol.sees_ephemeral("can decide this")
    await card.approve(by=dora)
    assert await resumed(ruled, card.thread) == {"type": "approve"}


async def test_a_set_asks_for_several_people(ruled: Stage) -> None:
    card = await asked(ruled, "counted")
    assert "Needs 2 members of #signatures" in card.text
    await card.approve(by=ruled.ws.bob)
    await shows(card, "*1 of 2*")
    await card.approve(by=ruled.ws.alice)
    assert await resumed(ruled, card.thread) == {"type": "approve"}


async def test_approvers_are_who_is_in_the_channel_or_who_asked(ruled: Stage) -> None:
    ws = ruled.ws
    card = await asked(ruled, "in_channel")
    await card.approve(by=ws.bob)
    assert await resumed(ruled, card.thread) == {"type": "approve"}
    card = await asked(ruled, "own")
    await card.approve(by=ws.bob)
    await ws.bob.sees_ephemeral("can decide this")
    await card.approve(by=ws.carol)
    assert await resumed(ruled, card.thread) == {"type": "approve"}


async def test_so_many_approvals_or_so_many_rejections_end_it(ruled: Stage) -> None:
    ws = ruled.ws
    card = await asked(ruled, "quorum")
    await card.approve(by=ws.alice)
    await shows(card, "*1 of 2*")
    await card.reject(by=ws.bob)
    await shows(card, ":no_entry:")
    await waits(card)
    await card.approve(by=ws.carol)
    assert await resumed(ruled, card.thread) == {"type": "approve"}
    card = await asked(ruled, "quorum")
    await card.reject(by=ws.bob)
    await shows(card, ":no_entry:")
    await card.reject(by=ws.alice)
    assert (await resumed(ruled, card.thread))["type"] == "reject"


async def test_the_requester_and_the_last_editor_are_shut_out(ruled: Stage) -> None:
    ws = ruled.ws
    card = await asked(ruled, "not_oneself", times=2)
    await card.approve(by=ws.carol)
    await ws.carol.sees_ephemeral("You asked for this, so somebody else has to decide it.")
    await card.edit(ws.bob, {"/times": "3"})
    await shows(card, f"<@{ws.bob.id}>")
    await card.approve(by=ws.alice)
    assert (await resumed(ruled, card.thread))["edited_action"]["args"] == {"times": 3}


async def test_only_these_decisions_have_a_button(ruled: Stage) -> None:
    card = await asked(ruled, "no_edits")
    assert {"approval:approve", "approval:reject"} <= set(card.actions)
    assert "approval:edit" not in card.actions
    await card.approve(by=ruled.ws.bob)
    assert await resumed(ruled, card.thread) == {"type": "approve"}


async def test_a_reason_is_asked_for_and_words_in_the_thread_decide_nothing(ruled: Stage) -> None:
    bob = ruled.ws.bob
    card = await asked(ruled, "reasons")
    await bob.replies(card.thread, "approve")
    await card.thread.wait_for("waits", limit=20)
    await waits(card)
    form = await card.form("approval:approve", bob)
    assert (await bob.submits(form, {})).outcome != "closed"
    await card.submit("approval:approve", bob, {"/message": "checked with Ann"})
    assert await resumed(ruled, card.thread) == {"type": "approve"}
    ((detail,),) = ruled.rows(
        "SELECT detail FROM countersign.ledger WHERE thread_id = %s AND event = 'decided'", card.thread.id
    )
    assert detail["rows"]["0"]["message"] == "checked with Ann"


async def test_words_decide_unless_the_rule_says_otherwise(ruled: Stage) -> None:
    card = await asked(ruled, "words")
    await ruled.ws.bob.replies(card.thread, "Approve!")
    assert await resumed(ruled, card.thread) == {"type": "approve"}


async def test_defaults_hold_where_a_rule_says_nothing_and_approve_is_asked_twice(ruled: Stage) -> None:
    with_it, without = await asked(ruled, "no_edits"), await asked(ruled, "refund", amount=2000)
    assert "Really?" in str(with_it.message.blocks)
    assert "Really?" not in str(without.message.blocks)
    await ruled.ws.bob.replies(with_it.thread, "approve")
    await ruled.ws.bob.sees_ephemeral("approving this needs a confirmation")
    await waits(with_it)
    await with_it.reject(by=ruled.ws.bob)
    await without.reject(by=ruled.ws.bob)


async def test_an_answer_may_change_the_state(ruled: Stage) -> None:
    thread = await ruled.ws.carol.mentions("orders: lamps")
    card = await approval_card(thread, limit=20)
    form = await card.form("approval:update", ruled.ws.bob)
    refused = await ruled.ws.bob.submits(form, {"/as": "approve", "/state/amount": "7000"})
    assert "the rule “large orders” applies" in str(refused)
    await waits(card)
    await card.submit("approval:update", ruled.ws.bob, {"/as": "approve", "/state/amount": "7"})
    await thread.wait_until(
        lambda: any("ordered 7 of lamps" in f"{m.text} {m.blocks}" for m in thread.from_bot()) or None,
        limit=20,
        what="the order of seven",
    )


async def test_a_draft_is_refused_under_its_rule_or_by_the_requester_alone(ruled: Stage) -> None:
    ws = ruled.ws
    draft = {"task": "Improve it.", "text": "A draft"}
    thread = await ruled.asks({"ask": draft})
    card = await approval_card(thread, limit=20)
    assert "Rule: drafts" in card.text
    await card.cancel_run(ws.bob, "wrong tone")
    await shows(card, ":no_entry:")
    await waits(card)
    await card.cancel_run(ws.alice)
    await thread.wait_for("Run cancelled by bob and alice. Reason of bob: wrong tone", limit=20)
    assert [event for event, _ in ruled.ledger(thread)] == ["opened", "voted", "decided", "run_cancelled"]

    thread = await ruled.asks({"ask": draft})
    card = await approval_card(thread, limit=20)
    await card.cancel_run(ws.carol, "never mind")
    await thread.wait_for("Run cancelled by carol: never mind", limit=20)
    assert [event for event, _ in ruled.ledger(thread)] == ["opened", "cancelled", "run_cancelled"]
    assert ruled.noted(thread) == []


async def test_a_question_that_takes_no_rejection_is_rejected_by_its_rule_and_its_run_ends(
    ruled: Stage,
) -> None:
    thread = await ruled.asks({"ask": {"text_to_revise": "A draft"}})
    await thread.wait_for("Run cancelled by the rule “no revisions”", limit=20)
    assert thread.cards() == []
    assert [event for event, _ in ruled.ledger(thread)] == ["opened", "decided", "run_cancelled"]
    assert ruled.noted(thread) == []


async def test_the_clock_runs_in_its_hours_only(ruled: Stage) -> None:
    closed, running = await asked(ruled, "closed"), await asked(ruled, "open")
    assert (await resumed(ruled, running.thread))["type"] == "reject"
    again = await asked(ruled, "open")
    assert (await resumed(ruled, again.thread))["type"] == "reject"
    await waits(closed)
    assert "Rejected if nobody answers by" in closed.text
    await closed.approve(by=ruled.ws.bob)
    assert await resumed(ruled, closed.thread) == {"type": "approve"}


async def test_in_a_freeze_only_who_may_break_the_glass_approves_and_says_why(ruled: Stage) -> None:
    ws = ruled.ws
    card = await asked(ruled, "frozen")
    assert "During a freeze only @oncall can approve this" in card.text
    await card.approve(by=ws.bob)
    await ws.bob.sees_ephemeral("A freeze is on")
    await waits(card)
    await card.submit("approval:approve", ws.alice, {"/message": "production is down"})
    assert await resumed(ruled, card.thread) == {"type": "approve"}
