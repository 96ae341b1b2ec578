"""Durations in words, in the reader's language: `1 hour 30 minutes`."""

from datetime import timedelta

from countersign.i18n.translation import _, ngettext

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400  # seconds


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
