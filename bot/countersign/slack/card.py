"""The card: what a person sees of an approval, drawn from its row and from nothing else."""

from countersign.approvals.approval import Approval, Status, Vote
from countersign.approvals.decision import DecisionKind
from countersign.flow.questions import request_of
from countersign.interrupts import ReviewRequest, ReviewRow, single_line
from countersign.slack import words
from countersign.slack.blocks import (
    Block,
    Drawn,
    actions,
    button,
    context,
    plain_section,
    section,
)
from countersign.slack.card_ref import CardRef
from countersign.slack.closed_card import closed_card, edited, verdict_line
from countersign.slack.escape import clipped, code, escape, escaped_length
from countersign.slack.lines import line_blocks
from countersign.slack.parts import Room, action_name, has_whole_name, heading, show, size

CHARS = 11_500  # of all texts; Slack takes about 13,200 in one message
PARTS = 9000  # of them, what the parts may take
MOST_ROWS = 10  # open rows on one card: each takes a heading, its parts and its buttons
_FOR_ROWS = 43  # of a message's 50 blocks
_WORDS = 600  # of a row's description; without escapes it is never longer
_GIST = 150  # characters of what was said of a row, while others are open
_DECIDED = 2500  # characters for the rows that are decided while others are open
_ORDER = (DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.RESPOND, DecisionKind.REJECT)
_STYLES = {DecisionKind.APPROVE: "primary", DecisionKind.REJECT: "danger"}


def draw(approval: Approval) -> Drawn:
    """The card of an approval as it is. Always within Slack's limits, whatever the payload."""
    request = request_of(approval)
    if approval.status is not Status.PENDING:
        return closed_card(approval, request)
    blocks = [heading(request.title), *_asked(approval, request)]
    draw_rows = _single if len(request.rows) == 1 else _several
    blocks += draw_rows(approval, request, CHARS - size(blocks))
    blocks.append(context(" · ".join(_footer(approval))))
    return Drawn(text=_notice(request), blocks=blocks)


def plain_card(approval: Approval) -> Drawn:
    """The same card without its parts, for when Slack would not take it: they are behind View everything."""
    drawn = draw(approval)
    if approval.status is not Status.PENDING:
        return Drawn(text=drawn.text, blocks=[section(drawn.text)])
    request = request_of(approval)
    kept = [block for block in drawn.blocks if block["type"] == "actions" and len(request.rows) > 1]
    if len(request.rows) == 1:
        kept = [_buttons(approval, request, 0, hidden=True)]
    note = context("Slack would not show the details here. *View everything* shows all of them.")
    return Drawn(text=drawn.text, blocks=[heading(request.title), note, *kept])


def _notice(request: ReviewRequest) -> str:
    approvable = any(DecisionKind.APPROVE in row.allowed for row in request.rows)
    asked = "Waiting for approval" if approvable else "Waiting for an answer"
    return escape(f"{asked}: {request.title}")


def _asked(approval: Approval, request: ReviewRequest) -> list[Block]:
    blocks = []
    if approval.note:
        again = ":warning: *The graph did not take the last answer, so it is asked again.*"
        blocks.append(section(f"{again}\n{code(single_line(clipped_raw(approval.note, 500)))}"))
    if request.description:
        blocks.append(plain_section(clipped(request.description, 3000)))
    return blocks


def clipped_raw(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _single(approval: Approval, request: ReviewRequest, chars: int) -> list[Block]:
    shown = show(request.rows[0].parts, Room(min(chars, PARTS), 40))
    return [*shown.blocks, _buttons(approval, request, 0, hidden=not shown.whole)]


def _several(approval: Approval, request: ReviewRequest, chars: int) -> list[Block]:
    """A row per action. Decided rows shrink to a line, so that the open ones have the room."""
    waiting = approval.open_rows[:MOST_ROWS]
    blocks = _decided_lines(approval, request)
    heads = {row: _head(request.rows[row], row) for row in waiting}
    left = min(chars - size(blocks) - sum(size(head) for head in heads.values()), PARTS)
    room = Room(left // len(waiting), max((_FOR_ROWS - len(blocks)) // len(waiting) - 3, 1))
    for row in waiting:
        shown = show(request.rows[row].parts, room)
        hidden = not shown.whole or _cut(request.rows[row])
        blocks += [*heads[row], *shown.blocks, _buttons(approval, request, row, hidden=hidden)]
    later = len(approval.open_rows) - len(waiting)
    if later:
        blocks.append(context(f"{later} more follow here as these are decided."))
    if (rest := _approve_rest(approval, request)) is not None:
        blocks.append(rest)
    return blocks


def _head(row: ReviewRow, at: int) -> list[Block]:
    """The row's number and action, and what its asker says of it."""
    name = section(f"*{at + 1}.* {action_name(row)}")
    return [name, plain_section(clipped(row.description, _WORDS))] if row.description else [name]


def _cut(row: ReviewRow) -> bool:
    """Whether its name or its asker's words are too long for the row's head."""
    return not has_whole_name(row) or escaped_length(row.description or "") > _WORDS


def _decided_lines(approval: Approval, request: ReviewRequest) -> list[Block]:
    lines = [
        f"*{row + 1}.* {action_name(request.rows[row])} {verdict_line(vote)}{_gist(request.rows[row], vote)}"
        for row, vote in enumerate(approval.votes)
        if vote is not None
    ]
    return line_blocks(lines, _DECIDED, "more are decided.")


def _gist(row: ReviewRow, vote: Vote) -> str:
    """What was said or changed, in short: those who decide the other rows should know it."""
    if vote.decision.kind is DecisionKind.EDIT:
        changed = [single_line(change.pointer.removeprefix("/")) for change in edited(row, vote)]
        told = f"{len(changed)} changed: {', '.join(changed)}"
    else:
        told = single_line(vote.decision.message or "")
    return f"\n{code(clipped_raw(told, _GIST))}" if told else ""


def _buttons(approval: Approval, request: ReviewRequest, row: int, *, hidden: bool) -> Block:
    """The buttons of what is allowed, and no other; their block id changes with every version of the card."""
    value = CardRef(approval_id=approval.id, row=row, digest=approval.digest).pack()
    allowed = request.rows[row].allowed
    made = [
        _button(kind, value, request, sole=DecisionKind.APPROVE not in allowed)
        for kind in _ORDER
        if kind in allowed
    ]
    if hidden:
        made.append(button(words.VIEW, "View everything", value))
    return actions(f"row:{row}:{approval.version}", made)


def _button(kind: DecisionKind, value: str, request: ReviewRequest, *, sole: bool) -> Block:
    """`sole`: there is nothing to approve, so to answer is the main thing and is called that."""
    answers = sole and kind is DecisionKind.RESPOND
    made = button(
        words.word(kind, plain_question=request.plain_question),
        words.label(kind, answers=answers),
        value,
    )
    style = _STYLES.get(kind) or ("primary" if answers else None)
    return made | {"style": style} if style else made


def _approve_rest(approval: Approval, request: ReviewRequest) -> Block | None:
    """Offered while every row that is open may be approved, be it the last one."""
    rows = approval.open_rows
    if any(DecisionKind.APPROVE not in request.rows[row].allowed for row in rows):
        return None
    value = CardRef(approval_id=approval.id, row=rows[0], digest=approval.digest).pack()
    rest = "the last one" if len(rows) == 1 else f"the other {len(rows)}"
    text = f"Approve all {len(rows)}" if len(rows) == len(request.rows) else f"Approve {rest}"
    return actions(f"rest:{approval.version}", [button(words.APPROVE_REST, text, value)])


def _footer(approval: Approval) -> list[str]:
    return [f"Asked {words.moment(approval.opened_at)}", f"Digest `{approval.digest[:12]}`"]
