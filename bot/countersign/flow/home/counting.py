"""How far an inbox is counted: to count all that waits, each look would have to read all of it."""

COUNTED = 1_000  # approvals; a total of one more stands for any number above it


def shown_total(total: int, *, listed: int = 0) -> str:
    """`1,234`, and `1,000+` for what was not counted to its end; without those that are listed already."""
    return f"{COUNTED - listed:,}+" if total > COUNTED else f"{total - listed:,}"
