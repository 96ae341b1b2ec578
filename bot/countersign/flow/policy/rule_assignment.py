"""Gives each approval that opens its rules, and decides at once what a rule decides without asking."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.policy.clock.timers import with_request_expiry
from countersign.approvals.policy.grants import GrantUse
from countersign.approvals.policy.matching import Match
from countersign.approvals.policy.policy import NO_POLICY
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.stored import fingerprint, rule_as_written
from countersign.flow.decisions.evidence.evidence import asked
from countersign.flow.grants.use import GovernedRow, UseGrants
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.notices.grant_notes import automatic_notes
from countersign.flow.notices.opening_notices import OpeningNotices
from countersign.flow.policy.action_contexts import action_contexts
from countersign.flow.policy.active_delegations import ActiveDelegations
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.automatic_decisions import AutomaticDecisions
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import ApproverDirectory, Clock, Delegations, GrantStore
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
        grants: GrantStore | None = None,
    ) -> None:
        """Without a directory channels have no names, requesters no groups, and no grant counts."""
        self._policy = policy
        self._directory = directory
        voting = Voting(policy, directory, clock, delegations)
        audience = Audience(directory, ActiveDelegations(delegations, directory, clock))
        self._decided_without_asking = AutomaticDecisions(
            voting, UseGrants(grants, voting, directory, clock), clock
        )
        self._opening = OpeningNotices(directory, audience, voting)

    async def __call__(self, result: StepResult) -> StepResult:
        """The result with every approval that it opens under its rules.

        Raises RateLimited, SlackRefused or SlackUnreachable if a rule depends on a channel's name or on a
        requester's groups and Slack does not tell.
        """
        changes = list(result.changes)
        opened, post = [], [*result.post, *await self._cards_after_all(result)]
        for review in result.opened:
            governed, rows = await self._govern(review, result)
            decided = await self._decided_without_asking(governed, rows)
            if governed.approval.rules:
                governed, decided, notices = await self._placed(governed, decided)
                card = next(at for at, row in enumerate(post) if row.approval_id == review.approval.id)
                post[card : card + 1] = notices
            place = next(
                at
                for at, change in enumerate(changes)
                if change.after.id == review.approval.id and change.event is Event.OPENED
            )
            shown: dict[str, Json] = {"digest": governed.approval.shown_digest, "asked": asked(governed)}
            detail = _with_rules(shown, [row.match for row in rows])
            changes[place] = replace(changes[place], after=governed.approval, detail=detail)
            if decided is not None:
                changes.insert(place + 1, decided)
            opened.append(governed)
        return replace(result, changes=tuple(changes), opened=tuple(opened), post=tuple(post))

    async def _placed(
        self, governed: Review, decided: Change | None
    ) -> tuple[Review, Change | None, tuple[Outgoing, ...]]:
        """The approval with the place of its card, and what is posted: the card, or lines in its place.

        An approval that nobody has to decide has a place all the same: it may be asked again.
        """
        placed, misplaced = await self._opening.placed(governed)
        if decided is None:
            return placed, None, await self._opening(placed, misplaced)
        posted_to = placed.approval.posted_to
        decided = replace(decided, after=replace(decided.after, posted_to=posted_to))
        after = placed.with_approval(decided.after)
        if decided.after.status is Status.DECIDED:
            return placed, decided, automatic_notes(after, decided)
        by_grants = replace(decided, after=_only_rows(decided.after, decided.grant_uses))
        notices = await self._opening(after, misplaced)
        return placed, decided, (*notices, *automatic_notes(after, by_grants))

    async def _cards_after_all(self, result: StepResult) -> tuple[Outgoing, ...]:
        """The cards of approvals that were decided without asking, and have to be asked now."""
        post: list[Outgoing] = []
        for change in result.changes:
            after = change.after
            asked_again = change.event in {Event.LAPSED, Event.REOPENED}
            if asked_again and after.rules and after.card_ts is None and after.card_losses == 0:
                post += await self._opening(Review(after))
        return tuple(post)

    async def _govern(self, review: Review, result: StepResult) -> tuple[Review, tuple[GovernedRow, ...]]:
        requester = result.thread.requester
        approval = replace(review.approval, requester=requester, graph=result.thread.graph)
        policy, expires_in = self._policy.policy, review.unrestricted_request.expires_in
        if policy == NO_POLICY:
            approval = replace(approval, state=None)
            own = with_request_expiry(policy.fallback, expires_in, approval.clock_from)
            rules = (own,) * len(approval.votes) if own != policy.fallback else ()
            return review.with_rules(approval.with_rules(rules)), ()
        contexts = await action_contexts(review.with_approval(approval), policy, self._directory)
        governed = tuple(GovernedRow(context=context, match=policy.rule_for(context)) for context in contexts)
        for match in (row.match for row in governed):
            if match.condition_error is not None:
                log.error("policy_condition_failed", rule=match.rule.name, error=match.condition_error)
        rules = tuple(
            with_request_expiry(
                _with_possible_decisions(row.match.rule, asked.allowed), expires_in, approval.clock_from
            )
            for row, asked in zip(governed, review.request.rows, strict=True)
        )
        # A card of several rows has no one answer; and the state may hold what a rule redacts.
        changeable = len(rules) == 1 and rules[0].state_changes and not rules[0].redact
        if approval.state is not None and not changeable:
            approval = replace(approval, state=None)
        under_rules = review.with_rules(approval.with_rules(rules))
        # The payload is parsed already; redaction and a form for the state look through all of theirs.
        is_long = approval.state is not None or any(rule.redact for rule in rules)
        return await under_rules.parsed() if is_long else under_rules, governed


def _only_rows(approval: Approval, uses: Sequence[GrantUse]) -> Approval:
    """Nothing but the votes by grants: the card has those of rules."""
    rows = {use.row for use in uses}
    return replace(
        approval, votes=tuple(vote if row in rows else None for row, vote in enumerate(approval.votes))
    )


def _with_possible_decisions(rule: Rule, allowed: frozenset[DecisionKind]) -> Rule:
    """A rule that would leave a row without any decision leaves it those that it has."""
    return rule if rule.decisions & allowed else replace(rule, decisions=rule.decisions | allowed)


def _with_rules(detail: Json, matches: Sequence[Match]) -> Json:
    """The ledger's detail with the rules, each written out once, and which row has which."""
    if not matches:
        return detail
    rules: dict[str, Json] = {fingerprint(match.rule): rule_as_written(match.rule) for match in matches}
    rows: list[Json] = [
        {"rule": match.rule.name, "fingerprint": fingerprint(match.rule)}
        | ({"condition_error": match.condition_error} if match.condition_error is not None else {})
        for match in matches
    ]
    return {**_mapping(detail), "rules": rules, "rows": rows}


def _mapping(detail: Json) -> Mapping[str, Json]:
    return detail if isinstance(detail, Mapping) else {}
