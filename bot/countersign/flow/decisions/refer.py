"""Referring: an approver asks another approver to decide, with a note."""

from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.assignment.referral import MAX_REFERRALS, Referral
from countersign.approvals.errors import CountersignError, MayNotDecide
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.person import Person
from countersign.flow.decisions.conflict_retry import save_change
from countersign.flow.decisions.decider_check import DeciderCommand
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.notices.direct_messages import referral_message
from countersign.flow.review import Review
from countersign.i18n import _
from countersign.interrupts import FormValidationError

PERSON = "/person"
NOTE_LIMIT = 500  # characters


class NothingToPassOn(CountersignError):
    """Any member can decide this, so nobody has to be asked."""


class ReferApproval(DeciderCommand):
    async def check(self, approval: Approval, person: Person) -> None:
        """Raise NotPending, NothingToPassOn, or MayNotDecide unless the person may decide it themselves."""
        await self._check(approval, person, NothingToPassOn())

    async def __call__(
        self, approval_id: UUID, channel: str, by: Person, to: Person, note: str
    ) -> tuple[Review, Outgoing]:
        """Add the referral to the approval, and send a direct message to the person asked.

        Raises what `check` raises, FormValidationError for somebody who may not decide it, and Conflict.
        """
        referral = Referral(by=by, to=to, note=note.strip()[:NOTE_LIMIT], at=self._clock())
        changed = await save_change(
            self._store,
            approval_id,
            channel,
            lambda review: self._change(review.approval, referral),
            lambda review: (referral_message(review.approval, referral),),
            observer=self._observer,
            by=by.id,
        )
        return changed, referral_message(changed.approval, referral)

    async def _change(self, approval: Approval, referral: Referral) -> Change:
        await self.check(approval, referral.by)
        if referral.to.id == referral.by.id:
            raise FormValidationError({PERSON: _("That's you. Choose somebody else.")})
        if len(approval.referrals) >= MAX_REFERRALS:
            raise FormValidationError({PERSON: _("Enough people were asked. Talk to one of them.")})
        try:
            await self._check.check_may_decide_some(approval, referral.to)
        except MayNotDecide as refusal:
            raise FormValidationError(
                {
                    PERSON: _("{person} can't decide this. ({why})").format(
                        person=referral.to.name, why=refusal
                    )
                }
            ) from None
        detail = {"to": referral.to.id, "name": referral.to.name, "note": referral.note or None}
        return Change(after=approval.referred(referral), event=Event.REFERRED, by=referral.by, detail=detail)
