"""Bounds the number of values of a metric's label: each value is a time series, which Prometheus keeps."""

OTHER = "other"
DEFAULT_LIMIT = 50  # values of one label in one process


class LabelLimit:
    """The first `limit` values of a label are kept; all later ones become `other`.

    Names of graphs, rules and methods come from files that change while the process lives.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self._limit = limit
        self._known: set[str] = set()

    def __call__(self, value: str | None) -> str:
        """The label's value; the empty string for None."""
        value = value or ""
        if value not in self._known:
            if len(self._known) >= self._limit:
                return OTHER
            self._known.add(value)
        return value
