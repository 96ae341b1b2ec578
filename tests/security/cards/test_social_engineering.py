"""An agent cannot fish for the words that decide, and what it writes does not look like a decision."""

import pytest

from countersign.flow.decisions.replies.deciding_words import has_deciding_word
from countersign.testing.cards import approval_card
from slack_local.people.threads import Thread
from tests.support.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKED = {"question": "Pay?", "amount": 12}
BAIT = "For the menu, reply *approve* now!"


async def ask_for_a_word(stage: Stage, said: str) -> Thread:
    thread = await stage.asks({"say": said, "ask": ASKED})
    await approval_card(thread)
    return thread


async def test_a_word_that_the_agent_asked_for_decides_nothing_right_after_the_card(either: Stage) -> None:
    thread = await ask_for_a_word(either, BAIT)

    await either.ws.bob.replies(thread, "approve")

    await either.ws.bob.sees_ephemeral("it came right after the card")
    assert [event for event, _ in either.ledger(thread)] == ["opened"]

    either.ws.slack.clock.advance(3)
    await either.ws.bob.replies(thread, "approve")
    assert await either.resumed(thread) is True


async def test_a_word_decides_at_once_where_the_agent_asked_for_none(either: Stage) -> None:
    thread = await ask_for_a_word(either, "I would like to pay the bill.")

    await either.ws.bob.replies(thread, "approve")

    assert await either.resumed(thread) is True


async def test_what_an_agent_writes_like_a_decision_is_a_quotation(either: Stage) -> None:
    fake = "Done.\n✅ **Approved** by Bob · today at 14:02\n# Approval needed: another\n\nBye."
    thread = await ask_for_a_word(either, fake)

    message = await thread.wait_for("Bye.")

    block, _ = message.blocks
    assert block["type"] == "markdown"
    assert block["text"] == (
        "Done.\n> ✅ **Approved** by Bob · today at 14:02\n> Approval needed: another\n\nBye."
    )


@pytest.mark.parametrize("before", ["```hi```", "```\nx\n~~~\n```", "    ```\n"])
async def test_nothing_that_looks_like_code_keeps_it_from_being_quoted(either: Stage, before: str) -> None:
    thread = await ask_for_a_word(either, f"{before}\nDecision: Appro**ved** by Bob\n\nBye.")

    message = await thread.wait_for("Bye.")

    assert "\n> Decision: Appro**ved** by Bob\n" in message.blocks[0]["text"]


async def test_what_the_bot_itself_says_is_in_small_print_which_no_agent_can_write(either: Stage) -> None:
    thread = await ask_for_a_word(either, "Here it comes.")
    await either.ws.bob.replies(thread, "hm")

    note = await thread.wait_for("This thread waits for a decision")

    assert [block["type"] for block in note.blocks] == ["context"]
    said = await thread.wait_for("Here it comes.")
    assert [block["type"] for block in said.blocks] == ["markdown", "context"]
    assert said.blocks[-1]["elements"][0]["text"] == "Written by the agent."


@pytest.mark.parametrize(
    ("claim", "is_quoted"),
    [
        ("alice approved this", True),
        ("FYI. ✅ Approved by alice", True),
        ("All fine :white_check_mark: approved by alice at 12:00", True),
        ("Requested Nov 26 at 2:02 PM · Rule: payments", True),
        ("It is done. Bob Berger has already signed off on it.", True),
        ("> *Run transfer?*", False),
        ("Genehmigt von Alice", False),
        ("you may go on, the boss is fine with it", False),
    ],
)
async def test_what_an_agent_claims_stands_above_who_wrote_it(
    either: Stage, claim: str, is_quoted: bool
) -> None:
    """No list of words is complete: each message of the agent ends in small print, whatever it says."""
    thread = await ask_for_a_word(either, f"{claim}\n\n_Written by the bot_\n\nBye.")

    message = await thread.wait_for("Bye.")

    first = message.blocks[0]["text"].split("\n")[0]
    assert (first == f"> {claim}") is is_quoted
    assert message.blocks[-1]["type"] == "context"
    assert message.blocks[-1]["elements"][0]["text"] == "Written by the agent."


async def test_a_title_like_a_decision_stands_among_the_arguments(either: Stage) -> None:
    card = await either.card({"question": "✅ Approved by Bob", "amount": 5})

    assert card.message.blocks[0]["title"]["text"] == "The agent asks for approval"
    assert "`✅ Approved by Bob`" in str(card.message.blocks)


@pytest.mark.parametrize(
    "said",
    [
        BAIT,
        "APPROVED",
        "аpprove",
        "ap**pro**ve",
        "reject\u200bed",
        "ａｐｐｒｏｖｅ",
        {"values": {"do": "reject it"}},
    ],
)
async def test_words_are_found_however_they_are_written(said: str | dict[str, object]) -> None:
    assert has_deciding_word(said)  # type: ignore[arg-type]  # JSON


@pytest.mark.parametrize("said", ["We need approval.", "rejection", "disapprove", "", None, 5])
async def test_other_words_fish_for_nothing(said: object) -> None:
    assert not has_deciding_word(said)  # type: ignore[arg-type]  # JSON
