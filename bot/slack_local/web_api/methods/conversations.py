"""`conversations.*`: reading channels and threads, joining, inviting, opening."""

import bisect
import re
from collections.abc import Mapping

from slack_local.model.errors import SlackError
from slack_local.model.records import Channel, ChannelKind, JsonObject, new_id
from slack_local.operations import messages
from slack_local.payloads.serializers import channel_json, message_json
from slack_local.web_api.call import Call, Method
from slack_local.web_api.pagination import limit_of, page, read_cursor, write_cursor

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = {
    ChannelKind.PUBLIC: "channels:history",
    ChannelKind.PRIVATE: "groups:history",
    ChannelKind.DIRECT: "im:history",
}
_TYPES = {
    "public_channel": ChannelKind.PUBLIC,
    "private_channel": ChannelKind.PRIVATE,
    "im": ChannelKind.DIRECT,
    "mpim": None,
}


def _of_types(call: Call) -> list[Channel]:
    kinds = set()
    for name in call.texts("types") or ["public_channel"]:
        if name not in _TYPES:
            raise SlackError("invalid_types")
        kinds.add(_TYPES[name])
    skip_archived = call.flag("exclude_archived")
    return [
        c
        for c in call.slack.state.channels.values()
        if c.kind in kinds and not (skip_archived and c.is_archived)
    ]


async def listing(call: Call) -> JsonObject:
    bot = call.slack.app.bot_user
    visible = [c for c in _of_types(call) if c.kind is ChannelKind.PUBLIC or bot in c.members]
    shown, metadata = page(call, visible)
    return {"channels": [channel_json(call.slack, c) for c in shown], "response_metadata": metadata}


async def of_user(call: Call) -> JsonObject:
    user = call.text("user") or call.slack.app.bot_user
    if user not in call.slack.state.users:
        raise SlackError("user_not_found")
    shown, metadata = page(call, [c for c in _of_types(call) if user in c.members])
    return {"channels": [channel_json(call.slack, c) for c in shown], "response_metadata": metadata}


async def info(call: Call) -> JsonObject:
    channel = call.channel()
    return {"channel": channel_json(call.slack, channel)}


async def members(call: Call) -> JsonObject:
    shown, metadata = page(call, list(call.channel().members))
    return {"members": shown, "response_metadata": metadata}


def _readable(call: Call) -> Channel:
    channel = call.channel(member=True)
    call.needs_scope(_HISTORY[channel.kind])
    return channel


def _between(call: Call, timestamps: list[str]) -> tuple[int, int]:
    """The slice of `timestamps` between `oldest` and `latest`."""
    inclusive = call.flag("inclusive")
    oldest, latest = call.text("oldest"), call.text("latest")
    low, high = 0, len(timestamps)
    if oldest is not None and oldest != "0":
        low = (bisect.bisect_left if inclusive else bisect.bisect_right)(timestamps, _ts(oldest, "oldest"))
    if latest is not None and latest != "now":
        high = (bisect.bisect_right if inclusive else bisect.bisect_left)(timestamps, _ts(latest, "latest"))
    return low, max(low, high)


def _ts(given: str, name: str) -> str:
    if not re.fullmatch(r"\d{1,10}(\.\d{1,6})?", given):
        raise SlackError(f"invalid_ts_{name}")
    seconds, _, micros = given.partition(".")
    return f"{int(seconds):010d}.{micros:0<6}"


async def history(call: Call) -> JsonObject:
    channel = _readable(call)
    limit = limit_of(call, usual=100, most=999)
    low, high = _between(call, channel.timeline)
    before = read_cursor(call, "next_ts")
    if before is not None:
        high = min(high, bisect.bisect_left(channel.timeline, _ts(before, "latest")) + 1)
    start = max(low, high - limit)
    metadata = call.flag("include_all_metadata")
    newest_first = [
        message_json(call.slack, channel.messages[ts], metadata=metadata)
        for ts in reversed(channel.timeline[start:high])
    ]
    more = start > low
    answer: JsonObject = {"messages": newest_first, "has_more": more, "pin_count": 0}
    if more:
        answer["response_metadata"] = {"next_cursor": write_cursor("next_ts", channel.timeline[start - 1])}
    return answer


async def replies(call: Call) -> JsonObject:
    channel = _readable(call)
    asked = call.required("ts")
    found = channel.messages.get(asked)
    if found is None and asked not in channel.threads:
        raise SlackError("thread_not_found")
    root_ts = (found.thread_ts or found.ts) if found else asked
    limit = limit_of(call, usual=1000, most=1000)
    all_replies = channel.threads.get(root_ts, [])
    low, high = _between(call, all_replies)
    after = read_cursor(call, "next_ts")
    if after is not None:
        low = max(low, bisect.bisect_left(all_replies, _ts(after, "oldest")))
    stop = min(high, low + limit)
    metadata = call.flag("include_all_metadata")
    timestamps = [root_ts] if root_ts in channel.messages else []
    if after is not None:
        timestamps = []  # only the first page has the root
    timestamps = timestamps + all_replies[low:stop]
    answer: JsonObject = {
        "messages": [message_json(call.slack, channel.messages[ts], metadata=metadata) for ts in timestamps],
        "has_more": stop < high,
    }
    if stop < high:
        answer["response_metadata"] = {"next_cursor": write_cursor("next_ts", all_replies[stop])}
    return answer


async def join(call: Call) -> JsonObject:
    channel = call.channel()
    if channel.kind is not ChannelKind.PUBLIC:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    already = call.slack.app.bot_user in channel.members
    messages.join(call.slack, call.delivery, channel, [call.slack.app.bot_user])
    if already:
        call.warnings.append("already_in_channel")
    return {"channel": channel_json(call.slack, channel)}


async def invite(call: Call) -> JsonObject:
    channel = call.channel(member=True)
    users = call.texts("users")
    if not users:
        raise SlackError("no_user")
    known = call.slack.state.users
    if any(u not in known for u in users):
        raise SlackError("user_not_found")
    if call.slack.app.bot_user in users:
        raise SlackError("cant_invite_self")
    if any(u in channel.members for u in users):
        raise SlackError("already_in_channel")
    if any(known[u].is_ultra_restricted for u in users):
        raise SlackError("ura_max_channels")
    messages.join(call.slack, call.delivery, channel, users, inviter=call.slack.app.bot_user)
    return {"channel": channel_json(call.slack, channel)}


async def open_direct(call: Call) -> JsonObject:
    slack = call.slack
    users = call.texts("users")
    if given := call.text("channel"):
        channel = slack.state.channels.get(given)
        if channel is None or not channel.is_direct:
            raise SlackError("channel_not_found")
        return {"channel": {"id": channel.id}}
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("not_enough_users" if len(users) > 8 else "method_not_supported_for_channel_type")
    if users[0] not in slack.state.users:
        raise SlackError("user_not_found")
    if slack.state.users[users[0]].is_bot:
        raise SlackError("cannot_dm_bot")
    known = frozenset((slack.app.bot_user, users[0])) in slack.state.directs
    channel = slack.state.open_direct(slack.app.bot_user, users[0], int(slack.clock.now()))
    shown = channel_json(slack, channel) if call.flag("return_im") else {"id": channel.id}
    return {"channel": shown, **({"no_op": True, "already_open": True} if known else {})}


async def create(call: Call) -> JsonObject:
    slack = call.slack
    name = call.text("name")
    if name is None:
        raise SlackError("invalid_name_required")
    if len(name) > 80:
        raise SlackError("invalid_name_maxlength")
    if not re.fullmatch(r"[a-z0-9_-]+", name):
        raise SlackError("invalid_name_specials")
    if slack.state.channel(name) is not None:
        raise SlackError("name_taken")
    bot = slack.app.bot_user
    channel = Channel(
        id=new_id("C"),
        name=name,
        kind=ChannelKind.PRIVATE if call.flag("is_private") else ChannelKind.PUBLIC,
        created=int(slack.clock.now()),
        creator=bot,
        members={bot: None},
    )
    slack.state.add_channel(channel)
    return {"channel": channel_json(slack, channel)}


METHODS: Mapping[str, Method] = {
    "conversations.list": Method(run=listing, scopes=READ, takes_json=False),
    "users.conversations": Method(run=of_user, scopes=READ, takes_json=False),
    "conversations.info": Method(run=info, scopes=READ, takes_json=False),
    "conversations.members": Method(run=members, scopes=READ, takes_json=False),
    "conversations.history": Method(run=history, takes_json=False),
    "conversations.replies": Method(run=replies, takes_json=False),
    "conversations.join": Method(run=join, scopes=("channels:join",)),
    "conversations.invite": Method(
        run=invite, scopes=("channels:manage", "channels:write.invites", "groups:write")
    ),
    "conversations.open": Method(run=open_direct, scopes=("im:write", "mpim:write")),
    "conversations.create": Method(run=create, scopes=("channels:manage", "groups:write")),
}
