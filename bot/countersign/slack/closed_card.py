"""The card of an approval that is no longer pending: what was decided, by whom and when, no buttons."""

from countersign.approvals.approval import Approval, Status, Vote
from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import UNSET, Change, Part, ReviewRequest, ReviewRow, escape_invisible, json_diff
from countersign.slack import words
from countersign.slack.blocks import Block, Drawn, context, plain_section, section
from countersign.slack.edits import edit_blocks
from countersign.slack.escape import clipped, escape
from countersign.slack.lines import line_blocks
from countersign.slack.parts import Room, action_name, show

_PARTS = Room(2500, 10)
_ANSWER = Room(4000, 12)
_DETAILED_ROWS = 5  # batched rows that show their arguments and changes; of more, each is a line
_LINES = 9000
_WORDS_LIMIT = 2900
_SHORTENED = "This is shortened, now that it is decided; the ledger keeps all of it."


def closed_card(approval: Approval, request: ReviewRequest) -> Drawn:
    if approval.status is Status.WITHDRAWN and None in approval.votes:
        return _withdrawn(approval, request)
    votes = [vote for vote in approval.votes if vote is not None]
    blocks = _asked(request)
    if len(votes) <= _DETAILED_ROWS:
        for at, vote in enumerate(votes):
            blocks += _row(request, at, vote)
    else:
        lines = [_heading(request, at, vote) for at, vote in enumerate(votes)]
        blocks += line_blocks(lines, _LINES, "more were decided.")
    return Drawn(text=_notice(request, votes), blocks=[*blocks, _footer(approval)])


def _asked(request: ReviewRequest) -> list[Block]:
    described = [plain_section(clipped(request.description, 600))] if request.description else []
    return [section(f"*{clipped(request.title, 1000)}*"), *described]


def verdict_line(vote: Vote) -> str:
    """`✅ Approved by @bob · today at 14:02`, in mrkdwn."""
    kind = vote.decision.kind
    return f"{words.mark(kind)} *{words.done(kind)}* by {words.mention(vote.by)} · {words.moment(vote.at)}"


def _withdrawn(approval: Approval, request: ReviewRequest) -> Drawn:
    lines = [_heading(request, at, vote) for at, vote in enumerate(approval.votes) if vote is not None]
    why = approval.note or "The question behind it is gone."
    blocks = [
        *_asked(request),
        section(f":leftwards_arrow_with_hook: *No longer asked.* {clipped(why, 1000)}"),
        *line_blocks(lines, _LINES // 2, "more were decided before."),
        *show(tuple(part for row in request.rows for part in row.parts), _PARTS, more=_SHORTENED).blocks,
    ]
    return Drawn(text=escape(f"No longer asked: {request.title}"), blocks=[*blocks, _footer(approval)])


def _heading(request: ReviewRequest, at: int, vote: Vote) -> str:
    name = action_name(request.rows[at])
    return f"*{at + 1}.* {name} {verdict_line(vote)}" if len(request.rows) > 1 else verdict_line(vote)


def _row(request: ReviewRequest, at: int, vote: Vote) -> list[Block]:
    """The verdict, its words, and what it was about; fields that an edit touched show as changes alone."""
    row, count = request.rows[at], len(request.rows)
    room = Room(_PARTS.chars // count, max(_PARTS.blocks // count, 2))
    touched = _touched(row, vote)
    parts = [part for part in row.parts if part.label not in touched]
    blocks = [
        section(_heading(request, at, vote)),
        *_said(row, vote, Room(_ANSWER.chars // count, 12 // count)),
    ]
    return [*blocks, *show(parts, room, more=_SHORTENED).blocks]


def edited(row: ReviewRow, vote: Vote) -> tuple[Change, ...]:
    """Every place that an edit changed."""
    return json_diff(_before(row), vote.decision.value)


def _touched(row: ReviewRow, vote: Vote) -> set[str]:
    """The labels of the parts that an edit touched."""
    if vote.decision.kind is not DecisionKind.EDIT:
        return set()
    before, found = _before(row), edited(row, vote)
    if found and not isinstance(before, dict):
        return {part.label for part in row.parts if part.value == before}
    return {change.pointer.split("/")[1].replace("~1", "/").replace("~0", "~") for change in found}


def _before(row: ReviewRow) -> Json:
    form = row.forms.get(DecisionKind.EDIT)
    return {} if form is None or form.base is UNSET else form.base


def _said(row: ReviewRow, vote: Vote, room: Room) -> list[Block]:
    """The reason, the answer, or what an edit changed."""
    decision = vote.decision
    if decision.kind is DecisionKind.EDIT:
        return edit_blocks(_before(row), decision.value, room)
    label = "Reason" if decision.kind is DecisionKind.REJECT else "Answer"
    if decision.message:
        return _words(label, decision.message, room)
    if decision.kind is DecisionKind.RESPOND:
        if isinstance(decision.value, str):
            return _words(label, decision.value, room)
        return show((Part(label=label, value=decision.value),), room, more=_SHORTENED).blocks
    return []


def _words(label: str, text: str, room: Room) -> list[Block]:
    told = f"{label}: {escape_invisible(text)}"
    shown = clipped(told, min(room.chars, _WORDS_LIMIT))
    cut = shown != escape(told)
    return [plain_section(shown), *([context(f"Shortened from {len(text):,} characters.")] if cut else [])]


def _notice(request: ReviewRequest, votes: list[Vote]) -> str:
    told = {f"{words.done(vote.decision.kind)} by {vote.by.name}" for vote in votes}
    return clipped(f"{', '.join(sorted(told))}: {request.title}", 1000)


def _footer(approval: Approval) -> Block:
    told = [f"Asked {words.moment(approval.opened_at)}", f"Digest `{approval.digest[:12]}`"]
    if approval.status is Status.WITHDRAWN and approval.note and None not in approval.votes:
        told.insert(0, f":warning: Not used: {clipped(approval.note, 500)}")
    return context(" · ".join(told))
