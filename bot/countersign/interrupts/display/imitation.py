"""Words of an agent that look like the bot's own: "✅ Approved by Bob", "Approval needed: ...".

They stay, and are set apart where they are shown. Letters of other alphabets, emphasis, headings, emoji and
case do not matter.
"""

import unicodedata

import regex

from countersign.interrupts.display.visible_text.confusables import ascii_lookalike

_LONGEST = 400  # characters of a line that are looked at
_ORNAMENT = (
    r"(?:[\s#>*_~|`\"'“”.()\[\]-]|\d{1,3}[.)]\s|\p{Extended_Pictographic}|[\u200d\ufe0f]|:[\w+'-]{1,60}:)*"
)
_BY_OR_END = r"(?=[\s*_~`]*(?:by\b|[.:·!,|@—–-]|on\b|at\b|$))"
_OURS = regex.compile(
    rf"{_ORNAMENT}(?:"
    rf"(?:auto[- ]?)?(?:approved|rejected|edited|answered|responded|withdrawn|cancel+ed|expired){_BY_OR_END}"
    r"|(?:approval|answer) needed\b|not used\b|(?:1 |one )?approval(?:s)? (?:granted|given)\b|break glass\b"
    r"|this run stopped\b|(?:requested|asked) (?:today|yesterday|at \d)|digest \(sha|error id\b"
    r"|this thread waits for\b|the decision stands\b)",
    regex.IGNORECASE,
)


def imitates_decision(line: str) -> bool:
    """Whether a line begins with what the bot says about approvals."""
    plain = unicodedata.normalize("NFKC", line[:_LONGEST])
    letters = "".join((ascii_lookalike(each) or each) for each in plain if unicodedata.category(each) != "Mn")
    return _OURS.match(plain) is not None or _OURS.match(letters) is not None
