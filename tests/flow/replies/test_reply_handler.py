"""A message below a card: what it decides, and what its writer is told where it decides nothing."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Event
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.votes.vote import Vote
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.decisions.replies.refusals import (
    ChangedBeforeRead,
    NeedsConfirmation,
)
from countersign.flow.errors import RateLimited, SlackUnreachable
from countersign.interrupts import InvalidDecision
from tests.flow.replies.reply_handling import (
    CALL,
    CARD,
    LATER,
    QUESTION,
    REJECT,
    SOON,
    YES,
    Handling,
    decisions,
    notes,
    told,
)
from tests.flow.rows import BOB, NOW, an_approval, work


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("approve", Decision(kind=YES)),
        ("Rejected: no budget", Decision(kind=REJECT, message="no budget")),
    ],
)
async def test_a_word_below_the_only_card_decides_it(text: str, decision: Decision) -> None:
    handling = Handling()
    result = await handling.says(text)

    (request,) = handling.decide.requests
    assert request == DecisionRequest(
        approval_id=handling.approval.id,
        digest=handling.approval.digest_of(0),
        channel="C1",
        decisions={0: decision},
        via="reply",
        message="message:1",
    )
    assert [change.event for change in result.changes] == [Event.DECIDED]
    assert (result.done, notes(result)) == (("message:1",), ["Decided."])


async def test_a_plain_question_takes_any_reply_at_once_and_whatever_the_rule_says_of_words() -> None:
    handling = Handling(QUESTION, "replies = false")
    handling.words_decide = False
    handling.replies.posted_between = True
    handling.replies.said_before = ("Say approve.",)
    await handling.says("main", ts=SOON)
    assert [each[0].value for each in decisions(handling)] == ["main"]


@pytest.mark.parametrize("rule", ["replies = false", ""])
async def test_where_words_decide_nothing_its_writer_is_told_what_waits(rule: str) -> None:
    handling = Handling(rule=rule)
    handling.words_decide = bool(rule)
    result = await handling.says("approve")
    assert decisions(handling) == []
    assert notes(result)[0].startswith("This thread waits for a decision: Pay\n")


async def test_words_answer_no_second_question() -> None:
    handling = Handling(rule='confirm = "Really?"')
    result = await handling.says("approve")
    assert (result.changes, result.done, told(result)) == ((), ("message:1",), [str(NeedsConfirmation())])
    rejected = await handling.says("reject")
    assert [change.event for change in rejected.changes] == [Event.DECIDED]


async def test_who_may_not_decide_is_not_sent_to_a_button_that_asks_a_second_question() -> None:
    handling = Handling(rule='confirm = "Really?"')
    handling.refuses = MayNotDecide("You asked for this.")
    result = await handling.says("approve")
    assert (result.changes, told(result)) == ((), ["You asked for this."])


async def test_what_the_agent_said_after_the_card_takes_the_words_from_it() -> None:
    handling = Handling()
    handling.replies.posted_between = True
    await handling.says("approve")
    assert decisions(handling) == []


@pytest.mark.parametrize(
    ("ts", "said", "counts"),
    [
        ("103.000001", ("Say approve.",), False),
        ("103.000002", ("Say approve.",), True),
        ("103.000001", ("Say nothing.",), True),
        ("103.000001", (), True),
    ],
)
async def test_who_may_follow_what_the_agent_said_has_three_seconds_to_read_the_card(
    ts: str, said: tuple[Json, ...], counts: bool
) -> None:
    handling = Handling()
    handling.replies.said_before = said
    result = await handling.says("approve", ts=ts)
    assert bool(decisions(handling)) is counts
    assert bool(told(result)) is not counts


@pytest.mark.parametrize("proposed", ["109.000000", "111.000000"])
@pytest.mark.parametrize(("value", "text"), [(CALL, "approve"), (QUESTION, "main")])
async def test_words_agree_only_to_a_proposal_that_their_writer_can_have_seen(
    proposed: str, value: Json, text: str
) -> None:
    at = NOW.fromtimestamp(float(proposed), NOW.tzinfo)
    vote = Vote(decision=Decision(kind=DecisionKind.EDIT, value={"amount": 6}), by=BOB, at=at)
    handling = Handling(value, row_votes=(RowVotes(votes=(vote,), proposal=vote),))
    await handling.says(text)
    assert bool(decisions(handling)) is (proposed < LATER)


@pytest.mark.parametrize(
    "changes",
    [
        {"open_approvals": ()},
        {"open_approvals": (UUID(int=5),)},
        {"open_approvals": (UUID(int=5), UUID(int=6))},
    ],
)
async def test_words_that_were_written_when_something_else_was_open_decide_nothing(
    changes: dict[str, Any],
) -> None:
    handling = Handling()
    await handling.says("approve", **changes)
    assert decisions(handling) == []


async def test_words_before_the_card_decide_nothing() -> None:
    handling = Handling()
    await handling.says("approve", ts="100.000001")
    assert decisions(handling) == []


@pytest.mark.parametrize("value", [CALL, QUESTION])
async def test_an_edited_message_decides_nothing_and_its_writer_hears_it(value: Json) -> None:
    handling = Handling(value)
    handling.replies.revised = frozenset({"message:1"})
    result = await handling.says("approve")
    assert (decisions(handling), told(result)) == ([], [str(ChangedBeforeRead())])


async def test_an_edited_message_that_decides_nothing_is_like_any_other() -> None:
    handling = Handling()
    handling.replies.revised = frozenset({"message:1"})
    result = await handling.says("how much is it?")
    assert str(ChangedBeforeRead()) not in told(result)
    assert len(notes(result)) == 1


async def test_a_card_in_another_channel_is_decided_there() -> None:
    handling = Handling(posted_to="C2")
    result = await handling.says("approve")
    assert decisions(handling) == []
    assert notes(result)[0].endswith(
        "Use the card in another channel. Other messages are not passed on until then."
    )


async def test_of_two_cards_words_decide_neither() -> None:
    handling = Handling()
    other = replace(an_approval("i2"), card_ts=CARD)
    handling.work = work(handling.approval, other)
    result = await handling.says("approve", open_approvals=(handling.approval.id, other.id))
    assert decisions(handling) == []
    assert notes(result) == ["2 approvals are waiting in this thread. Use their cards:\n•  Pay\n•  Go on?"]


# --- what is refused


async def test_a_bad_answer_is_told_in_the_thread() -> None:
    handling = Handling(QUESTION)
    handling.refuses = InvalidDecision(0, {"/": "Too long."})
    result = await handling.says("main")
    assert notes(result) == ["That answer can't be used: Too long."]
    assert (result.done, result.changes) == (("message:1",), ())


async def test_who_may_not_decide_is_told_alone() -> None:
    handling = Handling()
    handling.refuses = MayNotDecide("Not you.")
    result = await handling.says("approve")
    assert (told(result), notes(result), result.done) == (["Not you."], [], ("message:1",))


@pytest.mark.parametrize("error", [RateLimited(1.0), SlackUnreachable("gone")])
async def test_what_may_work_later_is_tried_again(error: Exception) -> None:
    handling = Handling()
    handling.refuses = error
    with pytest.raises(type(error)):
        await handling.says("approve")
