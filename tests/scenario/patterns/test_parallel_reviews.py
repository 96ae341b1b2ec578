"""`parallel_reviews`: a card per candidate, answered in any order, in a form of their answer's shape."""

from countersign.testing.cards import ApprovalCard, approval_cards
from slack_local.block_kit.text import full_text
from slack_local.people.threads import Thread
from tests.support.stage import Stage


async def cards_of(thread: Thread, count: int) -> list[ApprovalCard]:
    """The candidates' cards, in their order."""
    return await thread.wait_until(
        lambda: (
            [c for c in approval_cards(thread) if "How suitable" in c.text][:count]
            if sum("How suitable" in c.text for c in approval_cards(thread)) >= count
            else None
        ),
        what=f"{count} cards",
    )


async def test_three_are_reviewed_by_two_people_in_any_order(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("parallel_reviews: go")
    await (await thread.card()).click("start:open", stage.ws.carol)
    form = await stage.ws.carol.modal_opens(title="Start")
    await stage.ws.carol.submits(
        form, {"/position": "Gardener", "/candidates": "Ann\nBo\nCy", "/places": "2"}
    )
    shown = await cards_of(thread, 3)
    cards = {name: card for name in ("Ann", "Bo", "Cy") for card in shown if f"is {name}?" in card.text}
    assert set(cards) == {"Ann", "Bo", "Cy"}

    wrong = await cards["Cy"].form("approval:respond", stage.ws.bob)
    refused = await stage.ws.bob.submits(wrong, {"/score": "9", "/remark": "so good"})
    assert refused.outcome in {"errors", "incomplete"}
    assert set(refused.errors) == {"/score"}
    await stage.ws.bob.submits(wrong, {"/score": "5"})
    await cards["Cy"].closes()
    assert cards["Ann"].is_open
    assert cards["Bo"].is_open
    hers = {"/score": "2", "/remark": "hates plants"}
    await cards["Ann"].submit("approval:respond", stage.ws.alice, hers)
    his = {"/score": "4", "/remark": "green thumb"}
    await cards["Bo"].submit("approval:respond", stage.ws.bob, his)

    result = full_text(await thread.wait_for(lambda m: "*Result*" in full_text(m)))
    assert result.index("Cy") < result.index("Bo", result.index("invited"))
    for words in ("so good", "green thumb", "hates plants"):
        assert words in result
    assert [event for event, _ in stage.ledger(thread)].count("resumed") == 3
