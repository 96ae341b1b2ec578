"""Durations in words, in the reader's language: `1 hour 30 minutes`."""

import re
from datetime import timedelta

from countersign.i18n.translation import _, ngettext

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400  # seconds
_PARTS = re.compile(
    r"(?=.)(?:(?P<days>\d{1,6}) days?)? ?(?:(?P<hours>\d\d?) hours?)? ?(?:(?P<minutes>\d\d?) minutes?)?"
    r" ?(?:(?P<seconds>\d\d?) seconds?)?",
    re.ASCII,
)


def duration_in_words(duration: timedelta) -> str:
    """Days, hours, minutes and seconds, those that are zero left out. Parts of a second are rounded."""
    seconds = round(duration.total_seconds())
    days, seconds = divmod(seconds, _DAY)
    hours, seconds = divmod(seconds, _HOUR)
    minutes, seconds = divmod(seconds, _MINUTE)
    pieces = (
        (days, ngettext("{count} day", "{count} days", days)),
        (hours, ngettext("{count} hour", "{count} hours", hours)),
        (minutes, ngettext("{count} minute", "{count} minutes", minutes)),
        (seconds, ngettext("{count} second", "{count} seconds", seconds)),
    )
    named = [text.format(count=count) for count, text in pieces if count]
    return " ".join(named) or _("less than a second")


def parse_duration_in_words(words: str) -> timedelta | None:
    """The duration that `duration_in_words` wrote in the language of the code; None for any other text."""
    found = _PARTS.fullmatch(words)
    if found is None or not words.strip():
        return None
    return timedelta(**{unit: int(count) for unit, count in found.groupdict().items() if count})
