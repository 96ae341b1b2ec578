"""`nested`: a subgraph asks, first as a node and then called as a function."""

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from tests.support.stage import Stage


async def test_both_questions_reach_the_thread_and_both_answers_the_graph(either: Stage) -> None:
    thread = await either.ws.carol.mentions("nested: Our new logo")
    legal = await approval_card(thread)
    assert "Legal, what about “Our new logo”?" in legal.text

    await either.ws.bob.replies(thread, "no objection")
    await legal.closes()
    press = await approval_card(thread)
    assert "Press, what about “Our new logo”?" in press.text
    await press.answer(by=either.ws.alice, value="we love it")

    result = full_text(await thread.wait_for(lambda m: "*Result*" in full_text(m)))
    assert "no objection" in result
    assert "we love it" in result
    assert [event for event, _ in either.ledger(thread)].count("opened") == 2
