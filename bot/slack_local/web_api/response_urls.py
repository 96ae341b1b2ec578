"""Response URLs: five answers within thirty minutes, to where somebody pressed or typed something."""

import json

from aiohttp import web

from slack_local.model.errors import SlackError
from slack_local.model.records import JsonObject, Message, ResponseUrl
from slack_local.model.slack import Slack
from slack_local.model.wire_log import ApiCall
from slack_local.operations import messages
from slack_local.transport.delivery import Delivery
from slack_local.web_api.call import Call
from slack_local.web_api.methods.chat import posting


class ResponseUrls:
    """Answers `POST /hooks/actions/<team>/<secret>`; plain `ok` or an error, as Slack does."""

    def __init__(self, slack: Slack, delivery: Delivery) -> None:
        self._slack = slack
        self._delivery = delivery

    async def serve(self, request: web.Request) -> web.Response:
        slack = self._slack
        entry = ApiCall(seq=slack.log.next_seq(), at=slack.clock.now(), method="response_url", arguments={})
        slack.log.add(entry)
        try:
            entry.arguments = await _body(request)
            self._use(request.match_info["secret"], entry.arguments)
        except SlackError as refused:
            slack.violation("response_url", refused.error, refused.messages)
            entry.status = 404 if refused.error in ("used_url", "expired_url") else 400
            entry.answer = {"ok": False, "error": refused.error}
        else:
            entry.status, entry.answer = 200, {"ok": True}
        slack.changes.notify("calls", "anything")
        return web.Response(status=entry.status, text="ok" if entry.status == 200 else refused_text(entry))

    def _use(self, secret: str, body: JsonObject) -> None:
        response_url = self._slack.state.response_urls.get(secret)
        if response_url is None or self._slack.clock.now() > response_url.expires_at:
            raise SlackError("expired_url")
        if response_url.uses_left <= 0:
            raise SlackError("used_url")
        self.respond(response_url, body)
        response_url.uses_left -= 1

    def respond(self, response_url: ResponseUrl, body: JsonObject) -> None:
        """Do what the body says, in the place that `response_url` leads to. Raises `SlackError`."""
        if body.get("delete_original"):
            self._delete_original(response_url)
            return
        call = Call(
            slack=self._slack, delivery=self._delivery, socket=None, method="response_url", arguments=body
        )
        text, blocks, attachments = posting.content(call)
        if body.get("replace_original") and self._replace_original(response_url, text, blocks, attachments):
            return
        in_thread = body.get("thread_ts") or None
        if body.get("response_type", "ephemeral") == "in_channel":
            slack = self._slack
            message = Message(
                channel=response_url.channel,
                ts=slack.clock.ts(),
                user=slack.app.bot_user,
                team=slack.team,
                text=text,
                blocks=blocks,
                attachments=attachments,
                by_bot=True,
                thread_ts=in_thread,
                metadata=posting.metadata(call),
            )
            messages.post(slack, self._delivery, message)
        else:
            messages.post_ephemeral(
                self._slack,
                response_url.user,
                response_url.channel,
                text,
                blocks=blocks,
                attachments=attachments,
                thread_ts=in_thread,
            )

    def _replace_original(
        self, response_url: ResponseUrl, text: str, blocks: list[JsonObject], attachments: list[JsonObject]
    ) -> bool:
        if response_url.message_ts is not None:
            message = self._slack.state.channels[response_url.channel].messages.get(response_url.message_ts)
            if message is not None:
                edited = {"user": self._slack.app.bot_user, "ts": self._slack.clock.ts()}
                messages.change(
                    self._slack,
                    self._delivery,
                    message,
                    text=text,
                    blocks=blocks,
                    attachments=attachments,
                    edited=edited,
                )
            return True
        for seen in self._slack.state.ephemerals[response_url.user]:
            if seen.ts == response_url.ephemeral_ts:
                seen.text, seen.blocks, seen.attachments = text, blocks, attachments
                self._slack.screen_changed(response_url.user)
                return True
        return False

    def _delete_original(self, response_url: ResponseUrl) -> None:
        if response_url.message_ts is not None:
            message = self._slack.state.channels[response_url.channel].messages.get(response_url.message_ts)
            if message is not None:
                messages.delete(self._slack, self._delivery, message)
        seen = self._slack.state.ephemerals[response_url.user]
        seen[:] = [e for e in seen if e.ts != response_url.ephemeral_ts or response_url.ephemeral_ts is None]
        self._slack.screen_changed(response_url.user)


def refused_text(entry: ApiCall) -> str:
    return str(entry.answer["error"])


async def _body(request: web.Request) -> JsonObject:
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise SlackError("invalid_payload") from None
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    return body
