"""An approval: our record of one interrupt that waits for people. Its legal moves are in `lifecycle`."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from countersign.approvals.canonical_json import canonical_json
from countersign.approvals.claim import Claim
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import AlreadyDecided, Expired, NothingDecided, NotPending, QuestionChanged
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Event, Outcome, Stage, Status, check_transition
from countersign.approvals.person import Person
from countersign.approvals.policy.clock.timers import (
    UNDO_TOO_LATE,
    Fired,
    TimerKind,
    due,
    is_still_valid,
    timers,
)
from countersign.approvals.policy.rule import NO_RULE, Rule
from countersign.approvals.policy.voting.row_votes import NothingToWithdraw, RowVotes
from countersign.approvals.vote import Vote

_MEMBERS_DECIDE = Rule(name=NO_RULE)


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Methods that change it give a new one, and raise IllegalTransition where the move is not legal."""

    id: UUID
    thread_id: str
    interrupt_id: str
    digest: str  # of the interrupt's value and schema: what people saw is what runs
    value: Json
    schema: Json
    status: Status
    votes: tuple[Vote | None, ...]  # per row of the review request, what it was decided by
    opened_at: datetime
    checkpoint_id: str | None = None  # the graph's checkpoint when it asked
    graph_version: str | None = None  # a digest of the graph's code when it asked
    node: str | None = None  # of the outermost graph, in which the question was asked
    answer_shape: Json = None  # of an answer, as the code of the graph read it when it asked
    look_alikes: Mapping[str, str] = field(default_factory=dict)  # of a tool's name: another tool's
    state: Json = None  # what may be changed with an answer: {"schema", "values"}; None: nothing
    requester: str | None = None  # the user id of who started the run; None: a bot or a schedule did
    rules: tuple[Rule, ...] = ()  # per row, as they were when it opened; empty: members decide all
    row_votes: tuple[RowVotes, ...] = ()  # per row, all votes; empty: those in `votes` are all there are
    answer: Json = None  # what the graph is resumed with, once decided
    closes_as: Status = Status.RESUMED  # what it becomes once the graph took the answer
    status_reason: str | None = None  # why it was reopened, timed out, cancelled or withdrawn
    version: int = 1  # grows with every change; saving compares it
    rendered_version: int = 0  # the version that the card in Slack shows; 0 while there is no card
    card_ts: str | None = None  # the card's message
    card_losses: int = 0  # how often that message was deleted
    asked_at: datetime | None = None  # when it was asked again, after it had been decided
    fired: frozenset[Fired] = frozenset()  # timers of its rows that fired since it was asked
    undo_until: datetime | None = None  # until when the graph does not hear of the decision
    claim: Claim | None = None  # who has it in hand; never once it is decided
    posted_to: str | None = None  # the id of the channel that its card is in; None: the thread's

    @property
    def open_rows(self) -> tuple[int, ...]:
        return tuple(row for row, vote in enumerate(self.votes) if vote is None)

    def rule(self, row: int) -> Rule:
        return self.rules[row] if self.rules else _MEMBERS_DECIDE

    @property
    def clock_from(self) -> datetime:
        """When its timers began to run."""
        return self.asked_at or self.opened_at

    @property
    def due_at(self) -> datetime | None:
        """When its next timer fires, in UTC; None if none will."""
        if self.status is Status.DECIDED:
            return self.undo_until
        if self.status is not Status.PENDING or not self.rules:
            return None
        moments = (
            timer.at
            for row in self.open_rows
            for timer in timers(self.rules[row], self.clock_from)
            if Fired(row=row, kind=timer.kind) not in self.fired
        )
        held_until = (self.claim.until,) if self.claim is not None else ()
        return min((*moments, *held_until), default=None)

    @property
    def stage(self) -> Stage:
        if self.status is Status.PENDING:
            return Stage.OPEN
        return Stage.WITHDRAWN if self.status is Status.WITHDRAWN else Stage.DECIDED

    @property
    def is_undoable(self) -> bool:
        """Whether it is decided, and the graph has not heard of it."""
        return self.status is Status.DECIDED and self.undo_until is not None

    @property
    def channel(self) -> str:
        """The channel that its card is in."""
        return self.posted_to or self.thread_id.split("/")[1]

    def due(self, now: datetime) -> dict[TimerKind, tuple[int, ...]]:
        """The timers that are to fire now, and for which open rows."""
        if self.status is not Status.PENDING or not self.rules:
            return {}
        found: dict[TimerKind, tuple[int, ...]] = {}
        for row in self.open_rows:
            for kind in due(self.rules[row], self.clock_from, now, self._fired_for(row)):
                found[kind] = (*found.get(kind, ()), row)
        return found

    def check_in_time(self, row: int, now: datetime) -> None:
        """Raise Expired if the row's time is over, whether or not its timer has fired yet."""
        if row in self.due(now).get(TimerKind.EXPIRE, ()):
            raise Expired

    def _fired_for(self, row: int) -> frozenset[TimerKind]:
        return frozenset(each.kind for each in self.fired if each.row == row)

    def digest_of(self, row: int) -> str:
        """The digest of what is decided on a row: the question's, until somebody proposes something else."""
        proposal = self.votes_on(row).proposal
        if proposal is None or self.votes[row] is not None:
            return self.digest
        decision = proposal.decision
        proposed: list[Json] = [self.digest, decision.kind.value, decision.value, decision.message]
        if decision.state is not None:
            proposed.append(dict(decision.state))
        content = canonical_json(proposed)
        return hashlib.sha256(content).hexdigest()

    def votes_on(self, row: int) -> RowVotes:
        """All votes on a row, oldest first."""
        return self.row_votes[row] if self.row_votes else _sole(self.votes[row])

    @property
    def state_changes(self) -> Mapping[str, Json]:
        """The fields of the graph's state that change with the answer, and their new values."""
        changed = (vote.decision.state for vote in self.votes if vote is not None)
        return {name: value for state in changed if state for name, value in state.items()}

    @property
    def state_before(self) -> Mapping[str, Json]:
        """The graph's state as it was shown to whoever may change it."""
        values = self.state.get("values") if isinstance(self.state, Mapping) else None
        return values if isinstance(values, Mapping) else {}

    @property
    def outcome(self) -> Outcome | None:
        """What came of it, for people; None while it is pending."""
        if self.status is Status.PENDING:
            return None
        if self.status is Status.WITHDRAWN:
            return Outcome.WITHDRAWN
        if self.closes_as is not Status.RESUMED:
            return Outcome.EXPIRED if self.closes_as is Status.EXPIRED else Outcome.CANCELLED
        kinds = {vote.decision.kind for vote in self.votes if vote}
        return Outcome.REJECTED if kinds == {DecisionKind.REJECT} else Outcome.APPROVED

    def check_open(self, row: int, digest: str) -> None:
        """Raise unless this row still waits for a decision on the very proposal that has this digest.

        Raises NotPending, QuestionChanged or AlreadyDecided.
        """
        if self.status is not Status.PENDING:
            raise NotPending(self._how_it_ended())
        if not 0 <= row < len(self.votes) or digest != self.digest_of(row):
            raise QuestionChanged
        if self.votes[row] is not None:
            raise AlreadyDecided

    def _how_it_ended(self) -> str:
        outcomes = sorted({f"{vote.decision.kind.done} by {vote.by.name}" for vote in self.votes if vote})
        timed_out = any(vote.expired for vote in self.votes if vote)
        taken = self.status in {Status.DECIDED, Status.RESUMED} and self.closes_as is Status.RESUMED
        by_people = taken and not timed_out
        if not by_people or not outcomes:
            return f"This is no longer open. {self.status_reason or ''}".strip()
        return f"This was {' and '.join(outcomes)} already, so nothing was changed."

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
        sole = all(votes == _sole(vote) for votes, vote in zip(row_votes, after.votes, strict=True))
        return replace(after, row_votes=() if sole else row_votes)

    def with_vote_withdrawn(self, row: int, votes: RowVotes) -> "Approval":
        """One vote fewer on a row that is open."""
        row_votes = tuple(votes if at == row else self.votes_on(at) for at in range(len(self.votes)))
        return self._moved(Event.VOTE_WITHDRAWN, Status.PENDING, row_votes=row_votes)

    def answered_with(self, answer: Json) -> "Approval":
        """What the graph is to be resumed with, as the votes say."""
        return replace(self, answer=answer)

    def undoable(self, until: datetime) -> "Approval":
        """The graph hears of the decision no sooner than that."""
        assert self.status is Status.DECIDED, "only a decision can be undone"
        assert self.closes_as is not Status.CANCELLED, "a cancelled approval is final"
        return replace(self, undo_until=until)

    def undone(self, user_id: str) -> "Approval":
        """Pending again, without this person's votes; the votes of others stay.

        Raises NotPending once the graph may have heard of the decision, and NothingToWithdraw.
        """
        if not self.is_undoable:
            raise NotPending(UNDO_TOO_LATE)
        cast = {
            row: self.votes_on(row).withdraw(user_id)
            for row in range(len(self.votes))
            if self.votes_on(row).of(user_id) is not None
        }
        if not cast:
            raise NothingToWithdraw("Only somebody who voted on this can undo it.")
        return self._moved(
            Event.UNDONE,
            Status.PENDING,
            votes=tuple(None if row in cast else vote for row, vote in enumerate(self.votes)),
            row_votes=tuple(cast.get(row, self.votes_on(row)) for row in range(len(self.votes))),
            answer=None,
            undo_until=None,
        )

    def sent(self) -> "Approval":
        """The decision can no longer be undone."""
        return self._moved(Event.SENT, Status.DECIDED, undo_until=None)

    def lapsed(self, reason: str, at: datetime) -> "Approval":
        """Pending again, because it was approved too long ago. Its clock starts anew."""
        return self._asked_again(Event.LAPSED, reason, at)

    def too_old_rows(self, now: datetime) -> tuple[int, ...]:
        """The rows whose approval counts no more: it is older than the rule's `valid_for`."""
        return tuple(
            row
            for row, vote in enumerate(self.votes)
            if vote is not None
            and vote.decision.kind is not DecisionKind.REJECT
            and not is_still_valid(self.rule(row), vote.at, now)
        )

    def reminded(self, rows: Iterable[int]) -> "Approval":
        """People were told again that these rows wait."""
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
        """In this person's hands, whoever had it before."""
        return self._moved(Event.CLAIMED, Status.PENDING, claim=Claim(by=by, at=at))

    def released(self) -> "Approval":
        """In nobody's hands."""
        return self._moved(Event.RELEASED, Status.PENDING, claim=None)

    def without_claim_of(self, user_id: str) -> "Approval":
        """Whoever has voted has it in hand no more."""
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

    def resumed(self) -> "Approval":
        """The graph took the answer."""
        return self._moved(Event.RESUMED, self.closes_as)

    def reopened(self, reason: str, at: datetime, state: Json = None) -> "Approval":
        """Pending again, because the graph would not take the answer. Its clock starts anew.

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
            undo_until=None,
        )

    def withdrawn(self, reason: str) -> "Approval":
        """Nobody can answer it any more, or the answer could not be used."""
        return self._moved(Event.WITHDRAWN, Status.WITHDRAWN, status_reason=reason)

    def _moved(self, event: Event, after: Status, **changes: Any) -> "Approval":
        check_transition(self.status, event, after)
        if after is not Status.PENDING:
            changes["claim"] = None
        return replace(self, status=after, version=self.version + 1, **changes)


def _sole(vote: Vote | None) -> RowVotes:
    return RowVotes().cast(vote) if vote is not None else RowVotes()


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
    """A new approval for a pending interrupt, with nobody's vote yet."""
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
        rules=rules,
    )
