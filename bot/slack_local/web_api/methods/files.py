"""Files: a URL to upload to, the upload, its completion, and reading it back."""

import secrets
from collections.abc import Mapping

from aiohttp import web

from slack_local.model.errors import SlackError, invalid_arguments
from slack_local.model.records import File, JsonObject, Message, new_id
from slack_local.model.slack import Slack
from slack_local.operations import messages
from slack_local.payloads.serializers import file_json
from slack_local.web_api.call import Call, Method

MAX_SIZE = 64 << 20


async def upload_url(call: Call) -> JsonObject:
    slack = call.slack
    name, length = call.required("filename"), call.integer("length")
    if length is None:
        raise invalid_arguments("missing required field: length")
    if length <= 0:
        raise invalid_arguments("must be greater than 0 [json-pointer:/length]")
    if length > MAX_SIZE:
        raise SlackError("file_upload_size_restricted")
    file = File(
        id=new_id("F"),
        name=name,
        title=name,
        size=length,
        created=int(slack.clock.now()),
        user=slack.app.bot_user,
        ticket=secrets.token_urlsafe(24),
    )
    slack.state.files[file.id] = file
    return {"upload_url": f"{slack.address}/upload/v1/{file.ticket}", "file_id": file.id}


async def receive_upload(slack: Slack, request: web.Request) -> web.Response:
    """The upload URL: the bytes, raw or as a form's `file`; answers as Slack's does, in plain text."""
    file = next((f for f in slack.state.files.values() if f.ticket == request.match_info["ticket"]), None)
    if file is None or file.content is not None:
        return web.Response(status=404, text="not found")
    if request.content_type.startswith("multipart/"):
        form = await request.post()
        part = next((p for p in form.values() if isinstance(p, web.FileField)), None)
        content = part.file.read() if part else b""
    else:
        content = await request.read()
    if len(content) != file.size:
        return web.Response(status=400, text=f"expected {file.size} bytes, got {len(content)}")
    file.content = content
    return web.Response(text=f"OK - {len(content)}")


async def send_content(slack: Slack, request: web.Request) -> web.Response:
    """`url_private`: the bytes, for requests with the bot's token. Others are sent to the sign-in page."""
    file = slack.state.files.get(request.match_info["file"].rpartition("-")[2])
    allowed = request.headers.get("Authorization") == f"Bearer {slack.bot_token}"
    if not allowed or "files:read" not in slack.app.scopes:
        return web.Response(status=302, headers={"Location": f"{slack.address}/?redir={request.path}"})
    if file is None or file.content is None or file.deleted:
        return web.Response(status=404)
    if file.redirects_to is not None:
        return web.Response(status=302, headers={"Location": file.redirects_to})
    return web.Response(body=file.content, content_type="application/octet-stream")


async def complete(call: Call) -> JsonObject:
    slack = call.slack
    given = call.json("files")
    if not isinstance(given, list) or not given:
        raise invalid_arguments("missing required field: files")
    files: list[File] = []
    for item in given:
        file = slack.state.files.get(str(item.get("id"))) if isinstance(item, dict) else None
        if file is None or file.content is None or file.complete:
            raise SlackError("file_not_found")
        file.title = str(item.get("title") or file.name)
        files.append(file)
    wanted = call.texts("channels") or call.texts("channel_id")
    channels = [slack.state.channels.get(w) for w in wanted]
    if any(c is None or slack.app.bot_user not in c.members for c in channels):
        raise SlackError("channel_not_found")
    for file in files:
        file.complete = True
        file.channels = list(wanted)
    for channel in channels:
        assert channel is not None
        thread_ts = call.text("thread_ts")
        if thread_ts is not None and thread_ts not in channel.messages:
            raise SlackError("invalid_thread_ts")
        message = Message(
            channel=channel.id,
            ts=slack.clock.ts(),
            user=slack.app.bot_user,
            team=slack.team,
            text=call.text("initial_comment") or "",
            thread_ts=thread_ts,
            subtype="file_share",
            by_bot=True,
            files=[file_json(slack, f) for f in files],
        )
        messages.post(slack, call.delivery, message)
    return {"files": [file_json(slack, f) for f in files]}


async def info(call: Call) -> JsonObject:
    file = call.slack.state.files.get(call.required("file"))
    if file is None or not file.complete:
        raise SlackError("file_not_found")
    if file.deleted:
        raise SlackError("file_deleted")
    shown = file_json(call.slack, file)
    content = file.content or b""
    if shown["mimetype"] != "text/plain":
        return {"file": shown, "comments": [], "response_metadata": {"next_cursor": ""}}
    text = content.decode(errors="replace")
    return {"file": shown, "content": text, "comments": [], "response_metadata": {"next_cursor": ""}}


METHODS: Mapping[str, Method] = {
    "files.getUploadURLExternal": Method(run=upload_url, scopes=("files:write",), takes_json=False),
    "files.completeUploadExternal": Method(run=complete, scopes=("files:write",)),
    "files.info": Method(run=info, scopes=("files:read",), takes_json=False),
}
