"""Cards under rules, over the wire: votes as they come, who is refused, reasons, and taking a vote back."""

import json
from dataclasses import replace

import pytest

from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.rule import NO_RULE, Rule
from countersign.flow.review import Review
from countersign.slack.cards.people.votes import vote_blocks
from slack_local.fault_injection import ApiFault
from tests.approvals.policy.policies import a_rule, vote
from tests.slack.conftest import Bot
from tests.slack.decisions.refund_cards import REFUND, shows
from tests.slack.stored_approval import stored

BATCH: Json = {
    "action_requests": [{"name": "first", "args": {"n": 1}}, {"name": "second", "args": {"n": 2}}],
    "review_configs": [],
}
TWO = a_rule(
    'approvers = [{group = "@finance"}, {group = "@leads"}]\nrequester_may_decide = false\nrejections = 2'
)


async def test_two_seats_are_filled_by_two_people_and_the_card_shows_how_far_it_is(bot: Bot) -> None:
    bot.ws.add_user_group("leads", [bot.ws.alice])
    card = await bot.asks(REFUND, rules=(TWO,))
    approval = await bot.approval(card)
    assert "Needs one of @finance and one of @leads. The requester can't decide this." in card.text
    assert "Rule: r" in card.text

    await card.approve(by=bot.ws.bob)
    await shows(card, "*1 of 2*")
    assert f"<@{bot.ws.bob.id}> :white_check_mark: · still needed: one of @leads" in card.text
    assert (await stored(bot, approval)).status is Status.PENDING
    assert approval.thread_id not in (await bot.jobs())[1:]

    await card.approve(by=bot.ws.alice)
    await card.closes()
    assert f"*Approved* by <@{bot.ws.bob.id}> and <@{bot.ws.alice.id}>" in card.text
    assert (await stored(bot, approval)).answer == {"decisions": [{"type": "approve"}]}


async def test_a_vote_of_somebody_who_left_is_shown_as_what_it_is(bot: Bot) -> None:
    """Bob approved and left the group: his vote neither counts nor is it shown as one that does."""
    bot.ws.add_user_group("leads", [bot.ws.alice])
    finance = next(each for each in bot.ws.slack.state.user_groups.values() if each.handle == "finance")
    card = await bot.asks(REFUND, rules=(TWO,))
    await card.approve(by=bot.ws.bob)
    await shows(card, "*1 of 2*")

    finance.members.remove(bot.ws.bob.id)
    bot.context.client.forget_people()
    await card.approve(by=bot.ws.alice)

    await shows(card, f"<@{bot.ws.alice.id}> :white_check_mark:")
    assert "*1 of 2*" in card.text
    assert f"<@{bot.ws.bob.id}>: no longer counts · still needed: one of @finance" in card.text
    stored = (await bot.approval(card)).votes_on(0)
    assert stored.uncounted == {bot.ws.bob.id}

    finance.members.append(bot.ws.bob.id)
    bot.context.client.forget_people()
    await card.approve(by=bot.ws.bob)
    await card.closes()


async def test_enough_approvals_beside_a_rejection_wait_for_an_approver_to_repeat_one(bot: Bot) -> None:
    """Bob's approval counts again once he is back in the group, and it is a rejection that finds that out."""
    ws = bot.ws
    dave = ws.add_person("dave")
    ws.add_user_group("leads", [ws.alice, dave])
    finance = next(each for each in ws.slack.state.user_groups.values() if each.handle == "finance")
    card = await bot.asks(REFUND, rules=(TWO,))
    await card.approve(by=ws.bob)
    await shows(card, "*1 of 2*")
    finance.members.remove(ws.bob.id)
    bot.context.client.forget_people()
    await card.approve(by=ws.alice)
    await shows(card, "still needed: one of @finance")
    finance.members.append(ws.bob.id)
    bot.context.client.forget_people()

    await card.reject(by=dave, reason="too much")
    await shows(card, "enough approvals: it waits for one of them to approve it once more")
    assert "still needed" not in card.text
    assert (await bot.approval(card)).status is Status.PENDING

    await card.approve(by=ws.alice)
    await card.closes()
    assert "*Approved*" in card.text


async def test_a_card_that_nobody_in_slack_asked_for_says_that_nobody_is_shut_out(bot: Bot) -> None:
    """No message of an app starts a run; an approval without a requester is drawn as one all the same."""
    bot.ws.add_user_group("leads", [bot.ws.alice])
    card = await bot.asks(REFUND, rules=(TWO,))
    nobodys = replace(await bot.approval(card), requester=None)

    drawn = json.dumps(vote_blocks(nobodys, Review(nobodys).shown.rows[0], 0))

    assert "The requester can't decide this" not in drawn
    assert "Requested by an app or a schedule: any of them can decide this." in drawn
    voted = nobodys.with_row_votes({0: nobodys.votes_on(0).cast(vote("UBOB"))}, {})
    drawn = json.dumps(vote_blocks(voted, Review(nobodys).shown.rows[0], 0))
    assert "requested by an app or a schedule, so nobody is shut out" in drawn


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"question": "Pay?", "amount": 5}, "Rejected if nobody answers by"),
        (
            {"task": "Review", "text": "A draft"},
            "The run is cancelled if nobody answers by",
        ),  # takes no rejection
    ],
)
async def test_a_deadline_says_what_becomes_of_the_run(bot: Bot, payload: Json, said: str) -> None:
    card = await bot.asks(payload, rules=(a_rule('expire_after = "2h"'),))
    assert said in card.text


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('break_glass = [{group = "@leads"}]', "During a freeze only @leads can approve this"),
        ("", "During a freeze no approval counts"),
    ],
)
async def test_a_card_says_who_approves_it_during_a_freeze(bot: Bot, keys: str, said: str) -> None:
    rule = a_rule(f'freeze = "f.ics"\n{keys}', f="BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR\n")
    card = await bot.asks(REFUND, rules=(rule,))
    assert said in card.text


async def test_who_may_not_decide_gets_the_reason_at_the_click(bot: Bot) -> None:
    bot.ws.add_user_group("leads", [bot.ws.alice])
    card = await bot.asks(REFUND, rules=(TWO,))
    approval = await bot.approval(card)
    outsider = bot.ws.add_person("dora")
    for person, why in ((bot.ws.carol, "You asked for this"), (outsider, "Only @finance and @leads")):
        for action in ("approval:approve", "approval:edit", "approval:reject"):
            await card.click(action, person)
            assert person.modal is None
        await person.sees_ephemeral(why)
    assert await stored(bot, approval) == approval


async def test_who_leaves_the_group_with_the_form_open_is_refused_at_the_submission(bot: Bot) -> None:
    leads = bot.ws.add_user_group("leads", [bot.ws.alice])
    card = await bot.asks(REFUND, rules=(TWO,))
    approval = await bot.approval(card)
    view = await card.form("approval:reject", bot.ws.alice)
    leads.members.clear()
    bot.context.client.forget_people()
    result = await bot.ws.alice.submits(view, {"/message": "no"})
    assert result.outcome != "closed"
    assert await stored(bot, approval) == approval


async def test_a_group_that_slack_does_not_list_lets_nobody_decide(bot: Bot) -> None:
    card = await bot.asks(REFUND, rules=(a_rule('approvers = [{group = "@finance"}]'),))
    approval = await bot.approval(card)
    bot.ws.faults.on_call("usergroups.users.list", ApiFault.SERVER_ERROR, times=3)
    await card.approve(by=bot.ws.bob)
    await bot.ws.bob.sees_ephemeral("couldn't check whether you're one of @finance")
    assert await stored(bot, approval) == approval
    await card.approve(by=bot.ws.bob)
    await card.closes()


async def test_a_vote_is_taken_back_by_who_gave_it_and_by_nobody_else(bot: Bot) -> None:
    card = await bot.asks(REFUND, rules=(a_rule("quorum = 2"),))
    approval = await bot.approval(card)
    assert "approval:withdraw" not in card.actions
    await card.approve(by=bot.ws.bob)
    await shows(card, "*1 of 2*")

    await card.withdraw(by=bot.ws.alice)
    await bot.ws.alice.sees_ephemeral("You have no vote here")
    assert len((await stored(bot, approval)).votes_on(0).votes) == 1

    await card.withdraw(by=bot.ws.bob)
    await card.thread.wait_until(lambda: ("approval:withdraw" not in card.actions) or None)
    assert (await stored(bot, approval)).votes_on(0).votes == ()
    await card.approve(by=bot.ws.bob)
    await shows(card, "*1 of 2*")
    await card.approve(by=bot.ws.alice)
    await card.closes()


async def test_an_edit_is_shown_and_only_a_card_that_shows_it_can_approve_it(bot: Bot) -> None:
    rule = a_rule("requester_may_decide = false")
    card = await bot.asks(REFUND, rules=(rule,))
    approval = await bot.approval(card)
    before_the_edit = bot.ws.alice.click_payload(card.message, "approval:approve")

    await card.edit(by=bot.ws.bob, values={"/amount": "900"})
    await shows(card, f"Edited by <@{bot.ws.bob.id}>")
    assert "900" in card.text

    await bot.ws.alice.clicks_raw(before_the_edit)
    await bot.ws.alice.sees_ephemeral("This card changed after you saw it")
    assert (await stored(bot, approval)).status is Status.PENDING

    await card.approve(by=bot.ws.bob)
    await bot.ws.bob.sees_ephemeral("You edited this last")
    await card.approve(by=bot.ws.alice)
    await card.closes()
    assert (await stored(bot, approval)).answer == {
        "decisions": [
            {"type": "edit", "edited_action": {"name": "refund", "args": {"amount": 900, "to": "Ann"}}}
        ]
    }


async def test_rejections_are_counted_too(bot: Bot) -> None:
    bot.ws.add_user_group("leads", [bot.ws.alice])
    card = await bot.asks(REFUND, rules=(TWO,))
    approval = await bot.approval(card)
    await card.reject(by=bot.ws.bob, reason="no budget")
    await shows(card, "rejections: 1 of 2")
    assert (await stored(bot, approval)).status is Status.PENDING
    await card.reject(by=bot.ws.alice, reason="not now")
    await card.closes()
    assert f"*Rejected* by <@{bot.ws.bob.id}> and <@{bot.ws.alice.id}>" in card.text


async def test_decisions_that_the_rule_leaves_out_have_no_button(bot: Bot) -> None:
    card = await bot.asks(REFUND, rules=(a_rule('decisions = ["approve", "reject"]'),))
    assert set(card.actions) == {
        *("approval:approve", "approval:reject"),
        *("approval:claim", "approval:delegate", "approval:cancel"),
    }


async def test_a_reason_is_asked_for_where_the_rule_wants_one(bot: Bot) -> None:
    card = await bot.asks(REFUND, rules=(a_rule('reason = "always"'),))
    approval = await bot.approval(card)
    view = await card.form("approval:approve", bot.ws.bob)
    empty = await bot.ws.bob.submits(view, {"/message": " "})
    assert (empty.outcome, set(empty.errors)) == ("errors", {"/message"})
    await bot.ws.bob.submits(view, {"/message": "in the budget"})
    await card.closes()
    assert "in the budget" in card.text
    decided = await stored(bot, approval)
    assert decided.votes[0] is not None
    assert decided.votes[0].decision.message == "in the budget"
    assert decided.answer == {"decisions": [{"type": "approve"}]}


async def test_an_edit_and_a_rejection_need_their_reason_too(bot: Bot) -> None:
    rules = (a_rule('reason = "always"\nquorum = 2'),)
    card = await bot.asks(REFUND, rules=rules)
    view = await card.form("approval:edit", bot.ws.bob)
    await bot.ws.bob.submits(view, {"/amount": "900", "reason": "a typo"})
    await shows(card, "Edited by")
    vote = (await bot.approval(card)).votes_on(0).votes[0]
    assert (vote.decision.message, vote.decision.value) == ("a typo", {"amount": 900, "to": "Ann"})
    rejection = await card.form("approval:reject", bot.ws.alice)
    empty = await bot.ws.alice.submits(rejection, {"/message": " "})
    assert (empty.outcome, set(empty.errors)) == ("errors", {"/message"})


async def test_a_second_question_before_approve_counts(bot: Bot) -> None:
    card = await bot.asks(REFUND, rules=(a_rule('confirm = "Pay it out now?"'),))
    approve = next(
        element
        for block in card.message.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == "approval:approve"
    )
    assert approve["confirm"]["text"]["text"] == "Pay it out now?"
    await card.approve(by=bot.ws.bob)
    await card.closes()


async def test_each_row_of_a_batch_is_decided_under_its_own_rule(bot: Bot) -> None:
    card = await bot.asks(BATCH, rules=(a_rule("quorum = 2"), a_rule('approvers = [{group = "@finance"}]')))
    approval = await bot.approval(card)
    await card.click("approval:approve_rest", bot.ws.bob)
    await shows(card, "*1 of 2*")
    half = await stored(bot, approval)
    assert (half.open_rows, half.status) == ((0,), Status.PENDING)
    await card.approve(by=bot.ws.alice)
    await card.closes()
    assert (await stored(bot, approval)).answer == {"decisions": [{"type": "approve"}, {"type": "approve"}]}


async def test_what_somebody_edited_is_not_approved_together_with_the_rest(bot: Bot) -> None:
    card = await bot.asks(BATCH, rules=(a_rule("quorum = 2"), a_rule("quorum = 2")))
    first = next(str(b["block_id"]) for b in card.message.blocks if str(b["block_id"]).startswith("row:0:"))
    await card.edit(by=bot.ws.bob, values={"/n": "7"}, block_id=first)
    await shows(card, "Decide these with their own buttons: *1*")
    await card.click("approval:approve_rest", bot.ws.alice)
    await card.thread.wait_until(
        lambda: len([b for b in card.text.split("\n") if "*1 of 2*" in b]) == 2 or None
    )
    voted = await bot.approval(card)
    assert [len(voted.votes_on(row).votes) for row in (0, 1)] == [1, 1]


async def test_a_card_that_no_rule_matched_names_none(bot: Bot) -> None:
    card = await bot.asks(REFUND, rules=(Rule(name=NO_RULE),))

    assert "ule" not in card.text.rsplit("Requested", 1)[1]
