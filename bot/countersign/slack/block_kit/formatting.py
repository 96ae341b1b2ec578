"""Slack's markup for a date and for a user: https://docs.slack.dev/messaging/formatting-message-text"""

from datetime import UTC, datetime

from countersign.approvals.person import Person
from countersign.i18n import _, pieces
from countersign.slack.block_kit.escaping import escape, truncate_escaped


def format_datetime(at: datetime) -> str:
    """A moment in each reader's own time zone; the fallback for clients without support is in UTC."""
    fallback = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return _marked(at, _("{day} at {time}").format(day="{date_short_pretty}", time="{time}"), fallback)


def format_moment(at: datetime) -> str:
    """The same with the year, and to the second: for a value, where each digit counts."""
    fallback = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return _marked(at, _("{day} at {time}").format(day="{date_long}", time="{time_secs}"), fallback)


def _marked(at: datetime, pattern: str, fallback: str) -> str:
    return f"<!date^{int(at.timestamp())}^{pattern}|{fallback}>"


def mrkdwn_text(text: object, limit: int) -> str:
    """A text in mrkdwn, with its moments in each reader's time zone. `limit`: characters of each piece."""
    return "".join(
        format_datetime(piece) if isinstance(piece, datetime) else truncate_escaped(piece, limit)
        for piece in pieces(text)
    )


def user_mention(person: Person) -> str:
    """A decision without a person, such as a rule's own, is shown by its name."""
    return f"<@{escape(person.id)}>" if person.id else escape(str(person.label))
