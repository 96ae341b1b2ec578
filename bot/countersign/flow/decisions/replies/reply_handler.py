"""Handles messages in a thread with a pending approval: as an answer, or with a note about what is pending.

Such a message is never new input: LangGraph would cancel the pending question and leave its tool calls
unanswered.

Words decide only if they were unambiguous when written: exactly one approval was open, its card was the
latest message of the agent, and the message was not edited or deleted before it is handled (Slack may
deliver the edit or deletion first). If the agent itself wrote a deciding word before the card, a reply counts
only a few seconds after the card, because its writer may have been reacting to that text.

The writer of any other message that could be an answer is asked privately, with buttons, what it is. A
message written before the question was visible is kept, and handled as new input once nothing is pending,
unless its writer says that it is the answer.
"""

from dataclasses import replace

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import AlreadyDecided, CountersignError, NotPending, QuestionChanged
from countersign.approvals.lifecycle import Status
from countersign.flow.decisions.answer_validation import decision_in_reply
from countersign.flow.decisions.decide import Decide, DecisionRequest
from countersign.flow.decisions.replies.asking_back import AskBack
from countersign.flow.decisions.replies.chosen_replies import ChosenReplies
from countersign.flow.decisions.replies.deciding_words import has_deciding_word
from countersign.flow.decisions.replies.refusals import (
    ChangedBeforeRead,
    MessageExpired,
    NeedsConfirmation,
    NoLongerOpen,
    WrittenTooSoon,
)
from countersign.flow.decisions.replies.reply_parser import is_deciding_word, seems_to_decide
from countersign.flow.decisions.replies.texts import bad_answer, what_waits
from countersign.flow.errors import DatabaseUnavailable, RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.graph_state import GraphState
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import Outgoing, card_again, note, note_key
from countersign.flow.messages.revisions import revised_message
from countersign.flow.ports import Clock, Names, ReplyStore, Slack
from countersign.flow.review import Review
from countersign.flow.steps.results.reconciliation import reconcile
from countersign.flow.work import Notice, StepResult, Work
from countersign.i18n import N_, Text, TextLines, lazy_text, sentences
from countersign.interrupts import FormValidationError, InvalidDecision

_DECISION_STANDS = N_("A message that decided an approval was edited or deleted. The decision stands.")

_TIME_TO_READ = 3.0  # seconds
_NOT_TAKEN = (
    *(AlreadyDecided, ChangedBeforeRead, MessageExpired, NoLongerOpen),
    *(NotPending, QuestionChanged),
)

_OVERTAKEN = N_(
    "This was decided before I read your message, so I did not use it. Send it again if it is a new request."
)
_NOT_COUNTED = N_("Your message decided nothing.")


class ReplyHandler:
    """`words_decide`: whether `approve` and `reject` count at all (REPLIES)."""

    def __init__(
        self,
        decide: Decide,
        store: ReplyStore,
        slack: Slack,
        clock: Clock,
        *,
        words_decide: bool = True,
        names: Names | None = None,
    ) -> None:
        """Without `names`, ids in a message are not replaced."""
        self._decide = decide
        self._store = store
        self._slack = slack
        self._clock = clock
        self._words_decide = words_decide
        self._ask_back = AskBack(decide, words_decide=words_decide)
        self._chosen_replies = ChosenReplies(store, self._ask_back, names)

    async def handle(self, work: Work, state: GraphState, message: Inbound) -> StepResult:
        waiting = [r for r in work.open if r.approval.status is Status.PENDING]
        only = waiting[0] if len(waiting) == 1 and waiting[0].approval.posted_to is None else None
        if _is_early(message, waiting) and message.deleted:
            return reconcile(work, state, self._clock, done=(message.key,), halted=work.thread.halted)
        if _is_early(message, waiting) and not is_deciding_word(message.text):
            return await self._keep(work, state, message, waiting)
        try:
            decision = await self._decision(work, message, only) if only else None
        except FormValidationError as errors:
            return self._noted(work, state, message, bad_answer(errors))
        except (WrittenTooSoon, ChangedBeforeRead) as error:
            nothing = reconcile(work, state, self._clock, done=(message.key,), halted=work.thread.halted)
            return replace(nothing, notices=(Notice(user=message.user, text=error.message),))
        if only is None or decision is None:
            said = await self._say_what_waits(work, state, message, waiting)
            return await self._with_question(said, work, message, only)
        return await self._decided(work, state, message, only, decision)

    async def handle_choice(self, work: Work, state: GraphState, choice: Inbound) -> StepResult:
        """The writer said with a button what their message is. It gets the same checks as a reply."""
        nothing = reconcile(work, state, self._clock, done=(choice.key,), halted=work.thread.halted)
        try:
            message, review, decision = await self._chosen_replies.find(work, choice)
        except FormValidationError as errors:
            return replace(nothing, notices=(Notice(user=choice.user, text=bad_answer(errors)),))
        except _NOT_TAKEN as error:
            return replace(nothing, notices=(Notice(user=choice.user, text=error.message),))
        decided = await self._decided(work, state, message, review, decision)
        # Refused: it decided nothing, so a kept message stays kept.
        done = (*decided.done, choice.key) if decided.changes else (choice.key,)
        return replace(decided, done=done)

    async def _keep(
        self, work: Work, state: GraphState, message: Inbound, waiting: list[Review]
    ) -> StepResult:
        """Keep what was written before the question was seen, and offer it as the answer if it may be one."""
        person = await self._slack.person(message.user, work.thread.ref.channel)
        notice = await self._ask_back.about_early(message, waiting, person)
        kept = reconcile(work, state, self._clock, halted=work.thread.halted)
        return replace(kept, held=(message.key,), notices=(notice,) if notice is not None else ())

    async def _with_question(
        self, said: StepResult, work: Work, message: Inbound, only: Review | None
    ) -> StepResult:
        """The same, with its writer asked what the message is, if it may be meant for the card."""
        if only is None or not message.written_after(only.approval.card_ts):
            return said
        try:
            person = await self._slack.person(message.user, work.thread.ref.channel)
            first = not await self._store.was_asked_back(work.thread.ref, message.user, only.approval.id)
            notice = await self._ask_back.about(message, only, person, first=first)
        except (RateLimited, SlackRefused, SlackUnreachable):  # the note in the thread has to do
            return said
        if notice is None:
            return said
        return replace(said, notices=(notice,), asked_back=(message.key,))

    def handle_overtaken(self, work: Work, state: GraphState, message: Inbound) -> StepResult:
        """An approval was pending when the message was written and is decided now: not new input."""
        return self._noted(work, state, message, lazy_text(_OVERTAKEN))

    async def handle_revision(self, work: Work, state: GraphState, revision: Inbound) -> StepResult:
        """A message was edited or deleted. If it decided something, a note says that the decision stands."""
        key = revised_message(revision)
        decided = key is not None and await self._store.decided_by_message(work.thread.ref, key)
        if decided:
            return self._noted(work, state, revision, lazy_text(_DECISION_STANDS))
        return reconcile(work, state, self._clock, done=(revision.key,), halted=work.thread.halted)

    async def _decision(self, work: Work, message: Inbound, review: Review) -> Decision | None:
        """What the message decides about the only approval that waits; None if nothing.

        Raises FormValidationError, WrittenTooSoon and ChangedBeforeRead.
        """
        approval = review.approval
        # Words written before this card was posted were meant for another question, or for none.
        if not message.written_after(approval.card_ts) or message.open_approvals != (approval.id,):
            return None
        if await self._store.was_revised(work.thread.ref, message.key):
            if review.request.answered_by_reply or seems_to_decide(message.text):
                raise ChangedBeforeRead
            return None
        decision = await decision_in_reply(message, review)
        if decision is None:
            return None
        by_reply = review.request.answered_by_reply
        if not by_reply and not (self._words_decide and approval.rule(0).replies):
            return None
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
            # Only whoever may decide is sent to the button, which asks them to confirm.
            if decision.kind is DecisionKind.APPROVE and review.confirms_approval(0):
                raise NeedsConfirmation
        except InvalidDecision as refused:
            return self._noted(work, state, message, bad_answer(refused))
        except (DatabaseUnavailable, RateLimited, SlackUnreachable):  # the job is retried
            raise
        except CountersignError as error:
            nothing = reconcile(work, state, self._clock, done=(message.key,), halted=work.thread.halted)
            return replace(nothing, notices=(Notice(user=message.user, text=error.message),))
        post = await self._decide.announcements(review, change)
        return reconcile(work, state, self._clock, done=(message.key,), changes=(change,), post=post)

    async def _say_what_waits(
        self, work: Work, state: GraphState, message: Inbound, waiting: list[Review]
    ) -> StepResult:
        """Post once what waits. After that, only whoever seems to decide gets a note, and sees it alone."""
        undoable = [review for review in work.open if review.approval.is_undoable]
        about = [str(review.approval.id) for review in waiting or undoable] or [str(work.thread.halted)]
        key = f"waits:{work.thread.ref.id}:{'+'.join(sorted(about))}"
        text = what_waits(waiting, undoable=bool(undoable))
        again = _deleted_cards(work, waiting)
        if not await self._store.is_noted(note_key(key)):
            noted = self._noted(work, state, message, text, key)
            return replace(noted, post=(*noted.post, *again))
        nothing = reconcile(
            work, state, self._clock, done=(message.key,), post=again, halted=work.thread.halted
        )
        if not seems_to_decide(message.text):
            return nothing
        return replace(
            nothing, notices=(Notice(user=message.user, text=sentences(lazy_text(_NOT_COUNTED), text)),)
        )

    def _noted(
        self, work: Work, state: GraphState, message: Inbound, text: Text | TextLines, key: str | None = None
    ) -> StepResult:
        """Answer the message with a note, and change nothing."""
        post = (note(work.thread.ref, key or message.key, text),)
        return reconcile(work, state, self._clock, done=(message.key,), post=post, halted=work.thread.halted)


def _is_early(message: Inbound, waiting: list[Review]) -> bool:
    """Whether it was written when nothing waited, as far as its writer could see."""
    ids = {review.approval.id for review in waiting}
    return (
        message.kind is InboundKind.MESSAGE
        and bool(waiting)
        and ids.issuperset(message.open_approvals)  # what it may be meant for is decided otherwise
        and not any(_was_visible(review.approval, message) for review in waiting)
    )


def _was_visible(approval: Approval, message: Inbound) -> bool:
    """Whether the approval's card can have been seen when the message was written.

    Of a card that is gone its ts is gone too: it was there before.
    """
    if approval.id not in message.open_approvals:
        return False
    return approval.card_losses > 0 or message.written_after(approval.card_ts)


def _deleted_cards(work: Work, waiting: list[Review]) -> tuple[Outgoing, ...]:
    """The cards that were deleted, for whoever writes in their thread."""
    return tuple(
        card_again(work.thread.ref, review.approval.id, review.approval.card_losses)
        for review in waiting
        if review.approval.card_ts is None and review.approval.card_losses > 0
    )


def _saw_proposal(approval: Approval, message: Inbound) -> bool:
    """Whether its writer can have seen the current proposal."""
    proposal = approval.votes_on(0).proposal
    return proposal is None or message.written_after(f"{proposal.at.timestamp():.6f}")
