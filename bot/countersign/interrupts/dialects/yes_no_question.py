"""Infers from a question's English words which kind of answer it wants."""

import re
from enum import Enum

_YES_NO_CHOICE = re.compile(
    r"[\[(<]\s*(?:y|yes|true|approve)\s*[/|,]\s*(?:n|no|false|reject)\s*[\])>]|\byes[ /]+(?:or +)?no\b",
    re.IGNORECASE,
)
_ASKS_FOR_WORDS = re.compile(
    r"(?:^|[.!,:;\n]\s*|\bplease\s+)(?:and\s+|so\s+|but\s+|in\s+|at\s+|to\s+|for\s+|by\s+)?"
    r"(?:what|which|who|whom|whose|when|where|why|how|please\s+enter|enter|provide|type|describe|name|list|tell"
    r"|say|give|specify|explain|write|state|choose|pick|select|fill|add|correct|clarify)\b",
    re.IGNORECASE,
)
_ASKS_FOR_YES = re.compile(
    r"(?:^|[.!\n]\s+)(?:please\s+)?"
    r"(?:(?:do|does|did|is|are|was|were|am|can|could|may|might|should|shall|will|would|have|has|must)\s+\S+"
    r"|ok(?:ay)?|approve|approved|confirm|proceed|continue|accept|allow|authori[sz]e|permit|grant|go\s+ahead"
    r"|ready\s+to|sure)\b",
    re.IGNORECASE,
)
_ASKS_TO_ACT = re.compile(
    r"^(?:please\s+)?(?:apply|archive|book|buy|cancel|charge|close|commit|create|delete|deploy|disable|drop"
    r"|email|enable|execute|forward|install|invite|issue|kill|launch|lock|merge|move|open|order|overwrite|pay"
    r"|post|promote|publish|purchase|push|put|reboot|refund|release|remove|rename|replace|reset|restart|restore"
    r"|retry|revert|roll|run|save|schedule|sell|send|ship|shut|start|stop|submit|transfer|update|upgrade|upload"
    r"|use|wipe)\b.*\?\s*$",
    re.IGNORECASE | re.DOTALL,
)


class Wanted(Enum):
    YES_OR_NO = "yes or no"  # "Do you approve?", "Ship it?", "Continue (y/n)"
    WORDS = "words"  # "Which city?", "Please enter your name"
    UNCLEAR = "unclear"  # "Your name?", and any other language


def wanted_answer(text: str) -> Wanted:
    """What the end of the text, up to 2,000 characters of it, asks for."""
    text = text[-2000:].strip()
    if _YES_NO_CHOICE.search(text):
        return Wanted.YES_OR_NO
    if _ASKS_FOR_WORDS.search(text):
        return Wanted.WORDS
    return Wanted.YES_OR_NO if _ASKS_FOR_YES.search(text) or _ASKS_TO_ACT.search(text) else Wanted.UNCLEAR
