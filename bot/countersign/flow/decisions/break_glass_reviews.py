"""Reviews of `break_glass`: each use is listed until an approver of the rule has reviewed it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Person
from countersign.approvals.votes.break_glass import GlassBreak, NoSuchReview, check_may_review
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.notices.break_glass import reviewed_note, reviewers_told
from countersign.flow.notices.direct_messages import NoticeReason
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import BreakGlassStore, Clock, Store
from countersign.flow.review import Review

MAX_LISTED = 20
_MAX_CHECKED = 200  # uses that one call checks, oldest first
REMIND_EVERY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class UnreviewedUse:
    use: GlassBreak
    review: Review


class BreakGlassReviews:
    def __init__(
        self,
        store: BreakGlassStore,
        approvals: Store,
        voting: Voting,
        audience: Audience,
        clock: Clock,
        deliver: Callable[[Sequence[Outgoing]], Awaitable[None]],
    ) -> None:
        self._store = store
        self._approvals = approvals
        self._voting = voting
        self._audience = audience
        self._clock = clock
        self._deliver = deliver

    async def waiting_for(self, team: str, person: Person) -> tuple[UnreviewedUse, ...]:
        """The uses that this person may review, oldest first, at most `MAX_LISTED`."""
        found: list[UnreviewedUse] = []
        for use in await self._store.unreviewed(team, _MAX_CHECKED):
            review = await self._approvals.approval(use.approval_id)
            if review is None or len(found) == MAX_LISTED:
                continue
            try:
                await self._check(use, review, person)
            except MayNotDecide:
                continue
            found.append(UnreviewedUse(use=use, review=review))
        return tuple(found)

    async def load(self, use_id: UUID, person: Person) -> UnreviewedUse:
        """Raises NoSuchReview, and MayNotDecide for a person who may not review it."""
        use = await self._store.find(use_id)
        review = await self._approvals.approval(use.approval_id) if use is not None else None
        if use is None or review is None:
            raise NoSuchReview
        await self._check(use, review, person)
        return UnreviewedUse(use=use, review=review)

    async def __call__(self, use_id: UUID, person: Person, note: str) -> UnreviewedUse:
        """Record that this person has reviewed it. Raises as `load` does."""
        found = await self.load(use_id, person)
        post = (reviewed_note(found.review, found.use, person, note),)
        at, thread = self._clock(), found.review.approval.thread_id
        if not await self._store.reviewed(found.use, thread, person, at, note, post):
            raise NoSuchReview
        await self._deliver(post)
        return found

    async def remind(self, team: str) -> int:
        """Remind the approvers of uses that nobody has reviewed for a day; returns how many."""
        now = self._clock()
        due = await self._store.to_remind(team, now - REMIND_EVERY, _MAX_CHECKED)
        for use in due:
            review = await self._approvals.approval(use.approval_id)
            if review is None:
                continue
            post = await reviewers_told(review, use, self._audience, NoticeReason.REVIEW_DUE, now)
            await self._store.reminded(use.id, now, post)
            await self._deliver(post)
        return len(due)

    async def _check(self, use: GlassBreak, review: Review, person: Person) -> None:
        check_may_review(use, await self._voting.context(review.approval, use.row), person)
