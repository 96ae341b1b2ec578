"""The limit to which an inbox is counted: an exact count would read every row on each view."""

COUNTED = 1_000  # approvals; a total of one more stands for any number above it


def shown_total(total: int, *, listed: int = 0) -> str:
    """`1,234`, or `1,000+` above the limit; without the `listed` ones."""
    return f"{COUNTED - listed:,}+" if total > COUNTED else f"{total - listed:,}"
