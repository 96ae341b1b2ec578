"""Keeps secrets and forged lines out of the log: redacts secrets, escapes control characters."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from structlog.typing import EventDict, WrappedLogger

REDACTED = "[secret]"

_SECRET_NAME = re.compile(
    r"pass(?:word|wd|phrase)?$|secret|token$|api_?key|access_?key|private_?key|signing_?key|encryption_?key"
    r"|credential|authorization|^key$|_key$|^dsn$|cookie",
    re.IGNORECASE,
)
_MIN_VALUE_LENGTH = 8  # characters; a shorter value of a variable would blot out ordinary words

NAMED = (  # a value behind its name: password=x, "api_key": "x", Authorization: Bearer x
    r"(?i)(?P<name>[\"']?\b[\w.-]{0,40}(?:passwords?|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key"
    r"|private[_-]?key|client[_-]?secret|signing[_-]?key|credentials?|authorization|cookie)[\"']?\s{0,3}[=:]\s{0,3})"
    r"(?P<value>\"[^\"\r\n]{1,4000}\"|'[^'\r\n]{1,4000}'|(?:bearer|basic|token)\s+[^\s\"',;]{1,4000}"
    r"|[^\s\"',;&)\]}]{1,4000})"
)
FORMS = (
    (
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----"
        r"(?:.{0,20000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|.{0,20000})"
    ),
    r"\bxox[a-z](?:\.xox[a-z])?-[\w-]{6,}|\bxapp-[\w-]{6,}|\bxwfp-[\w-]{6,}",  # Slack
    r"https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers|actions|commands)/[\w/-]{6,}",
    r"\bsk-[\w-]{6,}|\b[sr]k_(?:live|test)_\w{8,}|\bwhsec_\w{8,}",  # OpenAI and its likes, Stripe
    r"\bgh[opusr]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{12,}",  # GitHub, GitLab
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{12,}\b",  # AWS
    r"\bAIza[\w-]{30,}|\bya29\.[\w-]{16,}|\bGOCSPX-[\w-]{16,}",  # Google
    r"\bSG\.[\w-]{16,}\.[\w-]{16,}|\bnpm_\w{30,}|\bpypi-[\w-]{16,}|\bhf_\w{16,}|\blsv2_\w{16,}|\bdop_v1_\w{16,}",
    r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]{0,2000})?",  # a JSON Web Token
    r"(?i:\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}",
    r"(?<=://)[^/\s:@\"']{0,400}:[^/\s@\"']{1,400}(?=@)",  # user:password in a URL
)

# Every text that one of the patterns matches has one of these in it, in lower case. The patterns are tried at
# each character of a text, which takes longer than everything else that a line of the log needs.
_MARKS = (
    *("-----begin", "xox", "xapp-", "xwfp-", "hooks.slack", "sk-", "sk_", "rk_", "whsec_", "://"),
    *("gho_", "ghp_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "akia", "asia", "abia", "acca"),
    *(
        "aiza",
        "ya29.",
        "gocspx-",
        "sg.",
        "npm_",
        "pypi-",
        "hf_",
        "lsv2_",
        "dop_v1_",
        "eyj",
        "bearer",
        "basic",
    ),
    *("passw", "passphrase", "pwd", "secret", "token", "key", "credential", "authorization", "cookie"),
)

_URL_PASSWORD = re.compile(r"://[^/\s:@]*:(?P<password>[^/\s@]+)@")
_KNOWN = re.compile("|".join(FORMS), re.DOTALL)
_NAMED_VALUE = re.compile(NAMED)
# Everything that a terminal obeys or that begins a new line somewhere; a tab is harmless.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CONTROL_IN_TRACEBACK = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


_hide: ContextVar[Callable[[str], str] | None] = ContextVar("hide", default=None)
_FRAME = re.compile(r'\s*File ".*", line \d+, in \S+')
_OWN_FIELDS = frozenset({"event", "level", "timestamp", "logger"})


@contextmanager
def hiding(clean: Callable[[str], str] | None) -> Iterator[None]:
    """What is logged in this context, also by the tasks and threads that it starts, is cleaned by `clean`."""
    token = _hide.set(clean)
    try:
        yield
    finally:
        _hide.reset(token)


def without_hidden(text: str) -> str:
    """A text of somebody else, such as an exception's, without what is hidden in this context.

    The lines that say where in the code it was keep their numbers.
    """
    clean = _hide.get()
    if clean is None:
        return text
    kept: list[str] = []
    block: list[str] = []
    for line in text.split("\n"):
        if _FRAME.fullmatch(line):
            kept += [*_cleaned(clean, block), line]
            block = []
        else:
            block.append(line)
    return "\n".join([*kept, *_cleaned(clean, block)])


def _cleaned(clean: Callable[[str], str], lines: list[str]) -> list[str]:
    """Cleaned together: what is hidden may have several lines."""
    return [clean("\n".join(lines))] if lines else []


def hide(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: hides in exceptions, in texts of ours, and in what other code logs.

    Ids and moments stay: a short number may be a part of one.
    """
    if _hide.get() is None:
        return event
    foreign = not event.get("_from_structlog", True)
    for key, value in event.items():
        ours = (key in _OWN_FIELDS and not (foreign and key == "event")) or key.endswith("_id")
        if isinstance(value, str) and not ours and not key.startswith("_"):
            event[key] = without_hidden(value)
    return event


class SecretRedactor:
    """Redacts secrets in texts: known forms, values behind a telling name, and those of the environment.

    `environment` are the variables of the process. The values of those whose name looks like a secret's are
    redacted wherever they stand, also percent-encoded parts of a URL's password.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        values = sorted(_secret_values(environment), key=len, reverse=True)
        self._plain = tuple(values)
        self._values = re.compile("|".join(map(re.escape, values)))

    def redact(self, text: str) -> str:
        """The text with each secret replaced by `[secret]`."""
        if any(value in text for value in self._plain):
            text = self._values.sub(REDACTED, text)
        if not may_hold_secret(text):
            return text
        text = _KNOWN.sub(REDACTED, text)
        return _NAMED_VALUE.sub(lambda found: f"{found['name']}{REDACTED}", text)

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """A structlog processor: redacts and escapes every value of the event, however deep."""
        for key, value in event.items():
            if key == "exception" and isinstance(value, str):
                event[key] = _indented(self.redact(value))
            elif not key.startswith("_"):
                event[key] = self._value(key, value)
        return event

    def _value(self, key: str, value: Any, depth: int = 0) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str | bytes) and value and _names_secret(key):
            return REDACTED
        if isinstance(value, str):
            return escape_control_characters(self.redact(value))
        if depth > 8:
            return escape_control_characters(self.redact(repr(value)))
        if isinstance(value, Mapping):
            return {
                escape_control_characters(self.redact(str(name))): self._value(str(name), item, depth + 1)
                for name, item in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value("", item, depth + 1) for item in value]
        return escape_control_characters(self.redact(str(value)))


def may_hold_secret(text: str) -> bool:
    """Whether one of the patterns can match. A false alarm costs time, and nothing else."""
    if not text.isascii():  # the patterns ignore case as Unicode does, where U+017F is an s and U+212A a k
        return True
    lowered = text.lower()
    return any(mark in lowered for mark in _MARKS)


@lru_cache(maxsize=1_000)
def _names_secret(key: str) -> bool:
    return _SECRET_NAME.search(key) is not None


def escape_control_characters(text: str) -> str:
    """The text on one line: line feeds and what a terminal would obey as `\\n`, `\\x1b`, `\\u202e`."""
    if text.isprintable():  # then it has none of them
        return text
    return _CONTROL.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def _indented(traceback: str) -> str:
    """A traceback whose lines all stand indented: none of them can pass for a line of the log."""
    return "\n".join(f"    {_CONTROL_IN_TRACEBACK.sub(_escaped, line)}" for line in traceback.split("\n"))


def _secret_values(environment: Mapping[str, str]) -> Iterable[str]:
    for name, value in environment.items():
        if _SECRET_NAME.search(name) and len(value) >= _MIN_VALUE_LENGTH:
            yield value
            # A list of keys, the new one before those that it replaced: each is a secret by itself.
            yield from (part for part in re.split(r"[\s,]+", value) if len(part) >= _MIN_VALUE_LENGTH)
        elif (found := _URL_PASSWORD.search(value)) and len(found["password"]) >= _MIN_VALUE_LENGTH:
            yield found["password"]
