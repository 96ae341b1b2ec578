"""A button about a message, with which its writer says what it is."""

from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.decision import Decision
from countersign.approvals.errors import MayNotDecide, NotPending, QuestionChanged
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.flow.decisions.replies.asking_back import AskBack
from countersign.flow.decisions.replies.chosen_replies import ChosenReplies
from countersign.flow.decisions.replies.refusals import (
    ChangedBeforeRead,
    MessageExpired,
    NoLongerOpen,
)
from countersign.flow.decisions.replies.reply_offer import ChosenReply, ReplyChoice
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.work import StepResult
from tests.flow.replies.reply_handling import (
    CALL,
    QUESTION,
    REJECT,
    FakeDecide,
    FakeReplies,
    Handling,
    decisions,
    told,
)
from tests.flow.rows import REF, a_message, an_approval, decided, work


class Choosing(Handling):
    """A button about a message, pressed by its writer."""

    def __init__(self, text: str = "too much", value: Json = CALL, rule: str = "", **changes: Any) -> None:
        super().__init__(value, rule, **changes)
        self.replies = FakeReplies(self.message(text))

    def choice(self, choice: ReplyChoice = ReplyChoice.REJECT, **changes: Any) -> Inbound:
        digest = changes.pop("digest", self.approval.digest_of(0))
        chosen = ChosenReply(message="message:1", approval_id=self.approval.id, digest=digest, choice=choice)
        return replace(a_message(3), kind=InboundKind.CHOICE, body=chosen.body(), **changes)

    async def presses(self, choice: Inbound) -> StepResult:
        return await self.handler().handle_choice(self.work, self.state, choice)

    async def refusal(self, choice: Inbound) -> type[Exception]:
        found = ChosenReplies(self.replies, AskBack(FakeDecide(), words_decide=self.words_decide), None)
        with pytest.raises(Exception) as raised:  # noqa: PT011 -- the class is what the test looks at
            await found.find(self.work, choice)
        return raised.type


async def test_a_message_becomes_the_reason_of_a_rejection() -> None:
    choosing = Choosing()
    result = await choosing.presses(choosing.choice())
    assert decisions(choosing) == [{0: Decision(kind=REJECT, message="too much")}]
    assert result.done == ("message:1", "message:3")


async def test_refused_it_decided_nothing_and_the_message_is_kept_on() -> None:
    choosing = Choosing()
    choosing.refuses = MayNotDecide("Not you.")
    result = await choosing.presses(choosing.choice())
    assert (result.done, told(result)) == (("message:3",), ["Not you."])


async def test_why_a_button_does_nothing_is_told_to_whoever_pressed_it() -> None:
    choosing = Choosing()
    choosing.replies = FakeReplies()
    result = await choosing.presses(choosing.choice())
    assert (result.done, told(result)) == (("message:3",), [str(MessageExpired())])


async def test_a_button_about_a_message_that_is_not_theirs_or_not_here_is_expired() -> None:
    choosing = Choosing()
    assert await choosing.refusal(choosing.choice(user="UEVE")) is MessageExpired
    elsewhere = replace(choosing.message("x"), thread=replace(REF, ts="200.000001"))
    choosing.replies = FakeReplies(elsewhere)
    assert await choosing.refusal(choosing.choice()) is MessageExpired
    choosing.replies = FakeReplies()
    assert await choosing.refusal(choosing.choice()) is MessageExpired


async def test_a_button_about_a_message_that_was_edited_decides_nothing() -> None:
    choosing = Choosing()
    choosing.replies.revised = frozenset({"message:1"})
    assert await choosing.refusal(choosing.choice()) is ChangedBeforeRead


async def test_a_button_about_a_question_that_is_closed_or_another_decides_nothing() -> None:
    choosing = Choosing()
    choosing.work = work(decided(choosing.approval))
    assert await choosing.refusal(choosing.choice()) is NotPending
    choosing.work = work(an_approval("i2"))
    assert await choosing.refusal(choosing.choice()) is NoLongerOpen
    choosing.work = work(choosing.approval)
    assert await choosing.refusal(choosing.choice(digest="d" * 64)) is QuestionChanged


async def test_where_words_decide_nothing_a_button_about_them_does_not_either() -> None:
    choosing = Choosing(rule="replies = false")
    assert await choosing.refusal(choosing.choice()) is NoLongerOpen
    choosing = Choosing()
    choosing.words_decide = False
    assert await choosing.refusal(choosing.choice()) is NoLongerOpen


async def test_a_kept_message_is_the_answer_only_by_the_button_that_says_so() -> None:
    choosing = Choosing("main", QUESTION)
    choosing.work = replace(work(choosing.approval), held=(choosing.message("main"),))
    await choosing.presses(choosing.choice(ReplyChoice.USE))
    assert [each[0].value for each in decisions(choosing)] == ["main"]
    assert await choosing.refusal(choosing.choice(ReplyChoice.KEEP)) is NoLongerOpen
    choosing.work = work(choosing.approval)
    assert await choosing.refusal(choosing.choice(ReplyChoice.USE)) is NoLongerOpen


async def test_an_answer_that_does_not_fit_is_told_to_its_writer_alone() -> None:
    choosing = Choosing("a few", "How many?", schema={"type": "integer"}, answer_shape=None)
    choosing.work = replace(work(choosing.approval), held=(choosing.message("a few"),))
    result = await choosing.presses(choosing.choice(ReplyChoice.USE))
    assert (decisions(choosing), result.done, result.post) == ([], ("message:3",), ())
    assert len(told(result)) == 1


async def test_a_message_that_is_read_next_is_kept_too() -> None:
    choosing = Choosing("main", QUESTION)
    choosing.work = work(choosing.approval, inbound=(choosing.message("main"),))
    await choosing.presses(choosing.choice(ReplyChoice.USE))
    assert len(decisions(choosing)) == 1
    assert choosing.approval.status is Status.PENDING


async def test_a_no_answers_no_second_question_and_needs_none() -> None:
    choosing = Choosing(rule='confirm = "Really?"')
    await choosing.presses(choosing.choice())
    assert decisions(choosing) == [{0: Decision(kind=REJECT, message="too much")}]


async def test_no_button_about_a_message_decides_one_of_several_actions() -> None:
    two: Json = {"action_requests": [{"name": "pay", "args": {"amount": 5}}] * 2}
    choosing = Choosing(value=two, rules=(), votes=(None, None))
    assert len(choosing.work.open[0].request.rows) == 2
    assert await choosing.refusal(choosing.choice()) is NoLongerOpen
