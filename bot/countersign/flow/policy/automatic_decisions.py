"""Decides approvals automatically: by `auto` of their rules, or by a grant that covers them."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import CountersignError
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import THE_RULE, Person, Standing
from countersign.approvals.policy.grants import GrantUse
from countersign.approvals.policy.rule import Rule
from countersign.approvals.record import sole_vote
from countersign.approvals.recorded_reasons import RUN_CANCELLED_BY
from countersign.approvals.votes.vote import Vote
from countersign.flow.grants.use import GovernedRow, UseGrants
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import Clock
from countersign.flow.review import Review
from countersign.interrupts import resume_value, run_cancellation

log = structlog.get_logger()


class AutomaticDecisions:
    def __init__(self, voting: Voting, use_grants: UseGrants, clock: Clock) -> None:
        self._voting = voting
        self._use_grants = use_grants
        self._clock = clock

    async def __call__(self, review: Review, governed: Sequence[GovernedRow]) -> Change | None:
        """The change that `auto` rules and grants make of an approval as it opens, if they make one.

        What a rule rejects never goes on: if the graph takes no rejection, the run is cancelled.
        """
        votes = {
            row: vote
            for row, rule in enumerate(review.approval.rules)
            if (vote := self._vote_of(rule, review, row)) is not None
        }
        if any(vote.decision.ends_run for vote in votes.values()):
            return _run_cancelled(review.approval, votes)
        asked = {row: each for row, each in enumerate(governed) if row not in votes}
        uses = await self._use_grants(review, asked)
        votes |= {use.row: _granted(use) for use in uses}
        if not votes:
            return None
        after = review.approval.with_votes(votes)
        if after.status is Status.DECIDED:
            try:
                after = after.answered_with(await _answer(review, after))
            except CountersignError as error:  # the graph would not take it
                log.error("policy_auto_failed", approval_id=str(after.id), error=str(error))
                return _run_cancelled(review.approval, votes) if _rejects(votes) else None
        return Change(
            after=after,
            event=Event.DECIDED if after.status is Status.DECIDED else Event.VOTED,
            detail={"via": "grant" if uses else "auto", "rows": _rows(votes)},
            grant_uses=uses,
        )

    def _vote_of(self, rule: Rule, review: Review, row: int) -> Vote | None:
        """`decisions` limits what people may decide, so a rule rejects whatever it lists there."""
        if rule.auto is DecisionKind.REJECT:
            asked = review.unrestricted_request.rows[row]
            takes_it = DecisionKind.REJECT in asked.allowed
            rejection = Decision(kind=DecisionKind.REJECT) if takes_it else run_cancellation(None)
            decision = asked.effective(rejection)
        elif rule.auto in review.request.rows[row].allowed and self._voting.freeze(rule) is None:
            decision = Decision(kind=DecisionKind.APPROVE)
        else:
            return None
        return Vote(decision=decision, by=_policy_itself(rule), at=self._clock())


def _run_cancelled(approval: Approval, votes: Mapping[int, Vote]) -> Change:
    """All rows end with the run, those of other rules too. No grant is used."""
    rejections = {row: vote for row, vote in votes.items() if vote.decision.kind is DecisionKind.REJECT}
    first = next(iter(rejections.values()))
    ending = Vote(decision=run_cancellation(None), by=first.by, at=first.at)
    after = approval.run_cancelled(
        {row: sole_vote(ending) for row in rejections}, ending, RUN_CANCELLED_BY.format(name=ending.by.name)
    )
    return Change(
        after=after,
        event=Event.DECIDED,
        detail={"via": "auto", "rows": _rows(dict.fromkeys(rejections, ending))},
    )


async def _answer(review: Review, after: Approval) -> Json:
    decisions = [vote.decision for vote in after.votes if vote is not None]
    return await asyncio.to_thread(resume_value, review.unrestricted_request, decisions)


def _rejects(votes: Mapping[int, Vote]) -> bool:
    return any(vote.decision.kind is DecisionKind.REJECT for vote in votes.values())


def _granted(use: GrantUse) -> Vote:
    """The vote of who gave the grant, as if by a click at this moment."""
    at = use.after.last_used_at
    assert at is not None, "a use has its time"
    return Vote(
        decision=Decision(kind=DecisionKind.APPROVE), by=use.after.granted_by, at=at, grant=use.after.id
    )


def _policy_itself(rule: Rule) -> Person:
    return Person(id="", name=THE_RULE.format(rule=rule.name), standing=Standing.BOT)


def _rows(votes: Mapping[int, Vote]) -> Json:
    return {str(row): _auto(vote) for row, vote in votes.items()}


def _auto(vote: Vote) -> Json:
    kind = vote.decision.kind.value
    if vote.grant is not None:
        return {"kind": kind, "grant": str(vote.grant), "granted_by": vote.by.id}
    ends_run: dict[str, Json] = {"ends_run": True} if vote.decision.ends_run else {}
    return {"kind": kind, "rule": vote.by.name, **ends_run}
