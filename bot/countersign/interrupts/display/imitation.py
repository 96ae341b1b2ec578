"""Words of an agent that look like the bot's own: "✅ Approved by Bob", "Approval needed: ...".

They stay, and are set apart where they are shown. Letters of other alphabets, emphasis also within a word,
headings, links, emoji, case, a label in front ("Decision: ...") and a sentence before it do not matter.
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
_SENTENCE = r"(?:^|[.!?;:|·…—–)]\s|\p{Extended_Pictographic}\ufe0f?|:[\w+'-]{1,60}:)"
_VERB = r"(?:approved|rejected|declined|denied|cancel+ed|countersigned|authori[sz]ed|signed off on)"
_NAME = r"@?\w[\w.'’-]*(?: \w[\w.'’-]*)?"
_OURS = regex.compile(
    rf"{_SENTENCE}{_ORNAMENT}(?:{_LABEL}{_ORNAMENT}){{0,3}}(?:"
    rf"(?:auto[- ]?)?(?:approved|rejected|edited|answered|responded|withdrawn|cancel+ed|expired){_BY_OR_END}"
    r"|(?:approval|answer) needed\b|not used\b|(?:1 |one )?approval(?:s)? (?:granted|given)\b|break glass\b"
    r"|(?:the )?run (?:was |is )?cancel+ed\b"
    r"|this run stopped\b|(?:requested|asked) (?:today|yesterday|(?:at |on )?(?:\w{3,9}\.? )?\d)|digest \(\w+"
    r"|error id\b|rule: |can be undone until\b|written by the agent\b"
    r"|this thread waits for\b|the decision stands\b"
    rf"|{_NAME}(?: (?:has|have|had|just|already|also))* {_VERB} (?:this|it|that|these)\b"
    rf"|{_NAME} is looking\b)",
    regex.IGNORECASE,
)


def imitates_decision(line: str) -> bool:
    """Whether a line, or a sentence in it, begins with what the bot says about approvals."""
    plain = _without_markup(unicodedata.normalize("NFKC", html.unescape(line)))[:_MAX_LENGTH]
    letters = "".join(ascii_lookalike(each) or each for each in plain)
    return _OURS.search(plain) is not None or _OURS.search(letters) is not None


def _without_markup(line: str) -> str:
    """The line about as it is read: Markdown's marks, invisible characters and combining marks removed."""
    without_links: str = _LINK.sub(r"\1", line)
    without_marks: str = _MARKS.sub("", without_links)
    return " ".join(without_marks.split())
