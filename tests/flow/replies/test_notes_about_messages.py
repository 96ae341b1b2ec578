"""The notes in a thread about its messages: one for each message, or one for all that wait for the same."""

from dataclasses import replace

import pytest

from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.work import StepResult
from tests.flow.replies.reply_handling import CARD, Handling, decisions, notes
from tests.flow.rows import NOW, a_message, an_approval, decided, work


def keys(result: StepResult) -> list[str]:
    return [row.key for row in result.post if row.kind is OutgoingKind.NOTE]


async def test_an_answer_that_does_not_fit_is_told_in_the_thread_and_decides_nothing() -> None:
    handling = Handling("How many?", schema={"type": "integer"}, answer_shape=None)
    result = await handling.says("a few")
    assert (len(notes(result)), result.changes, result.done) == (1, (), ("message:1",))
    assert decisions(handling) == []
    await handling.says("7")
    assert [each[0].value for each in decisions(handling)] == [7]


async def test_each_bad_answer_has_a_note_of_its_own() -> None:
    handling = Handling("How many?", schema={"type": "integer"}, answer_shape=None)
    first = await handling.says("a few")
    second = await handling.handle(replace(handling.message("many"), key="message:2"))
    assert len({*keys(first), *keys(second)}) == 2


async def test_what_waits_is_posted_once_for_the_same_approvals_in_whatever_order() -> None:
    handling = Handling()
    one, other = handling.approval, replace(an_approval("i2"), card_ts=CARD)
    about: list[list[str]] = []
    for waiting in ((one, other), (other, one), (one,), (other,)):
        handling.work = work(*waiting)
        ids = tuple(each.id for each in waiting)
        about.append(keys(await handling.says("how much is it?", open_approvals=ids)))
    assert [len(each) for each in about] == [1, 1, 1, 1]
    assert about[0] == about[1]
    assert len({key for each in about for key in each}) == 3


async def test_what_can_be_undone_and_each_failed_step_are_posted_once_of_their_own() -> None:
    handling = Handling()
    about: list[str] = []
    undoable = replace(decided(handling.approval), undo_until=NOW)
    for now in (work(undoable), work(halted="e1"), work(halted="e2")):
        handling.work = now
        about += keys(await handling.says("and now?", open_approvals=()))
    assert len(about) == len(set(about)) == 3


@pytest.mark.parametrize(
    ("card_ts", "losses", "again"),
    [(None, 0, 0), (None, 1, 1), (None, 2, 1), (CARD, 1, 0)],
    ids=["not posted yet", "deleted", "deleted again", "posted again"],
)
async def test_a_card_is_posted_again_while_it_is_gone(card_ts: str | None, losses: int, again: int) -> None:
    handling = Handling(card_ts=card_ts, card_losses=losses, rule="replies = false")
    result = await handling.says("approve")
    assert [row.kind for row in result.post].count(OutgoingKind.CARD) == again


async def test_a_message_while_the_card_is_not_posted_yet_came_early() -> None:
    assert (await Handling(card_ts=None).says("hello")).held == ("message:1",)


async def test_a_message_to_a_thread_in_which_nothing_waits_is_not_kept() -> None:
    handling = Handling()
    handling.work = work(halted="e1")
    assert (await handling.handle(a_message(1, ts="100.000001"))).held == ()
