"""Which thread an entry of the wire log belongs to, as far as it can be known."""

from typing import Any, TypeAlias

from slack_local.model.records import JsonObject
from slack_local.model.state import WorkspaceState
from slack_local.model.wire_log import ApiCall, Attempt, Entry, Violation

Place: TypeAlias = tuple[str, str]
"""A thread: the channel's id and its root's `ts`."""

REMEMBERED = 2000


class LogCorrelation:
    """Follows what leads from a thread elsewhere: a press gives a trigger, a trigger opens a view.

    Entries have to be asked about in their order; what was not seen before cannot be followed.
    """

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state
        self._led: dict[str, Place] = {}  # trigger ids, view ids and method names -> where they came from

    def of(self, entry: Entry) -> Place | None:
        """The thread of this entry, or None when it belongs to none or that is not known."""
        match entry:
            case Attempt(kind="events_api"):
                return self._of_event(entry.body["event"])
            case Attempt(kind="interactive"):
                return self._of_interaction(entry.body)
            case ApiCall():
                return self._of_call(entry)
            case Violation():
                return self._led.get(entry.where)
            case _:
                return None

    def _root(self, channel: Any, ts: Any) -> Place | None:
        known = self._state.channels.get(str(channel))
        if known is None or not ts:
            return None
        message = known.messages.get(str(ts))
        return known.id, (message.thread_ts or message.ts) if message else str(ts)

    def _of_event(self, event: JsonObject) -> Place | None:
        inner = event.get("message") or event.get("previous_message") or event.get("item") or event
        channel = event.get("channel") or inner.get("channel")
        return self._root(channel, inner.get("thread_ts") or inner.get("ts"))

    def _of_interaction(self, payload: JsonObject) -> Place | None:
        container: JsonObject = payload.get("container", {})
        if "message_ts" in container:
            place = self._root(container["channel_id"], container.get("thread_ts") or container["message_ts"])
        elif "message" in payload:
            place = self._root(payload["channel"]["id"], payload["message"]["ts"])
        else:
            view = payload.get("view", {})
            place = self._led.get(view.get("id", "")) or self._led.get(view.get("root_view_id", ""))
        return self._learn(place, payload.get("trigger_id"))

    def _of_call(self, call: ApiCall) -> Place | None:
        asked, answered = call.arguments, call.answer
        channel = answered.get("channel") or asked.get("channel") or asked.get("channel_id")
        ts = asked.get("thread_ts") or asked.get("ts") or asked.get("message_ts") or answered.get("ts")
        place = self._root(channel, ts)
        for name in ("trigger_id", "view_id"):
            place = place or self._led.get(str(asked.get(name)))
        view = answered.get("view")
        return self._learn(place, call.method, view.get("id") if isinstance(view, dict) else None)

    def _learn(self, place: Place | None, *names: str | None) -> Place | None:
        for name in names:
            if not name:
                continue
            self._led.pop(name, None)
            if place is not None:
                self._led[name] = place
        while len(self._led) > REMEMBERED:
            del self._led[next(iter(self._led))]
        return place
