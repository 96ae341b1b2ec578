"""`validated_input`: asks until the answer is valid, and says what was wrong."""

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from tests.support.stage import Stage


async def test_it_asks_until_the_answer_is_valid(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("validated_input: the summer party")
    first = await approval_card(thread)
    assert "How many people come to the summer party?" in first.text

    await stage.ws.carol.replies(thread, "a lot")
    await first.closes()
    second = await approval_card(thread)
    assert "“a lot” is not a whole number." in second.text

    await second.answer(by=stage.ws.bob, value="4000")
    await second.closes()
    third = await approval_card(thread)
    assert "Our rooms hold 1 to 200, not 4000." in third.text

    await stage.ws.carol.replies(thread, "120")
    result = await thread.wait_for(lambda message: "*Result*" in full_text(message))
    assert "120" in full_text(result)
    assert "the summer party" in full_text(result)
    assert [event for event, _ in stage.ledger(thread)].count("resumed") == 3


async def test_an_answer_that_begins_with_a_dash_is_an_answer_like_others(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("validated_input: the summer party")
    first = await approval_card(thread)

    await stage.ws.carol.replies(thread, "-x")

    await first.closes()
    assert "Answered by" in first.text
    assert "Approved" not in first.text
    assert "-x" in first.text
    assert "“-x” is not a whole number." in (await approval_card(thread)).text
