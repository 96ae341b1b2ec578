"""The Home tab: what waits for whoever opens it, decided there, and followed without a flood of calls."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.approver_set import ApproverSet, Source, SourceKind
from countersign.approvals.policy.rule import Rule
from countersign.jobs.periodic import run_every
from countersign.testing.cards import ApprovalCard
from slack_local.model.records import View
from slack_local.people.person import Person
from tests.slack.conftest import Bot
from tests.slack.stored_approval import stored

TOOL: Json = {
    "type": "tool_approval",
    "name": "post_message",
    "args": {"channel": "#ops", "text": "hello <!channel>"},
}


@pytest.fixture
async def worker(bot: Bot) -> AsyncIterator[None]:
    """What a worker does beside the threads: it publishes Home tabs that show something old."""
    following = asyncio.create_task(run_every(0.1, "publish_homes", bot.context.home_tabs.publish_stale))
    yield
    following.cancel()


FINANCE = ApproverSet(source=Source(kind=SourceKind.GROUP, names=("@finance",)))


def saying(*texts: str, but: str | None = None) -> Callable[[View], bool]:
    def fits(view: View) -> bool:
        said = str(view.definition["blocks"])
        return all(text in said for text in texts) and (but is None or but not in said)

    return fits


async def home_of(person: Person, *texts: str, but: str | None = None) -> View:
    await person.opens_home()
    return await person.home_shows(saying(*texts, but=but))


def button(view: View, action_id: str, number: int = 0) -> dict[str, Any]:
    """A button, with the id of its block."""
    found = [
        {**element, "block_id": block["block_id"]}
        for block in view.definition["blocks"]
        for element in (*block.get("elements", ()), block.get("accessory") or {})
        if element.get("action_id") == action_id
    ]
    return found[number]


async def press(person: Person, action_id: str, number: int = 0) -> None:
    view = person.home
    assert view is not None
    pressed = await person.clicks(view, action_id, button(view, action_id, number)["block_id"])
    assert pressed.error is None


async def test_home_shows_what_waits_with_its_effect_requester_and_card(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    view = await home_of(bot.ws.bob, "Waiting for you (1)")
    said = str(view.definition["blocks"])
    assert "Post message" in said
    assert f"Requested by <@{bot.ws.carol.id}>" in said
    assert f"/archives/{card.thread.channel}/p{card.ts.replace('.', '')}" in said
    assert f"<#{card.thread.channel}>" in said
    assert "hello &lt;!channel&gt;" in said
    assert "<!channel>" not in said
    assert button(view, "approval:approve")["value"] == _value_on(card, "approval:approve")
    assert button(view, "approval:view")["text"]["text"] == "Details"
    assert "more value" not in said


async def test_values_that_an_entry_has_no_room_for_are_counted(bot: Bot) -> None:
    args: Json = {"text": "long " * 100, **{f"field{n}": n for n in range(6)}}
    await bot.asks({"type": "tool_approval", "name": "post", "args": args})
    await home_of(bot.ws.bob, "_3 more values in *Details*_", but="long long")


def _value_on(card: ApprovalCard, action_id: str) -> str:
    elements = [e for block in card.message.blocks for e in block.get("elements", ())]
    return str(next(e for e in elements if e.get("action_id") == action_id)["value"])


async def test_a_decision_on_the_home_tab_closes_the_card_and_leaves_the_tab(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    await home_of(bot.ws.bob, "Waiting for you (1)")

    await press(bot.ws.bob, "approval:approve")

    assert "Approved by bob" in (await card.closes()).text
    decided = await stored(bot, approval)
    assert decided.status is Status.DECIDED
    await bot.ws.bob.home_shows(saying("Nothing waits for you", "*Approved*", "Post message"))


async def test_a_form_behind_a_button_of_the_home_tab_decides_too(bot: Bot, worker: None) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    await home_of(bot.ws.bob, "Waiting for you (1)")

    await press(bot.ws.bob, "approval:reject")
    form = await bot.ws.bob.modal_opens(title="Reject")
    sent = await bot.ws.bob.submits(form, {"/message": "not now"})

    assert sent.outcome == "closed"
    await card.closes()
    decided = await stored(bot, approval)
    assert decided.answer == {"type": "reject", "message": "not now"}
    await bot.ws.bob.home_shows(saying("Nothing waits for you"))


async def test_many_batches_leave_room_for_each_other_and_for_the_pages(bot: Bot) -> None:
    rows: Json = [{"name": f"step{n}", "args": {"number": n}} for n in range(10)]
    for _ in range(9):
        await bot.asks({"action_requests": rows})
    view = await home_of(bot.ws.bob, "Waiting for you (9)", "Next")
    blocks = view.definition["blocks"]
    assert len(blocks) <= 100
    for number in range(8):
        assert button(view, "approval:approve", number), "each can be decided"
    listed = (await bot.ws.bob.runs("/approvals")).payload
    assert listed is not None
    assert len(listed["blocks"]) <= 50
    assert "Next" in str(listed["blocks"])


async def test_details_open_from_the_home_tab(bot: Bot) -> None:
    await bot.asks(TOOL)
    await home_of(bot.ws.bob, "Waiting for you (1)")
    await press(bot.ws.bob, "approval:view")
    assert "post_message" in str((await bot.ws.bob.modal_opens()).definition)


async def test_a_click_on_an_entry_that_was_decided_meanwhile_changes_nothing_and_says_why(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    view = await home_of(bot.ws.bob, "Waiting for you (1)")
    stale = button(view, "approval:approve")
    await card.reject(by=bot.ws.alice)
    await card.closes()

    await bot.ws.bob.clicks(view, "approval:approve", stale["block_id"])

    notice = await bot.ws.bob.modal_opens(title="Nothing was changed")
    assert "rejected by alice already" in str(notice.definition)
    await bot.ws.bob.home_shows(saying("Nothing waits for you"))


async def test_a_digest_that_is_not_the_shown_one_decides_nothing(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    view = await home_of(bot.ws.bob, "Waiting for you (1)")
    element = next(
        e
        for block in view.definition["blocks"]
        for e in block.get("elements", ())
        if e.get("action_id") == "approval:approve"
    )
    element["value"] = element["value"][:-4] + "0000"

    await press(bot.ws.bob, "approval:approve")

    await bot.ws.bob.modal_opens(title="Nothing was changed")
    assert card.is_open


async def test_it_waits_for_those_who_can_fill_a_seat_that_is_open(bot: Bot) -> None:
    ws = bot.ws
    rule = Rule(name="refunds", approvers=(FINANCE,), requester_may_decide=False)
    card = await bot.asks(TOOL, rules=(rule,))
    await home_of(ws.bob, "Waiting for you (1)")
    await home_of(ws.alice, "Nothing waits for you")  # not in @finance
    await home_of(ws.carol, "Nothing waits for you", "Asked by you (1)")  # in it, and asked for it

    await press(ws.bob, "approval:approve")
    await card.closes()


async def test_a_vote_leaves_the_inbox_of_whoever_gave_it(bot: Bot, worker: None) -> None:
    ws = bot.ws
    await bot.asks(TOOL, rules=(Rule(name="two", quorum=2),))
    await home_of(ws.bob, "Waiting for you (1)")
    await home_of(ws.alice, "Waiting for you (1)")
    await press(ws.bob, "approval:approve")
    await ws.bob.home_shows(saying("Nothing waits for you"))
    await ws.alice.home_shows(saying("Waiting for you (1)", "1 of 2"))


async def test_a_guest_is_told_that_guests_do_not_decide(bot: Bot) -> None:
    await bot.asks(TOOL)
    await home_of(bot.ws.gus, "Guests can't approve", but="approval:approve")


async def test_what_waits_in_a_private_channel_is_not_shown_to_others(bot: Bot) -> None:
    ws = bot.ws
    board = ws.add_channel("board", [ws.alice, ws.carol], private=True)
    thread = await ws.carol.mentions("please", channel=board)
    named = ApproverSet(source=Source(kind=SourceKind.USERS, names=(ws.bob.id, ws.alice.id)))
    await bot.asks(TOOL, thread=thread, rules=(Rule(name="named", approvers=(named,)),))
    await home_of(ws.alice, "Waiting for you (1)")
    await home_of(ws.bob, "Nothing waits for you", but="Post message")


async def test_it_follows_changes_with_few_calls(bot: Bot, worker: None) -> None:
    ws = bot.ws
    await home_of(ws.bob, "Nothing waits for you")
    thread = await ws.carol.mentions("please")
    published = len(ws.log.calls("views.publish"))
    for number in range(12):
        await bot.asks({"type": "tool_approval", "name": f"step{number}", "args": {}}, thread=thread)
    asked = time.monotonic()
    await ws.bob.home_shows(saying("Waiting for you (12)"))
    assert time.monotonic() - asked < 2
    assert len(ws.log.calls("views.publish")) - published <= 4
    reads = len(ws.log.calls("users.conversations"))
    assert reads <= 2, "where somebody is is remembered for some seconds"


async def test_nobody_who_has_no_tab_open_costs_a_call(bot: Bot) -> None:
    await bot.asks(TOOL)
    await bot.context.home_tabs.publish_stale()
    assert bot.ws.log.calls("views.publish") == []
