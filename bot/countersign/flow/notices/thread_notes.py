"""Notes in an approval's thread: reminders, escalation, expiry, and the outcome for the requester."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Outcome, Status
from countersign.approvals.policy.rule import OnExpiry, Rule
from countersign.approvals.policy.voting.membership import Memberships
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.voting_result import count_votes
from countersign.approvals.recorded_reasons import not_decided_by, recorded_reason
from countersign.approvals.votes.counted_votes import (
    counted_votes,
    decided_by,
    given_reasons,
    votes_before_expiry,
)
from countersign.approvals.votes.vote import Vote
from countersign.flow.messages.outgoing import Outgoing, note
from countersign.flow.review import Review
from countersign.i18n import N_, AnyText, Text, TextLines, TextList, lazy_text, sentences

_REASON_LIMIT = 500  # characters
_START_OVER = N_("The agent does nothing more. To start over, send a new message here.")
_RUN_EXPIRED = N_(
    "The run was cancelled, and the agent does nothing more. To start over, send a new message here."
)
_IT_WAS = {
    Outcome.APPROVED: N_("Approved: “{title}”."),
    Outcome.REJECTED: N_("Rejected: “{title}”."),
    Outcome.EXPIRED: N_("Expired: “{title}”."),
    Outcome.CANCELLED: N_("Cancelled: “{title}”."),
}
_ONE_DECISION = {
    DecisionKind.APPROVE: N_("Approved by {by}: “{title}”."),
    DecisionKind.EDIT: N_("Edited and approved by {by}: “{title}”."),
    DecisionKind.REJECT: N_("Rejected by {by}: “{title}”."),
    DecisionKind.RESPOND: N_("Answered by {by}: “{title}”."),
}
_DECIDED_BY = {
    DecisionKind.APPROVE: N_("Approved by {by}."),
    DecisionKind.EDIT: N_("Edited and approved by {by}."),
    DecisionKind.REJECT: N_("Rejected by {by}."),
    DecisionKind.RESPOND: N_("Answered by {by}."),
}
_AGREED = {
    DecisionKind.APPROVE: N_("Changed by {author} and approved by {by}."),
    DecisionKind.EDIT: N_("Edited by {author} and approved by {by}."),
    DecisionKind.RESPOND: N_("Answered by {author} and approved by {by}."),
}
_ONE_AGREED = {
    DecisionKind.APPROVE: N_("Changed by {author} and approved by {by}: “{title}”."),
    DecisionKind.EDIT: N_("Edited by {author} and approved by {by}: “{title}”."),
    DecisionKind.RESPOND: N_("Answered by {author} and approved by {by}: “{title}”."),
}
_BY_THE_RULE = {
    DecisionKind.APPROVE: N_("The rule approved it."),
    DecisionKind.EDIT: N_("The rule approved it."),
    DecisionKind.REJECT: N_("The rule rejected it."),
    DecisionKind.RESPOND: N_("The rule answered it."),
}
_BY_THE_REQUEST = N_("The request asked for an answer by then, so it is not approved.")
_REASON = N_("Reason: {reason}")
_REASON_OF = N_("Reason of {person}: {reason}")
_WAS_AGAINST_IT = N_("{person} was against it: {reason}")
_WAS_FOR_IT = N_("{person} was for it: {reason}")


def reminder(review: Review, rows: tuple[int, ...]) -> Outgoing:
    """Where the card is: in the thread, or below the card in another channel."""
    approval = review.approval
    text = lazy_text(
        "Reminder: “{title}” waits for a decision. Still needed: {needed}.",
        title=review.shown.title,
        needed=_Needed(approval, rows),
    )
    row = note(review.thread, f"reminder:{approval.id}:{approval.version}", text)
    return _below_the_card(approval, row)


def escalation(review: Review, rule: Rule, rows: tuple[int, ...]) -> Outgoing:
    approval = review.approval
    waited = rule.timers.escalate_after
    who = TextList(tuple(dict.fromkeys(each.source.label for each in rule.timers.escalate_to)), any_of=True)
    fields = {"title": review.shown.title, "who": who, "needed": _Needed(approval, rows)}
    text = (
        lazy_text(
            "Escalated: nobody has decided “{title}” within {waited}, so {who} may decide it too. "
            "Still needed: {needed}.",
            waited=waited,
            **fields,
        )
        if waited
        else lazy_text(
            "Escalated: nobody has decided “{title}” in time, so {who} may decide it too. "
            "Still needed: {needed}.",
            **fields,
        )
    )
    # With the row: the rules of one card may escalate in the same moment, each with a note of its own.
    return note(review.thread, f"escalation:{approval.id}:{approval.version}:{rows[0]}", text)


def overdue(review: Review, rule: Rule, deadline_text: Text, *, frozen: bool) -> Outgoing:
    """It is past its deadline and stays open."""
    why = lazy_text("It stays open.")
    if rule.timers.at_expiry is not OnExpiry.KEEP:
        why = (
            lazy_text("It stays open: a freeze is on.")
            if frozen
            else lazy_text("It stays open, because this question can't be rejected.")
        )
    approval = review.approval
    text = sentences(lazy_text("Overdue: “{title}”.", title=review.shown.title), deadline_text, why)
    return note(review.thread, f"overdue:{approval.id}:{approval.version}", text)


def outcome_note(review: Review) -> Outgoing | None:
    """The outcome and why, for the requester. None where they decided it, or nobody was asked.

    Without a requester, an expired approval is reported in the thread all the same. One that was cancelled
    is reported to the others, who need not decide it any more. A cancelled run is reported once it has ended.
    """
    approval = review.approval
    outcome = approval.outcome
    if (
        not approval.rules
        or outcome not in _IT_WAS
        or approval.status is not Status.DECIDED
        or approval.ends_run
    ):
        return None
    lead = lazy_text(_IT_WAS[outcome], title=review.shown.title)
    if outcome is Outcome.CANCELLED:
        why = recorded_reason(approval.status_reason) if approval.status_reason else None
        return note(review.thread, f"outcome:{approval.id}:{approval.version}", sentences(lead, why))
    decided = {
        row: vote
        for row, vote in enumerate(approval.votes)
        if vote is not None and (vote.by_a_person or vote.expired)
    }
    votes = list(decided.values())
    counted = [vote for row, each in decided.items() for vote in counted_votes(approval, row, each)]
    alone = _only_by(approval.requester, counted)
    if not votes or (outcome is not Outcome.EXPIRED and alone):
        return None
    if outcome is not Outcome.EXPIRED and approval.requester is None:
        return None
    ways = dict.fromkeys(_why(approval, row, vote) for row, vote in decided.items())
    if len(ways) == 1:
        row, vote = next(iter(decided.items()))
        text = _why(approval, row, vote, review.shown.title)
    else:
        text = sentences(lead, *ways)
    mentions = (approval.requester,) if approval.requester else ()
    return note(review.thread, f"outcome:{approval.id}:{approval.version}", text, mentions=mentions)


def run_cancelled_note(review: Review) -> Outgoing:
    """The note that the run was cancelled: by whom, why, and how to start again."""
    approval = review.approval
    votes = _who_cancelled(approval)
    reason = " ".join(filter(None, (" ".join((vote.decision.message or "").split()) for vote in votes)))
    people = TextList(tuple(dict.fromkeys(vote.by.label for vote in votes)))
    text = sentences(lazy_text("Run cancelled by {people}.", people=people), lazy_text(_START_OVER))
    if any(vote.expired for vote in votes):
        voted = any(votes_before_expiry(approval, row) for row in range(len(approval.votes)))
        text = sentences(not_decided_by(votes[-1].at, voted=voted), lazy_text(_RUN_EXPIRED))
    elif reason and len(votes) > 1:
        text = TextLines((_cancelled_by_several(votes, people), lazy_text(_START_OVER)), "\n")
    elif reason:
        cancelled = lazy_text(
            "Run cancelled by {people}: {reason}", people=people, reason=reason[:_REASON_LIMIT]
        )
        text = TextLines((cancelled, lazy_text(_START_OVER)), "\n")
    told = approval.requester is not None and not _only_by(approval.requester, votes)
    mentions = (approval.requester,) if approval.requester and told else ()
    return note(review.thread, f"run-cancelled:{approval.id}", text, mentions=mentions)


def _cancelled_by_several(votes: Sequence[Vote], people: TextList) -> TextLines:
    given = ((vote, " ".join((vote.decision.message or "").split())) for vote in votes)
    reasons = [
        lazy_text(_REASON_OF, person=vote.by.label, reason=reason[:_REASON_LIMIT])
        for vote, reason in given
        if reason
    ]
    return sentences(lazy_text("Run cancelled by {people}.", people=people), *reasons)


def _who_cancelled(approval: Approval) -> list[Vote]:
    """All whose votes cancelled the run, or the requester alone."""
    deciding = next(vote for vote in approval.votes if vote is not None and vote.decision.ends_run)
    if deciding.cancelled or deciding.expired:
        return [deciding]
    cast = (vote for row in range(len(approval.votes)) for vote in approval.votes_on(row).votes)
    return [vote for vote in cast if vote.decision.ends_run] or [deciding]


def _why(approval: Approval, row: int, vote: Vote, title: str | None = None) -> TextLines:
    """Who decided it so, and why; `title` where nothing else was decided."""
    if vote.expired:
        lead = lazy_text(_IT_WAS[Outcome.EXPIRED], title=title) if title is not None else None
        return sentences(lead, _expired(approval, row, vote), *_reasons(approval, row, vote))
    return sentences(_who(approval, row, vote, title), *_reasons(approval, row, vote))


def _who(approval: Approval, row: int, vote: Vote, title: str | None) -> Text:
    kind, decision = vote.decision.kind, decided_by(approval, row, vote)
    by = _deciders(decision.voters)
    if decision.author is None and title is None:
        return lazy_text(_DECIDED_BY[kind], by=by)
    if decision.author is None:
        return lazy_text(_ONE_DECISION[kind], by=by, title=title)
    author = decision.author.by.label
    if title is None:
        return lazy_text(_AGREED[kind], author=author, by=by)
    return lazy_text(_ONE_AGREED[kind], author=author, by=by, title=title)


def _reasons(approval: Approval, row: int, vote: Vote) -> list[Text]:
    """All reasons, with names where several people decided."""
    voters = {each.by.id for each in counted_votes(approval, row, vote)}
    given = given_reasons(approval, row, vote)
    texts = []
    for each in given:
        reason = " ".join(each.text.split())[:_REASON_LIMIT]
        if each.against:
            was = _WAS_FOR_IT if vote.decision.kind is DecisionKind.REJECT else _WAS_AGAINST_IT
            texts.append(lazy_text(was, person=each.vote.by.label, reason=reason))
        elif voters == {each.vote.by.id} and len(given) == 1:
            texts.append(lazy_text(_REASON, reason=reason))
        else:
            texts.append(lazy_text(_REASON_OF, person=each.vote.by.label, reason=reason))
    return texts


def _expired(approval: Approval, row: int, vote: Vote) -> TextLines:
    reason = " ".join((vote.decision.message or "").split())[:_REASON_LIMIT]
    told = (
        lazy_text("The agent is told: {reason}", reason=reason)
        if vote.decision.kind is DecisionKind.RESPOND and reason
        else None
    )
    ended = not_decided_by(vote.at, voted=bool(votes_before_expiry(approval, row)))
    by_request = approval.rule(row).timers.request_expires_in is not None
    what = _BY_THE_REQUEST if by_request else _BY_THE_RULE[vote.decision.kind]
    return sentences(ended, lazy_text(what), told)


def _deciders(votes: Sequence[Vote]) -> AnyText | TextList:
    return _decided_by(votes[0]) if len(votes) == 1 else TextList(tuple(map(_decided_by, votes)))


def _decided_by(vote: Vote) -> AnyText:
    if vote.grant is not None:
        return lazy_text("{person}'s grant", person=vote.by.label)
    if vote.on_behalf_of is not None:
        return lazy_text("{person} for {absent}", person=vote.by.label, absent=vote.on_behalf_of.name)
    return vote.by.label


def _only_by(user: str | None, votes: list[Vote]) -> bool:
    return user is not None and all(vote.by.id == user for vote in votes)


@dataclass(frozen=True)
class _Needed:
    """The approvals that these rows still need, in words."""

    approval: Approval
    rows: tuple[int, ...]

    def __str__(self) -> str:
        texts = []
        for row in self.rows:
            needed = self.approval.votes_on(row).needed
            if not needed:
                context = VotingContext(rule=self.approval.rule(row), memberships=Memberships())
                needed = count_votes(context, RowVotes()).needed
            texts.append(str(TextList(needed)))
        return "; ".join(dict.fromkeys(texts))


def _below_the_card(approval: Approval, row: Outgoing) -> Outgoing:
    if approval.posted_to is None or approval.card_ts is None:
        return row
    return replace(row, channel=approval.posted_to, thread_ts=approval.card_ts)
