"""Durations as people write them: `30m`, `2h`, `3d`, `1h30m`."""

import re
from datetime import timedelta

MAX_LENGTH = timedelta(days=3650)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}  # seconds
_PIECE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([smhdw])", re.ASCII)
_WHOLE = re.compile(rf"(?:{_PIECE.pattern}\s*)+", re.ASCII)


def parse_duration(text: str) -> timedelta | None:
    """The duration, or None if the text is none, is zero or is longer than `MAX_LENGTH`."""
    if not _WHOLE.fullmatch(text.strip()) or len(text) > 50:
        return None
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PIECE.findall(text))
    duration = timedelta(seconds=min(seconds, 1e12))
    return duration if timedelta(0) < duration <= MAX_LENGTH else None


def format_duration(duration: timedelta) -> str:
    """The shortest text that `parse_duration` reads as this duration, to the millisecond: `1h30m`."""
    milliseconds = round(duration.total_seconds() * 1000)
    pieces = []
    for unit, seconds in (("d", 86_400), ("h", 3600), ("m", 60)):
        count, milliseconds = divmod(milliseconds, seconds * 1000)
        if count:
            pieces.append(f"{count}{unit}")
    if milliseconds:
        pieces.append(f"{milliseconds / 1000:g}s")
    return "".join(pieces) or "0s"
