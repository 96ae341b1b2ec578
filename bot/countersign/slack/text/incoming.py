"""What a person typed, from the text of their message: Slack's markup as words, escapes undone.

A person, channel or user group becomes `@U0...`, `#C0...` or `@S0...`, of which `names` makes
`@Bob Berger (U0...)`.
https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from datetime import UTC, datetime

_REFERENCE = re.compile(r"<([@#!])([^<>|]*)(?:\|([^<>]*))?>")
_LINK = re.compile(r"<((?:https?|mailto|tel):[^<>|]*)(?:\|([^<>]*))?>")


def readable(text: str) -> str:
    """The message as its writer saw it, links unwrapped."""
    words = _LINK.sub(_link, _REFERENCE.sub(_reference, text))
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _reference(match: re.Match[str]) -> str:
    sign, target, label = match.group(1), match.group(2), (match.group(3) or "").strip()
    if sign == "@":
        return f"@{target}"
    if sign == "#":
        return f"#{label} ({target})" if label else f"#{target}"
    kind, _, rest = target.partition("^")
    if kind == "subteam":
        return f"@{label.removeprefix('@')} ({rest})" if label else f"@{rest}"
    if kind == "date":
        return label or _moment(rest.partition("^")[0])
    if kind in {"here", "channel", "everyone"}:
        return f"@{kind}"
    return label or kind


def _moment(seconds: str) -> str:
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return seconds


def _link(match: re.Match[str]) -> str:
    target, label = match.group(1), match.group(2)
    bare = re.sub(r"^(?:https?://|mailto:|tel:)", "", target)
    if label is None:
        return target
    return label if label.rstrip("/") in {target.rstrip("/"), bare.rstrip("/")} else f"{label} ({target})"
