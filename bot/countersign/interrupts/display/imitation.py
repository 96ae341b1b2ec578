"""Words of an agent that look like the bot's own: "✅ Approved by Bob", "Approval needed: ...".

They stay, and are set apart where they are shown. Letters of other alphabets, emphasis also within a word,
headings, links, emoji, case and a label in front ("Decision: ...") do not matter.
"""

import html
import unicodedata

import regex

from countersign.interrupts.display.visible_text.confusables import ascii_lookalike

_MAX_LENGTH = 400  # characters of a line that are looked at, once its markup is removed
_LINK = regex.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])")
_MARKS = regex.compile(r"[*_~`\\\p{Cf}\p{Mn}]|⟨U\+[0-9A-F]{4,6}⟩|</?\w{1,10}>")
_ORNAMENT = (
    r"(?:[\s#>*_~|`\"'“”.()\[\]-]|\d{1,3}[.)]\s|\p{Extended_Pictographic}|[\u200d\ufe0f]|:[\w+'-]{1,60}:)*"
)
_BY_OR_END = r"(?=[\s\])\"'“”\p{Extended_Pictographic}]*(?:by\b|[.:·!,|@(—–-]|on\b|at\b|$))"
_LABEL = (
    r"(?:(?:the|final|your|this|bot) ){0,2}"
    r"(?:decision|status|state|result|outcome|verdict|review|approval|update|note|request|countersign)"
    r"[\s)\]]*[:=—–-]"
)
_OURS = regex.compile(
    rf"{_ORNAMENT}(?:{_LABEL}{_ORNAMENT}){{0,3}}(?:"
    rf"(?:auto[- ]?)?(?:approved|rejected|edited|answered|responded|withdrawn|cancel+ed|expired){_BY_OR_END}"
    r"|(?:approval|answer) needed\b|not used\b|(?:1 |one )?approval(?:s)? (?:granted|given)\b|break glass\b"
    r"|this run stopped\b|(?:requested|asked) (?:today|yesterday|at \d)|digest \(sha|error id\b"
    r"|this thread waits for\b|the decision stands\b)",
    regex.IGNORECASE,
)


def imitates_decision(line: str) -> bool:
    """Whether a line begins with what the bot says about approvals."""
    plain = _without_markup(unicodedata.normalize("NFKC", html.unescape(line)))[:_MAX_LENGTH]
    letters = "".join(ascii_lookalike(each) or each for each in plain)
    return _OURS.match(plain) is not None or _OURS.match(letters) is not None


def _without_markup(line: str) -> str:
    """The line about as it is read: Markdown's marks, invisible characters and combining marks removed."""
    without_links: str = _LINK.sub(r"\1", line)
    without_marks: str = _MARKS.sub("", without_links)
    return " ".join(without_marks.split())
