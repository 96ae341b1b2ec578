"""Maps changed channel ids in payloads back to the id that their thread began with."""

from collections.abc import Awaitable, Callable
from typing import Any

from countersign.flow.channel_ids import ChannelIds


def channel_id_mapping(channel_ids: ChannelIds) -> Callable[..., Awaitable[None]]:
    """A global Bolt middleware, before all listeners. Raises DatabaseUnavailable: nothing is acknowledged."""

    async def map_channel(body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002
        event = body.get("event")
        if isinstance(event, dict) and event.get("type") in {"message", "app_mention"}:
            await channel_ids.refresh()
            _map_event(event, channel_ids)
        elif body.get("type") == "block_actions":
            await channel_ids.refresh()
            _map_click(body, channel_ids)
        await next()

    return map_channel


def _map_event(event: dict[str, Any], channel_ids: ChannelIds) -> None:
    message = event.get("previous_message") or event.get("message") or event
    thread_ts = message.get("thread_ts") or message.get("ts")
    if isinstance(event.get("channel"), str) and thread_ts:
        event["channel"] = channel_ids.at(event["channel"], str(thread_ts))


def _map_click(body: dict[str, Any], channel_ids: ChannelIds) -> None:
    message, container = body.get("message") or {}, body.get("container") or {}
    channel = body.get("channel") or {}
    thread_ts = message.get("thread_ts") or container.get("thread_ts") or container.get("message_ts")
    if not thread_ts:
        return
    for place, key in ((channel, "id"), (container, "channel_id")):
        if isinstance(place.get(key), str):
            place[key] = channel_ids.at(place[key], str(thread_ts))
