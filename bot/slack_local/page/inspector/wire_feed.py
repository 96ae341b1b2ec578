"""The wire log as the inspector shows it."""

from dataclasses import asdict

from slack_local.model.records import JsonObject
from slack_local.model.slack import Slack
from slack_local.model.wire_log import ApiCall, Attempt, Connection, Entry
from slack_local.page.inspector.log_correlation import LogCorrelation

SHOWN_AT_FIRST = 400


class WireFeed:
    """The entries that one inspector has not received: new ones, and those that have changed since."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._whereabouts = LogCorrelation(slack.state)
        self._cursor = 0
        self._under_way: dict[int, Entry] = {}
        self._first = True

    def updates(self) -> list[JsonObject]:
        """New and newly settled entries, in order."""
        fresh = self._slack.log.since(self._cursor)
        if self._first:
            fresh, self._first = fresh[-SHOWN_AT_FIRST:], False
        if fresh:
            self._cursor = fresh[-1].seq
        settled = [entry for entry in self._under_way.values() if not _is_under_way(entry)]
        for entry in settled:
            del self._under_way[entry.seq]
        self._under_way |= {entry.seq: entry for entry in fresh if _is_under_way(entry)}
        return [self._json(entry) for entry in (*settled, *fresh)]

    def _json(self, entry: Entry) -> JsonObject:
        shown = asdict(entry)
        place = self._whereabouts.of(entry)
        match entry:
            case ApiCall():
                kind = "call"
            case Attempt():
                kind = "delivery"
                shown["via"] = shown.pop("kind")
            case Connection():
                kind = "connection"
            case _:
                kind = "violation"
        return shown | {"kind": kind, "thread": "/".join(place) if place else None}


def _is_under_way(entry: Entry) -> bool:
    match entry:
        case ApiCall():
            return entry.status == 0
        case Attempt():
            return entry.outcome == "sent"
        case _:
            return False
