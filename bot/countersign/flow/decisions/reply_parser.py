"""A reply in a thread where exactly one approval waits: is it a decision, and which?"""

import re

from countersign.approvals.decision import Decision, DecisionKind
from countersign.interrupts import ReviewRequest

_APPROVE = frozenset(
    {"approve", "approved", "yes", "y", "ok", "okay", "accept", "go ahead", "lgtm", "do it"}
    | {"yep", "yeah", "yes please", "sure", "looks good", "ship it", "+1"}
    | {":+1:", ":white_check_mark:", ":thumbsup:", "👍", "✅"}
)
_QUESTION_DIALECTS = frozenset({"question", "assistance", "response_schema"})  # dialects that want an answer
_REPLY_WORDS = ((DecisionKind.APPROVE, "`approve`"), (DecisionKind.REJECT, "`reject` with a reason"))
_PAUSE = r"\s*[:,.]\s*|\s+[\-–—]\s+|\s*$"
_REJECT = re.compile(
    rf"(?:(?:reject(?:ed)?|deny|denied|decline|:-1:|:x:|-1|👎|❌)(?:{_PAUSE}|\s+)"
    # "no idea" and "no-one knows" decide nothing.
    rf"|(?:no|nope|n)(?:{_PAUSE}|\s+(?=because\b)))(?P<reason>.*)",
    re.IGNORECASE | re.DOTALL,
)


def parse_reply(text: str, request: ReviewRequest) -> Decision | None:
    """The decision that this reply is, or None when it is none. Raises FormValidationError for a bad answer.

    A question takes any reply as its answer, if one field holds it; an approval takes `approve`,
    `reject <reason>` and their plain synonyms, standing alone: "yes, but only half" approves nothing.
    """
    if len(request.rows) != 1:
        return None
    row, words = request.rows[0], text.strip()
    if request.dialect in _QUESTION_DIALECTS and DecisionKind.APPROVE not in row.allowed:
        return row.reply(DecisionKind.RESPOND, words) if words else None
    if DecisionKind.APPROVE in row.allowed and words.rstrip(".! ").casefold() in _APPROVE:
        return Decision(kind=DecisionKind.APPROVE)
    rejection = _REJECT.fullmatch(words)
    if DecisionKind.REJECT in row.allowed and rejection:
        return Decision(kind=DecisionKind.REJECT, message=rejection["reason"].strip() or None)
    return None


def reply_hint(request: ReviewRequest) -> str:
    """How to decide it in words, to be put behind "Use the card"; nothing where words decide nothing."""
    allowed = request.rows[0].allowed if len(request.rows) == 1 else frozenset()
    words = [text for kind, text in _REPLY_WORDS if kind in allowed]
    return f", or reply {' or '.join(words)}" if words else ""
