"""`validated_input`: asks until the answer is valid, and says what was wrong."""

from slack_local.people.threads import everything_said
from tests.support.stage import Stage


async def test_it_asks_until_the_answer_is_valid(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("validated_input: the summer party")
    first = await thread.card()
    assert "How many people come to the summer party?" in first.text

    await stage.ws.carol.replies(thread, "a lot")
    await first.closes()
    second = await thread.card()
    assert "“a lot” is not a whole number." in second.text

    await second.answer(by=stage.ws.bob, value="4000")
    await second.closes()
    third = await thread.card()
    assert "Our rooms hold 1 to 200, not 4000." in third.text

    await stage.ws.carol.replies(thread, "120")
    result = await thread.wait_for(lambda message: "*Result*" in everything_said(message))
    assert "120" in everything_said(result)
    assert "the summer party" in everything_said(result)
    assert [event for event, _ in stage.ledger(thread)].count("resumed") == 3
