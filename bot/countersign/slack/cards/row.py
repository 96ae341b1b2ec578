"""One row of a card: its header, its buttons, and the line that says how it was decided."""

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.votes.counted_votes import decided_by, votes_before_expiry
from countersign.approvals.votes.vote import Vote
from countersign.i18n import N_, TextList, _
from countersign.interrupts import ReviewRequest, ReviewRow, Risk, action_label, display_name
from countersign.slack.block_kit.builders import (
    Block,
    Style,
    actions,
    button,
    confirmation,
    section,
)
from countersign.slack.block_kit.escaping import code, escape, escaped_length, truncate_escaped
from countersign.slack.block_kit.formatting import format_datetime, user_mention
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.buttons.button_lines import button_lines, fills_a_line
from countersign.slack.cards.buttons.grant_button import grant_buttons
from countersign.slack.cards.buttons.option_elements import option_elements
from countersign.slack.cards.people.voters import voter_mention
from countersign.slack.cards.values.description import description_block
from countersign.slack.cards.values.part_text import is_inert
from countersign.slack.cards.values.references import CardReference

_NAME_LIMIT = 130
_LABEL_LIMIT = 200  # of a name in words, beside the name itself
_DESCRIPTION_LIMIT = 600  # of a row's description; without escapes it is never longer
_ONE_LINE = 2  # buttons that fit beside each other on a phone, whatever their labels
_BUTTON_ORDER = (DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.RESPOND, DecisionKind.REJECT)
_AGREED = {
    DecisionKind.APPROVE: N_("*Changed* by {author}, *approved* by {people} · {at}"),
    DecisionKind.EDIT: N_("*Edited* by {author}, *approved* by {people} · {at}"),
    DecisionKind.RESPOND: N_("*Answered* by {author}, *approved* by {people} · {at}"),
}
_STYLES: dict[DecisionKind, Style] = {DecisionKind.APPROVE: "primary", DecisionKind.REJECT: "danger"}


def row_header(row: ReviewRow, at: int) -> list[Block]:
    """The row's number and action, and its description."""
    name = section(f"*{at + 1}.* {row_title(row)}")
    if not row.description:
        return [name]
    return [name, description_block(row.description, _DESCRIPTION_LIMIT)]


def look_alike_blocks(approval: Approval, row: ReviewRow) -> list[Block]:
    """A warning where another tool has a name that looks like this one's."""
    other = approval.look_alikes.get(row.action or "")
    if row.action is None or other is None:
        return []
    found = [(a, b) for a, b in zip(row.action, other, strict=False) if a != b]
    names = {"tool": tool_name(row), "other": code(display_name(other)[:_NAME_LIMIT])}
    if not found:
        return [
            section(
                _(":warning: {tool} looks like the tool {other}, but is a different one.").format(**names)
            )
        ]
    text = _(
        ":warning: {tool} looks like the tool {other}, but is a different one: it has {character} instead of "
        "{expected}."
    )
    (character, expected) = map(_code_point, found[0])
    return [section(text.format(character=character, expected=expected, **names))]


def _code_point(character: str) -> str:
    return f"{code(display_name(character))} (U+{ord(character):04X})"


def header_is_truncated(row: ReviewRow) -> bool:
    return not name_fits(row) or escaped_length(row.description or "") > _DESCRIPTION_LIMIT


def row_title(row: ReviewRow) -> str:
    """What the row does, in bold, in mrkdwn."""
    if row.action is None:
        return _("*This step*")
    label = action_label(row.action)
    shown = label if escaped_length(label) <= _LABEL_LIMIT else f"{label[: _LABEL_LIMIT // 5]}…"
    return f"*{escape(shown)}*" if is_inert(shown) else code(shown)


def tool_name(row: ReviewRow) -> str:
    """The name of the tool as it was sent, as code."""
    name = display_name(row.action or "")
    return code(name) if escaped_length(name) <= _NAME_LIMIT else code(f"{name[: _NAME_LIMIT // 5]}…")


def name_fits(row: ReviewRow) -> bool:
    return row.action is None or escaped_length(action_label(row.action)) <= _LABEL_LIMIT


def vote_line(vote: Vote, voters: Sequence[Vote] = ()) -> str:
    """`✅ Approved by @bob · today at 14:02`, in mrkdwn; `voters` are all whose votes made it so."""
    kind = vote.decision.kind
    if vote.cancelled or (vote.decision.ends_run and not vote.expired):
        what = _("Run cancelled") if vote.decision.ends_run else _("Cancelled")
        return _("{outcome} by {people} · {at}").format(
            outcome=f":no_entry_sign: *{what}*", people=_people(vote, voters), at=format_datetime(vote.at)
        )
    if vote.expired:
        return _(":hourglass: *Expired:* nobody answered by {at}. {done} by {by}.").format(
            at=format_datetime(vote.at), done=_done_on_expiry(vote), by=user_mention(vote.by)
        )
    outcome = f"{card_actions.emoji(kind)} *{card_actions.outcome(kind)}*"
    return _("{outcome} by {people} · {at}").format(
        outcome=outcome, people=_people(vote, voters), at=format_datetime(vote.at)
    )


def _expired_line(vote: Vote, too_few: Sequence[Vote]) -> str:
    return _(":hourglass: *Expired:* not enough votes by {at} (from {people}). {done} by {by}.").format(
        at=format_datetime(vote.at),
        people=_people(vote, too_few),
        done=_done_on_expiry(vote),
        by=user_mention(vote.by),
    )


def _done_on_expiry(vote: Vote) -> str:
    return _("Run cancelled") if vote.decision.ends_run else card_actions.outcome(vote.decision.kind)


def _glass(approval: Approval, vote: Vote) -> str:
    """Marks a row decided by break glass; of several rows, the card says once who did it and why."""
    marked = vote.broke_glass and len(approval.votes) > 1
    return _(":rotating_light: *Break glass:*") + " " if marked else ""


def _people(vote: Vote, voters: Sequence[Vote]) -> TextList:
    return TextList(tuple(voter_mention(each) for each in voters or (vote,)))


def decided_line(approval: Approval, row: int, vote: Vote) -> str:
    """The line of a decided row, with everybody whose vote made the decision."""
    too_few = votes_before_expiry(approval, row)
    if vote.expired and too_few:
        return _expired_line(vote, too_few)
    if vote.expired or vote.cancelled:
        return vote_line(vote)
    decision = decided_by(approval, row, vote)
    if decision.author is not None and not vote.decision.ends_run:
        line = _(_AGREED[vote.decision.kind]).format(
            author=user_mention(decision.author.by),
            people=_people(vote, decision.voters),
            at=format_datetime(vote.at),
        )
        return f"{_glass(approval, vote)}{card_actions.emoji(vote.decision.kind)} {line}"
    return f"{_glass(approval, vote)}{vote_line(vote, decision.voters)}"


def unused_vote_line(vote: Vote) -> str:
    """A vote without effect: `Not used: @bob, approved · today at 14:02`, in mrkdwn."""
    return _("Not used: {person}, {outcome} · {at}").format(
        person=voter_mention(vote),
        outcome=card_actions.outcome(vote.decision.kind).lower(),
        at=format_datetime(vote.at),
    )


def row_buttons(approval: Approval, request: ReviewRequest, row: int, *, truncated: bool) -> Block:
    """A button for each allowed decision and option. The block id changes with every version of the card.

    `truncated`: the card does not show all of the row, so there is a button that does.
    """
    buttons = _buttons(approval, request, row, truncated=truncated)
    line = [*buttons.decisions, *buttons.tools, *buttons.rejection, *buttons.answers]
    return _actions(approval, row, sorted(line, key=_fills_a_line))


def only_row_buttons(
    approval: Approval,
    request: ReviewRequest,
    *,
    truncated: bool,
    more: Sequence[Block] = (),
    details: Block | None = None,
) -> list[Block]:
    """The decisions in a block of their own, *Approve* first and *Reject* last, and what else there is below.

    *Details* is among the decisions where nothing else would be beside it.

    `more` are buttons of the whole card, `details` the button *Details* where `leaves_one_alone`.
    """
    buttons = _buttons(approval, request, 0, truncated=truncated)
    decisions = [*buttons.decisions, *buttons.rejection]
    first = [details] if details is not None and not truncated else []
    others = [*first, *buttons.tools, *more, *buttons.answers]
    if len(decisions) + len(others) <= _ONE_LINE:
        return [_actions(approval, 0, [*decisions, *others])]
    if len(others) == 1 and truncated and not request.rows[0].options:  # *Details*, alone on its line
        decisions, others = [*buttons.decisions, *others, *buttons.rejection], []
    lines = [decisions] if request.rows[0].options else button_lines(decisions)
    lines += button_lines(others)
    return [
        _actions(approval, 0, line, f":{number}" if number else "")
        for number, line in enumerate(lines)
        if line
    ]


def leaves_one_alone(approval: Approval, request: ReviewRequest, more: Sequence[Block]) -> bool:
    """Whether a button below the decisions would be alone on a phone; then *Details* goes beside it."""
    buttons = _buttons(approval, request, 0, truncated=False)
    decisions = [*buttons.decisions, *buttons.rejection]
    others = [*buttons.tools, *more, *buttons.answers]
    beside_others = [each for each in others if not _fills_a_line(each)]
    return len(beside_others) % 2 == 1 and len(decisions) + len(others) > _ONE_LINE


def _fills_a_line(element: Block) -> bool:
    return bool(element["type"] == "button") and fills_a_line(element)


@dataclass(frozen=True, kw_only=True)
class _Buttons:
    decisions: Sequence[Block]
    rejection: Sequence[Block]
    tools: Sequence[Block]  # that decide nothing, or more than this card
    answers: Sequence[Block]  # that the card does not offer, by a form


def _buttons(approval: Approval, request: ReviewRequest, row: int, *, truncated: bool) -> _Buttons:
    value = CardReference(approval_id=approval.id, row=row, digest=approval.digest_of(row)).pack()
    confirm = approval.rule(row).confirm or high_risk(request)
    asked = request.rows[row]
    wants_answer = DecisionKind.APPROVE not in asked.allowed
    buttons = {
        kind: _decision_button(
            kind,
            value,
            request,
            is_answer=kind is DecisionKind.RESPOND and wants_answer,
            confirm=confirm if kind is DecisionKind.APPROVE else None,
        )
        for kind in _BUTTON_ORDER
        if kind in asked.allowed
        and not (kind is DecisionKind.RESPOND and asked.options and kind not in asked.forms)
    }
    rejection = [buttons.pop(DecisionKind.REJECT)] if DecisionKind.REJECT in buttons else []
    tools = [*grant_buttons(approval, request, row, value)]
    if truncated:
        tools.append(button(card_actions.VIEW, _("Details"), value))
    if approval.votes_on(row).votes:
        tools.append(button(card_actions.WITHDRAW, _("Withdraw my vote"), value))
    answers = []
    if asked.update is not None:
        answers.append(button(card_actions.UPDATE, _(card_actions.UPDATE_LABEL), value))
    if asked.other is not None:
        answers.append(button(card_actions.OTHER, _(card_actions.OTHER_LABEL), value))
    if asked.cancellation is not None and len(request.rows) == 1:  # of several rows, it is the card's
        answers.append(button(card_actions.CANCEL_RUN, _(card_actions.CANCEL_RUN_LABEL), value))
    return _Buttons(
        decisions=[*buttons.values(), *option_elements(asked.options, value)],
        rejection=rejection,
        tools=tools,
        answers=answers,
    )


def high_risk(request: ReviewRequest) -> str | None:
    """The confirmation before approving a request that declares a high risk."""
    return (
        _("High risk: {title}").format(title=truncate_escaped(request.title, 200))
        if request.risk is Risk.HIGH
        else None
    )


def _actions(approval: Approval, row: int, elements: Sequence[Block], suffix: str = "") -> Block:
    """A menu carries no reference, since its options have no room for one: the block's id does."""
    block_id = f"row:{row}:{approval.version}{suffix}"
    if any(element["type"] != "button" for element in elements):
        reference = CardReference(approval_id=approval.id, row=row, digest=approval.digest_of(row)).pack()
        block_id += f":{reference}"
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
    return made | {"confirm": confirmation(confirm, _("Approve"))} if confirm else made
