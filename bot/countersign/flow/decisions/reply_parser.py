"""A reply in a thread where exactly one approval waits: is it a decision, and which?"""

import re

from countersign.approvals.decision import Decision, DecisionKind
from countersign.interrupts import ReviewRequest, ReviewRow

_APPROVE = re.compile(r"approved?", re.IGNORECASE)
_REJECT = re.compile(r"reject(?:ed)?(?:(?:\s*[:,.]|\s+[-–—])?\s+(?P<reason>.*))?", re.IGNORECASE | re.DOTALL)
_SIGN = re.compile(
    r"[\s*_`\"'“”„‟‘’‚«»‹›]"  # formatting and quotation marks; what is struck through is taken back
    r"|[\U0001F000-\U0001FAFF\u2190-\u21FF\u2300-\u27BF\u2900-\u297F\u2B00-\u2BFF\u3030\u303D\u3297\u3299\u00A9\u00AE]"
    r"|[\u200D\u20E3\uFE0F]"
)
_EMOJI_NAME = re.compile(r":[a-z0-9_+'-]{1,60}:")  # a skin tone is a name of its own
_LONGEST_NAME = 62
_AGAINST = re.compile(
    r":(?:-1|thumbsdown|x|no|no_\w+|stop\w*|octagonal_sign|negative\w*|question|grey_question|interrobang|thinking\w*"
    r"|raised_hand|hand|warning|prohibited|cross_mark|face_with_raised_eyebrow|shrug|person_shrugging|man-shrugging"
    r"|woman-shrugging|man-gesturing-no|woman-gesturing-no|middle_finger|hourglass\w*|construction|skull\w*):"
    r"|[👎❌✖❎🚫⛔🛑❓❔⁉🤔✋🖐⚠🤨🤷🙅🖕⏳⌛🚧☠💀]"
)
"""Emoji that say no, or that doubt: beside them no word approves."""
_TRIES = re.compile(
    r"\b(?:approv|reject|den[iy])|^(?:yes|yep|no|nope|ok|okay|lgtm|go ahead|do it)\b", re.IGNORECASE
)


def parse_reply(text: str, request: ReviewRequest) -> Decision | None:
    """The decision that this reply is, or None when it is none. Raises FormValidationError for a bad answer.

    A plain question is answered by any reply that its form takes. Anything else is decided by `approve`,
    `approved`, `reject` and `rejected`, alone or, of the last two, with a reason. No other words count:
    "yes, but only half" approves nothing. Emoji and formatting around the words change nothing, but an emoji
    that says no or doubts keeps a word from approving.
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


def seems_to_decide(text: str) -> bool:
    """Whether its writer may believe to have decided something, although no word of it counts."""
    return _TRIES.search(_stripped(text)[:200]) is not None or _EMOJI_NAME.match(text.strip()) is not None


def _decided_in_words(words: str, row: ReviewRow) -> Decision | None:
    bare = _bare(words)
    if _APPROVE.fullmatch(bare):
        return None if _AGAINST.search(words) else _approval(row)
    rejection = _REJECT.fullmatch(bare) or _REJECT.fullmatch(words)
    if rejection:
        return _rejection(row, (rejection["reason"] or "").strip() or None)
    return None


def _bare(words: str) -> str:
    """Without the formatting, quotation marks and emoji around the words, and one final mark."""
    bare = _stripped(words)
    return _stripped(bare[:-1]) if bare[-1:] in {".", "!"} else bare


def _stripped(words: str) -> str:
    start, end = 0, len(words)
    while start < end and (found := _SIGN.match(words, start) or _EMOJI_NAME.match(words, start)):
        start = found.end()
    while start < end and (found := _SIGN.match(words, end - 1) or _name_before(words, start, end)):
        end = found.start()
    return words[start:end]


def _name_before(words: str, start: int, end: int) -> re.Match[str] | None:
    """The emoji's name that ends here."""
    if words[end - 1] != ":":
        return None
    opening = words.rfind(":", max(start, end - _LONGEST_NAME), end - 1)
    return _EMOJI_NAME.fullmatch(words, opening, end) if opening >= 0 else None


def _approval(row: ReviewRow) -> Decision | None:
    if DecisionKind.APPROVE in row.allowed:
        return Decision(kind=DecisionKind.APPROVE)
    return row.choose_by_label(("approve", "approved"))


def _rejection(row: ReviewRow, reason: str | None) -> Decision | None:
    if DecisionKind.REJECT in row.allowed:
        return Decision(kind=DecisionKind.REJECT, message=reason)
    return None if reason else row.choose_by_label(("reject", "rejected"))
