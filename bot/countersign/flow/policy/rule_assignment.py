"""Gives each approval that opens its rules, and decides at once what a rule decides without asking."""

from collections.abc import Mapping
from dataclasses import replace

import structlog

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import CountersignError
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.matching import ActionContext, Channel, Match, Requester
from countersign.approvals.policy.policy import NO_POLICY
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.stored import fingerprint, rule_as_written
from countersign.approvals.vote import Vote
from countersign.flow.decisions.judging import judge_answer
from countersign.flow.notices.opening import OpeningNotices
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.stand_ins import StandIns
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import ApproverDirectory, Clock, Delegations
from countersign.flow.review import Review
from countersign.flow.work import StepResult

log = structlog.get_logger()


class RuleAssignment:
    def __init__(
        self,
        policy: CurrentPolicy,
        directory: ApproverDirectory | None,
        clock: Clock,
        delegations: Delegations | None = None,
    ) -> None:
        """Without a directory channels have no names and requesters no groups."""
        self._policy = policy
        self._directory = directory
        self._clock = clock
        voting = Voting(policy, directory, clock, delegations)
        audience = Audience(directory, StandIns(delegations, directory, clock))
        self._announce = OpeningNotices(directory, audience, voting)

    async def __call__(self, result: StepResult) -> StepResult:
        """The result with every approval that it opens under its rules.

        Raises RateLimited, SlackRefused or SlackUnreachable if a rule depends on a channel's name or on a
        requester's groups and Slack does not tell.
        """
        if not result.opened:
            return result
        changes = list(result.changes)
        opened, post = [], list(result.post)
        for review in result.opened:
            governed, matches = await self._govern(review, result)
            decided = await self._decided_without_asking(governed)
            if governed.approval.rules and (decided is None or decided.after.status is Status.PENDING):
                opening = await self._announce(_as_decided(governed, decided))
                governed = governed.with_approval(
                    replace(governed.approval, posted_to=opening.review.approval.posted_to)
                )
                if decided is not None:
                    decided = replace(
                        decided, after=replace(decided.after, posted_to=governed.approval.posted_to)
                    )
                card = next(at for at, row in enumerate(post) if row.approval_id == review.approval.id)
                post[card : card + 1] = opening.post
            place = next(
                at
                for at, change in enumerate(changes)
                if change.after.id == review.approval.id and change.event is Event.OPENED
            )
            detail = _with_rules(changes[place].detail, matches)
            changes[place] = replace(changes[place], after=governed.approval, detail=detail)
            if decided is not None:
                changes.insert(place + 1, decided)
            opened.append(governed)
        return replace(result, changes=tuple(changes), opened=tuple(opened), post=tuple(post))

    async def _govern(self, review: Review, result: StepResult) -> tuple[Review, tuple[Match, ...]]:
        requester = result.thread.requester
        approval = replace(review.approval, requester=requester)
        policy = self._policy.policy
        if policy == NO_POLICY:
            return Review(replace(approval, state=None)), ()
        channel = Channel(id=review.thread.channel)
        if policy.uses_channel_names and self._directory is not None:
            channel = await self._directory.channel(channel.id)
        groups = frozenset[str]()
        if policy.uses_groups and requester is not None and self._directory is not None:
            groups = await self._directory.groups_of(requester)
        matches = tuple(
            policy.rule_for(
                ActionContext(
                    graph=result.thread.graph or "",
                    action=row.action or review.request.dialect,
                    args=dict(row.args),
                    channel=channel,
                    requester=Requester(id=requester, groups=groups) if requester is not None else None,
                )
            )
            for row in review.request.rows
        )
        for match in matches:
            if match.condition_error is not None:
                log.error("policy_condition_failed", rule=match.rule.name, error=match.condition_error)
        rules = tuple(
            _with_possible_decisions(match.rule, row.allowed)
            for match, row in zip(matches, review.request.rows, strict=True)
        )
        # A card of several rows has no one answer; and the state may hold what a rule redacts.
        changeable = len(rules) == 1 and rules[0].state_changes and not rules[0].redact
        state = approval.state if changeable else None
        return Review(replace(approval, rules=rules, state=state)), matches

    async def _decided_without_asking(self, review: Review) -> Change | None:
        """The change that `auto` rules make, if any row has one whose decision the row allows."""
        approval = review.approval
        votes = {
            row: Vote(decision=Decision(kind=rule.auto), by=_policy_itself(rule), at=self._clock())
            for row, rule in enumerate(approval.rules)
            if rule.auto is not None and rule.auto in review.request.rows[row].allowed
        }
        if not votes:
            return None
        after = approval.with_votes(votes)
        if after.status is Status.DECIDED:
            try:
                decisions = [vote.decision for vote in after.votes if vote is not None]
                answer = await judge_answer(review, decisions)
            except CountersignError as error:  # the graph would not take it: people are asked instead
                log.error("policy_auto_failed", approval_id=str(approval.id), error=str(error))
                return None
            after = after.answered_with(answer)
        return Change(
            after=after,
            event=Event.DECIDED if after.status is Status.DECIDED else Event.VOTED,
            detail={"via": "auto", "rows": {str(row): _auto(vote) for row, vote in votes.items()}},
        )


def _as_decided(review: Review, decided: Change | None) -> Review:
    """The approval as people will see it: with what its rules decided without asking."""
    return review if decided is None else review.with_approval(decided.after)


def _with_possible_decisions(rule: Rule, allowed: frozenset[DecisionKind]) -> Rule:
    """A rule that would leave a row without any decision leaves it those that it has."""
    return rule if rule.decisions & allowed else replace(rule, decisions=rule.decisions | allowed)


def _policy_itself(rule: Rule) -> Person:
    return Person(id="", name=f"the rule “{rule.name}”", standing=Standing.BOT)


def _auto(vote: Vote) -> Json:
    return {"kind": vote.decision.kind.value, "rule": vote.by.name}


def _with_rules(detail: Json, matches: tuple[Match, ...]) -> Json:
    """The ledger's detail with the rules, each written out once, and which row has which."""
    if not matches:
        return detail
    rules: dict[str, Json] = {fingerprint(match.rule): rule_as_written(match.rule) for match in matches}
    rows: list[Json] = [
        {"rule": match.rule.name, "fingerprint": fingerprint(match.rule)}
        | ({"condition_error": match.condition_error} if match.condition_error is not None else {})
        for match in matches
    ]
    return {**(detail if isinstance(detail, Mapping) else {}), "rules": rules, "rows": rows}
