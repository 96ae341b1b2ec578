"""What an edit changed, value by value: before and after, and a line diff where the text is long."""

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.votes.vote import Vote
from countersign.i18n import N_, _, ngettext
from countersign.interrupts import (
    UNSET,
    Change,
    JsonOrUnset,
    Part,
    ReviewRow,
    escape_invisible,
    json_diff,
    place_label,
    sections,
)
from countersign.interrupts.json_values.pointer import split
from countersign.slack.block_kit.builders import SECTION_LIMIT, Block, context_block, section
from countersign.slack.block_kit.escaping import bold, code, code_block, escaped_length
from countersign.slack.cards.values.changed_words import marked_diff
from countersign.slack.cards.values.payload import BlockBudget

_INLINE_LIMIT = 80
_MIN_EXCERPT = 300  # characters below which an excerpt of a change is useless
_LABEL_LIMIT = 100
_NO_CHANGES = N_("Nothing was changed.")


def edit_changes(row: ReviewRow, vote: Vote) -> tuple[Change, ...]:
    """Every value that the edit changed; empty for a vote that is not an edit."""
    if vote.decision.kind is not DecisionKind.EDIT:
        return ()
    return json_diff(original_value(row), vote.decision.value)


def state_changes(approval: Approval, vote: Vote) -> tuple[Change, ...]:
    """Every field of the graph's state that the vote changes."""
    state = vote.decision.state or {}
    before = {name: approval.state_before[name] for name in state if name in approval.state_before}
    return json_diff(before, dict(state))


def original_value(row: ReviewRow) -> Json:
    """What the edit form was prefilled with."""
    form = row.forms.get(DecisionKind.EDIT)
    return {} if form is None or form.base is UNSET else form.base


def edit_diff_blocks(changes: tuple[Change, ...], budget: BlockBudget) -> list[Block]:
    """Every change that fits, and how many more there are."""
    if not changes:
        return [context_block(_(_NO_CHANGES))]
    blocks: list[Block] = []
    used = 0
    for at, change in enumerate(changes):
        text = _change_text(change, max(budget.chars - used, _MIN_EXCERPT))
        used += len(text)
        if at >= budget.blocks or (used > budget.chars and at):
            blocks.append(context_block(more_changes(len(changes) - at)))
            break
        blocks.append(section(text))
    return blocks


def state_change_blocks(approval: Approval, vote: Vote, budget: BlockBudget) -> list[Block]:
    """What the vote changes of the graph's state, under a heading; nothing for most votes."""
    changes = state_changes(approval, vote)
    return [section(_("*Changed in the state:*")), *edit_diff_blocks(changes, budget)] if changes else []


def inline_diff(changes: tuple[Change, ...], limit: int) -> str:
    """The changes in few lines of mrkdwn, at most about `limit` characters, and how many more there are."""
    if not changes:
        return _(_NO_CHANGES)
    lines: list[str] = []
    used = 0
    for at, change in enumerate(changes):
        text = _change_text(change, max(limit - used, _MIN_EXCERPT // 2), separator=" ")
        used += len(text)
        if used > limit and at:
            return "\n".join([*lines, f"_{more_changes(len(changes) - at)}_"])
        lines.append(text)
    return "\n".join(lines)


def more_changes(count: int) -> str:
    return ngettext("and {count} more change", "and {count} more changes", count).format(count=count)


def _change_text(change: Change, chars: int, *, separator: str = "\n") -> str:
    """`separator` is what stands between the label and a change that fits on one line."""
    path = place_label(change.pointer)
    label = bold(path[:_LABEL_LIMIT] or _("Text"))
    if change.line_diff is not None:
        return f"{label}\n{_diff_text(escape_invisible(change.line_diff), chars)}"
    key = next(iter(split(change.pointer)[-1:]), "")
    before, after = _value_text(change.before, key), _value_text(change.after, key)
    if len(before) + len(after) <= _INLINE_LIMIT and "\n" not in before + after:
        values = f"{_inline_value(change.before, before)} → {_inline_value(change.after, after)}"
        return f"{label}{separator}{values}"
    lines = [f"- {line}" for line in before.split("\n")] + [f"+ {line}" for line in after.split("\n")]
    return f"{label}\n{_diff_text(chr(10).join(lines), chars)}"


def _diff_text(diff: str, chars: int) -> str:
    marked = marked_diff(diff)
    fits = marked is not None and len(marked) <= min(SECTION_LIMIT - 700, chars)
    return marked if marked is not None and fits else _truncated_code_block(diff, chars)


def _inline_value(value: JsonOrUnset, text: str) -> str:
    return _("_not set_") if value is UNSET else code(text)


def _value_text(value: JsonOrUnset, key: str) -> str:
    if value is UNSET:
        return _("⟨not set⟩")
    part = Part(label=key if len(key) < _LABEL_LIMIT else "", value=value)
    return "".join(piece.text for piece in sections((part,), 100_000))


def _truncated_code_block(text: str, chars: int) -> str:
    limit = min(SECTION_LIMIT - 700, chars)
    if escaped_length(text) <= limit:
        return code_block(text)
    prefix = text[:limit]
    while escaped_length(prefix) > limit:
        prefix = prefix[: len(prefix) * limit // escaped_length(prefix)]
    more = _("_… and {count:,} more characters_").format(count=len(text) - len(prefix))
    return f"{code_block(prefix)}\n{more}"
