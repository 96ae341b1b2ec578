"""A payload that takes long to read is read beside the event loop, and a larger one not at all."""

import asyncio
import pkgutil
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.flow.review import Review
from countersign.interrupts import TOO_LARGE_KEY, UNSET, parse, within_limit
from countersign.slack.cards.open_card import render_card
from tests.slack.conftest import Bot

REJECT, RESPOND = DecisionKind.REJECT, DecisionKind.RESPOND
TOOL: Json = {"type": "tool_approval", "name": "transfer", "args": {"to": "bob", "amount": 12}}


def calling(**args: Json) -> Json:
    return {"type": "tool_approval", "name": "transfer", "args": args}


def slow(seed: str) -> Json:
    """About as large as a payload may be, of characters that take long to look at."""
    return calling(**{f"{seed}{at:05}": f"аa\u200b{at}" for at in range(8_000)})


def deep(levels: int) -> Json:
    value: Json = "bottom"
    for _ in range(levels):
        value = {"a": value}
    return value


HUGE: dict[str, Json] = {
    "keys": {f"k{at}": at for at in range(200_000)},
    "arguments": calling(**{f"k{at}": at for at in range(200_000)}),
    "deep": calling(all=[deep(60) for _ in range(3000)]),
    "items": calling(items=list(range(100_000))),
    "a text": calling(text="x" * 5_000_000),
    "invisible": calling(text="\u200b\u202e" * 100_000),
    "marks": calling(text="a\u0335\u0336" * 20_000),
    "tags": calling(text="\U000e0041" * 40_000),
    "options": {"question": "Which?", "options": [f"option {at}" for at in range(50_000)]},
    "a question": {"question": "word " * 1_000_000},
    "actions": {"action_requests": [{"name": f"t{at}", "args": {"a": at}} for at in range(30_000)]},
    "an inbox": {
        "action_request": {"action": "pay", "args": {f"k{at}": at for at in range(50_000)}},
        "config": {"allow_ignore": True, "allow_respond": True, "allow_edit": True, "allow_accept": True},
    },
    "a text to revise": {"text_to_revise": "word " * 1_000_000},
}


@pytest.mark.parametrize("name", HUGE)
def test_what_is_too_large_to_read_is_rejected_or_answered_and_nothing_else(name: str) -> None:
    kept = within_limit(HUGE[name])

    request = parse(kept)

    assert isinstance(kept, dict)
    assert TOO_LARGE_KEY in kept
    assert len(str(kept)) < 400_000
    for row in request.rows:
        assert row.allowed
        assert row.allowed <= {REJECT, RESPOND}
        assert row.options == ()
        fields = [field for form in row.forms.values() for field in form.fields if field.pointer != "/as"]
        assert all(field.initial is UNSET for field in fields)
    assert "too large to show" in str(request.description)


@pytest.mark.parametrize("name", ["arguments", "deep", "items", "a text", "invisible"])
def test_a_call_that_is_too_large_is_rejected_in_the_words_of_its_dialect(name: str) -> None:
    request = parse(within_limit(HUGE[name]))

    (row,) = request.rows
    assert request.answer([row.decide(REJECT)]) == {"type": "reject"}


def test_what_can_be_read_stays_as_it_is() -> None:
    for value in (TOOL, {"query": "a" * 1_000_000}, slow("s"), {"text": "漢字" * 60_000}, None, "", []):
        assert within_limit(value) is value


def test_whoever_forges_the_mark_gets_less_not_more() -> None:
    forged: Json = {TOO_LARGE_KEY: TOOL, "values": 1, "characters": 1}
    for _ in range(40):
        forged = {TOO_LARGE_KEY: forged, "values": 1, "characters": 1}

    assert parse(forged).rows[0].allowed <= {REJECT, RESPOND}
    near: Json = {TOO_LARGE_KEY: TOOL, "values": "1", "characters": 1}
    assert parse(near).dialect == "anything_else"


async def meanwhile(bot: Bot, slow_work: Callable[[], Awaitable[Any]]) -> Any:
    """Somebody else's click, in another thread, is answered while this goes on."""
    other = await bot.asks(TOOL)
    working = asyncio.ensure_future(slow_work())
    await asyncio.sleep(0)  # it has begun

    await other.approve(by=bot.ws.bob)

    assert not working.done(), "the click waited for it"
    found = await bot.store.waiting(bot.context.workspace.team, None, 100)
    assert other.ts not in {review.approval.card_ts for review in found}
    return await working


async def unread(bot: Bot, seed: str) -> Approval:
    """An approval of a payload of which nothing is cached."""
    return await bot.approval(await bot.asks(slow(seed)))


async def test_a_click_is_answered_while_a_large_card_is_drawn(either_bot: Bot) -> None:
    approval = await unread(either_bot, "drawn")

    await meanwhile(either_bot, lambda: either_bot.context.client.update_card(Review(approval)))


def record_threads(monkeypatch: pytest.MonkeyPatch, function: str) -> list[int]:
    """The threads in which a function is called from now on, by their ids."""
    real, threads = pkgutil.resolve_name(function), list[int]()

    def recorded(*arguments: Any, **named: Any) -> Any:
        threads.append(threading.get_ident())
        return real(*arguments, **named)

    monkeypatch.setattr(function, recorded)
    return threads


async def test_a_large_payload_is_read_beside_the_event_loop(
    http_bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    approval = await unread(http_bot, "read")
    threads = record_threads(monkeypatch, "countersign.flow.review.parse")

    review = await http_bot.store.approval(approval.id)

    assert review is not None
    assert "request" in review.__dict__
    assert threads
    assert threading.get_ident() not in threads


async def test_large_details_are_laid_out_beside_the_event_loop(
    http_bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await http_bot.asks(slow("layout"))
    threads = record_threads(monkeypatch, "countersign.slack.listeners.buttons.details_buttons.details_view")

    await http_bot.ws.alice.clicks(card.message, "approval:view")

    await http_bot.ws.alice.modal_opens()
    assert threads
    assert threading.get_ident() not in threads


async def test_a_click_is_answered_while_large_details_are_opened(either_bot: Bot) -> None:
    bot = either_bot
    card = await bot.asks(slow("details"))

    await meanwhile(bot, lambda: bot.ws.alice.clicks(card.message, "approval:view"))


async def test_the_card_of_what_is_too_large_says_so_and_has_no_approve(either_bot: Bot) -> None:
    card = await either_bot.asks(within_limit(HUGE["arguments"]))

    assert "approval:approve" not in card.actions
    assert "approval:edit" not in card.actions
    assert "too large to show" in str(card.message.blocks)
    approval = await either_bot.approval(card)
    await card.reject(by=either_bot.ws.bob)
    found = await either_bot.store.approval(approval.id)
    assert found is not None
    assert found.approval.outcome == "rejected"
    assert "too large to show" in str(render_card(found).blocks)
