"""The changes of an approval, each returning a new one. What it stores is in `record`, its legal moves in
`lifecycle`."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from countersign.approvals.assignment.claim import Claim
from countersign.approvals.assignment.referral import Referral
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import NothingDecided, NotPending
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Event, Status, check_transition
from countersign.approvals.person import Person
from countersign.approvals.policy.clock.timers import UNDO_TOO_LATE, Fired, TimerKind
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.row_votes import NothingToWithdraw, RowVotes
from countersign.approvals.record import ApprovalRecord, sole_vote
from countersign.approvals.votes.vote import Vote
from countersign.i18n import lazy_text

_UNDO_IS_NOT_YOURS = lazy_text("Only whoever made this decision can undo it.")
_REJECTION_STANDS = lazy_text("You asked for this, so you can't undo its rejection. Ask the agent again.")


@dataclass(frozen=True, kw_only=True)
class Approval(ApprovalRecord):
    """Methods that change it return a new one, and raise IllegalTransition where the move is not legal."""

    def with_rules(self, rules: tuple[Rule, ...]) -> "Approval":
        """With these rules, per row, set when it opens."""
        redacts = any(rule.redact for rule in rules)
        return replace(self, rules=rules, digest_key=secrets.token_hex(32) if redacts else None)

    def with_votes(self, votes: Mapping[int, Vote]) -> "Approval":
        """These rows decided; the approval is decided once no row is open.

        Raises NothingDecided for no votes at all, else what `check_open` raises for one of the rows.
        """
        if not votes:
            raise NothingDecided
        for row in votes:
            self.check_open(row, self.digest_of(row))
        merged = tuple(votes.get(row, vote) for row, vote in enumerate(self.votes))
        if None in merged:
            return self._moved(Event.VOTED, Status.PENDING, votes=merged, status_reason=None)
        return self._moved(Event.DECIDED, Status.DECIDED, votes=merged, status_reason=None)

    def with_row_votes(self, cast: Mapping[int, RowVotes], decided: Mapping[int, Vote]) -> "Approval":
        """These rows' votes as they are now; `decided` has the rows that are decided by them.

        Raises NothingDecided for no rows at all, else what `check_open` raises for one of the rows.
        """
        if not cast:
            raise NothingDecided
        for row in cast:
            self.check_open(row, self.digest_of(row))
        row_votes = tuple(cast.get(row, self.votes_on(row)) for row in range(len(self.votes)))
        if not decided:
            return self._moved(Event.VOTED, Status.PENDING, row_votes=row_votes, status_reason=None)
        after = self.with_votes(decided)
        sole = all(votes == sole_vote(vote) for votes, vote in zip(row_votes, after.votes, strict=True))
        return replace(after, row_votes=() if sole else row_votes)

    def with_vote_withdrawn(self, row: int, votes: RowVotes) -> "Approval":
        """A vote on an open row was withdrawn."""
        row_votes = tuple(votes if at == row else self.votes_on(at) for at in range(len(self.votes)))
        return self._moved(Event.VOTE_WITHDRAWN, Status.PENDING, row_votes=row_votes)

    def answered_with(self, answer: Json) -> "Approval":
        """What the graph is to be resumed with, as the votes say."""
        return replace(self, answer=answer)

    def undoable(self, until: datetime) -> "Approval":
        """The decision can be undone until then; the graph gets it afterwards."""
        assert self.status is Status.DECIDED, "only a decision can be undone"
        assert self.closes_as is not Status.CANCELLED, "a cancelled approval is final"
        return replace(self, undo_until=until)

    def undone(self, user_id: str) -> "Approval":
        """Pending again, without this person's votes on the rows that they decided; the votes of others stay.

        A requester never undoes a rejection: it would wait for an approval again.
        Raises NotPending once the graph may have got the decision, and NothingToWithdraw.
        """
        if not self.is_undoable:
            raise NotPending(UNDO_TOO_LATE)
        own = [row for row, vote in enumerate(self.votes) if vote is not None and vote.by.id == user_id]
        cast = {
            row: self.votes_on(row).withdraw(user_id)
            for row in own
            if user_id != self.requester or not self._is_rejected(row)
        }
        if not cast:
            raise NothingToWithdraw(_REJECTION_STANDS if own else _UNDO_IS_NOT_YOURS)
        return self._moved(
            Event.UNDONE,
            Status.PENDING,
            votes=tuple(None if row in cast else vote for row, vote in enumerate(self.votes)),
            row_votes=tuple(cast.get(row, self.votes_on(row)) for row in range(len(self.votes))),
            answer=None,
            undo_until=None,
        )

    def _is_rejected(self, row: int) -> bool:
        vote = self.votes[row]
        return vote is not None and vote.decision.kind is DecisionKind.REJECT

    def sent(self) -> "Approval":
        """The decision can no longer be undone."""
        return self._moved(Event.SENT, Status.DECIDED, undo_until=None)

    def lapsed(self, reason: str, at: datetime) -> "Approval":
        """Pending again, because it was approved too long ago. Its clock starts again."""
        return self._asked_again(Event.LAPSED, reason, at)

    def reminded(self, rows: Iterable[int]) -> "Approval":
        """People were reminded that these rows wait."""
        return self._with_fired(Event.REMINDED, TimerKind.REMIND, rows)

    def escalated(self, rows: Iterable[int]) -> "Approval":
        """`escalate_to` may decide these rows too, from now on."""
        return self._with_fired(Event.ESCALATED, TimerKind.ESCALATE, rows)

    def timed_out(self, rows: Iterable[int], decided: Mapping[int, Vote], reason: str) -> "Approval":
        """Nobody decided these rows in time. Those in `decided` are decided by that, the others stay open."""
        expired = self._with_fired(Event.TIMED_OUT, TimerKind.EXPIRE, rows)
        merged = tuple(decided.get(row, vote) for row, vote in enumerate(self.votes))
        if None in merged:
            return replace(expired, votes=merged)
        by_people = any(vote is not None and vote.by_a_person for vote in merged)
        return self._moved(
            Event.TIMED_OUT,
            Status.DECIDED,
            votes=merged,
            fired=expired.fired,
            closes_as=Status.RESUMED if by_people else Status.EXPIRED,
            status_reason=reason,
        )

    def _with_fired(self, event: Event, kind: TimerKind, rows: Iterable[int]) -> "Approval":
        return self._moved(
            event, Status.PENDING, fired=self.fired | {Fired(row=row, kind=kind) for row in rows}
        )

    def claimed(self, by: Person, at: datetime) -> "Approval":
        """Claimed by this person, instead of anybody else."""
        return self._moved(Event.CLAIMED, Status.PENDING, claim=Claim(by=by, at=at))

    def released(self) -> "Approval":
        """No longer claimed."""
        return self._moved(Event.RELEASED, Status.PENDING, claim=None)

    def referred(self, referral: Referral) -> "Approval":
        """Somebody asked another person to decide, which ends their own claim."""
        claim = None if self.claim is not None and self.claim.by.id == referral.by.id else self.claim
        return self._moved(Event.REFERRED, Status.PENDING, claim=claim, referrals=(*self.referrals, referral))

    def without_claim_of(self, user_id: str) -> "Approval":
        """A vote ends the voter's claim."""
        held = self.claim is not None and self.claim.by.id == user_id
        return replace(self, claim=None) if held else self

    def cancelled(self, vote: Vote, answer: Json, reason: str) -> "Approval":
        """The requester cancelled: every row is rejected by this vote, also one that was decided before."""
        earlier = tuple(self.votes_on(row) for row in range(len(self.votes)))
        return self._moved(
            Event.CANCELLED,
            Status.DECIDED,
            votes=(vote,) * len(self.votes),
            row_votes=earlier if any(each.votes for each in earlier) else (),
            answer=answer,
            closes_as=Status.CANCELLED,
            status_reason=reason,
        )

    def run_cancelled(self, cast: Mapping[int, RowVotes], vote: Vote, reason: str) -> "Approval":
        """Decided by a vote that cancels the run, on whichever row: no row gets an answer."""
        row_votes = tuple(cast.get(row, self.votes_on(row)) for row in range(len(self.votes)))
        sole = len(row_votes) == 1 and row_votes[0] == sole_vote(vote)
        return self._moved(
            Event.DECIDED,
            Status.DECIDED,
            votes=(vote,) * len(self.votes),
            row_votes=() if sole else row_votes,
            closes_as=Status.CANCELLED,
            status_reason=reason,
        )

    def run_ended(self) -> "Approval":
        """The graph's run is over, without an answer."""
        return self._moved(Event.RUN_CANCELLED, self.closes_as)

    def resumed(self) -> "Approval":
        """The graph took the answer."""
        return self._moved(Event.RESUMED, self.closes_as)

    def reopened(self, reason: str, at: datetime, state: Json = None) -> "Approval":
        """Pending again, because the graph would not take the answer. Its clock starts again.

        `state` is the graph's as it is now.
        """
        again = self._asked_again(Event.REOPENED, reason, at)
        return replace(again, state=state if self.state is not None else None)

    def _asked_again(self, event: Event, reason: str, at: datetime) -> "Approval":
        return self._moved(
            event,
            Status.PENDING,
            votes=(None,) * len(self.votes),
            row_votes=(),
            answer=None,
            closes_as=Status.RESUMED,
            status_reason=reason,
            asked_at=at,
            fired=frozenset(),
            referrals=(),
            undo_until=None,
        )

    def withdrawn(self, reason: str) -> "Approval":
        """The question is gone, or its answer could not be used."""
        return self._moved(Event.WITHDRAWN, Status.WITHDRAWN, status_reason=reason)

    def _moved(self, event: Event, after: Status, **changes: Any) -> "Approval":
        check_transition(self.status, event, after)
        if after is not Status.PENDING:
            changes["claim"] = None
        return replace(self, status=after, version=self.version + 1, **changes)


def open_approval(
    *,
    thread_id: str,
    interrupt_id: str,
    digest: str,
    value: Json,
    schema: Json,
    rows: int,
    at: datetime,
    checkpoint_id: str | None = None,
    graph_version: str | None = None,
    node: str | None = None,
    answer_shape: Json = None,
    state: Json = None,
    requester: str | None = None,
    rules: tuple[Rule, ...] = (),
) -> Approval:
    """A new approval for a pending interrupt, without votes."""
    return Approval(
        id=uuid4(),
        thread_id=thread_id,
        interrupt_id=interrupt_id,
        digest=digest,
        value=value,
        schema=schema,
        node=node,
        answer_shape=answer_shape,
        state=state,
        status=Status.PENDING,
        votes=(None,) * rows,
        opened_at=at,
        checkpoint_id=checkpoint_id,
        graph_version=graph_version,
        requester=requester,
    ).with_rules(rules)
