"""A message below a card: what it decides, what its writer is told, and what is kept for later."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import MayNotDecide, QuestionChanged
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import Person
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.vote import Vote
from countersign.flow.decisions.decide import Decide, DecisionRequest
from countersign.flow.decisions.replies.asking_back import AskBack
from countersign.flow.decisions.replies.chosen_replies import ChosenReplies
from countersign.flow.decisions.replies.refusals import (
    ChangedBeforeRead,
    MessageExpired,
    NeedsConfirmation,
    NoLongerOpen,
)
from countersign.flow.decisions.replies.reply_handler import ReplyHandler
from countersign.flow.decisions.replies.reply_offer import ChosenReply, ReplyChoice
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.graph_state import GraphState
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind, note
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult, Work
from countersign.interrupts import InvalidDecision
from tests.approvals.policy.policies import a_rule
from tests.flow.rows import BOB, NOW, REF, a_message, a_state, an_approval, decided, pending, work
from tests.support.fake_slack import FakeSlack

CARD, SOON, LATER = "100.000002", "102.000000", "110.000000"
CALL: Json = {"type": "tool_approval", "name": "pay", "args": {"amount": 5}}
QUESTION: Json = {"question": "Which branch?"}
YES, REJECT, RESPOND = DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.RESPOND


class FakeDecide(Decide):
    """Takes every decision, or refuses with what the test says."""

    def __init__(self, refuses: Exception | None = None) -> None:
        self.requests: list[DecisionRequest] = []
        self._refuses = refuses

    async def may_decide(self, _review: Review, _row: int, person: Person, _kind: DecisionKind) -> bool:
        return person.id == "UBOB"

    async def change(self, review: Review, request: DecisionRequest, person: Person) -> Change:
        self.requests.append(request)
        if self._refuses is not None:
            raise self._refuses
        votes = {0: Vote(decision=request.decisions[0], by=person, at=NOW)}
        return Change(after=review.approval.with_votes(votes), event=Event.DECIDED)

    async def announcements(self, review: Review, change: Change) -> tuple[Outgoing, ...]:
        return (note(REF, "announced", "Decided."),)


class FakeReplies:
    """What the store knows of a thread's messages."""

    def __init__(self, *stored: Inbound) -> None:
        self.stored = {row.key: row for row in stored}
        self.posted_between = False
        self.said_before: tuple[Json, ...] = ()
        self.noted = False
        self.revised: frozenset[str] = frozenset()
        self.asked_before = False
        self.deciding: frozenset[str] = frozenset()

    async def graph_posted_between(self, thread: ThreadRef, after: str, before: str) -> bool:
        assert (thread, after) == (REF, CARD)
        return self.posted_between

    async def graph_said_before(self, thread: ThreadRef, card: str) -> tuple[Json, ...]:
        assert (thread, card) == (REF, CARD)
        return self.said_before

    async def is_noted(self, key: str) -> bool:
        return self.noted

    async def was_revised(self, thread: ThreadRef, key: str) -> bool:
        return key in self.revised

    async def message(self, key: str) -> Inbound | None:
        return self.stored.get(key)

    async def was_asked_back(self, thread: ThreadRef, user: str, approval_id: UUID) -> bool:
        return self.asked_before

    async def decided_by_message(self, thread: ThreadRef, key: str) -> bool:
        return key in self.deciding


class Handling:
    """One card, and what becomes of a message below it."""

    def __init__(self, value: Json = CALL, rule: str = "", **changes: Any) -> None:
        opened = replace(an_approval(), answer_shape=None, value=value, card_ts=CARD, rules=(a_rule(rule),))
        self.approval: Approval = replace(opened, **changes)
        self.replies = FakeReplies()
        self.slack = FakeSlack()
        self.words_decide = True
        self.refuses: Exception | None = None
        self.work: Work = work(self.approval)
        self.decide = FakeDecide()

    def message(self, text: str, *, ts: str = LATER, **changes: Any) -> Inbound:
        said = replace(a_message(1, ts=ts), text=text, open_approvals=(self.approval.id,))
        return replace(said, **changes)

    def handler(self) -> ReplyHandler:
        self.decide = FakeDecide(self.refuses)
        return ReplyHandler(
            self.decide, self.replies, self.slack, lambda: NOW, words_decide=self.words_decide
        )

    @property
    def state(self) -> GraphState:
        """The graph asks what is open."""
        return a_state(*(pending(review.approval.interrupt_id) for review in self.work.open))

    async def handle(self, message: Inbound) -> StepResult:
        return await self.handler().handle(self.work, self.state, message)

    async def says(self, text: str, **changes: Any) -> StepResult:
        return await self.handle(self.message(text, **changes))


def told(result: StepResult) -> list[str]:
    return [str(notice.text) for notice in result.notices]


def notes(result: StepResult) -> list[str]:
    posts = (row.body for row in result.post if row.kind is OutgoingKind.NOTE)
    return [str(body["text"]) for body in posts if isinstance(body, dict)]


def decisions(handling: Handling) -> list[Mapping[int, Decision]]:
    return [request.decisions for request in handling.decide.requests]


# --- what decides


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


@pytest.mark.parametrize("rule", ['confirm = "Really?"'])
async def test_words_answer_no_second_question(rule: str) -> None:
    handling = Handling(rule=rule)
    result = await handling.says("approve")
    assert (decisions(handling), told(result)) == ([], [str(NeedsConfirmation())])
    await handling.says("reject")
    assert len(decisions(handling)) == 1


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


# --- what waits


async def test_what_waits_is_posted_once() -> None:
    handling = Handling()
    first = await handling.says("how much is it?")
    assert len(notes(first)) == 1
    handling.replies.noted = True
    again = await handling.says("how much is it?")
    assert (notes(again), told(again), again.done) == ([], [], ("message:1",))


async def test_who_seems_to_decide_is_told_each_time() -> None:
    handling = Handling(rule="replies = false")
    handling.replies.noted = True
    result = await handling.says("yes please")
    assert notes(result) == []
    assert told(result)[0].startswith("Your message decided nothing. This thread waits for a decision: ")


async def test_while_a_decision_can_be_undone_messages_wait_for_it() -> None:
    handling = Handling()
    undoable = replace(decided(handling.approval), undo_until=NOW)
    handling.work = work(undoable)
    result = await handling.says("and now?")
    assert notes(result)[0].startswith("The last decision can still be undone on its card.")


async def test_after_a_failed_step_the_message_about_it_is_pointed_out() -> None:
    handling = Handling()
    handling.work = work(halted="e1")
    result = await handling.says("and now?")
    assert notes(result)[0].startswith("The last step failed after the decision.")
    assert result.thread.halted == "e1"


@pytest.mark.parametrize(("losses", "again"), [(0, 0), (1, 1)])
async def test_a_card_that_was_deleted_is_posted_again_for_whoever_writes(losses: int, again: int) -> None:
    handling = Handling(card_ts=None, card_losses=losses)
    result = await handling.says("how much is it?")
    assert [row.kind for row in result.post].count(OutgoingKind.CARD) == again


# --- asking back


async def test_a_message_that_may_be_a_no_is_asked_about_with_its_choices() -> None:
    handling = Handling()
    result = await handling.says("no, that is too much")
    (notice,) = result.notices
    assert notice.offer is not None
    assert notice.offer.choices[:1] == (ReplyChoice.REJECT,)
    assert notice.offer.choices[-1] is ReplyChoice.IGNORE
    assert (notice.offer.message, notice.offer.digest) == ("message:1", handling.approval.digest_of(0))
    assert result.asked_back == ("message:1",)
    assert str(notice.text) == "Your message decided nothing. Is it a no to “Pay”?"


async def test_who_may_not_decide_is_asked_nothing() -> None:
    handling = Handling()
    result = await handling.says("no, that is too much", user="UALICE")
    assert (result.notices, result.asked_back) == ((), ())


@pytest.mark.parametrize(
    "error", [RateLimited(1.0), SlackUnreachable("gone"), SlackRefused("chat.postMessage", "no")]
)
async def test_where_slack_does_not_answer_the_note_in_the_thread_has_to_do(error: Exception) -> None:
    handling = Handling()
    handling.slack.lookup_failures.append(error)
    result = await handling.says("no, that is too much")
    assert (len(notes(result)), result.notices) == (1, ())


async def test_nobody_is_asked_about_a_message_before_the_card() -> None:
    handling = Handling()
    result = await handling.says("no, that is too much", ts="100.000001", open_approvals=())
    assert result.asked_back == ()


# --- what came early


async def test_a_message_before_the_question_is_kept_and_offered_as_its_answer() -> None:
    handling = Handling(QUESTION)
    result = await handling.says("main", ts="100.000001", open_approvals=())
    assert (result.held, result.done) == (("message:1",), ())
    (notice,) = result.notices
    assert notice.offer is not None
    assert notice.offer.choices == (ReplyChoice.USE, ReplyChoice.KEEP)


async def test_of_several_questions_a_message_before_them_is_for_none() -> None:
    handling = Handling(QUESTION)
    handling.work = work(handling.approval, replace(an_approval("i2"), card_ts=CARD))
    result = await handling.says("x" * 81, ts="100.000001", open_approvals=())
    assert result.held == ("message:1",)
    assert told(result) == [
        f"Several decisions wait now. I keep your message “{'x' * 79}…” and read it after that."
    ]
    kept = await handling.says("x" * 80, ts="100.000001", open_approvals=(), kept=True)
    assert (kept.held, kept.notices) == (("message:1",), ())


async def test_an_early_message_that_was_deleted_is_dropped() -> None:
    handling = Handling()
    result = await handling.says("hello", ts="100.000001", open_approvals=(), deleted=True)
    assert (result.done, result.held) == (("message:1",), ())


async def test_an_early_word_that_decides_is_not_kept_for_later() -> None:
    handling = Handling()
    result = await handling.says("approve", ts="100.000001", open_approvals=())
    assert (result.held, result.done) == ((), ("message:1",))


async def test_a_form_is_not_kept() -> None:
    handling = Handling()
    result = await handling.says("hello", ts="100.000001", open_approvals=(), kind=InboundKind.FORM)
    assert result.held == ()


async def test_a_message_below_a_card_that_is_gone_was_not_early() -> None:
    handling = Handling(card_ts=None, card_losses=1)
    assert (await handling.says("hello")).held == ()


# --- after it was decided


async def test_what_was_overtaken_is_no_new_input() -> None:
    handling = Handling()
    handling.work = work()
    result = handling.handler().handle_overtaken(handling.work, handling.state, handling.message("approve"))
    assert result.done == ("message:1",)
    assert notes(result)[0].startswith("This was decided before I read your message")


@pytest.mark.parametrize("counted", [True, False])
async def test_an_edit_of_a_message_that_decided_is_told_to_change_nothing(counted: bool) -> None:
    handling = Handling()
    handling.replies.deciding = frozenset({"message:1"} if counted else ())
    revision = replace(a_message(2), kind=InboundKind.REVISION, body={"message": "message:1"})
    result = await handling.handler().handle_revision(handling.work, handling.state, revision)
    assert result.done == ("message:2",)
    said = ["A message that decided an approval was edited or deleted. The decision stands."]
    assert notes(result) == (said if counted else [])


# --- buttons about a message


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
    assert await choosing.refusal(choosing.choice()) is NoLongerOpen
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


async def test_a_message_that_is_read_next_is_kept_too() -> None:
    choosing = Choosing("main", QUESTION)
    choosing.work = work(choosing.approval, inbound=(choosing.message("main"),))
    await choosing.presses(choosing.choice(ReplyChoice.USE))
    assert len(decisions(choosing)) == 1
    assert choosing.approval.status is Status.PENDING
