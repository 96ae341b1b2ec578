"""Lines in the thread about what was decided without asking, and about the grants behind it."""

from datetime import datetime

from countersign.approvals.ledger import Change
from countersign.approvals.person import Person
from countersign.approvals.policy.grants import Grant
from countersign.approvals.policy.rule import GrantScope
from countersign.flow.messages.outgoing import Outgoing, note
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.interrupts import ReviewRequest, display_name, single_line

_ROW_LIMIT = 80  # characters
_NAME_LIMIT = 80


def given_note(review: Review, grant: Grant) -> Outgoing:
    until = grant.expires_at
    parts = (
        f"{grant.granted_by.name} gave a grant: {covered(grant)} is not asked about until ",
        until,
        f"{_at_most(grant)}. `/approvals grants` lists and revokes it.",
    )
    return note(review.thread, f"grant-given:{grant.id}", parts)


def revoked_note(grant: Grant, by: Person) -> Outgoing:
    text = f"{by.name} revoked {grant.granted_by.name}'s grant: {covered(grant)} is asked about again."
    return note(ThreadRef.parse(grant.thread_id), f"grant-revoked:{grant.id}", text)


def automatic_notes(review: Review, change: Change) -> tuple[Outgoing, ...]:
    """A line for each rule and each grant that decided rows of an approval as it opened."""
    approval = review.approval
    lines: dict[str, tuple[int, ...]] = {}
    uses = {use.row: use.after for use in change.grant_uses}
    for row, vote in enumerate(change.after.votes):
        if vote is not None:
            key = str(uses[row].id) if row in uses else f"{vote.decision.kind}:{vote.by.name}"
            lines[key] = (*lines.get(key, ()), row)
    return tuple(
        note(review.thread, f"automatic:{approval.id}:{rows[0]}", _line(review, change, rows, uses))
        for rows in lines.values()
    )


def _line(
    review: Review, change: Change, rows: tuple[int, ...], uses: dict[int, Grant]
) -> tuple[str | datetime, ...]:
    what = _what(review, rows)
    if rows[0] not in uses:
        vote = change.after.votes[rows[0]]
        assert vote is not None, "the row was decided"
        return (f"{vote.decision.kind.done.capitalize()} by {vote.by.name}: {what}",)
    grant = uses[rows[-1]]  # as it is after the last of its uses
    left = "" if grant.max_uses is None else f"{grant.uses_left} of {grant.max_uses} uses left, "
    return (f"Approved by {grant.granted_by.name}'s grant, {left}until ", grant.expires_at, f": {what}")


def _what(review: Review, rows: tuple[int, ...]) -> str:
    """The title; of a card of several rows, the rows' actions and what they do."""
    request = review.shown
    if len(request.rows) == 1:
        return f"“{request.title}”"
    return ", ".join(f"{row + 1}. “{_row_title(request, row)}”" for row in rows)


def _row_title(request: ReviewRequest, row: int) -> str:
    asked = request.rows[row]
    text = single_line(asked.description or asked.action or request.title)
    return text if len(text) <= _ROW_LIMIT else text[: _ROW_LIMIT - 1] + "…"


def covered(grant: Grant) -> str:
    """What it covers, in words: `“refund” in this thread`."""
    where = "in this thread" if grant.scope is GrantScope.THREAD else "for the same requester"
    return f"“{display_name(grant.action)[:_NAME_LIMIT]}” {where} under the rule “{grant.rule_name}”"


def _at_most(grant: Grant) -> str:
    if grant.max_uses is None:
        return ""
    return f", at most {grant.max_uses} {'time' if grant.max_uses == 1 else 'times'}"
