"""Decides an approval: checks a person's decision, counts it as a vote and saves it once.

The worker resumes the graph afterwards: a crash in between loses nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import AlreadyVoted, MayNotDecide, NotPending
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import Person
from countersign.approvals.policy.grants import Grant, NoGrantOffered
from countersign.approvals.policy.voting.permission import check_may_open, check_may_vote, reason_required
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.voting_result import VotingOutcome, VotingResult, count_votes
from countersign.approvals.recorded_reasons import ANSWERED_ALONE, RUN_CANCELLED_BY
from countersign.approvals.votes.break_glass import GlassBreak
from countersign.approvals.votes.eligibility import check_may_decide
from countersign.approvals.votes.vote import Vote
from countersign.flow.decisions.answer_validation import validate_decisions, validated_resume_value
from countersign.flow.decisions.evidence.decision_detail import row_detail
from countersign.flow.decisions.evidence.refusal_log import RefusalLog
from countersign.flow.errors import Conflict
from countersign.flow.grants.give import GiveGrant
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.notices.break_glass import glass_broken
from countersign.flow.notices.grant_notes import given_note
from countersign.flow.notices.shortage_notices import ShortageNotices
from countersign.flow.notices.thread_notes import outcome_note
from countersign.flow.observability.observer import Observer
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import Clock, Ledger, Store
from countersign.flow.review import Review
from countersign.i18n import lazy_text


@dataclass(frozen=True, kw_only=True)
class DecisionRequest:
    """Which rows of which approval somebody decides, on the question that has this digest."""

    approval_id: UUID
    digest: str
    channel: str  # where the card is that was clicked
    decisions: Mapping[int, Decision]  # by row
    via: str  # "button" (on the card), "home", "list" (the answer to /approvals), "form", "reply"
    message: str | None = None  # the key of the message that said it, of a reply
    grant: bool = False  # whether to give the grant that the rule offers


class Decide:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        observer: Observer | None = None,
        voting: Voting | None = None,
        ledger: Ledger | None = None,
        give_grant: GiveGrant | None = None,
        audience: Audience | None = None,
    ) -> None:
        """Without `voting`, groups and channels have no members; without `ledger`, refusals are not kept.

        Without `give_grant`, nobody can give one; without `audience`, break glass sends no direct messages.
        """
        self._store = store
        self._clock = clock
        self._observer = observer or Observer()
        self._voting = voting or Voting(CurrentPolicy(), None, clock)
        self._refusals = RefusalLog(ledger)
        self._give_grant = give_grant
        self._audience = audience or Audience(None)
        self._shortages = ShortageNotices(self._audience, self._voting)

    async def find_open(
        self,
        approval_id: UUID,
        digest: str,
        row: int,
        channel: str,
        person: Person,
        kind: DecisionKind | None = None,
    ) -> Review:
        """The approval, if this person may decide this row now; `kind` is the decision, if known.

        Raises NotPending (Expired too), QuestionChanged, AlreadyDecided or MayNotDecide.
        """
        with self._observer.refusals(approval_id=approval_id, by=person.id):
            review = await self._find(approval_id, channel)
            async with self._refusals.kept(review.approval, row, person, kind):
                check_may_decide(person)
                review.approval.check_open(row, digest)
                review.approval.check_in_time(row, self._clock())
                if kind is not None:
                    voting = await self._voting.row(review.approval, row, person.id)
                    check_may_open(voting.context, voting.votes, person, kind)
        return review

    async def reason_required(self, approval: Approval, row: int, person: Person, kind: DecisionKind) -> bool:
        """Whether this person has to give a reason for this decision."""
        voting = await self._voting.row(approval, row, person.id)
        return reason_required(voting.context, person, kind)

    async def may_decide(self, review: Review, row: int, person: Person, kind: DecisionKind) -> bool:
        """Whether to offer them this decision. It is no attempt to decide, so no refusal is recorded.

        Raises what `Voting.row` raises.
        """
        voting = await self._voting.row(review.approval, row, person.id)
        try:
            check_may_open(voting.context, voting.votes, person, kind)
        except MayNotDecide:
            return False
        return True

    async def _find(self, approval_id: UUID, channel: str) -> Review:
        review = await self._store.approval(approval_id)
        if review is None or review.approval.channel != channel:
            raise NotPending(
                lazy_text(
                    "This card has no approval here. It may have been deleted after its retention period."
                )
            )
        return review

    async def __call__(self, request: DecisionRequest, person: Person, found: Review | None = None) -> Review:
        """Save the decisions and give the approval as it is now.

        `found` is what `find_open` has just given; if it changed since, this raises Conflict.
        Raises what `find_open` raises, and InvalidDecision for an answer that the graph cannot take.
        """
        with self._observer.refusals(approval_id=request.approval_id, by=person.id):
            review = found or await self._find(request.approval_id, request.channel)
            change = await self._change(review, request, person)
            try:
                await self._store.decide(change, await self.announcements(review, change))
            except Conflict:
                await self._explain_conflict(request)
                raise
        return review.with_approval(change.after)

    async def announcements(self, review: Review, change: Change) -> tuple[Outgoing, ...]:
        """The messages to post about a change that `change` returned.

        While it can be undone, only those about break glass; while open, that nobody can approve an edit.
        """
        after = review.with_approval(change.after)
        outcome = None if change.after.is_undoable else outcome_note(after)
        grants = tuple(given_note(review, grant) for grant in change.grants_given)
        broken = [await glass_broken(after, use, self._audience) for use in change.glass_breaks]
        missed = await self._shortages(after) if _shuts_out_an_editor(review.approval, change.after) else ()
        return (
            *((outcome,) if outcome is not None else ()),
            *grants,
            *(row for rows in broken for row in rows),
            *missed,
        )

    async def change(self, review: Review, request: DecisionRequest, person: Person) -> Change:
        """The change of the approval by these decisions, after all checks. Raises as `__call__` does."""
        with self._observer.refusals(
            approval_id=request.approval_id, thread_id=review.approval.thread_id, by=person.id
        ):
            return await self._change(review, request, person)

    async def _change(self, review: Review, request: DecisionRequest, person: Person) -> Change:
        approval = review.approval
        rows = review.unrestricted_request.rows
        request = replace(
            request, decisions={row: rows[row].effective(made) for row, made in request.decisions.items()}
        )
        for row, decision in request.decisions.items():
            async with self._refusals.kept(approval, row, person, decision.kind):
                check_may_decide(person)
            approval.check_open(row, request.digest)
            approval.check_in_time(row, self._clock())
        await validate_decisions(review, request.decisions)
        at = self._clock()
        cast: dict[int, RowVotes] = {}
        results: dict[int, VotingResult] = {}
        for row, decision in request.decisions.items():
            vote = Vote(decision=decision, by=person, at=at)
            async with self._refusals.kept(approval, row, person, decision.kind):
                await self._voting.check_edit(review, row, decision)
                cast[row], results[row] = await self._cast(approval, row, vote)
        given = await self._grants(review, request, person, at) if request.grant else ()
        if given and any(result.outcome is not VotingOutcome.APPROVED for result in results.values()):
            raise NoGrantOffered
        decided = {
            row: Vote(
                decision=result.decision,
                by=person,
                at=at,
                broke_glass=result.broke_glass is not None,
                on_behalf_of=result.on_behalf_of.get(person.id),
            )
            for row, result in results.items()
            if result.outcome is not VotingOutcome.OPEN and result.decision is not None
        }
        cancellation = next((vote for vote in decided.values() if vote.decision.ends_run), None)
        if cancellation is not None:
            after = approval.run_cancelled(cast, cancellation, RUN_CANCELLED_BY.format(name=person.name))
        else:
            after = approval.with_row_votes(cast, decided).without_claim_of(person.id)
        if after.status is Status.DECIDED and not after.ends_run:
            decisions = [_for_the_graph(vote.decision) for vote in after.votes if vote is not None]
            after = after.answered_with(await validated_resume_value(review, decisions))
            undo = max((rule.undo for rule in after.rules if rule.undo is not None), default=None)
            after = after.undoable(at + undo) if undo is not None else after
        return Change(
            after=after,
            event=Event.DECIDED if after.status is Status.DECIDED else Event.VOTED,
            by=person,
            glass_breaks=_glass_breaks(approval, results, at),
            detail={
                "via": request.via,
                **({"message": request.message} if request.message else {}),
                "digest": request.digest,
                "rows": {
                    str(row): row_detail(review, row, decision, results[row])
                    for row, decision in request.decisions.items()
                },
            },
            grants_given=given,
        )

    async def _grants(
        self, review: Review, request: DecisionRequest, person: Person, at: datetime
    ) -> tuple[Grant, ...]:
        """The grants that this person gives with these approvals. Raises NoGrantOffered and MayNotDecide."""
        if self._give_grant is None or not all(map(_approves_as_asked, request.decisions.values())):
            raise NoGrantOffered
        given = []
        for row, decision in request.decisions.items():
            async with self._refusals.kept(review.approval, row, person, decision.kind):
                voting = await self._voting.row(review.approval, row)
                given.append(await self._give_grant(review, row, voting, person, at))
        return tuple(given)

    async def _cast(self, approval: Approval, row: int, vote: Vote) -> tuple[RowVotes, VotingResult]:
        """The row's votes with this one, and their result."""
        voting = await self._voting.row(approval, row, vote.by.id)
        check_may_vote(voting.context, voting.votes, vote.by, vote.decision)
        earlier = voting.votes.of(vote.by.id)
        result = count_votes(voting.context, voting.votes.cast(vote), cast_now=vote.by.id)
        repeated = earlier is not None and earlier.decision == vote.decision
        # Repeating a vote can decide if memberships changed since.
        if repeated and result.outcome is VotingOutcome.OPEN:
            raise AlreadyVoted
        return result.noted_on(approval.votes_on(row).cast(vote)), result

    async def _explain_conflict(self, request: DecisionRequest) -> None:
        """Raise the error that explains the other person's change; nothing if the rows are still open."""
        now = await self._store.approval(request.approval_id)
        if now is None:
            raise NotPending
        for row in request.decisions:
            now.approval.check_open(row, request.digest)


def _shuts_out_an_editor(before: Approval, after: Approval) -> bool:
    """Whether an edit shuts its author out, so that perhaps nobody is left to decide."""
    return after.status is Status.PENDING and any(
        not after.rule(row).requester_may_decide
        and after.votes_on(row).editor not in {None, before.votes_on(row).editor}
        for row in after.open_rows
    )


def _approves_as_asked(decision: Decision) -> bool:
    return decision.kind is DecisionKind.APPROVE and not decision.proposes


def _glass_breaks(
    approval: Approval, results: Mapping[int, VotingResult], at: datetime
) -> tuple[GlassBreak, ...]:
    return tuple(
        GlassBreak(
            id=uuid4(),
            approval_id=approval.id,
            row=row,
            rule=approval.rule(row).name,
            by=result.broke_glass.by,
            reason=result.broke_glass.decision.message or ANSWERED_ALONE,
            at=at,
        )
        for row, result in results.items()
        if result.broke_glass is not None
    )


def _for_the_graph(decision: Decision) -> Decision:
    """The reason of an approval is not sent: no answer has a field for it."""
    return replace(decision, message=None) if decision.kind is DecisionKind.APPROVE else decision
