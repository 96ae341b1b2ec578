"""Messages, users, channels and views as the JSON that Slack answers with."""

import re
from typing import Any

from slack_local.model.records import Channel, File, JsonObject, Message, User, View, new_id
from slack_local.model.slack import Slack

_MENTION = re.compile(r"<@(\w+)>|<#(\w+)(?:\|[^>]*)?>|<((?:https?|mailto):[^>|]+)(?:\|([^>]*))?>|<!(\w+)>")
_MIMETYPES = {
    **dict.fromkeys(("txt", "json", "md", "py", "log", "yml", "yaml", "toml", "sql", "sh"), "text/plain"),
    "csv": "text/csv",
    "html": "text/html",
    "xml": "text/xml",
    "pdf": "application/pdf",
    "png": "image/png",
    **dict.fromkeys(("jpg", "jpeg"), "image/jpeg"),
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "svg": "image/svg+xml",
    "zip": "application/zip",
    "mp4": "video/mp4",
    "mp3": "audio/mpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_UNESCAPE = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def message_json(slack: Slack, message: Message, *, metadata: bool = True) -> JsonObject:
    """A message as `conversations.history` and message events show it."""
    shown: JsonObject = {"user": message.user, "type": "message", "ts": message.ts, "text": message.text}
    if message.subtype:
        shown["subtype"] = message.subtype
    if message.tombstone:
        shown["hidden"] = True
    else:
        shown["team"] = message.team
    if message.client_msg_id:
        shown["client_msg_id"] = message.client_msg_id
    if message.by_bot:
        shown |= {"bot_id": slack.app.bot_id, "app_id": slack.app.id, "bot_profile": bot_profile(slack)}
        if message.username:
            shown["username"] = message.username
            shown["icons"] = message.icons or {}
    for key in ("blocks", "attachments", "files", "edited"):
        if value := getattr(message, key):
            shown[key] = value
    if message.streaming:
        shown["streaming_state"] = "in_progress"
    if message.reactions:
        shown["reactions"] = [{"name": n, "users": u, "count": len(u)} for n, u in message.reactions.items()]
    if metadata and message.metadata:
        shown["metadata"] = message.metadata
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
        shown |= _thread_facts(slack, message)
    return shown


def _thread_facts(slack: Slack, message: Message) -> JsonObject:
    channel = slack.state.channels[message.channel]
    if message.is_reply:
        root = channel.messages.get(message.thread_ts or "")
        return {"parent_user_id": root.user} if root else {}
    replies = channel.threads.get(message.ts, [])
    if not replies:
        return {"reply_count": 0}
    users: dict[str, None] = {}
    for ts in replies[:200]:
        users.setdefault(channel.messages[ts].user)
    return {
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "latest_reply": replies[-1],
        "reply_users": list(users)[:5],
        "is_locked": False,
        "subscribed": True,
    }


def bot_profile(slack: Slack) -> JsonObject:
    return {
        "id": slack.app.bot_id,
        "app_id": slack.app.id,
        "name": slack.app.name,
        "icons": {f"image_{n}": f"{slack.address}/icons/{n}.png" for n in (36, 48, 72)},
        "deleted": False,
        "updated": 1700000000,
        "team_id": slack.team,
    }


def user_json(user: User, *, email: bool) -> JsonObject:
    """A user as `users.info` shows it; a stranger is shown with less, as in Slack."""
    profile: JsonObject = {
        "real_name": user.real_name,
        "display_name": user.display_name or user.name,
        "real_name_normalized": user.real_name,
        "display_name_normalized": user.display_name or user.name,
        "team": user.team_id,
    }
    if email and not user.is_bot and not user.is_stranger:
        profile["email"] = f"{user.name}@example.com"
    shown: JsonObject = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": "Etc/UTC",
        "tz_label": "Coordinated Universal Time",
        "tz_offset": 0,
        "profile": profile,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted or user.is_ultra_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 1700000000,
    }
    if user.is_stranger:
        shown["is_stranger"] = True
    if user.teams:
        shown["enterprise_user"] = {"id": user.id, "teams": list(user.teams), "is_admin": False}
    return shown


def channel_json(slack: Slack, channel: Channel) -> JsonObject:
    """A conversation as `conversations.info` shows it."""
    if channel.is_direct:
        return {
            "id": channel.id,
            "created": channel.created,
            "is_im": True,
            "is_org_shared": False,
            "is_archived": channel.is_archived,
            "context_team_id": slack.team,
            "user": channel.partner,
            "is_user_deleted": False,
            "priority": 0,
        }
    private = channel.kind.value == "group"
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not private,
        "is_group": private,
        "is_im": False,
        "is_mpim": False,
        "is_private": private,
        "created": channel.created,
        "creator": channel.creator,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "unlinked": 0,
        "is_shared": channel.is_shared,
        "is_ext_shared": channel.is_shared,
        "is_org_shared": False,
        "is_member": slack.app.bot_user in channel.members,
        "context_team_id": slack.team,
        "topic": {"value": channel.topic, "creator": channel.creator, "last_set": channel.created},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
        "num_members": len(channel.members),
    }


def view_json(slack: Slack, view: View) -> JsonObject:
    """A view as `views.*` answers and interaction payloads carry it."""
    d = view.definition
    return {
        "id": view.id,
        "team_id": slack.team,
        "type": view.type,
        "blocks": d["blocks"],
        "private_metadata": d.get("private_metadata", ""),
        "callback_id": d.get("callback_id", ""),
        "state": {"values": view.values},
        "hash": view.hash,
        "title": d.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": d.get("clear_on_close", False),
        "notify_on_close": d.get("notify_on_close", False),
        "close": d.get("close"),
        "submit": d.get("submit"),
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id,
        "app_id": slack.app.id,
        "external_id": d.get("external_id", ""),
        "app_installed_team_id": slack.organisation.id if slack.organisation else slack.team,
        "bot_id": slack.app.bot_id,
    }


def file_json(slack: Slack, file: File) -> JsonObject:
    """A file as `files.info` shows it; one that was deleted is a tombstone."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": _mimetype(file.name),
        "filetype": file.name.rpartition(".")[2].lower() or "binary",
        "user": file.user,
        "user_team": slack.team,
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "is_public": bool(file.channels),
        "url_private": f"{slack.address}/files-pri/{slack.team}-{file.id}/{file.name}",
        "url_private_download": f"{slack.address}/files-pri/{slack.team}-{file.id}/download/{file.name}",
        "permalink": f"{slack.address}/files/{file.user}/{file.id}/{file.name}",
        "channels": list(file.channels),
        "groups": [],
        "ims": [],
        **file.described,
    }


def _mimetype(name: str) -> str:
    """As Slack guesses it: from the name alone."""
    ending = name.rpartition(".")[2].lower()
    return _MIMETYPES.get(ending, "application/octet-stream")


def file_reference(file: JsonObject) -> JsonObject:
    """What an event says of a file of somebody in another workspace: `files.info` has the rest.

    https://docs.slack.dev/reference/objects/file-object
    """
    kept = ("id", "created", "timestamp", "user")
    return {name: file[name] for name in kept if name in file} | {"file_access": "check_file_info"}


def rich_text(text: str) -> list[JsonObject]:
    """The rich text block into which Slack's composer turns typed text."""
    parts: list[JsonObject] = []
    at = 0
    for found in _MENTION.finditer(text):
        _append_text(parts, text[at : found.start()])
        at = found.end()
        user, channel, url, label, broadcast = found.groups()
        part: dict[str, Any]
        if user:
            part = {"type": "user", "user_id": user}
        elif channel:
            part = {"type": "channel", "channel_id": channel}
        elif url:
            part = {"type": "link", "url": _bare(url)} | ({"text": _bare(label)} if label else {})
        else:
            part = {"type": "broadcast", "range": broadcast}
        parts.append(part)
    _append_text(parts, text[at:])
    section = {"type": "rich_text_section", "elements": parts}
    return [{"type": "rich_text", "block_id": new_id("")[:5], "elements": [section]}]


def _append_text(parts: list[JsonObject], text: str) -> None:
    if text:
        parts.append({"type": "text", "text": _bare(text)})


def _bare(text: str) -> str:
    """Blocks hold what `text` escapes as it is."""
    for escaped, plain in _UNESCAPE:
        text = text.replace(escaped, plain)
    return text
