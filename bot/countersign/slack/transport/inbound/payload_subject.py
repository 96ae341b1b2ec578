"""The subject of a payload: the approvals, threads, workspaces and person that it names."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from countersign.flow.installation.organisations import PayloadSubject

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def subject_of(body: Mapping[str, Any]) -> PayloadSubject:
    return PayloadSubject(
        approvals=frozenset(_approvals(body)),
        threads=frozenset(_threads(body)),
        teams=tuple(dict.fromkeys(team for team in team_ids(body) if is_team(team))),
        user=_user(body),
    )


def is_team(id_: object) -> bool:
    """Whether an id is that of a workspace: in its place there may be an organisation's."""
    return isinstance(id_, str) and id_.startswith("T")


def team_ids(body: Mapping[str, Any]) -> Iterator[str]:
    """The workspaces and organisations that a payload names, the one that it is most surely for first.

    In a channel that workspaces share, people of the one press buttons of the other's cards: the message with
    the buttons is the app's own, and names the right workspace.
    """
    yield from (each for each in _team_ids(body) if isinstance(each, str))


def _team_ids(body: Mapping[str, Any]) -> Iterator[object]:
    view = _mapping(body.get("view"))
    yield view.get("app_installed_team_id")
    if body.get("type") == "block_actions":
        yield _mapping(body.get("message")).get("team")
    for authorization in body.get("authorizations") or ():
        yield _mapping(authorization).get("team_id")
    yield body.get("context_team_id")
    yield _mapping(body.get("team")).get("id")
    yield body.get("team_id")
    if body.get("team") is None:  # of an organisation's installation, whose interactions may name no team
        yield view.get("team_id")
        yield _mapping(body.get("user")).get("team_id")


def _approvals(body: Mapping[str, Any]) -> Iterator[UUID]:
    """Our buttons, menus and forms carry the id of their approval."""
    texts = [_mapping(body.get("view")).get("private_metadata")]
    for action in map(_mapping, body.get("actions") or ()):
        texts += [action.get("value"), action.get("block_id")]
    for text in texts:
        if isinstance(text, str):
            yield from map(UUID, _UUID.findall(text))


def _threads(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    event = _mapping(body.get("event"))
    if event:
        message = _mapping(event.get("message") or event.get("previous_message")) or event
        yield from _place(event.get("channel"), message)
        return
    container = _mapping(body.get("container"))
    channel = _mapping(body.get("channel")).get("id") or container.get("channel_id")
    yield from _place(channel, _mapping(body.get("message")))
    yield from _place(channel, {"ts": container.get("thread_ts") or container.get("message_ts")})


def _place(channel: object, message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    ts = message.get("thread_ts") or message.get("ts")
    if isinstance(channel, str) and isinstance(ts, str):
        yield channel, ts


def _user(body: Mapping[str, Any]) -> str | None:
    user = body.get("user") or _mapping(body.get("event")).get("user") or body.get("user_id")
    id_ = _mapping(user).get("id") if isinstance(user, Mapping) else user
    return id_ if isinstance(id_, str) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
