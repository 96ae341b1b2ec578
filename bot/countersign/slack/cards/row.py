"""One row of a card: its header, its buttons, and the line that says how it was decided."""

from collections.abc import Sequence

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.vote import Vote
from countersign.interrupts import ReviewRequest, ReviewRow, display_name
from countersign.slack.block_kit.builders import (
    Block,
    Style,
    actions,
    button,
    confirmation,
    section,
)
from countersign.slack.block_kit.escaping import code, escaped_length
from countersign.slack.block_kit.formatting import format_datetime, user_mention
from countersign.slack.cards import card_actions
from countersign.slack.cards.description import description_block
from countersign.slack.cards.grant_button import grant_buttons
from countersign.slack.cards.option_elements import option_elements
from countersign.slack.cards.references import CardReference
from countersign.slack.cards.voters import voter_mention

_NAME_LIMIT = 130
_DESCRIPTION_LIMIT = 600  # of a row's description; without escapes it is never longer
_BUTTON_ORDER = (DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.RESPOND, DecisionKind.REJECT)
_STYLES: dict[DecisionKind, Style] = {DecisionKind.APPROVE: "primary", DecisionKind.REJECT: "danger"}


def row_header(row: ReviewRow, at: int) -> list[Block]:
    """The row's number and action, and its description."""
    name = section(f"*{at + 1}.* {action_name(row)}")
    if not row.description:
        return [name]
    return [name, description_block(row.description, _DESCRIPTION_LIMIT)]


def look_alike_blocks(approval: Approval, row: ReviewRow) -> list[Block]:
    """A warning where another tool has a name that looks like this one's."""
    other = approval.look_alikes.get(row.action or "")
    if row.action is None or other is None:
        return []
    found = [(a, b) for a, b in zip(row.action, other, strict=False) if a != b]
    why = f": it has {_code_point(found[0][0])} for {_code_point(found[0][1])}" if found else ""
    names = f"{action_name(row)} looks like the tool {code(display_name(other)[:_NAME_LIMIT])}"
    return [section(f":warning: {names}, and is another one{why}.")]


def _code_point(character: str) -> str:
    return f"{code(display_name(character))} (U+{ord(character):04X})"


def header_is_truncated(row: ReviewRow) -> bool:
    return not name_fits(row) or escaped_length(row.description or "") > _DESCRIPTION_LIMIT


def action_name(row: ReviewRow) -> str:
    """The name of the action that a row runs, as code."""
    if row.action is None:
        return "this step"
    name = display_name(row.action)
    return code(name) if name_fits(row) else code(f"{name[: _NAME_LIMIT // 5]}…")


def name_fits(row: ReviewRow) -> bool:
    return row.action is None or escaped_length(display_name(row.action)) <= _NAME_LIMIT


def vote_line(vote: Vote, voters: Sequence[Vote] = ()) -> str:
    """`✅ Approved by @bob · today at 14:02`, in mrkdwn; `voters` are all whose votes made it so."""
    kind = vote.decision.kind
    if vote.cancelled:
        return f":no_entry_sign: *Cancelled* by {user_mention(vote.by)} · {format_datetime(vote.at)}"
    if vote.expired:
        return (
            f":hourglass: *Expired:* nobody answered by {format_datetime(vote.at)}. "
            f"{card_actions.outcome(kind)} by {user_mention(vote.by)}"
        )
    outcome = f"{card_actions.emoji(kind)} *{card_actions.outcome(kind)}*"
    people = " and ".join(voter_mention(each) for each in voters or (vote,))
    glass = ":rotating_light: *Break glass:* " if vote.broke_glass else ""
    return f"{glass}{outcome} by {people} · {format_datetime(vote.at)}"


def decided_line(approval: Approval, row: int, vote: Vote) -> str:
    """The line of a decided row, with everybody whose vote made the decision."""
    if vote.expired or vote.cancelled:
        return vote_line(vote)
    rejected = vote.decision.kind is DecisionKind.REJECT
    voters = [
        each
        for each in approval.votes_on(row).votes
        if (each.decision.kind is DecisionKind.REJECT) == rejected
    ]
    return vote_line(vote, voters)


def unused_vote_line(vote: Vote) -> str:
    """A vote without effect: `Not used: @bob, approved · today at 14:02`, in mrkdwn."""
    return f"Not used: {voter_mention(vote)}, {vote.decision.kind.done} · {format_datetime(vote.at)}"


def row_buttons(
    approval: Approval, request: ReviewRequest, row: int, *, truncated: bool, more: Sequence[Block] = ()
) -> Block:
    """A button for each allowed decision and option. The block id changes with every version of the card.

    `truncated`: the card does not show all of the row, so there is a button that does. `more` follow them.
    """
    value = CardReference(approval_id=approval.id, row=row, digest=approval.digest_of(row)).pack()
    confirm = approval.rule(row).confirm
    asked = request.rows[row]
    wants_answer = DecisionKind.APPROVE not in asked.allowed
    elements = [
        _decision_button(
            kind,
            value,
            request,
            is_answer=kind is DecisionKind.RESPOND and wants_answer,
            confirm=confirm if kind is DecisionKind.APPROVE else None,
        )
        for kind in _BUTTON_ORDER
        if kind in asked.allowed
        and not (kind is DecisionKind.RESPOND and asked.options and kind not in asked.forms)
    ]
    elements += grant_buttons(approval, request, row, value)
    elements += option_elements(asked.options, value)
    if approval.votes_on(row).votes:
        elements.append(button(card_actions.WITHDRAW, "Withdraw my vote", value))
    if truncated:
        elements.append(button(card_actions.VIEW, "Details", value))
    if asked.other is not None:
        elements.append(button(card_actions.OTHER, card_actions.OTHER_LABEL, value))
    if asked.update is not None:
        elements.append(button(card_actions.UPDATE, card_actions.UPDATE_LABEL, value))
    elements += more
    block_id = f"row:{row}:{approval.version}"
    if any(element["type"] != "button" for element in elements):
        block_id += f":{value}"  # a menu carries no reference: its options have no room for one
    return actions(block_id, elements)


def _decision_button(
    kind: DecisionKind, value: str, request: ReviewRequest, *, is_answer: bool, confirm: str | None
) -> Block:
    made = button(
        card_actions.action_id(kind, plain_question=request.plain_question),
        card_actions.button_label(kind, is_answer=is_answer or request.plain_question),
        value,
        _STYLES.get(kind) or ("primary" if is_answer else None),
    )
    return made | {"confirm": confirmation(confirm, "Approve")} if confirm else made
