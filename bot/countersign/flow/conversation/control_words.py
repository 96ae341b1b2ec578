"""The words with which a person controls a conversation. They are never passed to an agent."""

import unicodedata
from enum import StrEnum


class ControlWord(StrEnum):
    STOP = "stop"
    RESET = "reset"


_WORDS = {
    **dict.fromkeys(("stop", "중지", "정지", "그만", "멈춰"), ControlWord.STOP),
    **dict.fromkeys(("reset", "초기화", "리셋"), ControlWord.RESET),
}
_AROUND = " \t\n*_`\"'“”‘’.!"


def control_word(text: str) -> ControlWord | None:
    """The control word that the message consists of, ignoring case, formatting and a final mark."""
    if len(text) > 40:
        return None
    return _WORDS.get(unicodedata.normalize("NFKC", text).strip(_AROUND).casefold())
