"""The things that a request names, as far as the person at the page may see them. Raises BadRequestError."""

from slack_local.model.records import Channel, Message, View
from slack_local.page.client import PageClient
from slack_local.page.request import BadRequestError, PageRequest


def requested_channel(client: PageClient, request: PageRequest) -> Channel:
    channel = client.context.slack.state.channels.get(request.text("channel"))
    if channel is None or client.person.id not in channel.members:
        raise BadRequestError("that conversation is not yours to see")
    return channel


def requested_message(client: PageClient, request: PageRequest) -> Message:
    message = requested_channel(client, request).messages.get(request.text("ts"))
    if message is None:
        raise BadRequestError("that message is gone")
    return message


def requested_view(client: PageClient, request: PageRequest) -> View:
    view = client.context.slack.state.views.get(request.text("view"))
    if view is None or view.user != client.person.id:
        raise BadRequestError("that form is closed")
    return view
