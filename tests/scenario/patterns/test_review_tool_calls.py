"""`review_tool_calls`: a call is let through, changed, or sent back with feedback."""

from countersign.testing.cards import ApprovalCard, approval_card
from tests.scenario.test_spine import posted_in
from tests.support.stage import Stage


async def asked(stage: Stage, text: str) -> ApprovalCard:
    thread = await stage.ws.carol.mentions(f"review_tool_calls: post '{text}' to #ops")
    card = await approval_card(thread)
    decisions = ("approve", "edit", "reject", "respond", "other")
    assert {*card.actions} == {f"approval:{name}" for name in decisions}
    assert "Post message" in card.text
    assert text in card.text
    return card


async def test_continue(stage: Stage) -> None:
    card = await asked(stage, "Tea is ready")
    await card.approve(by=stage.ws.bob)
    await card.thread.wait_for("The message is in #ops.")
    assert len(posted_in(stage, "ops", "Tea is ready")) == 1


async def test_update(stage: Stage) -> None:
    card = await asked(stage, "Tea is cold")
    await card.edit(by=stage.ws.bob, values={"/text": "Tea is hot"})
    await card.thread.wait_for("The message is in #ops.")
    assert posted_in(stage, "ops", "Tea is hot")
    assert not posted_in(stage, "ops", "Tea is cold")


async def test_feedback_goes_back_to_the_model_which_tries_again(stage: Stage) -> None:
    card = await asked(stage, "tea!!!")
    await card.respond(by=stage.ws.bob, message="Calmer, please: 'There is tea'")
    await card.closes()
    second = await approval_card(card.thread)
    assert "There is tea" in second.text
    await second.approve(by=stage.ws.alice)
    await card.thread.wait_for("The message is in #ops.")
    assert posted_in(stage, "ops", "There is tea")
    assert not posted_in(stage, "ops", "tea!!!")


async def test_a_rejection_is_feedback_too(stage: Stage) -> None:
    card = await asked(stage, "No tea today")
    await card.reject(by=stage.ws.bob)
    await card.thread.wait_for("Rejected by a human reviewer.")
    assert not posted_in(stage, "ops", "No tea today")
