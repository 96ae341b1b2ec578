"""Code that drops the answer runs its action whatever it hears: a no ends the run before it can."""

from collections.abc import Awaitable, Callable

import pytest

from countersign.testing.cards import ApprovalCard, approval_card
from slack_local.block_kit.text import full_text
from slack_local.model.records import Ephemeral, View
from tests.scenario.guides.conftest import GuidePlayer
from tests.support.processes.bots import until

No = Callable[[GuidePlayer, ApprovalCard, str], Awaitable[None]]


async def by_button(player: GuidePlayer, card: ApprovalCard, _about: str) -> None:
    await card.reject(player.stage.ws.bob, "not on a Friday")


async def by_reply(player: GuidePlayer, card: ApprovalCard, _about: str) -> None:
    await player.stage.ws.bob.replies(card.thread, "reject, not on a Friday")


async def by_the_question_asked_back(player: GuidePlayer, card: ApprovalCard, _about: str) -> None:
    bob, thread = player.stage.ws.bob, card.thread
    await bob.replies(thread, "no, not on a Friday")

    def asks_back(seen: Ephemeral) -> bool:
        return seen.thread_ts == thread.ts and "Reject with this reason" in str(seen.blocks)

    await bob.clicks(await bob.sees_ephemeral(asks_back), "reply:reject")


async def on_home(player: GuidePlayer, _card: ApprovalCard, about: str) -> None:
    bob = player.stage.ws.bob
    await bob.opens_home()
    view = await bob.home_shows(lambda shown: about in str(shown.definition["blocks"]))
    await _rejected_in(player, view, about)


async def in_the_list(player: GuidePlayer, _card: ApprovalCard, about: str) -> None:
    bob = player.stage.ws.bob
    await bob.runs("/approvals")
    await _rejected_in(player, await bob.sees_ephemeral(about), about)


async def _rejected_in(player: GuidePlayer, shown: View | Ephemeral, about: str) -> None:
    bob = player.stage.ws.bob
    blocks = shown.definition["blocks"] if isinstance(shown, View) else shown.blocks or []
    start = next(place for place, block in enumerate(blocks) if about in str(block))
    block = next(
        block
        for block in blocks[start:]
        if any(element.get("action_id") == "approval:reject" for element in block.get("elements", ()))
    )
    await bob.clicks(shown, "approval:reject", block["block_id"])
    form = await bob.modal_opens()
    await bob.submits(form, {"/message": "not on a Friday"})


NOES: dict[str, No] = {
    "by its button": by_button,
    "by a reply": by_reply,
    "by the question asked back": by_the_question_asked_back,
    "on Home": on_home,
    "in the list of approvals": in_the_list,
}


@pytest.mark.parametrize("way", NOES)
async def test_a_no_to_code_that_drops_the_answer_never_runs_its_action(
    player: GuidePlayer, way: str
) -> None:
    about = f"4.2 {way}"
    thread = await player.begin("release", about)
    card = await approval_card(thread)
    assert {"approval:approve", "approval:reject"} <= set(card.actions)

    await NOES[way](player, card, about)

    await card.closes()
    await thread.wait_for("Run cancelled by bob")
    assert "not on a Friday" in card.text
    assert "Approved" not in card.text
    expected = ["opened", "decided", "run_cancelled"]
    await until(lambda: player.events(thread) == expected, lambda: f"{player.events(thread)}")
    assert not any("RAN" in full_text(message) for message in thread.from_bot())


@pytest.mark.parametrize("way", ["by its button", "by a reply"])
async def test_a_yes_to_code_that_drops_the_answer_lets_it_go_on(player: GuidePlayer, way: str) -> None:
    thread = await player.begin("release", "4.3")
    card = await approval_card(thread)
    bob = player.stage.ws.bob
    await (card.approve(bob) if way == "by its button" else bob.replies(thread, "approve"))
    await card.closes()
    assert "Approved" in card.text
    await player.ends_with(thread, "RAN")


async def test_a_no_to_one_of_several_actions_whose_decisions_are_dropped_runs_none(
    player: GuidePlayer,
) -> None:
    thread = await player.begin("payments", "May")
    card = await approval_card(thread)
    bob = player.stage.ws.bob
    assert "approval:edit" not in card.actions, "the code would not hear it"
    await card.approve(bob, _row(card, 0))
    await card.reject(bob, "Bo is paid", _row(card, 1))
    await card.closes()
    await thread.wait_for("Run cancelled by bob")
    assert not any("RAN" in full_text(message) for message in thread.from_bot())


async def test_a_yes_to_each_of_several_actions_lets_the_run_go_on(player: GuidePlayer) -> None:
    thread = await player.begin("payments", "June")
    card = await approval_card(thread)
    for row in range(2):
        await card.approve(player.stage.ws.bob, _row(card, row))
    await player.ends_with(thread, "RAN")


def _row(card: ApprovalCard, number: int) -> str:
    named = (str(block.get("block_id", "")) for block in card.message.blocks or ())
    return next(each for each in named if each.startswith(f"row:{number}:"))
