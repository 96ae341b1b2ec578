"""Cards in a thread, pressed by people."""

from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from tests.slack.conftest import Bot
from tests.slack.stored_approval import stored

TOOL: Json = {
    "type": "tool_approval",
    "name": "post_message",
    "args": {"channel": "#ops", "text": "hello <!channel>"},
    "description": "Tool execution requires approval",
}


async def test_approve_decides_once_and_closes_the_card(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)

    await card.approve(by=bot.ws.bob)
    closed = await card.closes()

    decided = await stored(bot, approval)
    assert decided.status is Status.DECIDED
    assert decided.answer == {"type": "approve"}
    assert (await bot.jobs()).count(approval.thread_id) == 2
    assert f"<@{bot.ws.bob.id}>" in str(closed.blocks)
    assert "Approved by bob" in closed.text
    assert "<!channel>" not in str(closed.blocks)


async def test_reject_asks_for_a_reason_and_shows_it(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)

    submission = await card.reject(by=bot.ws.bob, reason="not <now> & never")
    closed = await card.closes()

    assert submission.outcome == "closed"
    decided = await stored(bot, approval)
    assert decided.answer == {"type": "reject", "message": "not <now> & never"}
    assert "not &lt;now&gt; &amp; never" in str(closed.blocks)


async def test_edit_is_a_form_over_the_arguments_and_the_card_shows_the_change(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)

    await card.edit(by=bot.ws.bob, values={"/channel": "#dev"})
    closed = await card.closes()

    decided = await stored(bot, approval)
    assert decided.answer == {
        "type": "edit",
        "edited_action": {"name": "post_message", "args": {"channel": "#dev", "text": "hello <!channel>"}},
    }
    assert "`#ops` → `#dev`" in str(closed.blocks)
