"""One card and the messages below it, with what decides, stores and posts them replaced by fakes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.person import Person
from countersign.approvals.votes.vote import Vote
from countersign.flow.decisions.decide import Decide, DecisionRequest
from countersign.flow.decisions.replies.reply_handler import ReplyHandler
from countersign.flow.graph_state import GraphState
from countersign.flow.messages.inbound import Inbound
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind, note
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult, Work
from tests.approvals.policy.policies import a_rule
from tests.flow.rows import NOW, REF, a_message, a_state, an_approval, pending, work
from tests.support.fakes.fake_slack import FakeSlack

CARD, SOON, LATER = "100.000002", "102.000000", "110.000000"
CALL: Json = {"type": "tool_approval", "name": "pay", "args": {"amount": 5}}
QUESTION: Json = {"question": "Which branch?"}
YES, REJECT, RESPOND = DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.RESPOND


class FakeDecide(Decide):
    """Takes every decision, or refuses with what the test says."""

    def __init__(self, refuses: Exception | None = None) -> None:
        self.requests: list[DecisionRequest] = []
        self._refuses = refuses

    async def may_decide(self, review: Review, row: int, person: Person, _kind: DecisionKind) -> bool:
        assert 0 <= row < len(review.request.rows)
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
