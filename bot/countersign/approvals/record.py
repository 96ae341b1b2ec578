"""What is stored of an approval, and what follows from it. How it changes is in `approval`."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from countersign.approvals.assignment.claim import Claim
from countersign.approvals.assignment.referral import Referral
from countersign.approvals.canonical_json import canonical_json
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import AlreadyDecided, Expired, NotPending, QuestionChanged
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Outcome, Phase, Status
from countersign.approvals.policy.clock.timers import Fired, TimerKind, due, is_still_valid, timers
from countersign.approvals.policy.rule import NO_RULE, Rule
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.recorded_reasons import recorded_reason
from countersign.approvals.votes.vote import Vote
from countersign.i18n import N_, Text, TextLines, TextList, lazy_text, sentences

_MEMBERS_DECIDE = Rule(name=NO_RULE)


@dataclass(frozen=True, kw_only=True)
class ApprovalRecord:
    """One interrupt that waits for people, its votes and what came of them."""

    id: UUID
    thread_id: str
    interrupt_id: str
    digest: str  # of the interrupt's value and schema: what people saw is what runs
    digest_key: str | None = None  # where rules redact: what the shown digest is keyed with, never shown
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
    graph: str | None = None  # the name of the graph that asks
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
    referrals: tuple[Referral, ...] = ()  # who asked whom to decide it, since it was asked; oldest first
    posted_to: str | None = None  # the id of the channel that its card is in; None: the thread's
    opened_in: str | None = None  # the traceparent of the run that asked; known once it is stored
    decided_in: str | None = None  # the traceparent of what decided it; known once it is stored

    @property
    def open_rows(self) -> tuple[int, ...]:
        return tuple(row for row, vote in enumerate(self.votes) if vote is None)

    def rule(self, row: int) -> Rule:
        return self.rules[row] if self.rules else _MEMBERS_DECIDE

    @property
    def rule_names(self) -> tuple[str, ...]:
        """The rules of the policy file that it is under, each once. Empty: any member decides it."""
        return tuple(dict.fromkeys(rule.name for rule in self.rules if rule.name != NO_RULE))

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
    def phase(self) -> Phase:
        if self.status is Status.PENDING:
            return Phase.OPEN
        return Phase.WITHDRAWN if self.status is Status.WITHDRAWN else Phase.DECIDED

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
            return self.shown_digest
        decision = proposal.decision
        proposed: list[Json] = [self.digest, decision.kind.value, decision.value, decision.message]
        if decision.verbatim:
            proposed.append("verbatim")
        if decision.state is not None:
            proposed.append(dict(decision.state))
        return self._shown(hashlib.sha256(canonical_json(proposed)).hexdigest())

    @property
    def shown_digest(self) -> str:
        """The digest of the question, for cards, buttons and the ledger.

        A digest of what is redacted, short as it may be, would tell it to whoever tries all values.
        """
        return self._shown(self.digest)

    def _shown(self, digest: str) -> str:
        if self.digest_key is None:
            return digest
        return hmac.digest(bytes.fromhex(self.digest_key), digest.encode(), "sha256").hex()

    def votes_on(self, row: int) -> RowVotes:
        """All votes on a row, oldest first."""
        return self.row_votes[row] if self.row_votes else sole_vote(self.votes[row])

    @property
    def state_changes(self) -> Mapping[str, Json]:
        """The fields of the graph's state that change with the answer, and their new values."""
        changed = (vote.decision.state for vote in self.votes if vote is not None)
        return {name: value for state in changed if state for name, value in state.items()}

    @property
    def ends_run(self) -> bool:
        """Whether it was decided that the graph gets no answer, and its run ends."""
        return any(vote is not None and vote.decision.ends_run for vote in self.votes)

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

    def _how_it_ended(self) -> Text | TextLines:
        outcomes: set[Text] = {
            lazy_text(_DONE_BY[vote.decision.kind], by=vote.by.label) for vote in self.votes if vote
        }
        timed_out = any(vote.expired for vote in self.votes if vote)
        taken = self.status in {Status.DECIDED, Status.RESUMED} and self.closes_as is Status.RESUMED
        by_people = taken and not timed_out
        if not by_people or not outcomes:
            why = recorded_reason(self.status_reason) if self.status_reason else None
            return sentences(lazy_text("This is no longer open."), why)
        ordered: list[Text] = sorted(outcomes, key=lambda each: each.source)
        done = TextList(tuple(ordered))
        return lazy_text("This was {done} already, so nothing was changed.", done=done)

    def too_old_rows(self, now: datetime) -> tuple[int, ...]:
        """The rows whose approval counts no more: it is older than the rule's `valid_for`."""
        return tuple(
            row
            for row, vote in enumerate(self.votes)
            if vote is not None
            and vote.decision.kind is not DecisionKind.REJECT
            and not is_still_valid(self.rule(row), vote.at, now)
        )


_DONE_BY = {
    DecisionKind.APPROVE: N_("approved by {by}"),
    DecisionKind.EDIT: N_("edited and approved by {by}"),
    DecisionKind.REJECT: N_("rejected by {by}"),
    DecisionKind.RESPOND: N_("answered by {by}"),
}


def sole_vote(vote: Vote | None) -> RowVotes:
    return RowVotes().cast(vote) if vote is not None else RowVotes()
