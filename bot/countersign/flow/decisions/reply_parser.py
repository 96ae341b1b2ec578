"""A reply in a thread where exactly one approval waits: is it a decision, and which?"""

import re

from countersign.approvals.decision import Decision, DecisionKind
from countersign.interrupts import ReviewRequest, ReviewRow

_APPROVE = re.compile(r"approved?", re.IGNORECASE)
_REJECT = re.compile(r"reject(?:ed)?(?:(?:\s*[:,.]|\s+[-–—])?\s+(?P<reason>.*))?", re.IGNORECASE | re.DOTALL)
_MARKUP = "*_~` "


def parse_reply(text: str, request: ReviewRequest) -> Decision | None:
    """The decision that this reply is, or None when it is none. Raises FormValidationError for a bad answer.

    A plain question is answered by any reply that its form takes. Anything else is decided by `approve`,
    `approved`, `reject` and `rejected`, alone or, of the last two, with a reason. No other words count:
    "yes, but only half" approves nothing.
    """
    if len(request.rows) != 1:
        return None
    row, words = request.rows[0], text.strip()
    if not words:
        return None
    decided = _decided_in_words(words, row)
    if request.answered_by_reply and (decided is None or DecisionKind.APPROVE not in row.allowed):
        return row.reply(words)
    return decided


def _decided_in_words(words: str, row: ReviewRow) -> Decision | None:
    if _APPROVE.fullmatch(_bare(words)):
        return _approval(row)
    rejection = _REJECT.fullmatch(_bare(words)) or _REJECT.fullmatch(words)
    if rejection:
        return _rejection(row, (rejection["reason"] or "").strip() or None)
    return None


def _bare(words: str) -> str:
    """Without the emphasis around the words, and one final full stop or exclamation mark."""
    bare = words.strip(_MARKUP)
    return bare[:-1].strip(_MARKUP) if bare[-1:] in {".", "!"} else bare


def _approval(row: ReviewRow) -> Decision | None:
    if DecisionKind.APPROVE in row.allowed:
        return Decision(kind=DecisionKind.APPROVE)
    return row.choose_by_label(("approve", "approved"))


def _rejection(row: ReviewRow, reason: str | None) -> Decision | None:
    if DecisionKind.REJECT in row.allowed:
        return Decision(kind=DecisionKind.REJECT, message=reason)
    return None if reason else row.choose_by_label(("reject", "rejected"))
