"""The card: what a person sees of an approval, rendered from its row and from nothing else."""

from countersign.approvals.approval import Approval, Status
from countersign.approvals.decision import DecisionKind
from countersign.approvals.vote import Vote
from countersign.flow.review import Review
from countersign.interrupts import ReviewRequest, ReviewRow, single_line
from countersign.slack.block_kit.builders import (
    Block,
    RenderedMessage,
    actions,
    button,
    context_block,
    plain_section,
    section,
)
from countersign.slack.block_kit.escaping import code, escape, escaped_length, truncate_escaped
from countersign.slack.block_kit.formatting import format_datetime
from countersign.slack.block_kit.line_sections import line_sections
from countersign.slack.cards import card_actions
from countersign.slack.cards.closed_card import edit_changes, render_closed_card, vote_line
from countersign.slack.cards.payload import (
    BlockBudget,
    action_name,
    name_fits,
    payload_blocks,
    text_length,
    title_block,
)
from countersign.slack.cards.references import CardReference

TEXT_LIMIT = 11_500  # of all texts; Slack takes about 13,200 in one message
PAYLOAD_LIMIT = 9000  # of them, what the parts may take
MAX_OPEN_ROWS = 10  # open rows on one card: each takes a title_block, its parts and its buttons
_ROW_BLOCKS = 43  # of a message's 50 blocks
_DESCRIPTION_LIMIT = 600  # of a row's description; without escapes it is never longer
_SUMMARY_LIMIT = 150  # characters of what was said of a row, while others are open
_DECIDED_ROWS_LIMIT = 2500  # characters for the rows that are decided while others are open
_BUTTON_ORDER = (DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.RESPOND, DecisionKind.REJECT)
_STYLES = {DecisionKind.APPROVE: "primary", DecisionKind.REJECT: "danger"}


def render_card(review: Review) -> RenderedMessage:
    """The card of an approval as it is. Always within Slack's limits, whatever the payload."""
    approval, request = review.approval, review.request
    if approval.status is not Status.PENDING:
        return render_closed_card(approval, request)
    blocks = [title_block(request.title), *_introduction(approval, request)]
    render_rows = _single_row if len(request.rows) == 1 else _batch
    blocks += render_rows(approval, request, TEXT_LIMIT - text_length(blocks))
    blocks.append(context_block(" · ".join(_footer(approval))))
    return RenderedMessage(text=_notification_text(request), blocks=blocks)


def render_fallback_card(review: Review) -> RenderedMessage:
    """The same card without its parts, for when Slack would not take it: they are behind View everything."""
    rendered = render_card(review)
    approval, request = review.approval, review.request
    if approval.status is not Status.PENDING:
        return RenderedMessage(text=rendered.text, blocks=[section(rendered.text)])
    kept = [block for block in rendered.blocks if block["type"] == "actions" and len(request.rows) > 1]
    if len(request.rows) == 1:
        kept = [_buttons(approval, request, 0, hidden=True)]
    note = context_block(
        "Slack would not payload_blocks the details here. *View everything* shows all of them."
    )
    return RenderedMessage(text=rendered.text, blocks=[title_block(request.title), note, *kept])


def _notification_text(request: ReviewRequest) -> str:
    approvable = any(DecisionKind.APPROVE in row.allowed for row in request.rows)
    asked = "Waiting for approval" if approvable else "Waiting for an answer"
    return escape(f"{asked}: {request.title}")


def _introduction(approval: Approval, request: ReviewRequest) -> list[Block]:
    blocks = []
    if approval.status_reason:
        again = ":warning: *The graph did not take the last answer, so it is asked again.*"
        blocks.append(section(f"{again}\n{code(single_line(truncate(approval.status_reason, 500)))}"))
    if request.description:
        blocks.append(plain_section(truncate_escaped(request.description, 3000)))
    return blocks


def truncate(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _single_row(approval: Approval, request: ReviewRequest, chars: int) -> list[Block]:
    payload = payload_blocks(request.rows[0].parts, BlockBudget(min(chars, PAYLOAD_LIMIT), 40))
    return [*payload.blocks, _buttons(approval, request, 0, hidden=not payload.complete)]


def _batch(approval: Approval, request: ReviewRequest, chars: int) -> list[Block]:
    """A row per action. Decided rows shrink to a line, so that the open ones have the budget."""
    waiting = approval.open_rows[:MAX_OPEN_ROWS]
    blocks = _decided_rows(approval, request)
    headers = {row: _row_header(request.rows[row], row) for row in waiting}
    left = min(
        chars - text_length(blocks) - sum(text_length(head) for head in headers.values()), PAYLOAD_LIMIT
    )
    budget = BlockBudget(left // len(waiting), max((_ROW_BLOCKS - len(blocks)) // len(waiting) - 3, 1))
    for row in waiting:
        payload = payload_blocks(request.rows[row].parts, budget)
        hidden = not payload.complete or _header_is_cut(request.rows[row])
        blocks += [*headers[row], *payload.blocks, _buttons(approval, request, row, hidden=hidden)]
    later = len(approval.open_rows) - len(waiting)
    if later:
        blocks.append(context_block(f"{later} more follow here as these are decided."))
    if (rest := _approve_rest(approval, request)) is not None:
        blocks.append(rest)
    return blocks


def _row_header(row: ReviewRow, at: int) -> list[Block]:
    """The row's number and action, and what its asker says of it."""
    name = section(f"*{at + 1}.* {action_name(row)}")
    return (
        [name, plain_section(truncate_escaped(row.description, _DESCRIPTION_LIMIT))]
        if row.description
        else [name]
    )


def _header_is_cut(row: ReviewRow) -> bool:
    """Whether its name or its asker's words are too long for the row's head."""
    return not name_fits(row) or escaped_length(row.description or "") > _DESCRIPTION_LIMIT


def _decided_rows(approval: Approval, request: ReviewRequest) -> list[Block]:
    lines = [
        f"*{at + 1}.* {action_name(row)} {vote_line(vote)}{_vote_summary(row, vote)}"
        for at, (row, vote) in enumerate(zip(request.rows, approval.votes, strict=True))
        if vote is not None
    ]
    return line_sections(lines, _DECIDED_ROWS_LIMIT, "more are decided.")


def _vote_summary(row: ReviewRow, vote: Vote) -> str:
    """What was said or changed, in short: those who decide the other rows should know it."""
    if vote.decision.kind is DecisionKind.EDIT:
        changed = [single_line(change.pointer.removeprefix("/")) for change in edit_changes(row, vote)]
        summary = f"{len(changed)} changed: {', '.join(changed)}"
    else:
        summary = single_line(vote.decision.message or "")
    return f"\n{code(truncate(summary, _SUMMARY_LIMIT))}" if summary else ""


def _buttons(approval: Approval, request: ReviewRequest, row: int, *, hidden: bool) -> Block:
    """The buttons of what is allowed, and no other; their block id changes with every version of the card."""
    value = CardReference(approval_id=approval.id, row=row, digest=approval.digest).pack()
    allowed = request.rows[row].allowed
    buttons = [
        _button(kind, value, request, is_only_decision=DecisionKind.APPROVE not in allowed)
        for kind in _BUTTON_ORDER
        if kind in allowed
    ]
    if hidden:
        buttons.append(button(card_actions.VIEW, "View everything", value))
    return actions(f"row:{row}:{approval.version}", buttons)


def _button(kind: DecisionKind, value: str, request: ReviewRequest, *, is_only_decision: bool) -> Block:
    """`is_only_decision`: there is nothing to approve, so to answer is the main thing and is called that."""
    is_answer = is_only_decision and kind is DecisionKind.RESPOND
    buttons = button(
        card_actions.action_id(kind, plain_question=request.plain_question),
        card_actions.button_label(kind, is_answer=is_answer),
        value,
    )
    style = _STYLES.get(kind) or ("primary" if is_answer else None)
    return buttons | {"style": style} if style else buttons


def _approve_rest(approval: Approval, request: ReviewRequest) -> Block | None:
    """Offered while every row that is open may be approved, be it the last one."""
    rows = approval.open_rows
    if any(DecisionKind.APPROVE not in request.rows[row].allowed for row in rows):
        return None
    value = CardReference(approval_id=approval.id, row=rows[0], digest=approval.digest).pack()
    rest = "the last one" if len(rows) == 1 else f"the other {len(rows)}"
    text = f"Approve all {len(rows)}" if len(rows) == len(request.rows) else f"Approve {rest}"
    return actions(f"rest:{approval.version}", [button(card_actions.APPROVE_REST, text, value)])


def _footer(approval: Approval) -> list[str]:
    return [f"Asked {format_datetime(approval.opened_at)}", f"Digest `{approval.digest[:12]}`"]
