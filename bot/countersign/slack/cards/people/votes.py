"""The votes on an open row, the approvals still missing, and a proposed edit or answer."""

from collections.abc import Iterable

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.approver_set import MEMBERS, Source, SourceKind, count_of
from countersign.approvals.policy.clock.timers import TimerKind, expires_at
from countersign.approvals.policy.rule import NO_RULE, OnExpiry, Rule
from countersign.approvals.policy.voting.membership import Memberships
from countersign.approvals.policy.voting.missing_approvals import MissingApprovals
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.voting_result import count_votes
from countersign.approvals.votes.vote import Vote
from countersign.i18n import N_, TextList, _, ngettext
from countersign.interrupts import ReviewRow, single_line
from countersign.slack.block_kit.builders import Block, context_block, section
from countersign.slack.block_kit.escaping import code, escape, truncate_escaped
from countersign.slack.block_kit.formatting import format_datetime, user_mention
from countersign.slack.cards.people.voters import voter_mention
from countersign.slack.cards.values.edit_diff import edit_changes, inline_diff, state_changes

_MAX_NAMED = 10  # people on one line
_PROPOSAL_LIMIT = 1500


def vote_blocks(approval: Approval, row: ReviewRow, at: int) -> list[Block]:
    """Nothing for a row that any member decides alone."""
    if not approval.rules:
        return []
    rule, votes = approval.rule(at), approval.votes_on(at)
    blocks = _proposal(approval, row, votes)
    line = _progress(rule, votes, approval) if votes.votes else _requirement(rule, approval.requester)
    lines = [line] if line else []
    lines += filter(None, [_freeze_line(rule)])
    lines += clock_lines(approval, row, at)
    lines += filter(None, [_rule_name(rule)])
    return [*blocks, *([context_block("\n".join(lines))] if lines else [])]


def clock_lines(approval: Approval, row: ReviewRow, at: int) -> list[str]:
    """Until when the row waits, and who may decide it since it was escalated."""
    rule = approval.rule(at)
    fired = {each.kind for each in approval.fired if each.row == at}
    lines = []
    if TimerKind.ESCALATE in fired:
        labels = dict.fromkeys(source_label(each.source) for each in rule.timers.escalate_to)
        who = TextList(tuple(labels), any_of=True)
        lines.append(_(":arrow_up: Escalated: {who} may decide too").format(who=who))
    deadline = expires_at(rule, approval.clock_from)
    if deadline is None:
        return lines
    when = format_datetime(deadline)
    if TimerKind.EXPIRE in fired:
        return [*lines, _(":hourglass: Overdue since {when}").format(when=when)]
    voted = bool(approval.votes_on(at).votes)
    text = (_ON_EXPIRY_AFTER_VOTES if voted else _ON_EXPIRY)[rule.timers.at_expiry]
    if rule.timers.at_expiry is OnExpiry.REJECT and row.cancellation is not None and len(approval.votes) == 1:
        text = _CANCELLED_AFTER_VOTES if voted else _CANCELLED  # the graph takes no rejection
    return [*lines, f":hourglass_flowing_sand: {_(text).format(when=when)}"]


_ON_EXPIRY = {
    OnExpiry.REJECT: N_("Rejected if nobody answers by {when}"),
    OnExpiry.APPROVE: N_("Approved if nobody answers by {when}"),
    OnExpiry.RESPOND: N_("Answered by the rule if nobody does by {when}"),
    OnExpiry.KEEP: N_("Needed by {when}"),
}


_ON_EXPIRY_AFTER_VOTES = {
    OnExpiry.REJECT: N_("Rejected if not decided by {when}"),
    OnExpiry.APPROVE: N_("Approved if not decided by {when}"),
    OnExpiry.RESPOND: N_("Answered by the rule if not decided by {when}"),
    OnExpiry.KEEP: N_("Needed by {when}"),
}
_CANCELLED = N_("The run is cancelled if nobody answers by {when}")
_CANCELLED_AFTER_VOTES = N_("The run is cancelled if not decided by {when}")


def _rule_name(rule: Rule) -> str:
    return "" if rule.name == NO_RULE else _("Rule: {name}").format(name=escape(rule.name))


def rule_names(approval: Approval) -> str:
    """`Rule: large refunds`, in mrkdwn; empty where no rule matched."""
    names = approval.rule_names
    if not names:
        return ""
    return ngettext("Rule: {names}", "Rules: {names}", len(names)).format(names=escape(", ".join(names)))


def source_label(source: Source) -> str:
    """The source in mrkdwn. Groups are not mentioned: that would notify all of their members."""
    if source.kind is SourceKind.USERS:
        return str(TextList(tuple(f"<@{escape(user)}>" for user in source.names[:_MAX_NAMED]), any_of=True))
    return escape(str(source))


def needed_label(needed: Iterable[MissingApprovals]) -> str:
    """`one of @finance and 2 of @security or @leads`, in mrkdwn."""
    return str(TextList(tuple(_one_needed(each) for each in needed)))


def _one_needed(needed: MissingApprovals) -> str:
    alone = len(needed.any_of) == 1 and (
        needed.any_of[0].kind is SourceKind.REQUESTER
        or (needed.any_of[0].kind is SourceKind.USERS and len(needed.any_of[0].names) == needed.count == 1)
    )
    return source_label(needed.any_of[0]) if alone else count_of(needed.count, needed.any_of, source_label)


def _requirement(rule: Rule, requester: str | None) -> str:
    """Who has to approve, before anybody voted; empty where any one member can."""
    by_one_member = rule.quorum == 1 and all(each.source == MEMBERS for each in rule.approvers)
    if by_one_member and rule.requester_may_decide:
        return ""
    nothing = count_votes(VotingContext(rule=rule, memberships=Memberships()), RowVotes())
    needed = needed_label(nothing.needed)
    if rule.requester_may_decide:
        return _("Needs {needed}").format(needed=needed)
    if requester is None:
        return _("Needs {needed}. Requested by an app or a schedule: any of them can decide this.").format(
            needed=needed
        )
    return _("Needs {needed}. The requester can't decide this.").format(needed=needed)


def _freeze_line(rule: Rule) -> str:
    """Whose approvals count while a freeze lasts, whenever the card is read."""
    if rule.freeze is None:
        return ""
    if not rule.break_glass:
        return _(":snowflake: During a freeze no approval counts")
    who = TextList(tuple(dict.fromkeys(source_label(each.source) for each in rule.break_glass)), any_of=True)
    return _(":snowflake: During a freeze only {who} can approve this").format(who=who)


def _progress(rule: Rule, votes: RowVotes, approval: Approval) -> str:
    """`1 of 2 · @bob ✓ · still needed: one of @security`."""
    counted = [vote for vote in votes.votes if vote.by.id not in votes.uncounted]
    approvals = [vote for vote in counted if votes.is_approval(vote, rule)]
    rejections = [vote for vote in counted if vote.decision.kind is DecisionKind.REJECT]
    in_vain = [vote for vote in votes.votes if vote.by.id in votes.uncounted]
    pieces = [_("*{count} of {quorum}*").format(count=len(approvals), quorum=rule.quorum)]
    pieces += [f"{voter_mention(vote)} :white_check_mark:" for vote in approvals[:_MAX_NAMED]]
    pieces += [f"{voter_mention(vote)} :no_entry:" for vote in rejections[:_MAX_NAMED]]
    pieces += [
        _("{person}: no longer counts").format(person=voter_mention(vote)) for vote in in_vain[:_MAX_NAMED]
    ]
    if rejections and rule.rejections > 1:
        pieces.append(
            _("rejections: {count} of {needed}").format(count=len(rejections), needed=rule.rejections)
        )
    if votes.needed:
        pieces.append(_("still needed: {needed}").format(needed=needed_label(votes.needed)))
    elif approvals:  # some of them counted again only when somebody else was against it
        pieces.append(_("enough approvals: it waits for one of them to approve it once more"))
    if approval.requester is None and not rule.requester_may_decide:
        pieces.append(_("requested by an app or a schedule, so nobody is shut out"))
    return " · ".join(pieces)


def _proposal(approval: Approval, row: ReviewRow, votes: RowVotes) -> list[Block]:
    """The proposal that is voted on instead of the request: an edit, an answer, a change of the state."""
    vote = votes.proposal
    if vote is None:
        return []
    changes = state_changes(approval, vote)
    heading = _("*Changed in the state:*") + "\n"
    state = [section(heading + inline_diff(changes, _PROPOSAL_LIMIT))] if changes else []
    if vote.decision.kind is DecisionKind.APPROVE:
        who = section(
            _(":pencil2: *Changed by {person}.* Approve this version:").format(person=user_mention(vote.by))
        )
        return [who, *state]
    return [*_proposed_decision(row, vote), *state]


def _proposed_decision(row: ReviewRow, vote: Vote) -> list[Block]:
    if vote.decision.kind is DecisionKind.EDIT:
        edited = inline_diff(edit_changes(row, vote), _PROPOSAL_LIMIT)
        return [
            section(
                _(":pencil2: *Edited by {person}.* Approve this version:\n{edited}").format(
                    person=user_mention(vote.by), edited=edited
                )
            )
        ]
    answer = vote.decision.message if vote.decision.message is not None else vote.decision.value
    text = code(truncate_escaped(single_line(str(answer)), _PROPOSAL_LIMIT))
    return [
        section(
            _(":speech_balloon: *{person} proposes this answer:*\n{text}").format(
                person=user_mention(vote.by), text=text
            )
        )
    ]
