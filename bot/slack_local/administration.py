"""What an admin changes in a workspace: its people, groups and channels, and the app."""

from collections.abc import Iterable
from typing import Any

from slack_local.model.records import Channel, ChannelKind, User, UserGroup, new_id
from slack_local.model.slack import Slack
from slack_local.payloads import events
from slack_local.people.person import Person
from slack_local.transport.delivery import Delivery


class WorkspaceAdministration:
    slack: Slack
    delivery: Delivery
    people: dict[str, Person]  # by handle

    def add_person(self, name: str, **more: Any) -> Person:
        """Another member of every public channel; `more` are fields of `User`, as `is_restricted=True`."""
        user = User(
            **{"id": new_id("U"), "name": name, "real_name": name.title(), "team_id": self.slack.team, **more}
        )
        self.slack.state.users[user.id] = user
        for channel in self.slack.state.channels.values():
            if channel.kind is ChannelKind.PUBLIC:
                channel.members[user.id] = None
        self.people[name] = Person(self.slack, self.delivery, user)
        self.slack.changes.notify("people", "anything")
        return self.people[name]

    def add_user_group(self, handle: str, members: Iterable[Person]) -> UserGroup:
        """A new user group, `@handle`. Change its `members` (user ids) as the test goes on."""
        group = UserGroup(
            id=new_id("S"),
            handle=handle,
            members=[person.id for person in members],
            created=int(self.slack.clock.now()),
        )
        self.slack.state.user_groups[group.id] = group
        return group

    def add_channel(self, name: str, members: Iterable[Person], *, private: bool = False) -> str:
        """Another channel with these people and the bot in it; returns its id."""
        channel = Channel(
            id=new_id("C"),
            name=name,
            kind=ChannelKind.PRIVATE if private else ChannelKind.PUBLIC,
            created=int(self.slack.clock.now()),
            creator=self.people["alice"].id,
            members=dict.fromkeys([*(person.id for person in members), self.slack.app.bot_user]),
        )
        self.slack.state.add_channel(channel)
        self.slack.changes.notify("channels", "anything")
        return channel.id

    def change_channel_id(self, channel: str) -> str:
        """Give a channel (id or `#name`) a new id, as when it is shared with Slack Connect; returns the id.

        The old id is unknown to every method from then on. Sends `channel_id_changed`.
        """
        slack, old = self.slack, self.channel_id(channel)
        place, new = slack.state.channels[old], new_id("C")
        slack.state.change_channel_id(place, new)
        if "channel_id_changed" in slack.app.events and slack.app.bot_user in place.members:
            self.delivery.events([events.channel_id_event(slack, old, new)])
        slack.changes.notify("channels", "anything")
        return new

    def remove_app(self) -> None:
        """Remove the app, as an admin does: its tokens are void, and it is told so."""
        self.slack.installed = False
        self.delivery.events(events.removal_events(self.slack))

    def channel_id(self, name: str) -> str:
        """The id of `#name`. Raises KeyError."""
        channel = self.slack.state.channel(name)
        if channel is None or channel.kind is ChannelKind.DIRECT:
            raise KeyError(name)
        return channel.id
