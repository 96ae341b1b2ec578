"""`multi_turn`: two agents and a person, with a human node each or one that they share."""

import pytest

from countersign.testing.cards import ApprovalCard, approval_cards
from slack_local.people.threads import Thread
from tests.support.stage import Stage


async def turn(thread: Thread, agent: str, said: str) -> ApprovalCard:
    """The card on which this agent waits, after it has said this."""
    await thread.wait_for(
        lambda message: message.text.startswith(f"The {agent} here.") and said in message.text
    )
    return await thread.wait_until(
        lambda: next((card for card in approval_cards(thread) if f"The {agent} waits" in card.text), None),
        what=f"the {agent}'s turn",
    )


@pytest.mark.parametrize("variant", ["separate", "shared"])
async def test_the_conversation_goes_to_whoever_it_is_about_until_done(either: Stage, variant: str) -> None:
    thread = await either.ws.carol.mentions(f"multi_turn_{variant}: a day at the lake")
    await turn(thread, "planner", "a day at the lake")

    await either.ws.carol.replies(thread, "what does the budget say?")
    treasurer = await turn(thread, "treasurer", "what does the budget say?")
    await treasurer.answer(by=either.ws.bob, value="we have 200 euros of budget")
    await treasurer.closes()
    await turn(thread, "treasurer", "200 euros")

    await either.ws.carol.replies(thread, "and who brings the boat?")
    last = await turn(thread, "planner", "who brings the boat")
    await either.ws.carol.replies(thread, "done")

    await last.closes()
    assert thread.cards() == []
    await either.ws.carol.replies(thread, "one more thing: the sun cream")
    await turn(thread, "planner", "the sun cream")
