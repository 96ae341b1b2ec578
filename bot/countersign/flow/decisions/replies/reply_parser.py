"""A reply in a thread where exactly one approval waits: is it a decision, and which?"""

import re

from countersign.approvals.decision import Decision, DecisionKind
from countersign.interrupts import ReviewRequest, ReviewRow

_REJECT = re.compile(r"reject(?:ed)?(?:(?:\s*[:,.]|\s+[-–—])?\s+(?P<reason>.*))?", re.IGNORECASE | re.DOTALL)
_FORMATTING = r"[\s*_`\"'“”„‟‘’‚«»‹›]"  # and quotation marks; what is struck through is taken back
_SIGN = re.compile(
    rf"{_FORMATTING}"
    r"|[\U0001F000-\U0001FAFF\u2190-\u21FF\u2300-\u27BF\u2900-\u297F\u2B00-\u2BFF\u3030\u303D\u3297\u3299\u00A9\u00AE]"
    r"|[\u200D\u20E3\uFE0F]"
)
_EMOJI_NAME = re.compile(r":[a-z0-9_+'-]{1,60}:")  # a skin tone is a name of its own
_MAX_NAME_LENGTH = 62
_AGREEING = (
    r":(?:\+1|thumbsup|skin-tone-[2-6]|white_check_mark|heavy_check_mark|ballot_box_with_check|ok_hand|ok|tada|rocket"
    r"|pray|clap|raised_hands|100|muscle|heart|smile|smiley|slightly_smiling_face|grinning|grin|blush|relaxed):"
    r"|[👍✅✔☑👌🆗🎉🚀🙏👏🙌💯💪❤♥😄😃🙂😀😁😊☺\U0001F3FB-\U0001F3FF\uFE0F]"
)
"""The emoji that agree. Nobody can list those that do not: a workspace names its own."""
_BESIDE = rf"(?:{_FORMATTING}|{_AGREEING})*"
_APPROVE = re.compile(rf"{_BESIDE}(?i:approved?){_BESIDE}(?:[.!]{_BESIDE})?")
_TRIES = re.compile(
    r"\b(?:approv|reject|den[iy])|^(?:yes|yep|no|nope|ok|okay|lgtm|go ahead|do it)\b", re.IGNORECASE
)


def parse_reply(text: str, request: ReviewRequest) -> Decision | None:
    """The decision that this reply makes; None if it makes none. Raises FormValidationError for a bad answer.

    A plain question is answered by any reply that its form takes. Anything else is decided by `approve`,
    `approved`, `reject` and `rejected`, alone or, of the last two, with a reason. No other words count:
    "yes, but only half" approves nothing. Formatting and emoji around the words change nothing, but beside
    an approval only emoji that agree.
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


def is_deciding_word(text: str) -> bool:
    """Whether it consists of a deciding word only."""
    words = text.strip()
    rejection = _REJECT.fullmatch(_bare(words)) if words else None
    return _APPROVE.fullmatch(words) is not None or (rejection is not None and not rejection["reason"])


def seems_to_decide(text: str) -> bool:
    """Whether its writer may believe that it decided, although it did not."""
    return _TRIES.search(_stripped(text)[:200]) is not None or _EMOJI_NAME.match(text.strip()) is not None


def _decided_in_words(words: str, row: ReviewRow) -> Decision | None:
    if _APPROVE.fullmatch(words):
        return _approval(row)
    bare = _bare(words)
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
    opening = words.rfind(":", max(start, end - _MAX_NAME_LENGTH), end - 1)
    return _EMOJI_NAME.fullmatch(words, opening, end) if opening >= 0 else None


def _approval(row: ReviewRow) -> Decision | None:
    if DecisionKind.APPROVE in row.allowed:
        return Decision(kind=DecisionKind.APPROVE)
    return row.choose_by_label(("approve", "approved"))


def _rejection(row: ReviewRow, reason: str | None) -> Decision | None:
    if DecisionKind.REJECT in row.allowed:
        return Decision(kind=DecisionKind.REJECT, message=reason)
    return None if reason else row.choose_by_label(("reject", "rejected"))
