"""`review_and_edit`: a draft of the model's is improved by a person, or left as it is."""

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from tests.support.stage import Stage


async def test_the_draft_is_edited(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("review_and_edit: the new coffee machine")
    card = await approval_card(thread)
    assert "Read the announcement and improve it." in card.text
    assert {*card.actions} == {"approval:approve", "approval:edit", "approval:other", "approval:cancel_run"}
    view = await card.form("approval:edit", stage.ws.bob)
    draft = view.values["/"]["value"]["value"]
    assert draft.startswith("the new coffee machine\n\nHello everyone,")

    await stage.ws.bob.submits(view, {"/": draft.replace("Hello everyone", "Dear coffee drinkers")})

    await card.closes()
    assert "- Hello everyone," in card.text
    assert "+ Dear coffee drinkers," in card.text
    result = await thread.wait_for(lambda message: "*Result*" in full_text(message))
    assert "Dear coffee drinkers" in full_text(result)
    assert "Hello everyone" not in full_text(result)


async def test_the_draft_is_fine(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("review_and_edit: the picnic")

    await (await approval_card(thread)).approve(by=stage.ws.bob)

    result = await thread.wait_for(lambda message: "*Result*" in full_text(message))
    assert "A short note: the picnic" in full_text(result)
