"""The permissions that the bot needs, with reasons: one table for manifest, `doctor` and docs/slack.md.

A new method, event, command or shortcut is one line here. `tests/slack/installing/test_manifest.py` compares
the table with the code: it finds a call, a listener or a scope that is only in one of them. A reason
completes the sentence "It is needed to ...".
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Permission:
    name: str
    reason: str
    agent: bool = False  # belongs to the agent surface: left out by --no-agent


@dataclass(frozen=True, kw_only=True)
class Scope(Permission):
    """An OAuth scope of the bot token. Without one that is not `required`, one feature is missing."""

    required: bool = True


@dataclass(frozen=True, kw_only=True)
class Event(Permission):
    """A bot event. `scopes`: Slack delivers it to an app that has one of these; empty if it needs none."""

    scopes: tuple[str, ...]
    organisation: bool = False  # only of an app that organisations install


@dataclass(frozen=True, kw_only=True)
class Method(Permission):
    """A Web API method that the bot calls. `scopes`: which of these it needs depends on the conversation."""

    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Command:
    """A slash command. `escape`: people and channels in its text arrive as ids."""

    name: str
    description: str
    usage: str
    reason: str
    escape: bool = False


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A shortcut in a message's menu, or with `everywhere` a global one."""

    callback_id: str
    name: str
    description: str
    reason: str
    everywhere: bool = False


SCOPES = (
    Scope(name="app_mentions:read", reason="receive mentions"),
    Scope(name="assistant:write", reason="be an agent in Slack's list of agents", required=False, agent=True),
    Scope(name="channels:history", reason="read threads in public channels"),
    Scope(
        name="channels:manage",
        reason="invite people to public channels, as the assistant does",
        required=False,
    ),
    Scope(name="channels:read", reason="list approvals in public channels, and see who is in them"),
    Scope(name="chat:write", reason="post messages and cards"),
    Scope(name="commands", reason="offer /agent and /approvals"),
    Scope(name="files:read", reason="read files that people send along", required=False),
    Scope(name="files:write", reason="post files of graphs"),
    Scope(name="groups:history", reason="read threads in private channels"),
    Scope(name="groups:read", reason="list approvals in private channels, and see who is in them"),
    Scope(
        name="groups:write", reason="invite people to private channels, as the assistant does", required=False
    ),
    Scope(name="im:history", reason="read direct messages"),
    Scope(name="im:read", reason="list approvals in direct messages", required=False),
    Scope(name="im:write", reason="find a person's direct messages"),
    Scope(name="mpim:history", reason="read threads in group direct messages", required=False),
    Scope(name="mpim:read", reason="list approvals in group direct messages", required=False),
    Scope(name="usergroups:read", reason="see who is in a user group that a policy names"),
    Scope(name="users:read", reason="see who may decide"),
)

_CONVERSATIONS = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_CHANNEL = ("channels:read", "groups:read")
_MEMBERS = (*_CHANNEL, "mpim:read")

# Scopes as https://docs.slack.dev/reference/events has them.
EVENTS = (
    Event(
        name="agent_session_stopped",
        scopes=(),
        reason="stop a run when somebody presses Slack's Stop",
        agent=True,
    ),
    Event(name="app_home_opened", scopes=(), reason="show a person's inbox on their Home tab"),
    Event(
        name="app_mention", scopes=("app_mentions:read",), reason="start a run when somebody mentions the bot"
    ),
    Event(name="app_uninstalled", scopes=(), reason="close what waits where the app was removed"),
    Event(name="channel_archive", scopes=("channels:read",), reason="see again who can still decide"),
    Event(name="channel_id_changed", scopes=("groups:read",), reason="follow a channel that gets a new id"),
    Event(name="channel_rename", scopes=("channels:read",), reason="find a channel that a policy names"),
    Event(name="group_archive", scopes=("groups:read",), reason="see again who can still decide"),
    Event(name="group_rename", scopes=("groups:read",), reason="find a private channel that a policy names"),
    Event(
        name="member_joined_channel",
        scopes=(*_CHANNEL, "mpim:read"),
        reason="see again who may decide in a channel",
    ),
    Event(name="member_left_channel", scopes=_MEMBERS, reason="see again who may decide in a channel"),
    Event(name="message.channels", scopes=("channels:history",), reason="take replies in public channels"),
    Event(name="message.groups", scopes=("groups:history",), reason="take replies in private channels"),
    Event(name="message.im", scopes=("im:history",), reason="take direct messages"),
    Event(name="message.mpim", scopes=("mpim:history",), reason="take replies in group direct messages"),
    Event(
        name="subteam_created", scopes=("usergroups:read",), reason="find a user group that a policy names"
    ),
    Event(
        name="subteam_members_changed", scopes=("usergroups:read",), reason="see again who is in a user group"
    ),
    Event(name="subteam_updated", scopes=("usergroups:read",), reason="see again who is in a user group"),
    Event(
        name="team_access_granted",
        scopes=(),
        reason="serve a workspace that an organization added the app to",
        organisation=True,
    ),
    Event(
        name="team_access_revoked",
        scopes=(),
        reason="close what waits where an organization removed the app",
        organisation=True,
    ),
    Event(name="tokens_revoked", scopes=(), reason="close what waits where the bot's token was revoked"),
    Event(name="user_change", scopes=("users:read",), reason="notice a person who left or became a guest"),
)

# Scopes as https://docs.slack.dev/reference/methods has them.
METHODS = (
    Method(name="api.test", scopes=(), reason="see whether Slack answers, where there is no token to check"),
    Method(
        name="apps.uninstall",
        scopes=(),
        reason="leave a workspace that may not install the app",
    ),
    Method(
        name="agents.sessions.rename",
        scopes=("chat:write",),
        reason="name the conversation that begins after a reset",
        agent=True,
    ),
    Method(
        name="agents.sessions.setStatus",
        scopes=("chat:write",),
        reason="show whether the agent works, waits for a person or is through, with Slack's Stop",
        agent=True,
    ),
    Method(
        name="assistant.threads.setSuggestedPrompts",
        scopes=("assistant:write",),
        reason="suggest a prompt for each graph",
        agent=True,
    ),
    Method(
        name="assistant.threads.setStatus", scopes=("chat:write",), reason="show that the agent is working"
    ),
    Method(
        name="auth.teams.list", scopes=(), reason="learn which workspaces an organization added the app to"
    ),
    Method(name="auth.test", scopes=(), reason="check the token, and learn the workspace and the bot's user"),
    Method(name="bots.info", scopes=("users:read",), reason="learn the app's id, to tell its payloads apart"),
    Method(name="blocks.validate", scopes=(), reason="see whether Slack takes every kind of card (`doctor`)"),
    Method(name="chat.appendStream", scopes=("chat:write",), reason="show more of an answer"),
    Method(name="chat.delete", scopes=("chat:write",), reason="remove a note that no longer holds"),
    Method(name="chat.postEphemeral", scopes=("chat:write",), reason="tell one person something in a thread"),
    Method(name="chat.postMessage", scopes=("chat:write",), reason="post cards, answers and notes"),
    Method(
        name="chat.scheduleMessage", scopes=("chat:write",), reason="set a reminder, as the assistant does"
    ),
    Method(
        name="chat.startStream",
        scopes=("chat:write",),
        reason="show an answer while it is written, and a plan",
    ),
    Method(name="chat.stopStream", scopes=("chat:write",), reason="end what is shown while it is written"),
    Method(name="chat.update", scopes=("chat:write",), reason="show on a card what was decided"),
    Method(
        name="conversations.history", scopes=_HISTORY, reason="find a message of its own, and not post twice"
    ),
    Method(name="conversations.info", scopes=_CONVERSATIONS, reason="see whether a channel is private"),
    Method(
        name="conversations.invite",
        scopes=("channels:manage", "groups:write"),
        reason="invite people, as the assistant does",
    ),
    Method(name="conversations.list", scopes=_CHANNEL, reason="find a channel that a policy names"),
    Method(name="conversations.members", scopes=_CONVERSATIONS, reason="see who may decide in a channel"),
    Method(name="conversations.open", scopes=("im:write",), reason="write to one person"),
    Method(
        name="conversations.replies", scopes=_HISTORY, reason="read replies that came late or were missed"
    ),
    Method(name="files.completeUploadExternal", scopes=("files:write",), reason="post a file of a graph"),
    Method(name="files.info", scopes=("files:read",), reason="read a file from another workspace"),
    Method(name="files.getUploadURLExternal", scopes=("files:write",), reason="post a file of a graph"),
    Method(
        name="usergroups.list", scopes=("usergroups:read",), reason="find a user group that a policy names"
    ),
    Method(name="usergroups.users.list", scopes=("usergroups:read",), reason="see who is in a user group"),
    Method(
        name="users.conversations", scopes=_CONVERSATIONS, reason="list approvals where a person is a member"
    ),
    Method(
        name="users.info", scopes=("users:read",), reason="tell full members from guests, bots and strangers"
    ),
    Method(name="users.list", scopes=("users:read",), reason="find a person by name"),
    Method(name="views.open", scopes=(), reason="open a form or the details of a card"),
    Method(name="views.publish", scopes=(), reason="show a person's inbox on their Home tab"),
    Method(name="views.update", scopes=(), reason="turn the pages of a form"),
)

APP_TOKEN_METHODS = (
    Method(
        name="apps.connections.open", scopes=("connections:write",), reason="open a Socket Mode connection"
    ),
)

COMMANDS = (
    Command(
        name="/agent",
        description="Start an agent in a new thread",
        usage="[name:] what it should do, or graphs",
        reason="start a run from anywhere",
    ),
    Command(
        name="/approvals",
        description="What waits for a decision where you are",
        usage="[delegate @someone until friday] [grants]",
        reason="show what waits, delegate, and end grants",
        escape=True,
    ),
)

ASK_ABOUT_MESSAGE, START_AGENT = "ask_agent", "start_agent"

SHORTCUTS = (
    Shortcut(
        callback_id=ASK_ABOUT_MESSAGE,
        name="Ask the agent about this",
        description="Start an agent in the thread of this message",
        reason="ask an agent about a message, in its thread",
    ),
    Shortcut(
        callback_id=START_AGENT,
        name="Start an agent…",
        description="Choose an agent, a channel and what it should do",
        reason="start an agent from anywhere in Slack",
        everywhere=True,
    ),
)

REQUIRED_SCOPES = {scope.name: scope.reason for scope in SCOPES if scope.required}


def scopes_in_use(*, agent: bool = True) -> frozenset[str]:
    """The scopes that an event, a method or a feature of the table needs."""
    return frozenset(_in_use(agent=agent))


def _in_use(*, agent: bool) -> Iterator[str]:
    entries: Collection[Event | Method] = (*EVENTS, *METHODS)
    for entry in entries:
        if agent or not entry.agent:
            yield from entry.scopes
    if agent:
        yield "assistant:write"  # Slack adds it to every app that has an `agent_view`
    if COMMANDS or SHORTCUTS:
        yield "commands"
