"""The card of an approval that is no longer pending: what was decided, by whom and when, without buttons."""

import json

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.approvals.recorded_reasons import NO_LONGER_ASKED, recorded_reason
from countersign.approvals.votes.counted_votes import votes_before_expiry
from countersign.approvals.votes.vote import Vote
from countersign.i18n import N_, _, ngettext
from countersign.interrupts import Part, ReviewRequest, ReviewRow, escape_invisible, json_equal
from countersign.interrupts.json_values.pointer import split
from countersign.slack.block_kit.builders import (
    Block,
    RenderedMessage,
    actions,
    button,
    context_block,
    plain_section,
    section,
)
from countersign.slack.block_kit.escaping import escape, truncate_escaped
from countersign.slack.block_kit.formatting import format_datetime, mrkdwn_text
from countersign.slack.block_kit.line_sections import line_sections
from countersign.slack.cards.break_glass import break_glass_blocks
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.container import with_fold
from countersign.slack.cards.people.reasons import labelled_reasons
from countersign.slack.cards.people.request_line import request_text
from countersign.slack.cards.people.votes import rule_names
from countersign.slack.cards.row import decided_line, row_title, unused_vote_line
from countersign.slack.cards.values.description import description_block
from countersign.slack.cards.values.edit_diff import (
    edit_changes,
    edit_diff_blocks,
    original_value,
    state_change_blocks,
)
from countersign.slack.cards.values.payload import BlockBudget, payload_blocks
from countersign.slack.cards.values.references import CardReference

_PAYLOAD_BUDGET = BlockBudget(2500, 10)  # no more blocks than a container takes
_FOLD = N_("What was asked")
_ANSWER_BUDGET = BlockBudget(4000, 12)
_MAX_DETAILED_ROWS = 5  # a batch of more rows shows one line for each
_MAX_REASONS = 8  # of one row
_ROW_LINES_LIMIT = 9000
_TEXT_LIMIT = 2900
_TRUNCATED = N_("Shortened after the decision. The audit ledger has the full text.")
_MORE_ROWS = N_("more were decided. The audit ledger has them all.")


def render_closed_card(approval: Approval, request: ReviewRequest) -> RenderedMessage:
    """Who decided what, when and why, and what changed. What was asked is folded below."""
    if approval.status is Status.WITHDRAWN:
        return _render_withdrawn(approval, request)
    votes = [vote for vote in approval.votes if vote is not None]
    record = [*_introduction(request), *break_glass_blocks(approval)]
    asked: list[Block] = []
    if len(votes) <= _MAX_DETAILED_ROWS:
        for at, vote in enumerate(votes):
            record += _detailed_row(approval, request, at, vote)
            asked += _asked(request, at, vote)
    else:
        lines = [_row_line(request, at, decided_line(approval, at, vote)) for at, vote in enumerate(votes)]
        record += line_sections(lines, _ROW_LINES_LIMIT, _(_MORE_ROWS))
    record += [*_undo(approval), footer(approval, request)]
    return with_fold(_notification_text(approval, request), record, _(_FOLD), asked)


def _undo(approval: Approval) -> list[Block]:
    """The button that takes the decision back, while the graph has not got it."""
    if not approval.is_undoable or approval.undo_until is None:
        return []
    value = CardReference(approval_id=approval.id, row=0, digest=approval.shown_digest).pack()
    return [
        actions(f"undo:{approval.version}", [button(card_actions.UNDO, _("Undo"), value)]),
        context_block(
            _("Can be undone until {at}. The agent gets it then.").format(
                at=format_datetime(approval.undo_until)
            )
        ),
    ]


def _render_withdrawn(approval: Approval, request: ReviewRequest) -> RenderedMessage:
    """Nothing was decided, or the decision had no effect: then no line says "Approved"."""
    decided = None not in approval.votes
    outcome, emoji = (
        (_("Not used"), ":warning:") if decided else (_("Withdrawn"), ":leftwards_arrow_with_hook:")
    )
    reason = mrkdwn_text(recorded_reason(approval.status_reason or NO_LONGER_ASKED), 1000)
    lines = [
        _row_line(request, at, unused_vote_line(vote))
        for at, vote in enumerate(approval.votes)
        if vote is not None
    ]
    parts = tuple(part for row in request.rows for part in row.parts)
    blocks = [
        *_introduction(request),
        section(f"{emoji} *{outcome}.* {reason}"),
        *line_sections(lines, _ROW_LINES_LIMIT // 2, _(_MORE_ROWS)),
        footer(approval, request),
    ]
    asked = payload_blocks(parts, _PAYLOAD_BUDGET, truncated=_TRUNCATED).blocks
    return with_fold(escape(f"{outcome}: {request.title}"), blocks, _(_FOLD), asked)


def _introduction(request: ReviewRequest) -> list[Block]:
    description = [description_block(request.description, 600)] if request.description else []
    title = (
        request.title
        if len(request.rows) == 1
        else ngettext("{count} action", "{count} actions", len(request.rows)).format(count=len(request.rows))
    )
    return [section(f"*{truncate_escaped(title, 1000)}*"), *description]


def _row_line(request: ReviewRequest, at: int, line: str) -> str:
    """The line, behind the row's number and action if there are several rows."""
    return f"*{at + 1}.* {row_title(request.rows[at])} {line}" if len(request.rows) > 1 else line


def _detailed_row(approval: Approval, request: ReviewRequest, at: int, vote: Vote) -> list[Block]:
    """The decision, and its reason, its answer or what it changed."""
    budget = BlockBudget(_ANSWER_BUDGET.chars // len(request.rows), 12 // len(request.rows))
    return [
        section(_row_line(request, at, decided_line(approval, at, vote))),
        *_vote_details(request.rows[at], vote, budget),
        *_reasons(approval, at, vote, budget),
        *state_change_blocks(approval, vote, budget),
    ]


def _asked(request: ReviewRequest, at: int, vote: Vote) -> list[Block]:
    """The payload of a row. What an edit changed is in the record."""
    row, count = request.rows[at], len(request.rows)
    edited = _edited_labels(row, vote)
    parts = [part for part in row.parts if part.label not in edited]
    heading = [section(f"*{at + 1}.* {row_title(row)}")] if count > 1 and parts else []
    budget = BlockBudget(_PAYLOAD_BUDGET.chars // count, max(_PAYLOAD_BUDGET.blocks // count - 1, 1))
    return [*heading, *payload_blocks(parts, budget, truncated=_TRUNCATED).blocks]


def _edited_labels(row: ReviewRow, vote: Vote) -> set[str]:
    """The labels of the parts that an edit changed."""
    changes, original = edit_changes(row, vote), original_value(row)
    if changes and not isinstance(original, dict):
        return {part.label for part in row.parts if part.value == original}
    return {token for change in changes for token in split(change.pointer)[:1]}


def _vote_details(row: ReviewRow, vote: Vote, budget: BlockBudget) -> list[Block]:
    """The answer, or what an edit changed."""
    decision = vote.decision
    cancelled_request = vote.cancelled and not decision.ends_run
    if cancelled_request or (vote.expired and decision.kind is not DecisionKind.RESPOND):
        return []  # the line says it
    if decision.kind is DecisionKind.EDIT:
        return edit_diff_blocks(edit_changes(row, vote), budget)
    if decision.kind is not DecisionKind.RESPOND:
        return []
    label = _("Answer")
    if decision.message:
        return _labelled_text(label, decision.message, budget)
    chosen = _chosen_label(row, decision)
    if chosen is not None or isinstance(decision.value, str):
        return _labelled_text(label, str(chosen or decision.value), budget)
    answer = (Part(label="answer", heading=label, value=decision.value),)
    return payload_blocks(answer, budget, truncated=_TRUNCATED).blocks


def _reasons(approval: Approval, at: int, vote: Vote, budget: BlockBudget) -> list[Block]:
    """All reasons, with names where several people decided."""
    given = labelled_reasons(approval, at, vote)
    blocks = [
        block for each in given[:_MAX_REASONS] for block in _labelled_text(each.label, each.text, budget)
    ]
    if len(given) > _MAX_REASONS:
        blocks.append(context_block(_("The audit ledger has the other reasons.")))
    return blocks


def _chosen_label(row: ReviewRow, decision: Decision) -> str | None:
    """The label of the option that was chosen, with the value that the graph gets if it is another text."""
    found = next((each for each in row.options if json_equal(each.value, decision.value)), None)
    if found is None or decision.verbatim or found.label == decision.value:
        return None
    return f"{found.label} ({json.dumps(decision.value, ensure_ascii=False)})"


def _labelled_text(label: str, text: str, budget: BlockBudget) -> list[Block]:
    labelled = f"{label}: {escape_invisible(text)}"
    shown = truncate_escaped(labelled, min(budget.chars, _TEXT_LIMIT))
    if shown == escape(labelled):
        return [plain_section(shown)]
    return [
        plain_section(shown),
        context_block(_("Shortened from {count:,} characters.").format(count=len(text))),
    ]


def _notification_text(approval: Approval, request: ReviewRequest) -> str:
    outcomes = {
        _outcome(vote, too_few=bool(votes_before_expiry(approval, at)))
        for at, vote in enumerate(approval.votes)
        if vote is not None
    }
    return truncate_escaped(f"{', '.join(sorted(outcomes))}: {request.title}", 1000)


def _outcome(vote: Vote, *, too_few: bool) -> str:
    if vote.expired and too_few:
        return _("Expired: not enough votes")
    if vote.expired:
        return _("Expired: nobody answered")
    if vote.decision.ends_run:
        return _("Run cancelled by {name}").format(name=vote.by.label)
    done = _("Cancelled") if vote.cancelled else card_actions.outcome(vote.decision.kind)
    return _("{outcome} by {person}").format(outcome=done, person=vote.by.label)


def footer(approval: Approval, request: ReviewRequest) -> Block:
    """Who requested it, when, and under which rule."""
    return context_block(" · ".join(filter(None, (request_text(approval, request), rule_names(approval)))))
