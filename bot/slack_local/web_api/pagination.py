"""Cursors: an opaque place in a list, as Slack's list methods give them."""

import base64
from collections.abc import Sequence
from typing import TypeVar

from slack_local.model.errors import SlackError
from slack_local.model.records import JsonObject
from slack_local.web_api.call import Call

T = TypeVar("T")


def page(
    call: Call, items: Sequence[T], *, usual: int = 100, most: int = 1000
) -> tuple[Sequence[T], JsonObject]:
    """The part of `items` that this call asks for, and its `response_metadata`."""
    limit = limit_of(call, usual=usual, most=most)
    start = read_cursor(call, "offset")
    at = int(start) if start else 0
    more = at + limit < len(items)
    return items[at : at + limit], {"next_cursor": write_cursor("offset", str(at + limit)) if more else ""}


def limit_of(call: Call, *, usual: int, most: int) -> int:
    """`limit`, within what the method allows."""
    limit = call.integer("limit", usual)
    if limit is None or limit <= 0:
        limit = usual
    if limit > most:
        raise SlackError("invalid_limit")
    return limit


def write_cursor(kind: str, place: str) -> str:
    return base64.b64encode(f"{kind}:{place}".encode()).decode()


def read_cursor(call: Call, kind: str) -> str | None:
    """The position that `cursor` encodes, or None at the beginning. Raises `invalid_cursor`."""
    given = call.text("cursor")
    if given is None:
        return None
    try:
        found, _, place = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        raise SlackError("invalid_cursor") from None
    number = place if kind == "offset" else place.replace(".", "", 1)
    if found != kind or not (number.isascii() and number.isdigit()):
        raise SlackError("invalid_cursor")
    return place
