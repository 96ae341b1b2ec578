"""The card of an approval that is no longer pending: what was decided, by whom and when, no buttons."""

from countersign.approvals.approval import Approval, Status
from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.vote import Vote
from countersign.interrupts import UNSET, Change, Part, ReviewRequest, ReviewRow, escape_invisible, json_diff
from countersign.slack.block_kit.builders import Block, RenderedMessage, context_block, plain_section, section
from countersign.slack.block_kit.escaping import escape, truncate_escaped
from countersign.slack.block_kit.formatting import format_datetime, user_mention
from countersign.slack.block_kit.line_sections import line_sections
from countersign.slack.cards import card_actions
from countersign.slack.cards.edit_diff import edit_diff_blocks
from countersign.slack.cards.payload import BlockBudget, action_name, payload_blocks

_PAYLOAD_BUDGET = BlockBudget(2500, 10)
_ANSWER_BUDGET = BlockBudget(4000, 12)
_MAX_DETAILED_ROWS = 5  # batched rows that show their arguments and changes; of more, each is a line
_ROW_LINES_LIMIT = 9000
_TEXT_LIMIT = 2900
_SHORTENED = "This is shortened, now that it is decided; the ledger keeps all of it."


def render_closed_card(approval: Approval, request: ReviewRequest) -> RenderedMessage:
    if approval.status is Status.WITHDRAWN and None in approval.votes:
        return _withdrawn(approval, request)
    votes = [vote for vote in approval.votes if vote is not None]
    blocks = _introduction(request)
    if len(votes) <= _MAX_DETAILED_ROWS:
        for at, vote in enumerate(votes):
            blocks += _detailed_row(request, at, vote)
    else:
        lines = [_row_header(request, at, vote) for at, vote in enumerate(votes)]
        blocks += line_sections(lines, _ROW_LINES_LIMIT, "more were decided.")
    return RenderedMessage(text=_notification_text(request, votes), blocks=[*blocks, _footer(approval)])


def _introduction(request: ReviewRequest) -> list[Block]:
    described = [plain_section(truncate_escaped(request.description, 600))] if request.description else []
    return [section(f"*{truncate_escaped(request.title, 1000)}*"), *described]


def vote_line(vote: Vote) -> str:
    """`✅ Approved by @bob · today at 14:02`, in mrkdwn."""
    kind = vote.decision.kind
    outcome = f"{card_actions.emoji(kind)} *{card_actions.outcome(kind)}*"
    return f"{outcome} by {user_mention(vote.by)} · {format_datetime(vote.at)}"


def _withdrawn(approval: Approval, request: ReviewRequest) -> RenderedMessage:
    lines = [_row_header(request, at, vote) for at, vote in enumerate(approval.votes) if vote is not None]
    reason = approval.status_reason or "The question behind it is gone."
    blocks = [
        *_introduction(request),
        section(f":leftwards_arrow_with_hook: *No longer asked.* {truncate_escaped(reason, 1000)}"),
        *line_sections(lines, _ROW_LINES_LIMIT // 2, "more were decided before."),
        *payload_blocks(
            tuple(part for row in request.rows for part in row.parts), _PAYLOAD_BUDGET, more=_SHORTENED
        ).blocks,
    ]
    return RenderedMessage(
        text=escape(f"No longer asked: {request.title}"), blocks=[*blocks, _footer(approval)]
    )


def _row_header(request: ReviewRequest, at: int, vote: Vote) -> str:
    name = action_name(request.rows[at])
    return f"*{at + 1}.* {name} {vote_line(vote)}" if len(request.rows) > 1 else vote_line(vote)


def _detailed_row(request: ReviewRequest, at: int, vote: Vote) -> list[Block]:
    """The vote, its reason or answer, and the payload. An edit shows only what it changed."""
    row, count = request.rows[at], len(request.rows)
    budget = BlockBudget(_PAYLOAD_BUDGET.chars // count, max(_PAYLOAD_BUDGET.blocks // count, 2))
    edited_labels = _edited_labels(row, vote)
    parts = [part for part in row.parts if part.label not in edited_labels]
    blocks = [
        section(_row_header(request, at, vote)),
        *_vote_details(row, vote, BlockBudget(_ANSWER_BUDGET.chars // count, 12 // count)),
    ]
    return [*blocks, *payload_blocks(parts, budget, more=_SHORTENED).blocks]


def edit_changes(row: ReviewRow, vote: Vote) -> tuple[Change, ...]:
    """Every place that an edit changed."""
    return json_diff(_original(row), vote.decision.value)


def _edited_labels(row: ReviewRow, vote: Vote) -> set[str]:
    """The labels of the parts that an edit edited_labels."""
    if vote.decision.kind is not DecisionKind.EDIT:
        return set()
    before, found = _original(row), edit_changes(row, vote)
    if found and not isinstance(before, dict):
        return {part.label for part in row.parts if part.value == before}
    return {change.pointer.split("/")[1].replace("~1", "/").replace("~0", "~") for change in found}


def _original(row: ReviewRow) -> Json:
    form = row.forms.get(DecisionKind.EDIT)
    return {} if form is None or form.base is UNSET else form.base


def _vote_details(row: ReviewRow, vote: Vote, budget: BlockBudget) -> list[Block]:
    """The reason, the answer, or what an edit changed."""
    decision = vote.decision
    if decision.kind is DecisionKind.EDIT:
        return edit_diff_blocks(_original(row), decision.value, budget)
    label = "Reason" if decision.kind is DecisionKind.REJECT else "Answer"
    if decision.message:
        return _labelled_text(label, decision.message, budget)
    if decision.kind is DecisionKind.RESPOND:
        if isinstance(decision.value, str):
            return _labelled_text(label, decision.value, budget)
        return payload_blocks((Part(label=label, value=decision.value),), budget, more=_SHORTENED).blocks
    return []


def _labelled_text(label: str, text: str, budget: BlockBudget) -> list[Block]:
    text = f"{label}: {escape_invisible(text)}"
    shown = truncate_escaped(text, min(budget.chars, _TEXT_LIMIT))
    cut = shown != escape(text)
    return [
        plain_section(shown),
        *([context_block(f"Shortened from {len(text):,} characters.")] if cut else []),
    ]


def _notification_text(request: ReviewRequest, votes: list[Vote]) -> str:
    text = {f"{card_actions.outcome(vote.decision.kind)} by {vote.by.name}" for vote in votes}
    return truncate_escaped(f"{', '.join(sorted(text))}: {request.title}", 1000)


def _footer(approval: Approval) -> Block:
    text = [f"Asked {format_datetime(approval.opened_at)}", f"Digest `{approval.digest[:12]}`"]
    if approval.status is Status.WITHDRAWN and approval.status_reason and None not in approval.votes:
        text.insert(0, f":warning: Not used: {truncate_escaped(approval.status_reason, 500)}")
    return context_block(" · ".join(text))
