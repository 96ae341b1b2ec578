"""The phrases that the script knows, each turned into the tool calls that it asks for."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from countersign.demo.model.reply import Call
from countersign.demo.model.request import Conversation

QUOTED = re.compile(r"""(?<!\w)(?:"([^"]+)"|“([^”]+)”|`([^`]+)`|'(.+?)'(?!\w)|‘(.+?)’(?!\w))""", re.DOTALL)
PLACEHOLDER = re.compile("\0(\\d+)\0")  # for a quotation: no word inside one may match a phrase
CLAUSE_BREAK = re.compile(
    r"(?:[,;.]?\s+and|[,;.])\s+(?:then\s+)?(?=(?:post|invite|remind|ask|list|find|read)\b)", re.IGNORECASE
)
INDIRECT_QUESTION = re.compile(
    r"(?P<word>who|what|where|when|why|how)\s+(?P<subject>(?:the|a|an|our|my|your|this|these)\s+.+?)\s+"
    r"(?P<verb>is|are|was|were)",
    re.IGNORECASE,
)
NOW_IN_PROMPT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d\b")
DEFAULT_HOUR = 9

Phrase: TypeAlias = "tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Iterator[Call]]]"


def parse_calls(conversation: Conversation) -> Iterator[Call]:
    """Yield the calls that the last message asks for; nothing for words that the script does not know."""
    quotations: list[str] = []

    def replace_quotation(match: re.Match[str]) -> str:
        quotations.append(next(group for group in match.groups() if group is not None))
        return f"\0{len(quotations) - 1}\0"

    def restore_quotations(value: object) -> object:
        if isinstance(value, list):
            return [restore_quotations(item) for item in value]
        return PLACEHOLDER.sub(lambda placeholder: quotations[int(placeholder[1])], str(value)).strip()

    for clause in CLAUSE_BREAK.split(QUOTED.sub(replace_quotation, conversation.messages[-1].text)):
        for call in _calls(clause.strip(), _now(conversation)):
            arguments = {name: restore_quotations(value) for name, value in call.arguments.items()}
            yield Call(name=call.name, arguments=arguments)


def _calls(clause: str, now: datetime) -> Iterator[Call]:
    for pattern, calls in PHRASES:
        if match := pattern.search(clause):
            yield from calls(match, now)
            return


def _phrase(pattern: str) -> re.Pattern[str]:
    channel = r"(?P<channel><#\w+(?:\|[^>]*)?>|#[\w-]+)"
    return re.compile(pattern.replace("CHANNEL", channel), re.IGNORECASE | re.DOTALL)


def _post(match: re.Match[str], _now: datetime) -> Iterator[Call]:
    for one in POST_ONE.finditer(match["what"]):
        yield Call(name="post_message", arguments={"channel": one["channel"], "text": one["text"]})


def _invite(match: re.Match[str], _now: datetime) -> Iterator[Call]:
    people = [person for person in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", match["people"]) if person]
    yield Call(name="invite_to_channel", arguments={"channel": match["channel"], "people": people})


def _remind(match: re.Match[str], now: datetime) -> Iterator[Call]:
    arguments = {"channel": match["channel"], "text": match["text"], "at": _moment(match["when"], now)}
    yield Call(name="schedule_reminder", arguments=arguments)


def _ask(match: re.Match[str], _now: datetime) -> Iterator[Call]:
    words = _direct_question(match["query"].strip().rstrip("?."))
    query = words[0].upper() + words[1:] + "?"
    yield Call(name="human_assistance", arguments={"query": query})


def _direct_question(words: str) -> str:
    """`where the keys are` as `where are the keys`; anything else as it is."""
    indirect = INDIRECT_QUESTION.fullmatch(words)
    return f"{indirect['word']} {indirect['verb']} {indirect['subject']}" if indirect else words


def _list(_match: re.Match[str], _now: datetime) -> Iterator[Call]:
    yield Call(name="list_channels", arguments={})


def _read(match: re.Match[str], _now: datetime) -> Iterator[Call]:
    yield Call(name="read_channel", arguments={"channel": match["channel"]})


def _find(match: re.Match[str], _now: datetime) -> Iterator[Call]:
    yield Call(name="find_person", arguments={"name": match["name"]})


POST_ONE = _phrase(r"(?P<text>\S.*?)\s+(?:to|in)\s+CHANNEL(?:\s*,)?(?:\s+and\b)?\s*")
WHEN = r"tomorrow(?:\s+(?:at\s+)?\d{1,2}(?::\d\d)?)?|in\s+\d+\s+(?:minute|hour|day)s?|(?:at\s+)?\d{4}-\S+"
PHRASES: tuple[Phrase, ...] = (
    (_phrase(r"\bpost\s+(?P<what>\S.*)"), _post),
    (_phrase(r"\binvite\s+(?P<people>\S.*?)\s+to\s+CHANNEL"), _invite),
    (
        _phrase(rf"\bremind\s+CHANNEL\s+(?P<when>{WHEN})(?:\s*:|,|\s+to\b|\s+that\b)?\s+(?P<text>\S.*)"),
        _remind,
    ),
    (
        _phrase(r"\bask\s+(?:someone|somebody|a person|the team|us|me)(?:\s+here)?[\s,:]+(?P<query>\S.*)"),
        _ask,
    ),
    (_phrase(r"\b(?:list|which|what)\s+(?:the\s+|our\s+)?channels\b"), _list),
    (_phrase(r"\b(?:read|news? in)\s+CHANNEL"), _read),
    (_phrase(r"\b(?:find|who is)\s+(?P<name>[^?]+)"), _find),
)


def _now(conversation: Conversation) -> datetime:
    """Take the time from the prompt, as a real model would: the reply follows from the conversation."""
    for message in conversation.messages:
        if message.role in ("system", "developer") and (match := NOW_IN_PROMPT.search(message.text)):
            return datetime.fromisoformat(match[0]).replace(tzinfo=UTC)
    return datetime.now(UTC)


def _moment(when: str, now: datetime) -> str:
    words = when.lower()
    if match := re.fullmatch(r"in\s+(\d+)\s+(minute|hour|day)s?", words):
        return (now + timedelta(**{f"{match[2]}s": int(match[1])})).isoformat(timespec="minutes")
    if match := re.fullmatch(r"tomorrow(?:\s+(?:at\s+)?(\d{1,2})(?::(\d\d))?)?", words):
        hour, minute = int(match[1] or DEFAULT_HOUR), int(match[2] or 0)
        # Without an offset: that hour where the person is who asks.
        return f"{now + timedelta(days=1):%Y-%m-%d}T{hour:02}:{minute:02}:00"
    return when.removeprefix("at ").strip()
