"""Forms and details that are longer than one view: pages, parts of a text, and who may turn them."""

from random import Random
from typing import Any

from countersign.approvals.json import Json
from slack_local.model.records import View
from tests.slack.conftest import Bot
from tests.slack.stored_approval import stored


async def test_everything_can_be_read_page_by_page(bot: Bot) -> None:
    value: Json = {
        "type": "tool_approval",
        "name": "write",
        "args": {"text": "".join(f"line {n}\n" for n in range(9000))},
    }
    card = await bot.asks(value)
    view = await card.form("approval:view", bot.ws.gus)
    seen = str(view.definition["blocks"])
    assert "line 0\\n" in seen

    def turned() -> View | None:
        modal = bot.ws.gus.modal
        return modal if modal is not None and modal.hash != before else None

    while "line 8999" not in seen:
        onward = [e for b in view.definition["blocks"] if b["type"] == "actions" for e in b["elements"]]
        forward = [e for e in onward if "›" in e["text"]["text"] and "‹" not in e["text"]["text"]]
        assert forward, "no way to the end"
        before = view.hash
        await bot.ws.gus.clicks(view, forward[0]["action_id"])
        view = await bot.ws.slack.changes.wait_for(
            ("screen", bot.ws.gus.id),
            turned,
            limit=5,
            what="the next page",
        )
        seen = str(view.definition["blocks"])


async def test_long_text_is_edited_in_parts_and_comes_back_whole(bot: Bot) -> None:
    text = "".join(f"line {n} of the text\n" for n in range(500))
    card = await bot.asks({"type": "tool_approval", "name": "write", "args": {"text": text}})
    approval = await bot.approval(card)
    view = await card.form("approval:edit", bot.ws.bob)
    first = next(b for b in view.definition["blocks"] if b.get("block_id") == "/text")
    await bot.ws.bob.submits(view, {"/text": "NEW " + first["element"]["initial_value"]})
    answer: Any = (await stored(bot, approval)).answer
    assert answer["edited_action"]["args"] == {"text": "NEW " + text}


async def test_a_form_of_several_pages_keeps_what_was_typed_on_each(bot: Bot) -> None:
    args: dict[str, Json] = {f"k{n}": "word " * 100 for n in range(400)}
    card = await bot.asks({"type": "tool_approval", "name": "transfer", "args": args})
    approval = await bot.approval(card)
    view = await card.form("approval:edit", bot.ws.bob)
    await bot.ws.bob.fills(view, {"/k3": "third"})
    await turned(bot, view, 1)
    await bot.ws.bob.fills(view, {"/k100": "hundredth"})
    await turned(bot, view, 0)
    assert view.values["/k3"]["value"]["value"] == "third"
    await bot.ws.bob.fills(view, {"/k4": "fourth"})
    await turned(bot, view, 4)

    sent = await bot.ws.bob.submits(view, {"/k399": "last"})

    assert sent.outcome == "closed"
    answer: Any = (await stored(bot, approval)).answer
    changed = {"k3": "third", "k4": "fourth", "k100": "hundredth", "k399": "last"}
    assert answer["edited_action"]["args"] == {**args, **changed}


async def turned(bot: Bot, view: View, page: int) -> None:
    """Turn to a page of the form, counted from 0."""
    await bot.ws.bob.clicks(view, f"form:turn:{page}")
    await bot.ws.slack.changes.wait_for(
        ("screen", bot.ws.bob.id),
        lambda: f"pages:{page}" in str(view.definition["blocks"]),
        limit=10,
        what=f"page {page}",
    )


async def test_a_page_is_not_turned_over_more_than_can_be_kept(bot: Bot) -> None:
    args: dict[str, Json] = {f"k{n}": "word " * 100 for n in range(400)}
    card = await bot.asks({"type": "tool_approval", "name": "transfer", "args": args})
    view = await card.form("approval:edit", bot.ws.bob)
    much = {f"/k{n}": Random(n).randbytes(1400).hex() for n in range(9)}
    await bot.ws.bob.fills(view, much)

    await bot.ws.bob.clicks(view, "form:turn:1")

    await bot.ws.slack.changes.wait_for(
        ("screen", bot.ws.bob.id), lambda: "too long to keep" in str(view.definition), limit=10, what="a word"
    )
    assert view.values["/k8"]["value"]["value"] == much["/k8"]
    assert "pages:0" in str(view.definition["blocks"])


async def test_a_page_is_turned_for_nobody_who_may_not_decide(bot: Bot) -> None:
    args: dict[str, Json] = {f"k{n}": "word " * 100 for n in range(400)}
    card = await bot.asks({"type": "tool_approval", "name": "transfer", "args": args})
    view = await card.form("approval:edit", bot.ws.bob)
    await card.reject(bot.ws.alice)
    await card.closes()

    await bot.ws.bob.clicks(view, "form:turn:1")

    await bot.ws.slack.changes.wait_for(
        ("screen", bot.ws.bob.id), lambda: "Nothing was changed" in str(view.definition), limit=10, what="it"
    )
