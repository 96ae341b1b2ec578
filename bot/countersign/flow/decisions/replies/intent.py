"""Guesses what a message means, in English and Korean. Used only to word the question to its writer."""

import re
import unicodedata
from enum import StrEnum


class Intent(StrEnum):
    REJECTS = "rejects"
    APPROVES = "approves"
    ASKS = "asks"  # a question, not an answer
    UNCLEAR = "unclear"


_REJECTS = re.compile(
    r"^(?:no|nope|nah|don['’]?t|do not|never|stop|wait|hold on|not (?:yet|now|ok(?:ay)?|like this))\b"
    r"|\b(?:reject\w*|den(?:y|ied)|refus\w*|declin\w*|disapprov\w*|cancel (?:it|this|that))\b"
    r"|^(?:아니(?:요|오|야|에요)?|아뇨|안\s?돼|안\s?됩니다|안돼요|싫|노노|잠깐|잠시만|멈춰)"
    r"|(?:거절|거부|반려|반대|불가|취소해|하지\s?마)",
    re.IGNORECASE,
)
_APPROVES = re.compile(
    r"^(?:yes|yep|yeah|yup|sure|ok(?:ay)?|fine|lgtm|go ahead|do it|ship it|(?:sounds|looks|all) good|\+1)\b"
    r"|^(?::\+1:|:thumbsup:|:white_check_mark:|:ok_hand:|👍|✅|👌)"
    r"|\bapprov\w*"
    r"|^(?:네|넵|넹|예|응|어\s?그래|그래|좋아|좋습니다|좋네요|오케이|ㅇㅋ|ㅇㅇ|괜찮)"
    r"|(?:승인|진행해|진행하|동의|허가)",
    re.IGNORECASE,
)
_LOOKED_AT = 200  # characters
_FORMATTING = " \t\n*_~`\"'“”‘’"


def likely_intent(text: str) -> Intent:
    words = unicodedata.normalize("NFC", text).strip(_FORMATTING)
    if words.endswith(("?", "？")):
        return Intent.ASKS
    if _REJECTS.search(words[:_LOOKED_AT]):
        return Intent.REJECTS
    return Intent.APPROVES if _APPROVES.search(words[:_LOOKED_AT]) else Intent.UNCLEAR
