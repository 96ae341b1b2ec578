"""Graphs that were written without the guides at hand: what arrives is what the card said."""

from collections.abc import Sequence

import pytest

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from tests.scenario.guides.conftest import Act, GuidePlayer, answer, approve, option, other, reject, reply

PLAYS: dict[str, tuple[str, str, Sequence[Act], tuple[str, ...]]] = {
    "a pizza by buttons": ("pizza", "Ann", [option("funghi"), answer("2"), approve], ("2 funghi for 18.00",)),
    "a pizza by replies": ("pizza", "Ann", [option("diavola"), reply("3"), reply("approve")], ("for 30.00",)),
    "no pizza": ("pizza", "Ann", [option("funghi"), reply("2"), reject], ("nothing ordered",)),
    "another pizza": ("pizza", "Ann", [answer("calzone")], ("we have no calzone",)),
    "a gate opened": ("deployment", "api", [answer("api")], ("deployed api",)),
    "a gate closed": ("deployment", "api", [answer("no")], ("aborted: 'no'",)),
    "a rating": ("survey", "tea", [answer("4")], ("rating", "4")),
    "a rating by number": ("survey", "tea", [other("5", "number")], ("rating", "5")),
    "a rating by JSON": ("survey", "tea", [other('{"rating": 3, "comment": "ok"}')], ("3", "ok")),
    "paid": ("payments", "Bo", [option("pay"), option("hold")], ("pay, then hold",)),
    "refused": ("payments", "Bo", [reject], ("refuse at first",)),
    "refused by reply": ("payments", "Bo", [reply("reject")], ("refuse at first",)),
    "released": ("release", "1.2", [approve], ("1.2 is out",)),
    "a slogan that is kept": ("slogans", "So far", [approve], ("kept So far",)),
    "a slogan that is not": ("slogans", "So far", [reject], ("dropped",)),
    "a slogan refused by reply": ("slogans", "So far", [reply("reject")], ("dropped",)),
    "a new slogan": ("slogans", "So far", [other("Far out", "text")], ("changed to Far out",)),
    "rows": ("importer", "a list", [answer('[{"name": "Ann"}]')], ("1 rows, first Ann",)),
    "rows by reply": ("importer", "a list", [reply('[{"name": "Bo"}, 2]')], ("2 rows, first Bo",)),
    "nights": ("booking", "Rome", [answer("3 nights")], ("nights", "3")),
    "never mind": ("booking", "Rome", [answer("no, never mind")], ("cancelled", "Yes")),
}


@pytest.mark.parametrize("name", PLAYS)
async def test_what_arrives_is_what_the_card_said(player: GuidePlayer, name: str) -> None:
    graph, text, acts, said = PLAYS[name]
    await player.play_out(graph, text, acts, *said)


async def test_a_question_whose_answer_nobody_reads_is_refused_by_ending_the_run(player: GuidePlayer) -> None:
    """The code would go on all the same."""
    thread = await player.begin("release", "1.3")
    card = await approval_card(thread)
    await card.reject(by=player.stage.ws.bob)
    await thread.wait_for("Run cancelled by bob")
    assert not any("is out" in full_text(message) for message in thread.from_bot())
