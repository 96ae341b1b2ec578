"""A card with several rows: which rows it shows, how much of each, and what "Approve all" covers.

"Approve all" covers only rows that the card shows in full. The others are named beside it, and each has
buttons of its own once it is on the card.
"""

from dataclasses import dataclass

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.rule import ReasonRequired
from countersign.approvals.votes.vote import Vote
from countersign.flow.review import Review
from countersign.i18n import _, ngettext
from countersign.interrupts import ReviewRequest, ReviewRow, single_line
from countersign.slack.block_kit.builders import Block, actions, button, confirmation, context_block
from countersign.slack.block_kit.escaping import escape
from countersign.slack.block_kit.line_sections import line_sections
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.buttons.button_lines import button_lines, fits_a_line
from countersign.slack.cards.buttons.reject_all import reject_all_buttons
from countersign.slack.cards.buttons.whole_card_buttons import whole_card_buttons
from countersign.slack.cards.people.reasons import labelled_reasons
from countersign.slack.cards.people.votes import vote_blocks
from countersign.slack.cards.row import (
    decided_line,
    header_is_truncated,
    high_risk,
    look_alike_blocks,
    row_buttons,
    row_header,
    row_title,
)
from countersign.slack.cards.values.edit_diff import edit_changes, inline_diff
from countersign.slack.cards.values.part_text import value_text
from countersign.slack.cards.values.payload import BlockBudget, PayloadBlocks, payload_blocks, text_length
from countersign.slack.cards.values.references import CardReference, RowsReference

MAX_OPEN_ROWS = 10  # open rows on one card: each takes a header, its parts and its buttons
_PAYLOAD_LIMIT = 9000  # characters of all rows' parts
_ROW_BLOCKS = 39  # of a message's 50 blocks
_THREE = 3
_MIN_ROW_BLOCKS = 3  # for the parts of a row that is not shown in full
_MAX_SIZE = BlockBudget(_PAYLOAD_LIMIT, 40)
_MAX_REASONS = 3  # of a decided row, while others are open; Details have all
_SUMMARY_LIMIT = 600  # characters of the reason or the changes of a decided row, while others are open
_DECIDED_ROWS_LIMIT = 2500  # characters for the rows that are decided while others are open


@dataclass(frozen=True)
class _OpenRow:
    row: int
    header: list[Block]
    payload: PayloadBlocks
    complete: bool
    on_its_own: bool  # it cannot be part of "Approve all": it needs more than a click, or has a proposed edit


def batch_blocks(review: Review, chars: int) -> list[Block]:
    """The decided rows as lines, the open rows with their buttons, and "Approve all", within `chars`."""
    approval, request = review.shown_approval, review.shown
    blocks = decided_rows(approval, request)
    shown = _layout(approval, request, chars)
    for each in shown:
        buttons = row_buttons(approval, request, each.row, truncated=not each.complete)
        blocks += [*each.header, *each.payload.blocks, buttons]
    return [*blocks, *_approve_all(review, shown)]


def fully_shown_rows(approval: Approval, request: ReviewRequest, chars: int) -> tuple[int, ...]:
    """The open rows that the card of this approval shows in full, and that may be approved with others."""
    return tuple(each.row for each in _layout(approval, request, chars) if _is_covered(each))


def _is_covered(row: _OpenRow) -> bool:
    return row.complete and not row.on_its_own


def _on_its_own(approval: Approval, row: int) -> bool:
    return approval.rule(row).reason is ReasonRequired.ALWAYS or approval.votes_on(row).proposal is not None


def _layout(approval: Approval, request: ReviewRequest, chars: int) -> list[_OpenRow]:
    """As many of the first open rows as there is room for; at least one."""
    decided = decided_rows(approval, request)
    chars -= text_length(decided)
    rows = approval.open_rows[:MAX_OPEN_ROWS]
    in_full = {row: payload_blocks(request.rows[row].parts, _MAX_SIZE) for row in rows}
    headers = {
        row: [
            *row_header(request.rows[row], row),
            *look_alike_blocks(approval, request.rows[row]),
            *vote_blocks(approval, request.rows[row], row),
        ]
        for row in rows
    }
    while True:
        used = sum(text_length(headers[row]) for row in rows)
        overhead = len(decided) + sum(len(headers[row]) + 1 for row in rows)
        room = BlockBudget(min(chars - used, _PAYLOAD_LIMIT), max(_ROW_BLOCKS - overhead, 1))
        payloads = _share(request, {row: in_full[row] for row in rows}, room)
        if payloads is not None:
            return [
                _OpenRow(
                    row=row,
                    header=headers[row],
                    payload=payloads[row],
                    complete=payloads[row].complete and not header_is_truncated(request.rows[row]),
                    on_its_own=_on_its_own(approval, row),
                )
                for row in rows
            ]
        rows = rows[:-1]


def _share(
    request: ReviewRequest, in_full: dict[int, PayloadBlocks], room: BlockBudget
) -> dict[int, PayloadBlocks] | None:
    """The rows' parts, short rows in full and long ones with an equal share of what is left.

    None if there are several rows, and too little room for a useful excerpt of one of them.
    """
    shortest_first = sorted(in_full, key=lambda row: (not in_full[row].complete, len(in_full[row].blocks)))
    shared: dict[int, PayloadBlocks] = {}
    for at, row in enumerate(shortest_first):
        left = len(shortest_first) - at
        share = BlockBudget(room.chars // left, room.blocks // left)
        payload = in_full[row]
        length = text_length(payload.blocks)
        if not payload.complete or length > share.chars or len(payload.blocks) > share.blocks:
            if share.blocks < _MIN_ROW_BLOCKS and len(in_full) > 1:
                return None
            payload = payload_blocks(request.rows[row].parts, share)
        shared[row] = payload
        room = BlockBudget(room.chars - text_length(payload.blocks), room.blocks - len(payload.blocks))
    return shared


def decided_rows(approval: Approval, request: ReviewRequest) -> list[Block]:
    """A line for each row that is decided while others are open."""
    lines = [
        f"*{at + 1}.* {row_title(row)} {decided_line(approval, at, vote)}"
        + _vote_summary(approval, at, row, vote)
        for at, (row, vote) in enumerate(zip(request.rows, approval.votes, strict=True))
        if vote is not None
    ]
    return line_sections(lines, _DECIDED_ROWS_LIMIT, _("more are decided. Open *Details* to read them."))


def _decided_rows_truncated(approval: Approval, request: ReviewRequest) -> bool:
    return any(block["type"] == "context" for block in decided_rows(approval, request))


def _vote_summary(approval: Approval, at: int, row: ReviewRow, vote: Vote) -> str:
    """The reasons, the answer or the changed values, for those who decide the other rows."""
    lines = [
        _summary_line(each.label, each.text) for each in labelled_reasons(approval, at, vote)[:_MAX_REASONS]
    ]
    if vote.decision.kind is DecisionKind.EDIT:
        lines.insert(0, inline_diff(edit_changes(row, vote), _SUMMARY_LIMIT))
    if vote.decision.kind is DecisionKind.RESPOND and vote.decision.message:
        lines.insert(0, _summary_line(_("Answer"), vote.decision.message))
    return "".join(f"\n{line}" for line in lines)


def _summary_line(label: str, text: str) -> str:
    line = single_line(text)
    if len(line) > _SUMMARY_LIMIT:
        line = line[: _SUMMARY_LIMIT - 1] + "…"
    return f"{escape(label)}: {value_text(line)}"


def _approve_all(review: Review, shown: list[_OpenRow]) -> list[Block]:
    """The button for the rows that are shown in full, and the numbers of those that it leaves out."""
    approval, request = review.shown_approval, review.shown
    covered = tuple(each.row for each in shown if _is_covered(each))
    left_out = _left_out([row for row in approval.open_rows if row not in covered], shown)
    together = [*approve_rest_buttons(review, covered), *reject_all_buttons(review)]
    details = []
    on_card = {each.row for each in shown}
    all_shown = on_card.issuperset(approval.open_rows) and not _decided_rows_truncated(approval, request)
    if not all_shown:
        first = CardReference(approval_id=approval.id, row=0, digest=approval.shown_digest)
        details.append(button(card_actions.VIEW, _("Details"), first.pack()))
    lines = _lines(together, [*details, *whole_card_buttons(review)])
    return [
        *([context_block(left_out)] if left_out else []),
        *(
            actions(f"rest:{approval.version}{f':{number}' if number else ''}", line)
            for number, line in enumerate(lines)
        ),
    ]


def _lines(together: list[Block], more: list[Block]) -> list[list[Block]]:
    """The buttons for all rows on one line and the others below, unless a phone fits all on one line.

    Of three that do not fit, the last is alone on purpose: it is the requester's.
    """
    if fits_a_line([*together, *more]):
        return [[*together, *more]] if together or more else []
    if len(more) == _THREE and not fits_a_line(more):
        return [*button_lines(together), more[:-1], more[-1:]]
    return [*button_lines(together), *button_lines(more)]


def approve_rest_buttons(review: Review, covered: tuple[int, ...]) -> list[Block]:
    """The button that approves these rows together; nothing where one of them takes no approval."""
    approval, request = review.shown_approval, review.shown
    if not covered or not all(DecisionKind.APPROVE in request.rows[row].allowed for row in covered):
        return []
    rows = RowsReference(approval_id=approval.id, rows=covered, digest=approval.shown_digest)
    label = _label(approval, request, covered)
    made = button(card_actions.APPROVE_REST, label, rows.pack())
    question = _approve_all_question(approval, request, covered)
    return [made | {"confirm": confirmation(question, label)} if question else made]


def _approve_all_question(approval: Approval, request: ReviewRequest, rows: tuple[int, ...]) -> str | None:
    """The confirmation: the rule's own, that for a high risk, or that several approvals cannot be undone."""
    rules = [approval.rule(row) for row in rows]
    asked = next((rule.confirm for rule in rules if rule.confirm), None) or high_risk(request)
    if asked is None and len(rows) > 1 and not all(rule.undo for rule in rules):
        text = _("This approves {count} actions as shown here. You can't undo it.")
        return text.format(count=len(rows))
    return asked


def _label(approval: Approval, request: ReviewRequest, covered: tuple[int, ...]) -> str:
    count = len(covered)
    if count == len(request.rows):
        return _("Approve all {count}").format(count=count)
    if count == len(approval.open_rows):
        return _("Approve the last one") if count == 1 else _("Approve other {count}").format(count=count)
    return (
        _("Approve number {number}").format(number=covered[0] + 1)
        if count == 1
        else _("Approve {count} shown in full").format(count=count)
    )


def _left_out(rows: list[int], shown: list[_OpenRow]) -> str:
    """Which open rows "Approve all" does not cover, and where to find them."""
    alone = [each.row for each in shown if each.row in rows and each.on_its_own]
    on_card = [row for row in rows if row not in alone and any(each.row == row for each in shown)]
    later = [row for row in rows if row not in on_card and row not in alone]
    sentences = []
    if alone:
        numbers = ", ".join(f"*{row + 1}*" for row in alone)
        sentences.append(_("Decide these with their own buttons: {numbers}.").format(numbers=numbers))
    if on_card:
        numbers = ", ".join(f"*{row + 1}*" for row in on_card)
        sentences.append(
            _("Too long to show in full: {numbers}. Open *Details*, then decide on its own.").format(
                numbers=numbers
            )
        )
    if later:
        sentences.append(shown_later(later))
    return " ".join(sentences)


def shown_later(rows: list[int]) -> str:
    """A line that says that these rows are shown once the others are decided."""
    first, last = rows[0] + 1, rows[-1] + 1
    numbers = f"*{first}*" if first == last else _("*{first}* to *{last}*").format(first=first, last=last)
    return ngettext(
        "{count} more ({numbers}) is shown here once these are decided. Open *Details* to read "
        "everything now.",
        "{count} more ({numbers}) are shown here once these are decided. Open *Details* to read "
        "everything now.",
        len(rows),
    ).format(count=len(rows), numbers=numbers)
