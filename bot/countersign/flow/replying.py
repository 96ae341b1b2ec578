"""A message in a thread where something waits: it is an answer, or its writer is told what waits.

It is never new input: LangGraph would cancel the pending question and leave its tool calls unanswered.
"""

import structlog

from countersign.approvals.approval import Approval, Status
from countersign.approvals.decision import Decision
from countersign.approvals.errors import CountersignError
from countersign.flow.decide import Ballot, Decide
from countersign.flow.graph_state import GraphState
from countersign.flow.inbound import Inbound
from countersign.flow.ports import Clock, Settlement, Slack, Work
from countersign.flow.questions import request_of
from countersign.flow.replies import decision_in, words_for
from countersign.flow.settling import note, settle
from countersign.interrupts import FormValidationError, InvalidDecision

log = structlog.get_logger()


class Replying:
    def __init__(self, decide: Decide, slack: Slack, clock: Clock) -> None:
        self._decide = decide
        self._slack = slack
        self._clock = clock

    async def reply(self, work: Work, state: GraphState, message: Inbound) -> Settlement:
        waiting = [a for a in work.open if a.status is Status.PENDING]
        # Words that were on their way when this card came were meant for another question, or for none.
        seen = len(waiting) == 1 and message.written_after(waiting[0].card_ts)
        try:
            decision = decision_in(message.text, request_of(waiting[0])) if seen else None
        except FormValidationError as errors:
            return self._told(work, state, message, _bad_answer(errors))
        if decision is None:
            return self._told(work, state, message, _what_waits(waiting))
        return await self._decided(work, state, message, waiting[0], decision)

    async def _decided(
        self, work: Work, state: GraphState, message: Inbound, approval: Approval, decision: Decision
    ) -> Settlement:
        person = await self._slack.person(message.user, work.thread.ref.team)
        ballot = Ballot(
            approval_id=approval.id,
            digest=approval.digest,
            channel=work.thread.ref.channel,
            decisions={0: decision},
            via="reply",
        )
        try:
            change = self._decide.change(approval, ballot, person)
        except InvalidDecision as refused:
            return self._told(work, state, message, _bad_answer(refused))
        except CountersignError as error:
            await self._slack.whisper(work.thread.ref, message.user, str(error))
            return settle(work, state, self._clock, done=(message.key,), halted=work.thread.halted)
        return settle(work, state, self._clock, done=(message.key,), changes=(change,))

    def _told(self, work: Work, state: GraphState, message: Inbound, text: str) -> Settlement:
        told = note(work.thread.ref, message.key, text)
        return settle(work, state, self._clock, done=(message.key,), post=(told,), halted=work.thread.halted)


def _bad_answer(problem: FormValidationError | InvalidDecision) -> str:
    return "That answer cannot be used: " + " ".join(problem.errors.values())


def _what_waits(waiting: list[Approval]) -> str:
    if not waiting:
        return (
            "The last step failed after it was decided. Use *Try again* or *Ask again* on the message about "
            "it; nothing else is done in this thread before that."
        )
    if len(waiting) > 1:
        titles = "\n".join(f"•  {request_of(approval).title}" for approval in waiting)
        return f"{len(waiting)} approvals wait in this thread, so please use their cards:\n{titles}"
    return (
        f"This thread waits for a decision: {request_of(waiting[0]).title}\n"
        f"Use the card{words_for(request_of(waiting[0]))}. Other messages are not passed on until then."
    )
