"""A message in a thread where something waits: it is an answer, or a note says what is waiting.

It is never new input: LangGraph would cancel the pending question and leave its tool calls unanswered.

Words decide only what they meant when they were written: exactly one approval was open then, its card was the
last thing that the agent had posted, and the message was neither edited nor deleted before it is handled
(Slack may deliver the edit or the deletion first). If the agent wrote one of these words before the card, its
reader may have been about to follow it: then a reply counts only a few seconds after the card.
"""

from dataclasses import replace

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import CountersignError
from countersign.approvals.lifecycle import Status
from countersign.flow.decisions.decide import Decide, DecisionRequest
from countersign.flow.decisions.judging import judge_reply
from countersign.flow.decisions.replies.deciding_words import has_deciding_word
from countersign.flow.decisions.replies.reply_parser import seems_to_decide
from countersign.flow.errors import DatabaseUnavailable, RateLimited, SlackUnreachable
from countersign.flow.graph_state import GraphState
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import Outgoing, card_again, note, note_key
from countersign.flow.ports import Clock, ReplyStore, Slack
from countersign.flow.review import Review
from countersign.flow.steps.reconciliation import reconcile
from countersign.flow.work import Notice, StepResult, Work
from countersign.interrupts import FormValidationError, InvalidDecision

_DECISION_STANDS = "A message that decided an approval was edited or deleted. The decision stands."

_TIME_TO_READ = 3.0  # seconds

_OVERTAKEN = (
    "This was decided before I read your message, so I did not use it. Send it again if it is a new request."
)
_NOT_COUNTED = "Your message decided nothing."


class WrittenTooSoon(CountersignError):
    """Your message decided nothing: it came right after the card. Use the buttons, or write it again."""


class NeedsConfirmation(CountersignError):
    """Your message decided nothing: approving this asks a second question. Use the button on the card."""


class ChangedBeforeRead(CountersignError):
    """Your message decided nothing: it was edited or deleted before I read it. Use the buttons."""


class ReplyHandler:
    """`words_decide`: whether `approve` and `reject` count at all (REPLIES)."""

    def __init__(
        self, decide: Decide, store: ReplyStore, slack: Slack, clock: Clock, *, words_decide: bool = True
    ) -> None:
        self._decide = decide
        self._store = store
        self._slack = slack
        self._clock = clock
        self._words_decide = words_decide

    async def handle(self, work: Work, state: GraphState, message: Inbound) -> StepResult:
        waiting = [r for r in work.open if r.approval.status is Status.PENDING]
        only = waiting[0] if len(waiting) == 1 and waiting[0].approval.posted_to is None else None
        try:
            decision = await self._decision(work, message, only) if only else None
        except FormValidationError as errors:
            return self._noted(work, state, message, _bad_answer(errors))
        except (WrittenTooSoon, ChangedBeforeRead, NeedsConfirmation) as error:
            nothing = reconcile(work, state, self._clock, done=(message.key,), halted=work.thread.halted)
            return replace(nothing, notices=(Notice(user=message.user, text=str(error)),))
        if only is None or decision is None:
            return await self._say_what_waits(work, state, message, waiting)
        return await self._decided(work, state, message, only, decision)

    def handle_overtaken(self, work: Work, state: GraphState, message: Inbound) -> StepResult:
        """Something waited when the message was written, and is decided now. It is no new input."""
        return self._noted(work, state, message, _OVERTAKEN)

    async def handle_revision(self, work: Work, state: GraphState, revision: Inbound) -> StepResult:
        """A message was edited or deleted. If it decided something, a note says that the decision stands."""
        key = revised_message(revision)
        decided = key is not None and await self._store.decided_by_message(work.thread.ref, key)
        if decided:
            return self._noted(work, state, revision, _DECISION_STANDS)
        return reconcile(work, state, self._clock, done=(revision.key,), halted=work.thread.halted)

    async def _decision(self, work: Work, message: Inbound, review: Review) -> Decision | None:
        """What the message decides about the only approval that waits; None if nothing.

        Raises FormValidationError, WrittenTooSoon, ChangedBeforeRead and NeedsConfirmation.
        """
        approval = review.approval
        # Words written before this card was posted were meant for another question, or for none.
        if not message.written_after(approval.card_ts) or message.open_approvals != (approval.id,):
            return None
        if await self._store.was_revised(work.thread.ref, message.key):
            if review.request.answered_by_reply or seems_to_decide(message.text):
                raise ChangedBeforeRead
            return None
        decision = await judge_reply(message, review)
        if decision is None:
            return None
        by_reply = review.request.answered_by_reply
        if not by_reply and not (self._words_decide and approval.rule(0).replies):
            return None
        if decision.kind is DecisionKind.APPROVE and review.confirms_approval(0):
            raise NeedsConfirmation
        if by_reply:
            return decision if _saw_proposal(approval, message) else None
        if not _saw_proposal(approval, message):
            return None
        assert approval.card_ts is not None, "it was written after the card"
        assert message.ts is not None, "it was written after the card"
        ref = work.thread.ref
        if await self._store.graph_posted_between(ref, approval.card_ts, message.ts):
            return None
        if float(message.ts) - float(approval.card_ts) < _TIME_TO_READ:
            said = await self._store.graph_said_before(ref, approval.card_ts)
            if any(map(has_deciding_word, said)):
                raise WrittenTooSoon
        return decision

    async def _decided(
        self, work: Work, state: GraphState, message: Inbound, review: Review, decision: Decision
    ) -> StepResult:
        person = await self._slack.person(message.user, work.thread.ref.channel)
        request = DecisionRequest(
            approval_id=review.approval.id,
            digest=review.approval.digest_of(0),
            channel=work.thread.ref.channel,
            decisions={0: decision},
            via="reply",
            message=message.key,
        )
        try:
            change = await self._decide.change(review, request, person)
        except InvalidDecision as refused:
            return self._noted(work, state, message, _bad_answer(refused))
        except (DatabaseUnavailable, RateLimited, SlackUnreachable):  # the job is retried
            raise
        except CountersignError as error:
            nothing = reconcile(work, state, self._clock, done=(message.key,), halted=work.thread.halted)
            return replace(nothing, notices=(Notice(user=message.user, text=str(error)),))
        post = await self._decide.announcements(review, change)
        return reconcile(work, state, self._clock, done=(message.key,), changes=(change,), post=post)

    async def _say_what_waits(
        self, work: Work, state: GraphState, message: Inbound, waiting: list[Review]
    ) -> StepResult:
        """Post once what waits. After that, only whoever seems to decide gets a note, and sees it alone."""
        undoable = [review for review in work.open if review.approval.is_undoable]
        about = [str(review.approval.id) for review in waiting or undoable] or [str(work.thread.halted)]
        key = f"waits:{work.thread.ref.id}:{'+'.join(sorted(about))}"
        text = _what_waits(waiting, undoable=bool(undoable))
        again = _deleted_cards(work, waiting)
        if not await self._store.is_noted(note_key(key)):
            noted = self._noted(work, state, message, text, key)
            return replace(noted, post=(*noted.post, *again))
        nothing = reconcile(
            work, state, self._clock, done=(message.key,), post=again, halted=work.thread.halted
        )
        if not seems_to_decide(message.text):
            return nothing
        return replace(nothing, notices=(Notice(user=message.user, text=f"{_NOT_COUNTED} {text}"),))

    def _noted(
        self, work: Work, state: GraphState, message: Inbound, text: str, key: str | None = None
    ) -> StepResult:
        """Answer the message with a note, and change nothing."""
        post = (note(work.thread.ref, key or message.key, text),)
        return reconcile(work, state, self._clock, done=(message.key,), post=post, halted=work.thread.halted)


def revised_message(inbound: Inbound) -> str | None:
    """The key of the message that was edited or deleted, if that is what this tells."""
    body = inbound.body
    key = body.get("message") if inbound.kind is InboundKind.REVISION and isinstance(body, dict) else None
    return key if isinstance(key, str) else None


def _deleted_cards(work: Work, waiting: list[Review]) -> tuple[Outgoing, ...]:
    """The cards that were deleted, for whoever writes in their thread."""
    return tuple(
        card_again(work.thread.ref, review.approval.id, review.approval.card_losses)
        for review in waiting
        if review.approval.card_ts is None and review.approval.card_losses > 0
    )


def _saw_proposal(approval: Approval, message: Inbound) -> bool:
    """Whether its writer can have seen the edit or answer that is decided on now."""
    proposal = approval.votes_on(0).proposal
    return proposal is None or message.written_after(f"{proposal.at.timestamp():.6f}")


def _bad_answer(problem: FormValidationError | InvalidDecision) -> str:
    return "That answer can't be used: " + " ".join(problem.errors.values())


def _what_waits(waiting: list[Review], *, undoable: bool) -> str:
    if not waiting and undoable:
        return (
            "The last decision can still be undone on its card. Messages here are passed on once the agent "
            "has it."
        )
    if not waiting:
        return (
            "The last step failed after the decision. Use *Try again* or *Ask again* on the message about "
            "it. Until then, nothing else runs in this thread."
        )
    if len(waiting) > 1:
        titles = "\n".join(f"•  {review.shown.title}" for review in waiting)
        return f"{len(waiting)} approvals are waiting in this thread. Use their cards:\n{titles}"
    where = " in another channel" if waiting[0].approval.posted_to else ""
    return (
        f"This thread waits for a decision: {waiting[0].shown.title}\n"
        f"Use the card{where}. Other messages are not passed on until then."
    )
