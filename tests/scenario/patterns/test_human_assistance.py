"""`human_assistance`: the model asks the thread, through a tool."""

from countersign.testing.cards import approval_card
from tests.support.stage import Stage


async def test_the_answer_is_given_in_the_form(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("human_assistance: ask the team who is on call")
    card = await approval_card(thread)
    assert card.actions == ["approval:respond", "approval:other", "approval:cancel_run"]
    assert "Who is on call?" in card.text

    await card.respond(by=stage.ws.bob, message="alice, until Friday")

    await thread.wait_for("I will go by your answer: alice, until Friday")


async def test_the_answer_is_a_reply(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("human_assistance: ask someone who is on call")
    await approval_card(thread)

    await stage.ws.alice.replies(thread, "that would be bob")

    await thread.wait_for("I will go by your answer: that would be bob")
    assert thread.cards() == []


async def test_two_questions_at_once_are_answered_in_any_order(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions(
        "human_assistance: ask the team who is on call, and ask someone where the keys are"
    )
    first, second = await approval_card(thread), await approval_card(thread, 1)
    assert "Who is on call?" in first.text
    assert "Where are the keys?" in second.text

    await stage.ws.bob.replies(thread, "bob is")  # with two of them, a reply can be for either
    await thread.wait_for("2 approvals are waiting in this thread")
    await second.respond(by=stage.ws.bob, message="on the hook")
    await second.closes()
    assert first.is_open
    await first.respond(by=stage.ws.alice, message="bob")

    told = await thread.wait_for("I will go by your answer: bob")
    assert "on the hook" in told.text
