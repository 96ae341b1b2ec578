"""Keeping a workspace over a restart: its state as one JSON file."""

import dataclasses
import json
from pathlib import Path

from bot.local.slack import Slack
from bot.local.things import Channel, ChannelKind, Message, Obj, View


def save(slack: Slack, path: Path) -> None:
    """Write people's channels, messages and Home tabs, and the tokens, so that a bot's settings stay good."""
    world = slack.world
    state: Obj = {
        "tokens": [slack.bot_token, slack.app_token, slack.signing_secret],
        "channels": [_channel(c) for c in world.channels.values()],
        "homes": [dataclasses.asdict(view) for view in world.homes.values()],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(state))
    fresh.chmod(0o600)
    fresh.replace(path)


def _channel(channel: Channel) -> Obj:
    messages = [dataclasses.asdict(message) for message in channel.messages.values()]
    plain = {f.name: getattr(channel, f.name) for f in dataclasses.fields(channel) if f.name not in _INDEXES}
    return plain | {"members": list(channel.members), "messages": messages}


_INDEXES = ("messages", "timeline", "threads")


def load(slack: Slack, path: Path) -> None:
    """Bring back what `save` wrote, if the file is there. Raises ValueError when it is not JSON."""
    if not path.exists():
        return
    state = json.loads(path.read_text())
    slack.bot_token, slack.app_token, slack.signing_secret = state["tokens"]
    world = slack.world
    world.channels.clear()
    world.directs.clear()
    for kept in state["channels"]:
        messages = kept.pop("messages")
        kept |= {"members": dict.fromkeys(kept["members"]), "kind": ChannelKind(kept["kind"])}
        world.add_channel(Channel(**kept))
        for fields in messages:
            world.file_message(Message(**fields))
            slack.clock.no_earlier_than(fields["ts"])
    for fields in state["homes"]:
        view = View(**fields)
        world.homes[view.user] = world.views[view.id] = view
