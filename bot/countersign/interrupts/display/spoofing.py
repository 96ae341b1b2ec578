"""Detects text of an agent that poses as the bot's own: "✅ Approved by Bob", "Approval needed: ...".

Such text is shown as a quotation, not removed. Letters of other alphabets, emphasis also within a word,
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
# The same in the words of the Korean catalogue: "승인됨: @bob", "밥 님이 승인했습니다".
_DECIDED_KOREAN = r"(?:자동 ?)?(?:수정 ?후 ?)?(?:승인|거절|거부|반려|답변|수정|만료|취소|철회)"
_OURS_KOREAN = regex.compile(
    rf"{_SENTENCE}{_ORNAMENT}(?:(?:결정|상태|결과|검토|승인|요청|메모)[\s)\]]*[:=—–-]{_ORNAMENT}){{0,3}}(?:"
    rf"{_DECIDED_KOREAN}(?:됨|(?:이|가)? ?(?:완료|되었|됐|했|하였))"
    r"|(?:승인|답변) ?필요\b|사용되지 ?않음|비상 ?승인|실행이? ?(?:취소|중단)(?:됨|되었|됐)"
    r"|오류 ?ID\b|규칙: |에이전트가 ?작성|질문 · |요청 · "
    rf"|{_NAME} ?(?:님)?(?:이|가|께서|의)? ?(?:(?:이미|방금|단독으로|이를|이것을) )*"
    rf"(?:{_DECIDED_KOREAN}(?:했|하였|함)|(?:단독으로 )?결정했|요청 · |질문 · ))"
)


def spoofs_decision(line: str) -> bool:
    """Whether a line, or a sentence in it, begins with what the bot says about approvals."""
    plain = _without_markup(unicodedata.normalize("NFKC", html.unescape(line)))[:_MAX_LENGTH]
    letters = "".join(ascii_lookalike(each) or each for each in plain)
    return any(pattern.search(text) for pattern in (_OURS, _OURS_KOREAN) for text in (plain, letters))


def _without_markup(line: str) -> str:
    """The line about as it is read: Markdown's marks, invisible characters and combining marks removed."""
    without_links: str = _LINK.sub(r"\1", line)
    without_marks: str = _MARKS.sub("", without_links)
    return " ".join(without_marks.split())
