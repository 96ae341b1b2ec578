"""`multi_turn`: two agents and a person, with a human node each or one that they share."""

import pytest

from bot.local.threads import Card, Thread
from tests.support.stage import Stage


async def turn(thread: Thread, agent: str) -> Card:
    """The card on which this agent has said something and waits."""
    return await thread.wait_until(
        lambda: next((card for card in thread.cards() if f"The {agent} here." in card.text), None),
        what=f"the {agent}'s turn",
    )


@pytest.mark.parametrize("variant", ["separate", "shared"])
async def test_the_conversation_goes_to_whoever_it_is_about_until_done(stage: Stage, variant: str) -> None:
    thread = await stage.ws.carol.mentions(f"multi_turn_{variant}: a day at the lake")
    planner = await turn(thread, "planner")
    assert "a day at the lake" in planner.text

    await stage.ws.carol.replies(thread, "what does the budget say?")
    treasurer = await turn(thread, "treasurer")
    await treasurer.answer(by=stage.ws.bob, value="we have 200 euros of budget")
    await treasurer.closes()
    again = await turn(thread, "treasurer")
    assert "200 euros" in again.text

    await stage.ws.carol.replies(thread, "and who brings the boat?")
    last = await turn(thread, "planner")
    assert "who brings the boat" in last.text
    await stage.ws.carol.replies(thread, "done")

    await last.closes()
    assert thread.cards() == []
    await stage.ws.carol.replies(thread, "one more thing: the sun cream")
    assert "the sun cream" in (await turn(thread, "planner")).text
