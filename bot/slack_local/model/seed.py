"""Seed data of a new workspace: its team, people, channels and app."""

from dataclasses import dataclass

from slack_local.model.clock import Clock
from slack_local.model.records import Channel, ChannelKind, User, UserGroup
from slack_local.model.state import WorkspaceState

TEAM = "T0LOCAL001"
OTHER_TEAM = "T0OTHER001"

ALL_SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "chat:write.public",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "mpim:read",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
)

ALL_EVENTS = (
    "agent_session_stopped",
    "app_context_changed",
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_id_changed",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "team_access_granted",
    "team_access_revoked",
    "tokens_revoked",
    "user_change",
)


@dataclass(frozen=True, kw_only=True)
class App:
    """The one app that is installed: its ids, and what it was granted and subscribed to."""

    id: str = "A0APP00001"
    bot_id: str = "B0BOT00001"
    bot_user: str = "U0BOT00001"
    name: str = "bot"
    real_name: str = ""  # empty: made from the name
    scopes: frozenset[str] = frozenset(ALL_SCOPES)
    events: frozenset[str] = frozenset(ALL_EVENTS)


def people(app: App, team: str = TEAM) -> tuple[User, ...]:
    """Two approvers, a requester, a guest, a stranger of another team, and the bot."""
    return (
        User(id="U0ALICE001", name="alice", real_name="Alice Arden", team_id=team, is_admin=True),
        User(id="U0BOB00001", name="bob", real_name="Bob Berger", team_id=team),
        User(id="U0CAROL001", name="carol", real_name="Carol Cruz", team_id=team),
        User(id="U0GUS00001", name="gus", real_name="Gus Guest", team_id=team, is_restricted=True),
        User(id="U0EVE00001", name="eve", real_name="Eve Elsewhere", team_id=OTHER_TEAM, is_stranger=True),
        User(
            id=app.bot_user,
            name=app.name,
            real_name=app.real_name or app.name.title(),
            team_id=team,
            is_bot=True,
        ),
    )


def seed(state: WorkspaceState, clock: Clock, app: App, team: str = TEAM) -> None:
    """Put people, a user group, channels and the bot's direct messages into an empty state."""
    created = int(clock.now())
    cast = people(app, team)
    for user in cast:
        state.users[user.id] = user
    state.user_groups["S0FINANCE1"] = UserGroup(
        id="S0FINANCE1", handle="finance", members=["U0BOB00001", "U0CAROL001"], created=created
    )
    everyone = [user.id for user in cast]
    for name, kind in (
        ("general", ChannelKind.PUBLIC),
        ("approvals", ChannelKind.PUBLIC),
        ("ops", ChannelKind.PUBLIC),
    ):
        state.add_channel(
            Channel(
                id=f"C0{name.upper():0<8}",
                name=name,
                kind=kind,
                created=created,
                creator=cast[0].id,
                members=dict.fromkeys(everyone),
                is_shared=True,
            )
        )
    for user in cast:
        if not user.is_bot and user.team_id == team:
            state.open_direct(app.bot_user, user.id, created)
