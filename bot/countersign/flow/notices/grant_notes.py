"""Notes in the thread about automatic decisions, and about the grants behind them."""

from countersign.approvals.decision import DecisionKind
from countersign.approvals.ledger import Change
from countersign.approvals.person import Person
from countersign.approvals.policy.grants import Grant
from countersign.approvals.policy.rule import GrantScope
from countersign.flow.messages.outgoing import Outgoing, note
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, Text, lazy_text, sentences
from countersign.interrupts import ReviewRequest, display_name, single_line

_ROW_LIMIT = 80  # characters
_NAME_LIMIT = 80
_BY_RULE = {
    DecisionKind.APPROVE: N_("Approved by {by}: {what}"),
    DecisionKind.EDIT: N_("Edited and approved by {by}: {what}"),
    DecisionKind.REJECT: N_("Rejected by {by}: {what}"),
    DecisionKind.RESPOND: N_("Answered by {by}: {what}"),
}


def given_note(review: Review, grant: Grant) -> Outgoing:
    given = lazy_text(
        "{person} gave a grant: {covered} is not asked about until {until}.",
        person=grant.granted_by.name,
        covered=covered(grant),
        until=grant.expires_at,
    )
    if grant.max_uses == 1:
        template = N_("{person} gave a grant: {covered} is not asked about until {until}, at most once.")
        given = Text(template, given.fields)
    elif grant.max_uses is not None:
        template = N_(
            "{person} gave a grant: {covered} is not asked about until {until}, at most {count} times."
        )
        given = Text(template, (*given.fields, ("count", grant.max_uses)))
    text = sentences(given, lazy_text("`/approvals grants` lists and revokes it."))
    return note(review.thread, f"grant-given:{grant.id}", text)


def revoked_note(grant: Grant, by: Person) -> Outgoing:
    text = lazy_text(
        "{person} revoked {giver}'s grant: {covered} is asked about again.",
        person=by.name,
        giver=grant.granted_by.name,
        covered=covered(grant),
    )
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


def _line(review: Review, change: Change, rows: tuple[int, ...], uses: dict[int, Grant]) -> Text:
    what = _what(review, rows)
    if rows[0] not in uses:
        vote = change.after.votes[rows[0]]
        assert vote is not None, "the row was decided"
        return lazy_text(_BY_RULE[vote.decision.kind], by=vote.by.label, what=what)
    grant = uses[rows[-1]]  # as it is after the last of its uses
    fields = {"giver": grant.granted_by.name, "until": grant.expires_at, "what": what}
    if grant.max_uses is None:
        return lazy_text("Approved by {giver}'s grant, until {until}: {what}", **fields)
    return lazy_text(
        "Approved by {giver}'s grant, {left} of {max_uses} uses left, until {until}: {what}",
        left=grant.uses_left,
        max_uses=grant.max_uses,
        **fields,
    )


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


def covered(grant: Grant) -> Text:
    """What it covers, in words: `“refund” in this thread`."""
    action = display_name(grant.action)[:_NAME_LIMIT]
    if grant.scope is GrantScope.THREAD:
        return lazy_text(
            "“{action}” in this thread under the rule “{rule}”", action=action, rule=grant.rule_name
        )
    return lazy_text(
        "“{action}” for the same requester under the rule “{rule}”", action=action, rule=grant.rule_name
    )
