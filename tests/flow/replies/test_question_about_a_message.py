"""What the writer of a message is asked about it: which choices, in which order, and when nothing at all."""

from collections.abc import Sequence

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.flow.decisions.replies.asking_back import chosen_decision
from countersign.flow.decisions.replies.reply_offer import ReplyChoice
from countersign.flow.review import Review
from countersign.flow.work import StepResult
from countersign.interrupts import ReviewRow
from tests.flow.replies.reply_handling import CALL, QUESTION, REJECT, RESPOND, Handling, told

USE, FEEDBACK, NO = ReplyChoice.USE, ReplyChoice.FEEDBACK, ReplyChoice.REJECT
KEEP, IGNORE = ReplyChoice.KEEP, ReplyChoice.IGNORE
NOTICE = "“Pay” now waits for a decision. "


def a_call(*allowed: str, calls: int = 1) -> Json:
    """What LangChain's middleware asks about calls of `pay` with these decisions."""
    return {
        "action_requests": [{"name": "pay", "args": {"amount": 5}}] * calls,
        "review_configs": [{"action_name": "pay", "allowed_decisions": list(allowed)}],
    }


ANSWERED_ALONE = a_call("respond")
OPTIONS: Json = {"question": "Send?", "options": ["a", "b"]}


def choices(result: StepResult) -> Sequence[ReplyChoice]:
    return [choice for notice in result.notices if notice.offer for choice in notice.offer.choices]


async def early(handling: Handling, text: str) -> StepResult:
    """A message that was written before the card was there."""
    return await handling.says(text, ts="100.000001", open_approvals=())


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("no, that is too much", [NO, FEEDBACK, IGNORE]),
        ("hm, 12 maybe", [FEEDBACK, NO, IGNORE]),
        ("yes sure", [FEEDBACK, NO, IGNORE]),
        ("what is it?", []),
        ("is that a yes or a no?", []),
        ("@bob look at this", []),
    ],
)
async def test_the_likeliest_choice_comes_first_and_a_question_or_a_call_to_somebody_has_none(
    text: str, offered: list[ReplyChoice]
) -> None:
    assert choices(await Handling().says(text)) == offered


@pytest.mark.parametrize(("text", "asked"), [("hm, 12 maybe", False), ("no, 12 at most", True)])
async def test_who_was_asked_once_is_asked_again_only_about_what_seems_to_decide(
    text: str, asked: bool
) -> None:
    handling = Handling()
    handling.replies.asked_before = True
    assert bool(choices(await handling.says(text))) is asked


async def test_where_only_an_answer_is_taken_the_message_is_offered_as_it() -> None:
    handling = Handling(ANSWERED_ALONE)
    result = await handling.says("12 at most")
    assert choices(result) == [USE, IGNORE]
    assert told(result) == ["“Pay” waits for an answer. Is your message the answer?"]
    assert choices(await handling.says("12 at most", user="UALICE")) == []


@pytest.mark.parametrize(
    ("value", "choice"),
    [(OPTIONS, USE), (OPTIONS, FEEDBACK), (OPTIONS, NO), (a_call("approve", "reject"), FEEDBACK)],
)
async def test_what_the_card_does_not_take_is_not_offered(value: Json, choice: ReplyChoice) -> None:
    handling = Handling(value)
    assert choice not in choices(await handling.says("hm, 12 maybe"))
    assert choice not in choices(await early(handling, "hm, 12 maybe"))


async def test_actions_of_one_card_are_not_decided_by_one_message() -> None:
    handling = Handling(a_call("approve", "reject", calls=2), rules=(), votes=(None, None))
    assert choices(await handling.says("no, not these")) == []
    (kept,) = told(await early(handling, "no, not these"))
    assert kept.endswith(
        "now waits for a decision. I keep your message “no, not these” and read it after that."
    )


async def test_a_card_in_another_channel_takes_no_message_of_the_thread() -> None:
    for value in (CALL, QUESTION):
        handling = Handling(value, posted_to="CAPPROVALS")
        assert choices(await early(handling, "no, that is too much")) == []


async def test_an_early_message_that_a_question_cannot_take_is_kept_without_an_offer() -> None:
    handling = Handling("Go on?")
    assert choices(await early(handling, "tomorrow")) == [USE, KEEP]
    assert told(await early(handling, "no")) == [
        "“Go on?” now waits for a decision. I keep your message “no” and read it after that."
    ]


async def test_an_early_message_about_a_card_is_offered_as_what_the_card_takes() -> None:
    result = await early(Handling(), "no, that is too much")
    assert choices(result) == [NO, FEEDBACK, KEEP]
    assert told(result)[0].startswith(f"{NOTICE}You had just written “no, that is too much”. ")


@pytest.mark.parametrize(
    ("length", "quoted"), [(79, "x" * 79), (80, "x" * 80), (81, "x" * 79 + "…")], ids=["79", "80", "81"]
)
async def test_of_a_long_message_the_first_80_characters_are_quoted(length: int, quoted: str) -> None:
    result = await early(Handling(), "x" * length)
    assert f"You had just written “{quoted}”." in told(result)[0]


# --- what a message becomes


def row(value: Json) -> ReviewRow:
    handling = Handling(value)
    return Review(handling.approval).request.rows[0]


def test_the_message_becomes_the_reason_the_feedback_or_the_answer() -> None:
    assert chosen_decision(row(CALL), NO, " too much ") == Decision(kind=REJECT, message="too much")
    feedback = chosen_decision(row(CALL), FEEDBACK, "12 at most")
    assert feedback is not None
    assert feedback.kind is RESPOND
    assert "12 at most" in {feedback.value, feedback.message}
    answer = chosen_decision(row(ANSWERED_ALONE), USE, "12 at most")
    assert answer is not None
    assert answer.kind is DecisionKind.RESPOND


@pytest.mark.parametrize(
    ("value", "choice"),
    [
        (CALL, KEEP),
        (CALL, IGNORE),
        (OPTIONS, FEEDBACK),
        (OPTIONS, USE),
        (ANSWERED_ALONE, NO),
        (a_call("approve", "reject"), USE),
        (a_call("approve"), NO),
    ],
)
def test_a_choice_that_the_card_does_not_take_decides_nothing(value: Json, choice: ReplyChoice) -> None:
    assert chosen_decision(row(value), choice, "12 at most") is None
