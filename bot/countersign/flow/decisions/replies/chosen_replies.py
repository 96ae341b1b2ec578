"""Handles a message whose writer said with a button what it is: all checks are repeated."""

import asyncio
from dataclasses import replace

from countersign.approvals.decision import Decision
from countersign.flow.decisions.answer_validation import decision_in_reply
from countersign.flow.decisions.replies.asking_back import AskBack, chosen_decision
from countersign.flow.decisions.replies.refusals import (
    ChangedBeforeRead,
    MessageExpired,
    NoLongerOpen,
)
from countersign.flow.decisions.replies.reply_offer import ChosenReply, ReplyChoice
from countersign.flow.messages.inbound import Inbound
from countersign.flow.ports import Names, ReplyStore
from countersign.flow.review import Review
from countersign.flow.work import Work


class ChosenReplies:
    def __init__(self, store: ReplyStore, ask_back: AskBack, names: Names | None) -> None:
        self._store = store
        self._ask_back = ask_back
        self._names = names

    async def find(self, work: Work, choice: Inbound) -> tuple[Inbound, Review, Decision]:
        """The message and the decision that it makes.

        Raises FormValidationError, ChangedBeforeRead, MessageExpired, NoLongerOpen, and what
        `Approval.check_open` raises.
        """
        chosen = ChosenReply.from_body(choice.body)
        message = await self._store.message(chosen.message)
        if message is None or message.user != choice.user or message.thread != work.thread.ref:
            raise MessageExpired
        if await self._store.was_revised(work.thread.ref, message.key):
            raise ChangedBeforeRead
        review = next((each for each in work.open if each.approval.id == chosen.approval_id), None)
        if review is None:
            raise NoLongerOpen
        review.approval.check_open(0, chosen.digest)
        if self._names is not None:
            message = replace(message, text=await self._names.readable(message.text))
        decision = await self._decision(chosen, message, review, work)
        if decision is None:
            raise NoLongerOpen
        return message, review, decision

    async def _decision(
        self, chosen: ChosenReply, message: Inbound, review: Review, work: Work
    ) -> Decision | None:
        """None where the card does not, or no longer, allow this use. Raises FormValidationError."""
        if review.request.answered_by_reply:
            is_kept = message.key in {row.key for row in (*work.held, *work.inbound)}
            uses_it = chosen.choice is ReplyChoice.USE and is_kept
            return await decision_in_reply(message, review) if uses_it else None
        if not self._ask_back.may_use_words(review):
            return None
        return await asyncio.to_thread(chosen_decision, review.request.rows[0], chosen.choice, message.text)
