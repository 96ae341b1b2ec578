"""A message in a thread where something waits: it is an answer, or its writer is told what waits.

It is never new input: LangGraph would cancel the pending question and leave its tool calls unanswered.
"""

from countersign.approvals.decision import Decision
from countersign.approvals.errors import CountersignError
from countersign.approvals.lifecycle import Status
from countersign.flow.decisions.decide import Decide, DecisionRequest
from countersign.flow.decisions.reply_parser import parse_reply, reply_hint
from countersign.flow.graph_state import GraphState
from countersign.flow.inbound import Inbound
from countersign.flow.outgoing import note
from countersign.flow.ports import Clock, Slack
from countersign.flow.review import Review
from countersign.flow.steps.reconciliation import reconcile
from countersign.flow.work import StepResult, Work
from countersign.interrupts import FormValidationError, InvalidDecision


class ReplyHandler:
    def __init__(self, decide: Decide, slack: Slack, clock: Clock) -> None:
        self._decide = decide
        self._slack = slack
        self._clock = clock

    async def handle(self, work: Work, state: GraphState, message: Inbound) -> StepResult:
        waiting = [r for r in work.open if r.approval.status is Status.PENDING]
        # Words written before this card was posted were meant for another question, or for none.
        saw_card = len(waiting) == 1 and message.written_after(waiting[0].approval.card_ts)
        try:
            decision = parse_reply(message.text, waiting[0].request) if saw_card else None
        except FormValidationError as errors:
            return self._noted(work, state, message, _bad_answer(errors))
        if decision is None:
            return self._noted(work, state, message, _what_waits(waiting))
        return await self._decided(work, state, message, waiting[0], decision)

    async def _decided(
        self, work: Work, state: GraphState, message: Inbound, review: Review, decision: Decision
    ) -> StepResult:
        person = await self._slack.person(message.user, work.thread.ref.team)
        request = DecisionRequest(
            approval_id=review.approval.id,
            digest=review.approval.digest,
            channel=work.thread.ref.channel,
            decisions={0: decision},
            via="reply",
        )
        try:
            change = await self._decide.change(review, request, person)
        except InvalidDecision as refused:
            return self._noted(work, state, message, _bad_answer(refused))
        except CountersignError as error:
            await self._slack.post_ephemeral(work.thread.ref, message.user, str(error))
            return reconcile(work, state, self._clock, done=(message.key,), halted=work.thread.halted)
        return reconcile(work, state, self._clock, done=(message.key,), changes=(change,))

    def _noted(self, work: Work, state: GraphState, message: Inbound, text: str) -> StepResult:
        """Answer the message with a note, and change nothing."""
        post = (note(work.thread.ref, message.key, text),)
        return reconcile(work, state, self._clock, done=(message.key,), post=post, halted=work.thread.halted)


def _bad_answer(problem: FormValidationError | InvalidDecision) -> str:
    return "That answer cannot be used: " + " ".join(problem.errors.values())


def _what_waits(waiting: list[Review]) -> str:
    if not waiting:
        return (
            "The last step failed after it was decided. Use *Try again* or *Ask again* on the message about "
            "it; nothing else is done in this thread before that."
        )
    if len(waiting) > 1:
        titles = "\n".join(f"•  {review.request.title}" for review in waiting)
        return f"{len(waiting)} approvals wait in this thread, so please use their cards:\n{titles}"
    return (
        f"This thread waits for a decision: {waiting[0].request.title}\n"
        f"Use the card{reply_hint(waiting[0].request)}. Other messages are not passed on until then."
    )
